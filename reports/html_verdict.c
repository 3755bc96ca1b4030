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

static enum tone of_all(const struct html *h, FILE *f)
{
	size_t trouble = count_trouble(&h->table);
	bool whole = !h->cut_short && !trouble;

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

	if (!p.missed || tone < TONE_PLAIN)
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
	size_t counts[CHANGE_COUNT] = { 0 }, shown = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		for (size_t c = CHANGE_SAME; c < CHANGE_COUNT; c++)
			counts[c] += h->views[i].changes[c];
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (!counts[order[i]])
			continue;
		fputs(shown++ ? ", "
			      : "<p class=\"lede\">Since the run it is held against: ",
			f);
		fprintf(f, "<b>%zu</b> %s", counts[order[i]], change_name(order[i]));
	}
	fputs(shown ? ".</p>\n" : "", f);
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
	put_numbers(f, &h->views[TABLE_CASES]);
	put_numbers(f, &h->views[TABLE_PROBES]);
	put_changes(h, f);
	put_proofs(h, f);
}
