/*
 * linux.resources.devices. A program on a cgroup2 does all that the specification says
 * of the list; the tables of v1 cannot, and then we say so.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroups_file.h"
#include "config.h"

/*
 * What a container cannot do without: mknod(2) of any device, which opens none, the
 * devices of config-linux.md ("Default Devices") and its terminals.
 */
static const struct device_rule usual[] = {
	{ true, true, 'c', -1, -1, DEVICE_MKNOD },
	{ true, true, 'b', -1, -1, DEVICE_MKNOD },
	{ true, true, 'c', 1, 3, DEVICE_ALL },    /* null */
	{ true, true, 'c', 1, 5, DEVICE_ALL },    /* zero */
	{ true, true, 'c', 1, 7, DEVICE_ALL },    /* full */
	{ true, true, 'c', 1, 8, DEVICE_ALL },    /* random */
	{ true, true, 'c', 1, 9, DEVICE_ALL },    /* urandom */
	{ true, true, 'c', 5, 0, DEVICE_ALL },    /* tty */
	{ true, true, 'c', 5, 1, DEVICE_ALL },    /* console */
	{ true, true, 'c', 5, 2, DEVICE_ALL },    /* ptmx */
	{ true, true, 'c', 136, -1, DEVICE_ALL }, /* pts */
};

void device_rules_release(struct device_rules *d)
{
	free(d->list);
	*d = (struct device_rules) { 0 };
}

bool device_rule_total(const struct device_rule *r)
{
	return r->type == 'a' && r->major < 0 && r->minor < 0 && r->access == DEVICE_ALL;
}

static int parse_access(const char *text, unsigned *ret)
{
	static const char letters[] = "mrw"; /* in the order of DEVICE_* */
	unsigned access = 0;

	for (; *text; text++) {
		const char *at = strchr(letters, *text);
		if (!at)
			return -EINVAL;
		access |= 1u << (at - letters);
	}
	*ret = access;
	return access ? 0 : -EINVAL;
}

static int read_rule(
	const json_t *entry, size_t i, struct device_rule *ret, struct failure *f)
{
	const char *type = config_string(entry, "type") ?: "a";
	const char *access = config_string(entry, "access") ?: "rwm";

	*ret = (struct device_rule) {
		.allow = config_true(entry, "allow"),
		.type = *type == 'u' ? 'c' : *type,
		.major = config_integer(entry, "major", -1),
		.minor = config_integer(entry, "minor", -1),
	};
	if (strlen(type) != 1 || !strchr("abcu", *type))
		return fail(f, 0,
			"linux.resources.devices[%zu].type: \"%s\" is not to be limited",
			i, type);
	if (parse_access(*access ? access : "rwm", &ret->access) < 0)
		return fail(
			f, 0, "linux.resources.devices[%zu].access: \"%s\"", i, access);
	if (ret->major < -1 || ret->major > UINT32_MAX || ret->minor < -1 ||
		ret->minor > UINT32_MAX)
		return fail(
			f, 0, "linux.resources.devices[%zu]: no such device number", i);
	return 0;
}

int device_rules_read(
	const json_t *resources, struct device_rules *ret, struct failure *f)
{
	_cleanup_device_rules_ struct device_rules d = { .allow_all = true };
	const json_t *devices = resources ? config_get(resources, "devices") : NULL;
	size_t count = json_array_size(devices), total = 0, i;
	const json_t *entry;

	*ret = d;
	if (!count)
		return 0;
	d.given = true;
	d.list = calloc(count + ARRAY_SIZE(usual), sizeof(*d.list));
	if (!d.list)
		return fail(f, ENOMEM, "linux.resources.devices");
	json_array_foreach(devices, i, entry) {
		int r = read_rule(entry, i, &d.list[i], f);
		if (r < 0)
			return r;
		if (device_rule_total(&d.list[i]))
			total = i + 1;
	}
	/* After what denies everything, before what denies one of these in particular.
	 */
	memmove(d.list + total + ARRAY_SIZE(usual), d.list + total,
		(count - total) * sizeof(*d.list));
	memcpy(d.list + total, usual, sizeof(usual));
	d.count = count + ARRAY_SIZE(usual);
	d.allow_all = total && d.list[total - 1].allow;
	for (i = total; i < d.count; i++)
		d.allow_all = d.allow_all && d.list[i].allow;
	*ret = d;
	d.list = NULL;
	return 0;
}

/*
 * What the kernel has for a v1 cgroup: everything, or nothing, and the exceptions of
 * it. An exception goes only as a whole device; there is no taking a part out of "c
 * 1:*".
 */
struct table {
	bool allow; /* everything but the exceptions */
	struct device_rule *list;
	size_t count;
};

