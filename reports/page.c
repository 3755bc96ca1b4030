#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "page.h"
#include "printable.h"

/* Longer than any text of a verdict: what is cut is what somebody else wrote. */
#define LINE_MOST 700

#define ITEM_INDENT 6
#define ITEM_TEXT   16

static const char *const escapes[] = {
	[INK_PLAIN] = "",
	[INK_BOLD] = "\033[1m",
	[INK_DIM] = "\033[2m",
	[INK_RED] = "\033[1;31m",
	[INK_GREEN] = "\033[32m",
	[INK_YELLOW] = "\033[33m",
	[INK_BLUE] = "\033[34m",
	[INK_MAGENTA] = "\033[35m",
	[INK_ALARM] = "\033[1;37;41m",
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

const char *page_named(const char *text)
{
	return text[strspn(text, " \t\n")] ? text : "unnamed";
}

int page_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += !is_continuation(*text);
	return width;
}

/* Folds every run of blanks into one, in place. */
static void fold_blanks(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (!is_blank(*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

/* Is the text as it has to be already? Nearly all are. */
static bool is_line(const char *text, size_t most)
{
	char before = ' ';
	size_t len = 0;

	for (; text[len]; before = text[len++])
		if (text[len] < 0x20 || text[len] > 0x7e || len == most ||
			(text[len] == ' ' && before == ' '))
			return false;
	return len == 0 || before != ' ';
}

char *page_line(const char *text, size_t most)
{
	size_t chars = 0, cut = 0;

	if (!most)
		most = LINE_MOST;
	if (is_line(text, most))
		return strdup(text);
	char *line = printable(text, strlen(text));
	if (!line)
		return NULL;
	fold_blanks(line);
	for (size_t i = 0; line[i]; i++) {
		if (is_continuation(line[i]))
			continue;
		if (chars++ == most)
			cut = i;
	}
	if (!cut)
		return line;

	char *shorter = NULL;
	if (asprintf(&shorter, "%.*s... [%zu more characters]", (int)cut, line,
		    chars - most) < 0)
		shorter = NULL;
	free(line);
	return shorter;
}

void page_cut(char *line, int columns)
{
	char *cut = line;

	if (page_width(line) <= columns)
		return;
	for (int column = 0; *cut; cut++)
		if (!is_continuation(*cut) && column++ >= columns - 3)
			break;
	while (cut > line && cut[-1] == ' ')
		cut--;
	/* Longer than `columns` by one character at least: there is room for the dots. */
	memcpy(cut, "...", 4);
}

void page_ink(const struct page *p, enum ink ink, const char *text, int width)
{
	_cleanup_free_ char *line = page_line(text, 0);
	if (!line)
		return;
	bool coloured = p->colour && ink != INK_PLAIN;
	fprintf(p->out, "%s%s%s", coloured ? escapes[ink] : "", line,
		coloured ? "\033[0m" : "");
	int missing = width - page_width(line);
	if (missing > 0)
		fprintf(p->out, "%*s", missing, "");
}

void page_wrap(const struct page *p, int at, int hang, const char *text)
{
	_cleanup_free_ char *line = page_line(text, (size_t)-1);
	char *rest = line, *word;
	int column = at;
	bool first = true; /* on this line: no blank before it */

	while ((word = strsep(&rest, " "))) {
		int width = page_width(word);
		if (column > hang && column + !first + width > p->columns) {
			fprintf(p->out, "\n%*s", hang, "");
			column = hang;
			first = true;
		}
		fprintf(p->out, "%s%s", first ? "" : " ", word);
		column += !first + width;
		first = false;
	}
	putc('\n', p->out);
}

void page_item(const struct page *p, const char *label, const char *text)
{
	_cleanup_free_ char *line = page_line(text, 0);
	if (!line || !*line)
		return;

	fprintf(p->out, "%*s", ITEM_INDENT, "");
	page_ink(p, INK_DIM, label, 0);
	int at = ITEM_INDENT + page_width(label);
	fprintf(p->out, "%-*s", ITEM_TEXT - at, *label ? ":" : "");
	page_wrap(p, ITEM_TEXT, ITEM_TEXT, line);
}

void page_heading(
	const struct page *p, enum ink ink, const char *title, const char *meaning)
{
	putc('\n', p->out);
	page_ink(p, ink, title, 0);
	fputs("  ", p->out);
	page_wrap(p, page_width(title) + 2, page_width(title) + 2, meaning);
}
