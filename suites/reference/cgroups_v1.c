/* linux.resources as the files of v1 (Documentation/admin-guide/cgroup-v1). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroups_file.h"
#include "config.h"

static const struct plain memory[] = {
	{ "memory.limit", "memory", "memory.limit_in_bytes", -1, INT64_MAX },
	{ "memory.reservation", "memory", "memory.soft_limit_in_bytes", -1, INT64_MAX },
	{ "memory.swap", "memory", "memory.memsw.limit_in_bytes", -1, INT64_MAX },
	{ "memory.kernel", "memory", "memory.kmem.limit_in_bytes", -1, INT64_MAX },
	{ "memory.kernelTCP", "memory", "memory.kmem.tcp.limit_in_bytes", -1, INT64_MAX },
	{ "memory.swappiness", "memory", "memory.swappiness", 0, 100 },
};

static const struct {
	const char *field, *file;
} memory_switches[] = {
	{ "memory.disableOOMKiller", "memory.oom_control" },
	{ "memory.useHierarchy", "memory.use_hierarchy" },
};

int translate_memory_v1(struct translation *t)
{
	int r = translate_plain(t, false, memory, ARRAY_SIZE(memory));

	for (size_t i = 0; i < t->settings->count && r == 0; i++) {
		struct setting *s = &t->settings->list[i];
		/* Without the file there is no such limit, which is what -1 asks for. */
		s->optional = *s->value == '-' && strcmp(s->field, "memory.limit") != 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(memory_switches) && r == 0; i++) {
		const char *field = memory_switches[i].field;
		bool on = config_true(t->resources, field);
		if (has_field(t->resources, field) &&
			!settings_add(t, false, "memory", memory_switches[i].file, field,
				"%d", on))
			r = -ENOMEM;
	}
	/* No limit of memory with one of both together is refused by the kernel. */
	if (r == 0 && config_integer(t->resources, "memory.limit", 0) < 0 &&
		!has_field(t->resources, "memory.swap")) {
		struct setting *s = settings_add(t, false, "memory",
			"memory.memsw.limit_in_bytes", "memory.limit", "-1");
		if (!s)
			return -ENOMEM;
		s->optional = true;
	}
	return r;
}

int translate_cpu_v1(struct translation *t)
{
	static const struct plain cpu[] = {
		{ "cpu.shares", "cpu", "cpu.shares", 0, INT64_MAX },
		{ "cpu.period", "cpu", "cpu.cfs_period_us", 0, INT64_MAX },
		{ "cpu.quota", "cpu", "cpu.cfs_quota_us", -1, INT64_MAX },
		{ "cpu.burst", "cpu", "cpu.cfs_burst_us", 0, INT64_MAX },
		{ "cpu.idle", "cpu", "cpu.idle", 0, 1 },
		{ "cpu.realtimePeriod", "cpu", "cpu.rt_period_us", 0, INT64_MAX },
		{ "cpu.realtimeRuntime", "cpu", "cpu.rt_runtime_us", -1, INT64_MAX },
	};

	return translate_plain(t, false, cpu, ARRAY_SIZE(cpu));
}

/* The file of the bfq scheduler has another name, and either may be missing. */
static int add_weight(struct translation *t, const char *files[2], const char *field,
	const char *device, json_int_t weight)
{
	if (weight < 10 || weight > 1000)
		return fail(t->f, 0, "linux.resources.%s: %lld is not from 10 to 1000",
			field, (long long)weight);
	t->settings->groups++;
	for (int i = 0; i < 2 && files[i]; i++) {
		struct setting *s = settings_add(t, false, "blkio", files[i], field,
			"%s%lld", device, (long long)weight);
		if (!s)
			return -ENOMEM;
		s->group = t->settings->groups;
	}
	return 0;
}

static const struct {
	const char *key;
	const char *files[2], *device_files[2];
} weights[] = {
	{ "weight", { "blkio.weight", "blkio.bfq.weight" },
		{ "blkio.weight_device", "blkio.bfq.weight_device" } },
	{ "leafWeight", { "blkio.leaf_weight" }, { "blkio.leaf_weight_device" } },
};

static int translate_weight_devices(struct translation *t)
{
	char device[64], field[64];
	const json_t *entry;
	size_t i;

	json_array_foreach(config_get(t->resources, "blockIO.weightDevice"), i, entry) {
		snprintf(device, sizeof(device), "%lld:%lld ",
			config_integer(entry, "major", 0),
			config_integer(entry, "minor", 0));
		for (size_t k = 0; k < ARRAY_SIZE(weights); k++) {
			const char *files[2] = { weights[k].device_files[0],
				weights[k].device_files[1] };
			if (!has_field(entry, weights[k].key))
				continue;
			snprintf(field, sizeof(field), "blockIO.weightDevice[%zu].%s", i,
				weights[k].key);
			int r = add_weight(t, files, field, device,
				config_integer(entry, weights[k].key, 0));
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int translate_throttles(struct translation *t)
{
	char path[64], field[80];
	const json_t *entry;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(throttles); k++) {
		snprintf(path, sizeof(path), "blockIO.%s", throttles[k].field);
		json_array_foreach(config_get(t->resources, path), i, entry) {
			snprintf(field, sizeof(field), "%s[%zu]", path, i);
			if (!settings_add(t, false, "blkio", throttles[k].v1_file, field,
				    "%lld:%lld %llu", config_integer(entry, "major", 0),
				    config_integer(entry, "minor", 0),
				    (unsigned long long)config_integer(entry, "rate", 0)))
				return -ENOMEM;
		}
	}
	return 0;
}

int translate_block_io_v1(struct translation *t)
{
	char field[64];
	int r = 0;

	for (size_t k = 0; k < ARRAY_SIZE(weights) && r == 0; k++) {
		const char *files[2] = { weights[k].files[0], weights[k].files[1] };
		snprintf(field, sizeof(field), "blockIO.%s", weights[k].key);
		if (has_field(t->resources, field))
			r = add_weight(t, files, field, "",
				config_integer(t->resources, field, 0));
	}
	if (r == 0)
		r = translate_weight_devices(t);
	return r == 0 ? translate_throttles(t) : r;
}

int translate_network_v1(struct translation *t)
{
	static const struct plain class[] = {
		{ "network.classID", "net_cls", "net_cls.classid", 0, UINT32_MAX },
	};
	const json_t *entry;
	char field[64];
	size_t i;

	int r = translate_plain(t, false, class, ARRAY_SIZE(class));
	if (r < 0)
		return r;
	json_array_foreach(config_get(t->resources, "network.priorities"), i, entry) {
		const char *name = config_string(entry, "name");
		snprintf(field, sizeof(field), "network.priorities[%zu]", i);
		if (!name || !*name || strpbrk(name, " \n"))
			return fail(t->f, 0,
				"linux.resources.%s.name: not an interface's name",
				field);
		if (!settings_add(t, false, "net_prio", "net_prio.ifpriomap", field,
			    "%s %lld", name, config_integer(entry, "priority", 0)))
			return -ENOMEM;
	}
	return 0;
}
