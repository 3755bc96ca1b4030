#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "catalogue.h"
#include "cleanup.h"
#include "match.h"
#include "observe.h"
#include "patch.h"
#include "prepare.h"
#include "steps.h"
#include "strict.h"

/* Nothing is prepared outside the case's own directory. */
static bool is_below(const char *path)
{
	for (const char *at = path; at; at = strchr(at, '/')) {
		at += at != path;
		if (strcspn(at, "/") == 0 || !strncmp(at, "../", 3) || !strcmp(at, ".."))
			return false;
	}
	return true;
}

static bool is_ids(const char *text)
{
	size_t uid = strspn(text, "0123456789"), gid;

	gid = text[uid] == ':' ? strspn(text + uid + 1, "0123456789") : 0;
	return uid && gid && !text[uid + 1 + gid];
}

static bool is_mode(const char *text)
{
	size_t len = strlen(text);

	return len >= 3 && len <= 5 && strspn(text, "01234567") == len;
}

static const struct strict_form below = {
	"a path below the case's host directory, not ending in /", is_below
};
static const struct strict_form ids = { "UID:GID, in numbers", is_ids };
static const struct strict_form mode = { "a mode in octal", is_mode };
static const struct strict_form ns_type = { "mount, network, uts, ipc, user or cgroup",
	prepare_knows_namespace };

static const struct strict_member dir_keys[] = { { "at", JSON_STRING, true, &below },
	{ "owner", JSON_STRING, false, &ids }, { "mode", JSON_STRING, false, &mode } };
static const struct strict_member file_keys[] = { { "at", JSON_STRING, true, &below },
	{ "owner", JSON_STRING, false, &ids }, { "mode", JSON_STRING, false, &mode },
	{ "text", JSON_STRING } };
static const struct strict_member link_keys[] = { { "at", JSON_STRING, true, &below },
	{ "to", JSON_STRING, true } };
static const struct strict_member mount_keys[] = { { "at", JSON_STRING, true, &below },
	{ "type", JSON_STRING, true }, { "data", JSON_STRING } };
static const struct strict_member ns_keys[] = { { "at", JSON_STRING, true, &below },
	{ "type", JSON_STRING, true, &ns_type }, { "owner", JSON_STRING, false, &below },
	{ "map", JSON_STRING } };

/* A root file system has the first three of these only. */
static const struct {
	const char *key;
	const struct strict_member *keys;
	size_t count;
} kinds[] = { { "dirs", dir_keys, ARRAY_SIZE(dir_keys) },
	{ "files", file_keys, ARRAY_SIZE(file_keys) },
	{ "links", link_keys, ARRAY_SIZE(link_keys) },
	{ "mounts", mount_keys, ARRAY_SIZE(mount_keys) },
	{ "namespaces", ns_keys, ARRAY_SIZE(ns_keys) } };

static int check_prepared(
	const struct strict *s, const json_t *wanted, const char *at, size_t count)
{
	struct strict_member members[ARRAY_SIZE(kinds)] = { 0 };
	char path[64];

	for (size_t i = 0; i < count; i++)
		members[i] = (struct strict_member) { kinds[i].key, JSON_ARRAY };
	int r = wanted ? strict_members(s, wanted, at, members, count) : 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", at, kinds[i].key);
		r = strict_list(s, json_object_get(wanted, kinds[i].key), path,
			kinds[i].keys, kinds[i].count);
	}
	return r;
}

static int check_steps(const struct strict *s, const json_t *steps)
{
	static const struct strict_member step[] = { { "do", JSON_STRING, true },
		{ "as", JSON_STRING }, { "id", JSON_STRING }, { "signal", JSON_STRING },
		{ "pid-file", JSON_STRING }, { "cwd", JSON_STRING },
		{ "fds", JSON_INTEGER }, { "open", JSON_STRING },
		{ "preserve-fds", JSON_INTEGER } };
	char at[64], why[256];
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)steps, i, value) {
		snprintf(at, sizeof(at), "/steps/%zu", i);
		int r = json_is_string(value)
			? 0
			: strict_members(s, value, at, step, ARRAY_SIZE(step));
		if (r < 0)
			return r;
		if (step_check(value, why, sizeof(why)) < 0)
			return strict_complain(s, at, "%s", why);
	}
	return 0;
}

