/*
 * One screen: what containers most often ask of a kernel, whether this one has it, for whom,
 * and what stands in the way. Each answer is a probe's; nothing here is known otherwise.
 */
#include <errno.h>
#include <string.h>

#include "reporter.h"
#include "text.h"

#define CAUSES_MOST 4

static const struct {
	const char *question;
	const char *probes[3]; /* all of them have to pass */
} headlines[] = {
	{ "read-only volumes, all the way down", { "mnt/rro" } },
	{ "id-mapped volumes: here", { "idmap/path" } },
	{ "id-mapped volumes: tmpfs (secrets)", { "idmap/tmpfs" } },
	{ "user namespaces", { "ns/user", "ns/user_map", "ns/user_nested" } },
	{ "a network owned by a user namespace", { "ns/net_owner", "ns/sysfs_own_net" } },
	{ "cgroup v2 with its controllers", { "cgroup/v2", "cgroup/controllers" } },
	{ "cgroups: kill and freeze", { "cgroup/kill", "cgroup/freeze" } },
	{ "system call notification (seccomp)", { "seccomp/user_notif" } },
};

bool summary_asks(const char *probe)
{
	for (size_t h = 0; h < ARRAY_SIZE(headlines); h++)
		for (size_t i = 0; i < 3 && headlines[h].probes[i]; i++)
			if (!strcmp(headlines[h].probes[i], probe))
				return true;
	return false;
}

struct state {
	struct run run;
	bool printed; /* a run stands above: a blank line belongs between */
	bool asked;   /* there were probes */
	bool partly;  /* of some runs only what changed is here */
};

static int begin(void *state, const struct report_to *to)
{
	return 0;
}

static bool is_about(const struct record *rec, const char *probe, const char *asker)
{
	return rec->type == RECORD_PROBE && !strcmp(rec->name, probe) &&
		!strcmp(rec->asker, asker);
}

/* The answer to a headline: its first probe that does not pass, else one that does. */
static const struct record *answer(
	const struct run *run, const char *const *probes, const char *asker)
{
	const struct record *pass = NULL;

	for (size_t p = 0; p < 3 && probes[p]; p++) {
		for (size_t i = 0; i < run->count; i++) {
			if (!is_about(&run->recs[i], probes[p], asker))
				continue;
			if (run->recs[i].outcome != OUTCOME_PASS)
				return &run->recs[i];
			pass = &run->recs[i];
		}
	}
	return pass;
}

/* The askers as they occur; at most three. */
static size_t askers_of(const struct run *run, const char **askers)
{
	size_t n = 0, k;

	for (size_t i = 0; i < run->count && n < 3; i++) {
		if (run->recs[i].type != RECORD_PROBE)
			continue;
		for (k = 0; k < n && strcmp(askers[k], run->recs[i].asker); k++)
			;
		if (k == n)
			askers[n++] = run->recs[i].asker;
	}
	return n;
}

static void put_headlines(
	const struct page *p, const struct run *run, const char *const *askers, size_t n)
{
	page_ink(p, INK_PLAIN, "", 40);
	for (size_t k = 0; k < n; k++)
		page_ink(p, INK_DIM, askers[k], k + 1 < n ? 9 : 0);
	putc('\n', p->out);
	for (size_t h = 0; h < ARRAY_SIZE(headlines); h++) {
		if (!answer(run, headlines[h].probes, askers[0]))
			continue;
		page_ink(p, INK_PLAIN, "", 2);
		page_ink(p, INK_PLAIN, headlines[h].question, 38);
		for (size_t k = 0; k < n; k++) {
			const struct record *rec =
				answer(run, headlines[h].probes, askers[k]);
			page_ink(p, rec ? outcome_ink(rec->outcome) : INK_DIM,
				rec ? outcome_name(rec->outcome) : "-",
				k + 1 < n ? 9 : 0);
		}
		putc('\n', p->out);
	}
}

static bool said_before(const char *const *said, size_t n, const char *text)
{
	for (size_t k = 0; k < n; k++)
		if (!strcmp(said[k], text))
			return true;
	return false;
}

static void put_cause(const struct page *p, const struct record *rec)
{
	_cleanup_free_ char *name = NULL;

	if (asprintf(&name, "\n%s, %s:", rec->name, rec->asker) < 0)
		return;
	putc('\n', p->out);
	page_ink(p, outcome_ink(rec->outcome), name + 1, 0);
	putc('\n', p->out);
	page_item(p, "why", *rec->cause ? rec->cause : rec->detail);
	page_item(p, "remedy", rec->remedy);
}

/* A guest that did not come to its end. True if there was one. */
static bool put_boots(const struct page *p, const struct run *run)
{
	bool told = false;

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		_cleanup_free_ char *name = NULL;
		if (rec->type != RECORD_BOOT || rec->outcome == OUTCOME_PASS ||
			asprintf(&name, "boot of %s: error", rec->name) < 0)
			continue;
		putc('\n', p->out);
		page_ink(p, outcome_ink(rec->outcome), name, 0);
		putc('\n', p->out);
		text_boot_items(p, rec, 0);
		told = true;
	}
	return told;
}

/* What stands in the way of the headlines, each cause and each remedy once. */
static void put_causes(
	const struct page *p, const struct run *run, const char *const *askers, size_t n)
{
	const char *said[2 * CAUSES_MOST];
	size_t count = 0;

	for (size_t k = 0; k < n; k++) {
		for (size_t h = 0; h < ARRAY_SIZE(headlines); h++) {
			const struct record *rec =
				answer(run, headlines[h].probes, askers[k]);
			if (!rec || rec->outcome == OUTCOME_PASS ||
				count == 2 * CAUSES_MOST)
				continue;
			const char *why = *rec->cause ? rec->cause : rec->detail;
			bool known = said_before(said, count, why) ||
				said_before(said, count, rec->remedy);
			said[count++] = why;
			said[count++] = *rec->remedy ? rec->remedy : why;
			if (!known)
				put_cause(p, rec);
		}
	}
}

