#include <stdarg.h>
#include <string.h>

#include "page.h"
#include "telling.h"

struct telling {
	line_fn put;
	void *ctx;
};

/* NULL without memory; free() it. */
static char *joined(const char *fmt, ...) _printf_(1, 2);
static char *joined(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : text;
}

/* "LABEL: text"; nothing for "" or NULL. */
static void tell(const struct telling *t, const char *label, const char *text)
{
	_cleanup_free_ char *labelled = NULL, *line = NULL;

	if (text && *text)
		labelled = joined("%s: %s", label, text);
	if (labelled && (line = page_line(labelled, 0)))
		t->put(t->ctx, line);
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));
	return text ? text : "";
}

/* Wanted and got may be any JSON. free() it. */
static char *json_text(const json_t *value)
{
	return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
		     : strdup("nothing");
}

static void tell_fact(const struct telling *t, const json_t *seen)
{
	_cleanup_free_ char *want = json_text(json_object_get(seen, "want"));
	_cleanup_free_ char *got = json_text(json_object_get(seen, "got"));
	bool kept = json_is_true(json_object_get(seen, "ok"));

	if (!want || !got)
		return;
	_cleanup_free_ char *text = joined("%s: %s%s%s%s", text_of(seen, "fact"),
		kept ? "" : "wanted ", want, kept ? "" : ", got ", kept ? "" : got);
	tell(t, kept ? "kept" : "broken", text);
}

/* What a profile misses, and why it is needed. */
static void tell_miss(const struct telling *t, const json_t *miss)
{
	const char *subject = text_of(miss, "subject");
	_cleanup_free_ char *text =
		joined("%s%s%s is %s: %s (%s)", text_of(miss, "probe"),
			*subject ? " on " : "", subject, text_of(miss, "outcome"),
			text_of(miss, "reason"), text_of(miss, "source"));

	tell(t, text_of(miss, "level"), text);
}

static void tell_note(const struct telling *t, const json_t *note)
{
	tell(t, "note", json_string_value(note));
}

static void tell_each(const struct telling *t, const struct record *rec, const char *key,
	void (*fn)(const struct telling *t, const json_t *item))
{
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(rec->json, key), i, item)
		fn(t, item);
}

static void tell_arbiter(const struct telling *t, const struct record *rec)
{
	const json_t *said = json_object_get(rec->json, "arbiter");
	const char *detail = text_of(said, "detail");
	_cleanup_free_ char *text =
		joined("%s%s%s", text_of(said, "outcome"), *detail ? ": " : "", detail);

	tell(t, "the reference", text);
}

/* "fixtures/cases/mount/rro.json:2" */
static void tell_file(const struct telling *t, const struct record *rec)
{
	json_int_t line = json_integer_value(json_object_get(rec->json, "line"));
	_cleanup_free_ char *text =
		line > 0 ? joined("%s:%lld", rec->file, (long long)line) : NULL;

	tell(t, "file", text ? text : rec->file);
}

void telling_verdict(const struct record *rec, line_fn put, void *ctx)
{
	static const char *const keys[] = { "remedy", "id", "spec", "since",
		"runtime_version", "ready", "source" };
	const struct telling t = { put, ctx };
	const char *level = record_text(rec, "level");

	tell(&t, *level ? level : "about", rec->about);
	/* Where there is a cause, the reason named that. */
	if (*rec->cause)
		tell(&t, "detail", rec->detail);
	tell(&t, "stage", rec->stage);
	tell(&t, "errno", rec->err);
	tell(&t, "fault", fault_name(rec->fault));
	tell_arbiter(&t, rec);
	tell_each(&t, rec, "observed", tell_fact);
	tell_each(&t, rec, "misses", tell_miss);
	tell_each(&t, rec, "notes", tell_note);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		tell(&t, keys[i], record_text(rec, keys[i]));
	tell_file(&t, rec);
}

static void tell_lines(const struct telling *t, const char *heading, const json_t *lines,
	size_t from, size_t most)
{
	size_t count = json_array_size(lines);

	if (count)
		t->put(t->ctx, heading);
	for (size_t i = from; i < count && i - from < most; i++) {
		const char *said = json_string_value(json_array_get(lines, i));
		_cleanup_free_ char *line = page_line(said ? said : "", 0);
		if (line && *line)
			t->put(t->ctx, line);
	}
}

void telling_log(const struct record *rec, size_t most, line_fn put, void *ctx)
{
	const struct telling t = { put, ctx };
	const json_t *console = json_object_get(rec->json, "console");
	size_t count = json_array_size(console);

	tell_lines(&t, "The kernel's log:", json_object_get(rec->json, "kernel_log"), 0,
		most);
	tell_lines(&t, "The end of the console:", console,
		count > most ? count - most : 0, most);
}
