/*
 * What changed since another run: what is worse first, each thing once for all who asked. Names
 * are condensed; what containers ask for most often is told in words.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "text.h"

/* With no more checks than this each is told in words. */
#define WORDS_MOST 8
#define NAME_WIDTH 26

static const struct section {
	enum change change;
	enum ink ink;
	const char *title, *meaning;
	size_t reasons_most; /* with more of them only the outcomes are told */
	bool words;          /* say what it is */
} sections[] = {
	{ CHANGE_REGRESSED, INK_RED, "REGRESSED",
		"it passed, or was not asked, and now it fails or is missing", SIZE_MAX },
	{ CHANGE_UNKNOWN, INK_MAGENTA, "NO LONGER KNOWN",
		"we failed to ask what was known", SIZE_MAX },
	{ CHANGE_FIXED, INK_GREEN, "FIXED", "now it passes", 0, true },
	{ CHANGE_OTHER, INK_YELLOW, "CHANGED",
		"another verdict, neither better nor worse", 4 },
	{ CHANGE_CAUSE, INK_YELLOW, "CAUSE CHANGED",
		"the same outcome, from another cause", 3 },
	{ CHANGE_NEW, INK_BLUE, "NEW", "the other run had no such check", 0 },
	{ CHANGE_GONE, INK_BLUE, "GONE", "only the other run had it", 0 },
	{ CHANGE_SAME, INK_DIM, "THE SAME", "nothing that matters is different", 0 },
};

/* A check in a section; after merging, for all who say the same of it. */
struct entry {
	const struct record *rec;
	char *title; /* "pass → absent" */
	char *why;   /* what else has to be the same to be told together */
	char *who;   /* "root and user" */
	bool matters;
};

struct entries {
	struct entry *list;
	size_t count;
	bool say_askers, say_runtimes;
};

/* --- entries --- */

static void entries_free(struct entries *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->list[i].title);
		free(e->list[i].why);
		free(e->list[i].who);
	}
	free(e->list);
	*e = (struct entries) { 0 };
}

static char *title_of(const struct section *s, const struct record *rec)
{
	const struct verdict_words was =
		verdict_words(record_was(rec, "outcome"), record_was(rec, "kind"));
	const struct verdict_words is =
		verdict_words(outcome_name(rec->outcome), kind_name(rec->kind));
	char *text;

	if (s->change == CHANGE_FIXED || s->change == CHANGE_GONE)
		return asprintf(&text, "was %s", was.text) < 0 ? NULL : text;
	if (!*was.text || !strcmp(was.text, is.text))
		return strdup(is.text);
	return asprintf(&text, "%s → %s", was.text, is.text) < 0 ? NULL : text;
}

/* A kernel that does not offer it says so in many ways: they are not told apart. */
static const char *seen_of(const struct record *rec)
{
	return *rec->cause || rec->outcome == OUTCOME_ABSENT ? "" : rec->detail;
}

static char *why_of(const struct record *rec)
{
	char *text;

	return asprintf(&text, "%s\n%s\n%s\n%s", rec->cause, rec->remedy, seen_of(rec),
		       rec->change == CHANGE_CAUSE ? record_was(rec, "cause") : "") < 0
		? NULL
		: text;
}

static int fill_entry(struct entry *e, const struct section *s, const struct record *rec)
{
	*e = (struct entry) { .rec = rec,
		.title = title_of(s, rec),
		.why = s->reasons_most ? why_of(rec) : strdup(""),
		.who = strdup(*rec->runtime ? rec->runtime : rec->asker),
		.matters = s->words && rec->type == RECORD_PROBE &&
			summary_asks(rec->name) };
	return e->title && e->why && e->who ? 0 : -ENOMEM;
}

static bool belongs(const struct section *s, const struct record *rec, bool baseline)
{
	if (rec->type == RECORD_ENV || rec->type == RECORD_END ||
		rec->change != s->change)
		return false;
	return s->change != CHANGE_SAME || !baseline || gate_of(rec) == GATE_KNOWN;
}

