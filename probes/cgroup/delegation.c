/*
 * Is this process's cgroup the asker's to divide? (probes.md row 86.)
 *
 * Delegation fails in three places that look alike to a user, so each is asked by itself: a
 * cgroup is made below the asker's own (the engine does it: the scratch cgroup); a process is
 * moved into it, which also takes the right to write the cgroup.procs of the common ancestor;
 * and a controller is enabled below. What is handed down to the scratch cgroup is enabled in
 * it and has to show one level further down. Where nothing is, because the processes would
 * have to leave this process's own cgroup first, its cgroup.subtree_control is opened for
 * writing, which asks the same permission, and nothing is written: it is not ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"

/* The process moved has to be where it was put, and nowhere before. */
static bool move(const struct ask *a, struct verdict *ret_refused)
{
	_cleanup_member_ struct member m = { 0 };

	int r = member_start(&m);
	if (r < 0) {
		*ret_refused = answer_error("fork", -r, "fork: %s", strerror(-r));
		return false;
	}
	bool before = cgroup_has(a->cgroup, m.pid);
	if ((r = member_move(&m, a->cgroup)) < 0)
		*ret_refused = cgroup_refused(a, "write(cgroup.procs)", -r);
	else if (before || !cgroup_has(a->cgroup, m.pid))
		*ret_refused = answer_fail(
			"a process that was moved into a cgroup is not in it");
	else
		return true;
	return false;
}

/* Enables the first controller of `list` in the scratch cgroup, and looks one level down. */
static struct verdict enable(const struct ask *a, const char *list)
{
	char name[32], word[34], below_list[512];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(list, " \n"), list);
	snprintf(word, sizeof(word), "+%s", name);
	int r = write_file(a->cgroup, "cgroup.subtree_control", word);
	if (r < 0)
		return cgroup_refused(a, "write(cgroup.subtree_control)", -r);
	_cleanup_close_ int below = openat(a->cgroup, "below", O_PATH | O_CLOEXEC);
	if ((r = cgroup_read(
		     below, "cgroup.controllers", below_list, sizeof(below_list))) < 0)
		return cgroup_refused(a, "read(cgroup.controllers)", -r);
	if (!has_word(below_list, name))
		return answer_fail(
			"the controller %s was enabled for the cgroups below, but one there "
			"does not have it",
			name);
	return answer_pass(
		"a cgroup could be made, a process moved into it and the %s controller "
		"enabled below it",
		name);
}

static struct verdict nothing_to_hand_down(const struct ask *a)
{
	struct env_cgroup cg;
	bool v1 = env_cgroup(a->env, &cg) == 0 && cg.layout == CGROUP_HYBRID &&
		!strcmp(cg.own, cg.mount);

	return answer_denied(v1 ? "cgroup-v1" : "cgroup",
		v1 ? "every controller is bound to a cgroup v1 hierarchy: the "
		     "cgroup.controllers at the top of cgroup2 is empty"
		   : "no controller is handed down to this process's cgroup: its "
		     "cgroup.controllers is empty",
		v1 ? CGROUP_GO_UNIFIED
		   : "run in a cgroup with controllers: systemd-run --user --scope -p Delegate=yes "
		     "COMMAND, and for a user [Service] Delegate=cpu cpuset io memory pids in a "
		     "drop-in of user@.service",
		"a cgroup could be made and a process moved into it, but there is no controller to "
		"enable");
}

/* Nothing is handed down to the scratch cgroup: could it be? */
static struct verdict may_hand_down(const struct ask *a)
{
	char list[512];

	_cleanup_close_ int own = openat(a->cgroup, "..", O_PATH | O_CLOEXEC);
	int r = cgroup_read(own, "cgroup.controllers", list, sizeof(list));
	if (r < 0)
		return cgroup_refused(a, "read(cgroup.controllers)", -r);
	list[strcspn(list, "\n")] = '\0';
	if (!*list)
		return nothing_to_hand_down(a);
	_cleanup_close_ int control =
		openat(own, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
	if (control < 0)
		return cgroup_refused(a, "open(cgroup.subtree_control)", errno);
	return answer_pass(
		"a cgroup could be made and a process moved into it; %s may be handed down "
		"by this process's cgroup (not done: it is not ours)",
		list);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	char list[512];

	if (!move(a, &v))
		return v;
	/* The process is gone again: where there is one, no controller can be enabled below. */
	if (mkdirat(a->cgroup, "below", 0755) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	int r = cgroup_read(a->cgroup, "cgroup.controllers", list, sizeof(list));
	if (r < 0)
		return cgroup_refused(a, "read(cgroup.controllers)", -r);
	return strspn(list, " \n") == strlen(list) ? may_hand_down(a) : enable(a, list);
}

const struct probe probe_cgroup_delegation = {
	.about = "the asker may divide its own cgroup: make one below, fill it, limit it",
	.how = "A cgroup is made below the asker's, a process moved into it (it was "
	       "not there before) and what controller is handed down enabled one level "
	       "further down.",
	.man = "cgroups(7)",
	.since = "4.5",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "rootless docker, podman and kind, systemd Delegate=, KEP-127",
	.blocked_by = "cgroup not chowned to the user (EACCES); read-only /sys/fs/cgroup "
		      "(EROFS); cgroup v1",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
