#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "mount.h"
#include "safe_path.h"
#include "uapi/mount.h"

#define VALUE_MAX 255  /* of fsconfig(2) */
#define DATA_MAX  4095 /* of mount(2): a page */

static const struct {
	uint64_t attr;
	unsigned long ms, st;
} bits[] = {
	{ MOUNT_ATTR_RDONLY, MS_RDONLY, ST_RDONLY },
	{ MOUNT_ATTR_NOSUID, MS_NOSUID, ST_NOSUID },
	{ MOUNT_ATTR_NODEV, MS_NODEV, ST_NODEV },
	{ MOUNT_ATTR_NOEXEC, MS_NOEXEC, ST_NOEXEC },
	{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME, ST_NODIRATIME },
	{ MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW, ST_NOSYMFOLLOW },
};

/* Flags of a super block, by the names that fsconfig(2) has for them. */
static const struct {
	unsigned long ms;
	const char *set, *clear;
} sb_flags[] = {
	{ MS_RDONLY, "ro", "rw" },
	{ MS_SYNCHRONOUS, "sync", "async" },
	{ MS_DIRSYNC, "dirsync", NULL },
	{ MS_LAZYTIME, "lazytime", "nolazytime" },
	{ MS_MANDLOCK, "mand", "nomand" },
};

static unsigned long ms_of(uint64_t attr)
{
	unsigned long ms = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		ms |= attr & bits[i].attr ? bits[i].ms : 0;
	switch (attr & MOUNT_ATTR__ATIME) {
	case MOUNT_ATTR_NOATIME:
		return ms | MS_NOATIME;
	case MOUNT_ATTR_STRICTATIME:
		return ms | MS_STRICTATIME;
	default:
		return ms | MS_RELATIME;
	}
}

/* The attributes that the mount at a descriptor has; 0 or -errno. */
static int attr_of(int fd, uint64_t *ret)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) < 0)
		return -errno;
	*ret = fs.f_flag & ST_NOATIME     ? MOUNT_ATTR_NOATIME
		: fs.f_flag & ST_RELATIME ? MOUNT_ATTR_RELATIME
					  : MOUNT_ATTR_STRICTATIME;
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		*ret |= fs.f_flag & bits[i].st ? bits[i].attr : 0;
	return 0;
}

/*
 * mount(2) takes paths. "self/fd/N" below a procfs that is ours is one that nobody can
 * change; that begins where we stand, so we stand there for the call. `source` may be such
 * a path, too.
 */
static int mount_by(int proc, int at, const char *source, const char *type,
	unsigned long flags, const char *data)
{
	_cleanup_close_ int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char target[SAFE_FD_PATH];

	if (cwd < 0 || fchdir(proc) < 0)
		return -errno;
	snprintf(target, sizeof(target), "self/fd/%d", at);
	int r = mount(source, target, type, flags, data) < 0 ? -errno : 0;
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r;
}

int mount_attach(int mnt, int at)
{
	return sys_move_mount(mnt, "", at, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
		? -errno
		: 0;
}

static int setattr(int mnt, struct mount_attr *attr, bool recursive)
{
	return sys_mount_setattr(mnt, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
		       attr, sizeof(*attr)) < 0
		? -errno
		: 0;
}

int mount_setattr_by(int mnt, uint64_t set, uint64_t clear, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };
	int r = setattr(mnt, &attr, recursive);

	/* 5.12 and 5.13. */
	if (r == -EINVAL && (set | clear) & MOUNT_ATTR_NOSYMFOLLOW)
		return -EOPNOTSUPP;
	return r;
}

/* A bind remount sets all flags anew: those that are there and not asked about stay. */
static int remount_bind(int mnt, int proc, uint64_t set, uint64_t clear)
{
	uint64_t attr;
	int r = attr_of(mnt, &attr);

	if (r < 0)
		return r;
	attr = (attr & ~clear) | set;
	r = mount_by(proc, mnt, NULL, NULL, MS_REMOUNT | MS_BIND | ms_of(attr), NULL);
	if (r == 0)
		r = attr_of(mnt, &attr);
	if (r < 0)
		return r;
	/* mount(2) says nothing of a flag that it does not know. */
	return set & ~attr ? -EOPNOTSUPP : 0;
}

int mount_change(int mnt, int proc, uint64_t set, uint64_t clear, bool recursive)
{
	int r = mount_setattr_by(mnt, set, clear, recursive);

	if ((r == -ENOSYS || r == -EOPNOTSUPP) && !recursive)
		r = remount_bind(mnt, proc, set, clear);
	return r;
}

