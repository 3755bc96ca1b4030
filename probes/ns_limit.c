#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "ns.h"
#include "ns_limit.h"
#include "uapi/sched.h"

struct limit {
	const char *kind, *file, *path;
	int flag;
};

/* In a child: limits a user namespace of its own, and then asks for one too many. */
static struct verdict ask_inside(const struct ask *a, void *arg)
{
	const struct limit *limit = arg;
	struct verdict v;
	char stage[32];

	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0 || map_self(a, 0, 0, &v) < 0)
		return v;
	int r = write_file(AT_FDCWD, limit->path, "0\n");
	snprintf(stage, sizeof(stage), "write(%s)", limit->file);
	if (r < 0)
		return answer_refused(a, stage, -r);
	if (unshare(limit->flag) == 0)
		return answer_fail("with user.%s at 0 in this user namespace a %s "
				   "namespace could still be made",
			limit->file, limit->kind);
	if (errno == ENOSPC)
		return answer_pass("ENOSPC");
	snprintf(stage, sizeof(stage), "unshare(%s)", limit->kind);
	return answer_refused(a, stage, errno);
}

struct verdict ns_limit_ask(const struct ask *a, const char *kind, int flag)
{
	char file[32], path[96];
	struct limit limit = { kind, file, path, flag };
	struct verdict v;

	snprintf(file, sizeof(file), "max_%s_namespaces", kind);
	snprintf(path, sizeof(path), "/proc/sys/user/%s", file);
	long long before = env_number(a->env, path);
	if (before == -ENOENT)
		return answer_absent(
			"there is no sysctl user.%s: this kernel does not limit %s "
			"namespaces",
			file, kind);
	v = ask_in_child(a, ask_inside, &limit);
	if (v.outcome != OUTCOME_PASS)
		return v;
	long long after = env_number(a->env, path);
	if (after != before)
		return answer_fail(
			"user.%s was set to 0 inside a user namespace, and went from %lld "
			"to %lld outside of it",
			file, before, after);
	if (ns_unshare(a, kind, flag, &v) < 0)
		return v;
	return answer_pass(
		"user.%s=0 inside a user namespace made unshare(2) ENOSPC there; in the "
		"one around it the limit stayed %lld and the same call succeeded",
		file, after);
}
