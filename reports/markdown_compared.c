/* With what runs were compared, and what it comes to: the head and the last line. */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "markdown.h"
#include "page.h"

#define KINDS_MOST 12
#define TEXT_MOST  100

enum { KERNEL, VARIATION, RUNTIME, ASKERS, PLIMSOLL, TIMES, AGAINST, GONE, ALONE, KINDS };

static const struct {
	const char *one, *many;
} titles[] = {
	[KERNEL] = { "kernel", "kernels" },
	[VARIATION] = { "variation", "variations" },
	[RUNTIME] = { "runtime", "runtimes" },
	[ASKERS] = { "asked by", "asked by" },
	[PLIMSOLL] = { "plimsoll", "plimsoll" },
	[TIMES] = { "measured", "measured" },
	[AGAINST] = { "compared with", "compared with" },
	[GONE] = { "gone", "gone" },
	[ALONE] = { "not compared", "not compared" },
};
_Static_assert(ARRAY_SIZE(titles) == KINDS &&
		ARRAY_SIZE(((struct markdown_compared *)0)->lists) == KINDS &&
		ARRAY_SIZE(((struct markdown_compared *)0)->all) == KINDS,
	"a list for each");

void markdown_compared_free(struct markdown_compared *c)
{
	for (size_t i = 0; i < KINDS; i++)
		json_decref(c->lists[i]);
	json_decref(c->met);
	*c = (struct markdown_compared) { 0 };
}

/* --- what the envs say --- */

/* Takes what was written through `item`, once. 0 or -ENOMEM. */
static int keep(struct markdown_compared *c, size_t kind, struct markdown_item *item)
{
	_cleanup_free_ char *key = NULL, *text = NULL;

	int r = fclose(item->out);
	text = item->text;
	if (r == EOF)
		return -ENOMEM;
	if (!item->size)
		return 0;
	if (asprintf(&key, "%zu %s", kind, text) < 0 ||
		(!c->met && !(c->met = json_object())) ||
		(!c->lists[kind] && !(c->lists[kind] = json_array())))
		return -ENOMEM;
	if (json_object_get(c->met, key))
		return 0;
	if (json_object_set_new(c->met, key, json_true()) < 0)
		return -ENOMEM;
	if (c->all[kind]++ < KINDS_MOST)
		r = json_array_append_new(c->lists[kind], json_string(text));
	return r < 0 ? -ENOMEM : 0;
}

/* "`6.1` → `6.12`", or what both are. Nothing if neither is known. */
static void put_both(FILE *out, const char *was, const char *is)
{
	if (!*was && !*is)
		return;
	if (*was && strcmp(was, is) != 0) {
		markdown_code(out, was, TEXT_MOST);
		fputs(" → ", out);
	}
	markdown_code(out, *is ? is : "?", TEXT_MOST);
}

static int keep_both(
	struct markdown_compared *c, size_t kind, const char *was, const char *is)
{
	struct markdown_item item;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	put_both(out, was, is);
	return keep(c, kind, &item);
}

/* "`5.10 LTS`: `5.10.0-30-amd64` → `5.10.0-31-amd64`" */
static int keep_kernel(struct markdown_compared *c, const struct record *env)
{
	const char *was = env_text(env, "compared_with", "release");
	const char *is = env_text(env, "kernel", "release");
	const char *label = env_text(env, "boot", "label");
	const char *was_label = env_text(env, "compared_with", "label");
	bool same = !strcmp(was, is);
	struct markdown_item item;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	if (*label) {
		put_both(out, same ? "" : was_label, label);
		fputs(": ", out);
	}
	put_both(out, was, is);
	fputs(same && *is ? " both times" : "", out);
	return keep(c, KERNEL, &item);
}

static char *names_of(const json_t *names)
{
	char *text = NULL;
	const json_t *name;
	size_t size, i;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	json_array_foreach(names, i, name)
		fprintf(out, "%s%s", i ? ", " : "", json_string_value(name));
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}

static int keep_askers(struct markdown_compared *c, const json_t *with, const json_t *now)
{
	_cleanup_free_ char *was = names_of(json_object_get(with, "askers"));
	_cleanup_free_ char *is = names_of(json_object_get(now, "askers"));

	return !was || !is ? -ENOMEM : keep_both(c, ASKERS, was, is);
}

