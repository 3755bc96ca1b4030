#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mnt.h"
#include "uapi/mount.h"

static int refused(const struct ask *a, const char *call, const char *what, int err,
	struct verdict *ret_refused)
{
	char stage[32];

	snprintf(stage, sizeof(stage), "%s(%s)", call, what);
	*ret_refused = answer_refused(a, stage, err);
	return -1;
}

int mnt_configure(const struct ask *a, const char *type, const struct mnt_option *options,
	struct verdict *ret_refused)
{
	_cleanup_close_ int fs = sys_fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0)
		return refused(a, "fsopen", type, errno, ret_refused);
	for (const struct mnt_option *o = options; o && o->key; o++)
		if (sys_fsconfig(fs,
			    o->value ? PLIMSOLL_FSCONFIG_SET_STRING
				     : PLIMSOLL_FSCONFIG_SET_FLAG,
			    o->key, o->value, 0) < 0)
			return refused(a, "fsconfig", o->key, errno, ret_refused);
	return TAKE_FD(fs);
}

int mnt_make(const struct ask *a, const char *type, const struct mnt_option *options,
	struct verdict *ret_refused)
{
	_cleanup_close_ int fs = mnt_configure(a, type, options, ret_refused);

	if (fs < 0)
		return -1;
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return refused(a, "fsconfig", "create", errno, ret_refused);
	int mnt = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return mnt < 0 ? refused(a, "fsmount", type, errno, ret_refused) : mnt;
}

int mnt_clone(const struct ask *a, int dirfd, const char *path, bool recursive,
	struct verdict *ret_refused)
{
	int mnt = sys_open_tree(dirfd, path,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) |
			(*path ? 0 : AT_EMPTY_PATH));

	return mnt < 0 ? refused(a, "open_tree", "clone", errno, ret_refused) : mnt;
}

int mnt_try_write(int dirfd, const char *dir)
{
	_cleanup_close_ int at = openat(dirfd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd =
		openat(at, "plimsoll", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	return unlinkat(at, "plimsoll", 0) < 0 ? errno : 0;
}

struct verdict mnt_ask_owned(const struct ask *a, const char *type, unsigned long magic)
{
	struct verdict v;
	struct statfs fs;
	struct stat st;

	_cleanup_close_ int mnt = mnt_make(a, type, NULL, &v);
	if (mnt < 0)
		return v;
	if (fstatfs(mnt, &fs) < 0)
		return answer_refused(a, "fstatfs", errno);
	if ((unsigned long)fs.f_type != magic)
		return answer_fail("a %s was mounted, but statfs(2) says it is %#lx",
			type, (unsigned long)fs.f_type);
	if (mkdirat(mnt, "plimsoll", 0755) < 0)
		return answer_refused(a, "mkdirat", errno);
	if (fstatat(mnt, "plimsoll", &st, 0) < 0 || st.st_uid != 0 || st.st_gid != 0)
		return answer_fail("what root of a user namespace makes in its %s is not "
				   "its own",
			type);
	return answer_pass(
		"a fresh %s could be mounted and written, and what was made in "
		"it belongs to the namespace's root",
		type);
}

/* tree/ and tree/sub are two tmpfs, view/ a recursive bind of them. */
static int make_rro_tree(void)
{
	if (mkdir("tree", 0755) < 0 || mkdir("view", 0755) < 0 ||
		mount("t", "tree", "tmpfs", 0, NULL) < 0 || mkdir("tree/sub", 0755) < 0 ||
		mount("s", "tree/sub", "tmpfs", 0, NULL) < 0 ||
		mount("tree", "view", NULL, MS_BIND | MS_REC, NULL) < 0)
		return -errno;
	return 0;
}

struct verdict mnt_ask_rro(const struct ask *a)
{
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };

	int r = make_rro_tree();
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (mount(NULL, "view", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_REC, NULL) <
		0)
		return answer_refused(a, "mount(ro)", errno);
	if (mnt_try_write(AT_FDCWD, "view") != EROFS ||
		mnt_try_write(AT_FDCWD, "view/sub") != 0)
		return answer_error("mount(ro)", 0,
			"the control failed: a plain read-only bind must "
			"cover its top and nothing below");

	if (sys_mount_setattr(AT_FDCWD, "view", AT_RECURSIVE, &rdonly, sizeof(rdonly)) <
		0)
		return answer_refused(a, "mount_setattr", errno);
	if (mnt_try_write(AT_FDCWD, "view/sub") != EROFS)
		return answer_fail(
			"AT_RECURSIVE with MOUNT_ATTR_RDONLY succeeded, but a submount "
			"could still be written");
	if (mnt_try_write(AT_FDCWD, "tree/sub") != 0)
		return answer_fail("the source of the bind mount became read-only too");
	return answer_pass(
		"a write in the submount gave EROFS; under a plain read-only bind it had "
		"succeeded, and in the source it still does");
}

int mnt_type_known(const struct env *env, const char *type)
{
	char text[8192], line[64];

	if (env_file(env, "/proc/filesystems", text, sizeof(text)) < 0)
		return -1;
	snprintf(line, sizeof(line), "\t%s\n", type);
	return strstr(text, line) != NULL;
}
