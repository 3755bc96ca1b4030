/*
 * GitHub-flavoured Markdown, for a comment or the summary of a CI step: the verdict, what was
 * measured, what is wrong, and a table. It stays below 60,000 bytes and says what it left out.
 */
#include <errno.h>
#include <string.h>

#include "markdown.h"

#define KINDS_MOST 12
#define TEXT_MOST  100
#define LOST_MOST  16

struct state {
	struct table table;
	struct markdown_compared compared;
	char *lost[LOST_MOST]; /* why a file could not be read: the first ones */
	size_t lost_count;
};

static int begin(void *state, const struct report_to *to)
{
	const struct table_options opt = { .evidence = markdown_evidence };

	return table_init(&((struct state *)state)->table, &opt);
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct state *s = state;

	int r = markdown_compared_take(&s->compared, rec);
	return r < 0 ? r : table_take(&s->table, to, rec);
}

static int lost(void *state, const struct report_to *to, const char *why)
{
	struct state *s = state;

	if (s->lost_count++ >= LOST_MOST)
		return 0;
	return (s->lost[s->lost_count - 1] = strdup(why)) ? 0 : -ENOMEM;
}

/* --- the verdict --- */

struct verdicts {
	size_t asked[TABLE_COUNT];
	size_t wrong[TABLE_COUNT][WRONG_COUNT];
};

/* Does it count for what is wrong? What a comparison tells is counted otherwise. */
static bool is_judged(const struct table *t, enum change change)
{
	return !t->is_diff || change == CHANGE_NONE;
}

