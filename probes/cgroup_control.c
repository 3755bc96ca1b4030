#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "cgroup.h"
#include "cgroup_control.h"

/* What v1, the kernel's command line and /proc/cgroups call it. */
static const char *v1_name(const char *name)
{
	return strcmp(name, "io") ? name : "blkio";
}

bool boot_parameter(const struct env *env, const char *name, const char *word)
{
	char text[4096];
	size_t len = strlen(name);

	if (env_file(env, "/proc/cmdline", text, sizeof(text)) < 0)
		return false;
	for (char *at = strtok(text, " "); at; at = strtok(NULL, " "))
		if (!strncmp(at, name, len) && has_word(at + len, word))
			return true;
	return false;
}

/*
 * The controller's line in /proc/cgroups. false if there is none: newer kernels list only
 * what v1 can have. Not read without need, as these also say so in their log, once.
 */
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

static enum controller_state unknown(const struct ask *a, const char *name)
{
	const char *v1 = v1_name(name);
	int hierarchy, on;

	if (boot_parameter(a->env, "cgroup_disable=", name) ||
		boot_parameter(a->env, "cgroup_disable=", v1))
		return CONTROLLER_DISABLED;
	return v1_line(a->env, v1, &hierarchy, &on) && !on ? CONTROLLER_DISABLED
							   : CONTROLLER_UNKNOWN;
}

static enum controller_state unavailable(const struct ask *a, const char *name)
{
	char own[512];
	int hierarchy, on;

	_cleanup_close_ int parent = openat(a->cgroup, "..", O_PATH | O_CLOEXEC);
	if (cgroup_read(parent, "cgroup.controllers", own, sizeof(own)) > 0 &&
		has_word(own, name))
		return CONTROLLER_LISTED;
	return v1_line(a->env, v1_name(name), &hierarchy, &on) && hierarchy > 0
		? CONTROLLER_BOUND_TO_V1
		: CONTROLLER_WITHHELD;
}

enum controller_state controller_absence(const struct ask *a, const char *name)
{
	int hierarchy, on;

	return v1_line(a->env, v1_name(name), &hierarchy, &on) && hierarchy > 0
		? CONTROLLER_BOUND_TO_V1
		: unknown(a, name);
}

int controller_enable(const struct ask *a, const char *name,
	enum controller_state *ret_state, struct verdict *ret_refused)
{
	char word[32];

	snprintf(word, sizeof(word), "+%s", name);
	int control = write_file(a->cgroup, "cgroup.subtree_control", "\n");
	int r = control < 0 ? control
			    : write_file(a->cgroup, "cgroup.subtree_control", word);
	if (control < 0 || (r < 0 && r != -EINVAL && r != -ENOENT)) {
		*ret_refused = cgroup_refused(a, "write(cgroup.subtree_control)", -r);
		return -1;
	}
	*ret_state = r == 0    ? CONTROLLER_WORKS
		: r == -EINVAL ? unknown(a, name)
			       : unavailable(a, name);
	return 0;
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

struct verdict controller_missing(const struct ask *a, enum controller_state state,
	const char *names, const char *detail)
{
	char cause[200];

	if (state == CONTROLLER_UNKNOWN)
		return answer_absent("%s", detail);
	if (state == CONTROLLER_DISABLED) {
		snprintf(cause, sizeof(cause),
			"the kernel was booted with cgroup_disable= for %s", names);
		return answer_denied("sysctl", cause,
			"take cgroup_disable= off the kernel command line (Raspberry Pi: "
			"cgroup_enable=memory in cmdline.txt)",
			"%s", detail);
	}
	if (state == CONTROLLER_BOUND_TO_V1) {
		/* Of one the detail tells the name; one cause is then said once for all. */
		snprintf(cause, sizeof(cause),
			strchr(names, ' ')
				? "bound to a cgroup v1 hierarchy, so v2 cannot have it: %s"
				: "the controller is bound to a cgroup v1 hierarchy, so v2 cannot "
				  "have it",
			names);
		return answer_denied("cgroup-v1", cause, CGROUP_GO_UNIFIED, "%s", detail);
	}
	return withheld(a, names, detail);
}
