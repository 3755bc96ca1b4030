/* What formats for people have in common. */
#include <errno.h>
#include <string.h>

#include "text.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_LEAST   40

struct page text_page(const struct report_to *to)
{
	int columns = to->columns ? to->columns : COLUMNS_DEFAULT;

	return (struct page) {
		.out = to->out,
		.colour = to->colour,
		.columns = columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns,
	};
}

int run_keep(struct run *run, const struct record *rec)
{
	if (run->count == run->room) {
		size_t room = run->room ? 2 * run->room : 64;
		struct record *recs = reallocarray(run->recs, room, sizeof(*recs));
		if (!recs)
			return -ENOMEM;
		run->recs = recs;
		run->room = room;
	}
	run->recs[run->count++] = record_ref(rec);
	return 0;
}

void run_forget(struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		record_release(&run->recs[i]);
	free(run->recs);
	*run = (struct run) { 0 };
}

enum ink outcome_ink(enum outcome o)
{
	static const enum ink inks[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = INK_GREEN,
		[OUTCOME_FAIL] = INK_RED,
		[OUTCOME_ABSENT] = INK_BLUE,
		[OUTCOME_DENIED] = INK_YELLOW,
		[OUTCOME_ERROR] = INK_MAGENTA,
	};
	return inks[o];
}

int outcome_weight(enum outcome o)
{
	static const int weights[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = 0,
		[OUTCOME_ABSENT] = 1,
		[OUTCOME_DENIED] = 2,
		[OUTCOME_ERROR] = 3,
		[OUTCOME_FAIL] = 4,
	};
	return weights[o];
}

char *record_seen(const struct record *rec)
{
	const char *stage = strstr(rec->detail, rec->stage) ? "" : rec->stage;
	const char *err = strstr(rec->detail, rec->err) ? "" : rec->err;
	char *seen;

	if (asprintf(&seen, "%s%s%s%s%s", stage, *stage && *err ? ": " : "", err,
		    (*stage || *err) && *rec->detail ? ": " : "", rec->detail) < 0)
		return NULL;
	return seen;
}

void text_fault(const struct page *p, const struct record *rec)
{
	static const enum fault implied[OUTCOME_COUNT] = {
		[OUTCOME_DENIED] = FAULT_POLICY,
		[OUTCOME_ABSENT] = FAULT_KERNEL,
	};
	if (rec->fault != implied[rec->outcome])
		page_item(p, "fault", fault_name(rec->fault));
}

static size_t area_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash - name : 0;
}

static bool same_area(struct text_name a, struct text_name b)
{
	size_t len = a.name ? area_length(a.name) : 0;

	return len && b.name && len == area_length(b.name) &&
		!strncmp(a.name, b.name, len);
}

/* "; mnt: attach" or "; mnt/attach" or ", attach", by what stands before and behind. */
static void put_name(
	FILE *f, struct text_name before, struct text_name at, struct text_name behind)
{
	int area = area_length(at.name);
	const char *divide = before.name ? "; " : "";

	if (same_area(before, at))
		fprintf(f, ", %s", at.name + area + 1);
	else if (same_area(at, behind))
		fprintf(f, "%s%.*s: %s", divide, area, at.name, at.name + area + 1);
	else
		fprintf(f, "%s%s", divide, at.name);
	if (*at.subject)
		fprintf(f, " on %s", at.subject);
}

void text_names(const struct page *p, int at, size_t count,
	struct text_name (*name)(const void *ctx, size_t i), const void *ctx)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	struct text_name before = { 0 }, here = { 0 };

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return;
	for (size_t i = 0; i <= count; i++) {
		struct text_name behind = { 0 };
		if (i < count && !(behind = name(ctx, i)).name)
			continue;
		if (here.name)
			put_name(f, before, here, behind);
		before = here;
		here = behind;
	}
	fclose(f);
	fprintf(p->out, "%*s", at, "");
	page_wrap(p, at, at, text);
}

struct text_name record_text_name(const struct record *rec)
{
	return rec ? (struct text_name) { rec->name, rec->subject }
		   : (struct text_name) { 0 };
}

void tally_add(struct tally *t, const struct record *rec)
{
	t->counts[rec->outcome]++;
	t->silent += rec->outcome == OUTCOME_FAIL && rec->kind == KIND_SILENTLY_IGNORED;
}

void tally_line(const struct page *p, const struct tally *t, const char *what)
{
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	const char *before = "";
	size_t all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		all += t->counts[i];
	if (!all)
		return;
	fprintf(p->out, "%zu %s%s: ", all, what, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		char text[32];
		if (!t->counts[order[i]])
			continue;
		snprintf(text, sizeof(text), "%zu %s", t->counts[order[i]],
			outcome_name(order[i]));
		fputs(before, p->out);
		page_ink(p, outcome_ink(order[i]), text, 0);
		if (order[i] == OUTCOME_FAIL && t->silent)
			fprintf(p->out, " (%zu silently ignored)", t->silent);
		before = ", ";
	}
	putc('\n', p->out);
}
