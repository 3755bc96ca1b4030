/*
 * Many probes on a page: what was denied, by what took it away, each cause once; what is
 * absent, a line each; what passes, counted. For a few of them text_probes.c says more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_table.h"

#define ASKERS_MOST     8
#define NAME_WIDTH_MOST 34

/* Denials for one reason. */
struct reason {
	const struct record *first; /* for layer, cause, remedy */
	size_t count;
};

static bool is_denied(const struct record *cell)
{
	return cell && cell->outcome == OUTCOME_DENIED;
}

static bool same_reason(const struct record *a, const struct record *b)
{
	return !strcmp(a->cause, b->cause) && !strcmp(a->remedy, b->remedy);
}

static int by_count(const void *x, const void *y)
{
	const struct reason *a = x, *b = y;

	return a->count != b->count ? (a->count < b->count ? 1 : -1)
				    : strcmp(a->first->name, b->first->name);
}

static void count_reason(struct reason *reasons, size_t *count, const struct record *cell)
{
	size_t i = 0;

	while (i < *count && !same_reason(reasons[i].first, cell))
		i++;
	if (i == *count)
		reasons[(*count)++] = (struct reason) { .first = cell };
	reasons[i].count++;
}

static size_t reasons_of(const struct table *t, struct reason *reasons)
{
	size_t count = 0;

	for (size_t i = 0; i < t->row_count; i++)
		for (size_t k = 0; k < t->asker_count; k++)
			if (is_denied(t->rows[i].cells[k]))
				count_reason(reasons, &count, t->rows[i].cells[k]);
	qsort(reasons, count, sizeof(*reasons), by_count);
	return count;
}

/* Which askers, as bits, were denied a row for this reason. */
static unsigned denied_to(
	const struct table *t, const struct row *row, const struct reason *reason)
{
	unsigned askers = 0;

	for (size_t k = 0; k < t->asker_count && k < ASKERS_MOST; k++)
		if (is_denied(row->cells[k]) && same_reason(row->cells[k], reason->first))
			askers |= 1u << k;
	return askers;
}

struct naming {
	const struct table *t;
	const struct reason *reason;
	unsigned askers;
};

static struct text_name name_denied(const void *ctx, size_t i)
{
	const struct naming *n = ctx;
	const struct row *row = &n->t->rows[i];

	return record_text_name(
		denied_to(n->t, row, n->reason) == n->askers ? row->first : NULL);
}

static size_t count_denied(const struct naming *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->t->row_count; i++)
		count += denied_to(n->t, &n->t->rows[i], n->reason) == n->askers;
	return count;
}

/* "  cgroup-v1, as root (35)" and the names. */
static void put_names(const struct page *p, const struct naming *n)
{
	const char *layer = record_text(n->reason->first, "layer");
	const char *before = "as ";
	size_t count = count_denied(n);

	if (!count)
		return;
	fputs("  ", p->out);
	page_ink(p, INK_YELLOW, *layer ? layer : "denied", 0);
	if (n->t->asker_count > 1) {
		fputs(", ", p->out);
		for (size_t k = 0; k < n->t->asker_count; k++) {
			if (!(n->askers & (1u << k)))
				continue;
			fputs(before, p->out);
			page_ink(p, INK_PLAIN, n->t->askers[k], 0);
			before = " and ";
		}
	}
	fprintf(p->out, " (%zu)\n", count);
	text_names(p, 4, n->t->row_count, name_denied, n);
}

static void put_reason(
	const struct page *p, const struct table *t, const struct reason *r)
{
	unsigned all =
		1u << (t->asker_count < ASKERS_MOST ? t->asker_count : ASKERS_MOST);

	for (unsigned askers = all - 1; askers > 0; askers--)
		put_names(p, &(struct naming) { t, r, askers });
	page_item(p, "cause", r->first->cause);
	page_item(p, "remedy", r->first->remedy);
}

static int put_denied(const struct page *p, const struct table *t)
{
	_cleanup_free_ struct reason *reasons =
		calloc(t->row_count * t->asker_count + 1, sizeof(*reasons));

	if (!reasons)
		return -ENOMEM;
	size_t count = reasons_of(t, reasons);
	if (count)
		page_heading(p, INK_YELLOW, "DENIED",
			"a policy refused the question: the kernel may well have it");
	for (size_t i = 0; i < count; i++)
		put_reason(p, t, &reasons[i]);
	return 0;
}

