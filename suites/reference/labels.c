/*
 * Labels are written through the procfs of `proc`, which is known to be one: a container
 * that mounts something over its own /proc would have them go elsewhere (CVE-2019-16884,
 * CVE-2025-52881).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "process_parts.h"

#define ATTR          "thread-self/attr/"
#define KEY_ALL       0x3f /* view, read, write, search, link, setattr */
#define KEY_POSSESSOR 24
#define KEY_USER      16
#define KEY_VIEW_READ 0x03
#define KEY_SEARCH    0x08

/* A descriptor of an attribute, sure to be of a procfs; or -errno. */
static int attr_open(int proc, const char *name, int flags)
{
	_cleanup_close_ int fd = openat(proc, name, flags | O_CLOEXEC | O_NOFOLLOW);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == PROC_SUPER_MAGIC ? TAKE_FD(fd) : -EXDEV;
}

/* One write: an attribute takes nothing in parts. */
static int attr_write(int proc, const char *name, const char *text)
{
	_cleanup_close_ int fd = attr_open(proc, name, O_WRONLY);

	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* EINVAL is what an LSM answers that is built in but not enabled. */
static bool attr_readable(int proc, const char *name)
{
	_cleanup_close_ int fd = attr_open(proc, name, O_RDONLY);
	char buf[4096];

	return fd >= 0 && read(fd, buf, sizeof(buf)) >= 0;
}

/* Its file system is registered only if SELinux is enabled; sysfs might be anybody's. */
static bool selinux_enabled(int proc)
{
	_cleanup_close_ int fd = attr_open(proc, "filesystems", O_RDONLY);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
	char line[256];

	if (!file)
		return false;
	TAKE_FD(fd);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, "\tselinuxfs\n"))
			return true;
	return false;
}

/* The directory of its own came with 5.8. */
static int apply_apparmor(int proc, const char *profile, struct failure *f)
{
	_cleanup_free_ char *text = NULL;
	bool own = attr_readable(proc, ATTR "apparmor/current");

	/* Else attr/current may be any LSM's; only AppArmor's takes "exec". */
	if (!own && (selinux_enabled(proc) || !attr_readable(proc, ATTR "current")))
		return fail(f, EOPNOTSUPP,
			"process.apparmorProfile: AppArmor is not enabled on this host");
	if (asprintf(&text, "exec %s", profile) < 0)
		return fail(f, ENOMEM, "process.apparmorProfile");
	int r = attr_write(proc, own ? ATTR "apparmor/exec" : ATTR "exec", text);
	if (r < 0)
		return fail(f, -r, "process.apparmorProfile: write(attr/exec, %s)", text);
	return 0;
}

static int apply_selinux(int proc, const char *label, struct failure *f)
{
	if (!selinux_enabled(proc))
		return fail(f, EOPNOTSUPP,
			"process.selinuxLabel: SELinux is not enabled on this host");
	int r = attr_write(proc, ATTR "exec", label);
	if (r < 0)
		return fail(f, -r, "process.selinuxLabel: write(attr/exec, %s)", label);
	return 0;
}

static const char *label_of(const json_t *process, const char *field)
{
	const char *label = json_string_value(json_object_get(process, field));

	return label && *label ? label : NULL;
}

int labels_apply(const struct process_inside *p, struct failure *f)
{
	const char *profile = label_of(p->process, "apparmorProfile");
	const char *label = label_of(p->process, "selinuxLabel");

	if (profile && apply_apparmor(p->proc, profile, f) < 0)
		return -f->err;
	if (label && apply_selinux(p->proc, label, f) < 0)
		return -f->err;
	return 0;
}

/* What the kernel gives a session keyring, and that the user may find its keys: else only
 * a process that possesses it could. */
static int keyring_open_up(const char *name, struct failure *f)
{
	unsigned long perm =
		KEY_ALL << KEY_POSSESSOR | (KEY_VIEW_READ | KEY_SEARCH) << KEY_USER;

	if (syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, perm, 0, 0) < 0)
		return fail(f, errno, "session keyring %s: keyctl(SETPERM)", name);
	return 0;
}

int keyring_join(const struct process_inside *p, struct failure *f)
{
	const char *label = label_of(p->process, "selinuxLabel");

	if (!p->keyring)
		return 0;
	int r = label ? attr_write(p->proc, ATTR "keycreate", label) : 0;
	if (r < 0)
		return fail(
			f, -r, "process.selinuxLabel: write(attr/keycreate, %s)", label);
	int err = 0;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, p->keyring, 0, 0, 0) < 0)
		err = errno;
	if (label)
		attr_write(p->proc, ATTR "keycreate", "");
	if (err == ENOSYS) /* a kernel without keys has none to be kept apart */
		return 0;
	if (err)
		return fail(f, err, "session keyring %s: keyctl(JOIN_SESSION_KEYRING)",
			p->keyring);
	return keyring_open_up(p->keyring, f);
}
