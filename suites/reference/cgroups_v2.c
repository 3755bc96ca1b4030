/* linux.resources as the files of cgroup2 (Documentation/admin-guide/cgroup-v2.rst). */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgroups_file.h"
#include "config.h"

const struct throttle throttles[4] = {
	{ "throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps" },
	{ "throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps" },
	{ "throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops" },
	{ "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops" },
};

/* What only v1 can do; `unless`: the value that asks for no more than there is. */
static int refuse_v1(
	struct translation *t, const char *field, const json_t *unless, const char *why)
{
	const json_t *value = config_get(t->resources, field);

	if (!value || json_is_null(value) || (unless && json_equal(value, unless)))
		return 0;
	return fail(t->f, 0, "linux.resources.%s: %s", field, why);
}

/* The memory limit that `update` leaves as it is; -1: there is none, -2: it is not
 * known. */
static json_int_t limit_now(const struct translation *t)
{
	const struct hierarchy *h = t->update ? cgroups_v2(t->cg) : NULL;
	char text[32];

	_cleanup_close_ int dir = h ? cgfs_open(h, NULL) : -1;
	if (dir < 0 || cgfs_read(dir, "memory.max", text, sizeof(text)) <= 0)
		return -2;
	return strcmp(text, "max") ? strtoll(text, NULL, 10) : -1;
}

/* That of both together becomes one of swap alone. */
static int translate_swap(struct translation *t)
{
	json_int_t swap = config_integer(t->resources, "memory.swap", -1);
	char text[32];

	if (swap < -1)
		return fail(t->f, 0, "linux.resources.memory.swap: %lld is out of range",
			(long long)swap);
	if (swap >= 0) {
		json_int_t limit = has_field(t->resources, "memory.limit")
			? config_integer(t->resources, "memory.limit", 0)
			: limit_now(t);
		if (limit < -1)
			return fail(t->f, 0,
				"linux.resources.memory.swap: there is no limit");
		if (swap < limit)
			return fail(t->f, 0,
				"linux.resources.memory.swap: %lld, which counts both, is "
				"less than the limit of memory, %lld",
				(long long)swap, (long long)limit);
		swap -= limit > 0 ? limit : 0;
	}
	struct setting *s = settings_add(t, true, "memory", "memory.swap.max",
		has_field(t->resources, "memory.swap") ? "memory.swap" : "memory.limit",
		"%s", limit_text(swap, true, text));
	if (!s)
		return -ENOMEM;
	/* Without the file there is no such limit. */
	s->optional = swap < 0;
	return 0;
}

static int refuse_memory(struct translation *t)
{
	static const char why[] = "cgroup2 has no such limit";
	json_auto_t *none = json_integer(-1);
	int r = refuse_v1(t, "memory.kernel", none, why);

	if (r == 0)
		r = refuse_v1(t, "memory.kernelTCP", none, why);
	if (r == 0)
		r = refuse_v1(t, "memory.swappiness", NULL, "cgroup2 has none");
	if (r == 0)
		r = refuse_v1(t, "memory.disableOOMKiller", json_false(),
			"cgroup2 cannot do without it");
	if (r == 0)
		r = refuse_v1(t, "memory.useHierarchy", json_true(),
			"cgroup2 is always hierarchical");
	return r;
}

int translate_memory_v2(struct translation *t)
{
	static const struct plain memory[] = {
		{ "memory.limit", "memory", "memory.max", -1, INT64_MAX },
		{ "memory.reservation", "memory", "memory.low", -1, INT64_MAX },
	};

	int r = refuse_memory(t);
	if (r == 0)
		r = translate_plain(t, true, memory, ARRAY_SIZE(memory));
	/* Who takes the limit away means both, as runc and the kernel's v1 see it. */
	if (r == 0 &&
		(has_field(t->resources, "memory.swap") ||
			config_integer(t->resources, "memory.limit", 0) < 0))
		r = translate_swap(t);
	t->settings->check_memory = config_true(t->resources, "memory.checkBeforeUpdate");
	return r;
}

/*
 * The least, usual and greatest shares (2, 1024, 262144) are the least, usual and
 * greatest weight (1, 100, 10000); in between a parabola in the logarithms.
 */
unsigned long cpu_weight_of_shares(unsigned long long shares)
{
	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	double l = log2((double)shares);
	/* 1024 is exactly 100, whatever the last bit of pow() is. */
	return (unsigned long)ceil(pow(10, (l * l + 125 * l - 126) / 612) - 1e-9);
}

/* Quota and period are one file; either alone leaves the other as it is. */
static int translate_quota(struct translation *t)
{
	bool quota = has_field(t->resources, "cpu.quota");
	bool period = has_field(t->resources, "cpu.period");
	json_int_t value = config_integer(t->resources, "cpu.quota", -1);
	json_int_t length = config_integer(t->resources, "cpu.period", 0);
	char text[32], number[32] = "";

	if (!quota && !period)
		return 0;
	if (value < -1)
		return fail(t->f, 0, "linux.resources.cpu.quota: %lld is out of range",
			(long long)value);
	if (period)
		snprintf(number, sizeof(number), "%lld", (long long)length);
	struct setting *s = settings_add(t, true, "cpu", "cpu.max",
		quota ? "cpu.quota" : "cpu.period", "%s%s%s",
		quota ? limit_text(value, true, text) : "", quota && period ? " " : "",
		number);
	if (!s)
		return -ENOMEM;
	s->keeps_quota = !quota;
	return 0;
}

