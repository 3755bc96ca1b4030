/*
 * A world to make containers in: namespaces of the test's own (Check runs each test in a
 * process of its own), a tmpfs over /tmp, in it a bundle with an empty rootfs. Nothing of
 * it is on the host.
 */
#ifndef PLIMSOLL_REFERENCE_WORLD_H
#define PLIMSOLL_REFERENCE_WORLD_H

#include "init.h" /* before check.h, where fail() is a macro */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "uapi/mount.h"

#define ROOTFS "/tmp/bundle/rootfs"

static struct config world_config;
static struct init in;
static struct failure f;

static bool is_root(const char *test)
{
	if (geteuid() != 0)
		fprintf(stderr, "%s: skipped: it needs root\n", test);
	return geteuid() == 0;
}

static void must(bool ok, const char *what)
{
	ck_assert_msg(ok, "%s: %s", what, strerror(errno));
}

/* Reads the config; ' stands for ". */
static void use(const char *text)
{
	char *json = strdup(text);
	json_error_t e;

	for (char *p = json; (p = strchr(p, '\''));)
		*p = '"';
	json_decref(world_config.json);
	world_config.json = json_loads(json, 0, &e);
	ck_assert_msg(world_config.json != NULL, "%s: %s", text, e.text);
	free(json);
	world_config.mounts = json_object_get(world_config.json, "mounts");
	world_config.os = json_object_get(world_config.json, "linux");
}

static void world(void)
{
	if (geteuid() != 0)
		return;
	must(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET) == 0,
		"unshare");
	must(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0, "private");
	must(mount("tmpfs", "/tmp", "tmpfs", 0, "mode=755") == 0, "tmpfs");
	must(mkdir("/tmp/bundle", 0755) == 0 && mkdir(ROOTFS, 0755) == 0, "bundle");
	must(mkdir(ROOTFS "/proc", 0755) == 0, "proc");
	must(mount("/proc", ROOTFS "/proc", NULL, MS_BIND | MS_REC, NULL) == 0, "bind");
	int proc = sys_open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (proc < 0)
		proc = open("/proc", O_PATH | O_CLOEXEC);
	in = (struct init) { .config = &world_config,
		.bundle = "/tmp/bundle",
		.bundle_fd = open("/tmp/bundle", O_PATH | O_CLOEXEC),
		.rootfs = -1,
		.proc = proc,
		.parent = -1,
		.null = -1 };
	must(proc >= 0 && in.bundle_fd >= 0, "open_tree(/proc)");
	use("{'root': {'path': 'rootfs'}, 'linux': {}}");
}

static void done(int r)
{
	ck_assert_msg(r == 0, "%d: %s", r, f.text);
}

/* It failed, and says so of what it should. */
static void refused(int r, const char *about)
{
	ck_assert_msg(r < 0, "not refused: %s", about);
	ck_assert_msg(
		strstr(f.text, about) != NULL, "\"%s\" does not name %s", f.text, about);
	ck_assert_ptr_null(strchr(f.text, '\n'));
}

static __attribute__((unused)) void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

/* The size of what can be read there, or -errno. */
static __attribute__((unused)) int size_of(const char *path)
{
	char text[4096];
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int n = fd < 0 ? -1 : (int)read(fd, text, sizeof(text));

	return n < 0 ? -errno : n;
}

/* The line of mountinfo about what is mounted (last) at a path; "" if there is none. */
static __attribute__((unused)) const char *mount_line(const char *path)
{
	static char found[1024];
	char line[1024], at[1024];
	FILE *text = fopen("/proc/self/mountinfo", "re");

	must(text != NULL, "mountinfo");
	found[0] = '\0';
	while (fgets(line, sizeof(line), text))
		if (sscanf(line, "%*s %*s %*s %*s %1023s", at) == 1 && !strcmp(at, path))
			strcpy(found, line);
	fclose(text);
	return found;
}

static __attribute__((unused)) int mount_count(void)
{
	FILE *text = fopen("/proc/self/mountinfo", "re");
	int n = 0, c;

	must(text != NULL, "mountinfo");
	while ((c = fgetc(text)) != EOF)
		n += c == '\n';
	fclose(text);
	return n;
}

#endif
