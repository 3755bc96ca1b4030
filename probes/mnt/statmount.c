/*
 * Does statmount(2) tell what a mount is? (probes.md rows 20 and 21.)
 *
 * A mount that we have made is asked about twice: its file system type and mount point must
 * be right, and MOUNT_ATTR_RDONLY must be told only after the mount was made read-only. An
 * id that no mount has must be ENOENT. A field the kernel does not know is no error, its bit
 * is just not in the mask that comes back: which of the later ones are there is told in the
 * detail.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "answer.h"
#include "uapi/mount.h"
#include "uapi/stat.h"

#define ASKED                                                             \
	(STATMOUNT_SB_BASIC | STATMOUNT_MNT_BASIC | STATMOUNT_MNT_POINT | \
		STATMOUNT_FS_TYPE)

static const struct {
	uint64_t bit;
	const char *name;
} later[] = {
	{ STATMOUNT_MNT_NS_ID, "mnt_ns_id" },
	{ STATMOUNT_MNT_OPTS, "mnt_opts" },
	{ STATMOUNT_SB_SOURCE, "sb_source" },
	{ STATMOUNT_OPT_ARRAY, "opt_array" },
	{ STATMOUNT_SUPPORTED_MASK, "supported_mask" },
};

union answer {
	struct plimsoll_statmount mount;
	char bytes[8192];
};

static const char *string_at(const union answer *s, uint32_t offset)
{
	size_t start = sizeof(s->mount) + (size_t)offset;

	return start < sizeof(s->bytes) ? s->bytes + start : "";
}

/* The fields beyond the first release's, as words. */
static void name_later(uint64_t id, char *text, size_t size)
{
	union answer s = { 0 };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		if (sys_statmount(id, later[i].bit, &s, sizeof(s)) < 0 ||
			!(s.mount.mask & later[i].bit))
			continue;
		len += snprintf(
			text + len, size - len, "%s%s", len ? ", " : "", later[i].name);
	}
	if (!len)
		snprintf(text, size, "none");
}

static bool describes(const union answer *s, uint64_t id)
{
	const char *point = string_at(s, s->mount.mnt_point);
	const char *name = strrchr(point, '/');

	return (s->mount.mask & ASKED) == ASKED && s->mount.mnt_id == id &&
		!strcmp(string_at(s, s->mount.fs_type), "tmpfs") && name &&
		!strcmp(name, "/plimsoll-statmount");
}

static struct verdict ask(const struct ask *a)
{
	static const char dir[] = "plimsoll-statmount";
	union answer before = { 0 }, after = { 0 }, none;
	char fields[128];

	if (mkdir(dir, 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	/* With an option to tell: the bit of an empty field is not in the mask either. */
	if (mount("t", dir, "tmpfs", 0, "mode=0700") < 0)
		return answer_refused(a, "mount", errno);
	uint64_t id = mount_id_of(dir);
	if (sys_statmount(id, ASKED, &before, sizeof(before)) < 0)
		return answer_refused(a, "statmount", errno);
	if (!describes(&before, id))
		return answer_fail(
			"statmount tells another type, mount point or id than the mount "
			"has that was asked about");
	if (mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return answer_refused(a, "mount(ro)", errno);
	if (sys_statmount(id, ASKED, &after, sizeof(after)) < 0)
		return answer_refused(a, "statmount", errno);
	if ((before.mount.mnt_attr & MOUNT_ATTR_RDONLY) ||
		!(after.mount.mnt_attr & MOUNT_ATTR_RDONLY))
		return answer_fail(
			"statmount does not tell a read-only mount from a writable one");
	/* Ids are never used again, and this one is far beyond any that was. */
	if (sys_statmount(INT64_MAX, ASKED, &none, sizeof(none)) == 0 || errno != ENOENT)
		return answer_fail("statmount describes a mount that does not exist");
	name_later(id, fields, sizeof(fields));
	return answer_pass(
		"it told the type, the mount point and when the mount became read-only; "
		"later fields: %s",
		fields);
}

const struct probe probe_mnt_statmount = {
	.about = "statmount(2) tells the attributes of a mount without reading mountinfo",
	.how = "The type, mount point and read-only flag of a tmpfs must be told, "
	       "before and after it is made read-only. An id that no mount has must "
	       "be ENOENT.",
	.man = "statmount(2)",
	.since = "6.8",
	.needed_by = "util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