int translate_cpu_v2(struct translation *t)
{
	static const struct plain cpu[] = {
		{ "cpu.burst", "cpu", "cpu.max.burst", 0, INT64_MAX },
		{ "cpu.idle", "cpu", "cpu.idle", 0, 1 },
	};
	json_int_t shares = config_integer(t->resources, "cpu.shares", 0);

	int r = refuse_v1(t, "cpu.realtimePeriod", NULL, "cgroup2 has none");
	if (r == 0)
		r = refuse_v1(t, "cpu.realtimeRuntime", NULL, "cgroup2 has none");
	if (r == 0 && has_field(t->resources, "cpu.shares") &&
		!settings_add(t, true, "cpu", "cpu.weight", "cpu.shares", "%lu",
			cpu_weight_of_shares(shares)))
		r = -ENOMEM;
	if (r == 0)
		r = translate_quota(t);
	return r == 0 ? translate_plain(t, true, cpu, ARRAY_SIZE(cpu)) : r;
}

/* io.weight counts from 1 to 10000, that of bfq and of the specification from 10 to
 * 1000. */
static int add_weight(
	struct translation *t, const char *field, const char *device, json_int_t weight)
{
	if (weight < 10 || weight > 1000)
		return fail(t->f, 0, "linux.resources.%s: %lld is not from 10 to 1000",
			field, (long long)weight);
	struct setting *bfq = settings_add(t, true, "io", "io.bfq.weight", field,
		"%s%lld", device, (long long)weight);
	if (!bfq)
		return -ENOMEM;
	bfq->group = ++t->settings->groups;
	struct setting *io = settings_add(t, true, "io", "io.weight", field, "%s%lld",
		device, (long long)(1 + (weight - 10) * 9999 / 990));
	if (!io)
		return -ENOMEM;
	io->group = t->settings->groups;
	return 0;
}

static int translate_weight_devices(struct translation *t)
{
	char device[64], field[64];
	const json_t *entry;
	int r = 0;
	size_t i;

	json_array_foreach(config_get(t->resources, "blockIO.weightDevice"), i, entry) {
		snprintf(field, sizeof(field), "blockIO.weightDevice[%zu]", i);
		snprintf(device, sizeof(device), "%lld:%lld ",
			config_integer(entry, "major", 0),
			config_integer(entry, "minor", 0));
		if (has_field(entry, "leafWeight"))
			return fail(t->f, 0,
				"linux.resources.%s.leafWeight: cgroup2 has none", field);
		if (has_field(entry, "weight"))
			r = add_weight(
				t, field, device, config_integer(entry, "weight", 0));
		if (r < 0)
			return r;
	}
	return 0;
}

static int translate_throttles(struct translation *t)
{
	char path[64], field[80], rate[32];
	const json_t *entry;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(throttles); k++) {
		snprintf(path, sizeof(path), "blockIO.%s", throttles[k].field);
		json_array_foreach(config_get(t->resources, path), i, entry) {
			unsigned long long value = config_integer(entry, "rate", 0);
			snprintf(field, sizeof(field), "%s[%zu]", path, i);
			/* 0 takes a limit away in v1. */
			snprintf(rate, sizeof(rate), value ? "%llu" : "max", value);
			if (!settings_add(t, true, "io", "io.max", field,
				    "%lld:%lld %s=%s", config_integer(entry, "major", 0),
				    config_integer(entry, "minor", 0),
				    throttles[k].v2_key, rate))
				return -ENOMEM;
		}
	}
	return 0;
}

int translate_block_io_v2(struct translation *t)
{
	int r = refuse_v1(t, "blockIO.leafWeight", NULL, "cgroup2 has none");

	if (r == 0 && has_field(t->resources, "blockIO.weight"))
		r = add_weight(t, "blockIO.weight", "",
			config_integer(t->resources, "blockIO.weight", 0));
	if (r == 0)
		r = translate_weight_devices(t);
	return r == 0 ? translate_throttles(t) : r;
}

int translate_network_v2(struct translation *t)
{
	json_auto_t *none = json_array();
	int r = refuse_v1(t, "network.classID", NULL, "cgroup2 has none");

	return r == 0 ? refuse_v1(t, "network.priorities", none, "cgroup2 has none") : r;
}

int translate_unified(struct translation *t)
{
	char controller[32], field[96];
	const char *key;
	const json_t *value;

	json_object_foreach(config_get(t->resources, "unified"), key, value) {
		size_t len = strcspn(key, ".");
		snprintf(field, sizeof(field), "unified.%.*s", (int)strcspn(key, "\n"),
			key);
		if (!t->cg->unified)
			return fail(t->f, 0,
				"linux.resources.%s: this is not a unified hierarchy",
				field);
		if (strpbrk(key, "/\n") || !key[len] || !len ||
			len >= sizeof(controller) || strlen(key) > 100)
			return fail(t->f, 0, "linux.resources.%s: not the name of a file",
				field);
		snprintf(controller, sizeof(controller), "%.*s", (int)len, key);
		if (!strcmp(controller, "cgroup"))
			*controller = '\0'; /* the core's own files need no controller */
		if (!settings_add(t, true, controller, key, field, "%s",
			    json_string_value(value)))
			return -ENOMEM;
	}
	return 0;
}
