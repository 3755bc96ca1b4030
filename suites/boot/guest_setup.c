#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "guest.h"
#include "guest_setup.h"

#define CGROUP_DIR "/sys/fs/cgroup"
#define SAFE       (MS_NOSUID | MS_NODEV)
#define NEW_ROOT   "/new"

static int trouble(struct guest_trouble *t, const char *stage, const char *fmt, ...)
	_printf_(3, 4);

static int trouble(struct guest_trouble *t, const char *stage, const char *fmt, ...)
{
	va_list ap;

	snprintf(t->stage, sizeof(t->stage), "%s", stage);
	va_start(ap, fmt);
	vsnprintf(t->detail, sizeof(t->detail), fmt, ap);
	va_end(ap);
	return -1;
}

struct mounting {
	const char *type, *at, *data;
	unsigned long flags;
	mode_t mode; /* of the directory, if it has to be made; 0: it is there, or is not */
	bool spare; /* a kernel may do without it */
};

static int mount_all(const struct mounting *m, size_t count, struct guest_trouble *t)
{
	for (; count--; m++) {
		if (m->mode)
			mkdir(m->at, m->mode);
		if (mount(m->type, m->at, m->type, m->flags, m->data) < 0 && !m->spare)
			return trouble(t, "mount", "mounting %s on %s: %s", m->type,
				m->at, strerror(errno));
	}
	return 0;
}

int guest_first_mounts(struct guest_trouble *t)
{
	static const struct mounting mounts[] = {
		{ "proc", "/proc", NULL, SAFE | MS_NOEXEC, 0555 },
		{ "devtmpfs", "/dev", "mode=755", MS_NOSUID, 0755 },
	};
	return mount_all(mounts, ARRAY_SIZE(mounts), t);
}

static const char *text_of(const json_t *job, const char *key)
{
	return json_string_value(json_object_get(job, key));
}

static int load_module(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), GUEST_MODULES "/%s", name);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
		return errno == EEXIST ? 0 : -errno;
	return 0;
}

void guest_load_modules(const json_t *job, json_t *ret_bad)
{
	size_t i;
	json_t *name;

	json_array_foreach(json_object_get(job, "modules"), i, name) {
		int r = load_module(json_string_value(name));
		if (r < 0)
			json_array_append_new(ret_bad,
				json_sprintf("%s (%s)", json_string_value(name),
					strerrorname_np(-r)));
	}
}

static int copy_file(const char *from, const char *to, const struct stat *st)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out =
		open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 07777);

	for (off_t left = st->st_size; left > 0 && in >= 0 && out >= 0;) {
		ssize_t n = sendfile(out, in, NULL, left);
		if (n <= 0)
			return -1;
		left -= n;
	}
	return in < 0 || out < 0 || fchmod(out, st->st_mode & 07777) < 0 ? -1 : 0;
}

static int copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];

	ssize_t n = readlink(from, target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	return symlink(target, to);
}

/* As nftw(3) calls it: directories before what is in them. */
static int copy_entry(const char *from, const struct stat *st, int type, struct FTW *ftw)
{
	char to[PATH_MAX];

	snprintf(to, sizeof(to), NEW_ROOT "%s", from + strlen(GUEST_ROOT));
	if (type == FTW_D)
		return mkdir(to, st->st_mode & 07777) < 0 && errno != EEXIST;
	if (type == FTW_SL)
		return copy_link(from, to) < 0;
	return type != FTW_F || copy_file(from, to, st) < 0;
}

/* What switch_root(8) does, short of emptying the initramfs: it holds our own libraries. */
static int move_root(struct guest_trouble *t)
{
	mkdir(NEW_ROOT, 0755);
	if (mount("tmpfs", NEW_ROOT, "tmpfs", 0, "mode=755,size=90%") < 0)
		return trouble(
			t, "mount(root)", "a tmpfs for the root: %s", strerror(errno));
	if (access(GUEST_ROOT, F_OK) == 0 &&
		nftw(GUEST_ROOT, copy_entry, 16, FTW_PHYS) != 0)
		return trouble(
			t, "copy", "copying the guest's files: %s", strerror(errno));
	if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
		chroot(".") < 0 || chdir("/") < 0)
		return trouble(
			t, "move_root", "moving to the new root: %s", strerror(errno));
	return 0;
}

