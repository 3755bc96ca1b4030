/*
 * Asks questions: forks a child for each, makes it the asker, gives it what the probe needs,
 * takes calls away if asked to, and brings the verdict back.
 */
#ifndef PLIMSOLL_ASK_H
#define PLIMSOLL_ASK_H

#include "probe.h"

/* Who a question is asked as. */
struct asker {
	const char *name; /* "root", "userns", "user": see env_asker() */
	bool become;      /* switch to uid and gid first (needs privilege) */
	uid_t uid;
	gid_t gid;
	bool userns; /* then be root of a user namespace of one's own */
};

struct question {
	const struct probe_entry *entry;
	const struct asker *asker;
	const char *path;         /* for PROBE_NEEDS_PATH, else NULL */
	const struct call *taken; /* a call that a seccomp filter takes away, or NULL */
	int taken_err;            /* what the filter answers, a positive errno */
};

struct ask_options {
	const struct env *env; /* of this process; its prefix is the askers' too */
	size_t workers;        /* 0: two for each processor */
	int deadline_ms;       /* for each question; 0: 5000 */
	bool no_devices;       /* on a node in production: no loop device is used */
	int total_ms; /* for all of them: what is left then is an error; 0: no limit */
	/*
	 * May a question be asked for which the kernel would load these modules (see
	 * struct probe)? False with the answer that it gets instead. NULL: all may.
	 */
	bool (*may_load)(const char *modules, struct verdict *ret_refused);
	/* Has a last word on an answer, before it is told: see host_remedy(). NULL: nobody. */
	void (*amend)(const struct env *env, struct verdict *v);
};

/* Called in the parent as answers come in. `ms` is wall time, fork included. */
typedef void (*answer_fn)(void *ctx, size_t index, const struct verdict *v, double ms);

/* Asks them all. 0, or -errno if no child could be made. */
int ask_all(const struct question *questions, size_t count, const struct ask_options *opt,
	answer_fn fn, void *ctx);

/*
 * Helpers for probes; they run in the asking child.
 */

/*
 * A user namespace with these maps (as written to uid_map and gid_map; a newline separates
 * lines), made by a child that is gone when this returns. Returns its O_CLOEXEC descriptor,
 * or -1 with what was refused in *ret_refused. gid_map NULL: only uids are mapped.
 */
int ask_userns(const struct ask *a, const char *uid_map, const char *gid_map,
	struct verdict *ret_refused);

/* Maps the caller's own fresh user namespace: uid 0 there is `uid`, gid 0 is `gid` outside.
 * 0, or -1 with *ret_refused. */
int map_self(const struct ask *a, uid_t uid, gid_t gid, struct verdict *ret_refused);

/*
 * Runs fn in a forked child and brings its verdict back; the child dies with its parent. For
 * the part of a question that needs a process of its own (a pid namespace, a uid change).
 */
struct verdict ask_in_child(const struct ask *a,
	struct verdict (*fn)(const struct ask *a, void *arg), void *arg);

/* Writes a whole string to a file below dirfd. 0 or -errno. */
int write_file(int dirfd, const char *path, const char *text);

#endif
