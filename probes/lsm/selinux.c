/*
 * Does SELinux confine containers here? (probes.md row 182.)
 *
 * Active is what the kernel's list of security modules has, or a kernel that offers
 * selinuxfs, which it does only if SELinux is on. Then its mode is read: permissive is not
 * confinement, it only logs. Without a policy (selinuxfs not mounted) nothing is confined
 * either.
 */
#include <string.h>

#include "lsm.h"
#include "mnt.h"

static struct verdict judge(const struct ask *a)
{
	char label[200] = "";
	long long enforce = env_number(a->env, "/sys/fs/selinux/enforce");

	if (env_file(a->env, "/proc/self/attr/selinux/current", label, sizeof(label)) <=
		0)
		env_file(a->env, "/proc/self/attr/current", label, sizeof(label));
	if (enforce == 0)
		return answer_denied("lsm",
			"SELinux is permissive: it logs and denies nothing",
			"setenforce 1, and SELINUX=enforcing in /etc/selinux/config",
			"SELinux is active and permissive; this process: %s", label);
	if (enforce == 1)
		return answer_pass(
			"SELinux is active and enforcing; this process: %s", label);
	if (!*label || !strcmp(label, "kernel"))
		return answer_denied("lsm", "SELinux has no policy loaded",
			"install and load a policy (selinux-activate, or the distribution's policy "
			"package), then boot again",
			"SELinux is active without a policy");
	return answer_pass(
		"SELinux is active, this process: %s; whether it enforces cannot be read here "
		"(/sys/fs/selinux/enforce)",
		label);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	enum lsm_state state = lsm_state(a, "selinux", &v);
	if (state == LSM_REFUSED)
		return v;
	if (state == LSM_UNKNOWN) {
		int known = mnt_type_known(a->env, "selinuxfs");
		if (known < 0)
			return lsm_unseen("selinux");
		state = known ? LSM_ACTIVE : LSM_INACTIVE;
	}
	return state == LSM_ACTIVE ? judge(a) : lsm_inactive(a, "selinux");
}

const struct probe probe_lsm_selinux = {
	.about = "SELinux confines containers by their labels",
	.how = "The kernel's list of active security modules, then /sys/fs/selinux/enforce and "
	       "this process's own label.",
	.man = "selinux(8)",
	.kconfig = "CONFIG_SECURITY_SELINUX",
	.needed_by = "podman, CRI-O, Fedora and RHEL",
	.blocked_by = "boot parameters selinux=0, lsm=; permissive mode",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
