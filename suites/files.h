/*
 * Which files of records are meant: files, directories (all *.jsonl in them, sorted by name),
 * and files that hold the names of others, for more than a command line can hold.
 */
#ifndef PLIMSOLL_FILES_H
#define PLIMSOLL_FILES_H

#include <stddef.h>

/*
 * Called for each file in turn, "-" being stdin. `why`: NULL, or a sentence that says why what was
 * named cannot be read. A negative return ends it all.
 */
typedef int (*file_fn)(void *ctx, const char *path, const char *why);

/* A name as it stands on a command line. 0, or what `fn` returned if negative, or -ENOMEM. */
int files_of(const char *name, file_fn fn, void *ctx);

/* Each line of the file `list`, or of stdin for "-", is a name. As above. */
int files_listed(const char *list, file_fn fn, void *ctx);

#endif
