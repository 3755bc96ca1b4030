/* For tests of mounts: a mount namespace with a tmpfs on /tmp, in it a bundle. */
#ifndef PLIMSOLL_REFERENCE_MOUNTS_H
#define PLIMSOLL_REFERENCE_MOUNTS_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#undef fail /* an old word of Check */

#include "init.h"
#include "safe_path.h"
#include "sync.h"
#include "uapi/mount.h"

#define BUNDLE "/tmp/bundle"
#define ROOTFS "/tmp/bundle/rootfs"
#define VOL    BUNDLE "/vol"

/* mounts[]; quotes are single ones. */
#define M(dest, type, source, ...)                                           \
	"{'destination': '" dest "', 'type': '" type "', 'source': '" source \
	"', 'options': [" __VA_ARGS__ "]}"
#define TMPFS(dest, ...) M(dest, "tmpfs", "tmpfs", __VA_ARGS__)
#define BIND(dest, ...)  M(dest, "bind", "vol", __VA_ARGS__)

static struct failure why;
static const struct config *config; /* while init_mounts() runs */

/* What other parts do; a test that needs one of them has its own. */
__attribute__((weak)) int cgroups_mount(const struct cgroups *cg, int at,
	bool own_namespace, unsigned long attr, int proc, struct failure *f)
{
	return fail(f, 0, "cgroups_mount: own %d, attr %#lx", own_namespace, attr);
}

__attribute__((weak)) json_t *config_namespace(const struct config *c, const char *type)
{
	return NULL;
}

static int (*parent)(size_t index, struct failure *f);

__attribute__((weak)) int sync_mount_source(int socket, size_t index, struct failure *f)
{
	return parent ? parent(index, f) : fail(f, 0, "sync_mount_source");
}

static inline bool not_root(void)
{
	if (geteuid() == 0)
		return false;
	fprintf(stderr, "skipped: needs root\n");
	return true;
}

static inline bool without_setattr(void)
{
	if (not_root())
		return true;
	if (sys_mount_setattr(-1, "", AT_EMPTY_PATH, NULL, 0) == 0 || errno != ENOSYS)
		return false;
	fprintf(stderr, "skipped: this kernel has no mount_setattr\n");
	return true;
}

static inline void private_tmp(void)
{
	if (geteuid() != 0)
		return;
	umask(022);
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("test", "/tmp", "tmpfs", 0, "size=64M"), 0);
	ck_assert_int_eq(mkdir(BUNDLE, 0755), 0);
	ck_assert_int_eq(mkdir(ROOTFS, 0755), 0);
}

/* This kernel has no such call any more. */
static inline void without(int call, int err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	ck_assert_ptr_nonnull(filter);
	ck_assert_int_eq(seccomp_rule_add(filter, SCMP_ACT_ERRNO(err), call, 0), 0);
	ck_assert_int_eq(seccomp_load(filter), 0);
	seccomp_release(filter);
}

static inline void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void tmpfs_at(const char *path)
{
	ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
	ck_assert_int_eq(mount("test", path, "tmpfs", 0, "mode=755"), 0);
}

/* A volume of three mounts, one below the other. */
static inline void volume(void)
{
	tmpfs_at(VOL);
	tmpfs_at(VOL "/sub");
	tmpfs_at(VOL "/sub/sub");
}

static inline bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* 0 or the errno of making a file in a directory. */
static inline int writing(const char *dir)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/written", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	close(fd);
	return unlink(path) < 0 ? errno : 0;
}

static inline unsigned long flags_of(const char *path)
{
	struct statvfs fs;

	ck_assert_msg(statvfs(path, &fs) == 0, "%s: %s", path, strerror(errno));
	return fs.f_flag;
}

/* The line of /proc/self/mountinfo about what is uppermost at a path; "" if nothing is. */
static inline const char *mountinfo(const char *path)
{
	static char found[4096];
	char line[4096], at[2048];
	FILE *f = fopen("/proc/self/mountinfo", "re");

	*found = '\0';
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %*s %2047s", at) == 1 && !strcmp(at, path))
			memcpy(found, line, sizeof(found));
	fclose(f);
	return found;
}

/* init_mounts() of a config; quotes in it may be single ones. */
static inline int mounts_of(const char *text, const struct init *like)
{
	char json[65536];
	json_error_t error;
	struct config c = { 0 };
	struct init in = *like;

	ck_assert_int_lt(snprintf(json, sizeof(json), "%s", text), (int)sizeof(json));
	for (char *p = json; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	c.json = json_loads(json, 0, &error);
	ck_assert_msg(c.json != NULL, "%s: %s", error.text, json);
	c.mounts = json_object_get(c.json, "mounts");
	c.os = json_object_get(c.json, "linux");
	in.config = &c;
	in.bundle = BUNDLE;
	in.bundle_fd = open(BUNDLE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	in.rootfs = open(ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	in.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	why = (struct failure) { 0 };
	config = &c;
	int r = init_mounts(&in, &why);
	ck_assert(r == 0 || r == -why.err);
	close(in.bundle_fd);
	close(in.rootfs);
	close(in.proc);
	json_decref(c.json);
	return r;
}

static inline int mounts(const char *list)
{
	char text[60000];
	struct init in = { .parent = -1 };

	snprintf(text, sizeof(text), "{'mounts': [%s]}", list);
	return mounts_of(text, &in);
}

/* One that has to work. */
static inline void mounted(const char *list)
{
	int r = mounts(list);

	ck_assert_msg(r == 0, "%s\n%s", why.text, list);
}

/* One that has to be refused, for a reason that names this. */
static inline void refused(const char *list, const char *name)
{
	int r = mounts(list);

	ck_assert_msg(r < 0, "not refused: %s", list);
	ck_assert_msg(
		strstr(why.text, name) != NULL, "\"%s\" is not in: %s", name, why.text);
	ck_assert_ptr_null(strchr(why.text, '\n'));
}

#endif
