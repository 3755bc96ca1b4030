/*
 * What changed since another run: what is worse first. What has the same verdicts from the same
 * reason for the same askers is told once, names condensed by area.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "markdown.h"
#include "text.h"

/* With no more checks than this each is told in words. */
#define WORDS_MOST   8
#define ENTRIES_MOST 4000 /* of a section; more than ever has room */
#define NAMES_MOST   150  /* of checks that are told together */
#define AREA_MOST    2000 /* characters of the names of one area */
#define NAME_MOST    100
#define SPOTS_MOST   100 /* more columns than these are not told apart */

static const struct section {
	enum change change;
	const char *title, *meaning;
	size_t reasons_most; /* with more of them only the outcomes are told */
	bool words;          /* say what it is */
} sections[] = {
	{ CHANGE_REGRESSED, "Regressed",
		"It passed, or was not asked, and now it fails or is missing.",
		SIZE_MAX },
	{ CHANGE_UNKNOWN, "No longer known", "We failed to ask what was known.",
		SIZE_MAX },
	{ CHANGE_FIXED, "Fixed", "Now it passes.", SIZE_MAX, true },
	{ CHANGE_OTHER, "Changed", "Another verdict, neither better nor worse.", 8 },
	{ CHANGE_CAUSE, "Cause changed", "The same outcome, from another cause.", 8 },
	{ CHANGE_NEW, "New", "The other run had no such check.", SIZE_MAX },
	{ CHANGE_GONE, "Gone", "Only the other run had it.", SIZE_MAX },
	{ CHANGE_SAME, "The same", "Nothing that matters is different.", 0 },
};

/* A check that changed in one way, for all who say the same of it. */
struct entry {
	const struct table_row *row;
	const struct table_answer *answer;
	enum table_kind kind;
	uint32_t said;
	char *where; /* ", as `root`" */
	bool matters;
};

struct entries {
	const struct table *table;
	struct entry *list;
	size_t count, missing;
	uint32_t *said; /* of each answer: the number of what is said of it; TABLE_NONE */
	json_t *texts, *numbers; /* what is said, and the number of each */
};

static void entries_free(struct entries *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->list[i].where);
	free(e->list);
	free(e->said);
	json_decref(e->texts);
	json_decref(e->numbers);
	*e = (struct entries) { 0 };
}

/* --- where it is so --- */

/* The columns where it is so; of more than these only how many. */
struct spots {
	const struct table_column *columns;
	size_t list[SPOTS_MOST], count;
};

static void find_spots(const struct entries *e, const struct entry *at, struct spots *s)
{
	const struct table_part *part = &e->table->parts[at->kind];

	*s = (struct spots) { .columns = part->columns };
	for (size_t i = 0; i < part->column_count; i++) {
		const struct table_answer *a = table_at(e->table, at->row, i);
		if (!a || e->said[a - e->table->answers] != at->said)
			continue;
		if (s->count < SPOTS_MOST)
			s->list[s->count] = i;
		s->count++;
	}
}

/* Is spot `i` the first of its `who`? */
static bool is_first(const struct spots *s, size_t i)
{
	const char *who = s->columns[s->list[i]].who;

	for (size_t k = 0; k < i; k++)
		if (!strcmp(s->columns[s->list[k]].who, who))
			return false;
	return true;
}

/* " on `5.10`, `6.1`"; NULL without memory. */
static char *places_of(const struct spots *s, const char *who)
{
	size_t n = 0, size;
	char *text = NULL;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (size_t i = 0; i < s->count; i++) {
		const struct table_column *column = &s->columns[s->list[i]];
		if (strcmp(column->who, who) != 0 || n++ >= WORDS_MOST)
			continue;
		fputs(n > 1 ? ", " : " on ", out);
		markdown_code(out, column->title, NAME_MOST);
	}
	if (n > WORDS_MOST)
		fprintf(out, " and %zu more", n - WORDS_MOST);
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}

/* ", as `root`, `user` on `6.1`; as `nobody` on `6.12`"; places only where `several` are. */
static int put_spots(const struct spots *s, const char *lead, bool several, FILE *out)
{
	_cleanup_free_ char *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		const char *who = s->columns[s->list[i]].who;
		if (!is_first(s, i) || n++ >= WORDS_MOST)
			continue;
		char *places = several ? places_of(s, who) : strdup("");
		if (!places)
			return -ENOMEM;
		bool same = last && !strcmp(last, places);
		if (last && !same)
			fprintf(out, "%s; ", last);
		else
			fputs(*who || *places ? ", " : "", out);
		fputs(same || !*who ? "" : lead, out);
		markdown_code(out, who, NAME_MOST);
		free(last);
		last = places;
	}
	fputs(last ? last : "", out);
	if (n > WORDS_MOST)
		fprintf(out, " and %zu more", n - WORDS_MOST);
	return 0;
}

