/*
 * process: what the program is run as. In two halves: what needs the host's privileges is
 * done to the waiting process from outside (raising limits, oom_score_adj, scheduler,
 * ioPriority), the rest it does itself, last of all.
 */
#ifndef PLIMSOLL_REFERENCE_PROCESS_H
#define PLIMSOLL_REFERENCE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "config.h"

/* Of an exec'd process, before it is moved into the cgroups: execCPUAffinity.initial. 0
 * or -errno. */
int process_before_cgroups(pid_t pid, const json_t *process, struct failure *f);

/*
 * From outside, by the runtime, after the process was moved into the cgroups: rlimits,
 * oomScoreAdj, scheduler, ioPriority, and its processors: all of the cpuset, or (`exec`:
 * of an exec'd process) execCPUAffinity.final. 0 or -errno.
 */
int process_outside(pid_t pid, const json_t *process, bool exec, struct failure *f);

/*
 * Capabilities that cannot be granted, which is no failure but has to be said
 * (config.md): one line in `ret`. False: there are none. To be asked where
 * process_inside() will run.
 */
bool process_warning(const json_t *process, char *ret, size_t size);

/* The same as a warning in `f`, or nothing: whatever else stood there did not matter. */
void process_warn(const json_t *process, struct failure *f);

/* What process_inside() needs to know besides. */
struct process_inside {
	const json_t *process;     /* checked */
	const json_t *seccomp;     /* linux.seccomp or NULL */
	int program;               /* of it: seccomp_filter_make() */
	const json_t *personality; /* linux.personality or NULL */
	int proc;                  /* as in struct init */
	int keep_fds; /* descriptors 3 to 2 + keep_fds stay open (--preserve-fds) */
	const char *keyring; /* a new session keyring of this name; NULL: none */
	/* Hands over a seccomp listener; NULL: there is nobody to take one. 0 or -errno.
	 */
	int (*listener)(void *ctx, int fd, struct failure *f);
	void *ctx;
};

/*
 * Finds the program as process.user would (execvp(3) rules with the PATH of process.env,
 * below the current root and process.cwd): so that `create` can say that it is missing. 0
 * or -errno; the path in `ret_path` (PATH_MAX).
 */
int process_find(const json_t *process, char *ret_path, struct failure *f);

/*
 * In the container's process: user, groups, capabilities, no_new_privs, umask,
 * environment (HOME from /etc/passwd where it is not given), cwd (checked to be inside:
 * CVE-2024-21626), labels, personality, seccomp, all other descriptors O_CLOEXEC; then
 * everything is ready for process_exec(). 0 or -errno. The filter is in force then: it
 * may forbid whatever the caller does before process_exec().
 */
int process_inside(
	const struct process_inside *p, char *const **ret_env, struct failure *f);

/* execve(2); returns only a failure. */
int process_exec(
	const json_t *process, const char *path, char *const *env, struct failure *f);

#endif
