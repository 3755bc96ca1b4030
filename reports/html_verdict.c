/* What all of it comes to, in one sentence; and a second one with the numbers behind it. */
#include <string.h>

#include "html_verdict.h"

static size_t all_rows(const struct html_view *v)
{
	size_t all = 0;

	for (enum look look = 0; look < LOOK_COUNT; look++)
		all += v->worst[look];
	return all;
}

static bool has_look(const struct table_column *c, enum look look)
{
	return look == LOOK_SILENT ? c->silent > 0 : c->counts[OUTCOME_FAIL] > c->silent;
}

/* " by runc", " by runc and crun", " by 3 of 5 runtimes" */
static void put_runtimes(FILE *f, const struct html_view *v, enum look look)
{
	_cleanup_free_ bool *has = calloc(v->who_count + 1, sizeof(bool));
	size_t count = 0, shown = 0;

	for (size_t i = 0; has && i < v->count; i++)
		if (has_look(html_column(v, i), look))
			has[v->whos[i]] = true;
	for (size_t who = 0; has && who < v->who_count; who++)
		count += has[who];
	if (count > 2) {
		fprintf(f,
			count == v->who_count ? " by all %zu runtimes"
					      : " by %zu of %zu runtimes",
			count, v->who_count);
		return;
	}
	for (size_t who = 0; has && who < v->who_count; who++) {
		if (!has[who])
			continue;
		fputs(shown++ ? " and " : " by ", f);
		html_text(f, v->names[who]);
	}
}

static enum tone of_cases(FILE *f, const struct html_view *v, bool whole)
{
	size_t all = all_rows(v), kept = v->only;

	if (v->rows[LOOK_SILENT]) {
		html_count(f, v->rows[LOOK_SILENT], "obligation", "obligations");
		fputs(" silently ignored", f);
		put_runtimes(f, v, LOOK_SILENT);
		return TONE_BAD;
	}
	if (v->rows[LOOK_FAIL]) {
		html_count(f, v->rows[LOOK_FAIL], "obligation", "obligations");
		fputs(" broken", f);
		put_runtimes(f, v, LOOK_FAIL);
		return TONE_BAD;
	}
	if (v->rows[LOOK_ERROR]) {
		html_count(f, v->rows[LOOK_ERROR], "obligation", "obligations");
		fputs(" could not be judged", f);
		return TONE_WARN;
	}
	if (!kept) {
		fputs("No obligation could be judged", f);
		return TONE_WARN;
	}
	if (kept < all) {
		html_count(f, kept, "obligation", "obligations");
		fprintf(f, " kept, %zu not asked everywhere", all - kept);
		return whole ? TONE_PLAIN : TONE_WARN;
	}
	if (!whole) {
		html_count(f, kept, "obligation", "obligations");
		fputs(" kept, as far as was asked", f);
		return TONE_WARN;
	}
	if (all == 1)
		fputs("The one obligation is kept", f);
	else
		fprintf(f, "All %zu obligations kept", all);
	return TONE_GOOD;
}

static enum tone of_profiles(FILE *f, const struct html_view *v)
{
	static const struct {
		enum look look;
		const char *words;
		enum tone tone;
	} order[] = {
		{ LOOK_FAIL, "Not ready", TONE_BAD },
		{ LOOK_ERROR, "Not known to be ready", TONE_WARN },
		{ LOOK_EXCEPT, "Ready, with exceptions,", TONE_PLAIN },
		{ LOOK_PASS, "Ready", TONE_GOOD },
	};
	size_t all = all_rows(v);

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		size_t count = v->rows[order[i].look];
		if (!count)
			continue;
		fprintf(f, "%s for ", order[i].words);
		if (all == 1)
			html_text(f, v->part->rows[0].name);
		else if (count == all)
			fprintf(f, "all %zu workloads", all);
		else
			fprintf(f, "%zu of %zu workloads", count, all);
		return order[i].tone;
	}
	fputs("No workload was judged", f);
	return TONE_WARN;
}

static enum tone of_probes(FILE *f, const struct html_view *v, bool whole)
{
	size_t all = all_rows(v);

