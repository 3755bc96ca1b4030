/*
 * Processes in the namespaces of a container: its first one (new namespaces, or given by path), and
 * those of `exec` (all of them those of the first one).
 */
#ifndef PLIMSOLL_REFERENCE_SPAWN_H
#define PLIMSOLL_REFERENCE_SPAWN_H

#include "config.h"

#define SPAWN_JOIN_MAX 8

/* A namespace to enter. */
struct join {
	int fd;
	unsigned long flag; /* CLONE_NEWNET ... */
	char field[64];     /* as errors name it: linux.namespaces[2].path */
};

struct spawn {
	unsigned long make; /* CLONE_NEW*: namespaces that are made new */
	struct join join[SPAWN_JOIN_MAX];
	size_t join_count;
	const json_t *time_offsets; /* linux.timeOffsets, for a new time namespace */
	int cgroup;                 /* cgroup2 directory to start in, or -1 */
	bool in_cgroup; /* set by spawn(): it did, nobody has to be moved (which takes long) */
	/* What the process does; it never returns. `socket` is its end (sync.h). */
	void (*main)(void *ctx, int socket) __attribute__((noreturn));
	void *ctx;
	/* Writes the maps of a new user namespace, by the parent. */
	int (*map)(void *ctx, pid_t pid, struct failure *f);
};

/* What linux.namespaces says, with the paths opened and checked to be namespaces of their type. */
int spawn_plan(const struct config *c, struct spawn *ret, struct failure *f);
/* All namespaces of a process that are not the caller's own. */
int spawn_plan_exec(pid_t pid, struct spawn *ret, struct failure *f);
void spawn_release(struct spawn *s);
#define _cleanup_spawn_ _cleanup_(spawn_release)

/*
 * Starts it, as a child of the caller: it waits in sync_receive() for SYNC_DONE before main() is
 * called, in a user namespace as its root. *ret_socket is the parent's end. 0 or -errno.
 */
int spawn(struct spawn *s, pid_t *ret_pid, int *ret_socket, struct failure *f);

/* The short name ("net") and the flag of a type in the words of the specification ("network"). */
struct namespace_type {
	const char *name, *file;
	unsigned long flag;
};
extern const struct namespace_type namespace_types[8];

#endif
