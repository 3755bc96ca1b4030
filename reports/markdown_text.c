/* Record text that stays text, and parts that stay small. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "markdown.h"
#include "observed.h"
#include "page.h"
#include "text.h"

#define TEXT_MOST     300
#define FENCE_MOST    8
#define OBSERVED_MOST 3

FILE *markdown_begin(struct markdown_item *item)
{
	*item = (struct markdown_item) { .text = NULL };
	return item->out = open_memstream(&item->text, &item->size);
}

int markdown_end(struct markdown_part *part, struct markdown_item *item)
{
	_cleanup_free_ char *text = NULL;

	int r = fclose(item->out) == EOF ? -ENOMEM : 0;
	text = item->text;
	if (r < 0)
		return r;
	if (part->missing || item->size > part->left) {
		part->missing++;
		return 0;
	}
	part->left -= item->size;
	fwrite(text, 1, item->size, part->out);
	return 0;
}

/*
 * A parser may know no fence of more than some length (cmark: 80), so longer rows of backticks
 * in the text are made of something else from there on. How long is the longest?
 */
static size_t limit_fences(char *line)
{
	size_t longest = 0, n = 0;

	for (; *line; line++) {
		n = *line == '`' ? n + 1 : 0;
		if (n > FENCE_MOST)
			*line = '\'';
		n = *line == '`' ? n : 0;
		longest = n > longest ? n : longest;
	}
	return longest;
}

static void put_fence(FILE *out, size_t length)
{
	while (length--)
		putc('`', out);
}

/* Between fences that are longer than any within. */
static void put_span(FILE *out, char *line)
{
	size_t len = strlen(line), fence = limit_fences(line) + 1;
	bool pad = line[0] == '`' || (len && line[len - 1] == '`');

	put_fence(out, fence);
	fprintf(out, "%s%s%s", pad ? " " : "", line, pad ? " " : "");
	put_fence(out, fence);
}

void markdown_code(FILE *out, const char *text, size_t most)
{
	_cleanup_free_ char *line = page_line(text, most ? most : TEXT_MOST);

	if (line && *line)
		put_span(out, line);
}

void markdown_cell(FILE *out, const char *text, int most)
{
	_cleanup_free_ char *line = page_line(text, 0);
	const char bar[] = "\xc2\xa6"; /* U+00A6: a broken bar */
	char *rest = line, *piece;

	if (!line || !*line)
		return;
	page_cut(line, most);
	_cleanup_free_ char *whole = calloc(strlen(line) + 1, 2);
	if (!whole)
		return;
	for (size_t n = 0; (piece = strsep(&rest, "|")); n++) {
		if (n)
			strcat(whole, bar);
		strcat(whole, piece);
	}
	put_span(out, whole);
}

static void line(FILE *out, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "  - %s: ", label);
	markdown_code(out, text, 0);
	putc('\n', out);
}

static void put_observed(FILE *out, const struct record *rec)
{
	size_t all = observed_count(rec);

	for (size_t i = 0; i < all && i < OBSERVED_MOST; i++) {
		_cleanup_free_ char *text = observed_text(rec, i);
		if (text)
			line(out, "observed", text);
	}
	if (all > OBSERVED_MOST)
		fprintf(out, "  - and %zu more that are not as wanted\n",
			all - OBSERVED_MOST);
}

/* The last lines of a console, which are what is known of a panic. */
static void put_console(FILE *out, const struct record *rec)
{
	const json_t *console = json_object_get(rec->json, "console");
	size_t all = json_array_size(console);

	for (size_t i = all > OBSERVED_MOST ? all - OBSERVED_MOST : 0; i < all; i++)
		line(out, "console", json_string_value(json_array_get(console, i)));
}

int markdown_evidence(FILE *out, const struct record *rec, void *ctx)
{
	if (rec->outcome != OUTCOME_FAIL && rec->outcome != OUTCOME_ERROR &&
		rec->change != CHANGE_REGRESSED)
		return 0;
	_cleanup_free_ char *seen = record_seen(rec), *first = observed_text(rec, 0);
	put_observed(out, rec);
	/* A detail that only repeats what was observed has been said. */
	if (seen && rec->type != RECORD_BOOT && !(first && strstr(seen, ": wanted ")))
		line(out, "seen", seen);
	line(out, "cause", rec->cause);
	line(out, "remedy", rec->remedy);
	put_console(out, rec);
	if (rec->fault)
		fprintf(out, "  - fault: %s\n", fault_name(rec->fault));
	return ferror(out) ? -ENOMEM : 0;
}
