/* Probes x kernels: only what is not the same good answer everywhere has a row. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define NO_ANSWER (-1)

static bool taken(const void *ctx, size_t i)
{
	return ((const struct matrix_kernels *)ctx)->list[i].in_probes;
}

int probes_begin(
	struct matrix_probes *t, struct matrix_kernels *ks, struct matrix_run *run)
{
	int r = kernels_place(ks, &run->kernel, taken, ks, &run->place);

	if (r == 0)
		ks->list[run->place].in_probes = true;
	return r;
}

static struct question *question_of(struct matrix_probes *t, const struct record *rec)
{
	_cleanup_free_ char *name = page_line(rec->name, 0),
			    *subject = page_line(rec->subject, 0),
			    *asker = page_line(rec->asker, 0);

	if (!name || !subject || !asker)
		return NULL;
	for (size_t i = 0; i < t->count; i++) {
		struct question *q = &t->list[i];
		if (!strcmp(q->name, name) && !strcmp(q->subject, subject) &&
			!strcmp(q->asker, asker))
			return q;
	}
	struct question *list = matrix_room(t->list, t->count, sizeof(*list));
	if (!list)
		return NULL;
	t->list = list;
	list[t->count] = (struct question) {
		.name = TAKE_PTR(name),
		.subject = TAKE_PTR(subject),
		.asker = TAKE_PTR(asker),
	};
	return &list[t->count++];
}

static int answer_of(const struct question *q, size_t kernel)
{
	return kernel < q->room ? q->answers[kernel] : NO_ANSWER;
}

static int answer(struct question *q, size_t kernel, enum outcome outcome)
{
	int known = answer_of(q, kernel);

	if (kernel >= q->room) {
		size_t room = 2 * kernel + 8;
		signed char *answers = realloc(q->answers, room);
		if (!answers)
			return -ENOMEM;
		memset(answers + q->room, NO_ANSWER, room - q->room);
		q->answers = answers;
		q->room = room;
	}
	if (known < 0 || outcome_weight(known) < outcome_weight(outcome))
		q->answers[kernel] = outcome;
	return 0;
}

int probes_record(
	struct matrix_probes *t, const struct matrix_run *run, const struct record *rec)
{
	struct question *q = question_of(t, rec);
	int r = q ? answer(q, run->place, rec->outcome) : -ENOMEM;

	if (r == 0 && json_array_size(json_object_get(rec->json, "kernel_log")))
		r = findings_add(&t->findings, FOUND_WARNED, NOWHERE, run->place, rec);
	return r;
}

int probes_proof(
	struct matrix_probes *t, const struct matrix_run *run, const struct record *rec)
{
	if (rec->outcome == OUTCOME_PASS)
		return 0;
	return findings_add(&t->findings, FOUND_UNPROVED, NOWHERE, run->place, rec);
}

int probes_end(struct matrix_probes *t, const struct matrix_run *run)
{
	if (!run->trouble)
		return 0;
	size_t count = run->place + 1;
	if (count > t->trouble_count) {
		const char **list = reallocarray(t->troubles, count, sizeof(*list));
		if (!list)
			return -ENOMEM;
		memset(list + t->trouble_count, 0,
			(count - t->trouble_count) * sizeof(*list));
		t->troubles = list;
		t->trouble_count = count;
	}
	t->troubles[run->place] = run->trouble;
	return 0;
}

static const char *trouble_of(const struct matrix_probes *t, size_t kernel)
{
	return kernel < t->trouble_count ? t->troubles[kernel] : NULL;
}

/* What is asked first: root's answers; without them, those of whoever comes first. */
static const char *main_asker(const struct matrix_probes *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(t->list[i].asker, "root"))
			return "root";
	return t->count ? t->list[0].asker : "";
}

/* Did it pass on all kernels whose run came to its end? */
static bool passes(const struct matrix_probes *t, const struct matrix_kernels *ks,
	const struct question *q)
{
	for (size_t i = 0; i < ks->count; i++) {
		int got = answer_of(q, i);
		if (!ks->list[i].in_probes || got == OUTCOME_PASS)
			continue;
		if (got != NO_ANSWER || !trouble_of(t, i))
			return false;
	}
	return true;
}

static const struct question *same_by(
	const struct matrix_probes *t, const struct question *q, const char *asker)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct question *other = &t->list[i];
		if (!strcmp(other->name, q->name) &&
			!strcmp(other->subject, q->subject) &&
			!strcmp(other->asker, asker))
			return other;
	}
	return NULL;
}

/* Has a row: not good everywhere, or not what the main asker was told. */
static bool is_row(const struct matrix_probes *t, const struct matrix_kernels *ks,
	const struct question *q, const char *asker)
{
	const struct question *first =
		strcmp(q->asker, asker) ? same_by(t, q, asker) : NULL;

	if (!first)
		return !passes(t, ks, q);
	for (size_t i = 0; i < ks->count; i++)
		if (answer_of(q, i) != NO_ANSWER &&
			answer_of(q, i) != answer_of(first, i))
			return true;
	return false;
}

static const char *answer_text(int outcome)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = "pass",
		[OUTCOME_FAIL] = "FAIL",
		[OUTCOME_ABSENT] = "ABSENT",
		[OUTCOME_DENIED] = "DENIED",
		[OUTCOME_ERROR] = "ERROR",
	};
	return words[outcome];
}

static char *row_name(const struct question *q, const char *asker)
{
	bool marked = strcmp(q->asker, asker) != 0;
	char *name;

	if (asprintf(&name, "%s%s%s%s%s%s", q->name, *q->subject ? " on " : "",
		    q->subject, marked ? " (" : "", marked ? q->asker : "",
		    marked ? ")" : "") < 0)
		return NULL;
	return name;
}

