/*
 * Can overlay check an image's contents? (probes.md row 164.) With verity=require every
 * file must match the fs-verity digest that the layer above holds of it: an image that
 * cannot be changed.
 *
 * verity=require must be accepted where a value that is none is refused, and the kernel's
 * own list of the mount's options must hold it. A kernel without fs-verity takes it, too, and
 * then lets no file with a digest be read: that it has fs-verity its symbols say. What the
 * option does to a file without a digest is not tried: that goes to the kernel log.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <string.h>
#include <sys/stat.h>

#include "overlay.h"
#include "symbol.h"
#include "uapi/mount.h"

/* Does the kernel say so of what is mounted on merged/? */
static bool is_listed(const char *name, const char *value)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *fs;
	bool listed = false;
	char *found;
	size_t len;

	while (table && iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs), *last = strrchr(target, '/');
		if (!last || strcmp(last, "/merged-verity"))
			continue;
		listed = mnt_optstr_get_option(
				 mnt_fs_get_fs_options(fs), name, &found, &len) == 0 &&
			len == strlen(value) && !strncmp(found, value, len);
		break;
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return listed;
}

static int mount_with(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "verity", value }, { 0 } };
	struct overlay o = { .name = name, .options = options, .plain = true };

	return overlay_mount(a, &o, ret_refused);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v, ignored;

	if (overlay_may_ask(a, "verity=require", &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = mount_with(a, "o", "require", &v);
	if (mnt < 0)
		return v;
	_cleanup_close_ int bogus = mount_with(a, "bogus", "plimsoll", &ignored);
	if (bogus >= 0)
		return answer_fail("verity= takes any value, also one that is none");
	if (mkdir("merged-verity", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (sys_move_mount(mnt, "", AT_FDCWD, "merged-verity", MOVE_MOUNT_F_EMPTY_PATH) <
		0)
		return answer_refused(a, "move_mount", errno);
	if (!is_listed("verity", "require"))
		return overlay_not_done(a, "verity=require");
	if (symbol_known(a->env, "fsverity_ioctl_measure") == 0)
		return answer_absent(
			"verity=require was accepted, but this kernel has no fs-verity that could "
			"check anything");
	return answer_pass(
		"verity=require was accepted and is listed of the mount; a value that "
		"is none was refused");
}

const struct probe probe_overlay_verity = {
	.about = "an image's contents can be checked by fs-verity digests (verity)",
	.how = "verity=require must be accepted and listed of the mount, where a value that "
	       "is none is refused",
	.man = OVERLAY_MAN,
	.since = "6.6",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_FS_VERITY",
	.needed_by = "composefs, bootc",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
