/*
 * Can a FUSE file system be id-mapped? (probes.md row 41.) It belongs to the mount and
 * not only to the kernel: the file system's daemon has to ask for it (FUSE_ALLOW_IDMAP)
 * and leave the permission checks to the kernel. fuse-overlayfs, virtiofs and many
 * volumes are FUSE.
 *
 * This process is such a daemon. It mounts a FUSE file system detached, and mapping it
 * must be EINVAL as long as it has not answered FUSE_INIT: that is the control. The
 * kernel's own FUSE_INIT says whether it offers it; once it is taken up, mapping must
 * work. The owner of the top directory is looked at without asking the daemon
 * (AT_STATX_DONT_SYNC), so that one process can be both.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "idmap.h"
#include "mnt.h"
#include "uapi/mount.h"

#ifndef FUSE_INIT_EXT
#define FUSE_INIT_EXT (1U << 30)
#endif
#ifndef FUSE_ALLOW_IDMAP
#define FUSE_ALLOW_IDMAP (1ULL << 40)
#endif

/* struct fuse_init_in and fuse_init_out, since 5.17 with the upper half of the flags. */
struct init_in {
	uint32_t major, minor, max_readahead, flags, flags2, unused[11];
};

struct init_out {
	uint32_t major, minor, max_readahead, flags;
	uint16_t max_background, congestion_threshold;
	uint32_t max_write, time_gran;
	uint16_t max_pages, map_alignment;
	uint32_t flags2, unused[7];
};

_Static_assert(sizeof(struct init_out) == 64, "as in <linux/fuse.h>");

struct request {
	struct fuse_in_header header;
	struct init_in init;
	char room[8192]; /* the kernel wants room for any request */
};

static int open_device(const struct ask *a, struct verdict *ret_refused)
{
	int fd = open("/dev/fuse", O_RDWR | O_NONBLOCK | O_CLOEXEC), err = errno;

	if (fd >= 0)
		return fd;
	if (err != ENOENT && err != EACCES && err != EPERM) {
		*ret_refused = answer_refused(a, "open(/dev/fuse)", err);
		return -1;
	}
	*ret_refused = answer_denied("permission",
		err == ENOENT ? "there is no /dev/fuse here"
			: err == EACCES
			? "the permissions of /dev/fuse, or a nodev mount"
			: "the device cgroup does not let /dev/fuse be opened",
		"give the container /dev/fuse (docker, podman: --device /dev/fuse), on a host: "
		"chmod 666 /dev/fuse",
		"open(/dev/fuse): %s", strerror(err));
	VERDICT_TEXT(ret_refused->stage, "open(/dev/fuse)");
	ret_refused->err = err;
	return -1;
}

/* A detached mount whose daemon is who holds `device`, or -1. */
static int make_fuse(const struct ask *a, int device, struct verdict *ret_refused)
{
	char fd[16];
	struct mnt_option options[] = { { "source", "plimsoll" }, { "fd", fd },
		{ "rootmode", "40755" }, { "user_id", "0" }, { "group_id", "0" },
		{ "default_permissions", NULL }, { 0 } };

	snprintf(fd, sizeof(fd), "%d", device);
	return mnt_make(a, "fuse", options, ret_refused);
}

/* Takes the kernel's first request. 0, or -1 with *ret_refused. */
static int take_init(int device, struct request *req, struct verdict *ret_refused)
{
	struct iovec iov = { req, sizeof(*req) };
	struct pollfd p = { device, POLLIN, 0 };

	memset(req, 0, sizeof(*req));
	if (poll(&p, 1, 1000) == 1 && readv(device, &iov, 1) > 0 &&
		req->header.opcode == FUSE_INIT)
		return 0;
	*ret_refused = answer_error("readv(/dev/fuse)", errno,
		"the kernel did not greet the daemon with FUSE_INIT");
	return -1;
}

