/* What is not as it should be, said once for all the kernels where it is so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define DETAIL_MOST  160
#define NAME_MOST    60
#define COLUMN_MOST  30 /* of names */
#define LINES_MOST   12 /* a longer list is names only */
#define KERNELS_MOST 12

static const struct {
	const char *word, *phrase;
	enum ink ink;
	bool detailed; /* what was seen is worth a line */
} kinds[FOUND_COUNT] = {
	[FOUND_SILENT] = { "silent", "silently ignored", INK_RED, true },
	[FOUND_WRONG] = { "wrong", "wrong", INK_RED, true },
	[FOUND_REFUSED] = { "refused", "refused", INK_RED, true },
	[FOUND_CLAIM_FALSE] = { "claim false", "claim false", INK_RED, true },
	[FOUND_CLAIM_MISSING] = { "claim missing", "claim missing", INK_RED, true },
	[FOUND_RESIDUE] = { "residue", "residue", INK_RED, true },
	[FOUND_FAIL] = { "fail", "fail", INK_RED, true },
	[FOUND_ERROR] = { "error", "error", INK_MAGENTA, true },
	[FOUND_UNPROVED] = { "not proved", "not proved (did not notice its sabotage)",
		INK_RED, true },
	[FOUND_DENIED] = { "not asked", "not asked (denied)", INK_YELLOW, false },
	[FOUND_ABSENT] = { "not asked", "not asked (absent)", INK_BLUE, false },
	[FOUND_DUE] = { "due", "kept by refusing, as the kernel cannot,", INK_GREEN,
		false },
	[FOUND_WARNED] = { "warned", "the kernel warned", INK_YELLOW, true },
};

const char *found_word(enum found found)
{
	return kinds[found].word;
}

static struct finding *find(
	struct findings *f, enum found found, size_t of, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		struct finding *at = &f->list[i];
		if (at->found == found && at->of == of && !strcmp(at->name, name))
			return at;
	}
	return NULL;
}

/* The first line of the kernel's that says something. */
static const char *log_line(const struct record *rec)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(rec->json, "kernel_log"), i, line)
		if (!strstr(json_string_value(line), "[ cut here ]"))
			return json_string_value(line);
	return "";
}

/* What was seen, in short. */
static char *detail_of(enum found found, const struct record *rec)
{
	_cleanup_free_ char *seen = record_seen(rec);

	if (found == FOUND_WARNED)
		return page_line(log_line(rec), DETAIL_MOST);
	if (!kinds[found].detailed || !seen)
		return strdup("");
	return page_line(*rec->detail ? seen : rec->cause, DETAIL_MOST);
}

static char *name_of(const struct record *rec)
{
	_cleanup_free_ char *name = NULL;

	if (asprintf(&name, "%s%s%s", rec->name, *rec->subject ? " on " : "",
		    rec->subject) < 0)
		return NULL;
	return page_line(name, NAME_MOST);
}

int findings_add(struct findings *f, enum found found, size_t of, size_t kernel,
	const struct record *rec)
{
	_cleanup_free_ char *name = name_of(rec);

	if (!name)
		return -ENOMEM;
	struct finding *known = find(f, found, of, name);
	if (known)
		return set_add(&known->where, kernel);
	_cleanup_free_ char *detail = detail_of(found, rec);
	struct finding *list = matrix_room(f->list, f->count, sizeof(*list));
	if (list)
		f->list = list;
	if (!detail || !list)
		return -ENOMEM;
	list[f->count] = (struct finding) {
		.found = found,
		.of = of,
		.name = TAKE_PTR(name),
		.detail = TAKE_PTR(detail),
	};
	return set_add(&list[f->count++].where, kernel);
}

static bool set_has(const struct matrix_set *s, size_t kernel)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i] == kernel)
			return true;
	return false;
}

/* "5.10, 6.1": those of `in` that are not in `out`. */
static void put_kernels(FILE *f, const struct matrix_kernels *ks,
	const struct matrix_set *in, const struct matrix_set *out)
{
	size_t count = 0;

	for (size_t i = 0; i < in->count; i++) {
		if (out && set_has(out, in->list[i]))
			continue;
		if (count++ < KERNELS_MOST)
			fprintf(f, "%s%s", count > 1 ? ", " : "",
				ks->list[in->list[i]].name);
	}
	if (count > KERNELS_MOST)
		fprintf(f, " and %zu more", count - KERNELS_MOST);
}

