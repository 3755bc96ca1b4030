/* What is wrong, the worst first: a check once, with where it is so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "markdown.h"

#define PLACES_MOST 8
#define NAME_MOST   100

/* More columns than these are not told apart. */
#define COLUMNS_MOST 100

/* One check with one verdict that is wrong. */
struct wrong {
	enum markdown_wrong how;
	enum table_kind part;
	const struct table_row *row;
	const struct table_answer *answer; /* the first that says so */
};

enum markdown_wrong markdown_wrong(const struct table_answer *a)
{
	bool bad = a->outcome == OUTCOME_FAIL || a->outcome == OUTCOME_ERROR;

	switch (a->change) {
	case CHANGE_NONE:
	case CHANGE_NEW:
	case CHANGE_REGRESSED:
	case CHANGE_UNKNOWN:
		break;
	case CHANGE_GONE:
		return WRONG_COUNT;
	default:
		return bad ? WRONG_KNOWN : WRONG_COUNT;
	}
	if (a->outcome == OUTCOME_FAIL)
		return a->kind == KIND_SILENTLY_IGNORED ? WRONG_SILENT : WRONG_FAIL;
	if (a->change == CHANGE_REGRESSED)
		return WRONG_REGRESSED;
	return bad || a->change == CHANGE_UNKNOWN ? WRONG_ERROR : WRONG_COUNT;
}

enum markdown_wrong markdown_trouble(const struct table *t, const struct table_run *run)
{
	if (!*run->trouble)
		return WRONG_COUNT;
	return run->boot == TABLE_NONE ? WRONG_ERROR
				       : markdown_wrong(&t->answers[run->boot]);
}

enum markdown_wrong markdown_missed(const struct table *t, const struct table_row *row)
{
	enum markdown_wrong worst = WRONG_COUNT;

	for (uint32_t i = row->missed_first; i != TABLE_NONE; i = t->answers[i].next) {
		enum markdown_wrong how = markdown_wrong(&t->answers[i]);
		worst = how < worst ? how : worst;
	}
	return worst;
}

static bool same_verdict(const struct table_answer *a, const struct table_answer *b)
{
	return a && a->outcome == b->outcome && a->kind == b->kind &&
		a->change == b->change;
}

static void put_title(const struct wrong *w, FILE *out)
{
	static const char *const words[CHANGE_COUNT] = {
		[CHANGE_REGRESSED] = "regressed",
		[CHANGE_UNKNOWN] = "no longer known",
		[CHANGE_OTHER] = "was otherwise",
		[CHANGE_CAUSE] = "from another cause",
		[CHANGE_NEW] = "new",
	};
	const struct table_answer *a = w->answer;

	fputs("- **", out);
	if (w->part == TABLE_PROFILES && a->outcome == OUTCOME_FAIL)
		fputs("not ready", out);
	else if (a->outcome == OUTCOME_FAIL && a->kind == KIND_SILENTLY_IGNORED)
		fputs("silently ignored", out);
	else if (a->outcome == OUTCOME_FAIL && a->kind)
		fprintf(out, "%s", kind_name(a->kind));
	else
		fprintf(out, "%s", outcome_name(a->outcome));
	if (words[a->change])
		fprintf(out, ", %s", words[a->change]);
	fputs("** ", out);
	markdown_code(out, w->row->name, NAME_MOST);
	if (*w->row->subject)
		fputs(" on ", out);
	markdown_code(out, w->row->subject, NAME_MOST);
}

/* Is column `i` the first of its `who`? */
static bool is_first(const struct table_part *part, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(part->columns[k].who, part->columns[i].who))
			return false;
	return true;
}

struct where {
	size_t asked, so;
};

static struct where count_of(
	const struct table *t, const struct wrong *w, const char *who)
{
	const struct table_part *part = &t->parts[w->part];
	struct where n = { 0, 0 };

	for (size_t i = 0; i < part->column_count; i++) {
		if (who && strcmp(part->columns[i].who, who) != 0)
			continue;
		const struct table_answer *a = table_at(t, w->row, i);
		n.asked += a != NULL;
		n.so += a && same_verdict(a, w->answer);
	}
	return n;
}

/* "`5.10`, `6.1` and 3 more" */
static void put_places(
	const struct table *t, const struct wrong *w, const char *who, FILE *out)
{
	const struct table_part *part = &t->parts[w->part];
	size_t n = 0;

	for (size_t i = 0; i < part->column_count; i++) {
		if (strcmp(part->columns[i].who, who) != 0 ||
			!same_verdict(table_at(t, w->row, i), w->answer) ||
			n++ >= PLACES_MOST)
			continue;
		fputs(n > 1 ? ", " : "", out);
		markdown_code(out, part->columns[i].title, NAME_MOST);
	}
	if (n > PLACES_MOST)
		fprintf(out, " and %zu more", n - PLACES_MOST);
}

/* ": `runc` on `5.10`, `6.1`; `crun`", nothing where there is but one column. */
static void put_where(const struct table *t, const struct wrong *w, FILE *out)
{
	const struct table_part *part = &t->parts[w->part];
	struct where all = count_of(t, w, NULL);
	size_t n = 0;

	if (part->column_count < 2)
		return;
	if (all.so == all.asked && all.so == part->column_count) {
		fputs(", everywhere", out);
		return;
	}
	if (part->column_count > COLUMNS_MOST) {
		fprintf(out, ", %zu times of %zu", all.so, all.asked);
		return;
	}
	for (size_t i = 0; i < part->column_count; i++) {
		if (!is_first(part, i))
			continue;
		const char *who = part->columns[i].who;
		struct where at = count_of(t, w, who);
		if (!at.so || n++ >= PLACES_MOST)
			continue;
		fputs(n > 1 ? "; " : ", on ", out);
		markdown_code(out, *who ? who : "nobody", NAME_MOST);
		if (at.so == at.asked)
			continue;
		fputs(" on ", out);
		put_places(t, w, who, out);
	}
	if (n > PLACES_MOST)
		fprintf(out, " and %zu more", n - PLACES_MOST);
}