static int fill_row(const struct matrix_probes *t, const struct matrix_kernels *ks,
	const struct question *q, struct grid *g, size_t row)
{
	size_t column = 0;

	for (size_t i = 0; i < ks->count; i++) {
		if (!ks->list[i].in_probes)
			continue;
		struct grid_cell *cell = grid_at(g, row, column++);
		int got = answer_of(q, i);
		const char *text = got >= 0 ? answer_text(got) : trouble_of(t, i);
		cell->ink = outcome_ink(got >= 0 ? got : OUTCOME_ERROR);
		if (text && !(cell->text = strdup(text)))
			return -ENOMEM;
		if (!text)
			cell->ink = INK_DIM;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct question *x = *(const struct question *const *)a,
			      *y = *(const struct question *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->subject, y->subject);
}

static int fill(const struct matrix_probes *t, const struct matrix_kernels *ks,
	const struct question *const *rows, char **names, struct grid *g)
{
	const char *asker = main_asker(t);
	size_t column = 0;

	for (size_t i = 0; i < ks->count; i++) {
		if (!ks->list[i].in_probes)
			continue;
		g->titles[column] = ks->list[i].title;
		g->subtitles[column++] = ks->list[i].variation;
	}
	for (size_t row = 0; row < g->rows; row++) {
		if (!(names[row] = row_name(rows[row], asker)) ||
			fill_row(t, ks, rows[row], g, row) < 0)
			return -ENOMEM;
		g->names[row] = names[row];
	}
	return 0;
}

static size_t count_columns(const struct matrix_kernels *ks)
{
	size_t count = 0;

	for (size_t i = 0; i < ks->count; i++)
		count += ks->list[i].in_probes;
	return count;
}

static int table(const struct page *p, const struct matrix_probes *t,
	const struct matrix_kernels *ks, const struct question *const *rows, size_t count)
{
	_cleanup_(grid_free) struct grid g;
	char **names = calloc(count + 1, sizeof(*names));
	int r = grid_init(&g, count, count_columns(ks));

	if (r == 0)
		r = names ? fill(t, ks, rows, names, &g) : -ENOMEM;
	if (r == 0)
		grid_put(&g, p);
	for (size_t i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
	return r;
}

/* The rows of the table, sorted; the other questions of the main asker go to the end. */
static size_t choose(const struct matrix_probes *t, const struct matrix_kernels *ks,
	const struct question **rows, size_t *ret_passed)
{
	const char *asker = main_asker(t);
	size_t count = 0, passed = 0;

	for (size_t i = 0; i < t->count; i++)
		if (is_row(t, ks, &t->list[i], asker))
			rows[count++] = &t->list[i];
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(t->list[i].asker, asker) && passes(t, ks, &t->list[i]))
			rows[count + passed++] = &t->list[i];
	qsort(rows, count, sizeof(*rows), by_name);
	qsort(rows + count, passed, sizeof(*rows), by_name);
	*ret_passed = passed;
	return count;
}

static struct text_name passed_name(const void *ctx, size_t i)
{
	const struct question *q = ((const struct question *const *)ctx)[i];

	return (struct text_name) { q->name, q->subject };
}

/* Whose passes are told, if there are several who were asked. */
static const char *whose(const struct matrix_probes *t)
{
	const char *asker = main_asker(t);

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->list[i].asker, asker) != 0)
			return asker;
	return "";
}

static void put_passed(const struct page *p, const struct matrix_probes *t,
	const struct question *const *list, size_t count)
{
	const char *asker = whose(t);
	_cleanup_free_ char *meaning = NULL;

	if (!count ||
		asprintf(&meaning, "%zu probe%s everywhere%s%s", count,
			count == 1 ? " passes" : "s pass", *asker ? ", asked as " : "",
			asker) < 0)
		return;
	page_heading(p, INK_GREEN, "PASS", meaning);
	text_names(p, 2, count, passed_name, list);
}

static int put_noted(
	const struct page *p, struct matrix_probes *t, const struct matrix_kernels *ks)
{
	struct matrix_set whole = { 0 };

	if (!findings_any(&t->findings, NOWHERE))
		return 0;
	for (size_t i = 0; i < ks->count; i++)
		if (ks->list[i].in_probes && !trouble_of(t, i))
			set_add(&whole, i);
	page_heading(p, INK_YELLOW, "NOTED", "while probes were asked");
	int r = findings_put(p, &t->findings, NOWHERE, ks, &whole);
	free(whole.list);
	return r;
}

int probes_put(
	const struct page *p, struct matrix_probes *t, const struct matrix_kernels *ks)
{
	const struct question **rows = calloc(2 * t->count + 1, sizeof(*rows));
	size_t passed = 0;
	int r = 0;

	if (!rows)
		return -ENOMEM;
	size_t count = choose(t, ks, rows, &passed);
	if (count) {
		page_heading(p, INK_BOLD, "PROBES",
			"that do not pass everywhere, or not for everyone");
		r = table(p, t, ks, rows, count);
	}
	if (r == 0) {
		put_passed(p, t, rows + count, passed);
		r = put_noted(p, t, ks);
	}
	free(rows);
	return r;
}

void probes_free(struct matrix_probes *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->list[i].name);
		free(t->list[i].subject);
		free(t->list[i].asker);
		free(t->list[i].answers);
	}
	free(t->list);
	free(t->troubles);
	findings_free(&t->findings);
	*t = (struct matrix_probes) { 0 };
}
