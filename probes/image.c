#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"
#include "mnt.h"
#include "pool.h"
#include "uapi/mount.h"

#define IMAGE "image"
#define EMPTY "empty" /* the directory that a read-only file system is made of */

/*
 * How each is made. The smallest that its kernel code mounts, without what takes time (a
 * journal, resize inodes). Two rows: mkfs.xfs has refused less than 300 MiB since xfsprogs
 * 5.19 but for its own tests, and earlier ones do not know that option; a hole costs nothing.
 */
static const struct maker {
	const char *type, *package;
	off_t size; /* 0: the tool makes the file */
	const char *argv[12];
} makers[] = {
	{ "ext4", "e2fsprogs", 256 << 10,
		{ "mkfs.ext4", "-q", "-F", "-O", "^has_journal,^resize_inode", "-N", "16",
			"-b", "1024", IMAGE } },
	{ "xfs", "xfsprogs", 16 << 20,
		{ "mkfs.xfs", "-q", "-f", "--unsupported", "-d", "size=16m", IMAGE } },
	{ "xfs", "xfsprogs", 300 << 20, { "mkfs.xfs", "-q", "-f", IMAGE } },
	{ "vfat", "dosfstools", 256 << 10, { "mkfs.vfat", IMAGE } },
	{ "btrfs", "btrfs-progs", 128 << 20,
		{ "mkfs.btrfs", "-q", "-f", "-m", "single", "-d", "single", IMAGE } },
	{ "ntfs3", "ntfs-3g", 2 << 20, { "mkfs.ntfs", "-F", "-Q", "-q", IMAGE } },
	{ "f2fs", "f2fs-tools", 64 << 20, { "mkfs.f2fs", "-q", "-f", IMAGE } },
	{ "erofs", "erofs-utils", 0, { "mkfs.erofs", IMAGE, EMPTY } },
	{ "squashfs", "squashfs-tools", 0,
		{ "mksquashfs", EMPTY, IMAGE, "-noappend", "-no-progress", "-processors",
			"1" } },
};

int image_allowed(const struct ask *a, const char *type, struct verdict *ret_refused)
{
	char stage[32];

	_cleanup_close_ int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0) {
		snprintf(stage, sizeof(stage), "fsopen(%s)", type);
		*ret_refused = answer_refused(a, stage, errno);
		return -1;
	}
	/* The privilege is looked at first; who has it is then told that the device is missing. */
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0 ||
		errno != EPERM)
		return 0;
	*ret_refused = answer_refused(a, "fsconfig(create)", EPERM);
	if (!strcmp(ret_refused->layer, "ownership")) {
		VERDICT_TEXT(ret_refused->cause,
			"a file system on a block device is mounted only by who has "
			"CAP_SYS_ADMIN in the initial user namespace");
		VERDICT_TEXT(ret_refused->remedy,
			"ask as root, or of a directory: plimsoll probe --path DIR "
			"idmap/path");
	}
	return -1;
}

