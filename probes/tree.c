#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"
#include "uapi/mount.h"
#include "uapi/stat.h"

int tree_mount(const char *dir, const char *options)
{
	if (mkdir(dir, 0755) < 0 || mount("plimsoll", dir, "tmpfs", 0, options) < 0)
		return -errno;
	return 0;
}

int tree_make(const struct ask *a, const char *const *dirs, struct verdict *ret_refused)
{
	for (; *dirs; dirs++) {
		int r = tree_mount(*dirs, NULL);
		if (r < 0) {
			*ret_refused = answer_refused(a, "mount", -r);
			return -1;
		}
	}
	return 0;
}

int tree_appears(const char *at, const char *there)
{
	struct stat here, other;

	if (mount("plimsoll", at, "tmpfs", 0, NULL) < 0 || stat(at, &here) < 0 ||
		stat(there, &other) < 0)
		return -errno;
	return here.st_dev == other.st_dev;
}

int tree_touch(int dirfd, const char *path)
{
	_cleanup_close_ int fd =
		openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : 0;
}

bool tree_has(int dirfd, const char *path)
{
	return faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int tree_mount_id(const struct ask *a, const char *path, uint64_t *ret_id,
	struct verdict *ret_refused)
{
	uint64_t id = 0;

	int r = mount_id_ask(path, &id);
	if (r < 0 && r != -ENODATA) {
		*ret_refused = answer_refused(a, "statx", -r);
		return -1;
	}
	*ret_id = id;
	return 0;
}

/* A positive errno, always: there are no such paths. */
static int move_nothing(unsigned flags)
{
	return sys_move_mount(AT_FDCWD, "none/from", AT_FDCWD, "none/to", flags) < 0
		? errno
		: 0;
}

int tree_move_flag(const struct ask *a, unsigned flag, const char *stage,
	struct verdict *ret_refused)
{
	int plain = move_nothing(0);

	if (plain != ENOENT) {
		*ret_refused = answer_refused(a, "move_mount", plain);
		return -1;
	}
	int flagged = move_nothing(flag);
	if (flagged == ENOENT)
		return 0;
	*ret_refused = answer_refused(a, stage, flagged);
	return -1;
}

static struct verdict inherit(const struct ask *a, void *arg)
{
	struct verdict (*const *fn)(const struct ask *a) = arg;
	struct verdict v;
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return answer_refused(a, "unshare(user,mnt)", errno);
	return map_self(a, uid, gid, &v) < 0 ? v : (*fn)(a);
}

struct verdict tree_inherited(
	const struct ask *a, struct verdict (*fn)(const struct ask *a))
{
	return ask_in_child(a, inherit, &fn);
}

struct entrance {
	int ns;
	const char *file;
};

static struct verdict enter(const struct ask *a, void *arg)
{
	const struct entrance *e = arg;
	struct stat before, after;

	if (stat("/", &before) < 0 || (before.st_mode & 07777) == TREE_MODE)
		return answer_error("stat", 0,
			"the control failed: the root directory "
			"has the mode %o of ours",
			TREE_MODE);
	if (setns(e->ns, CLONE_NEWNS) < 0)
		return answer_refused(a, "setns(mnt)", errno);
	if (stat("/", &after) < 0 || (after.st_mode & 07777) != TREE_MODE ||
		(e->file && !tree_has(AT_FDCWD, e->file)))
		return answer_fail(
			"the root directory of the new mount namespace is not the "
			"mount it was made of");
	if (tree_has(AT_FDCWD, "/proc"))
		return answer_fail(
			"the new mount namespace holds more than the mount it was made of");
	return answer_pass("entered");
}

struct verdict tree_entered(const struct ask *a, int ns, const char *file)
{
	struct entrance e = { ns, file };

	return ask_in_child(a, enter, &e);
}
