/*
 * Does the kernel tell which security modules are active? (probes.md row 178.) It is what
 * every refusal has to be read with, and without this call it takes a mounted securityfs.
 *
 * The list has to hold "capability", which is active wherever there are security modules,
 * and have as many names as securityfs, where that can be read. The controls: room for none
 * must be E2BIG and tell how much it takes, a flag nobody knows EINVAL. ENOSYS: older than
 * 6.8.
 */
#include <errno.h>
#include <stdint.h>

#include "lsm.h"
#include "uapi/lsm.h"

/* A module that this program does not know by its id has a name there all the same. */
static int count_names(const char *list)
{
	int count = 1;

	for (; *list; list++)
		count += *list == ',';
	return count;
}

static struct verdict ask(const struct ask *a)
{
	uint64_t ids[64] = { 0 };
	uint32_t size = sizeof(ids), none = 0, room = sizeof(ids);
	char names[400], file[400];
	bool capability = false;

	int count = sys_lsm_list_modules(ids, &size, 0);
	if (count < 0)
		return answer_refused(a, "lsm_list_modules", errno);
	for (int i = 0; i < count && i < (int)ARRAY_SIZE(ids); i++)
		capability = capability || ids[i] == LSM_ID_CAPABILITY;
	lsm_names(ids, count, names, sizeof(names));
	if (!capability || size != count * sizeof(*ids))
		return answer_fail(
			"lsm_list_modules says that these are active, in %u bytes: %s",
			size, names);
	if (sys_lsm_list_modules(ids, &none, 0) == 0 || errno != E2BIG || none != size)
		return answer_fail(
			"lsm_list_modules with room for none did not say how much it takes");
	if (sys_lsm_list_modules(ids, &room, ~0U) == 0 || errno != EINVAL)
		return answer_fail("lsm_list_modules takes a flag that there is not");
	ssize_t n = lsm_security_file(a, "lsm", file, sizeof(file));
	if (n > 0 && count_names(file) != count)
		return answer_fail(
			"lsm_list_modules says %s, /sys/kernel/security/lsm says %s",
			names, file);
	return answer_pass("active: %s%s", names,
		n > 0 ? "; /sys/kernel/security/lsm has as many" : "");
}

const struct probe probe_lsm_list = {
	.about = "any process can tell which security modules are active",
	.how = "lsm_list_modules(2), compared with securityfs where that can be read; room for "
	       "none and a flag that does not exist must be refused.",
	.man = "Documentation/userspace-api/lsm.rst",
	.since = "6.8",
	.kconfig = "CONFIG_SECURITY",
	.needed_by = "diagnosis of every refusal",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(lsm_list_modules),
	.ask = ask,
};
