#include <string.h>

#include "observed.h"
#include "text.h"

#define VALUE_MOST 120

static char *brief(const json_t *value)
{
	if (json_is_string(value) && *json_string_value(value))
		return page_line(json_string_value(value), VALUE_MOST);
	_cleanup_free_ char *text = value
		? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
		: strdup("nothing");
	return text ? page_line(text, VALUE_MOST) : NULL;
}

static bool is_mismatch(const json_t *seen)
{
	const json_t *ok = json_object_get(seen, "ok");

	if (ok)
		return json_is_false(ok);
	return !json_equal(json_object_get(seen, "want"), json_object_get(seen, "got"));
}

size_t observed_count(const struct record *rec)
{
	size_t i, count = 0;
	json_t *seen;

	json_array_foreach(json_object_get(rec->json, "observed"), i, seen)
		count += is_mismatch(seen);
	return count;
}

static char *in_words(const json_t *seen)
{
	_cleanup_free_ char *fact = brief(json_object_get(seen, "fact"));
	_cleanup_free_ char *want = brief(json_object_get(seen, "want"));
	_cleanup_free_ char *got = brief(json_object_get(seen, "got"));
	char *text;

	if (!fact || !want || !got ||
		asprintf(&text, "%s: wanted %s, got %s", fact, want, got) < 0)
		return NULL;
	return text;
}

char *observed_text(const struct record *rec, size_t i)
{
	size_t k, met = 0;
	json_t *seen;

	json_array_foreach(json_object_get(rec->json, "observed"), k, seen)
		if (is_mismatch(seen) && met++ == i)
			return in_words(seen);
	return NULL;
}

char *observed_seen(const struct record *rec)
{
	_cleanup_free_ char *seen = NULL;

	if (observed_count(rec))
		return observed_text(rec, 0);
	seen = record_seen(rec);
	return seen ? page_line(seen, 0) : NULL;
}
