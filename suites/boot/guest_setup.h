/* A guest made fit to run in, step by step, by its init. */
#ifndef PLIMSOLL_GUEST_SETUP_H
#define PLIMSOLL_GUEST_SETUP_H

#include <jansson.h>

/* What went wrong, for the host to tell. */
struct guest_trouble {
	char stage[32];
	char detail[400];
};

/* The first file systems: with them there are a console, ports and a kernel log. */
int guest_first_mounts(struct guest_trouble *t);

/* finit_module(2) for each of the job's, in order; those that fail are named in `ret_bad`. */
void guest_load_modules(const json_t *job, json_t *ret_bad);

/*
 * Moves to a root on a tmpfs, from where containers can pivot, with all that stands below
 * GUEST_ROOT, and makes it what a machine under systemd looks like: mounts, cgroups, devices,
 * loopback, shared propagation. 0, or -1 with the trouble. What this kernel does not have
 * (mqueue, securityfs, v1 cgroups) is left out: that is an answer, not a trouble.
 */
int guest_make_root(const json_t *job, struct guest_trouble *t);

/* The job's sysctls. 0, or -1 with the trouble. */
int guest_set_sysctls(const json_t *job, struct guest_trouble *t);

#endif
