/* The cases of a run, runtime by runtime. */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "observed.h"
#include "text.h"

/* One obligation with a hundred differences is still one: the records have them all. */
#define MISMATCHES_MOST 8

static const struct {
	enum outcome outcome;
	enum kind kind;
	enum ink ink;
	const char *title, *meaning;
} sections[] = {
	{ OUTCOME_FAIL, KIND_SILENTLY_IGNORED, INK_ALARM, "SILENTLY IGNORED",
		"accepted, exit status 0, and not done: nobody would notice" },
	{ OUTCOME_FAIL, KIND_WRONG, INK_RED, "WRONG", "accepted, and done differently" },
	{ OUTCOME_FAIL, KIND_REFUSED, INK_RED, "REFUSED",
		"the kernel can, the runtime would not" },
	{ OUTCOME_FAIL, KIND_CLAIM_FALSE, INK_RED, "CLAIM FALSE",
		"`features` says it can, and it cannot" },
	{ OUTCOME_FAIL, KIND_CLAIM_MISSING, INK_RED, "CLAIM MISSING",
		"it can, and `features` does not say so" },
	{ OUTCOME_FAIL, KIND_RESIDUE, INK_RED, "RESIDUE",
		"something was left on the host" },
	{ OUTCOME_FAIL, KIND_NONE, INK_RED, "FAIL", "the obligation was broken" },
	{ OUTCOME_ERROR, KIND_COUNT, INK_MAGENTA, "ERROR",
		"we could not find out: the fixture or plimsoll itself" },
};

/* The cases of one runtime. */
struct group {
	const struct run *run;
	const char *runtime;
};

static const struct record *case_of(const struct group *g, size_t i)
{
	const struct record *rec = &g->run->recs[i];

	if (rec->type != RECORD_CASE || strcmp(rec->runtime, g->runtime))
		return NULL;
	return rec;
}

/* "write/vol/sub: wanted EROFS, got ok" for each fact that was not as wanted. */
static void mismatches(const struct page *p, const struct record *rec)
{
	size_t all = observed_count(rec), shown = 0;

	for (size_t i = 0; i < all && i < MISMATCHES_MOST; i++) {
		_cleanup_free_ char *text = observed_text(rec, i);
		if (text)
			page_item(p, shown++ ? "" : "observed", text);
	}
	if (all > MISMATCHES_MOST) {
		char more[64];
		snprintf(more, sizeof(more), "%zu more, see the records",
			all - MISMATCHES_MOST);
		page_item(p, "", more);
	}
}

/* "must: a bind mount asked for with rro is read-only all the way down" */
static void obligation(const struct page *p, const struct record *rec)
{
	const char *level = record_text(rec, "level");
	const char *spec = record_text(rec, "spec");
	const char *since = record_text(rec, "since");
	_cleanup_free_ char *clause = NULL;

	page_item(p, *level ? level : "must", rec->about);
	if (asprintf(&clause, "%s%s%s", spec, *since ? ", since " : "", since) > 0)
		page_item(p, "spec", *since && !*spec ? clause + 2 : clause);
}

/* What the reference made of it. That we are at fault because of it, the detail has said. */
static void arbiter(const struct page *p, const struct record *rec)
{
	const json_t *said = json_object_get(rec->json, "arbiter");
	const char *outcome = json_string_value(json_object_get(said, "outcome"));
	const char *detail = json_string_value(json_object_get(said, "detail"));
	_cleanup_free_ char *text = NULL;
	bool passes = outcome && outcome_from_name(outcome) == OUTCOME_PASS;
	bool fails = outcome && outcome_from_name(outcome) == OUTCOME_FAIL;

	if (passes)
		page_item(p, "arbiter", "the reference passes here");
	if (!outcome || passes || (fails && rec->outcome == OUTCOME_ERROR))
		return;
	if (asprintf(&text, "the reference %s%s%s",
		    fails ? "fails, too" : "could not be asked", detail ? ": " : "",
		    detail ? detail : "") >= 0)
		page_item(p, "arbiter", text);
}

static void one_case(const struct page *p, const struct record *rec)
{
	_cleanup_free_ char *seen = record_seen(rec);

	fputs("  ", p->out);
	page_ink(p, INK_BOLD, rec->name, 0);
	if (*rec->id) {
		fputs("  ", p->out);
		page_ink(p, INK_DIM, rec->id, 0);
	}
	putc('\n', p->out);
	if (gate_of(rec) == GATE_KNOWN)
		page_item(
			p, "known", "it fails in the baseline, too, and does not count");
	obligation(p, rec);
	mismatches(p, rec);
	/* A detail that only repeats the first mismatch has been said. */
	if (rec->outcome == OUTCOME_ERROR || !strstr(rec->detail, ": wanted "))
		page_item(p, "seen", seen ? seen : rec->detail);
	if (rec->fault != FAULT_NONE)
		page_item(p, "fault", fault_name(rec->fault));
	arbiter(p, rec);
	page_item(p, "cause", rec->cause);
	page_item(p, "remedy", rec->remedy);
	text_log(p, rec);
	page_item(p, "fixture", rec->file);
}

