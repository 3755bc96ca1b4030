/*
 * Can memory of a cgroup be reclaimed on demand? (probes.md rows 97 and 99.) It is how a
 * node agent shrinks idle containers without limits.
 *
 * 4096 bytes are asked of a cgroup that has none: EAGAIN says that the kernel tried and
 * found less, and the control, nonsense, gives EINVAL. Where the memory controller is
 * not to be had, /sys/kernel/cgroup/delegate still tells whether the kernel knows the
 * file.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup_knob.h"

static struct verdict reclaim(const struct ask *a, const struct leaf *leaf)
{
	struct verdict v;

	int r = write_file(leaf->dir, "memory.reclaim", "4096");
	if (r < 0 && r != -EAGAIN)
		return answer_refused(a, "write(memory.reclaim)", -r);
	if (knob_nonsense(a, leaf, "memory.reclaim", "many", &v) < 0)
		return v;
	return answer_pass(
		"4096 bytes were asked of an empty cgroup by memory.reclaim: %s; \"many\" is "
		"refused",
		r == 0 ? "reclaimed" : "it tried (EAGAIN)");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;

	if (leaf_make(a, "memory", "memory.reclaim", &leaf, &v) < 0)
		return v;
	/* It can only be written: to read it gives EINVAL. */
	if (faccessat(leaf.dir, "memory.reclaim", F_OK, 0) < 0)
		return errno == ENOENT
			? knob_absent("memory", "memory.reclaim")
			: answer_refused(a, "faccessat(memory.reclaim)", errno);
	if (leaf.ours)
		return reclaim(a, &leaf);
	return knob_own("memory.reclaim", NULL);
}

const struct probe probe_cgroup_memory_reclaim = {
	.about = "memory of a cgroup can be reclaimed on demand (memory.reclaim)",
	.how = "4096 bytes are asked of an empty scratch cgroup with the memory "
	       "controller, which gives EAGAIN where the kernel tries; nonsense has to "
	       "give EINVAL.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.19",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "senpai, crun, kubelet experiments",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
