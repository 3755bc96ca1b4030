/*
 * Are file systems of block devices refused in a user namespace? (probes.md row 73.)
 *
 * A contract: their code trusts what is on the device. Each that this kernel knows now (the
 * lines without "nodev" in /proc/filesystems, so that none is loaded) is asked for with a
 * device that there is not: EPERM must come before anyone looks for it, which would be ENOENT.
 * The control is a tmpfs, created by the same calls.
 */
#include <stdio.h>
#include <string.h>

#include "ns.h"
#include "ns_refused.h"

/* Those without "nodev" before them. */
static bool is_type(const char *line, char *type)
{
	return *line == '\t' && sscanf(line, "%63s", type) == 1;
}

static struct verdict ask(const struct ask *a)
{
	char text[8192], type[64], types[300] = "";
	struct verdict v;
	size_t len = 0;

	ssize_t n = env_file(a->env, "/proc/filesystems", text, sizeof(text));
	if (n < 0)
		return answer_refused(a, "open(filesystems)", -n);
	if (ns_refused_control(a, &v) < 0)
		return v;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!is_type(line, type))
			continue;
		if (ns_refused_type(a, type, &v) < 0)
			return v;
		if (len < sizeof(types) - 1)
			len += snprintf(types + len, sizeof(types) - len, "%s%s",
				len ? ", " : "", type);
	}
	if (!len)
		return answer_denied("module",
			"no file system of block devices is loaded or built in",
			"load one (modprobe ext4)", "/proc/filesystems has none");
	return answer_pass(
		"creating %s in a user namespace is EPERM before the device is "
		"looked for; a tmpfs could be created",
		types);
}

const struct probe probe_ns_block_fs_refused = {
	.about = "file systems of block devices are refused in a user namespace",
	.how = "Creates each one that is known now with a device that there is not: "
	       "EPERM. The same calls create a tmpfs.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "the isolation of containers with a user namespace",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig),
	.ask = ask,
};
