#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "fuse.h"
#include "mnt.h"
#include "uapi/mount.h"

void fuse_end(struct fuse *f)
{
	if (f->dev >= 0)
		close(f->dev);
	if (f->mnt >= 0)
		close(f->mnt);
	f->dev = f->mnt = -1;
}

int fuse_open(const struct ask *a, struct verdict *ret_refused)
{
	return device_open(a, "/dev/fuse", "fuse", ret_refused);
}

int fuse_mount(const struct ask *a, struct fuse *ret_fuse, struct verdict *ret_refused)
{
	_cleanup_fuse_ struct fuse f = { .dev = fuse_open(a, ret_refused), .mnt = -1 };
	char fd[16], uid[16], gid[16], text[8192];

	if (f.dev < 0)
		return -1;
	snprintf(fd, sizeof(fd), "%d", f.dev);
	snprintf(uid, sizeof(uid), "%u", geteuid());
	snprintf(gid, sizeof(gid), "%u", getegid());
	struct mnt_option options[] = { { "fd", fd }, { "rootmode", "40000" },
		{ "user_id", uid }, { "group_id", gid }, { 0 } };
	f.mnt = mnt_make(a, "fuse", options, ret_refused);
	if (f.mnt < 0)
		return -1;
	ssize_t n = read(f.dev, text, sizeof(text));
	if (n < 40 + 16) {
		*ret_refused = answer_refused(a, "read(fuse)", n < 0 ? errno : EIO);
		return -1;
	}
	memcpy(&f.init, text, (size_t)n < sizeof(f.init) ? (size_t)n : sizeof(f.init));
	f.flags = f.init.flags;
	if (f.flags & PLIMSOLL_FUSE_INIT_EXT)
		f.flags |= (uint64_t)f.init.flags2 << 32;
	if (f.init.opcode != PLIMSOLL_FUSE_INIT || f.init.major != PLIMSOLL_FUSE_KERNEL) {
		*ret_refused = answer_fail(
			"the kernel's first word to a FUSE daemon is not FUSE_INIT: opcode %u, "
			"version %u",
			f.init.opcode, f.init.major);
		return -1;
	}
	*ret_fuse = f;
	f.dev = f.mnt = -1;
	return 0;
}
