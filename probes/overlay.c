#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "overlay.h"
#include "uapi/mount.h"

int put_file(int dirfd, const char *path, const char *text)
{
	_cleanup_close_ int fd =
		openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t len = strlen(text);

	if (fd < 0)
		return -errno;
	return write(fd, text, len) == len ? 0 : -errno;
}

bool file_holds(int dirfd, const char *path, const char *text)
{
	char buf[64];

	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n);
}

struct overlay_path overlay_upper(const char *name, const char *what)
{
	struct overlay_path p;

	snprintf(p.path, sizeof(p.path), "%s.upper/%s", name, what);
	return p;
}

struct overlay_xattr overlay_xattr(const struct ask *a, const char *what)
{
	bool user = a->own_userns || a->env->own_userns;
	struct overlay_xattr x;

	snprintf(
		x.name, sizeof(x.name), "%s.overlay.%s", user ? "user" : "trusted", what);
	return x;
}

int overlay_prepare(struct verdict *ret_refused)
{
	if (mkdir("lower", 0755) == 0 && mkdir("lower/dir", 0755) == 0 &&
		put_file(AT_FDCWD, "lower/file", "lower") == 0 &&
		put_file(AT_FDCWD, "lower/gone", "lower") == 0)
		return 0;
	*ret_refused =
		answer_error("mkdir", errno, "the scratch tmpfs cannot be written");
	return -1;
}

static int try_mount(const struct ask *a, const struct overlay *o, const char *name,
	const struct mnt_option *asked, struct verdict *ret_refused)
{
	bool userns = a->own_userns || a->env->own_userns;
	struct mnt_option options[12];
	char upper[64], work[64];
	size_t n = 0;

	snprintf(upper, sizeof(upper), "%s.upper", name);
	snprintf(work, sizeof(work), "%s.work", name);
	if ((mkdir(upper, 0755) < 0 && errno != EEXIST) ||
		(mkdir(work, 0755) < 0 && errno != EEXIST)) {
		*ret_refused = answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
		return -1;
	}
	if (!o->lower || *o->lower)
		options[n++] =
			(struct mnt_option) { "lowerdir", o->lower ? o->lower : "lower" };
	for (; asked && asked->key && n < ARRAY_SIZE(options) - 4; asked++)
		options[n++] = *asked;
	options[n++] = (struct mnt_option) { "upperdir", upper };
	options[n++] = (struct mnt_option) { "workdir", work };
	if (userns && !o->plain)
		options[n++] = (struct mnt_option) { "userxattr", NULL };
	options[n] = (struct mnt_option) { 0 };
	return mnt_make(a, "overlay", options, ret_refused);
}

/* What the control leaves out. */
static void name_options(const struct overlay *asked, char *text, size_t size)
{
	const struct mnt_option *o = asked->options;
	size_t len = 0;

	*text = '\0';
	if (asked->lower && *asked->lower)
		len = snprintf(text, size, "lowerdir=%s", asked->lower);
	for (; o && o->key && len < size; o++)
		len += snprintf(text + len, size - len, "%s%s%s%s", len ? "," : "",
			o->key, o->value ? "=" : "", o->value ? o->value : "");
}

static struct verdict in_userns(const char *option, const char *stage, int err)
{
	char cause[300];

	snprintf(cause, sizeof(cause),
		"in a user namespace this kernel has overlay, but not with %s: that takes "
		"CAP_SYS_ADMIN in the initial one",
		option);
	struct verdict v = answer_denied("ownership", cause,
		"none inside: mount the overlay as root outside of user namespaces",
		"%s: %s; without %s it was accepted", stage, strerror(err), option);
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

/* Is it the type that may not be created in a user namespace? Asked without any option. */
static bool type_is_refused(void)
{
	_cleanup_close_ int fs = sys_fsopen("overlay", FSOPEN_CLOEXEC);

	return fs >= 0 &&
		sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 &&
		errno == EPERM;
}

struct verdict overlay_refused_in_userns(const struct verdict *said)
{
	struct verdict v = *said;

	if (v.err != EPERM || strcmp(v.stage, "fsconfig(create)") ||
		strcmp(v.layer, "ownership") || !type_is_refused())
		return v;
	v = answer_absent(
		"fsconfig(create): overlay is refused in a user namespace whatever its options "
		"(EPERM), while a tmpfs was mounted there");
	VERDICT_TEXT(v.stage, "fsconfig(create)");
	v.err = EPERM;
	return v;
}

int overlay_may_ask(const struct ask *a, const char *option, struct verdict *ret_refused)
{
	if (!a->own_userns && !a->env->own_userns)
		return 0;
	*ret_refused = answer_denied("ownership",
		"in a user namespace overlay does not take this option, which needs privileges "
		"in the initial one, or leaves it out, and says so in the kernel log",
		"ask as root",
		"not asked: %s, and this asker can mount only in a user namespace",
		option);
	return -1;
}

struct verdict overlay_not_done(const struct ask *a, const char *option)
{
	char cause[300];

