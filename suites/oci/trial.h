/*
 * A trial: one case run once on one runtime, in a dock of its own. The dock is a mount and
 * a pid namespace with a tmpfs workspace; when its first process dies, so do all containers,
 * mounts and files in it, however that came about. The host's file systems are read-only in
 * it where the kernel can do that. Its cgroups, all named after the guardian (guard.h), are
 * what is left to be removed.
 */
#ifndef PLIMSOLL_TRIAL_H
#define PLIMSOLL_TRIAL_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "case.h"
#include "channel.h"
#include "cleanup.h"
#include "runtime.h"

struct reaped {
	pid_t pid;
	int status;
};

struct trial {
	const struct kase *k;
	const struct runtime *runtime;
	const json_t *base; /* fixtures/base/config.json */
	bool sabotaged;     /* the disproof is applied */
	int deadline_ms;    /* for each command of the runtime */
	const char *id;     /* of the container, and of its cgroup */
	/* Inside the dock: */
	char workspace[64]; /* bundle/, host/ and state/ are in it */
	json_t *config;     /* as written to config.json */
	json_t *steps;
	json_t *rootfs;      /* what is to be in the root file system besides */
	json_t *evidence;    /* "create:exit", "write/vol", ... -> value */
	json_t *before;      /* what stood on the host before the first step */
	json_t *failed_step; /* {"step","exit","stderr"}: one that nobody observes */
	struct channel channel;
	bool held;         /* a collect has seen the witness ready for signals */
	pid_t init;        /* the container's process, once known; 0 */
	bool deleted;      /* `delete` said that it is gone */
	uint64_t start_ns; /* CLOCK_MONOTONIC when `start` was called; 0 */
	struct reaped reaped[64];
	size_t reaped_count;
};

/*
 * Runs it. Returns an object that the judge reads: {"evidence": {...}} with what was seen, or
 * {"error": "...", "fault": "harness"|"fixture"}. The caller owns it; NULL without memory.
 */
json_t *trial_run(const struct trial *trial);

/*
 * Goes on as the first process of a new dock, without a terminal and with a umask of its own;
 * the calling process closes `out`, waits, and ends as the dock's first process does. 0, or
 * -errno.
 */
int dock_enter(int out);

/*
 * In the dock: a tmpfs over a directory that holds nothing of the runtime, as t->workspace. 0
 * or -errno.
 */
int trial_workspace(struct trial *t);

/* Reaps what has ended in the dock, and remembers how. */
void trial_reap(struct trial *t);

/* How a reaped process ended; false if it has not been reaped. */
bool trial_status(const struct trial *t, pid_t pid, int *ret_status);

#endif