static int by_name(const struct entry *a, const struct entry *b)
{
	int order = strcmp(a->rec->name, b->rec->name);

	if (!order)
		order = strcmp(a->rec->subject, b->rec->subject);
	if (!order)
		order = strcmp(record_text(a->rec, "call"), record_text(b->rec, "call"));
	if (!order)
		order = strcmp(
			record_text(a->rec, "answer"), record_text(b->rec, "answer"));
	return order;
}

static int by_reason(const struct entry *a, const struct entry *b)
{
	int order = (int)a->rec->type - (int)b->rec->type;

	if (!order)
		order = strcmp(a->title, b->title);
	return order ? order : strcmp(a->why, b->why);
}

/* Those who say the same of a check stand together. */
static int for_merging(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = by_reason(a, b);

	if (!order)
		order = by_name(a, b);
	return order ? order : strcmp(a->who, b->who);
}

static int urgency(const struct record *rec)
{
	bool silent = rec->outcome == OUTCOME_FAIL && rec->kind == KIND_SILENTLY_IGNORED;

	return 2 * outcome_weight(rec->outcome) + silent;
}

/* What is told together stands together; most urgent first. */
static int for_telling(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = (int)b->matters - (int)a->matters;

	if (!order)
		order = urgency(b->rec) - urgency(a->rec);
	if (!order)
		order = by_reason(a, b);
	if (!order)
		order = strcmp(a->who, b->who);
	return order ? order : by_name(a, b);
}

static int join(char **who, const char *other)
{
	char *text;

	if (asprintf(&text, "%s, %s", *who, other) < 0)
		return -ENOMEM;
	free(*who);
	*who = text;
	return 0;
}

/* One entry for all who say the same of a check. */
static int merge(struct entries *e)
{
	size_t kept = 0;
	int r = 0;

	qsort(e->list, e->count, sizeof(*e->list), for_merging);
	for (size_t i = 1; i < e->count; i++) {
		struct entry *last = &e->list[kept], *here = &e->list[i];
		if (by_reason(last, here) || by_name(last, here) || r < 0) {
			struct entry other = e->list[++kept];
			e->list[kept] = *here;
			if (kept != i)
				*here = other;
		} else if (strcmp(last->who, here->who) != 0) {
			r = join(&last->who, here->who);
		}
	}
	for (size_t i = kept + 1; i < e->count; i++) {
		free(e->list[i].title);
		free(e->list[i].why);
		free(e->list[i].who);
	}
	e->count = e->count ? kept + 1 : 0;
	qsort(e->list, e->count, sizeof(*e->list), for_telling);
	return r;
}

static int collect(
	struct entries *e, const struct section *s, const struct run *run, bool baseline)
{
	int r = 0;

	e->list = calloc(run->count, sizeof(*e->list));
	if (!e->list)
		return -ENOMEM;
	for (size_t i = 0; i < run->count && r == 0; i++)
		if (belongs(s, &run->recs[i], baseline))
			r = fill_entry(&e->list[e->count++], s, &run->recs[i]);
	return r == 0 ? merge(e) : r;
}

/* --- on the page --- */

static struct text_name name_entry(const void *ctx, size_t i)
{
	return record_text_name(((const struct entry *)ctx)[i].rec);
}

static bool says_who(const struct entries *e, const struct entry *of)
{
	return *of->who && (*of->rec->runtime ? e->say_runtimes : e->say_askers);
}

/* "  cases of runc, pass → fail (wrong) (3)" */
static void put_lead(const struct page *p, const struct entries *e,
	const struct entry *head, size_t count)
{
	static const char *const types[RECORD_TYPE_COUNT] = { [RECORD_PROBE] = "",
		[RECORD_CASE] = "cases",
		[RECORD_PROOF] = "proofs",
		[RECORD_PROFILE] = "profiles",
		[RECORD_BOOT] = "boots" };
	const char *type = types[head->rec->type];
	bool who = says_who(e, head);
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%s%s%s%s%s%s (%zu)", head->title, *type ? ", " : "", type,
		    who && !*type ? "," : "",
		    !who                          ? ""
			    : *head->rec->runtime ? " of "
						  : " as ",
		    who ? head->who : "", "", count) < 0)
		return;
	fputs("  ", p->out);
	page_wrap(p, 2, 4, text);
}

