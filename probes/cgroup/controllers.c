/*
 * Are the controllers that container runtimes need available in this cgroup? (probes.md rows
 * 81, 82, 125.)
 *
 * "+name" is written to the cgroup.subtree_control of the scratch cgroup, for the answer has
 * three meanings which no list tells apart. It is accepted: then a cgroup below has to have
 * the controller. EINVAL: the kernel does not know the name, or was booted with it disabled
 * (/proc/cgroups says which). ENOENT: known, but not handed down to the scratch cgroup:
 * because only this process's own cgroup would have to hand it on (its cgroup.controllers
 * has it: available, and not ours to change), because it is bound to a v1 hierarchy, or
 * because a cgroup further up withholds it. The control is an empty line, which must be
 * accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"

enum state { WORKS, LISTED, UNKNOWN, DISABLED, BOUND_TO_V1, WITHHELD, STATE_COUNT };

/* `v1` is the name in /proc/cgroups. */
static const struct controller {
	const char *name, *v1;
} controllers[] = {
	{ "memory", "memory" },
	{ "pids", "pids" },
	{ "cpu", "cpu" },
	{ "cpuset", "cpuset" },
	{ "io", "blkio" },
};

/* The names of the controllers found in each state. */
struct findings {
	char names[STATE_COUNT][64];
};

static void find(struct findings *f, enum state state, const char *name)
{
	size_t len = strlen(f->names[state]);

	snprintf(f->names[state] + len, sizeof(f->names[state]) - len, "%s%s",
		len ? " " : "", name);
}

/* A controller's line in /proc/cgroups. false if there is none. */
static bool v1_line(
	const struct env *env, const char *name, int *ret_hierarchy, int *ret_on)
{
	char text[8192], found[64];

	if (env_file(env, "/proc/cgroups", text, sizeof(text)) < 0)
		return false;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%63s %d %*d %d", found, ret_hierarchy, ret_on) == 3 &&
			!strcmp(found, name))
			return true;
	return false;
}

static enum state judge(
	const struct ask *a, const struct controller *c, int err, const char *own)
{
	int hierarchy = 0, on = 1;
	bool listed = v1_line(a->env, c->v1, &hierarchy, &on);

	if (err == 0)
		return WORKS;
	if (err == EINVAL)
		return listed && !on ? DISABLED : UNKNOWN;
	if (has_word(own, c->name))
		return LISTED;
	return listed && hierarchy > 0 ? BOUND_TO_V1 : WITHHELD;
}

/*
 * The cgroup that has a controller and does not hand it down: the first of those above this
 * process's own. false if none in sight has it.
 */
static bool withholder(const char *name, struct env_cgroup *cg)
{
	char list[512];

	for (char *slash;
		strcmp(cg->own, cg->mount) && (slash = strrchr(cg->own, '/'));) {
		*slash = '\0';
		_cleanup_close_ int dir = open(cg->own, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (cgroup_read(dir, "cgroup.controllers", list, sizeof(list)) >= 0 &&
			has_word(list, name))
			return true;
	}
	return false;
}

static struct verdict withheld(const struct ask *a, const char *names, const char *detail)
{
	struct env_cgroup cg;
	char cause[400], remedy[400], first[32];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(names, " "), names);
	if (env_cgroup(a->env, &cg) < 0 || !withholder(first, &cg))
		return answer_denied("cgroup",
			"the controller is not handed down to the top of the cgroup mount here: what "
			"set up this container, or the host's root cgroup, withholds it",
			"start the container with its controllers delegated (rootless: "
			"systemd-run --user --scope -p Delegate=yes), see its engine's manual",
			"%s", detail);
	snprintf(cause, sizeof(cause),
		"%.250s/cgroup.subtree_control does not hand down %s", cg.own, names);
	snprintf(remedy, sizeof(remedy),
		"with systemd: [Service] Delegate=cpu cpuset io memory pids in a drop-in of "
		"user@.service or of the service this runs in; without: echo +%s > "
		"%.150s/cgroup.subtree_control as root",
		first, cg.own);
	return answer_denied("cgroup", cause, remedy, "%s", detail);
}

