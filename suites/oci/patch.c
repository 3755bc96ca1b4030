#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "patch.h"

int patch_merge(json_t *doc, const json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)patch, key, value) {
		int r;
		json_t *old = json_object_get(doc, key);
		if (json_is_null(value)) {
			json_object_del(doc, key);
			continue;
		}
		if (json_is_object(value)) {
			json_t *into =
				json_is_object(old) ? json_incref(old) : json_object();
			r = patch_merge(into, value);
			if (json_object_set_new(doc, key, into) < 0)
				r = -ENOMEM;
		} else {
			r = json_object_set_new(doc, key, json_deep_copy(value));
		}
		if (r < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The element that a token names, -1 the last; SIZE_MAX, which no array has, if it names none. */
static size_t index_of(const json_t *array, const char *token)
{
	size_t len = strlen(token);

	if (!strcmp(token, "-1"))
		return json_array_size(array) - 1;
	if (!len || len > 9 || strspn(token, "0123456789") != len ||
		(*token == '0' && len > 1))
		return SIZE_MAX;
	return strtoul(token, NULL, 10);
}

/* One step of a JSON pointer: the member or element of `at`, NULL if there is none. */
static json_t *child(json_t *at, const char *token)
{
	if (json_is_array(at))
		return json_array_get(at, index_of(at, token));
	return json_object_get(at, token);
}

/* ~1 is "/" and ~0 is "~" (RFC 6901, section 4). */
static void unescape(char *token)
{
	char *to = token;

	for (const char *from = token; *from; from++) {
		if (*from == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '1' ? '/' : '~';
		else
			*to++ = *from;
	}
	*to = '\0';
}

/* The container that a pointer leads into, and the last token in it. */
static json_t *locate(json_t *doc, char *pointer, char **ret_token)
{
	json_t *at = doc;
	char *rest = pointer + 1, *token;

	while ((token = strsep(&rest, "/"))) {
		unescape(token);
		if (!rest)
			break;
		at = child(at, token);
	}
	*ret_token = token;
	return at;
}

static int add(json_t *at, const char *token, json_t *value)
{
	if (json_is_object(at))
		return json_object_set(at, token, value);
	if (!strcmp(token, "-"))
		return json_array_append(at, value);
	return json_array_insert(at, index_of(at, token), value);
}

static int remove_at(json_t *at, const char *token)
{
	if (json_is_object(at))
		return json_object_del(at, token);
	return json_array_remove(at, index_of(at, token));
}

static int replace(json_t *at, const char *token, json_t *value)
{
	if (!child(at, token))
		return -1;
	if (json_is_object(at))
		return json_object_set(at, token, value);
	return json_array_set(at, index_of(at, token), value);
}

static int apply_one(json_t *doc, const json_t *op, char *why, size_t why_size)
{
	const char *name = json_string_value(json_object_get(op, "op"));
	const char *path = json_string_value(json_object_get(op, "path"));
	json_t *value = json_deep_copy(json_object_get(op, "value"));
	_cleanup_free_ char *pointer = strdup(path);
	char *token;
	int r = -1;

	json_t *at = pointer ? locate(doc, pointer, &token) : NULL;
	if (at && !strcmp(name, "add"))
		r = add(at, token, value);
	else if (at && !strcmp(name, "remove"))
		r = remove_at(at, token);
	else if (at && !strcmp(name, "replace"))
		r = replace(at, token, value);
	json_decref(value);
	if (r < 0) {
		snprintf(why, why_size, "\"%s\" finds nothing at %s", name, path);
		return -EINVAL;
	}
	return 0;
}

int patch_apply(json_t *doc, const json_t *patch, char *why, size_t why_size)
{
	size_t i;
	json_t *op;

	json_array_foreach((json_t *)patch, i, op) {
		int r = apply_one(doc, op, why, why_size);
		if (r < 0)
			return r;
	}
	return 0;
}

int patch_check(const json_t *patch, char *why, size_t why_size)
{
	size_t i;
	json_t *op;

	json_array_foreach((json_t *)patch, i, op) {
		const char *name = json_string_value(json_object_get(op, "op"));
		const char *path = json_string_value(json_object_get(op, "path"));
		size_t members = 2;
		if (!name || !path || path[0] != '/') {
			snprintf(why, why_size,
				"operation %zu needs \"op\" and a \"path\" from /", i);
			return -EINVAL;
		}
		if (!strcmp(name, "add") || !strcmp(name, "replace")) {
			members = 3;
			if (!json_object_get(op, "value")) {
				snprintf(why, why_size, "operation %zu needs a \"value\"",
					i);
				return -EINVAL;
			}
		} else if (strcmp(name, "remove")) {
			snprintf(why, why_size,
				"operation %zu is \"%s\", not add, remove or replace", i,
				name);
			return -EINVAL;
		}
		if (json_object_size(op) != members) {
			snprintf(why, why_size,
				"operation %zu has members it does not know", i);
			return -EINVAL;
		}
	}
	return 0;
}
