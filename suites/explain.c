#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "case.h"
#include "catalogue.h"
#include "guard.h"
#include "output.h"
#include "profile.h"
#include "text.h"
#include "verb.h"

struct args {
	const char *fixtures;
	char *path; /* --path */
	const char *as;
	bool allow_autoload;
};

/* --- what is known of it --- */

static void title(const struct page *p, const char *name, const char *about)
{
	page_ink(p, INK_BOLD, name, 0);
	fputs("  ", p->out);
	int at = page_width(name) + 2;
	page_wrap(p, at, at, about);
}

/* As a sentence. */
static void item_how(const struct page *p, const char *how)
{
	char text[800];
	size_t len = strlen(how);

	snprintf(text, sizeof(text), "%s%s", how, len && how[len - 1] != '.' ? "." : "");
	*text = toupper((unsigned char)*text);
	page_item(p, "asked", text);
}

static void item_needs(const struct page *p, const struct probe *probe)
{
	char text[400] = "";
	const char *need;

	for (size_t i = 0; (need = catalogue_need(probe->needs, i)); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			i ? ", " : "", need);
	page_item(p, "in", text);
}

static void item_offer(const struct page *p, const struct probe *probe)
{
	char text[300];

	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", probe->man,
		probe->since ? "; since Linux " : "", probe->since ? probe->since : "",
		probe->kconfig ? "; built with " : "",
		probe->kconfig ? probe->kconfig : "",
		probe->modules ? "; modprobe(8) is asked for " : "",
		probe->modules ? probe->modules : "");
	page_item(p, "kernel", text);
}

static void item_calls(const struct page *p, const struct probe *probe)
{
	char text[200] = "";

	for (const struct call *c = probe->calls; c && c->name; c++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			c == probe->calls ? "" : ", ", c->name);
	if (*text)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			" (--prove takes %s away, and it must not pass)",
			probe->calls[1].name ? "each" : "it");
	page_item(p, "calls", text);
}

/* The cases that are not asked without it. */
static void item_cases(const struct page *p, const struct fixtures *fx, const char *probe)
{
	char **paths = fixtures_list(fx, "cases");
	char why[1024], text[600] = "";
	struct kase k;
	size_t i;
	json_t *name;

	for (char **path = paths; path && *path; path++) {
		if (case_load(fx, *path, &k, why, sizeof(why)) == 0) {
			json_array_foreach((json_t *)k.requires, i, name)
				if (!strcmp(json_string_value(name), probe))
					snprintf(text + strlen(text),
						sizeof(text) - strlen(text), "%s%s",
						*text ? ", " : "", k.name);
			case_free(&k);
		}
		free(*path);
	}
	free(paths);
	page_item(p, "cases", text);
}

static bool is_needed(const struct profile *p, const char *probe)
{
	for (size_t i = 0; i < p->need_count; i++)
		for (size_t k = 0; k < p->needs[i].any_count; k++)
			if (!strcmp(p->needs[i].any[k]->name, probe))
				return true;
	return false;
}

/* The profiles that ask for it: "fixtures/profiles/NAME.json" is the name. */
static void item_profiles(
	const struct page *p, const struct fixtures *fx, const char *probe)
{
	char **paths = fixtures_list(fx, "profiles");
	char why[1024], name[128], text[600] = "";
	struct profile profile;

	for (char **path = paths; path && *path; path++) {
		const char *base = strrchr(*path, '/') + 1;
		snprintf(name, sizeof(name), "%.*s",
			(int)(strlen(base) - strlen(".json")), base);
		free(*path);
		if (profile_load(fx, name, &profile, why, sizeof(why)) < 0)
			continue;
		if (is_needed(&profile, probe))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				*text ? ", " : "", name);
		profile_free(&profile);
	}
	free(paths);
	page_item(p, "profiles", text);
}

/* --- what is so here --- */

struct answers {
	const struct page *page;
	const struct probe *probe;
	size_t count;
};

/* What to do where the kernel simply has it not. */
static void item_fix(
	const struct page *p, const struct probe *probe, const struct verdict *v)
{
	char text[300];

	if (v->outcome != OUTCOME_ABSENT || *v->remedy)
		return;
	snprintf(text, sizeof(text), "a kernel%s%s%s%s%s", probe->since ? " from " : "",
		probe->since ? probe->since : "", probe->since ? " on" : "",
		probe->kconfig         ? ", built with "
			: probe->since ? ""
				       : " that offers it",
		probe->kconfig ? probe->kconfig : "");
	page_item(p, "remedy", text);
}

