/*
 * What the questions about seccomp's user notification share: a child whose getpgid(2) is
 * told to a listener that the question holds. The filter is the child's own, so that the
 * process of the question stays as it was.
 */
#ifndef PLIMSOLL_SECCOMP_NOTIF_H
#define PLIMSOLL_SECCOMP_NOTIF_H

#include "answer.h"
#include "uapi/seccomp.h"

#define NOTIF_MADE_UP \
	0x1badcafe  /* no process group: above any pid (PID_MAX_LIMIT is 2^22) */
#define NOTIF_FD 50 /* a descriptor that the child has not open */

/* The kernel's struct may be larger than the header's: SECCOMP_GET_NOTIF_SIZES tells. */
union notif_request {
	struct seccomp_notif notif;
	char room[1024];
};

struct notif {
	int pid; /* the child; 0: none */
	int listener, said;
	union notif_request call; /* the one taken last */
};

/* What the child says of each of its calls. It makes the next one right after that. */
struct notif_said {
	long value;    /* what getpgid(2) gave, or -errno */
	int byte;      /* what it then read from NOTIF_FD, or -errno */
	int signalled; /* how many SIGUSR1 it has got so far */
};

#define _cleanup_notif_ _cleanup_(notif_end)

/*
 * Starts the child, with a filter set with SECCOMP_FILTER_FLAG_NEW_LISTENER and `flags`.
 * 0, or -1 with *ret_refused. *ret_notif may be ended in either case.
 */
int notif_start(const struct ask *a, unsigned flags, struct notif *ret_notif,
	struct verdict *ret_refused);

/* Takes the child's next call, into n->call; waits for it. 0, or -1 with *ret_refused. */
int notif_take(const struct ask *a, struct notif *n, struct verdict *ret_refused);

/* Answers it: with `value`, or a negative `err`. 0, or -1 and errno. */
int notif_answer(const struct notif *n, long value, int err, unsigned flags);

/*
 * Puts a descriptor into the child, as its NOTIF_FD, while its call waits; flags are
 * SECCOMP_ADDFD_FLAG_*. NOTIF_FD or -1 and errno.
 */
int notif_add_fd(const struct notif *n, int fd, unsigned flags);

/* What the child got of it. 0, or -1 with *ret_refused. */
int notif_hear(
	const struct notif *n, struct notif_said *ret_said, struct verdict *ret_refused);

/* Are the listener's ioctls there at all? The control where one of them is EINVAL. */
bool notif_has_ioctls(const struct notif *n);

/* Kills the child and closes everything. */
void notif_end(struct notif *n);

#endif
