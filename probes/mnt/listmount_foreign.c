/*
 * Can the mounts of another mount namespace be listed? (probes.md row 23.) A monitor on the
 * node sees so what is mounted in a container without entering it.
 *
 * In a copy of this mount namespace, a child unmounts a tmpfs of this one and mounts another.
 * Then it lists what is mounted in the scratch directory, of the namespace that it came from
 * and of its own, by their ids: there the one and here the other, alone, must be told. The
 * mount's id of the one namespace must be ENOENT in the other. E2BIG says that this kernel has
 * no field for the id, ENOTTY that namespaces have none.
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>

#include "ask.h"
#include "statmount.h"
#include "tree.h"

/* A mount namespace, the scratch tmpfs in it, and what alone is mounted on that. */
struct place {
	uint64_t ns, scratch, mount;
};

/* 0, or -1 with *ret_refused. */
static int find_place(const struct ask *a, const char *dir, struct place *ret_place,
	struct verdict *ret_refused)
{
	struct place place;

	if (tree_mount_id(a, ".", &place.scratch, ret_refused) < 0 ||
		tree_mount_id(a, dir, &place.mount, ret_refused) < 0)
		return -1;
	int r = statmount_own_ns(a, &place.ns);
	if (r < 0) {
		*ret_refused = answer_refused(a, "ioctl(NS_GET_MNTNS_ID)", -r);
		return -1;
	}
	*ret_place = place;
	return 0;
}

/* 1 if the list is what it should be, 0 if not, or -errno. */
static int lists(const struct place *p)
{
	uint64_t ids[4];

	int n = sys_listmount_ns(p->ns, p->scratch, ids, ARRAY_SIZE(ids));
	return n < 0 ? -errno : n == 1 && ids[0] == p->mount;
}

static struct verdict judge(
	const struct ask *a, const struct place *there, const struct place *here)
{
	struct place mixed = { here->ns, there->scratch, there->mount };

	int own = lists(here);
	if (own < 0)
		return answer_refused(a, "listmount(own)", -own);
	int foreign = lists(there);
	if (foreign < 0)
		return answer_refused(a, "listmount(foreign)", -foreign);
	if (!own || !foreign)
		return answer_fail(
			"listmount tells other mounts of a mount namespace than are "
			"there");
	if (lists(&mixed) != -ENOENT)
		return answer_fail(
			"listmount knows a mount in a mount namespace where it is not");
	return answer_pass(
		"a mount that is only in another mount namespace was listed by that "
		"one's id, and one that is only here by the id of this");
}

static struct verdict ask_in_another(const struct ask *a, void *arg)
{
	static const char *const here_only[] = { "here", NULL };
	const struct place *there = arg;
	struct place here;
	struct verdict v;

	if (unshare(CLONE_NEWNS) < 0)
		return answer_refused(a, "unshare(mnt)", errno);
	if (umount2("there", 0) < 0)
		return answer_refused(a, "umount2", errno);
	if (tree_make(a, here_only, &v) < 0 || find_place(a, "here", &here, &v) < 0)
		return v;
	return judge(a, there, &here);
}

static struct verdict ask(const struct ask *a)
{
	static const char *const there_only[] = { "there", NULL };
	struct place there;
	struct verdict v;
	uint64_t scratch, id;

	if (tree_make(a, there_only, &v) < 0 || tree_mount_id(a, ".", &scratch, &v) < 0)
		return v;
	if (sys_listmount(scratch, 0, &id, 1, 0) < 0)
		return answer_refused(a, "listmount", errno);
	if (find_place(a, "there", &there, &v) < 0)
		return v;
	return ask_in_child(a, ask_in_another, &there);
}

const struct probe probe_mnt_listmount_foreign = {
	.about =
		"listmount(2) lists the mounts of another mount namespace without entering it",
	.how = "A child in a new mount namespace lists its own and the one it came from by "
	       "their ids: each must hold its own mounts and not the other's.",
	.man = "listmount(2)",
	.since = "6.11",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the other mount namespace (ENOENT)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(listmount),
	.ask = ask,
};
