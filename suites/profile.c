#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "cleanup.h"
#include "profile.h"
#include "strict.h"

static bool is_said(const char *text)
{
	return *text != '\0';
}

static bool is_who(const char *text)
{
	return !strcmp(text, "root") || !strcmp(text, "user");
}

static bool is_probe(const char *text)
{
	return probe_find(text) != NULL;
}

/* Absolute, or below the home of the user who is asked for. */
static bool is_place(const char *text)
{
	return *text == '/' || !strcmp(text, "~") || !strncmp(text, "~/", 2);
}

static const struct strict_form said = { "more than nothing", is_said };
static const struct strict_form who = { "root or user", is_who };
static const struct strict_form place = { "an absolute path, or ~/ and a path",
	is_place };

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int check_paths(const struct strict *s, const json_t *list, const char *pointer)
{
	char at[160];
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)list, i, value) {
		snprintf(at, sizeof(at), "%s/%zu", pointer, i);
		int r = strict_value(s, value, at, JSON_STRING, &place);
		if (r < 0)
			return r;
	}
	if (list &&
		(!json_array_size(list) || json_array_size(list) > PROFILE_PATHS_MOST))
		return strict_complain(
			s, pointer, "must hold 1 to %d paths", PROFILE_PATHS_MOST);
	return 0;
}

/* A probe by its name at `pointer`. */
static int take_probe(const struct strict *s, const json_t *name, const char *pointer,
	const struct probe_entry **ret)
{
	int r = strict_value(s, name, pointer, JSON_STRING, NULL);

	if (r < 0)
		return r;
	if (!is_probe(json_string_value(name)))
		return strict_complain(s, pointer,
			"there is no probe \"%s\" (plimsoll list shows them)",
			json_string_value(name));
	*ret = probe_find(json_string_value(name));
	return 0;
}

static int take_any(const struct strict *s, const json_t *any, const char *pointer,
	struct profile_need *need)
{
	char at[160];
	size_t i;
	json_t *name;

