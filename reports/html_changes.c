/*
 * What changed since another run, what is worse first. A check is told once for all who say the
 * same of it; those that changed alike stand together, each a reference to what was seen.
 */
#include <errno.h>
#include <string.h>

#include "html_changes.h"

/* More names in one place are not read, unless they tell of what is worse. */
#define NAMES_MOST 400

const struct html_change html_change_words[CHANGE_COUNT] = {
	[CHANGE_SAME] = { 'S', "The same", "the same",
		"nothing that matters is different" },
	[CHANGE_REGRESSED] = { 'R', "Regressed", "regressed",
		"it passed, or was not asked, and now it fails or is missing" },
	[CHANGE_UNKNOWN] = { 'U', "No longer known", "no longer known",
		"we failed to ask what was known" },
	[CHANGE_FIXED] = { 'F', "Fixed", "fixed", "now it passes" },
	[CHANGE_OTHER] = { 'O', "Changed", "changed",
		"another verdict, neither better nor worse" },
	[CHANGE_CAUSE] = { 'C', "Cause changed", "from another cause",
		"the same outcome, from another cause" },
	[CHANGE_NEW] = { 'N', "New", "new", "the other run had no such check" },
	[CHANGE_GONE] = { 'G', "Gone", "gone", "only the other run had it" },
};

static const struct html_section worse[] = {
	{ CHANGE_REGRESSED, PICK_ALL, true, 20, SIZE_MAX },
	{ CHANGE_UNKNOWN, PICK_ALL, true, 20, SIZE_MAX },
	{ CHANGE_NEW, PICK_BAD, true, 20, SIZE_MAX, "New, and not as it has to be",
		"the other run had no such check" },
	{ CHANGE_NONE, PICK_BAD, true, 20, SIZE_MAX, "Not compared, and wrong",
		"there is nothing to hold it against" },
};

static const struct html_section known[] = {
	{ CHANGE_SAME, PICK_BAD, false, 8, 0, "Known, as before",
		"it fails as it did, and does not count" },
};

static const struct html_section other[] = {
	{ CHANGE_FIXED, PICK_ALL, false, 8, 0 },
	{ CHANGE_OTHER, PICK_ALL, false, 8, 4 },
	{ CHANGE_CAUSE, PICK_ALL, false, 8, 3 },
	{ CHANGE_NEW, PICK_GOOD, false, 8, 0 },
	{ CHANGE_GONE, PICK_ALL, false, 8, 0 },
};

static size_t count_groups(const struct html_entries *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->count; i += html_together(e, i))
		n += !e->list[i].matters;
	return n;
}

/* --- on the page --- */

static void put_tile(FILE *f, const struct html_entry *e, size_t count)
{
	enum look look = e->missed ? LOOK_FAIL : html_look_of(e->answer);

	fprintf(f, "<li><b class=\"tile %c\">", html_looks[look].letter);
	if (count)
		fprintf(f, "%zu", count);
	else
		fputs(e->missed ? "not proved" : html_word(e->view->kind, e->answer), f);
	fputs("</b> ", f);
}

static void put_reference(const struct html *h, const struct html_entry *e, size_t skip)
{
	fprintf(h->out, "<a href=\"#a%zu\">", (size_t)(e->answer - h->table.answers));
	html_text(h->out, e->row->name + skip);
	if (*e->row->subject) {
		fputs(" on ", h->out);
		html_text(h->out, e->row->subject);
	}
	fputs("</a>", h->out);
}

static void put_why(FILE *f, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(f, "<b>%s:</b> ", label);
	html_text(f, text);
	fputs("<br>", f);
}

static void put_reasons(const struct html_entries *e, const struct html_entry *of)
{
	const struct html_tale *tale = html_told(e, of);

	if (e->brief)
		return;
	put_why(e->h->out, "Was", tale->was_cause);
	put_why(e->h->out, "Cause", tale->cause);
	put_why(e->h->out, "Seen", tale->seen);
	put_why(e->h->out, "Remedy", tale->remedy);
}

/* The verdict that it had; "" if it is the one that it has. */
static const char *was_of(const struct html_entries *e, const struct html_entry *of)
{
	enum change change = e->section->change;

	return change == CHANGE_CAUSE || change == CHANGE_SAME ? ""
							       : html_told(e, of)->was;
}

/* "idmap/tmpfs for root, user, was absent", and what it is about. */
static void put_words(const struct html_entries *e, const struct html_entry *of)
{
	FILE *f = e->h->out;
	const char *was = was_of(e, of);

	put_tile(f, of, 0);
	put_reference(e->h, of, 0);
	fprintf(f, "<span>%s%s", of->who, *was ? ", was " : "");
	html_text(f, was);
	fputs("</span> <small>", f);
	put_reasons(e, of);
	html_text(f, of->row->about);
	fputs("</small></li>\n", f);
}

