/*
 * Does the kernel say which files a delegated cgroup has to give away? (probes.md row
 * 85.) Who hands a cgroup to a user has to chown its directory and the files in
 * /sys/kernel/cgroup/delegate, and no others.
 *
 * The list is read; cgroup.procs and cgroup.subtree_control, without which nothing is
 * delegated, have to be in it.
 */
#include <string.h>

#include "cgroup.h"
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	char list[1024];

	ssize_t n = env_file(a->env, "/sys/kernel/cgroup/delegate", list, sizeof(list));
	if (n < 0)
		return cgroup_sysfs_refused(a, "delegate", -n);
	for (char *at = list; (at = strchr(at, '\n'));)
		*at = ' ';
	if (!has_word(list, "cgroup.procs") || !has_word(list, "cgroup.subtree_control"))
		return answer_fail("/sys/kernel/cgroup/delegate lacks cgroup.procs or "
				   "cgroup.subtree_control: %.300s",
			list);
	return answer_pass("/sys/kernel/cgroup/delegate: %.400s", list);
}

const struct probe probe_cgroup_delegate_list = {
	.about = "the kernel lists the cgroup files that have to be given away to "
		 "delegate (/sys/kernel/cgroup/delegate)",
	.how = "The list is read; cgroup.procs and cgroup.subtree_control have to be "
	       "in it.",
	.man = "cgroups(7)",
	.since = "4.15",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "runc, crun, systemd",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
