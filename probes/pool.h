/*
 * Jobs in forked children: a few at a time, each with a deadline and bounded output. A child
 * that crashes, hangs, floods or says nothing is told apart; none outlives the call, and
 * none outlives its parent.
 */
#ifndef PLIMSOLL_POOL_H
#define PLIMSOLL_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_OUTPUT_MAX (1u << 20) /* bytes a job may say */

struct pool_result {
	const char *data; /* what the job wrote; valid during done() */
	size_t len;
	int status;     /* as waitpid(2) gives it */
	bool late;      /* killed at its deadline, or never started */
	bool unstarted; /* its turn did not come before the end */
	bool flooded;   /* killed when it had said POOL_OUTPUT_MAX bytes */
	double ms;      /* wall time from fork to exit, milliseconds */
};

struct pool {
	size_t workers;  /* children at a time; 0: as many as there are processors */
	int deadline_ms; /* for each job */
	double end;      /* now_ms() at which none may run any more; 0: never */
	/* In the child: does job `index`, writes to `out`; then the child exits with status 0. */
	void (*job)(void *ctx, size_t index, int out);
	/* In the parent, in the order in which the jobs end. */
	void (*done)(void *ctx, size_t index, const struct pool_result *result);
	void *ctx;
};

/* Runs jobs 0 to count-1. 0, or -errno if no child could be made. */
int pool_run(const struct pool *pool, size_t count);

/* In a child just forked: dies with its parent, of which `parent` is the pid. */
void die_with_parent(int parent);

/* Closes every descriptor above `last`. */
void close_above(int last);

/* CLOCK_MONOTONIC, in milliseconds. */
double now_ms(void);

/* pidfd_open(2) where there is one; a descriptor or -errno. */
int pidfd_of(int pid);

#endif
