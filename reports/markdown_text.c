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

/* "pass → fail (wrong)", "was absent" */
static void put_change(FILE *out, const struct record *rec)
{
	const struct verdict_words is =
		verdict_words(outcome_name(rec->outcome), kind_name(rec->kind));
	const struct verdict_words was =
		verdict_words(record_was(rec, "outcome"), record_was(rec, "kind"));
	const char *before = *record_was(rec, "outcome") ? was.text : is.text;

	if (rec->change == CHANGE_FIXED || rec->change == CHANGE_GONE)
		fprintf(out, "was %s\n", before);
	else if (strcmp(before, is.text) != 0)
		fprintf(out, "%s → %s\n", before, is.text);
	else
		fprintf(out, "%s\n", is.text);
}

static bool is_told(const struct record *rec)
{
	switch (rec->change) {
	case CHANGE_FIXED:
	case CHANGE_GONE:
		return false;
	case CHANGE_REGRESSED:
	case CHANGE_UNKNOWN:
	case CHANGE_OTHER:
	case CHANGE_CAUSE:
		return rec->outcome != OUTCOME_PASS;
	default:
		return rec->outcome == OUTCOME_FAIL || rec->outcome == OUTCOME_ERROR;
	}
}

/* A cause says more than what was seen; of what is wrong both are wanted. */
static bool is_seen_told(const struct record *rec)
{
	return rec->type != RECORD_BOOT &&
		(!*rec->cause || rec->outcome == OUTCOME_FAIL ||
			rec->outcome == OUTCOME_ERROR || rec->change == CHANGE_REGRESSED);
}

int markdown_evidence(FILE *out, const struct record *rec, void *ctx)
{
	if (rec->change)
		put_change(out, rec);
	if (!is_told(rec))
		return ferror(out) ? -ENOMEM : 0;
	_cleanup_free_ char *seen = record_seen(rec), *first = observed_text(rec, 0);
	if (rec->change == CHANGE_CAUSE)
		line(out, "was",
			*record_was(rec, "cause") ? record_was(rec, "cause")
						  : record_was(rec, "detail"));
	put_observed(out, rec);
	/* A detail that only repeats what was observed has been said. */
	if (seen && is_seen_told(rec) && !(first && strstr(seen, ": wanted ")))
		line(out, "seen", seen);
	line(out, "cause", rec->cause);
	line(out, "remedy", rec->remedy);
	put_console(out, rec);
	if (rec->fault)
		fprintf(out, "  - fault: %s\n", fault_name(rec->fault));
	return ferror(out) ? -ENOMEM : 0;
}

char *markdown_said(const struct table *t, const struct table_answer *answer)
{
	char *text = NULL;
	size_t size;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	int r = table_evidence(t, answer, out);
	if (fclose(out) == EOF || r < 0) {
		free(text);
		return NULL;
	}
	return text;
}

int markdown_put_evidence(
	const struct table *t, const struct table_answer *answer, FILE *out)
{
	_cleanup_free_ char *text = markdown_said(t, answer);
	const char *rest = text && answer->change ? strchr(text, '\n') : NULL;

	if (!text)
		return -ENOMEM;
	fputs(rest ? rest + 1 : text, out);
	return 0;
}