/* How many ways there are of telling it. */
static size_t ways(const struct table *t, const struct wrong *w)
{
	size_t count = 0;

	for (uint32_t i = w->row->first; i != TABLE_NONE; i = t->answers[i].next)
		count += same_verdict(&t->answers[i], w->answer);
	return count;
}

static int put_one(
	const struct table *t, const struct wrong *w, struct markdown_part *part)
{
	struct markdown_item item;
	const struct table_row *row = w->row;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	put_title(w, out);
	put_where(t, w, out);
	putc('\n', out);
	if (*row->about) {
		fputs("  - asked: ", out);
		markdown_code(out, row->about, 0);
		fputs(*row->spec ? " by " : "", out);
		markdown_code(out, row->spec, NAME_MOST);
		putc('\n', out);
	}
	int r = markdown_put_evidence(t, w->answer, out);
	if (ways(t, w) > 1)
		fputs("  - elsewhere it is told in other words: see the records\n", out);
	int ended = markdown_end(part, &item);
	return r < 0 ? r : ended;
}

static int put_trouble(
	const struct table *t, const struct table_run *run, struct markdown_part *part)
{
	struct markdown_item item;
	int r = 0;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	fputs("- **not run to its end** ", out);
	markdown_code(out, run->label, NAME_MOST);
	fputs(*run->runtime ? " with " : "", out);
	markdown_code(out, run->runtime, NAME_MOST);
	fputs(": ", out);
	markdown_code(out, run->trouble, 0);
	putc('\n', out);
	if (run->boot != TABLE_NONE)
		r = markdown_put_evidence(t, &t->answers[run->boot], out);
	int ended = markdown_end(part, &item);
	return r < 0 ? r : ended;
}

static int put_missed(
	const struct table *t, const struct table_row *row, struct markdown_part *part)
{
	struct markdown_item item;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	fputs("- **not proved** ", out);
	markdown_code(out, row->name, NAME_MOST);
	fprintf(out, ": it did not notice %u of %u sabotages\n", row->missed,
		row->proofs);
	int r = markdown_put_evidence(t, &t->answers[row->missed_first], out);
	int ended = markdown_end(part, &item);
	return r < 0 ? r : ended;
}

/* Once for each verdict, however many ways there are to tell it. */
static void add_row(const struct table *t, enum table_kind kind,
	const struct table_row *row, struct wrong *list, size_t *count)
{
	size_t from = *count;

	for (uint32_t i = row->first; i != TABLE_NONE; i = t->answers[i].next) {
		const struct table_answer *a = &t->answers[i];
		bool known = markdown_wrong(a) == WRONG_COUNT ||
			(t->is_diff && a->change != CHANGE_NONE);
		for (size_t k = from; k < *count; k++)
			known = known || same_verdict(list[k].answer, a);
		if (!known)
			list[(*count)++] = (struct wrong) {
				.how = markdown_wrong(a),
				.part = kind,
				.row = row,
				.answer = a,
			};
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct wrong *one = a, *other = b;

	if (one->how != other->how)
		return one->how < other->how ? -1 : 1;
	if (one->part != other->part)
		return one->part < other->part ? -1 : 1;
	/* Rows are sorted by name. */
	return one->row < other->row ? -1 : one->row > other->row;
}

static bool belongs(enum markdown_wrong how, bool known)
{
	return how != WRONG_COUNT && (how == WRONG_KNOWN) == known;
}

static int put_rest(const struct table *t, bool known, struct markdown_part *part)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->run_count; i++)
		if (belongs(markdown_trouble(t, &t->runs[i]), known))
			r = put_trouble(t, &t->runs[i], part);
	for (size_t k = 0; r == 0 && k < TABLE_COUNT; k++) {
		const struct table_part *in = &t->parts[k];
		for (size_t i = 0; r == 0 && i < in->row_count; i++)
			if (belongs(markdown_missed(t, &in->rows[i]), known))
				r = put_missed(t, &in->rows[i], part);
	}
	return r;
}

static int put_list(const struct table *t, const struct wrong *list, size_t count,
	bool known, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = 0;

	struct markdown_part part = { .left = known ? MARKDOWN_KNOWN_MOST
						    : MARKDOWN_WRONG_MOST };
	if (!(part.out = open_memstream(&text, &size)))
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++)
		if (belongs(list[i].how, known))
			r = put_one(t, &list[i], &part);
	if (r == 0)
		r = put_rest(t, known, &part);
	if (fclose(part.out) == EOF || r < 0)
		return r < 0 ? r : -ENOMEM;
	if (!size && !part.missing)
		return 0;
	fprintf(out, "\n#### %s\n\n%s", known ? "Known, as before" : "What is wrong",
		text);
	if (part.missing)
		fprintf(out, "\n%zu more that are %s: see the HTML report.\n",
			part.missing, known ? "known" : "wrong");
	return 0;
}

int markdown_put_wrong(const struct table *t, FILE *out)
{
	/* An answer is of one row. */
	_cleanup_free_ struct wrong *list = calloc(t->answer_count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return -ENOMEM;
	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < t->parts[k].row_count; i++)
			add_row(t, k, &t->parts[k].rows[i], list, &count);
	qsort(list, count, sizeof(*list), by_weight);
	int r = put_list(t, list, count, false, out);
	return r < 0 ? r : put_list(t, list, count, true, out);
}
