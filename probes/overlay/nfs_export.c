/*
 * Can an overlay be exported by NFS, or watched by handle? (probes.md row 164.) It takes
 * file handles that can be opened again: nfs_export=on.
 *
 * name_to_handle_at(2) of a file must work on a mount with nfs_export=on and be
 * EOPNOTSUPP on one without. That is what exportfs(8) and fanotify(7) ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "overlay.h"

/* 0 or a positive errno; -1 with *ret_refused. */
static int handle_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "index", value }, { "nfs_export", value },
		{ 0 } };
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle = { .handle_bytes = MAX_HANDLE_SZ } };
	int id;

	_cleanup_close_ int mnt = overlay_mount(
		a, &(struct overlay) { .name = name, .options = options }, ret_refused);
	if (mnt < 0)
		return -1;
	return name_to_handle_at(mnt, "file", &h.handle, &id, 0) < 0 ? errno : 0;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_may_ask(a, "nfs_export=on", &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	int on = handle_under(a, "on", "on", &v);
	int off = on < 0 ? -1 : handle_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	/* The same for both and not this: then it is the call that is refused. */
	if (on && on == off && on != EOPNOTSUPP)
		return answer_refused(a, "name_to_handle_at", on);
	if (off == 0)
		return answer_fail("a file has a handle under nfs_export=off too");
	if (on == EOPNOTSUPP)
		return overlay_not_done(a, "nfs_export=on");
	if (on)
		return answer_fail(
			"under nfs_export=on a file's handle cannot be had: %s",
			strerror(on));
	return answer_pass("a file has a handle under nfs_export=on, and none under "
			   "nfs_export=off (%s)",
		strerror(off));
}

const struct probe probe_overlay_nfs_export = {
	.about = "an overlay can be exported by NFS (nfs_export)",
	.how = "name_to_handle_at(2) of a file must work under nfs_export=on and be "
	       "EOPNOTSUPP under nfs_export=off",
	.man = OVERLAY_MAN,
	.since = "4.16",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_FHANDLE",
	.needed_by = "NFS servers, fanotify",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount, name_to_handle_at),
	.ask = ask,
};