int mount_propagate(int mnt, int proc, uint64_t propagation, bool recursive)
{
	struct mount_attr attr = { .propagation = propagation };
	int r = setattr(mnt, &attr, recursive);

	if (r == -ENOSYS)
		r = mount_by(proc, mnt, NULL, NULL,
			propagation | (recursive ? MS_REC : 0), NULL);
	return r;
}

int mount_bind_at(int from, int at, int proc, bool recursive)
{
	char source[SAFE_FD_PATH];

	snprintf(source, sizeof(source), "self/fd/%d", from);
	return mount_by(proc, at, source, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL);
}

/* fail(), and what the kernel wrote into the log of the context. */
static int context_fail(int context, struct failure *f, int err, const char *call,
	const char *type, const char *what)
{
	char line[512];
	const char *before = " (";
	size_t len;
	ssize_t n;

	fail(f, err, "%s(%s%s%s)", call, type, what ? ", " : "", what ? what : "");
	len = strlen(f->text);
	while ((n = read(context, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (len + strlen(line) + 4 >= sizeof(f->text))
			break;
		/* "e text", "w text", "i text" */
		len += sprintf(f->text + len, "%s%s", before, line + (n > 2 ? 2 : 0));
		before = "; ";
	}
	if (*before == ';')
		strcat(f->text, ")");
	return -f->err;
}

/* In a list for mount(2), a value with commas is quoted; here it is not. */
static void unquote(const char *key, char *value)
{
	size_t len = strlen(value), name = strlen(key);

	if (name < 7 || strcmp(key + name - 7, "context") || len < 2 || *value != '"' ||
		value[len - 1] != '"')
		return;
	memmove(value, value + 1, len - 2);
	value[len - 2] = '\0';
}

/* One "key" or "key=value". */
static int configure(int context, const char *type, const char *option, struct failure *f)
{
	_cleanup_free_ char *key = strdup(option);
	int r;

	if (!key)
		return fail(f, ENOMEM, "fsconfig(%s)", type);
	char *value = strchr(key, '=');
	if (value) {
		*value++ = '\0';
		unquote(key, value);
		r = sys_fsconfig(context, PLIMSOLL_FSCONFIG_SET_STRING, key, value, 0);
	} else {
		r = sys_fsconfig(context, PLIMSOLL_FSCONFIG_SET_FLAG, key, NULL, 0);
	}
	return r < 0 ? context_fail(context, f, errno, "fsconfig", type, key) : 0;
}

static int configure_all(
	int context, const char *type, char *const *data, struct failure *f)
{
	for (; data && *data; data++) {
		int r = configure(context, type, *data, f);
		if (r < 0)
			return r;
	}
	return 0;
}

static int configure_sb(
	int context, const char *type, uint64_t set, uint64_t clear, struct failure *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(sb_flags); i++) {
		const char *name = set & sb_flags[i].ms ? sb_flags[i].set
			: clear & sb_flags[i].ms        ? sb_flags[i].clear
							: NULL;
		int r = name ? configure(context, type, name, f) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int create(int context, const struct mount_fresh *m, char *const *data,
	uint64_t attr, struct failure *f)
{
	int r = 0;

	if (m->source &&
		sys_fsconfig(context, PLIMSOLL_FSCONFIG_SET_STRING, "source", m->source,
			0) < 0)
		return context_fail(context, f, errno, "fsconfig", m->type, "source");
	r = configure_all(context, m->type, data, f);
	if (r == 0)
		r = configure_sb(context, m->type, m->sb, 0, f);
	if (r < 0)
		return r;
	if (sys_fsconfig(context, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return context_fail(context, f, errno, "fsconfig", m->type, "create");
	int mnt = sys_fsmount(context, FSMOUNT_CLOEXEC, attr);
	return mnt < 0 ? context_fail(context, f, errno, "fsmount", m->type, NULL) : mnt;
}

/* fsmount(2) learned nosymfollow in 5.14, and mount_setattr(2), too. */
static int fresh(const struct mount_fresh *m, char *const *data, struct failure *f)
{
	_cleanup_close_ int context = sys_fsopen(m->type, FSOPEN_CLOEXEC);
	uint64_t later = m->attr & MOUNT_ATTR_NOSYMFOLLOW;

	if (context < 0)
		return fail(f, errno, "fsopen(%s)", m->type);
	_cleanup_close_ int mnt = create(context, m, data, m->attr & ~later, f);
	if (mnt < 0 || !later)
		return TAKE_FD(mnt);
	int r = mount_setattr_by(mnt, later, 0, false);
	if (r == 0 || r == -ENOSYS || r == -EOPNOTSUPP)
		return TAKE_FD(mnt); /* mount_change(), when it is attached */
	return fail(f, -r, "mount_setattr(%s)", m->type);
}

int mount_new(const char *type, const char *source, char *const *data, uint64_t attr,
	struct failure *f)
{
	struct mount_fresh m = { .type = type, .source = source, .attr = attr };
	int mnt = fresh(&m, data, f);
	uint64_t got;

	/* Nobody comes after us here. */
	if (mnt >= 0 && attr & MOUNT_ATTR_NOSYMFOLLOW &&
		(attr_of(mnt, &got) < 0 || !(got & MOUNT_ATTR_NOSYMFOLLOW))) {
		close(mnt);
		return fail(f, ENOSYS, "mount_setattr(%s, nosymfollow)", type);
	}
	return mnt;
}

static bool too_long(const char *option)
{
	const char *value = strchr(option, '=');

	return strlen(value ? value + 1 : option) > VALUE_MAX;
}

int mount_fresh(const struct mount_fresh *m, struct failure *f)
{
	if (m->sb & MS_I_VERSION)
		return fail(f, E2BIG, "fsconfig(%s, iversion)", m->type);
	if (m->source && strlen(m->source) > VALUE_MAX)
		return fail(f, E2BIG, "fsconfig(%s, source)", m->type);
	for (int i = 0; i < m->count; i++)
		if (too_long(m->data[i]))
			return fail(f, E2BIG, "fsconfig(%s, %.64s)", m->type, m->data[i]);
	return fresh(m, m->data, f);
}

/* "a,b=c"; false: it is more than a page. */
static bool join(char *const *data, char ret[DATA_MAX + 1])
{
	size_t len = 0;

	*ret = '\0';
	for (; *data; data++) {
		len += snprintf(
			ret + len, DATA_MAX + 1 - len, "%s%s", len ? "," : "", *data);
		if (len > DATA_MAX)
			return false;
	}
	return true;
}

int mount_fresh_at(const struct mount_fresh *m, int at, int proc, struct failure *f)
{
	char data[DATA_MAX + 1];

	if (!join(m->data, data))
		return fail(f, E2BIG, "mount(%s): options", m->type);
	int r = mount_by(proc, at, m->source ? m->source : "none", m->type,
		ms_of(m->attr) | m->sb, data);
	return r < 0 ? fail(f, -r, "mount(%s, %.256s)", m->type, data) : 0;
}

/* Where fspick(2) is not there. All flags are set anew: those that it shows stay. */
static int remount(int at, int proc, const struct mount_options *o, struct failure *f)
{
	char *list[ARRAY_SIZE(o->data) + 1] = { 0 };
	char data[DATA_MAX + 1];
	struct statvfs fs;

	memcpy(list, o->data, o->data_count * sizeof(list[0]));
	if (!join(list, data))
		return fail(f, E2BIG, "mount(remount): options");
	uint64_t attr;
	if (fstatvfs(at, &fs) < 0 || attr_of(at, &attr) < 0)
		return fail(f, errno, "fstatvfs");
	/* Is it the mount or the super block? The other would be made so, too. */
	if (attr & MOUNT_ATTR_RDONLY)
		return fail(f, EROFS, "mount(remount, %.256s)", data);
	unsigned long sb = fs.f_flag & (ST_SYNCHRONOUS | ST_MANDLOCK); /* as MS_* */
	sb = (sb & ~o->sb_clear) | o->sb_set;
	int r = mount_by(proc, at, NULL, NULL, MS_REMOUNT | ms_of(attr) | sb, data);
	return r < 0 ? fail(f, -r, "mount(remount, %.256s)", data) : 0;
}

int mount_reconfigure(int at, int proc, const struct mount_options *o, struct failure *f)
{
	char *list[ARRAY_SIZE(o->data) + 1] = { 0 };

	if ((o->sb_set | o->sb_clear) & MS_I_VERSION)
		return remount(at, proc, o, f);
	_cleanup_close_ int context =
		sys_fspick(at, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
	if (context < 0 && errno == ENOSYS)
		return remount(at, proc, o, f);
	if (context < 0)
		return fail(f, errno, "fspick");
	memcpy(list, o->data, o->data_count * sizeof(list[0]));
	int r = configure_all(context, "remount", list, f);
	if (r == 0)
		r = configure_sb(context, "remount", o->sb_set, o->sb_clear, f);
	if (r < 0)
		return r;
	if (sys_fsconfig(context, PLIMSOLL_FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return context_fail(
			context, f, errno, "fsconfig", "remount", "reconfigure");
	return 0;
}
