#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "printable.h"
#include "record.h"

static const char *const type_names[RECORD_TYPE_COUNT] = {
	[RECORD_ENV] = "env",
	[RECORD_PROBE] = "probe",
	[RECORD_CASE] = "case",
	[RECORD_PROOF] = "proof",
	[RECORD_PROFILE] = "profile",
	[RECORD_BOOT] = "boot",
	[RECORD_END] = "end",
};

/* The text members that are decoded into the struct; required in a bit for each type. */
#define IN(type)      (1u << (type))
#define IN_ALL_CHECKS (IN(RECORD_PROBE) | IN(RECORD_CASE) | IN(RECORD_PROOF))
#define IN_VERDICTS   (IN_ALL_CHECKS | IN(RECORD_PROFILE) | IN(RECORD_BOOT))

static const struct {
	const char *key;
	size_t offset;
	unsigned required;
} texts[] = {
	{ "name", offsetof(struct record, name), IN_VERDICTS },
	{ "id", offsetof(struct record, id), 0 },
	{ "asker", offsetof(struct record, asker),
		IN(RECORD_PROBE) | IN(RECORD_PROFILE) },
	{ "subject", offsetof(struct record, subject), 0 },
	{ "runtime", offsetof(struct record, runtime), IN(RECORD_CASE) },
	{ "about", offsetof(struct record, about),
		IN(RECORD_PROBE) | IN(RECORD_CASE) | IN(RECORD_PROFILE) },
	{ "stage", offsetof(struct record, stage), 0 },
	{ "errno", offsetof(struct record, err), 0 },
	{ "detail", offsetof(struct record, detail), 0 },
	{ "cause", offsetof(struct record, cause), 0 },
	{ "remedy", offsetof(struct record, remedy), 0 },
	{ "file", offsetof(struct record, file), 0 },
};

json_t *record_new(enum record_type type)
{
	json_t *json = json_pack("{s:s}", "type", type_names[type]);
	if (json && type == RECORD_ENV)
		json_object_set_new(json, "format", json_integer(RECORD_FORMAT));
	return json;
}

void record_set(json_t *json, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	_cleanup_free_ char *clean = printable(text, strlen(text));
	if (clean)
		json_object_set_new(json, key, json_string(clean));
}

void record_append(json_t *json, const char *key, const char *text)
{
	json_t *lines = json_object_get(json, key);
	_cleanup_free_ char *clean = printable(text, strlen(text));

	if (!lines) {
		lines = json_array();
		json_object_set_new(json, key, lines);
	}
	if (clean)
		json_array_append_new(lines, json_string(clean));
}

void record_set_time(json_t *json)
{
	char text[32];
	struct tm tm;
	time_t now = time(NULL);

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	record_set(json, "time", text);
}

void record_set_ms(json_t *json, double ms)
{
	json_object_set_new(json, "ms", json_real((long)(ms * 1000) / 1000.0));
}

void record_set_verdict(json_t *json, const struct verdict *v)
{
	record_set(json, "outcome", outcome_name(v->outcome));
	record_set(json, "kind", kind_name(v->kind));
	record_set(json, "fault", fault_name(v->fault));
	record_set(json, "stage", v->stage);
	record_set(json, "errno", errno_name(v->err));
	record_set(json, "detail", v->detail);
	record_set(json, "layer", v->layer);
	record_set(json, "cause", v->cause);
	record_set(json, "remedy", v->remedy);
}

static int wrong(char *why, size_t size, const char *key, const char *what)
{
	snprintf(why, size, "\"%s\" %s", key, what);
	return -EBADMSG;
}

static int decode_texts(struct record *rec, char *why, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const json_t *value = json_object_get(rec->json, texts[i].key);
		if (value && !json_is_string(value))
			return wrong(why, size, texts[i].key, "is not a string");
		if (!value && (texts[i].required & IN(rec->type)))
			return wrong(why, size, texts[i].key, "is missing");
		*(const char **)((char *)rec + texts[i].offset) =
			value ? json_string_value(value) : "";
	}
	return 0;
}

