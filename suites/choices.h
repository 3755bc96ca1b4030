/* The names there are for an operand or a value: for help, man pages and completions. */
#ifndef PLIMSOLL_CHOICES_H
#define PLIMSOLL_CHOICES_H

#include "options.h"

struct choice {
	char *name;
	char *about; /* one line */
};

struct choices {
	struct choice *items;
	size_t count;
};

/*
 * Formats, probes, cases and profiles (of the embedded fixtures), all names; what is no such list,
 * as files, has none. 0 or -ENOMEM.
 */
int choices_of(enum completion completes, struct choices *ret_choices);
void choices_free(struct choices *c);

#define _cleanup_choices_ _cleanup_(choices_free)

#endif
