/* The root of the container: a mount of its own, then "/" of its mount namespace. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bind.h"
#include "init.h"
#include "mount.h"
#include "old_root.h"
#include "uapi/mount.h"

#define ROOT_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

/*
 * What linux.rootfsPropagation means: for all mounts that the namespace was born with,
 * before anything is done, and for the container's "/" in the end. Only "shared" lets the
 * former stay peers of the host's (0); all else lets nothing out. The "r" is for those,
 * too: the mounts of mounts[] say for themselves what they are.
 */
static const struct propagation {
	const char *name;
	unsigned long born, root;
} propagations[] = {
	{ "", MS_SLAVE, MS_SLAVE },
	{ "shared", 0, MS_SHARED },
	{ "rshared", 0, MS_SHARED },
	{ "slave", MS_SLAVE, MS_SLAVE },
	{ "rslave", MS_SLAVE, MS_SLAVE },
	{ "private", MS_SLAVE, MS_PRIVATE },
	{ "rprivate", MS_PRIVATE, MS_PRIVATE },
	{ "unbindable", MS_SLAVE, MS_UNBINDABLE },
	{ "runbindable", MS_SLAVE, MS_UNBINDABLE },
};

static const struct propagation *propagation_of(const struct init *in, struct failure *f)
{
	const char *asked = config_string(in->config->json, "linux.rootfsPropagation");

	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++)
		if (!strcmp(propagations[i].name, asked ? asked : ""))
			return &propagations[i];
	fail(f, 0, "linux.rootfsPropagation: \"%s\" is none", asked);
	return NULL;
}

/*
 * By its whole name, not from in->bundle_fd: a descriptor that was opened in another
 * mount namespace leads to the mounts of that one, which are not for us to change.
 */
static int open_root(const struct init *in, struct failure *f)
{
	const char *path = config_string(in->config->json, "root.path");
	bool whole = path && path[0] == '/';
	char absolute[PATH_MAX];

	if (!path)
		return fail(f, 0, "root.path: it is not there");
	int n = snprintf(absolute, sizeof(absolute), "%s%s%s", whole ? "" : in->bundle,
		whole ? "" : "/", path);
	if (n >= (int)sizeof(absolute))
		return fail(f, ENAMETOOLONG, "root.path: %s", path);
	int fd = open(absolute, ROOT_FLAGS);
	return fd < 0 ? fail(f, errno, "root.path: open(%s)", absolute) : fd;
}

static bool same_directory(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
		sa.st_ino == sb.st_ino;
}

/*
 * What is attached to a shared mount appears on the host; and pivot_root(2) refuses it.
 * So the mount that the root file system is on has to leave its peers. As their slave it
 * still sees what comes.
 */
static int leave_peers(const struct init *in, int dir, struct failure *f)
{
	_cleanup_close_ int at = fcntl(dir, F_DUPFD_CLOEXEC, 3);

	while (at >= 0) {
		int r = bind_propagation(in->proc, at, MS_SLAVE);
		if (r != -EINVAL) /* it is the root of a mount */
			return r < 0 ? fail(f, -r, "root.path: mount(MS_SLAVE)") : 0;
		_cleanup_close_ int below = at;
		at = openat(below, "..", ROOT_FLAGS);
		if (at >= 0 && same_directory(below, at))
			return fail(
				f, EINVAL, "root.path: \"/\" is not the root of a mount");
	}
	return fail(f, errno, "root.path: open(..)");
}

static int mount_root(
	struct init *in, int dir, const struct propagation *p, struct failure *f)
{
	_cleanup_close_ int mnt = -1;
	int r = bind_over(in->proc, dir, dir, true, &mnt);

	if (r < 0)
		return fail(f, -r, "root.path: binding %s onto itself",
			config_string(in->config->json, "root.path"));
	if (mnt < 0) /* the same again is the new mount on it */
		mnt = open_root(in, f);
	if (mnt < 0)
		return mnt;
	/* A clone is a peer of what it was cloned from. */
	r = bind_propagation(in->proc, mnt, MS_REC | (p->born ? p->born : MS_SLAVE));
	if (r < 0)
		return fail(f, -r, "linux.rootfsPropagation: mount(MS_SLAVE)");
	in->rootfs = TAKE_FD(mnt);
	return 0;
}

