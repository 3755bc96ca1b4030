/* What changed, sorted into sections, before it is written: html_gather.c. */
#ifndef PLIMSOLL_HTML_CHANGES_H
#define PLIMSOLL_HTML_CHANGES_H

#include "html.h"

/* Of what is new, and of what is as before, only what fails is to be told by itself. */
enum html_pick { PICK_ALL, PICK_BAD, PICK_GOOD };

struct html_section {
	enum change change;
	enum html_pick pick;
	bool worse;
	size_t words_most;           /* with no more rows each is told in words */
	size_t groups_most;          /* with more of them only the outcomes are told */
	const char *title, *meaning; /* NULL: as the change is called */
};

/* A check in a section, for all who say the same of it. */
struct html_entry {
	const struct html_view *view;
	const struct table_row *row;
	const struct table_answer *answer;
	uint16_t tale;
	size_t cells;
	char *who;    /* " for root, user": as it is written */
	bool matters; /* what containers ask for most often */
	bool missed;  /* a sabotage that was not noticed */
};

struct html_entries {
	const struct html *h;
	const struct html_section *section;
	struct html_entry *list;
	size_t count, room, cells;
	bool brief; /* reasons are not told, and do not keep entries from standing together */
};

/* Fills `list`; `h`, `section` and `brief` are set. 0 or -ENOMEM; html_entries_free() is due. */
int html_gather(struct html_entries *e);
void html_entries_free(struct html_entries *e);

/* How many from here on are told together. */
size_t html_together(const struct html_entries *e, size_t from);

const struct html_tale *html_told(
	const struct html_entries *e, const struct html_entry *of);

#endif
