/*
 * Can a FUSE daemon hand reads and writes to a file of another file system? (probes.md row
 * 170.) It makes fuse-overlayfs nearly as fast as what is below it.
 *
 * The kernel offers it in its first request. The asker, as the daemon, accepts and registers
 * a file; before it has accepted, the same must be EPERM, which is the control. The kernel
 * lets only root of the host do that. A kernel older than 6.9 does not offer it.
 */
#include <errno.h>
#include <sys/capability.h>
#include <unistd.h>

#include "fuse.h"
#include "uapi/memfd.h"

static bool accept_it(const struct fuse *f)
{
	struct plimsoll_fuse_out out = { .len = sizeof(out),
		.unique = f->init.unique,
		.major = f->init.major,
		.minor = f->init.minor,
		.max_readahead = f->init.max_readahead,
		.flags = PLIMSOLL_FUSE_INIT_EXT,
		.flags2 = PLIMSOLL_FUSE_PASSTHROUGH >> 32,
		.max_write = 4096,
		.max_stack_depth = 1 };

	return write(f->dev, &out, sizeof(out)) == sizeof(out);
}

/* Registers a file: its id, or -errno. */
static int register_file(int dev, int file)
{
	struct plimsoll_fuse_backing backing = { .fd = file };
	int id = ioctl(dev, PLIMSOLL_FUSE_BACKING_OPEN, &backing);

	return id < 0 ? -errno : id;
}

static struct verdict refused(const struct ask *a, int err)
{
	bool host = env_has_cap(a->env, CAP_SYS_ADMIN) && !a->env->own_userns &&
		!a->own_userns;
	struct verdict v = answer_refused(a, "ioctl(backing_open)", err);

	if (err != EPERM || host)
		return v;
	VERDICT_TEXT(v.layer, "capability");
	VERDICT_TEXT(v.cause,
		"only CAP_SYS_ADMIN on the host may register files to pass "
		"reads and writes through to; the kernel offers it");
	VERDICT_TEXT(v.remedy, "run the daemon as root of the host");
	return v;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_fuse_ struct fuse f = { .dev = -1, .mnt = -1 };
	struct verdict v;

	if (fuse_mount(a, &f, &v) < 0)
		return v;
	if (!(f.flags & PLIMSOLL_FUSE_PASSTHROUGH))
		return answer_absent(
			"the kernel (FUSE %u.%u) does not offer to pass reads and writes through",
			f.init.major, f.init.minor);
	_cleanup_close_ int file = memfd_create("plimsoll", MFD_CLOEXEC);
	if (file < 0)
		return answer_refused(a, "memfd_create", errno);
	int before = register_file(f.dev, file);
	if (!accept_it(&f))
		return answer_refused(a, "write(fuse_init)", errno);
	int id = register_file(f.dev, file);
	if (id < 0)
		return refused(a, -id);
	uint32_t backing = id;
	ioctl(f.dev, PLIMSOLL_FUSE_BACKING_CLOSE, &backing);
	if (before != -EPERM)
		return answer_fail("a daemon that had not accepted it registered a file");
	return answer_pass(
		"the kernel offered it (FUSE %u.%u), and the daemon registered a file once it had "
		"accepted; before, that was EPERM",
		f.init.major, f.init.minor);
}

const struct probe probe_fs_fuse_passthrough = {
	.about = "a FUSE daemon can hand reads and writes on to another file system",
	.how = "As the daemon of a detached mount the asker accepts what the kernel offers, and "
	       "registers a file; before it accepts that must be EPERM.",
	.man = "Documentation/filesystems/fuse/fuse-passthrough.rst",
	.since = "6.9",
	.kconfig = "CONFIG_FUSE_PASSTHROUGH",
	.needed_by = "fuse-overlayfs, lazy-pulling snapshotters",
	.blocked_by = "CAP_SYS_ADMIN on the host; mode of /dev/fuse; seccomp",
	.modules = "fs-fuse",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount, ioctl),
	.ask = ask,
};