static int answer_init(int device, const struct request *req)
{
	struct {
		struct fuse_out_header header;
		struct init_out init;
	} reply = {
		.header = { .len = sizeof(reply), .unique = req->header.unique },
		.init = { .major = FUSE_KERNEL_VERSION,
			.minor = req->init.minor,
			.flags = FUSE_INIT_EXT,
			.flags2 = FUSE_ALLOW_IDMAP >> 32,
			.max_write = 4096,
			.time_gran = 1 },
	};
	struct iovec iov = { &reply, sizeof(reply) };

	return writev(device, &iov, 1) == sizeof(reply) ? 0 : -errno;
}

static bool offers_idmap(const struct request *req)
{
	return (req->init.flags & FUSE_INIT_EXT) &&
		(req->init.flags2 & (FUSE_ALLOW_IDMAP >> 32));
}

static int owner_of(int mnt, uid_t *ret_uid)
{
	struct statx stx;

	if (statx(mnt, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_UID, &stx) < 0)
		return -errno;
	*ret_uid = stx.stx_uid;
	return 0;
}

static struct verdict judge(const struct ask *a, int device, int mnt,
	const struct request *req, const struct idmap *map)
{
	uid_t before = 0, after = 0;
	struct verdict v;

	if (owner_of(mnt, &before) < 0)
		return answer_error("statx", errno, "the top of the FUSE mount");
	bool early = idmap_mount(mnt, map) == 0;
	int err = errno;
	if (!early && err != EINVAL)
		return idmap_refused(a, mnt, map, "fuse", err);
	if (!offers_idmap(req)) {
		if (early)
			return answer_fail("the kernel does not offer FUSE_ALLOW_IDMAP, "
					   "and id-mapped the mount");
		v = idmap_refused(a, mnt, map, "fuse", err);
		if (v.fault == FAULT_FILESYSTEM)
			v.fault = FAULT_KERNEL;
		return v;
	}
	if (early)
		return answer_fail(
			"the mount was id-mapped before its daemon allowed it");
	int r = answer_init(device, req);
	if (r < 0)
		return answer_error("writev(/dev/fuse)", -r,
			"the answer to FUSE_INIT: %s", strerror(-r));
	if (idmap_mount(mnt, map) < 0) {
		v = idmap_refused(a, mnt, map, "fuse", errno);
		if (v.fault != FAULT_FILESYSTEM)
			return v;
		return answer_fail(
			"the kernel offers FUSE_ALLOW_IDMAP and the daemon took it, "
			"but the mount still cannot be id-mapped");
	}
	if (owner_of(mnt, &after) < 0 || after != idmap_owner(map, before) ||
		after == before)
		return answer_fail(
			"the owner was uid %u before the mapping, is %u now and "
			"should be %u",
			before, after, idmap_owner(map, before));
	return answer_pass(
		"before the daemon allowed it (FUSE_ALLOW_IDMAP) mapping was EINVAL; "
		"then the owner went from uid %u to %u",
		before, after);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct request req;
	struct verdict v;

	_cleanup_close_ int type = mnt_configure(a, "fuse", NULL, &v);
	if (type < 0)
		return v;
	_cleanup_close_ int device = open_device(a, &v);
	if (device < 0)
		return v;
	_cleanup_close_ int mnt = make_fuse(a, device, &v);
	if (mnt < 0 || take_init(device, &req, &v) < 0 || idmap_make(a, &map, &v) < 0)
		return v;
	return judge(a, device, mnt, &req, &map);
}

const struct probe probe_idmap_fuse = {
	.about = "a FUSE volume can be id-mapped, if its daemon allows it",
	.how = "this process is the daemon: mapping its mount must be EINVAL until it answers "
	       "FUSE_INIT with FUSE_ALLOW_IDMAP, and then change the owner of the top directory",
	.man = "mount_setattr(2)",
	.since = "6.12",
	.kconfig = "CONFIG_USER_NS CONFIG_FUSE_FS",
	.needed_by = "KEP-127, virtiofsd, fuse-overlayfs, JuiceFS",
	.blocked_by = "seccomp; /dev/fuse missing or not writable; "
		      "user.max_user_namespaces=0 (ENOSPC)",
	.modules = "fs-fuse",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
