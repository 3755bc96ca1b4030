#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "strict.h"

/*
 * jansson tells the line of a syntax error but not that of a value. The text is known to be
 * JSON here, so that finding a member is only a matter of counting.
 */
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

json_t *strict_parse(const struct strict *s, size_t len)
{
	json_error_t err;
	json_t *json = json_loadb(s->text, len, JSON_REJECT_DUPLICATES, &err);

	if (!json)
		snprintf(s->why, s->why_size, "%s:%d: %s", s->file, err.line, err.text);
	return json;
}

int strict_complain(const struct strict *s, const char *pointer, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(s->why, s->why_size, "%s:%d: %s: %s", s->file,
		json_line(s->text, pointer), pointer, what);
	return -EINVAL;
}

static const char *type_name(json_type type)
{
	static const char *const names[] = { [JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a whole number",
		[JSON_TRUE] = "true or false" };

	return names[type];
}

int strict_value(const struct strict *s, const json_t *value, const char *pointer,
	json_type type, const struct strict_form *form)
{
	if (json_typeof(value) != type && !(type == JSON_TRUE && json_is_false(value)))
		return strict_complain(s, pointer, "must be %s", type_name(type));
	if (form && !form->is(json_string_value(value)))
		return strict_complain(s, pointer, "must be %s", form->words);
	return 0;
}

int strict_members(const struct strict *s, const json_t *object, const char *pointer,
	const struct strict_member *members, size_t count)
{
	const char *key;
	json_t *value;
	char at[512];
	int r;

	if ((r = strict_value(s, object, pointer, JSON_OBJECT, NULL)) < 0)
		return r;
	json_object_foreach((json_t *)object, key, value) {
		size_t i = 0;
		while (i < count && strcmp(members[i].key, key))
			i++;
		snprintf(at, sizeof(at), "%s/%s", pointer, key);
		if (i == count)
			return strict_complain(s, at, "unknown key");
		if ((r = strict_value(s, value, at, members[i].type, members[i].form)) <
			0)
			return r;
	}
	for (size_t i = 0; i < count; i++)
		if (members[i].required && !json_object_get(object, members[i].key))
			return strict_complain(
				s, pointer, "the key \"%s\" is missing", members[i].key);
	return 0;
}

int strict_list(const struct strict *s, const json_t *list, const char *pointer,
	const struct strict_member *members, size_t count)
{
	char at[512];
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)list, i, value) {
		snprintf(at, sizeof(at), "%s/%zu", pointer, i);
		int r = strict_members(s, value, at, members, count);
		if (r < 0)
			return r;
	}
	return 0;
}
