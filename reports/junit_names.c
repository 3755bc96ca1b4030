#include <string.h>

#include "junit_names.h"

struct junit_names {
	json_t *given; /* text -> what it became */
	json_t *taken; /* what a text became -> the last number behind it */
};

struct junit_names *junit_names_new(void)
{
	struct junit_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->given = json_object();
	n->taken = json_object();
	if (n->given && n->taken)
		return n;
	junit_names_free(n);
	return NULL;
}

void junit_names_free(struct junit_names *n)
{
	if (!n)
		return;
	json_decref(n->given);
	json_decref(n->taken);
	free(n);
}

/* What it becomes if nothing else did. free() it. */
static char *dotless(const char *text)
{
	char *plain = strdup(text);

	for (char *dot = plain; dot && (dot = strchr(dot, '.'));)
		*dot = '_';
	return plain;
}

/* "runc-1_1", or "runc-1_1~2" and so on, which then is taken. free() it. */
static char *take_name(json_t *taken, const char *plain)
{
	json_int_t count = json_integer_value(json_object_get(taken, plain));
	char *name = strdup(plain);

	while (name && json_object_get(taken, name)) {
		free(name);
		if (asprintf(&name, "%s~%lld", plain, (long long)++count) < 0)
			return NULL;
	}
	if (name && json_object_set_new(taken, name, json_integer(1)) == 0 &&
		json_object_set_new(taken, plain, json_integer(count ? count : 1)) == 0)
		return name;
	free(name);
	return NULL;
}

/* NULL without memory; borrowed. */
static const char *part(struct junit_names *n, const char *text)
{
	const json_t *known = json_object_get(n->given, text);

	if (known)
		return json_string_value(known);
	_cleanup_free_ char *plain = dotless(text);
	_cleanup_free_ char *name = plain ? take_name(n->taken, plain) : NULL;
	if (!name || json_object_set_new(n->given, text, json_string(name)) < 0)
		return NULL;
	return json_string_value(json_object_get(n->given, text));
}

char *junit_classname(struct junit_names *n, const struct naming_name *name)
{
	const char *run = part(n, name->run);
	const char *who = *name->who ? part(n, name->who) : "";
	char *text;

	if (!run || !who ||
		asprintf(&text, "%s.%s%s%s", run, name->type, *who ? "." : "", who) < 0)
		return NULL;
	return text;
}
