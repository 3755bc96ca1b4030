#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "config_shape.h"

#define ID_EXTENTS_MAX 340 /* lines of uid_map that a kernel takes, user_namespaces(7) */

/* Semantic Versioning 2.0.0: identifiers with dots between; returns what comes behind. */
static const char *skip_identifiers(const char *at, bool numbers_are_numbers)
{
	for (;; at++) {
		size_t digits = strspn(at, "0123456789");
		size_t n = digits;
		while (at[n] &&
			(strchr("-0123456789", at[n]) ||
				((at[n] | 32) >= 'a' && (at[n] | 32) <= 'z')))
			n++;
		if (n == 0 ||
			(numbers_are_numbers && n == digits && n > 1 && at[0] == '0'))
			return NULL;
		at += n;
		if (*at != '.')
			return at;
	}
}

static bool is_semver(const char *text)
{
	for (int i = 0; i < 3; i++) {
		size_t n = strspn(text, "0123456789");
		if (n == 0 || (n > 1 && text[0] == '0') || (i < 2 && text[n] != '.'))
			return false;
		text += n + (i < 2);
	}
	if (*text == '-')
		text = skip_identifiers(text + 1, true);
	if (text && *text == '+')
		text = skip_identifiers(text + 1, false);
	return text && *text == '\0';
}

/* What 1.x means to us is true of all of them: later ones only add to it. */
static int check_version(const json_t *json, struct failure *f)
{
	const char *version = config_string(json, "ociVersion");

	if (!is_semver(version))
		return fail(f, 0, "ociVersion: must be a version like 1.2.0");
	if (strncmp(version, "1.", 2))
		return fail(f, 0, "ociVersion: only versions 1.x are known here");
	return 0;
}

static int check_annotations(const json_t *json, struct failure *f)
{
	if (json_object_get(json_object_get(json, "annotations"), ""))
		return fail(f, 0, "annotations: a key must not be empty");
	return 0;
}

/* Two items of a list of objects must not have the same string at `key`. */
static int check_twice(
	const json_t *list, const char *key, const char *shown, struct failure *f)
{
	json_auto_t *seen = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(json_object_get(item, key));
		if (json_object_get(seen, name))
			return fail(f, 0, "%s[%zu].%s: is there twice", shown, i, key);
		if (json_object_set_new(seen, name, json_true()) < 0)
			return fail(f, ENOMEM, "%s", shown);
	}
	return 0;
}

static int check_rlimits(const json_t *rlimits, struct failure *f)
{
	const json_t *limit;
	size_t i;

	json_array_foreach(rlimits, i, limit) {
		uint64_t soft = config_integer(limit, "soft", 0);
		uint64_t hard = config_integer(limit, "hard", 0);
		if (soft > hard)
			return fail(f, 0,
				"process.rlimits[%zu].soft: must not be above hard", i);
	}
	return check_twice(rlimits, "type", "process.rlimits", f);
}

/* What the policy has no use for would be dropped without a word by the kernel. */
static const struct {
	const char *field, *policies;
} of_policy[] = {
	{ "nice", "SCHED_OTHER SCHED_BATCH" },
	{ "priority", "SCHED_FIFO SCHED_RR" },
	{ "runtime", "SCHED_DEADLINE" },
	{ "deadline", "SCHED_DEADLINE" },
	{ "period", "SCHED_DEADLINE" },
};

static int check_scheduler(const json_t *scheduler, struct failure *f)
{
	const char *policy = config_string(scheduler, "policy");

	for (size_t i = 0; policy && i < ARRAY_SIZE(of_policy); i++)
		if (config_integer(scheduler, of_policy[i].field, 0) != 0 &&
			!strstr(of_policy[i].policies, policy))
			return fail(f, 0, "process.scheduler.%s: is not for %s",
				of_policy[i].field, policy);
	return 0;
}

int rules_check_process(const json_t *process, struct failure *f)
{
	int r = check_rlimits(json_object_get(process, "rlimits"), f);

	return r < 0 ? r : check_scheduler(json_object_get(process, "scheduler"), f);
}

/* A name of a file in the container's cgroup, not a path to another one's. */
static int check_unified(const json_t *unified, struct failure *f)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)unified, key, value) {
		if (!key[0] || key[0] == '.' || strchr(key, '/') || strchr(key, '\n'))
			return fail(f, 0,
				"linux.resources.unified: a key must be the name of a file "
				"in the cgroup");
	}
	return 0;
}

