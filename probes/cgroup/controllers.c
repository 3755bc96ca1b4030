/*
 * Are the controllers that container runtimes need available in this cgroup? (probes.md rows
 * 81, 82, 125.)
 *
 * "+name" is written to the cgroup.subtree_control of the scratch cgroup, for the answer has
 * three meanings which no list tells apart. It is accepted: then a cgroup below has to have
 * the controller. EINVAL: the kernel does not know the name, or was booted with it disabled
 * (/proc/cgroups says which). ENOENT: known, but not handed down to the scratch cgroup:
 * because only this process's own cgroup would have to hand it on (its cgroup.controllers
 * has it: available, and not ours to change), because it is bound to a v1 hierarchy, or
 * because a cgroup further up withholds it. The control is an empty line, which must be
 * accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_control.h"

static const char *const controllers[] = { "memory", "pids", "cpu", "cpuset", "io" };

/* The names of the controllers found in each state. */
struct findings {
	char names[CONTROLLER_STATES][64];
};

static void find(struct findings *f, enum controller_state state, const char *name)
{
	size_t len = strlen(f->names[state]);

	snprintf(f->names[state] + len, sizeof(f->names[state]) - len, "%s%s",
		len ? " " : "", name);
}

static struct verdict answer(const struct ask *a, const struct findings *f)
{
	static const char *const words[] = { [CONTROLLER_WORKS] = "work",
		[CONTROLLER_LISTED] = "in cgroup.controllers",
		[CONTROLLER_UNKNOWN] = "not in this kernel",
		[CONTROLLER_DISABLED] = "disabled at boot",
		[CONTROLLER_BOUND_TO_V1] = "bound to v1",
		[CONTROLLER_WITHHELD] = "not handed down" };
	char detail[400] = "";
	size_t len = 0;

	for (enum controller_state s = 0; s < CONTROLLER_STATES; s++)
		if (*f->names[s])
			len += snprintf(detail + len, sizeof(detail) - len, "%s%s: %s",
				len ? "; " : "", words[s], f->names[s]);
	for (enum controller_state s = CONTROLLER_UNKNOWN; s < CONTROLLER_STATES; s++)
		if (*f->names[s])
			return controller_missing(a, s, f->names[s], detail);
	return answer_pass("%s", detail);
}

static struct verdict ask(const struct ask *a)
{
	enum controller_state states[ARRAY_SIZE(controllers)];
	struct findings f = { 0 };
	struct verdict v;
	char list[512];

	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (controller_enable(a, controllers[i], &states[i], &v) < 0)
			return v;
	if (mkdirat(a->cgroup, "below", 0755) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	_cleanup_close_ int below = openat(a->cgroup, "below", O_PATH | O_CLOEXEC);
	int r = cgroup_read(below, "cgroup.controllers", list, sizeof(list));
	if (r < 0)
		return cgroup_refused(a, "read(cgroup.controllers)", -r);

	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		if (states[i] == CONTROLLER_WORKS && !has_word(list, controllers[i]))
			return answer_fail(
				"\"+%s\" was accepted, but the cgroup below does not have "
				"the controller",
				controllers[i]);
		find(&f, states[i], controllers[i]);
	}
	return answer(a, &f);
}

const struct probe probe_cgroup_controllers = {
	.about = "the memory, pids, cpu, cpuset and io controllers are available to this "
		 "cgroup",
	.how = "+NAME is written to the cgroup.subtree_control of a scratch cgroup and "
	       "has to show one level down; the errno tells unknown from withheld, and "
	       "the control is an empty line.",
	.man = "cgroups(7)",
	.kconfig = "CONFIG_MEMCG CONFIG_CGROUP_PIDS CONFIG_CGROUP_SCHED CONFIG_CPUSETS "
		   "CONFIG_BLK_CGROUP",
	.needed_by = "kubelet, rootless docker and podman, kind, runc, crun",
	.blocked_by =
		"no delegation (ENOENT, EACCES); cgroup v1; cgroup_disable=; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