static void broken(const struct page *p, const struct group *g, size_t which)
{
	bool begun = false;

	for (size_t i = 0; i < g->run->count; i++) {
		const struct record *rec = case_of(g, i);
		if (!rec || rec->outcome != sections[which].outcome)
			continue;
		if (sections[which].kind != KIND_COUNT &&
			rec->kind != sections[which].kind)
			continue;
		if (!begun)
			page_heading(p, sections[which].ink, sections[which].title,
				sections[which].meaning);
		begun = true;
		one_case(p, rec);
	}
}

struct chosen {
	const struct group *g;
	const struct record *like; /* for the same reason as this one */
	enum outcome outcome;      /* or with this outcome */
};

static const struct record *with_outcome(const struct chosen *c, size_t i)
{
	const struct record *rec = case_of(c->g, i);

	return rec && rec->outcome == c->outcome ? rec : NULL;
}

static const struct record *same_reason(const struct chosen *c, size_t i)
{
	const struct record *rec = with_outcome(c, i);

	if (!rec || strcmp(rec->detail, c->like->detail) ||
		strcmp(rec->cause, c->like->cause) ||
		strcmp(rec->remedy, c->like->remedy) ||
		strcmp(rec->stage, c->like->stage) || strcmp(rec->err, c->like->err) ||
		rec->fault != c->like->fault)
		return NULL;
	return rec;
}

static struct text_name name_with_outcome(const void *ctx, size_t i)
{
	return record_text_name(with_outcome(ctx, i));
}

static struct text_name name_of_same_reason(const void *ctx, size_t i)
{
	return record_text_name(same_reason(ctx, i));
}

static bool is_first(const struct chosen *c, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_reason(c, i))
			return false;
	return true;
}

/* Cases that were not asked, put together by the reason why. */
static void not_asked(const struct page *p, const struct group *g, enum outcome outcome,
	const char *title, const char *meaning)
{
	bool begun = false;

	for (size_t i = 0; i < g->run->count; i++) {
		struct chosen c = { .g = g, .outcome = outcome };
		if (!(c.like = with_outcome(&c, i)) || !is_first(&c, i))
			continue;
		if (!begun)
			page_heading(p, outcome_ink(outcome), title, meaning);
		begun = true;
		text_names(p, 2, g->run->count, name_of_same_reason, &c);
		_cleanup_free_ char *seen = record_seen(c.like);
		page_item(p, "why", seen ? seen : c.like->detail);
		text_fault(p, c.like);
		page_item(p, "cause", c.like->cause);
		page_item(p, "remedy", c.like->remedy);
	}
}

static size_t count_outcome(const struct group *g, enum outcome outcome)
{
	const struct chosen c = { .g = g, .outcome = outcome };
	size_t count = 0;

	for (size_t i = 0; i < g->run->count; i++)
		count += with_outcome(&c, i) != NULL;
	return count;
}

static void runtime_heading(
	const struct page *p, const struct group *g, const struct record *first)
{
	const char *version = record_text(first, "runtime_version");
	size_t kept = count_outcome(g, OUTCOME_PASS),
	       failed = count_outcome(g, OUTCOME_FAIL);
	_cleanup_free_ char *title = NULL;
	char meaning[80] = "nothing could be judged";

	if (kept + failed)
		snprintf(meaning, sizeof(meaning),
			"keeps %zu of the %zu obligations judged", kept, kept + failed);
	if (asprintf(&title, "RUNTIME %s%s%s", g->runtime, *version ? " " : "", version) >
		0)
		page_heading(p, INK_BOLD, title, meaning);
}

static void one_runtime(
	const struct page *p, const struct group *g, const struct record *first)
{
	const struct chosen kept = { .g = g, .outcome = OUTCOME_PASS };
	char meaning[64];

	runtime_heading(p, g, first);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		broken(p, g, i);
	not_asked(p, g, OUTCOME_DENIED, "NOT ASKED: DENIED",
		"a policy refuses what these cases need");
	not_asked(p, g, OUTCOME_ABSENT, "NOT ASKED: ABSENT",
		"this kernel does not offer what these cases need");
	if (count_outcome(g, OUTCOME_PASS) == 0)
		return;
	snprintf(meaning, sizeof(meaning), "%zu kept", count_outcome(g, OUTCOME_PASS));
	page_heading(p, INK_GREEN, "PASS", meaning);
	text_names(p, 2, g->run->count, name_with_outcome, &kept);
}

static bool seen_before(const struct run *run, size_t at)
{
	const struct group g = { run, run->recs[at].runtime };

	for (size_t i = 0; i < at; i++)
		if (case_of(&g, i))
			return true;
	return false;
}

int text_cases(const struct page *p, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct group g = { run, run->recs[i].runtime };
		if (run->recs[i].type == RECORD_CASE && !seen_before(run, i))
			one_runtime(p, &g, &run->recs[i]);
	}
	return 0;
}
