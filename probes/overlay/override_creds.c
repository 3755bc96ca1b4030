/*
 * Can an overlay forget its mounter? (probes.md row 164.) What overlay does in the layers
 * it does as who mounted it; override_creds takes instead who says so by fsconfig(2), so
 * that a privileged helper can mount for a sandbox.
 *
 * The flag must be accepted, and the mount work, where a flag that is none is refused
 * with EINVAL, which an older kernel answers to both.
 */
#include <errno.h>

#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option creds[] = { { "override_creds", NULL }, { 0 } },
				       none[] = { { "plimsoll_creds", NULL }, { 0 } };
	struct verdict v, ignored;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt =
		overlay_mount(a, &(struct overlay) { .name = "o", .options = creds }, &v);
	if (mnt < 0)
		return v;
	_cleanup_close_ int bogus = overlay_mount(
		a, &(struct overlay) { .name = "bogus", .options = none }, &ignored);
	if (bogus >= 0)
		return answer_fail("overlay takes any flag, also one that is none");
	v = overlay_try(mnt, "o");
	return v.outcome == OUTCOME_PASS
		? answer_pass(
			  "override_creds was accepted and a flag that is none was refused; "
			  "%.400s",
			  v.detail)
		: v;
}

const struct probe probe_overlay_override_creds = {
	.about = "an overlay can be mounted for another's credentials (override_creds)",
	.how = "the flag override_creds must be accepted where one that is none is refused, "
	       "and a file be read, written and deleted through the mount",
	.man = OVERLAY_MAN,
	.since = "6.15",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "systemd, sandboxes",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
