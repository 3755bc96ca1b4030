/* What nodes are called, and many of them in few words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

/* --- of files --- */

/* What all sources begin and end with: directories, and the file's name or its ending. */
struct common {
	size_t head, tail;
};

static size_t min_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t same_head(const char *a, const char *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] && a[n] == b[n])
		n++;
	return n;
}

static size_t same_tail(const char *a, const char *b, size_t most)
{
	size_t la = strlen(a), lb = strlen(b), n = 0;

	most = min_of(most, min_of(la, lb));
	while (n < most && a[la - n - 1] == b[lb - n - 1])
		n++;
	return n;
}

/* The end from its first slash, else the ending ".jsonl". */
static size_t whole_tail(const char *source, size_t tail)
{
	const char *end = source + strlen(source), *at = end - tail;
	const char *slash = strchr(at, '/'), *dot = strrchr(at, '.');

	if (slash)
		return end - slash;
	return dot && !strcmp(dot, ".jsonl") ? end - dot : 0;
}

static struct common common_of(const struct table *t)
{
	struct common c = { SIZE_MAX, SIZE_MAX };
	const char *first = NULL;
	bool several = false;

	for (size_t i = 0; i < t->run_count; i++) {
		const char *source = t->runs[i].source;
		if (!*source)
			continue;
		if (!first)
			first = source;
		several = several || strcmp(first, source) != 0;
		c.head = min_of(c.head, same_head(first, source, c.head));
		c.tail = min_of(c.tail, same_tail(first, source, c.tail));
	}
	if (!first)
		return (struct common) { 0, 0 };
	while (c.head && first[c.head - 1] != '/')
		c.head--;
	if (several) {
		c.tail = whole_tail(first, c.tail);
	} else {
		const char *dot = strrchr(first + c.head, '.');
		c.tail = dot > first + c.head ? whole_tail(first, strlen(dot)) : 0;
	}
	return c;
}

/* Has the file of run `i` others? They stand beside each other. */
static bool shares_file(const struct table *t, size_t i)
{
	const char *source = t->runs[i].source;

	return (i > 0 && !strcmp(t->runs[i - 1].source, source)) ||
		(i + 1 < t->run_count && !strcmp(t->runs[i + 1].source, source));
}

static char *name_of(const struct table *t, size_t i, struct common c)
{
	const struct table_run *run = &t->runs[i];
	size_t len = strlen(run->source);
	bool labelled = !*run->source || shares_file(t, i);
	char *name;

	/* A file may be called like the beginning or the end of all others. */
	if (c.head + c.tail >= len)
		c = (struct common) { 0, 0 };
	if (asprintf(&name, "%.*s%s%s%s%s", (int)(len - c.head - c.tail),
		    run->source + c.head, labelled && len ? ": " : "",
		    labelled ? run->label : "", labelled && *run->runtime ? " with " : "",
		    labelled ? run->runtime : "") < 0)
		return NULL;
	return name;
}

/* A name that was given already gets a number. */
static int tell_apart(json_t *given, char **name)
{
	int n = json_integer_value(json_object_get(given, *name));
	char *numbered;

	if (json_object_set_new(given, *name, json_integer(n + 1)) < 0)
		return -ENOMEM;
	if (!n)
		return 0;
	if (asprintf(&numbered, "%s #%d", *name, n + 1) < 0)
		return -ENOMEM;
	free(*name);
	*name = numbered;
	return 0;
}

int fleet_names(const struct table *t, char **names)
{
	struct common c = common_of(t);
	json_auto_t *given = json_object();

	if (!given)
		return -ENOMEM;
	for (size_t i = 0; i < t->run_count; i++)
		if (!(names[i] = name_of(t, i, c)) || tell_apart(given, &names[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* --- ranges --- */

#define DIGITS "0123456789"

/* Is `b` what comes after `a`, but for one number that is one more? `at`: where it begins. */
static bool follows(const char *a, const char *b, size_t *ret_at)
{
	size_t at = same_head(a, b, SIZE_MAX);

	while (at && strchr(DIGITS, a[at - 1]))
		at--;
	size_t la = strspn(a + at, DIGITS), lb = strspn(b + at, DIGITS);
	/* More digits than a number of ours has; "7" and "08" are no row. */
	if (!la || !lb || la > 18 || lb > 18 ||
		(la != lb && (a[at] == '0' || b[at] == '0')))
		return false;
	*ret_at = at;
	return strcmp(a + at + la, b + at + lb) == 0 &&
		strtoull(b + at, NULL, 10) == strtoull(a + at, NULL, 10) + 1;
}

/* How many names from the first on make a range; 1 if it is not worth one. */
static size_t range_of(char *const *names, size_t count)
{
	size_t at = 0, other, n = 1;

	while (n < count && follows(names[n - 1], names[n], &other) &&
		(n == 1 || other == at)) {
		at = other;
		n++;
	}
	return n > 2 ? n : 1;
}

char *fleet_ranges(char *const *names, size_t count, size_t most)
{
	char *text = NULL;
	size_t size, shown = 0, i = 0;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (; i < count && shown < most; shown++) {
		size_t n = range_of(names + i, count - i);
		fprintf(out, "%s%s", shown ? ", " : "", names[i]);
		if (n > 1)
			fprintf(out, "..%s", names[i + n - 1]);
		i += n;
	}
	if (i < count)
		fprintf(out, " and %zu more", count - i);
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}
