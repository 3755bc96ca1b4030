/* Whether the checks are able to fail: what was taken away from them, and who noticed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "text.h"

/* One check and its sabotages. */
struct check {
	const char *of, *name;
	size_t sabotages, noticed;
};

static int by_name(const void *a, const void *b)
{
	const struct check *x = a, *y = b;
	int order = strcmp(x->of, y->of);

	return order ? order : strcmp(x->name, y->name);
}

/* One entry for each check that passed or was sabotaged. Returns how many. */
static size_t collect(const struct run *run, struct check *checks)
{
	size_t n = 0, to = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		bool proof = rec->type == RECORD_PROOF;
		bool check = rec->type == RECORD_PROBE || rec->type == RECORD_CASE;
		if (!proof && (!check || rec->outcome != OUTCOME_PASS))
			continue;
		checks[n++] = (struct check) {
			.of = proof ? record_text(rec, "of") : record_text(rec, "type"),
			.name = rec->name,
			.sabotages = proof,
			.noticed = proof && rec->outcome == OUTCOME_PASS,
		};
	}
	qsort(checks, n, sizeof(*checks), by_name);
	for (size_t i = 0; i < n; i++) {
		if (to && by_name(&checks[to - 1], &checks[i]) == 0) {
			checks[to - 1].sabotages += checks[i].sabotages;
			checks[to - 1].noticed += checks[i].noticed;
		} else {
			checks[to++] = checks[i];
		}
	}
	return to;
}

static void not_noticed(const struct page *p, const struct run *run)
{
	bool begun = false;

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_PROOF || rec->outcome == OUTCOME_PASS)
			continue;
		if (!begun)
			page_heading(p, INK_RED, "NOT PROVED",
				"sabotaged, and did not notice: its pass says nothing");
		begun = true;
		fprintf(p->out, "  ");
		page_ink(p, INK_BOLD, rec->name, 0);
		putc('\n', p->out);
		page_item(p, "check", record_text(rec, "of"));
		page_item(p, "subject", rec->subject);
		page_item(p, "asker", rec->asker);
		page_item(p, "runtime", rec->runtime);
		page_item(p, "taken", record_text(rec, "call"));
		page_item(p, "answer", record_text(rec, "answer"));
		page_item(p, "outcome", outcome_name(rec->outcome));
		page_item(p, "seen", rec->detail);
		text_log(p, rec);
	}
	if (begun)
		putc('\n', p->out);
}

/* Checks that pass and that nothing was taken away from. */
static void unproved_names(const struct page *p, const struct check *checks, size_t n)
{
	_cleanup_free_ char *text = NULL;
	size_t size, count = 0;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return;
	for (size_t i = 0; i < n; i++)
		if (!checks[i].sabotages)
			fprintf(f, "%s %s",
				count++ ? "," : "not sabotaged, so not proved:",
				checks[i].name);
	fclose(f);
	if (count)
		page_wrap(p, 0, 2, text);
}

/* Never rounded up: 100 % is said of all and of nothing less. */
static int percent(size_t part, size_t all)
{
	return (int)(100 * part / all);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* A run that was not asked to prove anything need not say that it did not. */
static void proved_line(
	const struct page *p, const struct check *checks, size_t n, bool asked)
{
	size_t sabotaged = 0, proved = 0, sabotages = 0;

	for (size_t i = 0; i < n; i++) {
		sabotages += checks[i].sabotages;
		sabotaged += checks[i].sabotages > 0;
		proved += checks[i].sabotages > 0 &&
			checks[i].noticed == checks[i].sabotages;
	}
	if (!sabotaged && !asked)
		return;
	if (!sabotaged) {
		page_wrap(p, 0, 2, "proved: nothing, there was no check to sabotage");
		return;
	}
	unproved_names(p, checks, n);
	fprintf(p->out,
		"proved: %zu of %zu check%s said no when sabotaged (%zu sabotage%s): ",
		proved, sabotaged, plural(sabotaged), sabotages, plural(sabotages));
	fprintf(p->out, "%d %%\n", percent(proved, sabotaged));
}

int text_proofs(const struct page *p, const struct run *run)
{
	_cleanup_free_ struct check *checks = calloc(run->count + 1, sizeof(*checks));

	if (!checks)
		return -ENOMEM;
	size_t n = collect(run, checks);
	not_noticed(p, run);
	proved_line(
		p, checks, n, json_is_true(json_object_get(run->recs[0].json, "prove")));
	return 0;
}
