/* Runs in which a comparison has found nothing: of many of them one line is enough. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define NAMES_MOST 12

static bool is_same(const struct run *run)
{
	if (text_compared(run) != TEXT_COMPARED)
		return false;
	for (size_t i = 1; i < run->count; i++)
		if (run->recs[i].type != RECORD_END)
			return false;
	return run->recs[run->count - 1].type == RECORD_END;
}

/* "6.12 hybrid with crun" */
static void add_name(FILE *f, const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *variation = env_text(env, "boot", "variation");
	const char *runtime = env_text(env, "boot", "runtime");

	fprintf(f, "%s%s%s%s%s", *label ? label : env_text(env, "kernel", "release"),
		*variation ? " " : "", variation, *runtime ? " with " : "", runtime);
}

static int note_name(struct text_same *s, const struct record *env)
{
	_cleanup_free_ char *names = s->names;
	size_t size;

	s->names = NULL;
	FILE *f = open_memstream(&s->names, &size);
	if (!f)
		return -ENOMEM;
	fprintf(f, "%s%s", names ? names : "", names ? ", " : "");
	add_name(f, env);
	return fclose(f) == EOF ? -ENOMEM : 0;
}

int text_same_take(struct text_same *s, struct run *run)
{
	if (!run->count || !is_same(run))
		return 0;
	json_int_t same = json_integer_value(
		json_object_get(run->recs[run->count - 1].json, "same"));
	s->answers += same > 0 && same < INT32_MAX ? same : 0;
	int r = s->runs < NAMES_MOST ? note_name(s, &run->recs[0]) : 0;
	if (s->runs++ == 0) {
		s->first = *run;
		*run = (struct run) { 0 };
	} else {
		run_forget(run);
	}
	return r < 0 ? r : 1;
}

void text_same_put(const struct page *p, const struct text_same *s)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "nothing changed in %zu run%s of %zu answers: %s%s", s->runs,
		    s->runs == 1 ? "" : "s", s->answers, s->names ? s->names : "",
		    s->runs > NAMES_MOST ? ", ..." : "") >= 0)
		page_wrap(p, 0, 2, text);
}

void text_same_free(struct text_same *s)
{
	run_forget(&s->first);
	free(s->names);
	*s = (struct text_same) { 0 };
}