	if (!a->own_userns && !a->env->own_userns)
		return answer_absent(
			"%s was accepted, but what it stands for is not done", option);
	snprintf(cause, sizeof(cause),
		"in a user namespace this kernel has overlay, but %s takes privileges in the "
		"initial one and is silently left out",
		option);
	return answer_denied("ownership", cause,
		"none inside: mount the overlay as root outside of user namespaces",
		"%s was accepted, but what it stands for is not done", option);
}

int overlay_mount(
	const struct ask *a, const struct overlay *o, struct verdict *ret_refused)
{
	struct overlay control = { .name = o->name };
	char name[32], option[128];

	int mnt = try_mount(a, o, o->name, o->options, ret_refused);
	if (mnt >= 0 || (!o->options && !o->lower))
		return mnt;
	struct verdict v = *ret_refused;
	snprintf(name, sizeof(name), "%s-plain", o->name);
	_cleanup_close_ int plain = try_mount(a, &control, name, NULL, ret_refused);
	if (plain < 0)
		return -1;
	name_options(o, option, sizeof(option));
	if ((a->own_userns || a->env->own_userns) && v.err == EPERM)
		*ret_refused = in_userns(option, v.stage, v.err);
	else
		*ret_refused = v;
	if (v.outcome == OUTCOME_ABSENT)
		VERDICT_TEXT(ret_refused->detail,
			"%.300s; without %.200s it was accepted", v.detail, option);
	return -1;
}

struct verdict overlay_ask_in_userns(
	const struct ask *a, const char *option, bool (*works)(int mnt), const char *seen)
{
	const struct mnt_option options[] = { { option, "on" }, { 0 } };
	struct overlay o = { .name = "o", .options = options, .plain = true };
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(a, &o, &v);
	if (mnt < 0)
		return overlay_refused_in_userns(&v);
	if (works(mnt))
		return answer_pass("%s, in a user namespace", seen);
	return answer_absent(
		"%s=on was accepted in a user namespace, but is silently left out",
		option);
}

static bool is_volatile(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.work/work/incompat/volatile", name);
	return access(path, F_OK) == 0;
}

struct verdict overlay_ask_volatile(const struct ask *a, bool userns)
{
	static const struct mnt_option options[] = { { "volatile", NULL }, { 0 } };
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(
		a, &(struct overlay) { .name = "v", .options = options }, &v);
	if (mnt < 0)
		return userns ? overlay_refused_in_userns(&v) : v;
	_cleanup_close_ int plain =
		overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	if (plain < 0)
		return v;
	if (is_volatile("o"))
		return answer_fail("an overlay without the option is marked volatile");
	if (!is_volatile("v"))
		return overlay_not_done(a, "volatile");
	return answer_pass(
		"the mark work/incompat/volatile was made under volatile, and not "
		"without%s",
		userns ? ", in a user namespace" : "");
}

struct verdict overlay_try(int mnt, const char *name)
{
	struct stat whiteout, gone;

	if (!file_holds(mnt, "file", "lower"))
		return answer_fail(
			"a file of the lower layer cannot be read through overlay");
	int r = put_file(mnt, "file", "changed");
	if (r < 0 || unlinkat(mnt, "gone", 0) < 0)
		return answer_fail(
			"a file cannot be written or deleted through overlay: %s",
			strerror(r < 0 ? -r : errno));
	if (!file_holds(AT_FDCWD, "lower/file", "lower") ||
		!file_holds(AT_FDCWD, "lower/gone", "lower") ||
		!file_holds(AT_FDCWD, overlay_upper(name, "file").path, "changed"))
		return answer_fail(
			"a write through overlay did not go to the upper layer alone");
	if (fstatat(mnt, "gone", &gone, 0) == 0 || errno != ENOENT ||
		lstat(overlay_upper(name, "gone").path, &whiteout) < 0 ||
		!S_ISCHR(whiteout.st_mode) || whiteout.st_rdev != makedev(0, 0))
		return answer_fail(
			"a deleted file left no whiteout (0:0) in the upper layer");
	return answer_pass(
		"a write and a deletion went to the upper layer (a copy, a 0:0 "
		"whiteout) and left the lower one as it was");
}
