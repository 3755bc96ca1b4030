/*
 * Does newuidmap(1) map the asker's subordinate ids? (probes.md row 53.)
 *
 * Rootless containers with more than one id stand on this program and on a line in
 * /etc/subuid. The kernel can do it wherever user namespaces can be made; all else is set up
 * by the host, so that what is missing is told apart: the program, its privilege (setuid or
 * file capabilities, nosuid, no_new_privs), the range. Asked by running it on a child's
 * namespace and reading the map. By itself a user may not write that map: the control.
 */
#include <sys/capability.h>

#include "newidmap.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	static const struct newidmap kind = { "newuidmap", "/etc/subuid", "uid_map",
		"--add-subuids", CAP_SETUID };

	return newidmap_ask(a, &kind);
}

const struct probe probe_ns_newuidmap = {
	.about = "newuidmap maps the asker's range of /etc/subuid",
	.how = "Runs the program on the user namespace of a child, and reads the map; "
	       "without the program the same map is refused to a user.",
	.man = "newuidmap(1)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by =
		"rootless podman, rootless docker, buildah, KEP-127 (kubelet's ranges)",
	.blocked_by =
		"no /etc/subuid line; a program without setuid; nosuid; no_new_privs; " NS_USER_BLOCKED,
	.calls = CALLS(unshare, execve),
	.ask = ask,
};