static struct verdict answer(const struct ask *a, const struct findings *f)
{
	static const char *const words[] = { [WORKS] = "work",
		[LISTED] = "in cgroup.controllers",
		[UNKNOWN] = "not in this kernel",
		[DISABLED] = "disabled at boot",
		[BOUND_TO_V1] = "bound to v1",
		[WITHHELD] = "not handed down" };
	char detail[400] = "", cause[200];
	size_t len = 0;

	for (enum state s = 0; s < STATE_COUNT; s++)
		if (*f->names[s])
			len += snprintf(detail + len, sizeof(detail) - len, "%s%s: %s",
				len ? "; " : "", words[s], f->names[s]);
	if (*f->names[UNKNOWN])
		return answer_absent("%s", detail);
	if (*f->names[DISABLED]) {
		snprintf(cause, sizeof(cause),
			"the kernel was booted with cgroup_disable= for %s",
			f->names[DISABLED]);
		return answer_denied("sysctl", cause,
			"take cgroup_disable= off the kernel command line (Raspberry Pi: "
			"cgroup_enable=memory in cmdline.txt)",
			"%s", detail);
	}
	if (*f->names[BOUND_TO_V1]) {
		snprintf(cause, sizeof(cause),
			"bound to a cgroup v1 hierarchy, so v2 cannot have it: %s",
			f->names[BOUND_TO_V1]);
		return answer_denied("cgroup-v1", cause, CGROUP_GO_UNIFIED, "%s", detail);
	}
	if (*f->names[WITHHELD])
		return withheld(a, f->names[WITHHELD], detail);
	return answer_pass("%s", detail);
}

static struct verdict ask(const struct ask *a)
{
	int err[ARRAY_SIZE(controllers)], r;
	char own[512], list[512], word[32];
	struct findings f = { 0 };

	_cleanup_close_ int parent = openat(a->cgroup, "..", O_PATH | O_CLOEXEC);
	if ((r = write_file(a->cgroup, "cgroup.subtree_control", "\n")) < 0)
		return cgroup_refused(a, "write(cgroup.subtree_control)", -r);
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		snprintf(word, sizeof(word), "+%s", controllers[i].name);
		err[i] = -write_file(a->cgroup, "cgroup.subtree_control", word);
		if (err[i] && err[i] != EINVAL && err[i] != ENOENT)
			return cgroup_refused(a, "write(cgroup.subtree_control)", err[i]);
	}
	if (mkdirat(a->cgroup, "below", 0755) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	_cleanup_close_ int below = openat(a->cgroup, "below", O_PATH | O_CLOEXEC);
	if ((r = cgroup_read(parent, "cgroup.controllers", own, sizeof(own))) < 0 ||
		(r = cgroup_read(below, "cgroup.controllers", list, sizeof(list))) < 0)
		return cgroup_refused(a, "read(cgroup.controllers)", -r);

	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		if (err[i] == 0 && !has_word(list, controllers[i].name))
			return answer_fail(
				"\"+%s\" was accepted, but the cgroup below does not have "
				"the controller",
				controllers[i].name);
		find(&f, judge(a, &controllers[i], err[i], own), controllers[i].name);
	}
	return answer(a, &f);
}

const struct probe probe_cgroup_controllers = {
	.about =
		"the memory, pids, cpu, cpuset and io controllers are available to this cgroup",
	.man = "cgroups(7)",
	.since = NULL,
	.kconfig =
		"CONFIG_MEMCG, CONFIG_CGROUP_PIDS, CONFIG_CGROUP_SCHED, CONFIG_CPUSETS, "
		"CONFIG_BLK_CGROUP",
	.needs = PROBE_NEEDS_CGROUP,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
