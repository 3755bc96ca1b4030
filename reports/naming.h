/*
 * Names for readers that know a check by its name alone and keep the first of two that are
 * called the same. Within one document no two checks get the same four texts; what is asked again
 * gets "#2". The same records give the same names, whatever their outcomes: histories compare by
 * them.
 */
#ifndef PLIMSOLL_NAMING_H
#define PLIMSOLL_NAMING_H

#include "record.h"

/* Printable lines, borrowed until the next call; none is empty but `who`. */
struct naming_name {
	const char *type; /* probe, case, proof, profile, boot */
	const char *
		check; /* "idmap/owner", "idmap/path on /srv", "mnt/rro without mount_setattr
			    * answering EPERM" */
	const char *who; /* the asker or the runtime; "" of what has neither */
	const char *run; /* which run: "6.12.9", "6.12 hybrid with crun", "6.12.9 #2" */
};

struct naming;

/* NULL without memory. Memory grows with the number of runs and the records of one. */
struct naming *naming_new(void);
void naming_free(struct naming *n); /* NULL is fine */

/* Each record of the document, in order. 0 or -ENOMEM; nothing is named for an env or an end, but
 * `run` is told. */
int naming_take(struct naming *n, const struct record *rec, struct naming_name *ret_name);

#endif
