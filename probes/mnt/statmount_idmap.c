/*
 * Does statmount(2) tell the mapping of an id-mapped mount? (probes.md row 21,
 * STATMOUNT_MNT_UIDMAP and GIDMAP.) Nothing else does: mountinfo says that there is one, and
 * not which.
 *
 * A tmpfs is id-mapped and attached: its one line of uids and of gids must be the mapping that
 * it was given. The control is a tmpfs that is not mapped, of which no line may be told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "idmap.h"
#include "mnt.h"
#include "statmount.h"
#include "uapi/stat.h"

#define BOTH (STATMOUNT_MNT_UIDMAP | STATMOUNT_MNT_GIDMAP)

/* An id-mapped tmpfs at "mapped". 0, or -1 with *ret_refused. */
static int mount_mapped(
	const struct ask *a, const struct idmap *map, struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, ret_refused);

	if (mnt < 0)
		return -1;
	if (idmap_mount(mnt, map) < 0)
		*ret_refused = idmap_refused(a, mnt, map, "tmpfs", errno);
	else if (mkdir("mapped", 0755) < 0)
		*ret_refused = answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	else if (sys_move_mount(mnt, "", AT_FDCWD, "mapped", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		*ret_refused = answer_refused(a, "move_mount", errno);
	else
		return 0;
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	union statmount_answer s, plain;
	char line[40];
	struct verdict v;

	/* First of a mount that has none: an older kernel need not make the rest. */
	if (statmount_mount(a, "plain", "plain", NULL, &v) < 0 ||
		statmount_fields(a, "plain", 0, "", &plain, &v) < 0 ||
		idmap_make(a, &map, &v) < 0 || mount_mapped(a, &map, &v) < 0 ||
		statmount_fields(a, "mapped", BOTH, "mnt_uidmap", &s, &v) < 0)
		return v;
	snprintf(line, sizeof(line), "%u %u %u", map.inside, map.outside, map.count);
	const char *uids = statmount_string(&s, s.mount.mnt_uidmap);
	const char *gids = statmount_string(&s, s.mount.mnt_gidmap);
	if (s.mount.mnt_uidmap_num != 1 || s.mount.mnt_gidmap_num != 1 ||
		strcmp(uids, line) || strcmp(gids, line))
		return answer_fail(
			"a mount was id-mapped with \"%s\", but statmount tells "
			"%u lines of uids, \"%s\", and %u of gids, \"%s\"",
			line, s.mount.mnt_uidmap_num, uids, s.mount.mnt_gidmap_num, gids);
	memset(&plain, 0, sizeof(plain));
	if (sys_statmount(mount_id_of("plain"), STATMOUNT_MNT_BASIC | BOTH, &plain,
		    sizeof(plain)) < 0)
		return answer_refused(a, "statmount", errno);
	if (plain.mount.mnt_uidmap_num || plain.mount.mnt_gidmap_num)
		return answer_fail("statmount tells a mapping of a mount that has none");
	return answer_pass(
		"of an id-mapped tmpfs it told the mapping that was given, \"%s\", "
		"and none of one that is not mapped",
		line);
}

const struct probe probe_mnt_statmount_idmap = {
	.about =
		"statmount(2) tells how a mount is id-mapped, so that it can be verified",
	.how = "A tmpfs is id-mapped and must be told with that mapping; one that is not "
	       "mapped, the control, with none.",
	.man = "statmount(2)",
	.since = "6.15",
	.kconfig = "CONFIG_USER_NS",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
