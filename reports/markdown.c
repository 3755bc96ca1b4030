/*
 * GitHub-flavoured Markdown, for a comment or the summary of a CI step: the verdict, what was
 * measured, what is wrong, and a table. It stays below 60,000 bytes and says what it left out.
 */
#include <errno.h>
#include <string.h>

#include "markdown.h"

#define KINDS_MOST 12
#define TEXT_MOST  100

struct state {
	struct table table;
};

static int begin(void *state, const struct report_to *to)
{
	const struct table_options opt = { .evidence = markdown_evidence };

	return table_init(&((struct state *)state)->table, &opt);
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	return table_take(&((struct state *)state)->table, to, rec);
}

/* --- the verdict --- */

struct verdicts {
	size_t asked[TABLE_COUNT];
	size_t wrong[TABLE_COUNT][WRONG_COUNT];
};

static void count_rows(const struct table *t, struct verdicts *v)
{
	for (size_t k = 0; k < TABLE_COUNT; k++) {
		for (size_t i = 0; i < t->parts[k].row_count; i++) {
			const struct table_row *row = &t->parts[k].rows[i];
			enum markdown_wrong worst = WRONG_COUNT;
			for (uint32_t a = row->first; a != TABLE_NONE;
				a = t->answers[a].next) {
				enum markdown_wrong how = markdown_wrong(&t->answers[a]);
				worst = how < worst ? how : worst;
			}
			v->asked[k] += row->first != TABLE_NONE;
			if (worst < WRONG_COUNT)
				v->wrong[k][worst]++;
		}
	}
}

static void say(FILE *out, size_t *said, size_t count, const char *one, const char *many)
{
	if (count)
		fprintf(out, "%s%zu %s", (*said)++ ? ", " : "", count,
			count == 1 ? one : many);
}

static size_t troubles(const struct table *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->run_count; i++)
		count += *t->runs[i].trouble != '\0';
	return count;
}

static size_t unproved(const struct table *t)
{
	size_t count = 0;

	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < t->parts[k].row_count; i++)
			count += t->parts[k].rows[i].missed != 0;
	return count;
}

/* "3 obligations silently ignored, 1 not kept" */
static size_t put_wrong(const struct table *t, const struct verdicts *v, FILE *out)
{
	const size_t *cases = v->wrong[TABLE_CASES], *probes = v->wrong[TABLE_PROBES],
		     *profiles = v->wrong[TABLE_PROFILES];
	size_t said = 0;

	say(out, &said, cases[WRONG_SILENT], "obligation silently ignored",
		"obligations silently ignored");
	say(out, &said, cases[WRONG_FAIL], "obligation not kept", "obligations not kept");
	say(out, &said, profiles[WRONG_FAIL], "profile not ready", "profiles not ready");
	say(out, &said, probes[WRONG_FAIL] + probes[WRONG_SILENT], "question failed",
		"questions failed");
	say(out, &said,
		cases[WRONG_REGRESSED] + probes[WRONG_REGRESSED] +
			profiles[WRONG_REGRESSED],
		"regression", "regressions");
	say(out, &said, cases[WRONG_ERROR] + probes[WRONG_ERROR] + profiles[WRONG_ERROR],
		"error", "errors");
	say(out, &said, troubles(t), "run not to its end", "runs not to their end");
	say(out, &said, unproved(t), "check not proved", "checks not proved");
	return said;
}

static void put_verdict(const struct table *t, FILE *out)
{
	struct verdicts v = { { 0 } };
	size_t kept = t->totals[RECORD_CASE][OUTCOME_PASS], said = 0;

	count_rows(t, &v);
	fputs("### plimsoll: ", out);
	if (put_wrong(t, &v, out)) {
		putc('\n', out);
		return;
	}
	if (v.asked[TABLE_CASES] && !kept)
		fputs("no obligation could be judged", out);
	else if (v.asked[TABLE_CASES])
		fputs("all obligations that were judged are kept", out);
	else if (v.asked[TABLE_PROFILES])
		say(out, &said, v.asked[TABLE_PROFILES], "profile ready",
			"profiles ready");
	else if (v.asked[TABLE_PROBES])
		say(out, &said, v.asked[TABLE_PROBES], "question asked, nothing failed",
			"questions asked, nothing failed");
	else
		fputs("nothing was asked", out);
	putc('\n', out);
}

/* --- what was measured --- */

typedef const char *(*text_of)(const struct table *t, size_t i, const char **more);

static const char *release_of(const struct table *t, size_t i, const char **more)
{
	*more = t->runs[i].machine;
	return t->runs[i].release;
}

static const char *os_of(const struct table *t, size_t i, const char **more)
{
	return t->runs[i].os;
}

static const char *plimsoll_of(const struct table *t, size_t i, const char **more)
{
	return t->runs[i].plimsoll;
}

static const char *accel_of(const struct table *t, size_t i, const char **more)
{
	const char *accel = t->runs[i].accel;

	return strcmp(accel, "none") ? accel : "";
}

static const char *runtime_of(const struct table *t, size_t i, const char **more)
{
	*more = t->parts[TABLE_CASES].columns[i].version;
	return t->parts[TABLE_CASES].columns[i].who;
}

