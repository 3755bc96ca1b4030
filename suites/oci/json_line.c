/*
 * jansson tells the line of a syntax error but not that of a value, and an error has to name
 * the line of the key it complains about. The text is known to be JSON here, so that finding
 * a member is only a matter of counting.
 */
#include <stdio.h>
#include <string.h>

#include "case.h"

struct scan {
	const char *at;
	int line;
	int key_line; /* of what `at` is the value of: that may begin on a later line */
};

static void skip_space(struct scan *s)
{
	for (; *s->at && strchr(" \t\r\n,:", *s->at); s->at++)
		s->line += *s->at == '\n';
}

static void skip_string(struct scan *s)
{
	for (s->at++; *s->at && *s->at != '"'; s->at++)
		if (*s->at == '\\' && s->at[1])
			s->at++;
	s->at += *s->at == '"';
}

static void skip_value(struct scan *s)
{
	int depth = 0;

	do {
		skip_space(s);
		if (*s->at == '"')
			skip_string(s);
		else if (*s->at == '{' || *s->at == '[')
			depth++, s->at++;
		else if (*s->at == '}' || *s->at == ']')
			depth--, s->at++;
		else
			s->at += strcspn(s->at, " \t\r\n,:{}[]\"") ?: (*s->at != '\0');
	} while (depth > 0 && *s->at);
}

/* Is the key at hand this one, whatever escapes it is written with? */
static bool key_is(struct scan s, const char *token, size_t len)
{
	const char *from = s.at;

	skip_string(&s);
	json_auto_t *key = json_loadb(from, s.at - from, JSON_DECODE_ANY, NULL);
	return json_string_length(key) == len &&
		!strncmp(json_string_value(key), token, len);
}

static bool index_is(size_t index, const char *token, size_t len)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", index);
	return strlen(text) == len && !strncmp(text, token, len);
}

/* Moves to the member or element `token` of the value at hand; false if it has none. */
static bool enter(struct scan *s, const char *token, size_t len)
{
	bool object = *s->at == '{';

	if (!object && *s->at != '[')
		return false;
	s->at++;
	for (size_t i = 0;; i++) {
		skip_space(s);
		if (!*s->at || *s->at == '}' || *s->at == ']')
			return false;
		bool here = object ? key_is(*s, token, len) : index_is(i, token, len);
		s->key_line = s->line;
		if (object) {
			skip_string(s);
			skip_space(s);
		}
		if (here)
			return true;
		skip_value(s);
	}
}

int json_line(const char *text, const char *pointer)
{
	struct scan s = { .at = text, .line = 1 };

	skip_space(&s);
	s.key_line = s.line;
	while (*pointer == '/') {
		/* A key may hold slashes, as facts do: take the longest that is there. */
		size_t len = strlen(++pointer);
		struct scan next;
		for (; len; len--) {
			next = s;
			if ((!pointer[len] || pointer[len] == '/') &&
				enter(&next, pointer, len))
				break;
		}
		if (!len)
			return s.key_line;
		s = next;
		pointer += len;
	}
	return s.key_line;
}
