/*
 * The table of kernels x runtimes: how many obligations are kept; and below for each runtime
 * which are not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define TITLE_MOST 20

/* How much a cell says; the first that fits on the page is taken. */
enum form {
	FORM_ALL,   /* "44 of 51, 6 silent, 1 wrong, 2 not asked" */
	FORM_WORST, /* "44 of 51*, 6 silent" */
	FORM_SHORT, /* "44/51* 6 silent" */
	FORM_COUNT,
};

static const char *skip(const char *text, int characters)
{
	while (*text && (characters || (*text & 0xc0) == 0x80))
		characters -= (*text++ & 0xc0) != 0x80;
	return text;
}

/* A path's last part, its middle left out if it is long: names differ at their ends. */
static char *short_title(const char *runtime, bool whole)
{
	const char *slash = strrchr(runtime, '/');
	const char *name = whole || !slash || !slash[1] ? runtime : slash + 1;
	int width = page_width(name), half = (TITLE_MOST - 3) / 2;
	char *title;

	if (!*name)
		return strdup("(no runtime)");
	if (width <= TITLE_MOST)
		return strdup(name);
	int length = skip(name, half) - name;
	if (asprintf(&title, "%.*s...%s", length, name, skip(name, width - half)) < 0)
		return NULL;
	return title;
}

static size_t same_titles(const struct matrix_runs *r, size_t at, size_t end)
{
	size_t count = 0;

	for (size_t i = 0; i < end; i++)
		count += i != at && !strcmp(r->titles[i], r->titles[at]);
	return count;
}

int runs_entitle(struct matrix_runs *r)
{
	_cleanup_free_ bool *whole = calloc(r->runtime_count + 1, sizeof(bool));

	r->titles = calloc(r->runtime_count + 1, sizeof(*r->titles));
	if (!r->titles || !whole)
		return -ENOMEM;
	for (size_t i = 0; i < r->runtime_count; i++)
		if (!(r->titles[i] = short_title(r->runtimes[i], false)))
			return -ENOMEM;
	for (size_t i = 0; i < r->runtime_count; i++)
		whole[i] = same_titles(r, i, r->runtime_count) > 0;
	for (size_t i = 0; i < r->runtime_count; i++) {
		if (!whole[i])
			continue;
		free(r->titles[i]);
		if (!(r->titles[i] = short_title(r->runtimes[i], true)))
			return -ENOMEM;
	}
	for (size_t i = r->runtime_count; i-- > 0;) {
		size_t before = same_titles(r, i, i);
		char *title;
		if (!before)
			continue;
		if (asprintf(&title, "%s #%zu", r->titles[i], before + 1) < 0)
			return -ENOMEM;
		free(r->titles[i]);
		r->titles[i] = title;
	}
	return 0;
}

static size_t count_broken(const struct runs_cell *c)
{
	size_t broken = 0;

	for (size_t k = 0; k <= FOUND_FAIL; k++)
		broken += c->found[k];
	return broken;
}

static size_t count_judged(const struct runs_cell *c)
{
	return c->kept + count_broken(c);
}

static size_t count_not_asked(const struct runs_cell *c)
{
	return c->found[FOUND_DENIED] + c->found[FOUND_ABSENT];
}

/* What is wrong there, the worst first: all of it, or that alone. */
static void put_trouble(FILE *f, const struct runs_cell *c, enum form form)
{
	long begin = ftell(f);

	fputs(c->trouble ? c->trouble : "", f);
	for (size_t k = 0; k <= FOUND_UNPROVED; k++) {
		if (!c->found[k] || (form != FORM_ALL && ftell(f) > begin))
			continue;
		fprintf(f, "%s%zu %s", ftell(f) > begin ? ", " : "", c->found[k],
			found_word(k));
	}
	if (form == FORM_ALL && count_not_asked(c) && count_judged(c))
		fprintf(f, "%s%zu not asked", ftell(f) > begin ? ", " : "",
			count_not_asked(c));
}

static char *trouble_text(const struct runs_cell *c, enum form form)
{
	char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	put_trouble(f, c, form);
	return fclose(f) == EOF ? NULL : text;
}

static char *cell_text(const struct runs_cell *c, enum form form)
{
	_cleanup_free_ char *trouble = trouble_text(c, form);
	size_t judged = count_judged(c);
	bool marked = form != FORM_ALL && count_not_asked(c);
	const char *divide = form == FORM_SHORT ? " " : ", ";
	char *text;

	if (!trouble)
		return NULL;
	if (!judged && *trouble)
		return strdup(trouble);
	if (!judged)
		return strdup(count_not_asked(c) ? "not asked" : "nothing");
	if (asprintf(&text, "%zu%s%zu%s%s%s", c->kept, form == FORM_SHORT ? "/" : " of ",
		    judged, marked ? "*" : "", *trouble ? divide : "", trouble) < 0)
		return NULL;
	return text;
}

static enum ink cell_ink(const struct runs_cell *c)
{
	if (count_broken(c) || c->found[FOUND_UNPROVED])
		return INK_RED;
	if (c->trouble || c->found[FOUND_ERROR])
		return INK_MAGENTA;
	if (c->kept)
		return INK_GREEN;
	return c->found[FOUND_DENIED] ? INK_YELLOW : INK_BLUE;
}

