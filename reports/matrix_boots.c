/* Guests that did not run to their end; those with the same trouble are told together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define CONSOLE_MOST 6 /* lines of each */
#define PLACES_MOST  12

const char *boot_word(const struct record *rec)
{
	static const char *const words[][2] = {
		{ "panic", "panic" },
		{ "oops", "oops" },
		{ "hang", "hang" },
		{ "hung", "hang" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(rec->detail, words[i][0]))
			return words[i][1];
	return "error";
}

/* The record without all but the end of its console. */
static int trimmed(const struct record *rec, struct record *ret)
{
	const json_t *console = json_object_get(rec->json, "console");
	size_t all = json_array_size(console);
	json_t *json = json_copy(rec->json), *lines = json_array();
	char why[160];

	for (size_t i = all > CONSOLE_MOST ? all - CONSOLE_MOST : 0; i < all; i++)
		json_array_append(lines, json_array_get(console, i));
	if (!json || !lines || json_object_set(json, "console", lines) < 0) {
		json_decref(json);
		json_decref(lines);
		return -ENOMEM;
	}
	json_decref(lines);
	return record_decode(json, ret, why, sizeof(why));
}

static struct boot_error *like(struct matrix_boots *b, const struct record *rec)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct record *other = &b->list[i].rec;
		if (rec->fault == other->fault && !strcmp(rec->stage, other->stage) &&
			!strcmp(rec->detail, other->detail) &&
			!strcmp(rec->cause, other->cause) &&
			!strcmp(rec->remedy, other->remedy))
			return &b->list[i];
	}
	return NULL;
}

static int add_place(struct boot_error *e, struct boot_at at)
{
	struct boot_at *list = matrix_room(e->at, e->count, sizeof(*list));

	if (!list)
		return -ENOMEM;
	e->at = list;
	list[e->count++] = at;
	return 0;
}

int boots_add(struct matrix_boots *b, const struct record *rec, struct boot_at at)
{
	struct boot_error *known = like(b, rec);
	struct boot_error error = { 0 };

	if (known)
		return add_place(known, at);
	struct boot_error *list = matrix_room(b->list, b->count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	b->list = list;
	int r = trimmed(rec, &error.rec);
	if (r < 0)
		return r;
	list[b->count++] = error;
	return add_place(&list[b->count - 1], at);
}

/* "6.12 hybrid with runc-1.1.5, 7.2 with crun" */
static char *places(const struct boot_error *e, const struct matrix_kernels *ks,
	const struct matrix_runs *runs)
{
	char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (size_t i = 0; i < e->count && i < PLACES_MOST; i++) {
		fprintf(f, "%s%s", i ? ", " : "", ks->list[e->at[i].kernel].name);
		if (e->at[i].runtime != NOWHERE && *runs->runtimes[e->at[i].runtime])
			fprintf(f, " with %s", runs->titles[e->at[i].runtime]);
	}
	if (e->count > PLACES_MOST)
		fprintf(f, " and %zu more", e->count - PLACES_MOST);
	fclose(f);
	return text;
}

void boots_put(const struct page *p, const struct matrix_boots *b,
	const struct matrix_kernels *ks, const struct matrix_runs *runs)
{
	if (b->count)
		page_heading(p, outcome_ink(OUTCOME_ERROR), "BOOT ERRORS",
			"these guests did not run to their end");
	for (size_t i = 0; i < b->count; i++) {
		_cleanup_free_ char *where = places(&b->list[i], ks, runs);
		fputs("  ", p->out);
		page_wrap(p, 2, 4, where ? where : "");
		text_boot_items(p, &b->list[i].rec, CONSOLE_MOST);
	}
}

void boots_free(struct matrix_boots *b)
{
	for (size_t i = 0; i < b->count; i++) {
		record_release(&b->list[i].rec);
		free(b->list[i].at);
	}
	free(b->list);
	*b = (struct matrix_boots) { 0 };
}
