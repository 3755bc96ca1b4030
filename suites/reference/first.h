/*
 * The container's first process, from its first instruction to process.args: makes what init.h
 * declares, in the order of the lifecycle (runtime.md), and waits for `start` in between.
 */
#ifndef PLIMSOLL_REFERENCE_FIRST_H
#define PLIMSOLL_REFERENCE_FIRST_H

#include "init.h"

struct first {
	struct init in;
	const json_t *
		state; /* of the container, for hooks and the seccomp agent; without pid */
	int start;     /* listening socket on which `start` comes; -1: go on at once */
	int lock;      /* container_hold(): closed by the kernel when the program runs */
	int seccomp;   /* program of linux.seccomp: seccomp_filter_make(); or -1 */
	int console;   /* connected --console-socket, or -1 */
	int preserve_fds;
	bool new_keyring;
	bool foreground; /* the terminal's master goes to the parent instead (SYNC_READY) */
};

/* `ctx` is a struct first. Never returns: becomes the program, or reports why not. */
void first_main(void *ctx, int socket) __attribute__((noreturn));

#endif
