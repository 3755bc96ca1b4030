/* Which functions this kernel has, as its own symbols say. */
#ifndef PLIMSOLL_SYMBOL_H
#define PLIMSOLL_SYMBOL_H

#include "env.h"

/*
 * Has the kernel a function (or anything else with a type) of this name? Looked up in its type
 * information, which is quick, or in /proc/kallsyms. 1, 0, -1 if neither can be read. What was
 * read is kept for the questions to come.
 */
int symbol_known(const struct env *env, const char *name);

#endif
