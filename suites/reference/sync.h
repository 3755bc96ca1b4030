/*
 * What the container's first process and the runtime that makes it say to each other,
 * over a socketpair (SOCK_SEQPACKET): requests of the child, one at a time, each answered
 * by the parent.
 */
#ifndef PLIMSOLL_REFERENCE_SYNC_H
#define PLIMSOLL_REFERENCE_SYNC_H

#include <stddef.h>

#include "fail.h"

enum sync_what {
	SYNC_MAP = 1, /* a user namespace is there: write its maps */
	SYNC_PID,     /* a middle process says: the first process is `index` */
	SYNC_SOURCE,  /* the detached mount of mounts[index], please */
	SYNC_HOOKS,   /* namespaces and mounts are there: prestart, createRuntime hooks */
	SYNC_READY,   /* all is made; what follows waits for `start` */
	SYNC_START,   /* from `start` */
	SYNC_LISTENER, /* the seccomp listener comes along: for listenerPath */
	SYNC_DONE,     /* the answer: it is done */
	SYNC_FAILED,   /* either way: a struct failure */
};

struct sync_message {
	enum sync_what what;
	int index; /* SYNC_SOURCE: which of mounts[]; SYNC_PID: a pid */
	struct failure failure;
};

/* Sends one, with a descriptor if fd >= 0 (which stays open here). 0 or -errno. */
int sync_send(int socket, const struct sync_message *m, int fd);

/* Receives one; 0, -EPIPE at the end, or -errno. A descriptor that came along is in
 * *ret_fd, else -1; ret_fd may be NULL. */
int sync_receive(int socket, struct sync_message *ret, int *ret_fd);

/* In a child: hands a seccomp listener over; `socket` points to its end, an int. For
 * struct process_inside. 0 or -errno. */
int sync_hand_over(void *socket, int listener, struct failure *f);

/* In a child: says why it cannot go on, and ends. */
void sync_report(int socket, const struct failure *f) __attribute__((noreturn));

/* Asks and waits for the answer: 0, or what the parent said was wrong. */
int sync_ask(int socket, enum sync_what what, int index, int fd, int *ret_fd,
	struct failure *f);

/*
 * In the child: the parent, who has the host's privileges, opens the source of
 * mounts[index] by mount_source() and hands it over. A detached mount, or -errno.
 */
int sync_mount_source(int socket, size_t index, struct failure *f);

#endif
