#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cgroups_file.h"
#include "config.h"

void settings_release(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->list[i].value);
		free(s->list[i].before);
	}
	free(s->list);
	*s = (struct settings) { 0 };
}

struct setting *settings_add(struct translation *t, bool v2, const char *controller,
	const char *file, const char *field, const char *fmt, ...)
{
	struct settings *s = t->settings;
	struct setting *list = reallocarray(s->list, s->count + 1, sizeof(*list));
	char *value = NULL;
	va_list ap;

	if (list)
		s->list = list;
	va_start(ap, fmt);
	if (!list || vasprintf(&value, fmt, ap) < 0)
		value = NULL;
	va_end(ap);
	if (!value) {
		fail(t->f, ENOMEM, "linux.resources.%s", field);
		return NULL;
	}
	list += s->count++;
	*list = (struct setting) { .v2 = v2, .value = value };
	snprintf(list->field, sizeof(list->field), "%s", field);
	snprintf(list->controller, sizeof(list->controller), "%s", controller);
	snprintf(list->file, sizeof(list->file), "%s", file);
	return list;
}

bool has_field(const json_t *resources, const char *field)
{
	const json_t *value = config_get(resources, field);

	return value && !json_is_null(value);
}

const char *limit_text(json_int_t value, bool v2, char buf[32])
{
	snprintf(buf, 32, "%" JSON_INTEGER_FORMAT, value);
	return value >= 0 ? buf : v2 ? "max" : "-1";
}

int translate_plain(
	struct translation *t, bool v2, const struct plain *list, size_t count)
{
	char text[32];

	for (size_t i = 0; i < count; i++) {
		const struct plain *p = &list[i];
		if (!has_field(t->resources, p->field))
			continue;
		json_int_t value = config_integer(t->resources, p->field, 0);
		if (value < p->min || value > p->max)
			return fail(t->f, 0, "linux.resources.%s: %lld is out of range",
				p->field, (long long)value);
		if (!settings_add(t, v2, p->controller, p->file, p->field, "%s",
			    limit_text(value, v2, text)))
			return -ENOMEM;
	}
	return 0;
}

/* The same files in both versions. */
static int translate_cpuset(struct translation *t, bool v2)
{
	static const char *const names[][2] = { { "cpu.cpus", "cpuset.cpus" },
		{ "cpu.mems", "cpuset.mems" } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = config_string(t->resources, names[i][0]);
		if (!value || !*value)
			continue;
		if (value[strspn(value, "0123456789,- ")])
			return fail(t->f, 0, "linux.resources.%s: \"%s\" is not a list",
				names[i][0], value);
		if (!settings_add(t, v2, "cpuset", names[i][1], names[i][0], "%s", value))
			return -ENOMEM;
	}
	return 0;
}

static int translate_cpuset_v1(struct translation *t)
{
	return translate_cpuset(t, false);
}

static int translate_cpuset_v2(struct translation *t)
{
	return translate_cpuset(t, true);
}

/* "max" in v1, too. */
static int translate_pids(struct translation *t, bool v2)
{
	json_int_t limit = config_integer(t->resources, "pids.limit", 0);
	char text[32];

	if (!has_field(t->resources, "pids.limit"))
		return 0;
	if (limit < -1)
		return fail(t->f, 0, "linux.resources.pids.limit: %lld is out of range",
			(long long)limit);
	return settings_add(t, v2, "pids", "pids.max", "pids.limit", "%s",
		       limit_text(limit, true, text))
		? 0
		: -ENOMEM;
}

static int translate_pids_v1(struct translation *t)
{
	return translate_pids(t, false);
}

static int translate_pids_v2(struct translation *t)
{
	return translate_pids(t, true);
}

/* "2MB", as in the names of the files. */
static bool is_page_size(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n && n < 10 && strchr("KMG", text[n]) && text[n] &&
		!strcmp(text + n + 1, "B");
}