static int find_where(const struct entries *e, struct entry *at)
{
	struct spots s;
	size_t size;
	int r = 0;

	FILE *out = open_memstream(&at->where, &size);
	if (!out)
		return -ENOMEM;
	find_spots(e, at, &s);
	if (s.count > SPOTS_MOST)
		fprintf(out, ", %zu times", s.count);
	else
		r = put_spots(&s, at->kind == TABLE_CASES ? "of " : "as ",
			e->table->run_count > 1, out);
	return fclose(out) == EOF ? -ENOMEM : r;
}

/* --- entries --- */

/* Gives what is said of an answer its number; with `brief` that is only the first line. */
static int number_of(struct entries *e, uint32_t answer, bool brief)
{
	_cleanup_free_ char *text = markdown_said(e->table, &e->table->answers[answer]);
	char *end = text ? strchr(text, '\n') : NULL;

	if (!text)
		return -ENOMEM;
	if (brief && end)
		end[1] = '\0';
	json_t *number = json_object_get(e->numbers, text);
	if (!number) {
		number = json_integer(json_array_size(e->texts));
		if (json_object_set_new(e->numbers, text, number) < 0 ||
			json_array_append_new(e->texts, json_string(text)) < 0)
			return -ENOMEM;
	}
	e->said[answer] = json_integer_value(number);
	return 0;
}

static int collect_row(struct entries *e, const struct section *s, enum table_kind kind,
	const struct table_row *row)
{
	const struct table *t = e->table;
	size_t from = e->count;

	for (uint32_t i = row->first; i != TABLE_NONE; i = t->answers[i].next) {
		if (t->answers[i].change != s->change)
			continue;
		if (e->count == ENTRIES_MOST) {
			e->missing++;
			continue;
		}
		if (number_of(e, i, !s->reasons_most) < 0)
			return -ENOMEM;
		bool known = false;
		for (size_t k = from; k < e->count; k++)
			known = known || e->list[k].said == e->said[i];
		if (known)
			continue;
		e->list[e->count++] = (struct entry) { .row = row,
			.answer = &t->answers[i],
			.kind = kind,
			.said = e->said[i],
			.matters = s->words && kind == TABLE_PROBES &&
				summary_asks(row->name) };
	}
	return 0;
}

/* What is told together stands together; most urgent first. */
static int together(const struct entry *a, const struct entry *b)
{
	int order = (int)b->matters - (int)a->matters;

	if (!order)
		order = outcome_weight(b->answer->outcome) -
			outcome_weight(a->answer->outcome);
	if (!order)
		order = (int)(b->answer->kind == KIND_SILENTLY_IGNORED) -
			(int)(a->answer->kind == KIND_SILENTLY_IGNORED);
	if (!order)
		order = (int)a->kind - (int)b->kind;
	if (!order)
		order = (a->said > b->said) - (a->said < b->said);
	return order ? order : strcmp(a->where, b->where);
}

static int by_telling(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = together(one, other);

	/* Rows are sorted by name. */
	return order ? order : (one->row > other->row) - (one->row < other->row);
}

static int collect(struct entries *e, const struct table *t, const struct section *s)
{
	int r = 0;

	*e = (struct entries) { .table = t,
		.list = calloc(ENTRIES_MOST, sizeof(*e->list)),
		.said = calloc(t->answer_count + 1, sizeof(*e->said)),
		.texts = json_array(),
		.numbers = json_object() };
	if (!e->list || !e->said || !e->texts || !e->numbers)
		return -ENOMEM;
	memset(e->said, 0xff, t->answer_count * sizeof(*e->said));
	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; r == 0 && i < t->parts[k].row_count; i++)
			r = collect_row(e, s, k, &t->parts[k].rows[i]);
	for (size_t i = 0; r == 0 && i < e->count; i++)
		r = find_where(e, &e->list[i]);
	if (r == 0)
		qsort(e->list, e->count, sizeof(*e->list), by_telling);
	return r;
}

/* How many from here are told together. */
static size_t count_together(const struct entries *e, size_t from)
{
	size_t i = from + 1;

	while (i < e->count && !together(&e->list[from], &e->list[i]))
		i++;
	return i - from;
}

