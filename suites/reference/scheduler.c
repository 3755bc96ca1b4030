#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "process_parts.h"

struct name_value {
	const char *name;
	unsigned value;
};

/* <linux/sched.h>, which does not go together with the C library's. */
static const struct name_value policies[] = {
	{ "SCHED_OTHER", 0 },
	{ "SCHED_FIFO", 1 },
	{ "SCHED_RR", 2 },
	{ "SCHED_BATCH", 3 },
	{ "SCHED_ISO", 4 }, /* reserved; the kernel says EINVAL */
	{ "SCHED_IDLE", 5 },
	{ "SCHED_DEADLINE", 6 },
};
#define DEADLINE 6

static const struct name_value flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },
	{ "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

static const struct name_value classes[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
};
#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_WHO_PROCESS 1

/* struct sched_attr of 5.3. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t clamp_min, clamp_max;
};
#define SIZE_BEFORE_CLAMP 48

static int value_of(const struct name_value *table, size_t count, const json_t *name)
{
	const char *text = json_string_value(name);

	for (size_t i = 0; text && i < count; i++)
		if (strcmp(table[i].name, text) == 0)
			return table[i].value;
	return -1;
}

static int read_flags(const json_t *json, uint64_t *ret, struct failure *f)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json, i, name) {
		int flag = value_of(flags, ARRAY_SIZE(flags), name);

		if (flag < 0)
			return fail(f, 0,
				"process.scheduler.flags[%zu]: \"%s\" is unknown", i,
				json_string_value(name));
		*ret |= flag;
	}
	return 0;
}

/* What the kernel would pass over in silence. */
static int check(const struct attributes *a, struct failure *f)
{
	if (a->policy != DEADLINE && (a->runtime || a->deadline || a->period))
		return fail(f, 0,
			"process.scheduler: runtime, deadline and period are for "
			"SCHED_DEADLINE");
	if (a->nice < -20 || a->nice > 19)
		return fail(f, 0, "process.scheduler.nice: must be from -20 to 19");
	return 0;
}

static int read_attributes(const json_t *json, struct attributes *ret, struct failure *f)
{
	int policy =
		value_of(policies, ARRAY_SIZE(policies), json_object_get(json, "policy"));
	struct attributes a = {
		.policy = policy,
		.nice = json_integer_value(json_object_get(json, "nice")),
		.priority = json_integer_value(json_object_get(json, "priority")),
		.runtime = json_integer_value(json_object_get(json, "runtime")),
		.deadline = json_integer_value(json_object_get(json, "deadline")),
		.period = json_integer_value(json_object_get(json, "period")),
	};

	if (policy < 0)
		return fail(f, 0, "process.scheduler.policy: is unknown");
	if (read_flags(json_object_get(json, "flags"), &a.flags, f) < 0 ||
		check(&a, f) < 0)
		return -f->err;
	a.size = a.flags & 0x60 ? sizeof(a) : SIZE_BEFORE_CLAMP;
	*ret = a;
	return 0;
}

int scheduler_apply(pid_t pid, const json_t *process, struct failure *f)
{
	const json_t *json = json_object_get(process, "scheduler");
	struct attributes a;

	if (!json)
		return 0;
	if (read_attributes(json, &a, f) < 0)
		return -f->err;
	if (syscall(SYS_sched_setattr, pid, &a, 0) < 0)
		return fail(f, errno, "process.scheduler: sched_setattr(%s)",
			json_string_value(json_object_get(json, "policy")));
	return 0;
}

int io_priority_apply(pid_t pid, const json_t *process, struct failure *f)
{
	const json_t *json = json_object_get(process, "ioPriority");
	const json_t *class = json_object_get(json, "class");
	json_int_t priority = json_integer_value(json_object_get(json, "priority"));

	if (!json)
		return 0;
	int value = value_of(classes, ARRAY_SIZE(classes), class);
	if (value < 0)
		return fail(f, 0, "process.ioPriority.class: is unknown");
	if (priority < 0 || priority > 7)
		return fail(f, 0, "process.ioPriority.priority: must be from 0 to 7");
	value = value << IOPRIO_CLASS_SHIFT | priority;
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, value) < 0)
		return fail(f, errno, "process.ioPriority: ioprio_set(%s, %d)",
			json_string_value(class), (int)priority);
	return 0;
}