/* The first asker that was told so; NULL if none was. */
static const struct record *absent(const struct table *t, const struct row *row)
{
	for (size_t k = 0; k < t->asker_count; k++)
		if (row->cells[k] && row->cells[k]->outcome == OUTCOME_ABSENT)
			return row->cells[k];
	return NULL;
}

static int absent_width(const struct table *t)
{
	int width = 0;

	for (size_t i = 0; i < t->row_count; i++) {
		_cleanup_free_ char *name =
			absent(t, &t->rows[i]) ? table_row_name(&t->rows[i]) : NULL;
		int w = name ? page_width(name) : 0;
		width = w > width ? w : width;
	}
	return width > NAME_WIDTH_MOST ? NAME_WIDTH_MOST : width;
}

static void put_absent_row(
	const struct page *p, const struct row *row, const struct record *cell, int width)
{
	_cleanup_free_ char *name = table_row_name(row);
	_cleanup_free_ char *about = page_line(row->first->about, 0);
	_cleanup_free_ char *since = page_line(record_text(row->first, "since"), 8);
	int at = 2 + width + 2 + 6;

	fputs("  ", p->out);
	page_ink(p, INK_PLAIN, name ? name : "", width + 2);
	if (name && page_width(name) >= width + 2)
		fprintf(p->out, "\n%*s", 2 + width + 2, "");
	page_ink(p, INK_DIM,
		cell->fault == FAULT_FILESYSTEM ? "fs"
			: since                 ? since
						: "",
		6);
	if (about)
		page_cut(about, p->columns - at > 10 ? p->columns - at : 10);
	page_wrap(p, at, at, about ? about : "");
}

static void put_absent(const struct page *p, const struct table *t)
{
	int width = absent_width(t);

	if (!width)
		return;
	page_heading(p, INK_BLUE, "ABSENT",
		"this kernel does not offer it; Linux does since the version beside it, or its file "
		"system cannot (fs)");
	for (size_t i = 0; i < t->row_count; i++) {
		const struct record *cell = absent(t, &t->rows[i]);
		if (cell)
			put_absent_row(p, &t->rows[i], cell, width);
	}
}

/* The rows of the area that begins at `from`: how many there are, and how many pass. */
static size_t area_of(const struct table *t, size_t from, size_t *ret_passing)
{
	size_t len = strcspn(t->rows[from].first->name, "/"), i = from;

	*ret_passing = 0;
	for (; i < t->row_count; i++) {
		const char *name = t->rows[i].first->name;
		if (strcspn(name, "/") != len ||
			strncmp(name, t->rows[from].first->name, len))
			break;
		*ret_passing += table_row_passes(t, &t->rows[i]);
	}
	return i - from;
}

/* "PASS  220 of 351 ...: caps 7 of 7, cgroup 12 of 66". */
static int put_passes(const struct page *p, const struct table *t)
{
	_cleanup_free_ char *text = NULL;
	char meaning[120];
	size_t size, all = 0, passing;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < t->row_count;) {
		const char *name = t->rows[i].first->name;
		size_t count = area_of(t, i, &passing);
		if (passing)
			fprintf(f, "%s%.*s %zu", all ? ", " : "", (int)strcspn(name, "/"),
				name, passing);
		if (passing && passing < count)
			fprintf(f, " of %zu", count);
		all += passing;
		i += count;
	}
	fclose(f);
	snprintf(meaning, sizeof(meaning), "%zu of %zu work%s, shown by their effect",
		all, t->row_count, t->asker_count > 1 ? " for all who asked" : "");
	page_heading(p, INK_GREEN, "PASS", meaning);
	fputs("  ", p->out);
	page_wrap(p, 2, 2, all ? text : "none");
	fputs("  ", p->out);
	page_wrap(p, 2, 2,
		"plimsoll explain NAME tells about one; probe 'AREA/*' lists an area");
	return 0;
}

int text_brief(const struct page *p, const struct table *t)
{
	int r = put_denied(p, t);

	if (r < 0)
		return r;
	put_absent(p, t);
	return put_passes(p, t);
}
