#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <linux/if_tun.h>

#include "device.h"
#include "tuntap.h"

#define NODE  "/dev/net/tun"
#define STAGE "open(/dev/net/tun)"

static void explain(struct verdict *v, const char *layer, const char *remedy)
{
	VERDICT_TEXT(v->layer, "%s", layer);
	VERDICT_TEXT(v->remedy, "%s", remedy);
}

static struct verdict refused_permission(const struct ask *a, int err)
{
	struct verdict v = answer_refused(a, STAGE, err);
	struct statvfs fs;
	struct stat st;

	if (v.outcome != OUTCOME_DENIED || strcmp(v.layer, "unproven") ||
		stat(NODE, &st) < 0)
		return v;
	if (err == EACCES && statvfs(NODE, &fs) == 0 && (fs.f_flag & ST_NODEV)) {
		VERDICT_TEXT(v.cause, "%s is on a file system mounted nodev", NODE);
		explain(&v, "mount", "mount /dev without nodev");
	} else if (err == EACCES &&
		faccessat(AT_FDCWD, NODE, R_OK | W_OK, AT_EACCESS) < 0) {
		VERDICT_TEXT(v.cause, "%s has mode %04o, which keeps this user out", NODE,
			st.st_mode & 07777);
		explain(&v, "permission", "chmod 0666 /dev/net/tun, as systemd sets it");
	} else if (err == EPERM &&
		faccessat(AT_FDCWD, NODE, R_OK | W_OK, AT_EACCESS) == 0) {
		VERDICT_TEXT(v.cause,
			"the permissions of %s allow it: the device rules of the cgroup do not",
			NODE);
		explain(&v, "cgroup",
			"allow the device: docker, podman: --device /dev/net/tun");
	}
	return v;
}

static struct verdict refused(const struct ask *a, int err)
{
	int driver = device_known(a->env, "tun");
	struct verdict v;

	if (err == ENOENT && driver > 0) {
		v = answer_denied("mask",
			"the kernel has the driver, but this /dev has no net/tun",
			"docker, podman: --device /dev/net/tun; else mknod /dev/net/tun c 10 200",
			STAGE ": %s (ENOENT)", strerror(err));
		v.err = err;
		VERDICT_TEXT(v.stage, STAGE);
		return v;
	}
	/* No driver behind the node, or neither; ENXIO is not in everyone's table. */
	if (driver == 0 && (err == ENOENT || err == ENODEV || err == ENXIO)) {
		v = answer_absent(STAGE ": %s; the driver is not in /proc/misc either",
			strerror(err));
		v.err = err;
		VERDICT_TEXT(v.stage, STAGE);
		return v;
	}
	return refused_permission(a, err);
}

int tuntap_make(
	const struct ask *a, const char *name, short flag, struct verdict *ret_refused)
{
	struct ifreq req = { .ifr_flags = flag | IFF_NO_PI };

	_cleanup_close_ int fd = open(NODE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*ret_refused = refused(a, errno);
		return -1;
	}
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &req) == 0)
		return TAKE_FD(fd);
	*ret_refused = answer_refused(a, "ioctl(TUNSETIFF)", errno);
	return -1;
}

/* Others may be read first: what IPv6 says when an interface comes up. */
static bool find(int fd, uint32_t to, bool (*is_it)(const uint8_t *, size_t, uint32_t))
{
	struct pollfd ready = { fd, POLLIN, 0 };
	uint8_t data[2048];

	for (int i = 0; i < 32 && poll(&ready, 1, 1000) > 0; i++) {
		ssize_t n = read(fd, data, sizeof(data));
		if (n > 0 && is_it(data, n, to))
			return true;
	}
	return false;
}

struct verdict tuntap_ask(const struct ask *a, const char *name, short flag, uint32_t own,
	uint16_t port, bool (*is_it)(const uint8_t *data, size_t len, uint32_t to))
{
	_cleanup_nl_ struct nl nl = { 0 };
	uint8_t data[64];
	struct verdict v;

	_cleanup_close_ int fd = tuntap_make(a, name, flag, &v);
	if (fd < 0 || nl_open(a, &nl, NETLINK_ROUTE, &v) < 0)
		return v;
	int index = if_nametoindex(name);
	if (!index)
		return answer_fail("TUNSETIFF succeeded, but there is no interface");
	if (read(fd, data, sizeof(data)) >= 0)
		return answer_fail("a packet was read that nobody has sent");
	if (addr_add(a, &nl, index, own, 30, &v) < 0 || link_up(a, &nl, index, &v) < 0)
		return v;
	_cleanup_close_ int sender = udp_bound(a, own, port, &v);
	if (sender < 0)
		return v;
	int r = udp_send(sender, own + 1, port);
	if (udp_denied(a, r, &v))
		return v;
	if (r < 0 || !find(fd, own + 1, is_it))
		return answer_fail(
			"a packet sent through the interface was not read from its "
			"descriptor");
	/* It dies with the namespace: to take it down here would take three times as long. */
	ioctl(fd, TUNSETPERSIST, 1);
	return answer_pass(
		"a packet sent through the interface was read from its descriptor, "
		"and nothing before");
}
