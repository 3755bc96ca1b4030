#include <errno.h>
#include <string.h>

#include "naming.h"
#include "page.h"

struct naming {
	json_t *runs;   /* label -> how many were called so */
	json_t *checks; /* of the run at hand: type, who and check -> how many */
	char *run, *check, *who;
};

struct naming *naming_new(void)
{
	struct naming *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->runs = json_object();
	n->checks = json_object();
	if (n->runs && n->checks)
		return n;
	naming_free(n);
	return NULL;
}

void naming_free(struct naming *n)
{
	if (!n)
		return;
	json_decref(n->runs);
	json_decref(n->checks);
	free(n->run);
	free(n->check);
	free(n->who);
	free(n);
}

/* How many times `key` was met, this time included; -ENOMEM. */
static int count(json_t *met, const char *key)
{
	json_t *value = json_object_get(met, key);
	int n = json_integer_value(value) + 1;

	if (value ? json_integer_set(value, n) < 0
		  : json_object_set_new(met, key, json_integer(n)) < 0)
		return -ENOMEM;
	return n;
}

/*
 * Appends " #2" to what was met before under `key`, or the next number that nobody is called by:
 * a name may end in one.
 */
static int make_unique(json_t *met, const char *key, char **text)
{
	int n = count(met, key), taken;

	if (n <= 1)
		return n < 0 ? n : 0;
	do {
		_cleanup_free_ char *numbered = NULL;
		if (asprintf(&numbered, "%s #%d", key, n) < 0)
			return -ENOMEM;
		taken = count(met, numbered);
	} while (taken > 1 && n++);
	_cleanup_free_ char *plain = *text;
	if (taken < 0 || asprintf(text, "%s #%d", plain, n) < 0) {
		*text = NULL;
		return -ENOMEM;
	}
	json_integer_set(json_object_get(met, key), n);
	return 0;
}

/* "6.12 hybrid with crun": the label it was given, else its release. */
static char *run_label(const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *variation = env_text(env, "boot", "variation");
	const char *runtime = env_text(env, "boot", "runtime");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%s%s%s%s",
		    *label ? label : env_text(env, "kernel", "release"),
		    *variation ? " " : "", variation, *runtime ? " with " : "",
		    runtime) < 0)
		return NULL;
	return page_line(page_named(text), 0);
}

static int open_run(struct naming *n, const struct record *env)
{
	free(n->run);
	json_object_clear(n->checks);
	if (!(n->run = run_label(env)))
		return -ENOMEM;
	return make_unique(n->runs, n->run, &n->run);
}

static char *check_text(const struct record *rec)
{
	const char *call = record_text(rec, "call"), *answer = record_text(rec, "answer");
	_cleanup_free_ char *text = NULL;

	if (!*rec->subject && !*call && !*answer)
		return page_line(page_named(rec->name), 0);
	if (asprintf(&text, "%s%s%s%s%s%s%s", page_named(rec->name),
		    *rec->subject ? " on " : "", rec->subject, *call ? " without " : "",
		    call, *answer ? " answering " : "", answer) < 0) {
		text = NULL;
		return NULL;
	}
	return page_line(text, 0);
}

static int name_check(struct naming *n, const struct record *rec, const char *type)
{
	_cleanup_free_ char *key = NULL;

	free(n->check);
	free(n->who);
	n->check = check_text(rec);
	n->who = page_line(*rec->runtime ? rec->runtime : rec->asker, 0);
	if (!n->check || !n->who ||
		asprintf(&key, "%s\n%s\n%s", type, n->who, n->check) < 0)
		return -ENOMEM;
	return make_unique(n->checks, key, &n->check);
}

int naming_take(struct naming *n, const struct record *rec, struct naming_name *ret_name)
{
	const char *type = json_string_value(json_object_get(rec->json, "type"));
	int r = 0;

	if (rec->type == RECORD_ENV)
		r = open_run(n, rec);
	else if (rec->type != RECORD_END)
		r = name_check(n, rec, type);
	if (r < 0)
		return r;
	bool checked = rec->type != RECORD_ENV && rec->type != RECORD_END;
	*ret_name = (struct naming_name) {
		.type = type,
		.check = checked ? n->check : "",
		.who = checked ? n->who : "",
		.run = n->run ? n->run : "",
	};
	return 0;
}