/*
 * "everywhere", "everywhere but on 5.10", "on 6.1, 6.12". A run that did not come to its end
 * is no exception: who knows.
 */
static char *where_text(const struct matrix_kernels *ks, const struct matrix_set *where,
	const struct matrix_set *all)
{
	size_t missing = 0;
	char *text = NULL;
	size_t size;

	for (size_t i = 0; i < all->count; i++)
		missing += !set_has(where, all->list[i]);
	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	if (all->count < 2 || missing >= where->count) {
		fputs("on ", f);
		put_kernels(f, ks, where, NULL);
	} else {
		fputs("everywhere", f);
		fputs(missing ? " but on " : "", f);
		put_kernels(f, ks, all, where);
	}
	fclose(f);
	return text;
}

/* Those that are so where `head` is so. */
struct group {
	const struct findings *f;
	const struct finding *head;
};

static struct finding *member(const struct group *g, size_t i)
{
	struct finding *at = &g->f->list[i];
	bool is = at->found == g->head->found && at->of == g->head->of &&
		!strcmp(at->place, g->head->place);

	return is ? at : NULL;
}

static struct text_name member_name(const void *ctx, size_t i)
{
	const struct finding *at = member(ctx, i);

	return at ? (struct text_name) { at->name, "" } : (struct text_name) { 0 };
}

static void one_line(const struct page *p, const struct finding *f, int width)
{
	int at = 6 + width, room;

	fputs("      ", p->out);
	page_ink(p, INK_BOLD, f->name, *f->detail ? width : 0);
	if (*f->detail && page_width(f->name) > width)
		fprintf(p->out, "\n%*s", at, "");
	if (*f->detail) {
		room = p->columns - at - 2;
		page_cut(f->detail, room > 10 ? room : 10);
		fprintf(p->out, "  %s", f->detail);
	}
	putc('\n', p->out);
}

static void put_group(const struct page *p, const struct group *g)
{
	size_t count = 0;
	int width = 0;

	for (size_t i = 0; i < g->f->count; i++) {
		struct finding *at = member(g, i);
		if (!at)
			continue;
		at->told = true;
		count++;
		if (page_width(at->name) > width)
			width = page_width(at->name);
	}
	if (!kinds[g->head->found].detailed || count > LINES_MOST) {
		text_names(p, 6, g->f->count, member_name, g);
		return;
	}
	for (size_t i = 0; i < g->f->count; i++)
		if (member(g, i))
			one_line(p, member(g, i),
				width > COLUMN_MOST ? COLUMN_MOST : width);
}

static int find_places(struct findings *f, size_t of, const struct matrix_kernels *ks,
	const struct matrix_set *whole)
{
	for (size_t i = 0; i < f->count; i++) {
		struct finding *at = &f->list[i];
		if (at->of == of && !(at->place = where_text(ks, &at->where, whole)))
			return -ENOMEM;
	}
	return 0;
}

int findings_put(const struct page *p, struct findings *f, size_t of,
	const struct matrix_kernels *ks, const struct matrix_set *whole)
{
	int r = find_places(f, of, ks, whole);

	for (size_t k = 0; r == 0 && k < FOUND_COUNT; k++) {
		for (size_t i = 0; i < f->count; i++) {
			const struct group g = { f, &f->list[i] };
			int column = 3 + page_width(kinds[k].phrase);
			if (g.head->told || g.head->found != k || g.head->of != of)
				continue;
			fputs("  ", p->out);
			page_ink(p, kinds[k].ink, kinds[k].phrase, 0);
			putc(' ', p->out);
			page_wrap(p, column, 4, g.head->place);
			put_group(p, &g);
		}
	}
	return r;
}

bool findings_any(const struct findings *f, size_t of)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].of == of)
			return true;
	return false;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->list[i].name);
		free(f->list[i].detail);
		free(f->list[i].where.list);
		free(f->list[i].place);
	}
	free(f->list);
	*f = (struct findings) { 0 };
}
