#include <string.h>

#include "catalogue.h"

static const struct {
	unsigned need;
	const char *name, *words;
} needs_table[] = {
	{ PROBE_NEEDS_MNTNS, "mntns", "a mount namespace of its own" },
	{ PROBE_NEEDS_SCRATCH, "scratch",
		"a scratch tmpfs in a mount namespace of its own" },
	{ PROBE_NEEDS_USERNS, "userns", "a user namespace of its own" },
	{ PROBE_NEEDS_NETNS, "netns",
		"a network namespace of its own (for a user, in a user namespace)" },
	{ PROBE_NEEDS_CGROUP, "cgroup", "a scratch cgroup below the asker's" },
	{ PROBE_NEEDS_PATH, "path", "a directory to ask about (--path)" },
};

const struct probe_entry *probe_find(const char *name)
{
	for (size_t i = 0; i < probe_count; i++)
		if (!strcmp(probe_table[i].name, name))
			return &probe_table[i];
	return NULL;
}

const char *catalogue_need(unsigned needs, size_t nth)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs_table); i++)
		if ((needs & needs_table[i].need) && nth-- == 0)
			return needs_table[i].words;
	return NULL;
}

static json_t *needs_of(const struct probe *probe)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(needs_table); i++)
		if (probe->needs & needs_table[i].need)
			json_array_append_new(list, json_string(needs_table[i].name));
	return list;
}

static json_t *calls_of(const struct probe *probe)
{
	json_t *list = json_array();

	for (const struct call *c = probe->calls; c && c->name; c++)
		json_array_append_new(list, json_string(c->name));
	return list;
}

json_t *catalogue_probe(const struct probe_entry *entry)
{
	const struct probe *p = entry->probe;

	return json_pack(
		"{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:o, s:o}",
		"type", "probe", "name", entry->name, "about", p->about, "how", p->how,
		"man", p->man, "since", p->since, "kconfig", p->kconfig, "needed_by",
		p->needed_by, "blocked_by", p->blocked_by, "modules", p->modules, "needs",
		needs_of(p), "calls", calls_of(p));
}