	if (json_array_size(any) < 2 || json_array_size(any) > PROFILE_ANY_MOST)
		return strict_complain(s, pointer,
			"must name 2 to %d probes, of which one is enough",
			PROFILE_ANY_MOST);
	json_array_foreach((json_t *)any, i, name) {
		snprintf(at, sizeof(at), "%s/%zu", pointer, i);
		int r = take_probe(s, name, at, &need->any[need->any_count++]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Directories are named where one is asked about, and only there. */
static int take_paths(const struct strict *s, const struct profile *p,
	const json_t *entry, const char *pointer, struct profile_need *need)
{
	const json_t *own = json_object_get(entry, "paths");
	char at[160];
	bool asks = false;

	snprintf(at, sizeof(at), "%s/paths", pointer);
	int r = check_paths(s, own, at);
	if (r < 0)
		return r;
	for (size_t i = 0; i < need->any_count; i++)
		asks |= (need->any[i]->probe->needs & PROBE_NEEDS_PATH) != 0;
	if (own && !asks)
		return strict_complain(s, at, "this probe asks about no directory");
	need->paths = own ? own : json_object_get(p->json, "paths");
	if (asks && !need->paths)
		return strict_complain(s, pointer,
			"asks about a directory: the key \"paths\" is missing, here or for "
			"the profile");
	return 0;
}

static int take_need(const struct strict *s, const struct profile *p, const json_t *entry,
	const char *pointer, struct profile_need *need)
{
	const json_t *probe = json_object_get(entry, "probe"),
		     *any = json_object_get(entry, "any"),
		     *where = json_object_get(entry, "if");
	char at[128];
	int r;

	if (!probe == !any)
		return strict_complain(
			s, pointer, "needs one of the keys \"probe\" and \"any\"");
	snprintf(at, sizeof(at), "%s/%s", pointer, probe ? "probe" : "any");
	r = any ? take_any(s, any, at, need) : take_probe(s, probe, at, &need->any[0]);
	if (r < 0)
		return r;
	if (probe)
		need->any_count = 1;
	snprintf(at, sizeof(at), "%s/if", pointer);
	if (where && (r = take_probe(s, where, at, &need->where)) < 0)
		return r;
	if (where && (need->where->probe->needs & PROBE_NEEDS_PATH))
		return strict_complain(
			s, at, "asks about a directory: that is no condition");
	need->reason = text_of(entry, "reason");
	need->source = text_of(entry, "source");
	return take_paths(s, p, entry, pointer, need);
}

static int take_needs(const struct strict *s, struct profile *p, const char *key)
{
	static const struct strict_member entry[] = { { "probe", JSON_STRING },
		{ "any", JSON_ARRAY }, { "reason", JSON_STRING, true, &said },
		{ "source", JSON_STRING, true, &said }, { "if", JSON_STRING },
		{ "paths", JSON_ARRAY } };
	const json_t *list = json_object_get(p->json, key);
	char at[64];
	size_t i;
	json_t *value;

	snprintf(at, sizeof(at), "/%s", key);
	int r = strict_list(s, list, at, entry, ARRAY_SIZE(entry));
	json_array_foreach((json_t *)list, i, value) {
		if (r < 0)
			break;
		struct profile_need *need = &p->needs[p->need_count++];
		need->required = !strcmp(key, "required");
		snprintf(at, sizeof(at), "/%s/%zu", key, i);
		r = take_need(s, p, value, at, need);
	}
	return r;
}

static int check(const struct strict *s, struct profile *p)
{
	static const struct strict_member keys[] = {
		{ "about", JSON_STRING, true, &said }, { "who", JSON_STRING, true, &who },
		{ "source", JSON_STRING, true, &said }, { "paths", JSON_ARRAY },
		{ "required", JSON_ARRAY, true }, { "recommended", JSON_ARRAY }
	};
	const json_t *json = p->json, *required;
	int r;

	if ((r = strict_members(s, json, "", keys, ARRAY_SIZE(keys))) < 0 ||
		(r = check_paths(s, json_object_get(json, "paths"), "/paths")) < 0)
		return r;
	required = json_object_get(json, "required");
	if (!json_array_size(required))
		return strict_complain(
			s, "/required", "is empty: such a profile is met by anything");
	p->about = text_of(json, "about");
	p->source = text_of(json, "source");
	p->root = !strcmp(text_of(json, "who"), "root");
	p->needs = calloc(json_array_size(required) +
			json_array_size(json_object_get(json, "recommended")),
		sizeof(*p->needs));
	if (!p->needs)
		return -ENOMEM;
	if ((r = take_needs(s, p, "required")) < 0)
		return r;
	return take_needs(s, p, "recommended");
}

static bool is_file(const char *word)
{
	size_t len = strlen(word);

	return strchr(word, '/') || (len > 5 && !strcmp(word + len - 5, ".json"));
}

/* The text of the profile; its name and file. */
static char *read_profile(
	const struct fixtures *fx, const char *word, struct profile *p, size_t *ret_len)
{
	struct fixtures here = { .dir = "." };
	const char *slash = strrchr(word, '/');
	_cleanup_free_ char *path = NULL;

	if (is_file(word)) {
		p->name = strdup(slash ? slash + 1 : word);
		p->file = strdup(word);
		if (!p->name || !p->file)
			return NULL;
		size_t len = strlen(p->name);
		if (len > 5 && !strcmp(p->name + len - 5, ".json"))
			p->name[len - 5] = '\0';
		if (*word == '/')
			strcpy(here.dir, "/");
		return fixtures_read(&here, word, ret_len);
	}
	p->name = strdup(word);
	if (!p->name || asprintf(&path, "profiles/%s.json", word) < 0 ||
		asprintf(&p->file, "fixtures/%s", path) < 0)
		return NULL;
	return fixtures_read(fx, path, ret_len);
}

int profile_load(const struct fixtures *fx, const char *word, struct profile *ret_profile,
	char *why, size_t why_size)
{
	struct profile p = { 0 };
	size_t len;
	int r = -EINVAL;

	_cleanup_free_ char *text = read_profile(fx, word, &p, &len);
	if (!text) {
		r = errno ? -errno : -ENOMEM;
		if (r == -ENOENT && !is_file(word))
			snprintf(why, why_size,
				"there is no profile \"%s\" (plimsoll preflight --all shows them)",
				word);
		else
			snprintf(why, why_size, "%s: %s", p.file ? p.file : word,
				strerror(-r));
		profile_free(&p);
		return r;
	}
	struct strict s = { p.file, text, why, why_size };
	p.json = strict_parse(&s, len);
	if (p.json)
		r = check(&s, &p);
	if (r == -ENOMEM)
		snprintf(why, why_size, "out of memory");
	if (r < 0)
		profile_free(&p);
	else
		*ret_profile = p;
	return r;
}

void profile_free(struct profile *p)
{
	json_decref(p->json);
	free(p->name);
	free(p->file);
	free(p->needs);
	*p = (struct profile) { 0 };
}
