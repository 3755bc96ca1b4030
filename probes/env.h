/*
 * Who is asking, and where the files of /proc and /sys are read. All of plimsoll reads them
 * through an env, so that a captured machine replays from a directory.
 */
#ifndef PLIMSOLL_ENV_H
#define PLIMSOLL_ENV_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cleanup.h"

struct env {
	char prefix[256]; /* "" or the root of a captured machine */
	uid_t uid, gid;   /* effective */
	uint64_t caps;    /* effective, a bit for each CAP_* */
	bool own_userns; /* not the initial user namespace (user_namespaces(7), uid_map) */
	int seccomp;     /* 0 none, 1 strict, 2 filter (proc_pid_status(5)), -1 unknown */
	int filters;     /* how many filters; -1 unknown (before 5.9) */
	bool no_new_privs; /* PR_SET_NO_NEW_PRIVS is on */
};

/* Reads who the calling process is. 0, or -errno if /proc/self/status cannot be read. */
int env_read(struct env *ret_env, const char *prefix);

/* The asker's name in records: "root", "userns" (uid 0 of a later user namespace), "user". */
const char *env_asker(const struct env *env);

bool env_has_cap(const struct env *env, int cap);

/* Opens an absolute path below the prefix, O_CLOEXEC added. A descriptor or -errno. */
int env_open(const struct env *env, const char *path, int flags);

/*
 * Reads a small file below the prefix as a string, without its last newline. Returns its
 * length (what does not fit is cut) or -errno.
 */
ssize_t env_file(const struct env *env, const char *path, char *buf, size_t size);

/* What is left of a small file as such a string. Its length or -errno. */
ssize_t read_string(int fd, char *buf, size_t size);

/* A file that holds one number; -errno (which no such file holds) if it cannot be read. */
long long env_number(const struct env *env, const char *path);

/* How many lines a file has; 0 if it cannot be read. */
int env_count_lines(const struct env *env, const char *path);

/* Where cgroups are: "unified", "hybrid", "v1", "none", and this process's cgroup2. */
enum cgroup_layout { CGROUP_NONE, CGROUP_V1, CGROUP_HYBRID, CGROUP_UNIFIED };

struct env_cgroup {
	enum cgroup_layout layout;
	char mount[PATH_MAX]; /* where a cgroup2 is mounted; "" if nowhere */
	char own[PATH_MAX]; /* this process's directory in it; "" if it cannot be told */
};

/* 0, or -errno if /proc/self/mountinfo cannot be read. */
int env_cgroup(const struct env *env, struct env_cgroup *ret_cgroup);
const char *cgroup_layout_name(enum cgroup_layout layout);

/* Facts of the asker and host for the env record: a new object; NULL without memory. */
json_t *env_facts(const struct env *env);

#endif
