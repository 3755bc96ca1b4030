/*
 * Does statmount(2) tell which fields this kernel knows? (probes.md row 21,
 * STATMOUNT_SUPPORTED_MASK.) Else a field that is empty cannot be told from one that is not
 * there.
 *
 * The mask must have the bit of every field that is told of a tmpfs mounted to have something
 * in most of them, its own among them, and must not have a bit that no kernel has.
 */
#include "statmount.h"

#define NO_SUCH_FIELD (1ULL << 62)

static struct verdict ask(const struct ask *a)
{
	union statmount_answer s, all;
	struct verdict v;

	if (statmount_mount(a, "fs", "fs", "size=1024k", &v) < 0 ||
		statmount_fields(
			a, "fs", STATMOUNT_SUPPORTED_MASK, "supported_mask", &s, &v) < 0)
		return v;
	uint64_t known = s.mount.supported_mask;
	/* Asked for everything that it claims; what is told must be among that. */
	if (statmount_fields(a, "fs",
		    STATMOUNT_SUPPORTED_MASK | STATMOUNT_SB_BASIC | STATMOUNT_FS_TYPE |
			    STATMOUNT_MNT_POINT | STATMOUNT_MNT_NS_ID |
			    STATMOUNT_MNT_OPTS | STATMOUNT_SB_SOURCE |
			    STATMOUNT_OPT_ARRAY,
		    "fields that came before the mask", &all, &v) < 0)
		return v;
	if ((all.mount.mask & known) != all.mount.mask || (known & NO_SUCH_FIELD))
		return answer_fail(
			"statmount told the fields 0x%llx, but of them claims to "
			"know only those in 0x%llx",
			(unsigned long long)all.mount.mask, (unsigned long long)known);
	return answer_pass("it knows the fields 0x%llx, among them all that it told of a "
			   "tmpfs (0x%llx)",
		(unsigned long long)known, (unsigned long long)all.mount.mask);
}

const struct probe probe_mnt_statmount_supported = {
	.about = "statmount(2) tells which of its fields this kernel knows",
	.how = "The mask must have the bits of all fields told of a tmpfs, and not that of one "
	       "which no kernel has. The basic fields are the control.",
	.man = "statmount(2)",
	.since = "6.15",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