static void put_counts(
	const struct page *p, const struct run *run, const char *const *askers, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t all = 0, pass = 0;
		for (size_t i = 0; i < run->count; i++) {
			if (run->recs[i].type != RECORD_PROBE ||
				strcmp(run->recs[i].asker, askers[k]))
				continue;
			all++;
			pass += run->recs[i].outcome == OUTCOME_PASS;
		}
		fprintf(p->out, "%s%zu of %zu work for ", k ? ", " : "", pass, all);
		page_ink(p, INK_PLAIN, askers[k], 0);
	}
	fputs(n ? ".\n" : "", p->out);
}

static void put_probes(
	const struct page *p, const struct run *run, const char *const *askers, size_t n)
{
	fputs("What containers can rely on here, by behaviour:\n\n", p->out);
	put_headlines(p, run, askers, n);
	put_causes(p, run, askers, n);
	putc('\n', p->out);
	put_counts(p, run, askers, n);
}

/* One runtime's cases: how many it keeps, and the names of those it does not. */
static void put_runtime(const struct page *p, const struct run *run, const char *runtime)
{
	_cleanup_free_ char *broken = NULL, *kept = NULL;
	size_t all = 0, pass = 0, size;
	FILE *f = open_memstream(&broken, &size);

	for (size_t i = 0; f && i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_CASE || strcmp(rec->runtime, runtime))
			continue;
		all += rec->outcome != OUTCOME_ABSENT && rec->outcome != OUTCOME_DENIED;
		pass += rec->outcome == OUTCOME_PASS;
		if (rec->outcome == OUTCOME_FAIL || rec->outcome == OUTCOME_ERROR)
			fprintf(f, "%s%s (%s)", ftell(f) ? ", " : "", rec->name,
				rec->kind ? kind_name(rec->kind)
					  : outcome_name(rec->outcome));
	}
	if (f)
		fclose(f);
	if (asprintf(&kept, "%zu of %zu obligations", pass, all) < 0)
		return;
	putc('\n', p->out);
	_cleanup_free_ char *name = page_line(runtime, 0);
	page_ink(p, INK_BOLD, name ? name : "", 0);
	putc('\n', p->out);
	page_item(p, "keeps", kept);
	page_item(p, "breaks", broken ? broken : "");
}

static void put_cases(const struct page *p, const struct run *run)
{
	const char *last = "";

	for (size_t i = 0; i < run->count; i++) {
		if (run->recs[i].type != RECORD_CASE ||
			!strcmp(last, run->recs[i].runtime))
			continue;
		last = run->recs[i].runtime;
		put_runtime(p, run, last);
	}
}

static void put_run(const struct page *p, const struct run *run)
{
	const char *askers[3];
	const struct record *env = &run->recs[0];
	const json_t *kernel = json_object_get(env->json, "kernel");
	const char *release = json_string_value(json_object_get(kernel, "release"));
	_cleanup_free_ char *title = NULL;
	size_t n = askers_of(run, askers);

	const char *os = record_text(env, "os");
	if (asprintf(&title, "Linux %s, %s%scgroups %s", release ? release : "?", os,
		    *os ? ", " : "", record_text(env, "cgroup")) < 0)
		return;
	_cleanup_free_ char *line = page_line(title, 0);
	page_ink(p, INK_BOLD, line ? line : "", 0);
	putc('\n', p->out);
	if (put_boots(p, run) && n)
		putc('\n', p->out);
	if (n)
		put_probes(p, run, askers, n);
	put_cases(p, run);
}

static void put_and_forget(struct state *s, const struct report_to *to)
{
	const struct page p = text_page(to);

	if (s->run.count == 0)
		return;
	enum text_compared compared = text_compared(&s->run);
	if (compared == TEXT_GONE || compared == TEXT_COMPARED) {
		s->partly = s->partly || compared == TEXT_COMPARED;
		run_forget(&s->run);
		return;
	}
	if (s->printed)
		putc('\n', to->out);
	put_run(&p, &s->run);
	for (size_t i = 0; i < s->run.count; i++)
		s->asked = s->asked || s->run.recs[i].type == RECORD_PROBE;
	run_forget(&s->run);
	s->printed = true;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct state *s = state;

	/* What is gone is no answer. */
	if (rec->change == CHANGE_GONE && rec->type != RECORD_ENV)
		return 0;
	int r = run_keep(&s->run, rec);
	if (r == 0 && rec->type == RECORD_END)
		put_and_forget(s, to);
	return r;
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;

	put_and_forget(s, to);
	if (s->partly && s->printed)
		putc('\n', to->out);
	if (s->partly)
		fputs("Compared runs are not summed up, as only what changed is told of them: the\n"
		      "formats text, html and markdown show a comparison.\n",
			to->out);
	if (s->asked)
		fputs("Next: plimsoll preflight (which workloads are these good for?), plimsoll probe\n"
		      "(every question), plimsoll run (container runtimes).\n",
			to->out);
	if (to->cut_short)
		fputs("CUT SHORT: records are missing\n", to->out);
	return ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_summary = {
	.about = "one screen about a host: the questions that matter most",
	.state_size = sizeof(struct state),
	.begin = begin,
	.record = record,
	.end = end,
};
