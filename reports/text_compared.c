/* With what a run was compared, and what it comes to: the header and the last line. */
#include <errno.h>
#include <string.h>

#include "text.h"

enum text_compared text_compared(const struct run *run)
{
	const struct record *env = &run->recs[0];
	const json_t *with = json_object_get(env->json, "compared_with");

	if (env->type != RECORD_ENV)
		return TEXT_ALONE;
	if (env->change == CHANGE_GONE)
		return TEXT_GONE;
	if (!with)
		return TEXT_ALONE;
	return json_is_true(json_object_get(with, "baseline")) ? TEXT_BASELINE
							       : TEXT_COMPARED;
}

static const char *with_text(const struct record *env, const char *key)
{
	return env_text(env, "compared_with", key);
}

/* "6.1 → 6.12", or what both are. Nothing if neither is known. */
static void add_both(FILE *f, const char *before, const char *was, const char *is)
{
	if (!*was && !*is)
		return;
	fputs(ftell(f) ? before : "", f);
	if (*was && strcmp(was, is) != 0)
		fprintf(f, "%s → ", was);
	fputs(*is ? is : "?", f);
}

static void add_names(FILE *f, const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		fprintf(f, "%s%s", i ? ", " : "", json_string_value(name));
}

static const json_t *now(const struct record *env)
{
	return json_object_get(json_object_get(env->json, "compared_with"), "now");
}

static void add_kernels(FILE *f, const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *was = with_text(env, "label");
	const char *runtime = json_string_value(json_object_get(now(env), "runtime"));
	bool same =
		!strcmp(with_text(env, "release"), env_text(env, "kernel", "release"));

	fputs("Linux ", f);
	if (*label && *was && !same && strcmp(label, was) != 0)
		fprintf(f, "%s → %s: ", was, label);
	else if (*label)
		fprintf(f, "%s: ", label);
	const char *release = with_text(env, "release");
	fprintf(f, "%s%s", !same ? release : "", !same && *release ? " → " : "");
	fputs(env_text(env, "kernel", "release"), f);
	if (same)
		fputs(" both times", f);
	add_both(f, ", variation ", with_text(env, "variation"),
		env_text(env, "boot", "variation"));
	add_both(f, ", with ", with_text(env, "runtime"),
		runtime ? runtime : env_text(env, "boot", "runtime"));
}

static void add_times(FILE *f, const struct record *env)
{
	add_both(f, "", with_text(env, "time"), record_text(env, "time"));
	fprintf(f, "%scompared with %s", ftell(f) ? ", " : "", with_text(env, "file"));
}

static bool has_name(const json_t *names, const json_t *name)
{
	const json_t *other;
	size_t i;

	json_array_foreach(names, i, other)
		if (json_equal(name, other))
			return true;
	return false;
}

static bool same_names(const json_t *a, const json_t *b)
{
	const json_t *name;
	size_t i;

	json_array_foreach(a, i, name)
		if (!has_name(b, name))
			return false;
	return json_array_size(a) == json_array_size(b);
}

/* What keeps the two from being asked the same. */
static void add_otherwise(FILE *f, const struct record *env)
{
	const json_t *before =
		json_object_get(json_object_get(env->json, "compared_with"), "askers");
	const json_t *askers = json_object_get(now(env), "askers");
	const char *was = with_text(env, "plimsoll"), *is = record_text(env, "plimsoll");

	if (json_array_size(before) && json_array_size(askers) &&
		!same_names(before, askers)) {
		fputs("asked otherwise: then by ", f);
		add_names(f, before);
		fputs(", now by ", f);
		add_names(f, askers);
	}
	if (*was && strcmp(was, is) != 0)
		fprintf(f, "%sby plimsoll %s then, %s now",
			ftell(f) ? "; " : "asked otherwise: ", was, is);
}

int text_compared_header(const struct page *p, const struct run *run)
{
	const struct record *env = &run->recs[0];
	int r;

	if ((r = text_header_line(p, env, add_kernels)) < 0 ||
		(r = text_header_line(p, env, add_times)) < 0)
		return r;
	return text_header_line(p, env, add_otherwise);
}

/* --- counts --- */

static size_t left_out(const struct run *run)
{
	const struct record *last = &run->recs[run->count - 1];
	json_int_t same = json_integer_value(json_object_get(last->json, "same"));

	return same > 0 ? (size_t)same : 0;
}

static void put_count(FILE *f, size_t count, const char *what, const char *more)
{
	if (count)
		fprintf(f, "%s%zu %s%s", ftell(f) ? ", " : "", count, what, more);
}

/* "2 regressed, 1 fixed, 340 the same" */
static char *counted(const size_t *counts, bool baseline)
{
	static const struct {
		enum change change;
		const char *what, *of_baseline;
	} words[] = { { CHANGE_REGRESSED, "regressed", "" },
		{ CHANGE_UNKNOWN, "no longer known", "" },
		{ CHANGE_FIXED, "fixed", " (take it up: --update-baseline)" },
		{ CHANGE_OTHER, "changed", "" },
		{ CHANGE_CAUSE, "from another cause", "" }, { CHANGE_NEW, "new", "" },
		{ CHANGE_GONE, "gone", "" } };
	char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		put_count(f, counts[words[i].change], words[i].what,
			baseline ? words[i].of_baseline : "");
	put_count(f, counts[CHANGE_SAME], baseline ? "as before" : "the same", "");
	fclose(f);
	return text;
}

void text_changes_counts(const struct page *p, const struct run *run)
{
	size_t counts[CHANGE_COUNT] = { [CHANGE_SAME] = left_out(run) };
	bool baseline = text_compared(run) == TEXT_BASELINE;
	size_t all = counts[CHANGE_SAME];
	_cleanup_free_ char *line = NULL;

	for (size_t i = 0; i < run->count; i++) {
		if (run->recs[i].type == RECORD_ENV || run->recs[i].type == RECORD_END)
			continue;
		counts[run->recs[i].change]++;
		all++;
	}
	_cleanup_free_ char *text = counted(counts, baseline);
	if (!text)
		return;
	int r = baseline ? asprintf(&line, "against the baseline %s: %s",
				   env_text(&run->recs[0], "compared_with", "file"),
				   *text ? text : "nothing was asked")
			 : asprintf(&line, "%zu answer%s%s%s", all, all == 1 ? "" : "s",
				   *text ? ": " : "", text);
	if (r >= 0)
		page_wrap(p, 0, 2, line);
}