/* A word out of a fixed list; 0 if the member is not there. */
static int decode_word(const struct record *rec, const char *key,
	int (*from_name)(const char *), int *ret, char *why, size_t size)
{
	const json_t *value = json_object_get(rec->json, key);
	if (!value) {
		*ret = 0;
		return 0;
	}
	int n = json_is_string(value) ? from_name(json_string_value(value)) : -EINVAL;
	if (n < 0)
		return wrong(why, size, key, "is not one of the words it may be");
	*ret = n;
	return 0;
}

static int decode_type(struct record *rec, char *why, size_t size)
{
	if (!json_is_object(rec->json)) {
		snprintf(why, size, "not a JSON object");
		return -EBADMSG;
	}
	const char *type = json_string_value(json_object_get(rec->json, "type"));
	if (!type)
		return wrong(why, size, "type", "is missing: not a plimsoll record");
	for (int i = 0; i < RECORD_TYPE_COUNT; i++) {
		if (!strcmp(type, type_names[i])) {
			rec->type = i;
			return 0;
		}
	}
	return wrong(
		why, size, "type", "is unknown: not a plimsoll record, or a newer one");
}

/* The guest that an env tells of: reporters sort runs by these texts. */
static int decode_guest(const json_t *boot, char *why, size_t size)
{
	static const char *const keys[] = { "accel", "label", "variation", "runtime" };

	if (!boot)
		return 0;
	if (!json_is_object(boot))
		return wrong(why, size, "boot", "is not an object");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *value = json_object_get(boot, keys[i]);
		if (value && !json_is_string(value))
			return wrong(why, size, keys[i], "of \"boot\" is not a string");
	}
	if (!json_object_get(boot, "accel"))
		return wrong(why, size, "accel", "of \"boot\" is missing");
	return 0;
}

static int decode_lines(const json_t *json, const char *key, char *why, size_t size)
{
	const json_t *lines = json_object_get(json, key), *line;
	size_t i;

	if (lines && !json_is_array(lines))
		return wrong(why, size, key, "is not an array");
	json_array_foreach(lines, i, line)
		if (!json_is_string(line))
			return wrong(why, size, key, "holds what is not a string");
	return 0;
}

/* The run that this one is compared with. */
static int decode_compared(const json_t *with, char *why, size_t size)
{
	static const char *const keys[] = { "file", "release", "label", "variation",
		"runtime", "time", "plimsoll" };

	if (!with)
		return 0;
	if (!json_is_object(with))
		return wrong(why, size, "compared_with", "is not an object");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *value = json_object_get(with, keys[i]);
		if (value && !json_is_string(value))
			return wrong(why, size, keys[i],
				"of \"compared_with\" is not a string");
	}
	const json_t *now = json_object_get(with, "now");
	const json_t *runtime = json_object_get(now, "runtime");
	if ((now && !json_is_object(now)) || (runtime && !json_is_string(runtime)))
		return wrong(why, size, "now", "of \"compared_with\" is not what it is");
	int r = decode_lines(with, "askers", why, size);
	return r < 0 ? r : decode_lines(now, "askers", why, size);
}

/* What opens and closes a run. */
static int decode_frame(const struct record *rec, char *why, size_t size)
{
	if (rec->type == RECORD_END &&
		!json_is_integer(json_object_get(rec->json, "records")))
		return wrong(why, size, "records", "is missing");
	if (rec->type != RECORD_ENV)
		return 0;
	if (json_integer_value(json_object_get(rec->json, "format")) != RECORD_FORMAT)
		return wrong(
			why, size, "format", "is not 1, the one this plimsoll reads");
	int r = decode_guest(json_object_get(rec->json, "boot"), why, size);
	if (r == 0)
		r = decode_compared(
			json_object_get(rec->json, "compared_with"), why, size);
	return r;
}

