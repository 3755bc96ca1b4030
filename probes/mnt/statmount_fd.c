/*
 * Can statmount(2) be asked about an open file's mount? (probes.md row 22, STATMOUNT_BY_FD.)
 * A mount that was unmounted while in use has no id any more that could be asked by; CRIU
 * saves such files.
 *
 * A tmpfs is held open and unmounted lazily: by its id it must be ENOENT then, which is the
 * control, and by the descriptor its type must still be told. EINVAL is an older kernel only
 * because the same mount was told by its id before.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "statmount.h"
#include "uapi/stat.h"

static struct verdict ask(const struct ask *a)
{
	union statmount_answer s;
	struct verdict v;

	if (statmount_mount(a, "fs", "plimsoll-fd", NULL, &v) < 0 ||
		statmount_fields(a, "fs", STATMOUNT_FS_TYPE, "fs_type", &s, &v) < 0)
		return v;
	uint64_t id = s.mount.mnt_id;
	_cleanup_close_ int fd = open("fs", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return answer_error("open", errno, "a fresh tmpfs cannot be opened");
	memset(&s, 0, sizeof(s));
	if (sys_statmount_fd(fd, STATMOUNT_MNT_BASIC, &s, sizeof(s)) < 0)
		return answer_refused(a, "statmount(by_fd)", errno);
	if (s.mount.mnt_id != id)
		return answer_fail(
			"statmount by a descriptor tells another mount than the one "
			"that it is open on");
	if (umount2("fs", MNT_DETACH) < 0)
		return answer_refused(a, "umount2", errno);
	if (sys_statmount(id, STATMOUNT_MNT_BASIC, &s, sizeof(s)) == 0 || errno != ENOENT)
		return answer_fail(
			"statmount describes a mount by its id that is unmounted");
	memset(&s, 0, sizeof(s));
	if (sys_statmount_fd(fd, STATMOUNT_SB_BASIC | STATMOUNT_FS_TYPE, &s, sizeof(s)) <
		0)
		return answer_refused(a, "statmount(by_fd)", errno);
	if (strcmp(statmount_string(&s, s.mount.fs_type), "tmpfs"))
		return answer_fail(
			"statmount by a descriptor does not tell the type of an "
			"unmounted tmpfs");
	return answer_pass(
		"by a descriptor it told the type of a tmpfs that was unmounted; by "
		"the id it gave ENOENT then");
}

const struct probe probe_mnt_statmount_fd = {
	.about =
		"statmount(2) describes the mount of an open file, though it is unmounted",
	.how = "A tmpfs is unmounted lazily while it is open: by its id it must be ENOENT, by "
	       "the descriptor its type must be told.",
	.man = "statmount(2)",
	.since = "7.0",
	.needed_by = "CRIU",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