static bool same_device(const struct device_rule *a, const struct device_rule *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

static bool overlap(const struct device_rule *a, const struct device_rule *b)
{
	return a->type == b->type &&
		(a->major < 0 || b->major < 0 || a->major == b->major) &&
		(a->minor < 0 || b->minor < 0 || a->minor == b->minor);
}

static bool covers(const struct device_rule *wide, const struct device_rule *r)
{
	return wide->type == r->type && (wide->major < 0 || wide->major == r->major) &&
		(wide->minor < 0 || wide->minor == r->minor);
}

static void add_exception(struct table *t, const struct device_rule *r)
{
	for (size_t i = 0; i < t->count; i++)
		if (same_device(&t->list[i], r)) {
			t->list[i].access |= r->access;
			t->list[i].ours &= r->ours;
			return;
		}
	t->list[t->count++] = *r;
}

/* Takes a rule out of the exceptions. -ENOTSUP if it is but a part of one. */
static int take_exception(struct table *t, const struct device_rule *r)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct device_rule *e = &t->list[i];
		bool hit = overlap(e, r) && (e->access & r->access);
		if (hit && covers(r, e))
			e->access &= ~r->access;
		else if (hit && e->ours)
			e->access = 0; /* nobody asked for this one */
		else if (hit)
			return -ENOTSUP;
		if (e->access)
			t->list[n++] = *e;
	}
	t->count = n;
	return 0;
}

static int table_rule(struct table *t, const struct device_rule *r)
{
	struct device_rule one = *r;

	if (device_rule_total(r)) {
		t->count = 0;
		t->allow = r->allow;
		return 0;
	}
	for (const char *type = "bc"; *type; type++) {
		if (r->type != 'a' && r->type != *type)
			continue;
		one.type = *type;
		if (r->allow != t->allow)
			add_exception(t, &one);
		else if (take_exception(t, &one) < 0)
			return -ENOTSUP;
	}
	return 0;
}

static int write_exception(int dir, const char *file, const struct device_rule *r)
{
	char major[16] = "*", minor[16] = "*", text[64];

	if (r->major >= 0)
		snprintf(major, sizeof(major), "%lld", (long long)r->major);
	if (r->minor >= 0)
		snprintf(minor, sizeof(minor), "%lld", (long long)r->minor);
	snprintf(text, sizeof(text), "%c %s:%s %s%s%s", r->type, major, minor,
		r->access & DEVICE_READ ? "r" : "", r->access & DEVICE_WRITE ? "w" : "",
		r->access & DEVICE_MKNOD ? "m" : "");
	return cgfs_write(dir, file, text);
}

static int write_table(int dir, const struct table *t, struct failure *f)
{
	const char *file = t->allow ? "devices.allow" : "devices.deny";
	int r = cgfs_write(dir, file, "a");

	if (r < 0)
		return fail(f, -r, "write(a, %s)", file);
	file = t->allow ? "devices.deny" : "devices.allow";
	for (size_t i = 0; i < t->count; i++) {
		const struct device_rule *e = &t->list[i];
		r = write_exception(dir, file, e);
		if (r < 0)
			return fail(f, -r, "write(%c %lld:%lld, %s)", e->type,
				(long long)e->major, (long long)e->minor, file);
	}
	return 0;
}

/* What the kernel said before; of an "allow" table it does not tell the exceptions. */
static void put_back(int dir, const char *before)
{
	if (*before == 'a' || cgfs_write(dir, "devices.deny", "a") < 0)
		return;
	cgfs_write(dir, "devices.allow", before);
}

int device_rules_apply_v1(int dir, const struct device_rules *d, struct failure *f)
{
	/* A rule for both types is two. */
	_cleanup_free_ struct device_rule *list = calloc(2 * d->count, sizeof(*list));
	struct table t = { .list = list };
	char before[8192] = "a";

	if (!list)
		return fail(f, ENOMEM, "devices");
	for (size_t i = 0; i < d->count; i++)
		if (table_rule(&t, &d->list[i]) < 0)
			return fail(f, 0,
				"v1 cannot take \"%c %lld:%lld\" out of what an "
				"earlier rule says of more devices",
				d->list[i].type, (long long)d->list[i].major,
				(long long)d->list[i].minor);
	cgfs_read(dir, "devices.list", before, sizeof(before));
	int r = write_table(dir, &t, f);
	if (r < 0)
		put_back(dir, before);
	return r;
}

/* The table is not changed at once: nobody may see it half done. */
static int apply_v1(const struct cgroups *cg, int dir, const struct device_rules *d,
	struct failure *f)
{
	bool pause =
		cgroup_populated(cgroups_v1(cg, "devices"), dir) && !cgroups_frozen(cg);
	struct failure ignored;

	int r = pause ? cgroups_freeze(cg, true, f) : 0;
	if (r < 0)
		return r;
	r = device_rules_apply_v1(dir, d, f);
	if (pause && cgroups_freeze(cg, false, r < 0 ? &ignored : f) < 0 && r == 0)
		r = -f->err;
	return r;
}

int device_rules_apply(
	const struct cgroups *cg, const struct device_rules *d, struct failure *f)
{
	const struct hierarchy *v1 = cgroups_v1(cg, "devices");
	const struct hierarchy *h = v1 ?: cgroups_v2(cg);

	if (!d->given)
		return 0;
	if (!h && d->allow_all)
		return 0;
	if (!h)
		return fail(
			f, 0, "linux.resources.devices: no cgroup hierarchy has them");
	_cleanup_close_ int dir = cgfs_open(h, NULL);
	int r = dir < 0 ? fail(f, -dir, "open(%s%s)", h->mount, h->path)
		: v1    ? apply_v1(cg, dir, d, f)
			: device_rules_apply_v2(dir, d, f);
	return r < 0 ? fail_in(f, "linux.resources.devices") : 0;
}