	if (v->rows[LOOK_FAIL] || v->rows[LOOK_SILENT]) {
		html_count(f, v->rows[LOOK_FAIL] + v->rows[LOOK_SILENT], "capability",
			"capabilities");
		fputs(v->rows[LOOK_FAIL] + v->rows[LOOK_SILENT] == 1
				? " breaks its contract"
				: " break their contract",
			f);
		return TONE_BAD;
	}
	if (v->only == all && whole) {
		fprintf(f,
			all == 1 ? "The one capability works"
				 : "All %zu capabilities work",
			all);
		return TONE_GOOD;
	}
	fprintf(f, "%zu of ", v->only);
	html_count(f, all, "capability", "capabilities");
	fprintf(f, " work%s%s", v->only == 1 ? "s" : "",
		v->count == 1                      ? ""
			: v->who_count == v->count ? " for everyone"
						   : " everywhere");
	fputs(whole ? "" : ", as far as was asked", f);
	return v->rows[LOOK_ERROR] || !whole ? TONE_WARN : TONE_PLAIN;
}

static size_t count_trouble(const struct table *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->run_count; i++)
		count += *t->runs[i].trouble != '\0';
	return count;
}

/* --- of runs that were compared --- */

static void put_part(FILE *f, size_t count, const char *one, const char *many)
{
	if (!count)
		return;
	fputs(ftell(f) ? ", " : "", f);
	html_count(f, count, one, many);
}

static void put_worse(FILE *f, const struct html_worse *w)
{
	put_part(f, w->regressed, "regressed", "regressed");
	put_part(f, w->unknown, "no longer known", "no longer known");
	put_part(f, w->fails, "new failure", "new failures");
	put_part(f, w->errors, "new error", "new errors");
}

static enum tone tone_of(const struct html_worse *w, bool whole, enum tone otherwise)
{
	if (w->regressed || w->fails)
		return TONE_BAD;
	return w->unknown || w->errors || !whole ? TONE_WARN : otherwise;
}

/* "2 regressed, 96 fixed": what is neither only counts where nothing else does. */
static enum tone of_diff(const struct html *h, FILE *f, bool whole)
{
	const size_t *changes = h->table.changes;
	size_t rest = changes[CHANGE_OTHER] + changes[CHANGE_CAUSE] +
		changes[CHANGE_NEW] + changes[CHANGE_GONE];

	put_worse(f, &h->worse);
	if (!ftell(f) && !changes[CHANGE_FIXED] && !rest)
		fputs("Nothing changed", f);
	else if (!ftell(f))
		fputs("Nothing regressed", f);
	put_part(f, changes[CHANGE_FIXED], "fixed", "fixed");
	if (!html_is_worse(h) && !changes[CHANGE_FIXED])
		put_part(f, rest, "changed otherwise", "changed otherwise");
	fputs(whole ? "" : ", as far as was compared", f);
	return tone_of(&h->worse, whole,
		changes[CHANGE_FIXED] || !rest ? TONE_GOOD : TONE_PLAIN);
}

/* What fails as it did is told behind what is worse, and never among it. */
static enum tone of_against(const struct html *h, FILE *f, bool whole)
{
	put_worse(f, &h->worse);
	if (!ftell(f))
		fputs("Nothing new is wrong", f);
	if (h->worse.known) {
		fputs("; ", f);
		html_count(f, h->worse.known, "known failure", "known failures");
	}
	fputs(whole ? "" : ", as far as was asked", f);
	return tone_of(&h->worse, whole, h->worse.known ? TONE_PLAIN : TONE_GOOD);
}

static enum tone of_all(const struct html *h, FILE *f)
{
	size_t trouble = count_trouble(&h->table);
	bool whole = !h->cut_short && !trouble && !h->lost_count;

	if (h->mode == HTML_DIFF)
		return of_diff(h, f, whole);
	if (h->mode == HTML_AGAINST)
		return of_against(h, f, whole);
	if (all_rows(&h->views[TABLE_CASES]))
		return of_cases(f, &h->views[TABLE_CASES], whole);
	if (all_rows(&h->views[TABLE_PROFILES]))
		return of_profiles(f, &h->views[TABLE_PROFILES]);
	if (all_rows(&h->views[TABLE_PROBES]))
		return of_probes(f, &h->views[TABLE_PROBES], whole);
	if (trouble) {
		html_count(f, trouble, "run", "runs");
		fputs(" did not come to an end", f);
		return TONE_WARN;
	}
	fputs(h->table.run_count ? "Nothing was asked" : "There are no records", f);
	return TONE_WARN;
}

