/*
 * The cgroups of a container: one in a unified hierarchy; one in each v1 hierarchy and
 * the cgroup2 beside them on a v1 or hybrid host (as runc does there). Conversions of
 * shares, swap and the like follow the specification (config-linux.md, "Control groups")
 * and Documentation/admin-guide.
 */
#ifndef PLIMSOLL_REFERENCE_CGROUPS_H
#define PLIMSOLL_REFERENCE_CGROUPS_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "fail.h"

#define CGROUPS_MAX 20 /* hierarchies */

struct hierarchy {
	char controllers[64]; /* "memory", "cpu,cpuacct", "name=systemd"; "" is cgroup2 */
	char mount[128];      /* where it is mounted: /sys/fs/cgroup/memory */
	char path[PATH_MAX]; /* the container's cgroup in it, from `mount` on; begins with
				"/" */
	size_t kept; /* how much of `path` was there before the container: that stays */
};

struct cgroups {
	bool disabled; /* --cgroup-manager=disabled, or rootless without permission and no
			  limits */
	bool asked; /* linux.cgroupsPath names the place: none at all is an error then */
	bool unified; /* cgroup2 alone, on /sys/fs/cgroup */
	size_t count;
	struct hierarchy *list; /* owned */
};

/*
 * Where the cgroups will be: `path` is linux.cgroupsPath (absolute: from the top of the
 * hierarchies; relative: below the cgroup that the caller is in, the specification leaves
 * that to us) or NULL:
 * "/ID". "slice:prefix:name" is refused: there is no systemd manager here. 0 or -errno.
 */
int cgroups_plan(const char *path, const char *id, bool disabled, struct cgroups *ret,
	struct failure *f);

/*
 * Makes them, with the controllers enabled that linux.resources needs; a cgroup that has
 * processes in it or is frozen is refused. Applies the resources (NULL: none) and, on
 * cgroup2, the device filter. What was made is removed again on failure. 0 or -errno.
 */
int cgroups_create(struct cgroups *cg, const json_t *resources, struct failure *f);

/* A descriptor of the cgroup2 one for CLONE_INTO_CGROUP, or -1 if there is none. */
int cgroups_open(const struct cgroups *cg);

/* Moves a process into all of them (into `below`, a cgroup below each, if not NULL). */
int cgroups_join(
	const struct cgroups *cg, pid_t pid, const char *below, struct failure *f);

/* Applies resources to what is there (update). "devices" replaces the filter without a
 * window. */
int cgroups_update(const struct cgroups *cg, const json_t *resources, struct failure *f);

/* Gives what cgroups(7) lists as delegatable to an owner inside the container's user
 * namespace. */
int cgroups_delegate(const struct cgroups *cg, uid_t uid, gid_t gid, struct failure *f);

int cgroups_freeze(const struct cgroups *cg, bool frozen, struct failure *f);
bool cgroups_frozen(const struct cgroups *cg);

/* Sends a signal to everything in them: SIGKILL by cgroup.kill where there is one, else
 * each process, frozen meanwhile so that none is missed. 0 or -errno. */
int cgroups_kill(const struct cgroups *cg, int signal, struct failure *f);

/* The processes in them and below; free() it. The number, or -errno. */
ssize_t cgroups_pids(const struct cgroups *cg, pid_t **ret);

/* Removes them with all below, killing what is left in them, and waits (cgroup.events or
 * the processes' pidfds: no sleeping) until that is gone. One that is not there is fine.
 */
int cgroups_destroy(const struct cgroups *cg, struct failure *f);

/* What the state file keeps, and back. */
json_t *cgroups_json(const struct cgroups *cg);
int cgroups_from_json(const json_t *json, struct cgroups *ret);
void cgroups_release(struct cgroups *cg);
#define _cleanup_cgroups_ _cleanup_(cgroups_release)

/*
 * In the container's first process: a mount of type "cgroup" onto `at`, with MOUNT_ATTR_*
 * `attr` all the way down: in a cgroup namespace of its own a fresh cgroup2 (never from
 * the initial one: that would rewrite the host's options), else a bind of the container's
 * own cgroup; on v1 a tmpfs with one directory for each hierarchy, the same in each,
 * read-only at its top if asked for, too. `proc` as in struct init.
 */
int cgroups_mount(const struct cgroups *cg, int at, bool own_namespace,
	unsigned long attr, int proc, struct failure *f);

#endif
