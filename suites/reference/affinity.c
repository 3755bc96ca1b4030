#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "process_parts.h"

/* More than any kernel can have; what is beyond its own number it ignores. */
#define CPUS_MAX  65536
#define WORD_BITS (8 * sizeof(unsigned long))

/* cpu_set_t, which ends at 1024 */
struct mask {
	unsigned long words[CPUS_MAX / 8 / sizeof(unsigned long)];
};

static int set(pid_t pid, const struct mask *mask)
{
	return sched_setaffinity(pid, sizeof(*mask), (const cpu_set_t *)mask->words);
}

/* The callers' processors are not the container's; those of its cpuset are. */
int affinity_reset(pid_t pid, struct failure *f)
{
	struct mask mask;

	memset(&mask, 0xff, sizeof(mask));
	/* EINVAL, EPERM: another policy (SCHED_DEADLINE) or a filter forbids a change. */
	if (set(pid, &mask) < 0 && errno != EINVAL && errno != EPERM)
		return fail(f, errno, "process: sched_setaffinity");
	return 0;
}

/* The number that begins at *at; -1 if there is none that is small enough. */
static long number_at(const char **at)
{
	char *end;

	if (**at < '0' || **at > '9')
		return -1;
	unsigned long n = strtoul(*at, &end, 10);
	*at = end;
	return n < CPUS_MAX ? (long)n : -1;
}

/* "0-3,7" */
static bool parse(const char *at, struct mask *ret)
{
	for (;;) {
		long first = number_at(&at), last = first;

		if (*at == '-') {
			at++;
			last = number_at(&at);
		}
		if (first < 0 || last < first)
			return false;
		for (long n = first; n <= last; n++)
			ret->words[n / WORD_BITS] |= 1ul << n % WORD_BITS;
		if (!*at)
			return true;
		if (*at++ != ',')
			return false;
	}
}

int affinity_apply(pid_t pid, const json_t *process, const char *stage, bool *ret_set,
	struct failure *f)
{
	const char *list = json_string_value(
		json_object_get(json_object_get(process, "execCPUAffinity"), stage));
	struct mask mask = { 0 };

	*ret_set = list && *list;
	if (!*ret_set)
		return 0;
	if (!parse(list, &mask))
		return fail(f, 0, "process.execCPUAffinity.%s: \"%s\" is no list of CPUs",
			stage, list);
	if (set(pid, &mask) < 0)
		return fail(f, errno, "process.execCPUAffinity.%s: sched_setaffinity(%s)",
			stage, list);
	return 0;
}
