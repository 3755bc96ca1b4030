/*
 * Has an overlay an identity of its own? (probes.md row 164.) `uuid` came to turn that of
 * the layers off, so that they may be copied elsewhere with index; its later modes give
 * each overlay one that lasts.
 *
 * uuid=off must be accepted and a value that is none refused, which an older kernel does
 * to both. Whether uuid=on keeps one that lasts, in an attribute of the upper layer
 * (6.6), is told in the detail; uuid=off must not.
 */
#include <errno.h>
#include <sys/xattr.h>

#include "overlay.h"

/* Is an identity kept? 1, 0; -1 with *ret_refused. */
static int kept_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "uuid", value }, { 0 } };
	struct overlay_path upper = overlay_upper(name, "");

	_cleanup_close_ int mnt = overlay_mount(
		a, &(struct overlay) { .name = name, .options = options }, ret_refused);
	if (mnt < 0)
		return -1;
	return getxattr(upper.path, overlay_xattr(a, "uuid").name, NULL, 0) == 16;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v, ignored;

	if (overlay_prepare(&v) < 0)
		return v;
	int off = kept_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	if (kept_under(a, "bogus", "plimsoll", &ignored) >= 0)
		return answer_fail("uuid= takes any value, also one that is none");
	int on = kept_under(a, "on", "on", &ignored);
	if (off)
		return answer_fail("an identity is kept under uuid=off");
	return answer_pass("uuid=off was accepted and a value that is none was not; %s",
		on == 1 ? "under uuid=on the upper layer keeps an identity, under uuid=off not"
			: "none that lasts is kept under uuid=on");
}

const struct probe probe_overlay_uuid = {
	.about =
		"overlay layers can be copied elsewhere, or keep an identity that lasts (uuid)",
	.how = "uuid=off must be accepted where a value that is none is refused; under "
	       "uuid=on (6.6) the upper layer must keep an identity",
	.man = OVERLAY_MAN,
	.since = "5.12",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "containers/storage, NFS export",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