static void answer(
	void *ctx, const struct question *q, const struct verdict *v, double ms)
{
	struct answers *a = ctx;
	const struct page *p = a->page;
	char who[300];

	if (a->count++ == 0)
		page_heading(p, INK_PLAIN, "HERE", "asked just now");
	snprintf(who, sizeof(who), "  %s%s%s: ", q->asker->name, q->path ? " on " : "",
		q->path ? q->path : "");
	fputs(who, p->out);
	page_ink(p, outcome_ink(v->outcome), outcome_name(v->outcome), 0);
	fputs("  ", p->out);
	int at = page_width(who) + page_width(outcome_name(v->outcome)) + 2;
	page_wrap(p, at, 6, v->detail);
	page_item(p, "cause", v->cause);
	page_item(p, "remedy", v->remedy);
	item_fix(p, a->probe, v);
}

static void explain(
	const struct page *p, const struct probe_entry *entry, const struct fixtures *fx)
{
	const struct probe *probe = entry->probe;

	title(p, entry->name, probe->about);
	putc('\n', p->out);
	item_how(p, probe->how ? probe->how : "");
	item_needs(p, probe);
	item_calls(p, probe);
	item_offer(p, probe);
	page_item(p, "needed", probe->needed_by ? probe->needed_by : "");
	page_item(p, "blocked", probe->blocked_by ? probe->blocked_by : "");
	item_profiles(p, fx, entry->name);
	item_cases(p, fx, entry->name);
}

static int ask_here(const struct page *p, const struct probe_entry *entry,
	const struct args *args, char *why, size_t why_size)
{
	char *names[] = { (char *)entry->name };
	char *paths[] = { args->path };
	struct asking_options opt = { .names = names,
		.name_count = 1,
		.paths = paths,
		.path_count = args->path ? 1 : 0,
		.as = args->as,
		.allow_autoload = args->allow_autoload };
	struct answers answers = { .page = p, .probe = entry->probe };
	struct env env;

	int r = env_read(&env, "");
	if (r < 0) {
		snprintf(why, why_size, "/proc/self/status: %s (is /proc mounted?)",
			strerror(-r));
		return r;
	}
	r = asking_verdicts(&opt, &env, answer, &answers, why, why_size);
	guard_stop();
	return r;
}

/* --- the verb --- */

static const struct option_row options[] = {
	{ .name = "path",
		.value = "DIR",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, path),
		.completes = COMPLETES_DIRECTORY,
		.about = "ask about this directory what depends on a file system" },
	OPTION_AS(struct args, as),
	OPTION_AUTOLOAD(struct args, allow_autoload),
	OPTION_FIXTURES(
		struct args, fixtures, "the cases and profiles that need it, from there"),
	{ 0 },
};

/* Somebody who does not know the area finds it by the last word. */
static enum exit_code no_such_probe(const char *name)
{
	char close[300] = "";
	const char *slash = strrchr(name, '/'), *word = slash ? slash + 1 : name;

	for (size_t i = 0; i < probe_count; i++)
		if (*word && strstr(probe_table[i].name, word))
			snprintf(close + strlen(close), sizeof(close) - strlen(close),
				"%s%s", *close ? ", " : "", probe_table[i].name);
	return verb_usage("explain", "there is no probe \"%s\"%s%s", name,
		*close ? "; did you mean " : " (plimsoll list shows them)", close);
}

static enum exit_code run(int argc, char **argv)
{
	struct args args = { 0 };
	struct operands operands;
	struct fixtures fx;
	char why[512];

	enum exit_code code = options_parse(options, argc, argv, &args, &operands);
	if (code != EXIT_OK)
		return code;
	if (operands.count != 1)
		return verb_usage("explain", "which probe? One name (plimsoll list)");
	const char *name = operands.words[0];
	const struct probe_entry *entry = probe_find(name);
	if (!entry)
		return no_such_probe(name);
	if (fixtures_find(args.fixtures, &fx, why, sizeof(why)) < 0)
		return verb_usage("explain", "%s", why);

	const struct report_to to = output_stdout();
	const struct page p = text_page(&to);
	explain(&p, entry, &fx);
	int r = ask_here(&p, entry, &args, why, sizeof(why));
	if (r == -EINVAL)
		return verb_usage("explain", "%s", why);
	if (r < 0)
		return verb_error("explain", "%s", why);
	return fflush(stdout) == EOF ? verb_error("explain", "stdout: %m") : EXIT_OK;
}

static const struct verb_example examples[] = {
	{ "plimsoll explain mnt/rro", "what is it, and here?" },
	{ "plimsoll explain --path /var/lib/kubelet idmap/path", "can it be id-mapped?" },
	{ 0 },
};

const struct verb verb_explain = {
	.about = "one probe: what it is, who needs it, what blocks it, how it is here",
	.usage = "[OPTION]... NAME",
	.text = "Tells in a screenful what a probe asks and how, who relies on it, what takes it "
		"away, and what this kernel answers, with cause and remedy.",
	.options = options,
	.operand = "NAME",
	.completes = COMPLETES_PROBE,
	.manual =
		"The answer is asked for just then, as root and as an unprivileged user, or as "
		"whom you are. The exit code says whether it could be explained, not what the "
		"answer is.",
	.examples = examples,
	.run = run,
};