static size_t count_groups(const struct entries *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->count; i += count_together(e, i))
		n++;
	return n;
}

/* --- on the page --- */

static struct text_name name_entry(const void *ctx, size_t i)
{
	const struct table_row *row = ((const struct entry *)ctx)[i].row;

	return (struct text_name) { row->name, row->subject };
}

/* "`idmap/tmpfs`; `mnt: attach, rro`" */
static int put_names(const struct entry *head, size_t count, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size, shown = count < NAMES_MOST ? count : NAMES_MOST;
	const char *divide = "";

	FILE *names = open_memstream(&text, &size);
	if (!names)
		return -ENOMEM;
	const struct page p = { .out = names, .columns = INT_MAX };
	text_names(&p, 0, shown, name_entry, head);
	if (fclose(names) == EOF)
		return -ENOMEM;
	text[strcspn(text, "\n")] = '\0';
	for (char *rest = text, *area; (area = strsep(&rest, ";"));) {
		fputs(divide, out);
		markdown_code(out, area + strspn(area, " "), AREA_MOST);
		divide = "; ";
	}
	if (count > shown)
		fprintf(out, " and %zu more", count - shown);
	return 0;
}

static void put_asked(const struct table_row *row, FILE *out)
{
	if (!*row->about)
		return;
	fputs("  - asked: ", out);
	markdown_code(out, row->about, 0);
	fputs(*row->spec ? " by " : "", out);
	markdown_code(out, row->spec, NAME_MOST);
	putc('\n', out);
}

/* "- **pass → fail (wrong)**, of `runc`: `mount: ro, rro`", and below it why. */
static int put_together(const struct entries *e, const struct section *s,
	const struct entry *head, size_t count, FILE *out)
{
	const char *text = json_string_value(json_array_get(e->texts, head->said));
	const char *why = strchr(text, '\n') + 1;
	int title = why - text - 1;

	fprintf(out, "- **%.*s**%s%s", title, text,
		head->kind == TABLE_PROFILES ? ", profiles" : "", head->where);
	if (count > 1)
		fprintf(out, " (%zu)", count);
	fputs(": ", out);
	int r = put_names(head, count, out);
	if (s->words && count == 1 && *head->row->about) {
		fputs(", ", out);
		markdown_code(out, head->row->about, 0);
	}
	putc('\n', out);
	if (*why && count == 1)
		put_asked(head->row, out);
	fputs(why, out);
	return r;
}

static int put_entries(
	struct entries *e, const struct section *s, struct markdown_part *part)
{
	bool words = s->words && e->count <= WORDS_MOST;
	size_t count;
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->count; i += count) {
		struct markdown_item item;
		struct section how = *s;
		size_t missing = part->missing;
		FILE *out = markdown_begin(&item);
		if (!out)
			return -ENOMEM;
		how.words = words || e->list[i].matters;
		count = how.words ? 1 : count_together(e, i);
		r = put_together(e, &how, &e->list[i], count, out);
		int ended = markdown_end(part, &item);
		r = r < 0 ? r : ended;
		e->missing += part->missing > missing ? count : 0;
	}
	return r;
}

static int put_section(const struct table *t, const struct markdown_compared *c,
	const struct section *s, struct markdown_part *part)
{
	_cleanup_(entries_free) struct entries e = { 0 };
	struct section brief = *s;
	size_t others = c->others[s->change];

	int r = collect(&e, t, s);
	if (r == 0 && count_groups(&e) > s->reasons_most) {
		entries_free(&e);
		brief.reasons_most = 0;
		r = collect(&e, t, &brief);
	}
	if (r < 0 || (!e.count && !others))
		return r;
	fprintf(part->out, "\n#### %s\n\n%s\n", s->title, s->meaning);
	fputs(e.count ? "\n" : "", part->out);
	r = put_entries(&e, &brief, part);
	if (e.missing)
		fprintf(part->out, "\n%zu more: see the HTML report.\n", e.missing);
	if (others)
		fprintf(part->out, "\n%zu of proofs or of guests: see the text report.\n",
			others);
	return r;
}

int markdown_put_changes(
	const struct table *t, const struct markdown_compared *c, FILE *out)
{
	struct markdown_part part = { .out = out, .left = MARKDOWN_CHANGES_MOST };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(sections); i++)
		r = put_section(t, c, &sections[i], &part);
	return r;
}
