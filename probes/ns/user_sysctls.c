/*
 * Can the root of a user namespace set all limits of its own? (probes.md row 219.)
 *
 * The files of /proc/sys/user are each user namespace's own: namespaces of each kind, inotify
 * and fanotify. All are set to 5 in a nested one and read there; in the one around it they
 * must be as before. That they limit is asked by ns/NAME_limit.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "ns.h"

#define DIR_PATH "/proc/sys/user"
#define MOST     32

struct limits {
	char path[MOST][96];
	long long value[MOST];
	size_t count;
};

static int read_limits(const struct ask *a, struct limits *l)
{
	int fd = env_open(a->env, DIR_PATH, O_RDONLY | O_DIRECTORY);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir)
		return fd < 0 ? fd : -errno;
	l->count = 0;
	while (l->count < MOST && (e = readdir(dir))) {
		if (*e->d_name == '.')
			continue;
		snprintf(l->path[l->count], sizeof(l->path[0]), DIR_PATH "/%.60s",
			e->d_name);
		l->value[l->count] = env_number(a->env, l->path[l->count]);
		l->count++;
	}
	return 0;
}

/* In a child: sets them in a user namespace of its own. */
static struct verdict set_all(const struct ask *a, void *arg)
{
	const struct limits *l = arg;
	struct verdict v;

	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0 || map_self(a, 0, 0, &v) < 0)
		return v;
	for (size_t i = 0; i < l->count; i++) {
		int r = write_file(AT_FDCWD, l->path[i], "5");
		if (r < 0)
			return answer_refused(a, "write(user.max_*)", -r);
		if (env_number(a->env, l->path[i]) != 5)
			return answer_fail(
				"5 was written to %s, but is not there", l->path[i]);
	}
	return answer_pass("set");
}

static struct verdict ask(const struct ask *a)
{
	struct limits before, after;
	struct verdict v;

	int r = read_limits(a, &before);
	if (r == -ENOENT)
		return answer_absent("there is no " DIR_PATH);
	if (r < 0)
		return answer_refused(a, "open(sys/user)", -r);
	v = ask_in_child(a, set_all, &before);
	if (v.outcome != OUTCOME_PASS)
		return v;
	if (read_limits(a, &after) < 0 || after.count != before.count)
		return answer_error(
			"open(sys/user)", 0, DIR_PATH " cannot be read again");
	for (size_t i = 0; i < after.count; i++)
		if (after.value[i] != before.value[i])
			return answer_fail(
				"%s, set in a nested user namespace, went from %lld "
				"to %lld outside of it",
				before.path[i], before.value[i], after.value[i]);
	return answer_pass(
		"%zu limits could be set in a user namespace, and stayed as they "
		"were outside of it",
		after.count);
}

const struct probe probe_ns_user_sysctls = {
	.about = "root of a user namespace can set its own limits (user.max_*)",
	.how = "Sets every file of /proc/sys/user to 5 in a nested user namespace, and "
	       "reads them there and outside.",
	.man = "namespaces(7)",
	.since = "4.9",
	.kconfig = "CONFIG_USER_NS CONFIG_SYSCTL",
	.needed_by = "sandboxes that limit what is made inside them",
	.blocked_by = "a read-only /proc/sys (EROFS); " NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(unshare, write),
	.ask = ask,
};
