#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "id_map.h"
#include "uapi/mount.h"

int id_map_read(const json_t *mount, const struct mount_options *o, struct id_map *ret,
	struct failure *f)
{
	const json_t *uids = json_object_get(mount, "uidMappings");
	const json_t *gids = json_object_get(mount, "gidMappings");
	bool u = json_array_size(uids) > 0, g = json_array_size(gids) > 0;

	if (u != g)
		return fail(f, 0, "%s without %s", u ? "uidMappings" : "gidMappings",
			u ? "gidMappings" : "uidMappings");
	*ret = (struct id_map) {
		.wanted = u || o->idmap || o->ridmap,
		.recursive = o->ridmap,
		.uids = u ? uids : NULL,
		.gids = g ? gids : NULL,
	};
	return 0;
}

/* The lines of a map; the caller frees them. */
static char *map_text(const json_t *map, size_t *ret_size)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, ret_size);
	const json_t *range;
	size_t i;

	if (!to)
		return NULL;
	json_array_foreach(map, i, range)
		fprintf(to, "%lld %lld %lld\n",
			(long long)json_integer_value(
				json_object_get(range, "containerID")),
			(long long)json_integer_value(json_object_get(range, "hostID")),
			(long long)json_integer_value(json_object_get(range, "size")));
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* The kernel takes a map in one write only, and only once. */
static int write_map(int proc, const char *name, const json_t *map, struct failure *f)
{
	size_t size = 0;
	_cleanup_free_ char *text = map_text(map, &size);
	_cleanup_close_ int fd = openat(proc, name, O_WRONLY | O_CLOEXEC);

	if (!text)
		return fail(f, ENOMEM, "%s", name);
	if (fd < 0)
		return fail(f, errno, "/proc/PID/%s", name);
	ssize_t n = write(fd, text, size);
	text[strcspn(text, "\n")] = '\0';
	if (n != (ssize_t)size)
		return fail(f, n < 0 ? errno : EIO, "write(/proc/PID/%s, \"%s%s\")", name,
			text, strlen(text) + 1 < size ? " ..." : "");
	return 0;
}

/* Groups of nobody: what lets a caller without privileges write its one line. */
static void deny_setgroups(int proc)
{
	_cleanup_close_ int fd = openat(proc, "setgroups", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "deny", 4) < 0)
		return; /* the write of gid_map says what is wrong */
}

/*
 * Holds a user namespace until the socket is closed. Says an errno or, by what "/proc" is
 * here, its name there: the pid we have may be another than the one that procfs shows.
 */
_Noreturn static void hold(int socket)
{
	char name[64] = { 0 };
	int err = 0;

	if (unshare(CLONE_NEWUSER) < 0 ||
		readlink("/proc/self", name + sizeof(err), sizeof(name) - 16) < 0)
		err = errno;
	memcpy(name, &err, sizeof(err));
	if (send(socket, name, sizeof(name), MSG_NOSIGNAL) == sizeof(name))
		while (recv(socket, name, 1, 0) < 0 && errno == EINTR)
			;
	_exit(0);
}

/* The directory of the holder in "/proc", as soon as its namespace is there. */
static int holder(int socket, struct failure *f)
{
	char name[64] = { 0 }, path[128];
	ssize_t n;
	int err;

	do
		n = recv(socket, name, sizeof(name), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(name))
		return fail(f, n < 0 ? errno : EPIPE, "recv");
	memcpy(&err, name, sizeof(err));
	if (err)
		return fail(f, err, "unshare(CLONE_NEWUSER)");
	snprintf(path, sizeof(path), "/proc/%.50s", name + sizeof(err));
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fail(f, errno, "open(%s)", path) : fd;
}

static int userns_of(
	int socket, const json_t *uids, const json_t *gids, struct failure *f)
{
	_cleanup_close_ int proc = holder(socket, f);

	if (proc < 0)
		return proc;
	deny_setgroups(proc);
	int r = write_map(proc, "uid_map", uids, f);
	if (r == 0)
		r = write_map(proc, "gid_map", gids, f);
	if (r < 0)
		return r;
	int fd = openat(proc, "ns/user", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail(f, errno, "open(/proc/PID/ns/user)") : fd;
}

int id_map_userns(const json_t *uids, const json_t *gids, struct failure *f)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(f, errno, "socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		hold(pair[1]);
	}
	int err = errno;
	close(pair[1]);
	int fd = pid < 0 ? fail(f, err, "fork") : userns_of(pair[0], uids, gids, f);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return fd;
}

/* The file systems whose names help most; others are told by their number. */
static const struct {
	long magic;
	const char *name;
} types[] = {
	{ 0x01021994, "tmpfs" },
	{ 0x9fa0, "proc" },
	{ 0x62656572, "sysfs" },
	{ 0x794c7630, "overlay" },
	{ 0xef53, "ext4" },
	{ 0x58465342, "xfs" },
	{ 0x9123683e, "btrfs" },
	{ 0x6969, "nfs" },
	{ 0x65735546, "fuse" },
	{ 0x858458f6, "ramfs" },
	{ 0x73717368, "squashfs" },
	{ 0x63677270, "cgroup2" },
	{ 0x27e0eb, "cgroup" },
	{ 0x1cd1, "devpts" },
	{ 0x19800202, "mqueue" },
	{ 0x01021997, "9p" },
	{ 0x2fc12fc1, "zfs" },
};

static const char *type_of(int fd, char buf[32])
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return "unknown";
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].magic == (long)fs.f_type)
			return types[i].name;
	snprintf(buf, 32, "%#lx", (unsigned long)fs.f_type);
	return buf;
}

static int explain(int err, int mnt, const char *name, bool recursive, struct failure *f)
{
	const char *what = recursive ? "ridmap" : "idmap";
	char type[32];

	switch (err) {
	case ENOSYS:
		return fail(f, err,
			"mount_setattr(%s, %s): this kernel has no mount_setattr", name,
			what);
	case EINVAL:
		return fail(f, err,
			"mount_setattr(%s, %s): this kernel cannot id-map the "
			"file system (%s%s)",
			name, what, type_of(mnt, type),
			recursive ? ", or one below" : "");
	case EPERM:
		return fail(f, err,
			"mount_setattr(%s, %s): id-mapped already, or the file system "
			"(%s) belongs to another user namespace",
			name, what, type_of(mnt, type));
	default:
		return fail(f, err, "mount_setattr(%s, %s)", name, what);
	}
}

int id_map_apply(const struct id_map *map, int mnt, int userns, const char *name,
	struct failure *f)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	_cleanup_close_ int own = -1;

	if (!map->wanted)
		return 0;
	if (map->uids) {
		userns = own = id_map_userns(map->uids, map->gids, f);
		if (own < 0)
			return fail_in(f, "uidMappings, gidMappings");
	}
	if (userns < 0)
		return fail(f, 0,
			"%s: there are no uidMappings and gidMappings, and the container "
			"has no user namespace of its own",
			map->recursive ? "ridmap" : "idmap");
	attr.userns_fd = userns;
	if (sys_mount_setattr(mnt, "",
		    AT_EMPTY_PATH | (map->recursive ? AT_RECURSIVE : 0), &attr,
		    sizeof(attr)) < 0)
		return explain(errno, mnt, name, map->recursive, f);
	return 0;
}
