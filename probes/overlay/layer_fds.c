/*
 * Can layers be given by descriptor? (probes.md row 164.) Then they need no path that the
 * mounter reaches, in no mount namespace: detached and id-mapped layers without a place
 * to attach them.
 *
 * The layers are given by FSCONFIG_SET_FD, and a file is read, written and deleted
 * through the mount. A kernel that takes only paths gives EINVAL to a descriptor; the
 * control is the same layers by path.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "overlay.h"
#include "uapi/mount.h"

#define FSCONFIG_SET_FD_ 5

static int set_fd(int fs, const char *key, const char *path)
{
	/* Not O_PATH: to a kernel that takes only paths that is EBADF, whatever the key. */
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 ? -1 : sys_fsconfig(fs, FSCONFIG_SET_FD_, key, NULL, dir);
}

static int set_layers(const struct ask *a, int fs)
{
	if (set_fd(fs, "lowerdir+", "lower") < 0 ||
		set_fd(fs, "upperdir", "o.upper") < 0 ||
		set_fd(fs, "workdir", "o.work") < 0)
		return -1;
	if (!a->own_userns && !a->env->own_userns)
		return 0;
	return sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_FLAG, "userxattr", NULL, 0);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int control =
		overlay_mount(a, &(struct overlay) { .name = "c" }, &v);
	if (control < 0)
		return v;
	if (mkdir("o.upper", 0755) < 0 || mkdir("o.work", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	_cleanup_close_ int fs = mnt_configure(a, "overlay", NULL, &v);
	if (fs < 0)
		return v;
	if (set_layers(a, fs) < 0)
		return answer_refused(a, "fsconfig(SET_FD)", errno);
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return answer_refused(a, "fsconfig(create)", errno);
	_cleanup_close_ int mnt = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mnt < 0)
		return answer_refused(a, "fsmount(overlay)", errno);
	v = overlay_try(mnt, "o");
	return v.outcome == OUTCOME_PASS
		? answer_pass("layers given by descriptor: %.400s", v.detail)
		: v;
}

const struct probe probe_overlay_layer_fds = {
	.about = "overlay layers can be given by descriptor, without a path",
	.how = "the layers are given by FSCONFIG_SET_FD and a file is read, written and "
	       "deleted through the mount; the same layers by path are the control",
	.man = OVERLAY_MAN,
	.since = "6.13",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "systemd, composefs, crun",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