static void count_rows(const struct table *t, struct verdicts *v)
{
	for (size_t k = 0; k < TABLE_COUNT; k++) {
		for (size_t i = 0; i < t->parts[k].row_count; i++) {
			const struct table_row *row = &t->parts[k].rows[i];
			enum markdown_wrong worst = WRONG_COUNT;
			for (uint32_t a = row->first; a != TABLE_NONE;
				a = t->answers[a].next) {
				enum markdown_wrong how = markdown_wrong(&t->answers[a]);
				if (!is_judged(t, t->answers[a].change))
					continue;
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

/* Runs that did not come to their end; `known`: those of which that is known. */
static size_t troubles(const struct table *t, bool known)
{
	size_t count = 0;

	for (size_t i = 0; i < t->run_count; i++) {
		const struct table_run *run = &t->runs[i];
		enum markdown_wrong how = markdown_trouble(t, run);
		bool judged = run->boot == TABLE_NONE ||
			is_judged(t, t->answers[run->boot].change);
		count += judged && how != WRONG_COUNT && known == (how == WRONG_KNOWN);
	}
	return count;
}

static size_t unproved(const struct table *t, bool known)
{
	size_t count = 0;

	for (size_t k = 0; k < TABLE_COUNT; k++) {
		for (size_t i = 0; i < t->parts[k].row_count; i++) {
			const struct table_row *row = &t->parts[k].rows[i];
			enum markdown_wrong how = markdown_missed(t, row);
			if (how != WRONG_COUNT &&
				is_judged(t, t->answers[row->missed_first].change))
				count += known == (how == WRONG_KNOWN);
		}
	}
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
	say(out, &said, troubles(t, false), "run not to its end",
		"runs not to their end");
	say(out, &said, unproved(t, false), "check not proved", "checks not proved");
	return said;
}

static void put_good(const struct table *t, const struct verdicts *v, FILE *out)
{
	size_t kept = t->totals[RECORD_CASE][OUTCOME_PASS], said = 0;

	if (v->asked[TABLE_CASES] && !kept)
		fputs("no obligation could be judged", out);
	else if (v->asked[TABLE_CASES])
		fputs("all obligations that were judged are kept", out);
	else if (v->asked[TABLE_PROFILES])
		say(out, &said, v->asked[TABLE_PROFILES], "profile ready",
			"profiles ready");
	else if (v->asked[TABLE_PROBES])
		say(out, &said, v->asked[TABLE_PROBES], "question asked, nothing failed",
			"questions asked, nothing failed");
	else
		fputs("nothing was asked", out);
}

/* What is new or worse first, what is known for itself. */
static void put_judged(const struct table *t, FILE *out)
{
	_cleanup_free_ char *wrong = NULL;
	struct verdicts v = { { 0 } };
	size_t size, known = troubles(t, true) + unproved(t, true);

	FILE *text = open_memstream(&wrong, &size);
	if (!text)
		return;
	count_rows(t, &v);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		known += v.wrong[i][WRONG_KNOWN];
	size_t said = put_wrong(t, &v, text);
	fclose(text);
	if (t->is_diff) {
		fprintf(out, "%s%s", said ? ", " : "", wrong);
		return;
	}
	if (said)
		fprintf(out, "%s%s", wrong, t->is_against ? " since the baseline" : "");
	else if (known)
		fputs("nothing new is wrong", out);
	else
		put_good(t, &v, out);
	if (known)
		fprintf(out, ", %zu known", known);
}

static void put_verdict(const struct state *s, FILE *out)
{
	size_t n = s->lost_count;

	fputs("### plimsoll: ", out);
	if (s->table.is_diff)
		markdown_put_changed(&s->table, &s->compared, out);
	put_judged(&s->table, out);
	if (n)
		fprintf(out, ", %zu %s not read", n, n == 1 ? "file" : "files");
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
	const struct state *s, enum record_type type, const char *what, FILE *out)
{
	const struct table *t = &s->table;
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	size_t counts[OUTCOME_COUNT], silent = t->silent - s->compared.gone_silent;
	size_t all = 0, said = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		counts[i] = t->totals[type][i] - s->compared.gone[type][i];
		all += counts[i];
	}
	if (!all)
		return;
	fprintf(out, "- %zu %s%s: ", all, what, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const char *name = outcome_name(order[i]);
		say(out, &said, counts[order[i]], name, name);
		if (order[i] == OUTCOME_FAIL && type == RECORD_CASE && silent)
			fprintf(out, " (%zu silently ignored)", silent);
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

static int put_measured(const struct state *s, FILE *out)
{
	const struct table *t = &s->table;
	static const struct {
		enum record_type type;
		const char *what;
	} tallies[] = { { RECORD_PROFILE, "profile" }, { RECORD_CASE, "case" },
		{ RECORD_PROBE, "probe answer" }, { RECORD_PROOF, "proof" },
		{ RECORD_BOOT, "boot" } };

	int r = put_all_kinds(t, out);
	put_times(t, out);
	for (size_t i = 0; i < ARRAY_SIZE(tallies); i++)
		put_tally(s, tallies[i].type, tallies[i].what, out);
	if (!t->is_against)
		return r;
	fputs("- against ", out);
	markdown_code(out, *t->runs[0].was_source ? t->runs[0].was_source : "a baseline",
		TEXT_MOST);
	fputs(": ", out);
	markdown_put_counts(t, out);
	putc('\n', out);
	return r;
}

static int put_lost(const struct state *s, FILE *out)
{
	struct markdown_part part = { .out = out, .left = MARKDOWN_LOST_MOST };
	size_t shown = 0;
	int r = 0;

	if (!s->lost_count)
		return 0;
	fputs("\n#### Not read\n\nWhat these files say is missing here.\n\n", out);
	for (size_t i = 0; r == 0 && i < s->lost_count && i < LOST_MOST; i++) {
		struct markdown_item item;
		FILE *line = markdown_begin(&item);
		if (!line)
			return -ENOMEM;
		fputs("- ", line);
		markdown_code(line, s->lost[i], 0);
		putc('\n', line);
		r = markdown_end(&part, &item);
		shown += !part.missing;
	}
	if (s->lost_count > shown)
		fprintf(out, "\n%zu more that could not be read.\n",
			s->lost_count - shown);
	return r;
}

/* What changed, and what is wrong where nothing was compared. */
static int render_changes(const struct state *s, FILE *out)
{
	struct markdown_part head = { .out = out, .left = MARKDOWN_HEAD_MOST };
	const struct table *t = &s->table;
	size_t all = t->left_out;
	int r;

	for (size_t i = 0; i < CHANGE_COUNT; i++)
		all += t->changes[i];
	if ((r = markdown_put_compared(&s->compared, &head)) < 0 ||
		(r = put_lost(s, out)) < 0 ||
		(r = markdown_put_changes(t, &s->compared, out)) < 0 ||
		(r = markdown_put_wrong(t, out)) < 0)
		return r;
	fprintf(out, "\n%zu answer%s%s", all, all == 1 ? "" : "s", all ? ": " : "");
	markdown_put_counts(t, out);
	fputs(".\n", out);
	return 0;
}

static int render(const struct state *s, FILE *out)
{
	int r;

	put_verdict(s, out);
	putc('\n', out);
	if (s->table.is_diff)
		return render_changes(s, out);
	if ((r = put_measured(s, out)) < 0 || (r = put_lost(s, out)) < 0 ||
		(r = markdown_put_wrong(&s->table, out)) < 0)
		return r;
	return markdown_put_matrix(&s->table, out);
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;

	if (to->cut_short)
		fputs("**CUT SHORT: records are missing, what was read ends too early.**\n\n",
			to->out);
	int r = table_finish(&s->table, to);
	if (r == 0)
		r = render(s, to->out);
	table_free(&s->table);
	markdown_compared_free(&s->compared);
	for (size_t i = 0; i < LOST_MOST; i++)
		free(s->lost[i]);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_markdown = {
	.about = "Markdown for an issue, or for the summary of a step in GitHub Actions",
	.state_size = sizeof(struct state),
	.begin = begin,
	.record = record,
	.end = end,
	.lost = lost,
};