int init_rootfs(struct init *in, struct failure *f)
{
	const struct propagation *p = propagation_of(in, f);
	int r = 0;

	if (!p)
		return -f->err;
	/* Without pivot_root(2) the host's mounts are unmounted by name. The host's peers
	 * of theirs would go, too. */
	if (in->no_pivot && !p->born)
		return fail(f, ENOTSUP, "linux.rootfsPropagation: %s without pivot_root",
			p->name);
	if (p->born && mount(NULL, "/", NULL, p->born | MS_REC, NULL) < 0)
		return fail(f, errno, "linux.rootfsPropagation: mount(/)");
	_cleanup_close_ int dir = open_root(in, f);
	if (dir < 0)
		return dir;
	if (!p->born)
		r = leave_peers(in, dir, f);
	return r < 0 ? r : mount_root(in, dir, p, f);
}

static int pivot(const struct init *in, struct failure *f)
{
	_cleanup_close_ int old = open("/", ROOT_FLAGS);

	if (old < 0)
		return fail(f, errno, "root.path: open(/)");
	if (fchdir(in->rootfs) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return fail(f, errno, "root.path: pivot_root");
	/* The old root is on top of the new one now. What is unmounted under a peer of
	 * the host's would be unmounted there, too. */
	if (fchdir(old) < 0 || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return fail(f, errno, "root.path: mount(MS_SLAVE) of the old root");
	if (umount2(".", MNT_DETACH) < 0)
		return fail(f, errno, "root.path: umount2 of the old root");
	return chdir("/") < 0 ? fail(f, errno, "root.path: chdir(/)") : 0;
}

static int enter(const char *call, struct failure *f)
{
	if (chroot(".") < 0 || chdir("/") < 0)
		return fail(f, errno, "root.path: %s", call);
	return 0;
}

static int move_root(const struct init *in, struct failure *f)
{
	_cleanup_close_ int old = open("/", ROOT_FLAGS);
	_cleanup_old_root_ struct old_root host = { 0 };

	if (old < 0)
		return fail(f, errno, "root.path: open(/)");
	int r = old_root_read(in, &host, f);
	if (r < 0)
		return r;
	if (fchdir(in->rootfs) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return fail(f, errno, "root.path: mount(MS_MOVE) to /");
	r = old_root_clear(in->proc, &host, old, f);
	if (r < 0)
		return r;
	if (fchdir(in->rootfs) < 0)
		return fail(f, errno, "root.path: fchdir");
	return enter("chroot", f);
}

/* What is asked of "/" itself, when nothing more is put into it. */
static int finish(const struct init *in, struct failure *f)
{
	const struct propagation *p = propagation_of(in, f);
	int r = p ? bind_propagation(in->proc, in->rootfs, p->root) : -f->err;

	if (r < 0)
		return p ? fail(f, -r, "linux.rootfsPropagation: %s", p->name) : r;
	if (!config_true(in->config->json, "root.readonly"))
		return 0;
	r = mount_change(in->rootfs, in->proc, MOUNT_ATTR_RDONLY, 0, false);
	return r < 0 ? fail(f, -r, "root.readonly") : 0;
}

int init_pivot(struct init *in, struct failure *f)
{
	int r = in->no_pivot ? move_root(in, f) : pivot(in, f);

	if (r < 0)
		return r;
	int root = open("/", ROOT_FLAGS);
	if (root < 0)
		return fail(f, errno, "root.path: open(/)");
	close(in->rootfs);
	in->rootfs = root;
	return finish(in, f);
}

int init_chroot(struct init *in, struct failure *f)
{
	static const char *const mounting[] = { "mounts", "linux.maskedPaths",
		"linux.readonlyPaths", "root.readonly", "linux.rootfsPropagation" };

	for (size_t i = 0; i < ARRAY_SIZE(mounting); i++) {
		const json_t *v = config_get(in->config->json, mounting[i]);
		if (json_array_size(v) || json_is_true(v) || json_string_length(v))
			return fail(
				f, 0, "%s: it needs a new mount namespace", mounting[i]);
	}
	_cleanup_close_ int dir = open_root(in, f);
	if (dir < 0)
		return dir;
	if (fchdir(dir) < 0)
		return fail(f, errno, "root.path: fchdir");
	int r = enter("chroot", f);
	if (r == 0)
		in->rootfs = TAKE_FD(dir);
	return r;
}
