#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "match.h"

static bool contains(const json_t *want, const json_t *got)
{
	size_t i;
	json_t *element;

	if (json_is_string(got))
		return json_is_string(want) &&
			strstr(json_string_value(got), json_string_value(want));
	if (json_is_array(want)) {
		json_array_foreach((json_t *)want, i, element)
			if (!contains(element, got))
				return false;
		return json_is_array(got);
	}
	json_array_foreach((json_t *)got, i, element)
		if (json_equal(element, want))
			return true;
	return false;
}

static bool matches(const json_t *want, const json_t *got)
{
	char number[32] = "";
	regex_t re;

	if (json_is_integer(got))
		snprintf(number, sizeof(number), "%lld",
			(long long)json_integer_value(got));
	else if (!json_is_string(got))
		return false;
	if (regcomp(&re, json_string_value(want), REG_EXTENDED | REG_NOSUB | REG_NEWLINE))
		return false;
	bool yes = !regexec(&re, *number ? number : json_string_value(got), 0, NULL, 0);
	regfree(&re);
	return yes;
}

static bool absent(const json_t *want, const json_t *got)
{
	return got && !contains(want, got);
}

static bool equals(const json_t *want, const json_t *got)
{
	return json_equal(want, got);
}

static bool one_errno(const json_t *want, const json_t *got)
{
	return json_is_array(want) ? contains(got, want) : json_equal(want, got);
}

static bool subset(const json_t *want, const json_t *got);

static const struct matcher {
	const char *name;
	bool (*match)(const json_t *want, const json_t *got);
} matchers[] = {
	{ "equals", equals },
	{ "contains", contains },
	{ "absent", absent },
	{ "matches", matches },
	{ "subset", subset },
	{ "errno", one_errno },
};

static const struct matcher *matcher_of(const json_t *want)
{
	void *iter = json_object_iter((json_t *)want);

	if (json_object_size(want) != 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(matchers); i++)
		if (!strcmp(matchers[i].name, json_object_iter_key(iter)))
			return &matchers[i];
	return NULL;
}

/* Below a subset, an object that is no matcher is a subset itself. */
static bool match_member(const json_t *want, const json_t *got)
{
	if (json_is_object(want) && !matcher_of(want))
		return subset(want, got);
	return match(want, got);
}

static bool subset(const json_t *want, const json_t *got)
{
	const char *key;
	json_t *value;

	if (!json_is_object(got))
		return false;
	json_object_foreach((json_t *)want, key, value)
		if (!match_member(value, json_object_get(got, key)))
			return false;
	return true;
}

bool match(const json_t *want, const json_t *got)
{
	const struct matcher *m = json_is_object(want) ? matcher_of(want) : NULL;

	if (!got)
		return false;
	if (!m)
		return json_equal(want, got);
	return m->match(json_object_get(want, m->name), got);
}

void match_narrow(
	const json_t *want, const json_t *got, json_t **ret_want, json_t **ret_got)
{
	const json_t *members = json_object_get(want, "subset");
	const char *key;
	json_t *value;

	if (!members || !json_is_object(got)) {
		*ret_want = json_incref((json_t *)want);
		*ret_got = json_incref((json_t *)got);
		return;
	}
	*ret_want = json_object();
	*ret_got = json_object();
	json_object_foreach((json_t *)members, key, value) {
		json_t *have = json_object_get(got, key);
		if (match_member(value, have))
			continue;
		json_object_set(*ret_want, key, value);
		if (have)
			json_object_set(*ret_got, key, have);
	}
}

static int check_regex(const char *text, char *why, size_t why_size)
{
	regex_t re;

	if (!text || regcomp(&re, text, REG_EXTENDED | REG_NOSUB)) {
		snprintf(why, why_size,
			"\"matches\" needs a POSIX extended regular expression");
		return -EINVAL;
	}
	regfree(&re);
	return 0;
}

int match_check(const json_t *want, char *why, size_t why_size)
{
	const struct matcher *m;

	if (!json_is_object(want))
		return 0;
	m = matcher_of(want);
	if (!m) {
		snprintf(why, why_size,
			"an object must be one matcher: equals, contains, absent, matches, subset, errno");
		return -EINVAL;
	}
	const json_t *value = json_object_get(want, m->name);
	if (m->match == matches)
		return check_regex(json_string_value(value), why, why_size);
	if (m->match == subset && !json_is_object(value)) {
		snprintf(why, why_size, "\"subset\" needs an object");
		return -EINVAL;
	}
	return 0;
}
