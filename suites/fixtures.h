/*
 * Where fixtures come from: the directory given, else an installed one beside the program
 * (PREFIX/share/plimsoll/fixtures), else the source tree it was built from, else the copy
 * embedded in the program.
 */
#ifndef PLIMSOLL_FIXTURES_H
#define PLIMSOLL_FIXTURES_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>

struct fixtures {
	char dir[PATH_MAX]; /* "" for the embedded copy */
};

/* `given` may be NULL. 0, or -errno with a sentence in `why` if it is no such directory. */
int fixtures_find(
	const char *given, struct fixtures *ret_fixtures, char *why, size_t why_size);

/* The contents of a file, NUL-terminated; free() it. NULL with errno set. */
char *fixtures_read(const struct fixtures *fx, const char *path, size_t *ret_len);

/* A file as JSON, a new reference; NULL with a sentence in `why` that names file and line. */
json_t *fixtures_json(
	const struct fixtures *fx, const char *path, char *why, size_t why_size);

/*
 * The paths of all *.json files below a directory, such as "cases", relative to the
 * fixtures, sorted; an array ended by NULL, in which each path and the array are free()d.
 */
char **fixtures_list(const struct fixtures *fx, const char *dir);

/* Programs, embedded always: the static witness, and the reference runtime. */
extern const unsigned char witness_image[];
extern const size_t witness_size;
extern const unsigned char reference_image[];
extern const size_t reference_size;

/* The embedded copy, sorted by path; written by ci/embed. */
struct embedded {
	const char *path; /* cases/mount/rro.json */
	const unsigned char *data;
	size_t size;
};

extern const struct embedded embedded_files[];
extern const size_t embedded_count;

#endif