/* Faults and, where the kernel knows them, reservations. */
static int translate_huge_pages(struct translation *t, bool v2)
{
	static const char *const names[2][2] = {
		{ "limit_in_bytes", "rsvd.limit_in_bytes" },
		{ "max", "rsvd.max" },
	};
	char file[64], field[64];
	const json_t *entry;
	size_t i;

	json_array_foreach(config_get(t->resources, "hugepageLimits"), i, entry) {
		const char *size = config_string(entry, "pageSize");
		snprintf(field, sizeof(field), "hugepageLimits[%zu]", i);
		if (!size || !is_page_size(size))
			return fail(t->f, 0, "linux.resources.%s.pageSize: \"%s\"", field,
				size ?: "");
		for (int reserved = 0; reserved < 2; reserved++) {
			snprintf(file, sizeof(file), "hugetlb.%s.%s", size,
				names[v2][reserved]);
			struct setting *s = settings_add(t, v2, "hugetlb", file, field,
				"%llu",
				(unsigned long long)config_integer(entry, "limit", 0));
			if (!s)
				return -ENOMEM;
			s->group = reserved ? t->settings->groups : ++t->settings->groups;
		}
	}
	return 0;
}

static int translate_huge_pages_v1(struct translation *t)
{
	return translate_huge_pages(t, false);
}

static int translate_huge_pages_v2(struct translation *t)
{
	return translate_huge_pages(t, true);
}

static int translate_rdma(struct translation *t, bool v2)
{
	static const char *const keys[][2] = { { "hcaHandles", "hca_handle" },
		{ "hcaObjects", "hca_object" } };
	json_t *list = config_get(t->resources, "rdma");
	char field[96], text[128];
	const char *name;
	const json_t *entry;

	json_object_foreach(list, name, entry) {
		size_t len = 0;
		snprintf(field, sizeof(field), "rdma.%s", name);
		if (!*name || strpbrk(name, " \n"))
			return fail(t->f, 0, "linux.resources.%s: not a device's name",
				field);
		*text = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (has_field(entry, keys[i][0]))
				len += snprintf(text + len, sizeof(text) - len,
					" %s=%lld", keys[i][1],
					config_integer(entry, keys[i][0], 0));
		if (!len)
			return fail(t->f, 0,
				"linux.resources.%s: neither hcaHandles nor hcaObjects",
				field);
		if (!settings_add(t, v2, "rdma", "rdma.max", field, "%s%s", name, text))
			return -ENOMEM;
	}
	return 0;
}

static int translate_rdma_v1(struct translation *t)
{
	return translate_rdma(t, false);
}

static int translate_rdma_v2(struct translation *t)
{
	return translate_rdma(t, true);
}

/*
 * Each by the controller that tells which version it is in: a controller that is not
 * bound to a v1 hierarchy belongs to the cgroup2.
 */
static const struct {
	const char *controller;
	translate_fn v1, v2;
} sections[] = {
	{ "memory", translate_memory_v1, translate_memory_v2 },
	{ "cpu", translate_cpu_v1, translate_cpu_v2 },
	{ "cpuset", translate_cpuset_v1, translate_cpuset_v2 },
	{ "pids", translate_pids_v1, translate_pids_v2 },
	{ "blkio", translate_block_io_v1, translate_block_io_v2 },
	{ "hugetlb", translate_huge_pages_v1, translate_huge_pages_v2 },
	{ "net_cls", translate_network_v1, translate_network_v2 },
	{ "rdma", translate_rdma_v1, translate_rdma_v2 },
};

int settings_translate(const struct cgroups *cg, const json_t *resources, bool update,
	struct settings *ret, struct failure *f)
{
	struct translation t = { cg, resources, update, ret, f };
	int r = 0;

	for (size_t i = 0; resources && r == 0 && i < ARRAY_SIZE(sections); i++) {
		bool v1 = cgroups_v1(cg, sections[i].controller) || !cgroups_v2(cg);
		r = v1 ? sections[i].v1(&t) : sections[i].v2(&t);
	}
	/* The last word (config-linux.md, "Unified"). */
	return resources && r == 0 ? translate_unified(&t) : r;
}

static const struct hierarchy *hierarchy_of(
	const struct cgroups *cg, const struct setting *s)
{
	return s->v2 ? cgroups_v2(cg) : cgroups_v1(cg, s->controller);
}

const struct setting *settings_need(const struct settings *s, const struct hierarchy *h)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *at = &s->list[i];
		if (at->v2 == is_v2(h) && !at->optional &&
			(at->v2 || has_word(h->controllers, at->controller)))
			return at;
	}
	return NULL;
}

/* A period by itself must not undo the quota. */
static void with_quota(int dir, const struct setting *s, char *ret, size_t size)
{
	char now[64];

	if (cgfs_read(dir, s->file, now, sizeof(now)) <= 0)
		strcpy(now, "max");
	now[strcspn(now, " ")] = '\0';
	snprintf(ret, size, "%s %s", now, s->value);
}

