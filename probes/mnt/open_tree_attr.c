/*
 * Can a mount be cloned with an attribute set at once? (probes.md row 18.)
 *
 * open_tree_attr(2) is open_tree(2) and mount_setattr(2) in one step, so that a clone never
 * is without the attribute, and the id mapping of a clone can be another than its source's.
 * A detached clone with MOUNT_ATTR_RDONLY must give EROFS on writing. The controls: a clone
 * made by the same call without attributes can be written, and the source still can be.
 */
#include <errno.h>
#include <fcntl.h>

#include "mnt.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct mount_attr none = { 0 }, rdonly = { .attr_set = MOUNT_ATTR_RDONLY };
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	_cleanup_close_ int plain = sys_open_tree(AT_FDCWD, ".", flags);
	if (plain < 0)
		return answer_refused(a, "open_tree", errno);
	_cleanup_close_ int control =
		sys_open_tree_attr(AT_FDCWD, ".", flags, &none, sizeof(none));
	if (control < 0)
		return answer_refused(a, "open_tree_attr", errno);
	if (mnt_try_write(plain, ".") != 0 || mnt_try_write(control, ".") != 0)
		return answer_error("open", 0,
			"the control failed: a clone without attributes cannot "
			"be written");
	_cleanup_close_ int clone =
		sys_open_tree_attr(AT_FDCWD, ".", flags, &rdonly, sizeof(rdonly));
	if (clone < 0)
		return answer_refused(a, "open_tree_attr(ro)", errno);
	if (mnt_try_write(clone, ".") != EROFS)
		return answer_fail(
			"open_tree_attr with MOUNT_ATTR_RDONLY succeeded, but its clone "
			"could be written");
	if (mnt_try_write(AT_FDCWD, ".") != 0 || mnt_try_write(control, ".") != 0)
		return answer_fail(
			"the source of the clone, or another clone, became read-only too");
	return answer_pass(
		"a clone made with MOUNT_ATTR_RDONLY gave EROFS; one made without, and "
		"the source, could be written");
}

const struct probe probe_mnt_open_tree_attr = {
	.about = "open_tree_attr(2) clones a mount with other attributes in one step",
	.how = "A clone made with MOUNT_ATTR_RDONLY must give EROFS. A clone made "
	       "without attributes, and the source, must be writable.",
	.man = "open_tree_attr(2)",
	.since = "6.15",
	.needed_by = "systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(open_tree_attr, open_tree),
	.ask = ask,
};