static int decode_verdict(struct record *rec, char *why, size_t size)
{
	int outcome, kind, fault, r;

	if ((IN(rec->type) & IN_VERDICTS) && !json_object_get(rec->json, "outcome"))
		return wrong(why, size, "outcome", "is missing");
	if ((r = decode_word(rec, "outcome", outcome_from_name, &outcome, why, size)) <
			0 ||
		(r = decode_word(rec, "kind", kind_from_name, &kind, why, size)) < 0 ||
		(r = decode_word(rec, "fault", fault_from_name, &fault, why, size)) < 0)
		return r;
	if (rec->type == RECORD_BOOT && outcome != OUTCOME_PASS &&
		outcome != OUTCOME_ERROR)
		return wrong(why, size, "outcome",
			"of a boot is neither \"pass\" nor \"error\"");
	rec->outcome = outcome;
	rec->kind = kind;
	rec->fault = fault;
	return 0;
}

/* What the reference made of a case. */
static int decode_arbiter(const json_t *arbiter, char *why, size_t size)
{
	const char *outcome = json_string_value(json_object_get(arbiter, "outcome"));
	const json_t *detail = json_object_get(arbiter, "detail");

	if (!arbiter)
		return 0;
	if (!json_is_object(arbiter))
		return wrong(why, size, "arbiter", "is not an object");
	if (!outcome || outcome_from_name(outcome) < 0)
		return wrong(why, size, "outcome",
			"of \"arbiter\" is not one of the words it may be");
	if (detail && !json_is_string(detail))
		return wrong(why, size, "detail", "of \"arbiter\" is not a string");
	return 0;
}

/* What became of it since another run. */
static int decode_change(struct record *rec, char *why, size_t size)
{
	static const struct {
		const char *key;
		int (*from_name)(const char *);
	} words[] = { { "outcome", outcome_from_name }, { "kind", kind_from_name },
		{ "fault", fault_from_name } };
	static const char *const plain[] = { "stage", "errno", "detail", "layer", "cause",
		"remedy" };
	const json_t *change = json_object_get(rec->json, "change");
	const json_t *was = json_object_get(change, "was");
	const char *is = json_string_value(json_object_get(change, "is"));

	if (!change)
		return 0;
	int n = is && *is ? change_from_name(is) : -EINVAL;
	if (n < 0 || (was && !json_is_object(was)))
		return wrong(why, size, "change", "does not say what changed");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const json_t *word = json_object_get(was, words[i].key);
		if (word &&
			(!json_is_string(word) ||
				words[i].from_name(json_string_value(word)) < 0))
			return wrong(why, size, words[i].key,
				"of \"change\" is not one of the words it may be");
	}
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		const json_t *text = json_object_get(was, plain[i]);
		if (text && !json_is_string(text))
			return wrong(
				why, size, plain[i], "of \"change\" is not a string");
	}
	rec->change = n;
	return 0;
}

static bool is_word(const json_t *value, const char *const *words)
{
	const char *text = json_string_value(value);

	while (text && *words && strcmp(text, *words))
		words++;
	return text && *words;
}

/* One thing that a profile misses. */
static int decode_miss(const json_t *miss, char *why, size_t size)
{
	static const char *const levels[] = { "required", "recommended", NULL };
	static const char *const texts_of[] = { "probe", "reason", "source" };
	const char *outcome = json_string_value(json_object_get(miss, "outcome"));
	const json_t *subject = json_object_get(miss, "subject");

	for (size_t i = 0; i < ARRAY_SIZE(texts_of); i++)
		if (!json_is_string(json_object_get(miss, texts_of[i])))
			return wrong(why, size, "misses", "holds what is not a miss");
	if ((subject && !json_is_string(subject)) ||
		!is_word(json_object_get(miss, "level"), levels) || !outcome ||
		outcome_from_name(outcome) < 0)
		return wrong(why, size, "misses", "holds what is not a miss");
	return 0;
}

