/*
 * The probes of a run that was asked from several viewpoints: first what differs from the first
 * of them, and which layer took it away; then one line for each question that did not pass
 * everywhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_table.h"

#define NAME_WIDTH_MOST 34

/* What one viewpoint lacks for one reason. */
struct loss {
	const struct record *first; /* for layer, cause, remedy */
	size_t count;
};

static bool passes(const struct record *cell)
{
	return cell && cell->outcome == OUTCOME_PASS;
}

/* What this viewpoint has not and the first one has; NULL if it has it, too. */
static const struct record *lost(const struct row *row, size_t viewpoint)
{
	const struct record *cell = row->cells[viewpoint];

	return passes(row->cells[0]) && cell && !passes(cell) ? cell : NULL;
}

static bool same_reason(const struct record *a, const struct record *b)
{
	if (a->outcome != b->outcome || strcmp(a->cause, b->cause))
		return false;
	return *a->cause || !strcmp(a->detail, b->detail);
}

static int by_count(const void *x, const void *y)
{
	const struct loss *a = x, *b = y;

	return a->count != b->count ? (a->count < b->count ? 1 : -1)
				    : strcmp(a->first->name, b->first->name);
}

static size_t losses_of(const struct table *t, size_t viewpoint, struct loss *losses)
{
	size_t count = 0;

	for (size_t i = 0; i < t->row_count; i++) {
		const struct record *cell = lost(&t->rows[i], viewpoint);
		size_t k = 0;
		if (!cell)
			continue;
		while (k < count && !same_reason(losses[k].first, cell))
			k++;
		if (k == count)
			losses[count++] = (struct loss) { .first = cell };
		losses[k].count++;
	}
	qsort(losses, count, sizeof(*losses), by_count);
	return count;
}

struct naming {
	const struct table *t;
	size_t viewpoint;
	const struct loss *loss;
};

static struct text_name name_lost(const void *ctx, size_t i)
{
	const struct naming *n = ctx;
	const struct record *cell = lost(&n->t->rows[i], n->viewpoint);

	return record_text_name(cell && same_reason(n->loss->first, cell) ? cell : NULL);
}

static void put_loss(const struct page *p, const struct table *t, size_t viewpoint,
	const struct loss *l)
{
	const struct naming naming = { t, viewpoint, l };
	const char *layer = record_text(l->first, "layer");
	_cleanup_free_ char *head = NULL;

	if (asprintf(&head, "%s (%zu)", *layer ? layer : outcome_name(l->first->outcome),
		    l->count) < 0)
		return;
	fputs("    ", p->out);
	page_ink(p, outcome_ink(l->first->outcome), head, 0);
	putc('\n', p->out);
	text_names(p, 6, t->row_count, name_lost, &naming);
	page_item(p, "cause", *l->first->cause ? l->first->cause : l->first->detail);
	page_item(p, "remedy", l->first->remedy);
}

static bool compared(const struct table *t, size_t viewpoint)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (t->rows[i].cells[0] && t->rows[i].cells[viewpoint])
			return true;
	return false;
}

/* "user lacks 12 of what root has" and why. */
static int put_viewpoint(const struct page *p, const struct table *t, size_t viewpoint)
{
	_cleanup_free_ struct loss *losses = calloc(t->row_count + 1, sizeof(*losses));
	_cleanup_free_ char *head = NULL;
	size_t all = 0;

	if (!losses)
		return -ENOMEM;
	size_t count = losses_of(t, viewpoint, losses);
	for (size_t i = 0; i < count; i++)
		all += losses[i].count;
	const char *first = t->askers[0], *other = t->askers[viewpoint];
	int r = !compared(t, viewpoint)
		? asprintf(&head, "%s was asked nothing that %s was.", other, first)
		: all
		? asprintf(&head, "%s has not %zu of what %s has:", other, all, first)
		: asprintf(&head, "%s has all that %s has.", other, first);
	if (r < 0)
		return -ENOMEM;
	fputs("  ", p->out);
	page_ink(p, INK_BOLD, head, 0);
	putc('\n', p->out);
	for (size_t i = 0; i < count; i++)
		put_loss(p, t, viewpoint, &losses[i]);
	return 0;
}