static void make_directories(void)
{
	static const char *const dirs[] = { "/etc", "/home", "/media", "/mnt", "/opt",
		"/run", "/srv", "/tmp", "/usr", "/var", "/var/lib", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		mkdir(dirs[i], 0755);
	chmod("/tmp", 01777);
	chmod("/var/tmp", 01777);
	mkdir("/root", 0700);
	if (symlink("../run", "/var/run") < 0 ||
		symlink("../proc/self/mounts", "/etc/mtab") < 0)
		return; /* they are there: a tree that was taken along has them */
}

/* As udev leaves them; runtimes re-execute themselves through /dev/fd. */
static int link_devices(struct guest_trouble *t)
{
	static const char *const links[][2] = { { "/proc/self/fd", "/dev/fd" },
		{ "fd/0", "/dev/stdin" }, { "fd/1", "/dev/stdout" },
		{ "fd/2", "/dev/stderr" } };

	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (symlink(links[i][0], links[i][1]) < 0 && errno != EEXIST)
			return trouble(
				t, "symlink", "%s: %s", links[i][1], strerror(errno));
	return 0;
}

static void mount_v1(const char *name, const char *controllers)
{
	char at[256];

	snprintf(at, sizeof(at), CGROUP_DIR "/%s", name);
	mkdir(at, 0755);
	if (mount("cgroup", at, "cgroup", SAFE | MS_NOEXEC, controllers) < 0)
		rmdir(at);
}

/* A hierarchy for each controller that /proc/cgroups calls enabled, as systemd made them. */
static void mount_v1_hierarchies(void)
{
	char line[256], name[64];
	int enabled;

	mount("cgroup", CGROUP_DIR, "tmpfs", SAFE | MS_NOEXEC, "mode=755");
	_cleanup_fclose_ FILE *in = fopen("/proc/cgroups", "re");
	while (in && fgets(line, sizeof(line), in))
		if (*line != '#' &&
			sscanf(line, "%63s %*d %*d %d", name, &enabled) == 2 && enabled)
			mount_v1(name, name);
	mount_v1("systemd", "none,name=systemd");
}

static void write_file(
	const char *dir, const char *file, const char *before, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		dprintf(fd, "%s%s", before, text);
}

/* With all that there is handed down, as systemd does. */
static void mount_v2(const char *at)
{
	char path[256], name[64];

	mkdir(at, 0755);
	if (mount("cgroup2", at, "cgroup2", SAFE | MS_NOEXEC, "nsdelegate") < 0 &&
		mount("cgroup2", at, "cgroup2", SAFE | MS_NOEXEC, NULL) < 0)
		return;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", at);
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	while (in && fscanf(in, "%63s", name) == 1)
		write_file(at, "cgroup.subtree_control", "+", name);
}

static void mount_cgroups(const char *layout)
{
	if (!strcmp(layout, "unified")) {
		mount_v2(CGROUP_DIR);
		return;
	}
	mount_v1_hierarchies();
	if (!strcmp(layout, "hybrid"))
		mount_v2(CGROUP_DIR "/unified");
}

static void raise_loopback(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		ioctl(fd, SIOCSIFFLAGS, &ifr);
}

int guest_make_root(const json_t *job, struct guest_trouble *t)
{
	static const struct mounting mounts[] = {
		{ "proc", "/proc", NULL, SAFE | MS_NOEXEC, 0555 },
		{ "sysfs", "/sys", NULL, SAFE | MS_NOEXEC, 0555 },
		{ "devtmpfs", "/dev", "mode=755", MS_NOSUID, 0755 },
		{ "devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666",
			MS_NOSUID | MS_NOEXEC, 0755, true },
		{ "tmpfs", "/dev/shm", "mode=1777", SAFE, 01777 },
		{ "mqueue", "/dev/mqueue", NULL, SAFE | MS_NOEXEC, 0755, true },
		{ "securityfs", "/sys/kernel/security", NULL, SAFE | MS_NOEXEC, 0, true },
		{ "bpf", "/sys/fs/bpf", "mode=700", SAFE | MS_NOEXEC, 0, true },
	};
	const char *cgroup = text_of(job, "cgroup");

	umask(0);
	if (move_root(t) < 0 || mount_all(mounts, ARRAY_SIZE(mounts), t) < 0 ||
		link_devices(t) < 0)
		return -1;
	umask(022);
	make_directories();
	mount_cgroups(cgroup ? cgroup : "unified");
	raise_loopback();
	sethostname("guest", strlen("guest"));
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return trouble(
			t, "mount(shared)", "making mounts shared: %s", strerror(errno));
	return 0;
}

/* As sysctl(8) reads names: dots are slashes, unless the first separator is a slash. */
static void sysctl_path(const char *name, char *path, size_t size)
{
	int len = snprintf(path, size, "/proc/sys/%s", name);
	bool slashes = name[strcspn(name, "./")] == '/';

	for (int i = strlen("/proc/sys/"); i < len && i < (int)size && !slashes; i++)
		if (path[i] == '.')
			path[i] = '/';
}

int guest_set_sysctls(const json_t *job, struct guest_trouble *t)
{
	const char *name;
	json_t *value;
	char path[256];

	json_object_foreach(json_object_get(job, "sysctl"), name, value) {
		sysctl_path(name, path, sizeof(path));
		_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || dprintf(fd, "%s\n", json_string_value(value)) < 0)
			return trouble(t, "sysctl", "%s = %s: %s", name,
				json_string_value(value), strerror(errno));
	}
	return 0;
}