/* rows[kernel] is its row. */
static int fill(const struct matrix_runs *r, const struct matrix_kernels *ks,
	const size_t *rows, enum form form, struct grid *g)
{
	for (size_t i = 0; i < ks->count; i++)
		if (ks->list[i].in_runs)
			g->names[rows[i]] = ks->list[i].name;
	for (size_t i = 0; i < r->runtime_count; i++)
		g->titles[i] = r->titles[i];
	for (size_t i = 0; i < r->cell_count; i++) {
		const struct runs_cell *c = &r->cells[i];
		struct grid_cell *cell = grid_at(g, rows[c->kernel], c->runtime);
		if (!(cell->text = cell_text(c, form)))
			return -ENOMEM;
		cell->ink = cell_ink(c);
	}
	return 0;
}

/* What the marks mean that occur in the table. */
static void legend(
	const struct page *p, const struct matrix_runs *r, size_t rows, enum form form)
{
	_cleanup_free_ char *text = NULL;
	bool silent = false, marked = false, cut = false;
	size_t size;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct runs_cell *c = &r->cells[i];
		silent = silent || c->found[FOUND_SILENT];
		marked = marked ||
			(form != FORM_ALL && count_judged(c) && count_not_asked(c));
		cut = cut || (c->trouble && !strcmp(c->trouble, "cut"));
	}
	FILE *f = open_memstream(&text, &size);
	if (!f)
		return;
	fputs(silent ? "; silent: accepted, exit status 0, and not done" : "", f);
	fputs(marked ? "; *: some were not asked" : "", f);
	fputs(cut ? "; cut: its records end too early" : "", f);
	fputs(r->cell_count < rows * r->runtime_count ? "; -: no such run" : "", f);
	fclose(f);
	if (!*text)
		return;
	fputs("  ", p->out);
	page_wrap(p, 2, 2, text + 2);
}

static int table(const struct page *p, const struct matrix_runs *r,
	const struct matrix_kernels *ks, const size_t *rows, size_t row_count)
{
	for (enum form form = FORM_ALL; form < FORM_COUNT; form++) {
		_cleanup_(grid_free) struct grid g;
		int error = grid_init(&g, row_count, r->runtime_count);
		if (error < 0 || (error = fill(r, ks, rows, form, &g)) < 0)
			return error;
		if (form + 1 < FORM_COUNT && !grid_fits(&g, p))
			continue;
		grid_put(&g, p);
		legend(p, r, row_count, form);
		break;
	}
	return 0;
}

static bool versions_differ(const struct matrix_runs *r, size_t runtime)
{
	const char *first = NULL;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct runs_cell *c = &r->cells[i];
		if (c->runtime != runtime || !c->version)
			continue;
		if (first && strcmp(first, c->version) != 0)
			return true;
		first = c->version;
	}
	return false;
}

/* "runc version 1.1.5"; if it differs, which where. */
static void put_versions(FILE *f, const struct matrix_runs *r,
	const struct matrix_kernels *ks, size_t runtime)
{
	bool differ = versions_differ(r, runtime);

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct runs_cell *c = &r->cells[i];
		if (c->runtime != runtime || !c->version || !*c->version)
			continue;
		fprintf(f, "%s%s", ftell(f) ? ", " : "", c->version);
		if (!differ)
			return;
		fprintf(f, " on %s", ks->list[c->kernel].name);
	}
}

/* Where this runtime was asked all there is to ask. True if it was asked anything. */
static bool asked_where(
	const struct matrix_runs *r, size_t runtime, struct matrix_set *ret_whole)
{
	bool asked = false;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct runs_cell *c = &r->cells[i];
		if (c->runtime != runtime || !c->version)
			continue;
		asked = true;
		if (!c->trouble)
			set_add(ret_whole, c->kernel);
	}
	return asked;
}

/* Its whole name if the title is not, and its versions. */
static char *runtime_text(const struct matrix_runs *r, const struct matrix_kernels *ks,
	size_t runtime, bool asked)
{
	char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	if (*r->runtimes[runtime] && strcmp(r->titles[runtime], r->runtimes[runtime]))
		fputs(r->runtimes[runtime], f);
	put_versions(f, r, ks, runtime);
	if (!asked)
		fprintf(f, "%snothing was asked", ftell(f) ? ", " : "");
	else if (!ftell(f))
		fputs("version not recorded", f);
	fclose(f);
	return text;
}

static int one_runtime(const struct page *p, struct matrix_runs *r,
	const struct matrix_kernels *ks, size_t runtime)
{
	_cleanup_free_ char *text = NULL, *title = NULL;
	struct matrix_set whole = { 0 };

	bool asked = asked_where(r, runtime, &whole);
	text = runtime_text(r, ks, runtime, asked);
	if (asprintf(&title, "RUNTIME %s", r->titles[runtime]) < 0)
		title = NULL;
	if (text && title)
		page_heading(p, INK_BOLD, title, text);
	if (asked && !findings_any(&r->findings, runtime))
		fputs("  kept all that was judged\n", p->out);
	int error = findings_put(p, &r->findings, runtime, ks, &whole);
	free(whole.list);
	return text && title ? error : -ENOMEM;
}

int runs_put(const struct page *p, struct matrix_runs *r, const struct matrix_kernels *ks)
{
	_cleanup_free_ size_t *rows = calloc(ks->count + 1, sizeof(*rows));
	size_t count = 0;

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < ks->count; i++)
		rows[i] = ks->list[i].in_runs ? count++ : 0;
	if (count == 0)
		return 0;
	page_heading(p, INK_BOLD, "OBLIGATIONS", "kept, of those that were judged");
	int error = table(p, r, ks, rows, count);
	for (size_t i = 0; error == 0 && i < r->runtime_count; i++)
		error = one_runtime(p, r, ks, i);
	return error;
}