/* Of these texts each once, in the order in which they came. -ENOMEM. */
static int put_list(
	const struct table *t, size_t count, text_of text, size_t *ret_count, FILE *out)
{
	json_auto_t *met = json_object();
	size_t all = 0;

	for (size_t i = 0; met && i < count; i++) {
		_cleanup_free_ char *both = NULL;
		const char *more = "", *name = text(t, i, &more);
		if (asprintf(&both, "%s%s%s", name, *more ? " " : "", more) < 0)
			return -ENOMEM;
		if (!*name || json_object_get(met, both))
			continue;
		if (json_object_set_new(met, both, json_true()) < 0)
			return -ENOMEM;
		if (all++ >= KINDS_MOST)
			continue;
		fputs(all > 1 ? ", " : "", out);
		markdown_code(out, both, TEXT_MOST);
	}
	if (all > KINDS_MOST)
		fprintf(out, " and %zu more", all - KINDS_MOST);
	*ret_count = all;
	return met ? 0 : -ENOMEM;
}

/* "- kernels: `6.1`, `6.12` and 3 more" */
static int put_kinds(const struct table *t, const char *one, const char *many,
	size_t count, text_of text, struct markdown_part *part)
{
	_cleanup_free_ char *list = NULL;
	struct markdown_item item;
	size_t size, all = 0;

	FILE *out = open_memstream(&list, &size);
	if (!out)
		return -ENOMEM;
	int r = put_list(t, count, text, &all, out);
	if (fclose(out) == EOF || r < 0)
		return -ENOMEM;
	if (!all)
		return 0;
	if (!(out = markdown_begin(&item)))
		return -ENOMEM;
	fprintf(out, "- %s: %s\n", all == 1 ? one : many, list);
	return markdown_end(part, &item);
}

static void put_times(const struct table *t, FILE *out)
{
	const char *since = t->run_count ? t->runs[0].time : "", *until = since;

	for (size_t i = 1; i < t->run_count; i++) {
		const char *time = t->runs[i].time;
		since = strcmp(time, since) < 0 ? time : since;
		until = strcmp(time, until) > 0 ? time : until;
	}
	if (!*until)
		return;
	fputs("- measured: ", out);
	markdown_code(out, since, TEXT_MOST);
	if (strcmp(since, until) != 0) {
		fputs(*since ? " to " : "", out);
		markdown_code(out, until, TEXT_MOST);
	}
	if (t->run_count > 1)
		fprintf(out, ", %zu runs", t->run_count);
	putc('\n', out);
}

/* "- 24 cases: 9 fail (8 silently ignored), 1 absent, 14 pass" */
static void put_tally(
	const struct table *t, enum record_type type, const char *what, FILE *out)
{
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	const size_t *counts = t->totals[type];
	size_t all = 0, said = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		all += counts[i];
	if (!all)
		return;
	fprintf(out, "- %zu %s%s: ", all, what, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const char *name = outcome_name(order[i]);
		say(out, &said, counts[order[i]], name, name);
		if (order[i] == OUTCOME_FAIL && type == RECORD_CASE && t->silent)
			fprintf(out, " (%zu silently ignored)", t->silent);
	}
	putc('\n', out);
}

static int put_all_kinds(const struct table *t, FILE *out)
{
	size_t runs = t->run_count, cases = t->parts[TABLE_CASES].column_count;
	struct markdown_part part = { .out = out, .left = MARKDOWN_HEAD_MOST };
	const struct {
		const char *one, *many;
		size_t count;
		text_of text;
	} kinds[] = {
		{ "kernel", "kernels", runs, release_of },
		{ "system", "systems", runs, os_of },
		{ "runtime", "runtimes", cases, runtime_of },
		{ "booted in QEMU", "booted in QEMU", runs, accel_of },
		{ "plimsoll", "plimsoll", runs, plimsoll_of },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++)
		r = put_kinds(t, kinds[i].one, kinds[i].many, kinds[i].count,
			kinds[i].text, &part);
	if (part.missing)
		fputs("- and more than fits here: see the HTML report\n", out);
	return r;
}

static int put_measured(const struct table *t, FILE *out)
{
	static const struct {
		enum record_type type;
		const char *what;
	} tallies[] = { { RECORD_PROFILE, "profile" }, { RECORD_CASE, "case" },
		{ RECORD_PROBE, "probe answer" }, { RECORD_PROOF, "proof" },
		{ RECORD_BOOT, "boot" } };

	putc('\n', out);
	int r = put_all_kinds(t, out);
	put_times(t, out);
	for (size_t i = 0; i < ARRAY_SIZE(tallies); i++)
		put_tally(t, tallies[i].type, tallies[i].what, out);
	return r;
}

static int render(const struct table *t, FILE *out)
{
	int r;

	put_verdict(t, out);
	if ((r = put_measured(t, out)) < 0 || (r = markdown_put_wrong(t, out)) < 0)
		return r;
	return markdown_put_matrix(t, out);
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;

	if (to->cut_short)
		fputs("**CUT SHORT: records are missing, what was read ends too early.**\n\n",
			to->out);
	int r = table_finish(&s->table, to);
	if (r == 0)
		r = render(&s->table, to->out);
	table_free(&s->table);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_markdown = {
	.about = "Markdown for an issue, or for the summary of a step in GitHub Actions",
	.state_size = sizeof(struct state),
	.begin = begin,
	.record = record,
	.end = end,
};
