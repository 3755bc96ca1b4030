/* What was seen of one check, as it is kept until the page is written: the items of a list. */
#include <errno.h>
#include <string.h>

#include "html.h"
#include "text.h"

/* What a page shows; the records have them all. */
#define FACTS_MOST   40
#define VALUE_MOST   600 /* bytes */
#define LOG_MOST     40  /* lines: the first ones, where a warning begins */
#define CONSOLE_MOST 60  /* lines: the last ones, where the trouble is */
#define LINE_MOST    300 /* bytes */
#define MISSES_MOST  60

static void more(FILE *f, size_t all, size_t shown)
{
	if (all > shown)
		fprintf(f, "... and %zu more, see the records", all - shown);
}

static void put_value(FILE *f, const json_t *value)
{
	_cleanup_free_ char *text = NULL;

	if (!value) {
		fputs("<i>nothing</i>", f);
		return;
	}
	if (!json_is_string(value))
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *shown = text ? text : json_string_value(value);
	fputs("<code>", f);
	html_cut(f, shown && *shown ? shown : "\"\"", VALUE_MOST);
	fputs("</code>", f);
}

static bool is_mismatch(const json_t *seen)
{
	const json_t *ok = json_object_get(seen, "ok");

	if (ok)
		return json_is_false(ok);
	return !json_equal(json_object_get(seen, "want"), json_object_get(seen, "got"));
}

static void put_fact(FILE *f, const json_t *seen)
{
	bool off = is_mismatch(seen);

	fprintf(f, "<tr%s><td>", off ? " class=\"off\"" : "");
	put_value(f, json_object_get(seen, "fact"));
	fputs("</td><td>", f);
	put_value(f, json_object_get(seen, "want"));
	fputs("</td><td>", f);
	put_value(f, json_object_get(seen, "got"));
	fprintf(f, "</td><td>%s</td></tr>\n", off ? "no" : "yes");
}

/* Each fact: those that are not as wanted first. */
static void put_observed(FILE *f, const struct record *rec)
{
	const json_t *list = json_object_get(rec->json, "observed"), *seen;
	size_t i, shown = 0;

	if (!json_array_size(list))
		return;
	fputs("<dt>observed</dt><dd><table class=\"facts\"><thead><tr><th scope=\"col\">fact"
	      "</th><th scope=\"col\">wanted</th><th scope=\"col\">got</th>"
	      "<th scope=\"col\">as wanted</th></tr></thead><tbody>\n",
		f);
	for (int off = 1; off >= 0; off--)
		json_array_foreach(list, i, seen)
			if (is_mismatch(seen) == off && shown < FACTS_MOST) {
				put_fact(f, seen);
				shown++;
			}
	fputs("</tbody></table>", f);
	more(f, json_array_size(list), shown);
	fputs("</dd>\n", f);
}

static void put_lines(
	FILE *f, const char *label, const json_t *list, size_t from, size_t to)
{
	size_t all = json_array_size(list);

	if (from >= to)
		return;
	fprintf(f, "<dt>%s</dt><dd><pre>", label);
	for (size_t i = from; i < to; i++) {
		const char *line = json_string_value(json_array_get(list, i));
		html_cut(f, line ? line : "", LINE_MOST);
		putc('\n', f);
	}
	fputs("</pre>", f);
	more(f, all, to - from);
	fputs("</dd>\n", f);
}

static void put_log(FILE *f, const struct record *rec, const char *key, const char *label,
	size_t most, bool last)
{
	const json_t *list = json_object_get(rec->json, key);
	size_t all = json_array_size(list), count = all < most ? all : most;
	size_t from = last ? all - count : 0;

	put_lines(f, label, list, from, from + count);
}

static void put_arbiter(FILE *f, const struct record *rec)
{
	const json_t *said = json_object_get(rec->json, "arbiter");
	const char *outcome = json_string_value(json_object_get(said, "outcome"));
	const char *detail = json_string_value(json_object_get(said, "detail"));

	if (!outcome)
		return;
	fprintf(f, "<dt>arbiter</dt><dd>the reference %s",
		!strcmp(outcome, "pass")           ? "passes here"
			: !strcmp(outcome, "fail") ? "fails, too"
						   : "could not be asked");
	if (detail) {
		fputs(": ", f);
		html_cut(f, detail, 0);
	}
	fputs("</dd>\n", f);
}

/* "regressed; was pass (...)" */
static void put_change(FILE *f, const struct record *rec)
{
	static const char *const keys[] = { "kind", "stage", "errno", "detail", "cause" };
	const char *outcome = record_was(rec, "outcome");

	if (rec->change == CHANGE_NONE)
		return;
	fprintf(f, "<dt>change</dt><dd>%s", change_name(rec->change));
	fputs(*outcome ? "; it was " : "", f);
	html_text(f, outcome);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *text = record_was(rec, keys[i]);
		if (!*text)
			continue;
		fprintf(f, ", %s: ", keys[i]);
		html_cut(f, text, 0);
	}
	fputs("</dd>\n", f);
}