static int check_observe(const struct strict *s, const struct kase *k)
{
	const char *key;
	json_t *value;
	char at[512], why[256];

	if (!json_object_size(k->observe))
		return strict_complain(
			s, "/observe", "observes nothing: such a case cannot fail");
	json_object_foreach((json_t *)k->observe, key, value) {
		snprintf(at, sizeof(at), "/observe/%s", key);
		if (observe_check(key, k->steps, why, sizeof(why)) < 0 ||
			match_check(value, why, sizeof(why)) < 0)
			return strict_complain(s, at, "%s", why);
	}
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int check_without(const struct strict *s, const struct kase *k)
{
	char why[256];
	size_t i;
	json_t *op;

	if (!json_array_size(k->without))
		return strict_complain(s, "/without",
			"is empty: a case without a disproof proves nothing");
	if (patch_check(k->without, why, sizeof(why)) < 0)
		return strict_complain(s, "/without", "%s", why);
	/* What it adds there would be prepared unread. */
	json_array_foreach((json_t *)k->without, i, op)
		if (!strncmp(text_of(op, "path"), "/rootfs", 7) &&
			strcmp(text_of(op, "op"), "remove"))
			return strict_complain(s, "/without",
				"operation %zu may only remove from /rootfs", i);
	return 0;
}

static int check_requires(const struct strict *s, const struct kase *k)
{
	size_t i;
	json_t *value;
	char at[64];

	json_array_foreach((json_t *)k->requires, i, value) {
		snprintf(at, sizeof(at), "/requires/%zu", i);
		if (!json_is_string(value))
			return strict_complain(s, at, "must be the name of a probe");
		if (!probe_find(json_string_value(value)))
			return strict_complain(s, at, "there is no probe \"%s\"",
				json_string_value(value));
	}
	return 0;
}

/* Exactly one of must, should, may. */
static int take_level(const struct strict *s, struct kase *k)
{
	static const char *const levels[] = { "must", "should", "may" };
	char pointer[16];

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		const char *said = json_string_value(json_object_get(k->json, levels[i]));
		if (!said)
			continue;
		snprintf(pointer, sizeof(pointer), "/%s", levels[i]);
		if (k->level)
			return strict_complain(s, pointer,
				"a second level: there is \"%s\" already", k->level);
		k->level = levels[i];
		k->obligation = said;
		k->line = json_line(s->text, pointer);
	}
	return k->level ? 0
			: strict_complain(s, "",
				  "one of \"must\", \"should\", \"may\" is missing");
}

static int take_otherwise(const struct strict *s, struct kase *k)
{
	const char *word = json_string_value(json_object_get(k->json, "otherwise"));

	if (!word)
		return 0;
	if (strcmp(word, "refuse"))
		return strict_complain(s, "/otherwise", "may only be \"refuse\"");
	k->otherwise_refuse = true;
	return 0;
}

static int check(const struct strict *s, struct kase *k)
{
	static const struct strict_member keys[] = { { "must", JSON_STRING },
		{ "should", JSON_STRING }, { "may", JSON_STRING },
		{ "id", JSON_STRING, true }, { "spec", JSON_STRING, true },
		{ "since", JSON_STRING }, { "requires", JSON_ARRAY },
		{ "otherwise", JSON_STRING }, { "config", JSON_OBJECT },
		{ "mounts", JSON_ARRAY }, { "host", JSON_OBJECT },
		{ "rootfs", JSON_OBJECT }, { "steps", JSON_ARRAY },
		{ "observe", JSON_OBJECT, true }, { "without", JSON_ARRAY, true } };
	int r;

	if ((r = strict_members(s, k->json, "", keys, ARRAY_SIZE(keys))) < 0 ||
		(r = take_level(s, k)) < 0)
		return r;
	k->spec = json_string_value(json_object_get(k->json, "spec"));
	k->requires = json_object_get(k->json, "requires");
	k->config = json_object_get(k->json, "config");
	k->mounts = json_object_get(k->json, "mounts");
	k->host = json_object_get(k->json, "host");
	k->rootfs = json_object_get(k->json, "rootfs");
	k->steps = json_object_get(k->json, "steps");
	k->observe = json_object_get(k->json, "observe");
	k->without = json_object_get(k->json, "without");
	if ((r = take_otherwise(s, k)) < 0 ||
		(r = check_prepared(s, k->host, "/host", ARRAY_SIZE(kinds))) < 0 ||
		(r = check_prepared(s, k->rootfs, "/rootfs", 3)) < 0 ||
		(r = check_steps(s, k->steps)) < 0 || (r = check_observe(s, k)) < 0 ||
		(r = check_without(s, k)) < 0)
		return r;
	return check_requires(s, k);
}

char *case_name(const char *path)
{
	const char *from = strchr(path, '/') + 1;

	return strndup(from, strlen(from) - strlen(".json"));
}

int case_load(const struct fixtures *fx, const char *path, struct kase *ret_case,
	char *why, size_t why_size)
{
	struct kase k = { 0 };
	size_t len;

	_cleanup_free_ char *text = fixtures_read(fx, path, &len);
	if (!text) {
		snprintf(why, why_size, "fixtures/%s: %s", path, strerror(errno));
		return -errno;
	}
	if (asprintf(&k.file, "fixtures/%s", path) < 0)
		return -ENOMEM;
	k.name = case_name(path);
	struct strict s = { k.file, text, why, why_size };
	k.json = strict_parse(&s, len);
	int r = k.json ? check(&s, &k) : -EINVAL;
	if (r < 0)
		case_free(&k);
	else
		*ret_case = k;
	return r;
}

void case_free(struct kase *k)
{
	json_decref(k->json);
	free(k->name);
	free(k->file);
	*k = (struct kase) { 0 };
}

bool case_disproof_in_config(const struct kase *k)
{
	size_t i;
	json_t *op;

	json_array_foreach((json_t *)k->without, i, op)
		if (!strncmp(
			    json_string_value(json_object_get(op, "path")), "/steps/", 7))
			return false;
	return true;
}
