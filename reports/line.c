#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "line.h"
#include "page.h"
#include "printable.h"

/* DEL is ASCII and stands in JSON as it is. */
#define DEL 0x7f

static bool is_printable(unsigned char c)
{
	return c >= ' ' && c < DEL;
}

/* Whether page_line() would leave it as it is. */
static bool is_line(const char *text)
{
	char before = ' ';

	for (const char *p = text; *p; before = *p++)
		if (!is_printable(*p) || (*p == ' ' && before == ' '))
			return false;
	return !*text || before != ' ';
}

const char *line_of(const char *text, char **copy)
{
	if (is_line(text))
		return text;
	free(*copy);
	*copy = page_line(text, (size_t)-1);
	return *copy ? *copy : "";
}

/* The stream is ours alone while we write: a lock for each of millions of pieces is dear. */
static int put(const char *piece, size_t size, void *out)
{
	if (!memchr(piece, DEL, size))
		return fwrite_unlocked(piece, 1, size, out) == size ? 0 : -1;
	for (size_t i = 0; i < size; i++)
		if (piece[i] == DEL ? fputs_unlocked("\\u007f", out) < 0
				    : putc_unlocked(piece[i], out) == EOF)
			return -1;
	return 0;
}

int line_json(const json_t *json, FILE *out)
{
	const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY |
		JSON_REAL_PRECISION(6);

	return json_dump_callback(json, put, out, flags) < 0 ? -EIO : 0;
}

/* How much of it stands in JSON as it is. */
static size_t json_length(const char *text)
{
	const char *p = text;

	while (is_printable(*p) && *p != '"' && *p != '\\')
		p++;
	return p - text;
}

int line_json_text(const char *text, FILE *out)
{
	size_t length = json_length(text);

	if (!text[length]) {
		putc_unlocked('"', out);
		fwrite_unlocked(text, 1, length, out);
		return putc_unlocked('"', out) == EOF ? -EIO : 0;
	}
	_cleanup_free_ char *clean = printable(text, strlen(text));
	json_auto_t *json = clean ? json_string(clean) : NULL;
	return json ? line_json(json, out) : -ENOMEM;
}
