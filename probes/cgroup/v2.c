/*
 * Are control groups version 2 here, where container software looks? (probes.md rows 79, 80.)
 *
 * Runtimes, engines and the kubelet decide by one look: is /sys/fs/cgroup a cgroup2? On a
 * hybrid host it is not, however useful the cgroup2 beside the v1 hierarchies may be, and
 * they all take it for v1: so hybrid is not a pass. The mount table says where everything is,
 * and statfs(2) of the place, that what is seen there is not something mounted over it. A
 * captured machine has only the files, so nothing is asked of its file system.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "cgroup.h"

#define USUAL         "/sys/fs/cgroup"
#define CGROUP2_MAGIC 0x63677270

/* Does the kernel have cgroup2 at all? 1, 0, or -errno if it does not say. */
static int kernel_has_cgroup2(const struct env *env)
{
	char text[8192];

	ssize_t n = env_file(env, "/proc/filesystems", text, sizeof(text));
	if (n < 0)
		return n;
	return strstr(text, "\tcgroup2\n") ||
		(n > 8 && !strcmp(text + n - 8, "\tcgroup2"));
}

/* The v1 hierarchies that have controllers: "cpu memory"; these are what v2 cannot have. */
static void bound_to_v1(const struct env *env, char *names, size_t size)
{
	char text[8192], name[64];
	int hierarchy;

	*names = '\0';
	if (env_file(env, "/proc/cgroups", text, sizeof(text)) < 0)
		return;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t len = strlen(names);
		if (sscanf(line, "%63s %d", name, &hierarchy) == 2 && hierarchy > 0)
			snprintf(names + len, size - len, "%s%s", len ? " " : "", name);
	}
}

static struct verdict not_unified(const struct ask *a, const struct env_cgroup *cg)
{
	char names[200];

	bound_to_v1(a->env, names, sizeof(names));
	int there = kernel_has_cgroup2(a->env);
	if (there == 0)
		return answer_absent("/proc/filesystems has no cgroup2");
	if (cg->layout == CGROUP_HYBRID)
		return answer_denied("cgroup-v1",
			"cgroups are hybrid: controllers are bound to v1 hierarchies, and "
			"container software takes this host for cgroup v1",
			CGROUP_GO_UNIFIED,
			"cgroup2 is mounted on %.200s, not on " USUAL "; bound to v1: %s",
			cg->mount, *names ? names : "no controller");
	if (cg->layout == CGROUP_V1)
		return answer_denied("cgroup-v1",
			"cgroups are version 1: no cgroup2 is mounted here",
			CGROUP_GO_UNIFIED,
			"only v1 hierarchies are mounted; bound to them: %s",
			*names ? names : "no controller");
	return answer_denied(there < 0 ? "unproven" : "cgroup",
		there < 0
			? "unproven: no cgroup is mounted here, and /proc/filesystems, which says "
			  "whether the kernel has cgroup2, cannot be read"
			: "the kernel has cgroup2, but it is not mounted on " USUAL
			  " here",
		"mount it at boot, as systemd does; in a container, run it with a cgroup mount "
		"(docker and podman do by default; in a chroot: bind " USUAL ")",
		"cgroup2 is %s%.200s", *cg->mount ? "on " : "not mounted", cg->mount);
}

static struct verdict ask(const struct ask *a)
{
	char path[PATH_MAX + 32], controllers[200];
	struct env_cgroup cg;
	struct statfs fs;

	int r = env_cgroup(a->env, &cg);
	if (r < 0)
		return answer_error(
			"open(mountinfo)", -r, "/proc/self/mountinfo: %s", strerror(-r));
	if (cg.layout != CGROUP_UNIFIED || strcmp(cg.mount, USUAL))
		return not_unified(a, &cg);
	if (!*a->env->prefix && statfs(USUAL, &fs) < 0)
		return answer_refused(a, "statfs", errno);
	if (!*a->env->prefix && fs.f_type != CGROUP2_MAGIC)
		return answer_denied("mask",
			"something is mounted over the cgroup2 on " USUAL,
			"take that mount away (podman: --security-opt unmask=" USUAL ")",
			"statfs(" USUAL ") says type %#lx", (unsigned long)fs.f_type);

	snprintf(
		path, sizeof(path), "%s/cgroup.controllers", *cg.own ? cg.own : cg.mount);
	if (env_file(a->env, path, controllers, sizeof(controllers)) <= 0)
		snprintf(controllers, sizeof(controllers), "none");
	return answer_pass("unified: " USUAL " is a cgroup2; this process is in %.200s, "
			   "controllers: %s",
		*cg.own ? cg.own : "a cgroup outside of it", controllers);
}

const struct probe probe_cgroup_v2 = {
	.about = "control groups are version 2, on /sys/fs/cgroup",
	.how = "The mount table has to have a cgroup2 on /sys/fs/cgroup and no v1 "
	       "hierarchy; statfs of the place shows that nothing is mounted over it.",
	.man = "cgroups(7)",
	.since = "4.5",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "kubelet, containerd, docker, podman, systemd 258",
	.blocked_by =
		"systemd.unified_cgroup_hierarchy=0; /sys/fs/cgroup not mounted, or "
		"masked",
	.needs = PROBE_SHARES,
	.calls = CALLS(statfs),
	.ask = ask,
};
