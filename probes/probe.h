/*
 * A probe asks the kernel one question. One file, probes/AREA/NAME.c, holds one probe and
 * the path is its name: probes/mnt/rro.c is "mnt/rro" and defines
 * `const struct probe probe_mnt_rro`. Nothing is registered by hand.
 *
 * ask() runs in a forked child of its own, as the asker, in the namespaces it `needs`, with
 * a deadline. It never prints, exits or sleeps; what it leaves in its namespaces dies with
 * them. It answers with one of the answer_*() of answer.h, so that every errno goes through
 * the one table there.
 */
#ifndef PLIMSOLL_PROBE_H
#define PLIMSOLL_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "env.h"
#include "uapi/unistd.h"
#include "verdict.h"

/* What ask() finds ready. A part that cannot be had is answered for the probe. */
enum probe_needs {
	/* A mount namespace of its own, all private; it comes with a user namespace in which
	 * the asker is root when the asker may not make one otherwise. */
	PROBE_NEEDS_MNTNS = 1 << 0,
	/* An empty tmpfs that may be written and mounted on; it is the working directory.
	 * Implies PROBE_NEEDS_MNTNS. */
	PROBE_NEEDS_SCRATCH = 1 << 1,
	/* A user namespace of its own whose uid 0 is the asker, whoever asks. */
	PROBE_NEEDS_USERNS = 1 << 2,
	/* An empty cgroup2 directory of its own, below the asker's: a->cgroup. It is emptied
	 * and removed afterwards. */
	PROBE_NEEDS_CGROUP = 1 << 3,
	/* A directory to ask about, a->path: once for each --path. */
	PROBE_NEEDS_PATH = 1 << 4,
	/* A network namespace of its own; it comes with a user namespace that owns it, in which
	 * the asker is root, when the asker may not make one otherwise. */
	PROBE_NEEDS_NETNS = 1 << 5,
	/*
	 * No need, a promise: it changes nothing that another question could see, so that
	 * both may be asked by one process, in the same namespaces. Descriptors are closed for
	 * it, each has a scratch tmpfs or cgroup of its own, and what it leaves in a network
	 * namespace must bear a name no other uses. No change of credentials, capabilities,
	 * limits, namespaces, working directory, filters, signals, sysctls; no child left.
	 */
	PROBE_SHARES = 1 << 6,
};

/* What ask() is given. */
struct ask {
	const struct env *env; /* who is asking, and the prefix of /proc and /sys */
	const char *path;      /* the directory asked about, or NULL */
	int cgroup;            /* O_PATH directory of the scratch cgroup, or -1 */
	bool own_userns;       /* a user namespace was made for this question */
	bool no_devices;       /* no loop device may be used for this question */
};

/* A system call; a list of them ends where `name` is NULL. */
struct call {
	int nr;
	const char *name;
};

struct probe {
	const char *about; /* what a container can rely on if this passes */
	const char *how;   /* how it is asked, and the control beside it: for `explain` */
	const char *man;   /* where it is specified: a man page or kernel document */
	const char *since; /* printed, never compared; NULL if not verified */
	const char *
		kconfig; /* "CONFIG_A CONFIG_B": printed as a hint, never decisive; or NULL */
	const char *needed_by; /* who relies on it: "runc, crun, KEP-3857"; or NULL */
	const char *
		blocked_by; /* which policies take it away, and how that looks; or NULL */
	/*
	 * What the kernel asks modprobe(8) for when this is asked, aliases or names:
	 * "fs-overlay", "rtnl-link-veth". Unless they are built in or loaded already, the
	 * question is put off, as asking must not change the host. NULL: nothing.
	 */
	const char *modules;
	unsigned needs;           /* enum probe_needs */
	const struct call *calls; /* CALLS(...): what --prove takes away */
	struct verdict (*ask)(const struct ask *a);
};

/* CALLS(mount_setattr, openat): one to four system calls, by name. */
/* clang-format off */
#define CALLS(...) ((const struct call[]) {                                       \
	CALLS_PICK(__VA_ARGS__, CALLS_4, CALLS_3, CALLS_2, CALLS_1)(__VA_ARGS__), \
	{ 0 } })
#define CALL(name)          { SYS_##name, #name }
#define CALLS_PICK(_1, _2, _3, _4, macro, ...) macro
#define CALLS_1(a)          CALL(a)
#define CALLS_2(a, b)       CALL(a), CALL(b)
#define CALLS_3(a, b, c)    CALL(a), CALL(b), CALL(c)
#define CALLS_4(a, b, c, d) CALL(a), CALL(b), CALL(c), CALL(d)
/* clang-format on */

struct probe_entry {
	const char *name;
	const struct probe *probe;
};

extern const struct probe_entry probe_table[];
extern const size_t probe_count;

#endif
