#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include "process_parts.h"

static const char *const limits[] = {
	[RLIMIT_AS] = "AS",
	[RLIMIT_CORE] = "CORE",
	[RLIMIT_CPU] = "CPU",
	[RLIMIT_DATA] = "DATA",
	[RLIMIT_FSIZE] = "FSIZE",
	[RLIMIT_LOCKS] = "LOCKS",
	[RLIMIT_MEMLOCK] = "MEMLOCK",
	[RLIMIT_MSGQUEUE] = "MSGQUEUE",
	[RLIMIT_NICE] = "NICE",
	[RLIMIT_NOFILE] = "NOFILE",
	[RLIMIT_NPROC] = "NPROC",
	[RLIMIT_RSS] = "RSS",
	[RLIMIT_RTPRIO] = "RTPRIO",
	[RLIMIT_RTTIME] = "RTTIME",
	[RLIMIT_SIGPENDING] = "SIGPENDING",
	[RLIMIT_STACK] = "STACK",
};

static int limit_number(const char *type)
{
	for (size_t i = 0; type && i < ARRAY_SIZE(limits); i++)
		if (limits[i] && strncmp(type, "RLIMIT_", 7) == 0 &&
			strcmp(type + 7, limits[i]) == 0)
			return i;
	return -1;
}

/* The greatest uint64, -1 here, is RLIM_INFINITY. */
static struct rlimit limit_of(const json_t *entry)
{
	return (struct rlimit) {
		.rlim_cur = json_integer_value(json_object_get(entry, "soft")),
		.rlim_max = json_integer_value(json_object_get(entry, "hard")),
	};
}

/* None is set before all are known to be right. */
static int check_limits(const json_t *list, struct failure *f)
{
	const json_t *entry;
	unsigned seen = 0;
	size_t i;

	json_array_foreach(list, i, entry) {
		const char *type = json_string_value(json_object_get(entry, "type"));
		int n = limit_number(type);

		if (n < 0)
			return fail(f, 0, "process.rlimits[%zu].type: \"%s\" is unknown",
				i, type ? type : "");
		if (seen & 1u << n)
			return fail(f, 0, "process.rlimits[%zu].type: %s is there twice",
				i, type);
		seen |= 1u << n;
		struct rlimit limit = limit_of(entry);
		if (limit.rlim_cur > limit.rlim_max)
			return fail(f, 0,
				"process.rlimits[%zu]: %s: soft is more than hard", i,
				type);
	}
	return 0;
}

static int set_limits(pid_t pid, const json_t *list, struct failure *f)
{
	const json_t *entry;
	size_t i;

	if (check_limits(list, f) < 0)
		return -f->err;
	json_array_foreach(list, i, entry) {
		const char *type = json_string_value(json_object_get(entry, "type"));
		struct rlimit limit = limit_of(entry);

		if (prlimit(pid, limit_number(type), &limit, NULL) < 0)
			return fail(
				f, errno, "process.rlimits[%zu]: prlimit(%s)", i, type);
	}
	return 0;
}

static int set_oom_score_adj(pid_t pid, const json_t *value, struct failure *f)
{
	char path[64];

	if (!value)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(f, errno, "process.oomScoreAdj: open(%s)", path);
	if (dprintf(fd, "%lld", (long long)json_integer_value(value)) < 0)
		return fail(f, errno, "process.oomScoreAdj: write(%s, %lld)", path,
			(long long)json_integer_value(value));
	return 0;
}

static int set_affinity(pid_t pid, const json_t *process, bool exec, struct failure *f)
{
	bool set = false;

	if (exec && affinity_apply(pid, process, "final", &set, f) < 0)
		return -f->err;
	return set ? 0 : affinity_reset(pid, f);
}

int process_before_cgroups(pid_t pid, const json_t *process, struct failure *f)
{
	bool set;

	return affinity_apply(pid, process, "initial", &set, f);
}

/* A process of SCHED_DEADLINE must not choose its processors any more. */
int process_outside(pid_t pid, const json_t *process, bool exec, struct failure *f)
{
	if (set_affinity(pid, process, exec, f) < 0 ||
		io_priority_apply(pid, process, f) < 0 ||
		scheduler_apply(pid, process, f) < 0 ||
		set_oom_score_adj(pid, json_object_get(process, "oomScoreAdj"), f) < 0)
		return -f->err;
	return set_limits(pid, json_object_get(process, "rlimits"), f);
}