/* The tool by its whole path. What the system has comes before what PATH says. */
static bool find_tool(const char *name, char *path, size_t size)
{
	char dirs[4096];
	const char *list = getenv("PATH");

	snprintf(dirs, sizeof(dirs), "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:%s",
		list ? list : "");
	for (char *dir = strtok(dirs, ":"); dir; dir = strtok(NULL, ":")) {
		snprintf(path, size, "%s/%s", dir, name);
		if (*dir == '/' && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void run_tool(const char *path, const struct maker *m, int parent)
{
	die_with_parent(parent);
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	execv(path, (char *const *)m->argv);
	_exit(127);
}

/* Makes the image with one maker. 0; -ENOENT without the tool; -EIO if it failed. */
static int make_with(const struct maker *m)
{
	int status, parent = getpid();
	char path[4200];

	if (!find_tool(m->argv[0], path, sizeof(path)))
		return -ENOENT;
	unlink(IMAGE);
	if (m->size) {
		_cleanup_close_ int fd =
			open(IMAGE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || ftruncate(fd, m->size) < 0)
			return -errno;
	} else if (mkdir(EMPTY, 0755) < 0 && errno != EEXIST) {
		return -errno;
	}
	pid_t pid = fork();
	if (pid == 0)
		run_tool(path, m, parent);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int make_image(const char *type, struct verdict *ret_refused)
{
	const struct maker *m = NULL;
	char cause[200], remedy[200];
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(makers) && r < 0; i++) {
		if (strcmp(makers[i].type, type))
			continue;
		m = &makers[i];
		r = make_with(m);
	}
	if (r == 0)
		return 0;
	snprintf(cause, sizeof(cause), r == -ENOENT ? "%s is not installed" : "%s failed",
		m ? m->argv[0] : type);
	snprintf(remedy, sizeof(remedy),
		"install %s, or ask of a directory on such a file system: plimsoll probe "
		"--path DIR idmap/path",
		m ? m->package : type);
	*ret_refused = answer_denied("helper", cause, remedy,
		"not asked: no %s is mounted here to be asked, and none could be made",
		type);
	return -1;
}

static int no_loop(const char *stage, int err, struct verdict *ret_refused)
{
	bool module = !err;

	*ret_refused = answer_denied(module ? "module" : "permission",
		module ? "the kernel has no loop devices now (/proc/misc)"
		       : "loop devices may not be used, or have no nodes in /dev here",
		module ? "modprobe loop"
		       : "ask on the host, or give the container /dev/loop-control and /dev/loop*",
		"%s: %s", stage, module ? "not there" : strerror(err));
	VERDICT_TEXT(ret_refused->stage, "%s", stage);
	ret_refused->err = err;
	return -1;
}

/* Opening the control node would load the module. */
static bool has_loop(const struct env *env)
{
	char text[8192];

	return env_file(env, "/proc/misc", text, sizeof(text)) > 0 &&
		strstr(text, " loop-control");
}

struct loop {
	int fd, control;
	int made; /* the number of one that was not there before, or -1 */
	char path[32];
};

/* Puts the image behind loop device `n`: 0 or -errno. -EBUSY: it is somebody else's. */
static int configure(struct loop *loop, int n, int image)
{
	struct loop_config config = { .fd = image,
		.info = { .lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_READ_ONLY } };

	snprintf(loop->path, sizeof(loop->path), "/dev/loop%d", n);
	_cleanup_close_ int fd = open(loop->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, LOOP_CONFIGURE, &config) < 0)
		return -errno;
	loop->fd = TAKE_FD(fd);
	return 0;
}

/* One of those that are there, if one is free. */
static int take_free(struct loop *loop, int image)
{
	_cleanup_closedir_ DIR *dir = opendir("/sys/block");
	const struct dirent *e;
	char path[64];
	int n, r = -EBUSY;

	while (dir && r < 0 && (e = readdir(dir))) {
		if (sscanf(e->d_name, "loop%d", &n) != 1)
			continue;
		snprintf(path, sizeof(path), "/sys/block/loop%d/loop", n);
		if (access(path, F_OK) < 0)
			r = configure(loop, n, image);
	}
	return r;
}

/* 0, or -1 with *ret_refused. */
static int open_loop(const struct ask *a, struct loop *loop, struct verdict *ret_refused)
{
	if (!has_loop(a->env))
		return no_loop("open(loop-control)", 0, ret_refused);
	_cleanup_close_ int image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	if (image < 0) {
		*ret_refused = answer_error(
			"open(image)", errno, "the image just made cannot be read");
		return -1;
	}
	if (take_free(loop, image) == 0)
		return 0;
	loop->control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (loop->control < 0)
		return no_loop("open(loop-control)", errno, ret_refused);
	int n = ioctl(loop->control, LOOP_CTL_GET_FREE);
	if (n < 0)
		return no_loop("ioctl(LOOP_CTL_GET_FREE)", errno, ret_refused);
	loop->made = n;
	int r = configure(loop, n, image);
	return r < 0 ? no_loop("ioctl(LOOP_CONFIGURE)", -r, ret_refused) : 0;
}

/* The device lets go of the image by itself; one that was made for it is removed, too. */
static void close_loop(const struct loop *loop)
{
	cleanup_close(&loop->fd);
	if (loop->made >= 0)
		ioctl(loop->control, LOOP_CTL_REMOVE, loop->made);
	cleanup_close(&loop->control);
}

static struct verdict ask_device(const struct ask *a, const char *type,
	const char *device,
	struct verdict (*ask)(const struct ask *a, int mnt, const char *type))
{
	struct mnt_option options[] = { { "source", device }, { "ro", NULL }, { 0 } };
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, type, options, &v);
	if (mnt >= 0)
		return ask(a, mnt, type);
	if (v.outcome != OUTCOME_ABSENT)
		return v;
	/* It knows the type: then it is a feature that a newer mkfs gives the image. */
	struct verdict denied = answer_denied("helper",
		"this kernel does not mount what this system's mkfs makes",
		"ask of a directory on such a file system: plimsoll probe --path DIR idmap/path",
		"%s", v.detail);
	VERDICT_TEXT(denied.stage, "%s", v.stage);
	denied.err = v.err;
	return denied;
}

struct verdict image_ask(const struct ask *a, const char *type,
	struct verdict (*ask)(const struct ask *a, int mnt, const char *type))
{
	struct loop loop = { .fd = -1, .control = -1, .made = -1 };
	struct verdict v;

	if (a->no_devices)
		return answer_denied("helper",
			"no file system of this type is mounted where it could be asked, and a "
			"preflight makes none",
			"ask of a directory on such a file system (--path DIR), or: plimsoll probe "
			"'idmap/*'",
			"not asked: it takes a loop device");
	if (make_image(type, &v) < 0)
		return v;
	if (open_loop(a, &loop, &v) == 0)
		v = ask_device(a, type, loop.path, ask);
	close_loop(&loop);
	return v;
}