static void put_reason(const struct page *p, const struct entry *head, size_t count)
{
	const struct record *rec = head->rec;
	_cleanup_free_ char *seen = record_seen(rec);

	if (rec->change == CHANGE_CAUSE)
		page_item(p, "was",
			*record_was(rec, "cause") ? record_was(rec, "cause")
						  : record_was(rec, "detail"));
	page_item(p, "cause", rec->cause);
	if (!*rec->cause && (count == 1 || *seen_of(rec)))
		page_item(p, "seen", seen ? seen : rec->detail);
	page_item(p, "remedy", rec->remedy);
}

/* How many from here are told together. */
static size_t together(const struct entries *e, size_t from)
{
	size_t i = from + 1;

	while (i < e->count && !by_reason(&e->list[from], &e->list[i]) &&
		!strcmp(e->list[from].who, e->list[i].who) &&
		e->list[from].matters == e->list[i].matters)
		i++;
	return i - from;
}

static size_t count_groups(const struct entries *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->count; i += together(e, i))
		n++;
	return n;
}

/* "  idmap/tmpfs  was absent, root, user: an id-mapped mount of a tmpfs shows ..." */
static void put_words(
	const struct page *p, const struct entries *e, const struct entry *of)
{
	_cleanup_free_ char *name = NULL, *line = NULL;
	bool who = says_who(e, of);

	if (asprintf(&name, "%s%s%s", of->rec->name, *of->rec->subject ? " on " : "",
		    of->rec->subject) < 0 ||
		asprintf(&line, "%s%s%s%s%s", of->title, who ? ", " : "",
			who ? of->who : "", *of->rec->about ? ": " : "",
			of->rec->about) < 0)
		return;
	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name, NAME_WIDTH);
	fputs("  ", p->out);
	int width = page_width(name);
	page_wrap(p, 4 + (width > NAME_WIDTH ? width : NAME_WIDTH), 4 + NAME_WIDTH, line);
}

static void put_entries(
	const struct page *p, const struct entries *e, const struct section *s)
{
	bool words = s->words && e->count <= WORDS_MOST;
	size_t count;

	for (size_t i = 0; i < e->count; i += count) {
		const struct entry *head = &e->list[i];
		count = 1;
		if (words || head->matters) {
			put_words(p, e, head);
			continue;
		}
		count = together(e, i);
		put_lead(p, e, head, count);
		text_names(p, 4, count, name_entry, head);
		if (s->reasons_most)
			put_reason(p, head, count);
	}
}

/* Who asks, and of what: only told where there are several. */
static void look_around(struct entries *e, const struct run *run)
{
	const json_t *now = json_object_get(
		json_object_get(run->recs[0].json, "compared_with"), "now");
	const char *asker = NULL, *runtime = NULL;

	e->say_askers = json_array_size(json_object_get(now, "askers")) > 1;
	for (size_t i = 1; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (*rec->asker) {
			e->say_askers |= asker && strcmp(asker, rec->asker);
			asker = rec->asker;
		}
		if (*rec->runtime) {
			e->say_runtimes |= runtime && strcmp(runtime, rec->runtime);
			runtime = rec->runtime;
		}
	}
}

static int put_section(const struct page *p, const struct section *s,
	const struct run *run, bool baseline)
{
	_cleanup_(entries_free) struct entries e = { 0 };
	struct section brief = *s;
	bool known = s->change == CHANGE_SAME && baseline;

	look_around(&e, run);
	int r = collect(&e, s, run, baseline);
	if (r == 0 && count_groups(&e) > s->reasons_most) {
		entries_free(&e);
		look_around(&e, run);
		brief.reasons_most = 0;
		r = collect(&e, &brief, run, baseline);
	}
	if (r < 0 || !e.count)
		return r;
	page_heading(p, s->ink, known ? "KNOWN" : s->title,
		known ? "it fails as it does in the baseline, and does not count"
		      : s->meaning);
	put_entries(p, &e, &brief);
	return 0;
}

int text_changes(const struct page *p, const struct run *run)
{
	bool baseline = text_compared(run) == TEXT_BASELINE;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sections) && r == 0; i++)
		r = put_section(p, &sections[i], run, baseline);
	return r;
}