static void put_row(
	const struct page *p, const struct table *t, const struct row *row, int width)
{
	_cleanup_free_ char *name = table_row_name(row);

	fputs("  ", p->out);
	page_ink(p, INK_PLAIN, name ? name : "", width);
	if (name && page_width(name) > width)
		fprintf(p->out, "\n%*s", 2 + width, "");
	for (size_t i = 0; i < t->asker_count; i++) {
		const struct record *cell = row->cells[i];
		page_ink(p, cell ? outcome_ink(cell->outcome) : INK_DIM,
			cell ? outcome_name(cell->outcome) : "-",
			i + 1 < t->asker_count ? table_cell_width(t, i) + 2 : 0);
	}
	putc('\n', p->out);
}

static void put_table(const struct page *p, const struct table *t)
{
	int width = 0;

	for (size_t i = 0; i < t->row_count; i++) {
		_cleanup_free_ char *name = table_row_name(&t->rows[i]);
		int w = name && !table_row_passes(t, &t->rows[i]) ? page_width(name) : 0;
		width = w > width ? w : width;
	}
	width = (width > NAME_WIDTH_MOST ? NAME_WIDTH_MOST : width) + 2;
	if (width == 2)
		return;
	page_heading(p, INK_BOLD, "ALL THAT DOES NOT PASS EVERYWHERE",
		"plimsoll explain NAME tells more");
	fprintf(p->out, "%*s", 2 + width, "");
	for (size_t i = 0; i < t->asker_count; i++)
		page_ink(p, INK_DIM, t->askers[i],
			i + 1 < t->asker_count ? table_cell_width(t, i) + 2 : 0);
	putc('\n', p->out);
	for (size_t i = 0; i < t->row_count; i++)
		if (!table_row_passes(t, &t->rows[i]))
			put_row(p, t, &t->rows[i], width);
}

static struct text_name name_passed(const void *ctx, size_t i)
{
	const struct table *t = ctx;

	return record_text_name(
		table_row_passes(t, &t->rows[i]) ? t->rows[i].first : NULL);
}

static void put_passes(const struct page *p, const struct table *t)
{
	char meaning[80];
	size_t count = 0;

	for (size_t i = 0; i < t->row_count; i++)
		count += table_row_passes(t, &t->rows[i]);
	if (!count)
		return;
	snprintf(meaning, sizeof(meaning), "%zu pass wherever they were asked", count);
	page_heading(p, INK_GREEN, "PASS", meaning);
	text_names(p, 2, t->row_count, name_passed, t);
}

bool text_has_viewpoints(const struct run *run)
{
	const char *first = NULL;
	bool other = false, more = false;

	for (size_t i = 0; i < run->count; i++) {
		const char *asker = run->recs[i].asker;
		if (run->recs[i].type != RECORD_PROBE)
			continue;
		first = first ? first : asker;
		other = other || strcmp(asker, first);
		more = more || (strcmp(asker, "root") && strcmp(asker, "user"));
	}
	return other && more;
}

static void put_trouble_of(
	const struct page *p, const char *viewpoint, const struct record *cell)
{
	_cleanup_free_ char *seen = record_seen(cell), *head = NULL;

	if (asprintf(&head, "%s, from %s", cell->name, viewpoint) < 0)
		return;
	fputs("  ", p->out);
	page_ink(p, outcome_ink(cell->outcome), head, 0);
	putc('\n', p->out);
	page_item(p, "seen", seen ? seen : "");
	text_fault(p, cell);
}

/* What failed, or could not be asked: such as a container that was not made. */
static void put_trouble(const struct page *p, const struct table *t, enum outcome outcome,
	const char *title, const char *meaning)
{
	bool begun = false;

	for (size_t i = 0; i < t->row_count; i++) {
		for (size_t k = 0; k < t->asker_count; k++) {
			const struct record *cell = t->rows[i].cells[k];
			if (!cell || cell->outcome != outcome)
				continue;
			if (!begun)
				page_heading(p, outcome_ink(outcome), title, meaning);
			begun = true;
			put_trouble_of(p, t->askers[k], cell);
		}
	}
}

int text_viewpoints(const struct page *p, const struct run *run)
{
	_cleanup_(text_table_free) struct table t = { .rows = NULL };

	int r = table_make(run, &t);
	if (r < 0)
		return r;
	put_trouble(p, &t, OUTCOME_FAIL, "FAIL",
		"the kernel offers it, and it does not do what it promises");
	put_trouble(p, &t, OUTCOME_ERROR, "ERROR", "we failed to ask: nothing is known");
	page_heading(p, INK_YELLOW, "DIFFERENCES",
		"what a viewpoint has not, and what took it away");
	for (size_t i = 1; i < t.asker_count && r == 0; i++)
		r = put_viewpoint(p, &t, i);
	put_table(p, &t);
	put_passes(p, &t);
	return r;
}