static int keep_compared(struct markdown_compared *c, const struct record *env)
{
	const json_t *with = json_object_get(env->json, "compared_with");
	const json_t *now = json_object_get(with, "now");
	const char *runtime = json_string_value(json_object_get(now, "runtime"));
	const struct {
		size_t kind;
		const char *was, *is;
	} both[] = {
		{ VARIATION, env_text(env, "compared_with", "variation"),
			env_text(env, "boot", "variation") },
		{ RUNTIME, env_text(env, "compared_with", "runtime"),
			runtime ? runtime : env_text(env, "boot", "runtime") },
		{ PLIMSOLL, env_text(env, "compared_with", "plimsoll"),
			record_text(env, "plimsoll") },
		{ TIMES, env_text(env, "compared_with", "time"),
			record_text(env, "time") },
		{ AGAINST, "", env_text(env, "compared_with", "file") },
	};
	int r = keep_kernel(c, env);

	/* A file that has no name is not told. */
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(both); i++)
		r = keep_both(c, both[i].kind, both[i].was, both[i].is);
	return r < 0 ? r : keep_askers(c, with, now);
}

static void count(struct markdown_compared *c, const struct record *rec)
{
	enum gate gate = gate_of(rec);
	bool gone = rec->change == CHANGE_GONE;

	c->new_wrong +=
		rec->change == CHANGE_NEW && (gate == GATE_FAIL || gate == GATE_ERROR);
	c->others[rec->change] += rec->type == RECORD_PROOF || rec->type == RECORD_BOOT;
	c->gone[rec->type][rec->outcome] += gone;
	c->gone_silent +=
		gone && rec->type == RECORD_CASE && rec->kind == KIND_SILENTLY_IGNORED;
}

int markdown_compared_take(struct markdown_compared *c, const struct record *rec)
{
	const char *label = env_text(rec, "boot", "label");

	if (rec->type == RECORD_END)
		return 0;
	if (rec->type != RECORD_ENV) {
		count(c, rec);
		return 0;
	}
	if (!*label)
		label = env_text(rec, "kernel", "release");
	if (rec->change == CHANGE_GONE)
		return keep_both(c, GONE, "", label);
	return json_object_get(rec->json, "compared_with")
		? keep_compared(c, rec)
		: keep_both(c, ALONE, "", label);
}

int markdown_put_compared(const struct markdown_compared *c, struct markdown_part *part)
{
	struct markdown_item item;
	const json_t *text;
	size_t i;
	int r = 0;

	for (size_t k = 0; r == 0 && k < KINDS; k++) {
		if (!c->all[k])
			continue;
		FILE *out = markdown_begin(&item);
		if (!out)
			return -ENOMEM;
		fprintf(out, "- %s: ", c->all[k] == 1 ? titles[k].one : titles[k].many);
		json_array_foreach(c->lists[k], i, text)
			fprintf(out, "%s%s", i ? "; " : "", json_string_value(text));
		if (c->all[k] > KINDS_MOST)
			fprintf(out, " and %zu more", c->all[k] - KINDS_MOST);
		putc('\n', out);
		r = markdown_end(part, &item);
	}
	return r;
}

/* --- what it comes to --- */

static void put_count(FILE *out, size_t *said, size_t count, const char *what)
{
	if (count)
		fprintf(out, "%s%zu %s", (*said)++ ? ", " : "", count, what);
}

void markdown_put_changed(
	const struct table *t, const struct markdown_compared *c, FILE *out)
{
	const size_t *n = t->changes;
	size_t said = 0;
	size_t other = n[CHANGE_OTHER] + n[CHANGE_CAUSE] + n[CHANGE_GONE] +
		n[CHANGE_NEW] - c->new_wrong;

	put_count(out, &said, n[CHANGE_REGRESSED], "regressed");
	put_count(out, &said, n[CHANGE_UNKNOWN], "no longer known");
	put_count(out, &said, c->new_wrong, "new and wrong");
	if (!said && (n[CHANGE_FIXED] || other)) {
		fputs("nothing regressed", out);
		said++;
	}
	put_count(out, &said, n[CHANGE_FIXED], "fixed");
	if (!n[CHANGE_FIXED])
		put_count(
			out, &said, other, other == 1 ? "other change" : "other changes");
	if (!said)
		fputs("nothing changed", out);
}

void markdown_put_counts(const struct table *t, FILE *out)
{
	static const struct {
		enum change change;
		const char *what, *against;
	} words[] = { { CHANGE_REGRESSED, "regressed", "regressed" },
		{ CHANGE_UNKNOWN, "no longer known", "no longer known" },
		{ CHANGE_FIXED, "fixed", "fixed (take it up: --update-baseline)" },
		{ CHANGE_OTHER, "changed", "changed" },
		{ CHANGE_CAUSE, "from another cause", "from another cause" },
		{ CHANGE_NEW, "new", "new" }, { CHANGE_GONE, "gone", "gone" },
		{ CHANGE_SAME, "the same", "as before" },
		{ CHANGE_NONE, "not compared", "not compared" } };
	size_t said = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		enum change change = words[i].change;
		put_count(out, &said,
			t->changes[change] + (change == CHANGE_SAME ? t->left_out : 0),
			t->is_diff ? words[i].what : words[i].against);
	}
}