static size_t area_length(const struct html_entry *e)
{
	const char *slash = strchr(e->row->name, '/');

	return slash ? slash - e->row->name : 0;
}

static bool same_area(const struct html_entry *a, const struct html_entry *b)
{
	size_t length = area_length(a);

	return length && length == area_length(b) &&
		!strncmp(a->row->name, b->row->name, length);
}

/* "cgroup: kill, misc; net/tcx" */
static void put_names(const struct html_entries *e, size_t from, size_t count)
{
	const struct html_entry *list = e->list + from;
	size_t most = e->section->worse || count < NAMES_MOST ? count : NAMES_MOST;

	for (size_t i = 0; i < most; i++) {
		bool begins = !i || !same_area(&list[i - 1], &list[i]);
		bool alone =
			begins && (i + 1 == most || !same_area(&list[i], &list[i + 1]));
		size_t skip =
			alone || !area_length(&list[i]) ? 0 : area_length(&list[i]) + 1;
		fputs(!i ? "" : begins ? "; " : ", ", e->h->out);
		if (begins && skip) {
			_cleanup_free_ char *area = strndup(list[i].row->name, skip - 1);
			html_text(e->h->out, area ? area : "");
			fputs(": ", e->h->out);
		}
		put_reference(e->h, &list[i], skip);
	}
	if (count > most)
		fprintf(e->h->out, " and %zu more, in the matrix", count - most);
}

/* "absent, was pass for root": the reasons, then what they are of. */
static void put_together(const struct html_entries *e, size_t from, size_t count)
{
	const struct html_entry *head = &e->list[from];
	const char *was = was_of(e, head);
	enum change change = head->answer->change;
	bool before = *was && (change == CHANGE_FIXED || change == CHANGE_GONE);
	FILE *f = e->h->out;

	put_tile(f, head, count);
	if (!before)
		fputs(html_word(head->view->kind, head->answer), f);
	if (*was)
		fputs(before ? "was " : ", was ", f);
	html_text(f, was);
	fprintf(f, "<span>%s</span><small>", head->who);
	put_reasons(e, head);
	put_names(e, from, count);
	fputs("</small></li>\n", f);
}

/* Sabotages that are noticed, guests, and runs like those that are shown have no row. */
static void put_rest(const struct html_entries *e)
{
	size_t all = e->h->table.changes[e->section->change];

	if (e->section->pick == PICK_ALL && all > e->cells)
		fprintf(e->h->out,
			"<li>and %zu more: of guests, of sabotages, or in runs like these"
			"</li>\n",
			all - e->cells);
}

static void put_entries(const struct html_entries *e)
{
	const struct html_section *s = e->section;
	const struct html_change *c = &html_change_words[s->change];
	size_t all = s->pick == PICK_ALL ? e->h->table.changes[s->change] : e->cells;
	size_t count = 1;

	if (!e->count && !(s->pick == PICK_ALL && all))
		return;
	fprintf(e->h->out, "<h3>%s <span>%zu</span></h3>\n<p class=\"means\">%s",
		s->title ? s->title : c->title, all > e->cells ? all : e->cells,
		s->meaning ? s->meaning : c->meaning);
	/* The verdict on top counts these, too. */
	if (s->change == CHANGE_SAME && e->h->worse.known > e->cells)
		fprintf(e->h->out,
			"; %zu more fail as before from another cause, or otherwise: below",
			e->h->worse.known - e->cells);
	fputs("</p>\n<ul>\n", e->h->out);
	for (size_t i = 0; i < e->count; i += count) {
		count = e->count <= s->words_most ? 1 : html_together(e, i);
		if (count > 1)
			put_together(e, i, count);
		else
			put_words(e, &e->list[i]);
	}
	put_rest(e);
	fputs("</ul>\n", e->h->out);
}

static int put_section(const struct html *h, const struct html_section *s)
{
	_cleanup_(html_entries_free) struct html_entries e = { .h = h, .section = s };

	if (!h->tales.count)
		return 0;
	int r = html_gather(&e);
	if (r == 0 && e.count > s->words_most && count_groups(&e) > s->groups_most) {
		html_entries_free(&e);
		e = (struct html_entries) { .h = h, .section = s, .brief = true };
		r = html_gather(&e);
	}
	if (r == 0)
		put_entries(&e);
	return r;
}

static int put_sections(
	const struct html *h, const struct html_section *list, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = put_section(h, &list[i]);
	return r;
}

int html_changes_worse(const struct html *h)
{
	return put_sections(h, worse, ARRAY_SIZE(worse));
}

int html_changes_known(const struct html *h)
{
	return put_sections(h, known, ARRAY_SIZE(known));
}

int html_changes_other(const struct html *h)
{
	return put_sections(h, other, ARRAY_SIZE(other));
}

bool html_is_worse(const struct html *h)
{
	const struct html_worse *w = &h->worse;

	return w->regressed || w->unknown || w->fails || w->errors;
}
