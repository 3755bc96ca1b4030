/* What a namespace of the container is called and set to; never one of the host's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "init.h"

/* Which of /proc/sys belong to a namespace. With "/" at the end: all below. */
static const struct {
	const char *path, *ns;
	bool new;          /* not one that others are in, too */
	const char *field; /* says the same */
} owned[] = {
	{ "net/", "network", false, NULL },
	{ "fs/mqueue/", "ipc", false, NULL },
	{ "kernel/msgmax", "ipc", false, NULL },
	{ "kernel/msgmnb", "ipc", false, NULL },
	{ "kernel/msgmni", "ipc", false, NULL },
	{ "kernel/sem", "ipc", false, NULL },
	{ "kernel/shmall", "ipc", false, NULL },
	{ "kernel/shmmax", "ipc", false, NULL },
	{ "kernel/shmmni", "ipc", false, NULL },
	{ "kernel/shm_rmid_forced", "ipc", false, NULL },
	{ "kernel/hostname", "uts", false, "hostname" },
	{ "kernel/domainname", "uts", false, "domainname" },
	{ "user/", "user", true, NULL },
};

static int set_name(const struct init *in, const char *field,
	int (*call)(const char *, size_t), struct failure *f)
{
	const char *name = config_string(in->config->json, field);

	if (!name || !*name)
		return 0;
	if (!config_namespace(in->config, "uts"))
		return fail(f, 0, "%s: without a uts namespace it would be the host's",
			field);
	if (call(name, strlen(name)) < 0)
		return fail(f, errno, "%s: set%s(%s)", field, field, name);
	return 0;
}

/* Any socket can be asked; that of AF_UNIX is always there. */
static int raise_loopback(struct failure *f)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
		return fail(f, errno, "linux.namespaces: network: SIOCGIFFLAGS(lo)");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return fail(f, errno, "linux.namespaces: network: SIOCSIFFLAGS(lo)");
	return 0;
}

int init_names(const struct init *in, struct failure *f)
{
	int r = set_name(in, "hostname", sethostname, f);

	if (r == 0)
		r = set_name(in, "domainname", setdomainname, f);
	if (r == 0 && config_new_namespace(in->config, "network"))
		r = raise_loopback(f);
	return r;
}

/*
 * "net.ipv4.conf.eth0/1.x" and "net/ipv4/conf/eth0.1/x" are the same: the first separator
 * is that of the components, the other one belongs to a name. The path below /proc/sys,
 * or -EINVAL.
 */
static int key_path(const char *key, char *ret, size_t size)
{
	size_t len = strlen(key), first = strcspn(key, "./");

	if (len >= size || !len)
		return -EINVAL;
	memcpy(ret, key, len + 1);
	if (key[first] == '.')
		for (char *p = ret; (p = strpbrk(p, "./")); p++)
			*p = *p == '.' ? '/' : '.';
	for (const char *p = ret;; p++) {
		size_t n = strcspn(p, "/");
		if (!n || (n <= 2 && strspn(p, ".") >= n))
			return -EINVAL;
		p += n;
		if (!*p)
			return 0;
	}
}

static int check_key(const struct config *c, const char *key, const char *path,
	const char *value, struct failure *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
		size_t len = strlen(owned[i].path);
		bool all = owned[i].path[len - 1] == '/';
		const char *said =
			owned[i].field ? config_string(c->json, owned[i].field) : NULL;
		if (all ? strncmp(path, owned[i].path, len) : strcmp(path, owned[i].path))
			continue;
		if (owned[i].new ? !config_new_namespace(c, owned[i].ns)
				 : !config_namespace(c, owned[i].ns))
			return fail(f, 0,
				"linux.sysctl.%s: without a %s%s namespace it would be "
				"the host's",
				key, owned[i].new ? "new " : "", owned[i].ns);
		if (said && *said && strcmp(said, value) != 0)
			return fail(f, 0, "linux.sysctl.%s: %s says something else", key,
				owned[i].field);
		return 0;
	}
	return fail(f, 0,
		"linux.sysctl.%s: it belongs to no namespace, and would change the host",
		key);
}

/* In one write(2): each is a new value. */
static int write_value(
	int proc, const char *key, const char *path, const char *value, struct failure *f)
{
	char below[PATH_MAX];
	const char *text = *value ? value : "\n"; /* writing nothing changes nothing */

	snprintf(below, sizeof(below), "sys/%s", path);
	_cleanup_close_ int fd = openat(proc, below, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(f, errno, "linux.sysctl.%s: open(/proc/%s)", key, below);
	ssize_t n = write(fd, text, strlen(text));
	if (n < 0)
		return fail(f, errno, "linux.sysctl.%s: write(\"%s\")", key, value);
	if ((size_t)n != strlen(text))
		return fail(f, 0, "linux.sysctl.%s: only %zd bytes of \"%s\" were taken",
			key, n, value);
	return 0;
}

static int set_key(const struct init *in, const char *key, const char *value, bool check,
	struct failure *f)
{
	char path[PATH_MAX - sizeof("sys/")];

	if (key_path(key, path, sizeof(path)) < 0)
		return fail(f, 0, "linux.sysctl.%s: not a name below /proc/sys", key);
	return check ? check_key(in->config, key, path, value, f)
		     : write_value(in->proc, key, path, value, f);
}

/* All are looked at before one is set. */
int init_sysctl(const struct init *in, struct failure *f)
{
	json_t *list = json_object_get(in->config->os, "sysctl"), *value;
	const char *key;

	for (int setting = 0; setting < 2; setting++)
		json_object_foreach(list, key, value) {
			int r = set_key(in, key, json_string_value(value), !setting, f);
			if (r < 0)
				return r;
		}
	return 0;
}
