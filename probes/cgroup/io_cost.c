/*
 * Can the cost of disk I/O be modelled? (probes.md row 112.) io.weight acts only on
 * disks for which root has switched this on.
 *
 * io.cost.qos is a file of the root cgroup alone, so the question is whether that can be
 * seen here, and has it. It is only read; the disks for which it is on are named in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_control.h"

/* Why the root cgroup has no such file. */
static struct verdict missing(const struct ask *a, int root)
{
	char list[512];

	int r = cgroup_read(root, "cgroup.controllers", list, sizeof(list));
	if (r < 0)
		return answer_refused(a, "read(cgroup.controllers)", -r);
	if (has_word(list, "io"))
		return answer_absent(
			"the root cgroup has the io controller, but no io.cost.qos");
	enum controller_state state = controller_absence(a, "io");
	return controller_missing(
		a, state, "io", "the root cgroup does not have the io controller");
}

static struct verdict ask(const struct ask *a)
{
	struct env_cgroup cg;
	char text[1024];

	int r = env_cgroup(a->env, &cg);
	if (r < 0)
		return answer_refused(a, "openat(mountinfo)", -r);
	if (!*cg.mount)
		return answer_denied("cgroup-v1", "no cgroup2 is mounted here",
			CGROUP_GO_UNIFIED, "cgroups: %s", cgroup_layout_name(cg.layout));
	_cleanup_close_ int root = open(cg.mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return answer_refused(a, "openat(cgroup)", errno);
	/* Only the root has no type. */
	if (faccessat(root, "cgroup.type", F_OK, 0) == 0)
		return answer_denied("cgroup",
			"the root cgroup cannot be seen in this cgroup namespace",
			"ask on the host, outside of containers",
			"the cgroup2 mount here shows a cgroup further down");
	ssize_t n = cgroup_read(root, "io.cost.qos", text, sizeof(text));
	if (n < 0)
		return n == -ENOENT ? missing(a, root)
				    : answer_refused(a, "openat(io.cost.qos)", -n);
	return answer_pass("the root cgroup has io.cost.qos; it is switched on for %s",
		strstr(text, "enable=1") ? "a disk" : "no disk");
}

const struct probe probe_cgroup_io_cost = {
	.about = "disk time can be shared out by a model of its cost (io.cost.qos in the "
		 "root cgroup)",
	.how = "io.cost.qos has to be in the root cgroup, if the cgroup2 mount shows "
	       "that; it is only read.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_CGROUP_IOCOST",
	.needed_by = "io.weight, resctl-demo, fleets with IO control",
	.blocked_by =
		"io controller bound to cgroup v1, or off by cgroup_disable=blkio; a "
		"cgroup namespace",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
