/* Container runtimes: finding them, asking them who they are, becoming one. */
#ifndef PLIMSOLL_RUNTIME_H
#define PLIMSOLL_RUNTIME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The name by which the embedded one is asked for. A file of that name needs a slash. */
#define RUNTIME_REFERENCE "reference"

struct runtime {
	char name[128];      /* as given: by itself, or before the = of NAME=PATH */
	char path[PATH_MAX]; /* of its program; of the reference: how messages call it */
	int image; /* the reference's program: a sealed memfd; -1: it has a path */
	char version[256]; /* the first line of --version */
};

/*
 * Finds a runtime, given as [NAME=]PATH, [NAME=]name on PATH or [NAME=]reference, and asks for
 * its version. 0; or with a sentence in `why`: -ENOENT if there is no such executable file,
 * -EOPNOTSUPP if this host does not let the reference run, another -errno for trouble of ours.
 */
int runtime_find(
	const char *given, struct runtime *ret_runtime, char *why, size_t why_size);
void runtime_release(struct runtime *rt);

bool runtime_is_reference(const struct runtime *rt);

/*
 * Where it stands: as a shell would find it, and where distributions put what only root runs.
 * 0 or -ENOENT.
 */
int runtime_search(const char *name, char *ret_path, size_t size);

/*
 * Turns this process into the runtime. It finds the standard streams, `fds` descriptors of
 * what `opened` names behind them (NULL: copies of stdin), and nothing else. Returns, with
 * -errno, only if that fails.
 */
int runtime_exec(
	const struct runtime *rt, const char *const *argv, const char *opened, int fds);

#endif
