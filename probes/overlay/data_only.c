/*
 * Can a layer hold the data of files alone? (probes.md row 164.) composefs keeps the
 * names and owners of an image in one layer and the contents, by their digest, in a
 * data-only one.
 *
 * A file of the lower layer is without data and points to blob in a data-only layer
 * ("::"). It must read the blob's text through the mount, and blob itself must not be
 * seen. The control is the layer without the data-only one, which is accepted. The
 * attributes that point there are trusted ones; in a user namespace user ones do from
 * 6.16 on.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "overlay.h"

/* lower/pointer has a size and no data, and says where that is. 0 or a positive errno. */
static int make_pointer(const struct ask *a)
{
	struct overlay_xattr metacopy = overlay_xattr(a, "metacopy"),
			     redirect = overlay_xattr(a, "redirect");

	if (mkdir("data", 0755) < 0 || put_file(AT_FDCWD, "data/blob", "text") < 0 ||
		put_file(AT_FDCWD, "lower/pointer", "") < 0 ||
		truncate("lower/pointer", strlen("text")) < 0 ||
		setxattr("lower/pointer", metacopy.name, "", 0, 0) < 0 ||
		setxattr("lower/pointer", redirect.name, "/blob", strlen("/blob"), 0) < 0)
		return errno;
	return 0;
}

/* Without metacopy=on, which it may not use, a user namespace has it from 6.16 on. */
static struct verdict not_here(const struct verdict *said)
{
	struct verdict v = answer_denied("ownership",
		"in a user namespace this kernel has overlay, but a data-only layer takes "
		"metacopy=on there, which needs CAP_SYS_ADMIN in the initial one",
		"ask as root", "%s", said->detail);

	VERDICT_TEXT(v.stage, "%s", said->stage);
	v.err = said->err;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option metacopy[] = { { "metacopy", "on" }, { 0 } };
	bool userns = a->own_userns || a->env->own_userns;
	struct overlay o = {
		.name = "o", .lower = "lower::data", .options = userns ? NULL : metacopy
	};
	struct stat st;
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	int err = make_pointer(a);
	if (err == EOPNOTSUPP)
		return answer_denied("mount",
			"tmpfs keeps no such attributes on this kernel",
			userns ? "ask as root" : NULL,
			"setxattr on the scratch tmpfs: %s", strerror(err));
	if (err)
		return answer_refused(a, "setxattr", err);
	_cleanup_close_ int mnt = overlay_mount(a, &o, &v);
	if (mnt < 0)
		return userns && v.outcome == OUTCOME_ABSENT && v.err == EINVAL
			? not_here(&v)
			: v;
	if (fstatat(mnt, "blob", &st, 0) == 0)
		return answer_fail(
			"the files of a data-only layer are seen by themselves");
	if (!file_holds(mnt, "pointer", "text")) {
		if (userns)
			return overlay_not_done(a, "a data-only layer");
		return answer_fail(
			"a file whose data is in a data-only layer cannot be read");
	}
	return answer_pass(
		"a file without data read that of a file in a data-only layer, which "
		"itself is not seen");
}

const struct probe probe_overlay_data_only = {
	.about =
		"image contents can be kept apart, by digest, in a data-only layer (composefs)",
	.how = "a file without data points to one in a data-only layer: its text must be "
	       "read through the mount, and the one pointed to not be seen",
	.man = OVERLAY_MAN,
	.since = "6.5",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_TMPFS_XATTR",
	.needed_by = "composefs, podman, bootc",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
