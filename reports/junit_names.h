/*
 * What readers of JUnit XML know a check by: classname and name. They take a classname apart at
 * its dots, the last of which ends the package, so that a dot that means nothing becomes "_".
 */
#ifndef PLIMSOLL_JUNIT_NAMES_H
#define PLIMSOLL_JUNIT_NAMES_H

#include "naming.h"

struct junit_names;

/* NULL without memory. */
struct junit_names *junit_names_new(void);
void junit_names_free(struct junit_names *n); /* NULL is fine */

/*
 * "6_12_9.case.runc-1_1_5" of the run, the type, and the asker or runtime if there is one.
 * Different ones get different classnames; the same ones get the same each time. NULL without
 * memory; free() it.
 */
char *junit_classname(struct junit_names *n, const struct naming_name *name);

#endif