struct proofs {
	size_t checks, missed;
};

static struct proofs count_proofs(const struct table *t)
{
	struct proofs p = { 0 };

	for (size_t i = 0; i < TABLE_COUNT; i++)
		for (size_t k = 0; k < t->parts[i].row_count; k++) {
			p.checks += t->parts[i].rows[k].proofs > 0;
			p.missed += t->parts[i].rows[k].missed > 0;
		}
	return p;
}

/* What passes and cannot fail is no good news. */
enum tone html_verdict(const struct html *h, FILE *f)
{
	const struct proofs p = count_proofs(&h->table);
	enum tone tone = of_all(h, f);

	if (!p.missed || tone < TONE_PLAIN || h->mode == HTML_DIFF)
		return tone;
	fputs(", but ", f);
	html_count(f, p.missed, "check is", "checks are");
	fputs(" not proved", f);
	return TONE_WARN;
}

/* --- the numbers --- */

/* How many of those judged pass in one column. */
static void put_column(
	FILE *f, const struct html_view *v, const struct table_column *c, bool named)
{
	size_t pass = c->counts[OUTCOME_PASS], all = pass + c->counts[OUTCOME_FAIL];

	if (v->kind == TABLE_PROBES)
		for (size_t i = 0; i < OUTCOME_COUNT; i++)
			all += i != OUTCOME_PASS && i != OUTCOME_FAIL ? c->counts[i] : 0;
	if (v->kind == TABLE_CASES) {
		html_text(f, c->who);
		fprintf(f, " keeps <b>%zu</b> of the %zu it was judged by", pass, all);
	} else {
		fprintf(f, "<b>%zu</b> of %zu work", pass, all);
		fputs(named ? " for " : "", f);
		html_text(f, named ? c->who : "");
	}
}

static void put_numbers(FILE *f, const struct html_view *v)
{
	bool one_run = v->count && v->count == v->who_count;

	if (!all_rows(v) || v->kind == TABLE_PROFILES)
		return;
	fputs("<p class=\"lede\">", f);
	if (one_run && v->count <= 4) {
		for (size_t i = 0; i < v->count; i++) {
			fputs(i ? "; " : "", f);
			put_column(f, v, html_column(v, i), true);
		}
	} else if (v->kind == TABLE_CASES) {
		fprintf(f, "<b>%zu</b> of %zu obligations are kept everywhere", v->only,
			all_rows(v));
	} else {
		fprintf(f, "<b>%zu</b> of %zu capabilities work everywhere", v->only,
			all_rows(v));
	}
	if (v->varied && v->count > 1)
		fprintf(f, "; <b>%zu</b> differ between columns", v->varied);
	fputs(".</p>\n", f);
}

static void put_changes(const struct html *h, FILE *f)
{
	static const enum change order[] = { CHANGE_REGRESSED, CHANGE_UNKNOWN,
		CHANGE_FIXED, CHANGE_OTHER, CHANGE_CAUSE, CHANGE_NEW, CHANGE_GONE,
		CHANGE_SAME };
	const size_t *counts = h->table.changes;
	const char *file = h->table.run_count ? h->table.runs[0].was_source : "";
	const char *before = ": ";

	if (h->mode != HTML_AGAINST)
		return;
	fprintf(f, "<p class=\"lede\">Against %s",
		*file ? "the baseline " : "the other run");
	html_text(f, file);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		enum change c = order[i];
		if (!counts[c])
			continue;
		fprintf(f, "%s<b>%zu</b> %s", before, counts[c],
			c == CHANGE_SAME ? "as before" : html_change_words[c].words);
		before = ", ";
	}
	fputs(".</p>\n", f);
}

/* Whether the checks are able to fail. Never rounded up. */
static void put_proofs(const struct html *h, FILE *f)
{
	const struct proofs p = count_proofs(&h->table);

	if (p.checks)
		fprintf(f,
			"<p class=\"lede\">Proved: <b>%zu</b> of %zu checks said no when "
			"sabotaged.</p>\n",
			p.checks - p.missed, p.checks);
}

void html_numbers(const struct html *h, FILE *f)
{
	if (h->mode == HTML_DIFF)
		return;
	put_numbers(f, &h->views[TABLE_CASES]);
	put_numbers(f, &h->views[TABLE_PROBES]);
	put_changes(h, f);
	put_proofs(h, f);
}