/* --- profiles --- */

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The records of its answers came before the profile: what is there can be referred to. */
static void put_probe_name(FILE *f, const struct html *h, const json_t *miss)
{
	const char *name = member(miss, "probe"), *subject = member(miss, "subject");
	_cleanup_free_ char *key = NULL;

	if (asprintf(&key, "%s\n%s", name, subject) < 0)
		return;
	bool known = json_object_get(h->table.parts[TABLE_PROBES].index, key);
	if (known)
		fprintf(f, "<a href=\"#%s\">", html_id(TABLE_PROBES, name, subject).text);
	html_cut(f, name, LINE_MOST);
	if (*subject) {
		fputs(" on ", f);
		html_cut(f, subject, LINE_MOST);
	}
	if (known)
		fputs("</a>", f);
}

static void put_miss(FILE *f, const struct html *h, const json_t *miss)
{
	const json_t *any = json_object_get(miss, "any"), *name;
	size_t i;

	fputs("<li>", f);
	put_probe_name(f, h, miss);
	fputs(" is <b>", f);
	html_text(f,
		json_is_true(json_object_get(miss, "loads")) ? "not asked"
							     : member(miss, "outcome"));
	fputs("</b>, ", f);
	html_text(f, member(miss, "level"));
	fputs("<br>", f);
	html_cut(f, member(miss, "reason"), 0);
	if (*member(miss, "source")) {
		fputs(" (", f);
		html_cut(f, member(miss, "source"), LINE_MOST);
		putc(')', f);
	}
	json_array_foreach(any, i, name) {
		fputs(i ? ", " : "<br>one of these would do: ", f);
		html_cut(f, json_string_value(name) ? json_string_value(name) : "",
			LINE_MOST);
	}
	fputs("</li>\n", f);
}

static void put_misses(FILE *f, const struct html *h, const struct record *rec)
{
	const json_t *list = json_object_get(rec->json, "misses"), *miss;
	size_t i, all = json_array_size(list);

	if (!all)
		return;
	fputs("<dt>missing</dt><dd><ul>\n", f);
	json_array_foreach(list, i, miss)
		if (i < MISSES_MOST)
			put_miss(f, h, miss);
	fputs("</ul>", f);
	more(f, all, all < MISSES_MOST ? all : MISSES_MOST);
	fputs("</dd>\n", f);
}

static void put_met(FILE *f, const struct record *rec, const char *key)
{
	const json_t *counts = json_object_get(rec->json, key);

	if (json_integer_value(json_object_get(counts, "all")))
		fprintf(f, "<dt>%s</dt><dd>%lld of %lld</dd>\n", key,
			(long long)json_integer_value(json_object_get(counts, "met")),
			(long long)json_integer_value(json_object_get(counts, "all")));
}

static void put_profile(FILE *f, const struct html *h, const struct record *rec)
{
	put_met(f, rec, "required");
	put_met(f, rec, "recommended");
	put_misses(f, h, rec);
	put_log(f, rec, "notes", "notes", LOG_MOST, false);
}

/* --- all --- */

/* A sabotage that was not noticed. */
static void put_sabotage(FILE *f, const struct record *rec)
{
	html_item(f, "asker", rec->asker);
	html_item(f, "runtime", rec->runtime);
	html_item(f, "taken away", record_text(rec, "call"));
	html_item(f, "answered", record_text(rec, "answer"));
	html_item(f, "outcome", outcome_name(rec->outcome));
}

/* Stage and errno stand before the detail unless it names them. */
static void put_seen(FILE *f, const struct record *rec)
{
	const char *const parts[] = { strstr(rec->detail, rec->stage) ? "" : rec->stage,
		strstr(rec->detail, rec->err) ? "" : rec->err, rec->detail };
	const char *before = "<dt>seen</dt><dd>";

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!*parts[i])
			continue;
		fputs(before, f);
		html_cut(f, parts[i], 0);
		before = ": ";
	}
	if (*before == ':')
		fputs("</dd>\n", f);
}

int html_evidence(FILE *out, const struct record *rec, void *ctx)
{
	if (rec->type == RECORD_PROOF)
		put_sabotage(out, rec);
	put_observed(out, rec);
	put_seen(out, rec);
	if (rec->type == RECORD_PROFILE)
		put_profile(out, ctx, rec);
	html_item(out, "fault", fault_name(rec->fault));
	put_arbiter(out, rec);
	html_item(out, "cause", rec->cause);
	html_item(out, "remedy", rec->remedy);
	put_change(out, rec);
	put_log(out, rec, "contradictions", "contradicted", LOG_MOST, false);
	put_log(out, rec, "kernel_log", "kernel log", LOG_MOST, false);
	put_log(out, rec, "console", "console", CONSOLE_MOST, true);
	return ferror(out) ? -ENOMEM : 0;
}