static int check_rdma(const json_t *rdma, struct failure *f)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)rdma, key, value) {
		if (!key[0] || key[strcspn(key, " \n")])
			return fail(f, 0,
				"linux.resources.rdma: a key must be the name of a device");
		if (json_object_size(value) == 0)
			return fail(f, 0,
				"linux.resources.rdma: an entry must have hcaHandles or "
				"hcaObjects");
	}
	return 0;
}

int rules_check_resources(const json_t *resources, struct failure *f)
{
	const json_t *devices = config_get(resources, "blockIO.weightDevice"), *device;
	size_t i;

	json_array_foreach(devices, i, device) {
		if (!json_object_get(device, "weight") &&
			!json_object_get(device, "leafWeight"))
			return fail(f, 0,
				"linux.resources.blockIO.weightDevice[%zu]: must have "
				"weight or leafWeight",
				i);
	}
	int r = check_unified(json_object_get(resources, "unified"), f);
	return r < 0 ? r : check_rdma(json_object_get(resources, "rdma"), f);
}

static bool overlaps(const json_t *a, const json_t *b, const char *key)
{
	long long a_from = config_integer(a, key, 0), b_from = config_integer(b, key, 0);

	return a_from < b_from + config_integer(b, "size", 0) &&
		b_from < a_from + config_integer(a, "size", 0);
}

/* As the kernel will demand of uid_map; said here by name. */
static int check_map(const json_t *map, const char *shown, struct failure *f)
{
	static const char *const sides[] = { "containerID", "hostID" };
	size_t count = json_array_size(map);

	if (count > ID_EXTENTS_MAX)
		return fail(f, 0, "%s: must not have more than %d entries", shown,
			ID_EXTENTS_MAX);
	for (size_t i = 0; i < count * 2; i++) {
		const json_t *one = json_array_get(map, i / 2);
		const char *side = sides[i % 2];
		if (config_integer(one, side, 0) + config_integer(one, "size", 0) >
			UINT32_MAX)
			return fail(f, 0, "%s[%zu].size: goes beyond the last id", shown,
				i / 2);
		for (size_t k = 0; k < i / 2; k++)
			if (overlaps(one, json_array_get(map, k), side))
				return fail(f, 0, "%s[%zu].%s: overlaps that of [%zu]",
					shown, i / 2, side, k);
	}
	return 0;
}

/* What of a pair of maps is given: 0, 1 (one of them) or 2; -errno. */
static int check_maps(const json_t *object, const char *prefix, struct failure *f)
{
	static const char *const names[] = { "uidMappings", "gidMappings" };
	char shown[64];
	int given = 0, r;

	for (size_t i = 0; i < 2; i++) {
		const json_t *map = json_object_get(object, names[i]);
		snprintf(shown, sizeof(shown), "%s%s", prefix, names[i]);
		if ((r = check_map(map, shown, f)) < 0)
			return r;
		given += json_array_size(map) > 0;
	}
	return given;
}

/* A user namespace that is joined may come with maps: whoever joins it compares. */
static int check_user_maps(const struct config *c, struct failure *f)
{
	bool new = config_new_namespace(c, "user");
	int given = check_maps(c->os, "linux.", f);

	if (given < 0)
		return given;
	if (given > 0 && !config_namespace(c, "user"))
		return fail(f, 0, "linux.%s: there is no user namespace",
			json_array_size(config_get(c->os, "uidMappings"))
				? "uidMappings"
				: "gidMappings");
	if (given == 1 || (new &&given == 0))
		return fail(f, 0, "linux.%s: is missing",
			json_array_size(config_get(c->os, "uidMappings"))
				? "gidMappings"
				: "uidMappings");
	return 0;
}

static bool has_option(const json_t *mount, const char *option)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(mount, "options"), i, item) {
		if (!strcmp(json_string_value(item), option))
			return true;
	}
	return false;
}

static int check_mounts(const struct config *c, struct failure *f)
{
	char prefix[40];
	json_t *mount;
	size_t i;

	json_array_foreach(c->mounts, i, mount) {
		snprintf(prefix, sizeof(prefix), "mounts[%zu].", i);
		int given = check_maps(mount, prefix, f);
		if (given < 0)
			return given;
		if (given == 1)
			return fail(f, 0,
				"%suidMappings and gidMappings: there must be both or "
				"neither",
				prefix);
		if (given == 0 && !config_namespace(c, "user") &&
			(has_option(mount, "idmap") || has_option(mount, "ridmap")))
			return fail(f, 0,
				"%soptions: idmap needs uidMappings and gidMappings, or a "
				"user namespace",
				prefix);
	}
	return 0;
}

