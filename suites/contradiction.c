#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "answer.h"
#include "contradiction.h"
#include "kconfig.h"
#include "record.h"

bool release_before(const char *a, const char *b)
{
	unsigned major_a = 0, minor_a = 0, major_b = 0, minor_b = 0;

	sscanf(a, "%u.%u", &major_a, &minor_a);
	sscanf(b, "%u.%u", &major_b, &minor_b);
	return major_a != major_b ? major_a < major_b : minor_a < minor_b;
}

/* The first of the symbols whose value is `value`, in ret_symbol. Counts them all. */
static size_t count_symbols(
	const char *kconfig, char value, char *ret_symbol, size_t size, size_t *ret_all)
{
	size_t count = 0, all = 0;
	char symbol[64];

	for (const char *at = kconfig; at && *at; at += strspn(at, " ,")) {
		size_t len = strcspn(at, " ,");
		snprintf(symbol, sizeof(symbol), "%.*s", (int)len, at);
		at += len;
		all++;
		if (kconfig_value(symbol) != value)
			continue;
		if (count++ == 0)
			snprintf(ret_symbol, size, "%s", symbol);
	}
	*ret_all = all;
	return count;
}

static void by_release(json_t *record, const struct probe *probe, const struct verdict *v,
	const char *release)
{
	char text[200];

	if (!probe->since || v->outcome != OUTCOME_PASS ||
		!release_before(release, probe->since))
		return;
	snprintf(text, sizeof(text),
		"it works, though it came with Linux %s and this kernel calls itself %.60s: a "
		"backport",
		probe->since, release);
	record_append(record, "contradictions", text);
}

/*
 * Built in and yet not there. A symbol may be older than what is asked for, so only a kernel
 * that should be new enough says anything.
 */
static void by_absence(json_t *record, const struct probe *probe, const char *release)
{
	char symbol[64], text[300];
	size_t all;

	if (!probe->since || release_before(release, probe->since))
		return;
	size_t count = count_symbols(probe->kconfig, 'y', symbol, sizeof(symbol), &all);
	if (all == 0)
		snprintf(text, sizeof(text),
			"it is not there, though it came with Linux %s and this kernel calls itself "
			"%.60s",
			probe->since, release);
	else if (count == all)
		snprintf(text, sizeof(text),
			"it is not there, though it came with Linux %s, this kernel calls itself "
			"%.60s, and %.60s says %s",
			probe->since, release, kconfig_source(), probe->kconfig);
	else
		return;
	record_append(record, "contradictions", text);
}

static void by_config(json_t *record, const struct probe *probe)
{
	char symbol[64], text[200];
	size_t all;

	if (count_symbols(probe->kconfig, 'n', symbol, sizeof(symbol), &all) == 0)
		return;
	snprintf(text, sizeof(text), "it works, though %.60s says that %s is not set",
		kconfig_source(), symbol);
	record_append(record, "contradictions", text);
}

/*
 * No such call, says whoever answers; the kernel's own symbols say that there is. They take
 * a while to read, so not where the kernel is too old for the call by its own account.
 */
static void by_symbols(json_t *record, const struct probe *probe, const struct verdict *v,
	const char *release)
{
	const struct env env = { 0 };
	char name[32], text[200];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(v->stage, "("), v->stage);
	if (v->err != ENOSYS || !*name ||
		(probe->since && release_before(release, probe->since)) ||
		call_in_kernel(&env, name) != 1)
		return;
	snprintf(text, sizeof(text),
		"%s answers ENOSYS, though this kernel's symbols have it and no filter of this "
		"process's is seen: something switches it off",
		name);
	record_append(record, "contradictions", text);
}

void contradictions_add(
	json_t *record, const struct probe *probe, const struct verdict *v)
{
	struct utsname u;

	if (uname(&u) < 0)
		return;
	by_release(record, probe, v, u.release);
	if (v->outcome == OUTCOME_PASS)
		by_config(record, probe);
	if (v->outcome == OUTCOME_ABSENT)
		by_symbols(record, probe, v, u.release);
	/* What a file system cannot do is no matter of this kernel's age. */
	if (v->outcome == OUTCOME_ABSENT && v->fault == FAULT_KERNEL)
		by_absence(record, probe, u.release);
}