/* How much of what is required, or recommended, is there. */
static int decode_counts(
	const struct record *rec, const char *key, char *why, size_t size)
{
	const json_t *counts = json_object_get(rec->json, key);
	json_int_t met = json_integer_value(json_object_get(counts, "met"));
	json_int_t all = json_integer_value(json_object_get(counts, "all"));

	if (!json_is_integer(json_object_get(counts, "met")) || met < 0 || met > all)
		return wrong(why, size, key, "does not say how much of how much is met");
	return 0;
}

static int decode_profile(const struct record *rec, char *why, size_t size)
{
	static const char *const words[] = { "ready", "ready-except", "not-ready",
		"unknown", NULL };
	const json_t *misses = json_object_get(rec->json, "misses"), *miss;
	size_t i;
	int r;

	if (rec->type != RECORD_PROFILE)
		return 0;
	if (!is_word(json_object_get(rec->json, "ready"), words))
		return wrong(why, size, "ready", "is not one of the words it may be");
	if (rec->outcome == OUTCOME_ABSENT || rec->outcome == OUTCOME_DENIED)
		return wrong(why, size, "outcome",
			"of a profile is none of \"pass\", \"fail\" and \"error\"");
	if (!json_is_array(misses))
		return wrong(why, size, "misses", "is not an array");
	json_array_foreach(misses, i, miss)
		if ((r = decode_miss(miss, why, size)) < 0 ||
			(r = decode_lines(miss, "any", why, size)) < 0)
			return r;
	if ((r = decode_counts(rec, "required", why, size)) < 0 ||
		(r = decode_counts(rec, "recommended", why, size)) < 0)
		return r;
	return decode_lines(rec->json, "notes", why, size);
}

static int decode(struct record *rec, char *why, size_t size)
{
	int r;

	if ((r = decode_type(rec, why, size)) < 0 ||
		(r = decode_frame(rec, why, size)) < 0 ||
		(r = decode_texts(rec, why, size)) < 0 ||
		(r = decode_verdict(rec, why, size)) < 0 ||
		(r = decode_arbiter(json_object_get(rec->json, "arbiter"), why, size)) <
			0 ||
		(r = decode_change(rec, why, size)) < 0 ||
		(r = decode_profile(rec, why, size)) < 0 ||
		(r = decode_lines(rec->json, "console", why, size)) < 0 ||
		(r = decode_lines(rec->json, "kernel_log", why, size)) < 0)
		return r;
	rec->ms = json_number_value(json_object_get(rec->json, "ms"));
	return 0;
}

int record_decode(json_t *json, struct record *ret_record, char *why, size_t why_size)
{
	struct record rec = { .json = json };

	int r = decode(&rec, why, why_size);
	if (r < 0)
		json_decref(json);
	else
		*ret_record = rec;
	return r;
}

int record_write(const struct record *rec, FILE *out)
{
	if (json_dumpf(rec->json, out, JSON_COMPACT | JSON_REAL_PRECISION(6)) < 0 ||
		putc('\n', out) == EOF)
		return errno ? -errno : -EIO;
	return 0;
}

const char *record_text(const struct record *rec, const char *key)
{
	const char *text = json_string_value(json_object_get(rec->json, key));
	return text ? text : "";
}

const char *env_text(const struct record *env, const char *object, const char *key)
{
	const json_t *json = json_object_get(env->json, object);
	const char *text = json_string_value(json_object_get(json, key));
	return text ? text : "";
}

const char *env_label(const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	return *label ? label : env_text(env, "kernel", "release");
}

const char *record_was(const struct record *rec, const char *key)
{
	const json_t *was = json_object_get(json_object_get(rec->json, "change"), "was");
	const char *text = json_string_value(json_object_get(was, key));
	return text ? text : "";
}

struct record record_ref(const struct record *rec)
{
	json_incref(rec->json);
	return *rec;
}

void record_release(struct record *rec)
{
	json_decref(rec->json);
	rec->json = NULL;
}

const char *errno_name(int err)
{
	static char unknown[32];

	if (!err)
		return "";
	const char *name = strerrorname_np(err);
	if (name)
		return name;
	snprintf(unknown, sizeof(unknown), "errno %d", err);
	return unknown;
}
