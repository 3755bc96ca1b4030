/* What the questions about processes share. */
#ifndef PLIMSOLL_PROC_H
#define PLIMSOLL_PROC_H

#include "answer.h"

#define WAITER_STATUS 42 /* what a waiter ends with */

/* A child that waits to be let go. */
struct waiter {
	int pid; /* 0: none */
	int go;
};

#define _cleanup_waiter_ _cleanup_(waiter_end)

/* Starts one. 0, or -1 with *ret_refused; *ret_waiter may be ended in either case. */
int waiter_start(
	const struct ask *a, struct waiter *ret_waiter, struct verdict *ret_refused);

/* Lets it go and waits for its end, but does not reap it. 0 or -1. */
int waiter_finish(struct waiter *w);

/* Ends it if need be, and reaps it. */
void waiter_end(struct waiter *w);

/*
 * A waiter and its pidfd. The descriptor, O_CLOEXEC; or -1 with *ret_refused.
 */
int waiter_pidfd(
	const struct ask *a, struct waiter *ret_waiter, struct verdict *ret_refused);

/* A pidfd of this process itself; or -1 with *ret_refused. */
int pidfd_self(const struct ask *a, struct verdict *ret_refused);

/* Does the pidfd tell that its process has ended? */
bool pidfd_tells_end(int pidfd);

/* Whose pidfd is it (/proc/self/fdinfo)? A pid; -1 if it was reaped; or -errno - 1. */
int pidfd_pid(const struct env *env, int pidfd);

/*
 * answer_refused() for what takes a capability in the initial user namespace (capable()
 * in the kernel): where nothing else is proven and the asker has it not, that is the
 * cause.
 */
struct verdict refused_without(
	const struct ask *a, const char *stage, int err, int cap, const char *cap_name);

/* Has the asker the capability in the initial user namespace? */
bool has_initial_cap(const struct ask *a, int cap);

/* A row of descriptors, of which the middle ones are to be closed. */
#define FD_ROW 5

/* Duplicates a descriptor to FD_ROW numbers in a row; the first, or -1 and errno. */
int fd_row_make(int fd);

/* Are the ends open, without flags, and those between as fcntl(F_GETFD) says `middle`? */
bool fd_row_is(int first, int middle);

#endif
