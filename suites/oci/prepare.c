#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "bundle.h"
#include "pool.h"
#include "prepare.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Where things are made: "host" or "bundle/rootfs", in the workspace. */
struct place {
	const struct trial *t;
	const char *dir;
};

static void path_at(const struct place *p, const char *at, char *path, size_t size)
{
	snprintf(path, size, "%s/%s/%s", p->t->workspace, p->dir, at);
}

int make_parents(char *path, bool self)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int r = mkdir(path, 0755);
		*slash = '/';
		if (r < 0 && errno != EEXIST)
			return -errno;
	}
	return self && mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int set_owner_and_mode(const char *path, const json_t *item)
{
	const char *owner = text_of(item, "owner"), *mode = text_of(item, "mode");
	unsigned uid, gid;

	if (owner && sscanf(owner, "%u:%u", &uid, &gid) != 2)
		return -EINVAL;
	if (owner && lchown(path, uid, gid) < 0)
		return -errno;
	return mode && chmod(path, strtoul(mode, NULL, 8)) < 0 ? -errno : 0;
}

static int make_mount(const struct place *p, const json_t *item)
{
	const char *type = text_of(item, "type"), *data = text_of(item, "data");
	char path[PATH_MAX];

	path_at(p, text_of(item, "at"), path, sizeof(path));
	int r = make_parents(path, true);
	if (r == 0 && mount("plimsoll", path, type, 0, data) < 0)
		r = -errno;
	return r;
}

static int make_dir(const struct place *p, const json_t *item)
{
	char path[PATH_MAX];

	path_at(p, text_of(item, "at"), path, sizeof(path));
	int r = make_parents(path, true);
	return r < 0 ? r : set_owner_and_mode(path, item);
}

static int make_file(const struct place *p, const json_t *item)
{
	const char *text = text_of(item, "text");
	char path[PATH_MAX];

	path_at(p, text_of(item, "at"), path, sizeof(path));
	int r = make_parents(path, false);
	if (r < 0)
		return r;
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (text && write(fd, text, strlen(text)) < 0)
		return -errno;
	return set_owner_and_mode(path, item);
}

/* A link takes the place of an empty directory: the root file system has some. */
static int make_link(const struct place *p, const json_t *item)
{
	char path[PATH_MAX], to[PATH_MAX];

	path_at(p, text_of(item, "at"), path, sizeof(path));
	bundle_resolve(p->t, text_of(item, "to"), to, sizeof(to));
	int r = make_parents(path, false);
	if (r < 0)
		return r;
	if (rmdir(path) < 0 && errno != ENOENT)
		return -errno;
	return symlink(to, path) < 0 ? -errno : 0;
}

static const struct {
	const char *type; /* the OCI word */
	const char *file; /* in /proc/PID/ns */
	int flag;
} ns_types[] = {
	{ "mount", "mnt", CLONE_NEWNS },
	{ "network", "net", CLONE_NEWNET },
	{ "uts", "uts", CLONE_NEWUTS },
	{ "ipc", "ipc", CLONE_NEWIPC },
	{ "user", "user", CLONE_NEWUSER },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP },
};

bool prepare_knows_namespace(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(ns_types); i++)
		if (!strcmp(ns_types[i].type, type))
			return true;
	return false;
}

/* Holds a new namespace until it is pinned: made inside the user namespace `owner`, if any. */
static void hold(int flag, int owner, int say, int go, int parent)
{
	char byte;

	die_with_parent(parent);
	int err = (owner >= 0 && setns(owner, CLONE_NEWUSER) < 0) || unshare(flag) < 0
		? errno
		: 0;
	if (write(say, &err, sizeof(err)) == sizeof(err) && read(go, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

/* A namespace is pinned by a bind mount of its file; the mount dies with the dock. */
static int pin(pid_t pid, const char *file, const char *map, const char *path)
{
	char ns[64];
	int r = 0;

	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (map) {
		snprintf(ns, sizeof(ns), "/proc/%d/uid_map", pid);
		r = write_file(AT_FDCWD, ns, map);
		snprintf(ns, sizeof(ns), "/proc/%d/gid_map", pid);
		r = r < 0 ? r : write_file(AT_FDCWD, ns, map);
	}
	snprintf(ns, sizeof(ns), "/proc/%d/ns/%s", pid, file);
	return r < 0 ? r : mount(ns, path, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int hold_and_pin(size_t type, int owner, const char *map, const char *path)
{
	int say[2], go[2], parent = getpid(), err = EIO;

	if (pipe2(say, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		close(go[1]);
		hold(ns_types[type].flag, owner, say[1], go[0], parent);
	}
	close(say[1]);
	close(go[0]);
	if (read(say[0], &err, sizeof(err)) != sizeof(err) && !err)
		err = EIO;
	int r = err ? -err : pin(pid, ns_types[type].file, map, path);
	close(say[0]);
	close(go[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return r;
}

static int make_namespace(const struct place *p, const json_t *item)
{
	const char *type = text_of(item, "type"), *owner = text_of(item, "owner");
	char path[PATH_MAX], owner_path[PATH_MAX];
	_cleanup_close_ int owner_fd = -1;

	path_at(p, text_of(item, "at"), path, sizeof(path));
	if (owner) {
		path_at(p, owner, owner_path, sizeof(owner_path));
		owner_fd = open(owner_path, O_RDONLY | O_CLOEXEC);
		if (owner_fd < 0)
			return -errno;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ns_types); i++)
		if (!strcmp(ns_types[i].type, type))
			return hold_and_pin(i, owner_fd, text_of(item, "map"), path);
	return -EINVAL;
}

struct item_kind {
	const char *key;
	int (*make)(const struct place *p, const json_t *item);
};

static int prepare(const struct place *p, const json_t *wanted,
	const struct item_kind *kinds, size_t count, char *why, size_t why_size)
{
	size_t i;
	json_t *item;

	for (size_t k = 0; k < count; k++) {
		json_array_foreach(json_object_get(wanted, kinds[k].key), i, item) {
			int r = kinds[k].make(p, item);
			if (r < 0) {
				snprintf(why, why_size, "preparing %s %s \"%s\": %s",
					p->dir, kinds[k].key, text_of(item, "at"),
					strerror(-r));
				return r;
			}
		}
	}
	return 0;
}

int prepare_host(const struct trial *t, char *why, size_t why_size)
{
	static const struct item_kind kinds[] = { { "mounts", make_mount },
		{ "dirs", make_dir }, { "files", make_file }, { "links", make_link },
		{ "namespaces", make_namespace } };
	const struct place p = { t, "host" };

	return prepare(&p, t->k->host, kinds, ARRAY_SIZE(kinds), why, why_size);
}

int prepare_rootfs(const struct trial *t, char *why, size_t why_size)
{
	/* Links come last: nothing is made through one. */
	static const struct item_kind kinds[] = { { "dirs", make_dir },
		{ "files", make_file }, { "links", make_link } };
	const struct place p = { t, "bundle/rootfs" };

	return prepare(&p, t->rootfs, kinds, ARRAY_SIZE(kinds), why, why_size);
}