static int check_time(const struct config *c, struct failure *f)
{
	json_t *offsets = json_object_get(c->os, "timeOffsets"), *value;
	const char *clock;

	json_object_foreach(offsets, clock, value) {
		if (strcmp(clock, "monotonic") && strcmp(clock, "boottime"))
			return fail(f, 0,
				"linux.timeOffsets: a key must be monotonic or boottime");
	}
	if (json_object_size(offsets) > 0 && !config_new_namespace(c, "time"))
		return fail(f, 0, "linux.timeOffsets: there is no new time namespace");
	return 0;
}

static int check_device(const json_t *device, size_t i, struct failure *f)
{
	const char *type = config_string(device, "type");
	unsigned long format = config_integer(device, "fileMode", 0) & S_IFMT;
	unsigned long own = *type == 'b' ? S_IFBLK : *type == 'p' ? S_IFIFO : S_IFCHR;
	static const char *const numbers[] = { "major", "minor" };

	for (size_t k = 0; k < 2 && *type != 'p'; k++)
		if (!json_object_get(device, numbers[k]))
			return fail(
				f, 0, "linux.devices[%zu].%s: is missing", i, numbers[k]);
	if (format && format != own)
		return fail(
			f, 0, "linux.devices[%zu].fileMode: is that of another type", i);
	return 0;
}

static int check_devices(const json_t *devices, struct failure *f)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device) {
		int r = check_device(device, i, f);
		if (r < 0)
			return r;
	}
	return check_twice(devices, "path", "linux.devices", f);
}

/* Only two actions take a number along (config-linux.md). */
static int check_errno(
	const char *action, const json_t *number, const char *shown, struct failure *f)
{
	if (!number)
		return 0;
	if (strcmp(action, "SCMP_ACT_ERRNO") && strcmp(action, "SCMP_ACT_TRACE"))
		return fail(f, 0, "%s: is not for %s", shown, action);
	/* The kernel would make it 4095. */
	if (!strcmp(action, "SCMP_ACT_ERRNO") && json_integer_value(number) > 4095)
		return fail(f, 0, "%s: must be an integer from 0 to 4095", shown);
	return 0;
}

static int check_syscalls(const json_t *syscalls, bool *notify, struct failure *f)
{
	const json_t *rule;
	char shown[64];
	size_t i;

	json_array_foreach(syscalls, i, rule) {
		const char *action = config_string(rule, "action");
		snprintf(shown, sizeof(shown), "linux.seccomp.syscalls[%zu].errnoRet", i);
		int r = check_errno(action, json_object_get(rule, "errnoRet"), shown, f);
		if (r < 0)
			return r;
		*notify |= !strcmp(action, "SCMP_ACT_NOTIFY");
	}
	return 0;
}

static int check_seccomp(const json_t *seccomp, struct failure *f)
{
	const char *action = config_string(seccomp, "defaultAction");
	bool agent = json_object_get(seccomp, "listenerPath");
	bool notify = false;
	int r;

	if (!seccomp)
		return 0;
	if ((r = check_errno(action, json_object_get(seccomp, "defaultErrnoRet"),
		     "linux.seccomp.defaultErrnoRet", f)) < 0 ||
		(r = check_syscalls(json_object_get(seccomp, "syscalls"), &notify, f)) <
			0)
		return r;
	if (json_object_get(seccomp, "listenerMetadata") && !agent)
		return fail(
			f, 0, "linux.seccomp.listenerMetadata: there is no listenerPath");
	if ((notify || !strcmp(action, "SCMP_ACT_NOTIFY")) && !agent)
		return fail(f, 0,
			"linux.seccomp.listenerPath: is missing for SCMP_ACT_NOTIFY");
	return 0;
}

static int check_linux(const struct config *c, struct failure *f)
{
	const json_t *resources = json_object_get(c->os, "resources");
	int r = check_twice(
		json_object_get(c->os, "namespaces"), "type", "linux.namespaces", f);

	if (r == 0)
		r = check_user_maps(c, f);
	if (r == 0)
		r = check_time(c, f);
	if (r == 0)
		r = check_devices(json_object_get(c->os, "devices"), f);
	if (r == 0)
		r = rules_check_resources(resources, f);
	if (r == 0)
		r = check_seccomp(json_object_get(c->os, "seccomp"), f);
	return r;
}

int rules_check(const struct config *c, struct failure *f)
{
	int r = check_version(c->json, f);

	if (r == 0)
		r = check_annotations(c->json, f);
	if (r == 0)
		r = rules_check_process(c->process, f);
	if (r == 0)
		r = check_linux(c, f);
	if (r == 0)
		r = check_mounts(c, f);
	return r;
}