/* What a file of one value holds: that can be put back as it is read. */
static void remember(int dir, struct setting *s)
{
	char now[4096];

	if (!s->before && cgfs_read(dir, s->file, now, sizeof(now)) >= 0 &&
		!strchr(now, '\n'))
		s->before = strdup(now);
}

static int apply(const struct cgroups *cg, struct setting *s, struct failure *f)
{
	const struct hierarchy *h = hierarchy_of(cg, s);
	char text[128];

	if (!h && s->optional)
		return 0;
	if (!h)
		return fail(f, 0,
			"linux.resources.%s: there is no cgroup hierarchy of %s",
			s->field, s->v2 ? "version 2" : s->controller);
	_cleanup_close_ int dir = cgfs_open(h, NULL);
	if (dir < 0)
		return fail(f, -dir, "linux.resources.%s: open(%s%s)", s->field, h->mount,
			h->path);
	remember(dir, s);
	if (s->keeps_quota)
		with_quota(dir, s, text, sizeof(text));
	int r = cgfs_write(dir, s->file, s->keeps_quota ? text : s->value);
	if (r == -ENOENT && s->optional)
		return 0;
	if (r < 0)
		return fail(f, -r, "linux.resources.%s: write(%.*s, %s%s/%s)", s->field,
			(int)strcspn(s->value, "\n"), s->value, h->mount, h->path,
			s->file);
	return 0;
}

/* Has another of the group been written? */
static bool group_done(const struct settings *s, const struct setting *of)
{
	for (size_t i = 0; of->group && i < s->count; i++)
		if (s->list[i].group == of->group && s->list[i].state == SETTING_DONE)
			return true;
	return false;
}

/* One go at all that are open. Returns how many it did. */
static size_t apply_open(const struct cgroups *cg, struct settings *s)
{
	struct failure ignored;
	size_t done = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct setting *at = &s->list[i];
		if (at->state == SETTING_DONE)
			continue;
		int r = apply(cg, at, &ignored);
		/* A device whose scheduler is another has the file, but not for it. */
		at->state = r == 0                         ? SETTING_DONE
			: r == -ENOENT || r == -EOPNOTSUPP ? SETTING_MISSING
							   : SETTING_OPEN;
		done += r == 0;
	}
	return done;
}

/* The first that is not done, and by no other of its group. */
static struct setting *find_open(const struct settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct setting *at = &s->list[i];
		if (at->state == SETTING_OPEN ||
			(at->state == SETTING_MISSING && !group_done(s, at)))
			return at;
	}
	return NULL;
}

/* From the last to the first; twice, as one may have to wait for another here, too. */
void settings_put_back(const struct cgroups *cg, const struct settings *s)
{
	for (int go = 0; go < 2; go++)
		for (size_t i = s->count; i-- > 0;) {
			const struct setting *at = &s->list[i];
			const struct hierarchy *h = hierarchy_of(cg, at);
			if (at->state != SETTING_DONE || !at->before || !h)
				continue;
			_cleanup_close_ int dir = cgfs_open(h, NULL);
			if (dir >= 0)
				cgfs_write(dir, at->file, at->before);
		}
}

/* A limit lower than the use would have the kernel kill (v2); v1 refuses it by itself.
 */
static int check_memory(
	const struct cgroups *cg, const struct settings *s, struct failure *f)
{
	const struct hierarchy *h = cgroups_v2(cg);
	char now[32];

	for (size_t i = 0; i < s->count; i++) {
		const struct setting *at = &s->list[i];
		if (!at->v2 || strcmp(at->file, "memory.max") ||
			!strcmp(at->value, "max"))
			continue;
		_cleanup_close_ int dir = cgfs_open(h, NULL);
		if (dir < 0 || cgfs_read(dir, "memory.current", now, sizeof(now)) <= 0)
			continue;
		if (strtoull(at->value, NULL, 10) < strtoull(now, NULL, 10))
			return fail(f, EBUSY,
				"linux.resources.memory.limit: %s is less than is used, %s",
				at->value, now);
	}
	return 0;
}

int settings_apply(const struct cgroups *cg, struct settings *s, struct failure *f)
{
	struct setting *open;

	int r = s->check_memory ? check_memory(cg, s, f) : 0;
	while (r == 0 && (open = find_open(s)))
		if (!apply_open(cg, s))
			r = apply(cg, open, f);
	if (r < 0)
		settings_put_back(cg, s);
	return r;
}
