/*
 * Does AppArmor confine containers here? (probes.md row 183.)
 *
 * Active is what the kernel's list of security modules has, or a kernel that tells this
 * process's own profile in /proc/self/attr/apparmor/current (a file that is there, and
 * refuses to be read, where AppArmor is built in and off).
 */
#include "lsm.h"

static struct verdict ask(const struct ask *a)
{
	char label[200] = "";
	struct verdict v;

	enum lsm_state state = lsm_state(a, "apparmor", &v);
	if (state == LSM_REFUSED)
		return v;
	ssize_t n = env_file(
		a->env, "/proc/self/attr/apparmor/current", label, sizeof(label));
	if (state == LSM_UNKNOWN)
		state = n > 0 ? LSM_ACTIVE : LSM_INACTIVE;
	if (state == LSM_INACTIVE)
		return lsm_inactive(a, "apparmor");
	if (n < 0)
		return answer_refused(a, "openat(attr)", -n);
	return answer_pass("AppArmor is active; this process's profile: %s", label);
}

const struct probe probe_lsm_apparmor = {
	.about = "AppArmor can confine containers by profiles",
	.how = "The kernel's list of active security modules, and this process's own profile in "
	       "/proc/self/attr/apparmor/current.",
	.man = "apparmor(7)",
	.kconfig = "CONFIG_SECURITY_APPARMOR",
	.needed_by = "docker, Kubernetes, LXD, Debian and Ubuntu",
	.blocked_by = "boot parameters apparmor=0, lsm=",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
