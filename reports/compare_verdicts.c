/* In which word two verdicts on the same check differ, and what of a record is to be compared. */
#include <ctype.h>
#include <string.h>

#include "compare.h"

static bool is_temporary(const char *text)
{
	return !strncmp(text, "/tmp/", 5) || !strncmp(text, "/var/tmp/", 9);
}

/* Behind a number or the path of something temporary. */
static const char *skip_varying(const char *text)
{
	return is_temporary(text) ? text + strcspn(text, " ,;:\"'")
				  : text + strspn(text, "0123456789");
}

/* The same cause may name another process, or another temporary directory. */
static bool same_text(const char *a, const char *b)
{
	while (*a && *b) {
		if ((isdigit(*a) && isdigit(*b)) ||
			(is_temporary(a) && is_temporary(b))) {
			a = skip_varying(a);
			b = skip_varying(b);
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static bool same_cause(const struct record *a, const struct record *b)
{
	return a->fault == b->fault && !strcmp(a->stage, b->stage) &&
		!strcmp(a->err, b->err) &&
		!strcmp(record_text(a, "layer"), record_text(b, "layer")) &&
		same_text(a->cause, b->cause);
}

static bool same_member(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return (!x && !y) || json_equal(x, y);
}

static bool misses(const struct record *profile, const json_t *miss)
{
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(profile->json, "misses"), i, other)
		if (same_member(miss, other, "probe") &&
			same_member(miss, other, "subject"))
			return true;
	return false;
}

/* Does `a` miss what `b` does not? */
static bool misses_more(const struct record *a, const struct record *b)
{
	const json_t *miss;
	size_t i;

	json_array_foreach(json_object_get(a->json, "misses"), i, miss)
		if (!misses(b, miss))
			return true;
	return false;
}

/* Of profiles that passed: ready, or ready but for what is recommended. */
static enum change ready_profiles(const struct record *was, const struct record *is)
{
	bool was_ready = !strcmp(record_text(was, "ready"), "ready");
	bool is_ready = !strcmp(record_text(is, "ready"), "ready");

	if (is_ready)
		return was_ready ? CHANGE_SAME : CHANGE_FIXED;
	if (was_ready || misses_more(is, was) || misses_more(was, is))
		return CHANGE_OTHER;
	return CHANGE_SAME;
}

static bool is_worse(const struct record *was, const struct record *is)
{
	if (was->outcome == OUTCOME_PASS)
		return true;
	if (is->outcome != OUTCOME_FAIL)
		return false;
	return was->outcome != OUTCOME_FAIL ||
		(is->kind == KIND_SILENTLY_IGNORED && was->kind != is->kind);
}

/* The same outcome, and no pass. */
static enum change same_outcome(const struct record *was, const struct record *is)
{
	if (was->type == RECORD_PROFILE)
		return misses_more(is, was) || misses_more(was, is) ? CHANGE_CAUSE
								    : CHANGE_SAME;
	return same_cause(was, is) ? CHANGE_SAME : CHANGE_CAUSE;
}

enum change compare_verdicts(const struct record *was, const struct record *is)
{
	if (is->outcome == OUTCOME_PASS) {
		if (was->outcome != OUTCOME_PASS)
			return CHANGE_FIXED;
		return is->type == RECORD_PROFILE ? ready_profiles(was, is) : CHANGE_SAME;
	}
	if (was->outcome == is->outcome && was->kind == is->kind)
		return same_outcome(was, is);
	if (is->outcome == OUTCOME_ERROR)
		return was->outcome == OUTCOME_ERROR ? CHANGE_OTHER : CHANGE_UNKNOWN;
	return is_worse(was, is) ? CHANGE_REGRESSED : CHANGE_OTHER;
}

/* NULL ends a list. Of an end only the type: who writes it counts anew. */
static const char *const env_keys[] = { "type", "format", "plimsoll", "verb", "os",
	"asker", "cgroup", "runtime", NULL };
static const char *const kernel_keys[] = { "release", "machine", "package",
	"package_version", NULL };
static const char *const boot_keys[] = { "label", "variation", "runtime", "accel",
	"cgroup", "lsm", "user", NULL };
static const char *const check_keys[] = { "type", "of", "name", "id", "asker", "subject",
	"level", "about", "spec", "since", "man", "kconfig", "runtime", "runtime_version",
	"call", "answer", "ready", "outcome", "kind", "fault", "stage", "errno", "detail",
	"layer", "cause", "remedy", "source", "required", "recommended", "misses", "file",
	"line", NULL };

static json_t *only(const json_t *from, const char *const *keys)
{
	json_t *to = from ? json_object() : NULL;

	for (; to && *keys; keys++) {
		json_t *value = json_object_get(from, *keys);
		if (value)
			json_object_set(to, *keys, value);
	}
	return to;
}

json_t *record_lasting(const struct record *rec)
{
	if (rec->type == RECORD_END)
		return json_deep_copy(rec->json);
	json_t *json = only(rec->json, rec->type == RECORD_ENV ? env_keys : check_keys);
	if (!json)
		return NULL;
	if (rec->type == RECORD_ENV) {
		json_t *kernel = only(json_object_get(rec->json, "kernel"), kernel_keys);
		json_t *boot = only(json_object_get(rec->json, "boot"), boot_keys);
		if (kernel)
			json_object_set_new(json, "kernel", kernel);
		if (boot)
			json_object_set_new(json, "boot", boot);
	} else if (rec->outcome == OUTCOME_PASS && rec->type != RECORD_PROFILE) {
		json_object_del(json, "detail");
	}
	return json;
}
