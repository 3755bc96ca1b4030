/*
 * A container and its directory, ROOT/ID: state.json (written anew and renamed),
 * config.json as it was when the container was made (later edits of the bundle have no
 * effect), the socket on which `start` is waited for, and a lock that the first process
 * holds until it becomes the program.
 */
#ifndef PLIMSOLL_REFERENCE_CONTAINER_H
#define PLIMSOLL_REFERENCE_CONTAINER_H

#include <stdint.h>
#include <sys/un.h>

#include "cgroups.h"
#include "config.h"

enum container_status { /* runtime.md, "State" */
	CONTAINER_CREATING,
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_STOPPED,
	CONTAINER_PAUSED, /* beyond the specification, as runc and crun say it */
};

enum cgroup_manager { CGROUPFS, CGROUP_DISABLED };

/* The options before the command. */
struct globals {
	char **argv;      /* of the program, for seal_self() */
	const char *root; /* --root; default /run/plimsoll-runtime, $XDG_RUNTIME_DIR/...
			     for others */
	enum cgroup_manager cgroup_manager;
};

struct container {
	char id[1024];
	char bundle[PATH_MAX]; /* absolute */
	char rootfs[PATH_MAX];
	char created[40]; /* RFC 3339, UTC */
	char oci_version[64];
	uid_t owner;
	pid_t pid;           /* 0: there is no process yet */
	uint64_t start_time; /* of pid: field 22 of /proc/PID/stat, so that another is not
				taken for it */
	int root;            /* --root, O_PATH */
	int dir;             /* ROOT/ID */
	int lock;            /* flock(2)ed while something changes; -1 */
	json_t *annotations; /* owned */
	struct cgroups cgroups;
};

#define CONTAINER_NONE                            \
	{                                         \
		.root = -1, .dir = -1, .lock = -1 \
	}

/* A new one: the name is checked and taken, or -EEXIST. Locked. */
int container_reserve(const struct globals *g, const char *id, struct container *ret,
	struct failure *f);
/* One that is there; -ENOENT. `lock`: nobody else changes it until container_release().
 */
int container_open(const struct globals *g, const char *id, bool lock,
	struct container *ret, struct failure *f);
void container_release(struct container *c);
#define _cleanup_container_ _cleanup_(container_release)

/* Writes state.json; whole or not at all. */
int container_save(const struct container *c, struct failure *f);

/* Its process is this one from now on. 0, or -ESRCH. */
int container_adopt(struct container *c, pid_t pid, struct failure *f);

/*
 * Takes the lock that says "not yet running". It is the descriptor's (fcntl(2), F_OFD_SETLK), so
 * it lasts until the last process that has it, the first of the container, runs its program or
 * ends. The descriptor, O_CLOEXEC, or -errno.
 */
int container_hold(const struct container *c, struct failure *f);

/* Where its first process waits for `start`: short whatever --root is. */
void container_address(const struct container *c, struct sockaddr_un *ret);

/* config.json as it was. */
int container_config(const struct container *c, struct config *ret, struct failure *f);

enum container_status container_status(const struct container *c);
const char *container_status_name(enum container_status s);

/* A descriptor of its process, sure to be it; -ESRCH if that has ended. */
int container_pidfd(const struct container *c);

/* The state object of runtime.md; `pid` 0 leaves it out. The caller owns it. */
json_t *container_state(const struct container *c, enum container_status status);

/* Removes the directory with all that is in it. */
int container_remove(struct container *c, struct failure *f);

/* The ids below ROOT; each and the array are free()d. NULL at the end. A root that is not
 * there has none. */
char **container_ids(const struct globals *g);

#endif
