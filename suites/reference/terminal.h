/*
 * process.terminal: a pseudoterminal of the container's own devpts, its master sent over
 * --console-socket (an AF_UNIX stream: one message, the slave's name as data and the
 * descriptor).
 */
#ifndef PLIMSOLL_REFERENCE_TERMINAL_H
#define PLIMSOLL_REFERENCE_TERMINAL_H

#include <jansson.h>

#include "fail.h"

struct terminal {
	int master, slave;
	char name[64]; /* /dev/pts/N, in the container */
};

/* Connects to the socket. A descriptor or -errno. */
int terminal_connect(const char *path, struct failure *f);

/* In the container: opens a pair below `rootfs`/dev/pts (checked to be a devpts), gives
 * it process.consoleSize and the owner process.user.uid. */
int terminal_open(
	int rootfs, const json_t *process, struct terminal *ret, struct failure *f);

int terminal_send(int socket, const struct terminal *t, struct failure *f);

/* Binds the slave onto `rootfs`/dev/console, by descriptor (CVE-2025-52565). */
int terminal_console(int rootfs, int proc, const struct terminal *t, struct failure *f);

/* Becomes a session leader with it as controlling terminal and as 0, 1 and 2. */
int terminal_take(int slave, struct failure *f);

/*
 * `run` and `exec` in the foreground: copies between the caller's 0 and 1 and the master,
 * the caller's terminal raw and its size followed, until `pidfd` is readable and all
 * output is through. The caller's terminal is as it was afterwards, whatever happens.
 * `out` of the master is never lost.
 */
int terminal_relay(int master, int pidfd, struct failure *f);

#endif
