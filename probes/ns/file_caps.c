/*
 * Can the root of a user namespace give a file capabilities that count only there? (probes.md
 * row 58.)
 *
 * Images whose files carry capabilities (ping, newuidmap) can be unpacked without privilege
 * only so. From inside, security.capability is set on a memfd in the form that every program
 * uses (version 2). Read from outside it must be version 3, and name the id outside that is
 * root inside, so that it is worth nothing to anyone else. Before 4.14 setting it is EPERM.
 * Where no other id than 0 is mapped outside, both forms look alike, and that is not asked.
 */
#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ns.h"
#include "uapi/memfd.h"

#ifndef MFD_NOEXEC_SEAL /* 6.3 */
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#define NAME "security.capability"

struct target {
	int ns, file;
};

/* In a child: sets it inside, as version 2, and reads it back. */
static struct verdict set_inside(const struct ask *a, void *arg)
{
	const struct target *t = arg;
	struct vfs_cap_data set = {
		.magic_etc = htole32(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE),
		.data = { { .permitted = htole32(1 << CAP_CHOWN) } },
	};
	struct vfs_ns_cap_data got;

	if (setns(t->ns, CLONE_NEWUSER) < 0)
		return answer_refused(a, "setns(user)", errno);
	if (fsetxattr(t->file, NAME, &set, XATTR_CAPS_SZ_2, 0) < 0)
		return answer_refused(a, "fsetxattr(capability)", errno);
	ssize_t n = fgetxattr(t->file, NAME, &got, sizeof(got));
	if (n < 0)
		return answer_refused(a, "fgetxattr(capability)", errno);
	if (n != XATTR_CAPS_SZ_2 || memcmp(&got, &set, XATTR_CAPS_SZ_2))
		return answer_fail(
			"inside the user namespace other file capabilities are read than "
			"were set");
	return answer_pass("set");
}

/* A file of `id` and a namespace in which that is root. 0, or -1 with *ret_refused. */
static int prepare(const struct ask *a, uid_t uid, gid_t gid, struct target *t,
	struct verdict *ret_refused)
{
	char uids[32], gids[32];

	if (fchown(t->file, uid, gid) < 0) {
		*ret_refused = answer_refused(a, "fchown", errno);
		return -1;
	}
	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", gid);
	t->ns = ask_userns(a, uids, gids, ret_refused);
	return t->ns < 0 ? -1 : 0;
}

static struct verdict judge(uid_t uid, int file)
{
	struct vfs_ns_cap_data got;

	ssize_t n = fgetxattr(file, NAME, &got, sizeof(got));
	if (uid == 0)
		return n > 0 ? answer_pass("file capabilities could be set in a user "
					   "namespace; there is no other id to look from")
			     : answer_fail("the file capabilities set are not there");
	if (n != XATTR_CAPS_SZ_3 || le32toh(got.rootid) != uid ||
		(le32toh(got.magic_etc) & VFS_CAP_REVISION_MASK) != VFS_CAP_REVISION_3)
		return answer_fail(
			"file capabilities set by a user namespace whose root is uid %u are "
			"not bound to that: %zd bytes",
			uid, n);
	return answer_pass("file capabilities could be set in a user namespace, and are "
			   "seen outside as bound to its root (version 3, rootid %u)",
		uid);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int file = memfd_create("plimsoll", MFD_CLOEXEC);
	struct target t = { -1, file };
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct verdict v;

	if (file < 0 && errno == EACCES) /* vm.memfd_noexec=2 */
		t.file = file = memfd_create("plimsoll", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	if (file < 0)
		return answer_refused(a, "memfd_create", errno);
	if (uid == 0 && env_has_cap(a->env, CAP_CHOWN) &&
		ns_maps(a->env, "uid_map", 1) > 0 && ns_maps(a->env, "gid_map", 1) > 0)
		uid = gid = 1;
	if (prepare(a, uid, gid, &t, &v) < 0)
		return v;
	_cleanup_close_ int ns = t.ns;
	v = ask_in_child(a, set_inside, &t);
	return v.outcome == OUTCOME_PASS && ns >= 0 ? judge(uid, file) : v;
}

const struct probe probe_ns_file_caps = {
	.about = "root of a user namespace can set file capabilities, valid only there",
	.how = "Sets security.capability on a memfd from inside and reads it from "
	       "outside: it has to be bound to the id that is root inside (version 3).",
	.man = "capabilities(7)",
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS_XATTR",
	.needed_by = "rootless image builds (buildah, kaniko), LXC, Incus",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(fsetxattr, setns),
	.ask = ask,
};
