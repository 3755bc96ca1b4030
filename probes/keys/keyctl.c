/*
 * Are there keyrings, and may they be used? (probes.md row 188.) Runtimes give a container a
 * session keyring of its own; Kerberos and encrypted file systems keep keys there.
 *
 * KEYCTL_CAPABILITIES is the kernel's own list, and takes no quota. The controls: its first
 * bit says that the question itself is known, room for one byte brings as much as room for
 * two, and a command that there is not must be EOPNOTSUPP.
 */
#include <errno.h>

#include "keys.h"

static struct verdict ask(const struct ask *a)
{
	unsigned char caps[2], first = 0;
	struct verdict v;

	if (keys_capabilities(a, caps, &v) < 0)
		return v;
	long n = sys_keyctl(KEYCTL_CAPABILITIES, (uintptr_t)&first, 1, 0);
	if (!(caps[0] & KEYCTL_CAPS0_CAPABILITIES) || n < 1 || first != caps[0])
		return answer_fail("KEYCTL_CAPABILITIES does not say the same twice");
	if (sys_keyctl(-1, 0, 0, 0) == 0 || errno != EOPNOTSUPP)
		return answer_fail("keyctl takes a command that there is not");
	return answer_pass(
		"the kernel told what its keyrings can: %02x %02x", caps[0], caps[1]);
}

const struct probe probe_keys_keyctl = {
	.about = "keyrings are there and may be used (keyctl)",
	.how = "KEYCTL_CAPABILITIES, the kernel's own list; a command that does not exist must "
	       "be EOPNOTSUPP.",
	.man = "keyctl(2)",
	.kconfig = "CONFIG_KEYS",
	.needed_by = "runc (--no-new-keyring turns it off), Kerberos, fscrypt",
	.blocked_by = "seccomp: docker's default profile (EPERM, ENOSYS)",
	.needs = PROBE_SHARES,
	.calls = CALLS(keyctl),
	.ask = ask,
};
