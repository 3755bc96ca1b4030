/*
 * The configuration this kernel was built with, if it is to be found: a second witness, never
 * a verdict. Read once, when it is first asked for.
 */
#ifndef PLIMSOLL_KCONFIG_H
#define PLIMSOLL_KCONFIG_H

/* 'y' or 'm'; 'n': said not to be set; '=': has another value; 0: it is not mentioned. */
char kconfig_value(const char *symbol);

/* Where it was found; "" if nowhere. */
const char *kconfig_source(void);

#endif
