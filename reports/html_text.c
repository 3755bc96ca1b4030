/* Words for the page: the one place where text of records becomes part of it. */
#include <string.h>

#include "html.h"
#include "page.h"
#include "printable.h"

/* More than that of one text is for who reads the records. */
#define TEXT_MOST 4000

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
		return " ";
	default:
		return NULL;
	}
}

static void put_escaped(FILE *f, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "&<>\"'\t");
		fwrite_unlocked(text, 1, plain, f);
		text += plain;
		if (!*text)
			return;
		fputs_unlocked(entity(*text++), f);
	}
}

/* Nothing to be made printable: most texts. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text - 0x20u >= 0x5f && *text != '\n')
			return false;
	return true;
}

void html_text(FILE *f, const char *text)
{
	_cleanup_free_ char *clean = NULL;

	if (!is_plain(text))
		text = clean = printable(text, strlen(text));
	if (text)
		put_escaped(f, text);
}

void html_cut(FILE *f, const char *text, size_t most)
{
	size_t length = strlen(text), end = most ? most : TEXT_MOST;

	if (length <= end) {
		html_text(f, text);
		return;
	}
	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	_cleanup_free_ char *start = strndup(text, end);
	if (start)
		html_text(f, start);
	fprintf(f, "... [%zu more bytes, see the records]", length - end);
}

void html_shell(FILE *f, const char *text)
{
	static const char harmless[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_./:@%+=,-";

	if (*text && !text[strspn(text, harmless)]) {
		html_text(f, text);
		return;
	}
	html_text(f, "'");
	for (const char *c = text; *c;) {
		_cleanup_free_ char *part = strndup(c, strcspn(c, "'"));
		if (!part)
			return;
		html_text(f, part);
		c += strlen(part);
		if (*c == '\'') {
			html_text(f, "'\\''");
			c++;
		}
	}
	html_text(f, "'");
}

void html_item(FILE *f, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(f, "<dt>%s</dt><dd>", label);
	html_cut(f, text, 0);
	fputs("</dd>\n", f);
}

void html_count(FILE *f, size_t count, const char *one, const char *many)
{
	fprintf(f, "%zu %s", count, count == 1 ? one : many);
}

/* --- looks --- */

const struct html_look html_looks[LOOK_COUNT] = {
	[LOOK_SILENT] = { 's', "Silently ignored",
		"accepted, exit status 0, and not done: nobody would notice" },
	[LOOK_FAIL] = { 'f', "Fail", "there, and not as it has to be" },
	[LOOK_ERROR] = { 'e', "Error", "we failed to ask: nothing is known" },
	[LOOK_EXCEPT] = { 'x', "Ready, except", "something recommended is missing" },
	[LOOK_DENIED] = { 'd', "Denied", "a policy forbids it, so it cannot be known" },
	[LOOK_ABSENT] = { 'a', "Absent", "this kernel does not offer it" },
	[LOOK_GONE] = { 'g', "Gone", "only the run it is compared with has it" },
	[LOOK_PASS] = { 'p', "Pass", "shown to work by its effect" },
};

const enum table_kind html_order[TABLE_COUNT] = { TABLE_CASES, TABLE_PROFILES,
	TABLE_PROBES };

const char *html_look_title(enum table_kind kind, enum look look)
{
	static const char *const ready[LOOK_COUNT] = { [LOOK_FAIL] = "Not ready",
		[LOOK_ERROR] = "Not known",
		[LOOK_PASS] = "Ready" };

	if (kind == TABLE_PROFILES && ready[look])
		return ready[look];
	return html_looks[look].title;
}

enum look html_look_of(const struct table_answer *a)
{
	static const enum look looks[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = LOOK_PASS,
		[OUTCOME_FAIL] = LOOK_FAIL,
		[OUTCOME_ABSENT] = LOOK_ABSENT,
		[OUTCOME_DENIED] = LOOK_DENIED,
		[OUTCOME_ERROR] = LOOK_ERROR,
	};

	if (a->change == CHANGE_GONE)
		return LOOK_GONE;
	if (a->kind == KIND_SILENTLY_IGNORED && a->outcome == OUTCOME_FAIL)
		return LOOK_SILENT;
	return a->except && a->outcome == OUTCOME_PASS ? LOOK_EXCEPT : looks[a->outcome];
}

const char *html_word(enum table_kind kind, const struct table_answer *a)
{
	static const char *const kinds[KIND_COUNT] = {
		[KIND_NONE] = "fail",
		[KIND_SILENTLY_IGNORED] = "silent",
		[KIND_WRONG] = "wrong",
		[KIND_REFUSED] = "refused",
		[KIND_CLAIM_FALSE] = "claim false",
		[KIND_CLAIM_MISSING] = "no claim",
		[KIND_RESIDUE] = "residue",
	};
	static const char *const ready[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = "ready",
		[OUTCOME_FAIL] = "not ready",
		[OUTCOME_ABSENT] = "absent",
		[OUTCOME_DENIED] = "denied",
		[OUTCOME_ERROR] = "unknown",
	};

	switch (html_look_of(a)) {
	case LOOK_GONE:
		return "gone";
	case LOOK_EXCEPT:
		return "except";
	case LOOK_SILENT:
	case LOOK_FAIL:
		return kind == TABLE_PROFILES ? ready[a->outcome] : kinds[a->kind];
	default:
		return kind == TABLE_PROFILES ? ready[a->outcome]
					      : outcome_name(a->outcome);
	}
}
