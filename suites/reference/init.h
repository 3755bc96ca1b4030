/*
 * The container's first process while it makes the container, before it becomes the
 * program of process.args. Everything here runs in it, with the container's namespaces,
 * still holding all capabilities there; what needs the host's privileges is asked of the
 * parent (sync.h).
 */
#ifndef PLIMSOLL_REFERENCE_INIT_H
#define PLIMSOLL_REFERENCE_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroups.h"
#include "config.h"

struct init {
	const struct config *config;
	const char *bundle; /* absolute */
	int bundle_fd;      /* O_PATH; relative sources of mounts begin here */
	int rootfs;  /* O_PATH: the root of the container, before and after pivot_root */
	int proc;    /* O_PATH: a procfs of our own that the container cannot reach or
			replace;    openat(proc, "self/fd/5"), openat(proc, "sys/kernel/...") */
	int parent;  /* the socket to the parent (sync.h) */
	bool userns; /* the container is in a user namespace other than ours */
	bool served; /* mount sources come from the parent (sync_mount_source()) */
	bool no_pivot; /* --no-pivot */
	const struct cgroups *cgroups;
	int null; /* the host's /dev/null as a detached mount, or -1: init_hide_prepare() */
};

/* mount.c: all of mounts[], in order, below rootfs. 0 or -errno, f naming mounts[N]. */
int init_mounts(const struct init *in, struct failure *f);

/* rootfs.c: before anything is mounted: the propagation of "/" so that nothing leaves or
 * comes as linux.rootfsPropagation says, and root.path as a mount of its own; sets
 * in->rootfs. */
int init_rootfs(struct init *in, struct failure *f);
/* rootfs.c: makes rootfs "/" (pivot_root(2), or moves it there with --no-pivot, where
 * nothing of the old root may stay reachable); then linux.rootfsPropagation and
 * root.readonly. */
int init_pivot(struct init *in, struct failure *f);
/* rootfs.c: where no new mount namespace was asked for: chroot(2) to root.path; refuses,
 * naming the field, what would need mounts (mounts, maskedPaths, readonlyPaths,
 * root.readonly). */
int init_chroot(struct init *in, struct failure *f);

/* device.c: linux.devices, then the default devices and links of config-linux.md
 * ("Default Devices") below /dev if that is not the host's: by mknod(2), in a user
 * namespace by binds of the host's. */
int init_devices(const struct init *in, struct failure *f);

/* hide.c: linux.maskedPaths and linux.readonlyPaths, after pivot_root. What the former
 * need of the host is taken before it: sets in->null. */
int init_hide_prepare(struct init *in, struct failure *f);
int init_hide(const struct init *in, struct failure *f);

/* names.c: hostname, domainname, linux.sysctl; lo up in a new network namespace. */
int init_names(const struct init *in, struct failure *f);
int init_sysctl(const struct init *in, struct failure *f);

#endif
