/*
 * A report for people. What is wrong comes first, with its cause and its remedy; what
 * passed is a few lines of names; the tally is last, where a terminal's reader looks
 * first.
 */
#include <errno.h>
#include <string.h>

#include "reporter.h"
#include "text.h"

struct state {
	struct run run;
	struct text_same same;
	bool printed; /* a run stands above: a blank line belongs between */
};

static void add(FILE *f, const char *before, const char *text)
{
	if (text && *text)
		fprintf(f, "%s%s", before, text);
}

/* "asked as root and user": the askers as they occur, eight at most. */
static void add_askers(FILE *f, const struct run *run, const char *env_asker)
{
	const char *said[8] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < run->count && n < ARRAY_SIZE(said); i++) {
		const struct record *rec = &run->recs[i];
		bool known = rec->type != RECORD_PROBE;
		for (size_t k = 0; k < n; k++)
			known = known || !strcmp(said[k], rec->asker);
		if (!known)
			said[n++] = rec->asker;
	}
	if (!n)
		said[n++] = env_asker;
	for (size_t k = 0; k < n; k++)
		add(f, k == 0 ? "asked as " : k + 1 < n ? ", " : " and ", said[k]);
}

static void add_confinement(FILE *f, const struct record *env)
{
	const char *cgroup = record_text(env, "cgroup");
	const json_t *seccomp = json_object_get(env->json, "seccomp");

	add(f, ", cgroups ", cgroup);
	if (json_integer_value(seccomp) == 2)
		fputs(", behind a seccomp filter", f);
	else if (json_integer_value(seccomp) == 1)
		fputs(", in strict seccomp mode", f);
	if (json_is_true(json_object_get(env->json, "own_userns")))
		fputs(", in a user namespace", f);
}

static void add_machine(FILE *f, const struct record *env)
{
	const char *release = env_text(env, "kernel", "release");

	add(f, "", *release ? "Linux " : "Linux, release not recorded");
	add(f, "", release);
	add(f, " ", env_text(env, "kernel", "machine"));
	add(f, ", ", record_text(env, "os"));
	add(f, ", with ", env->runtime);
}

static void add_names(FILE *f, const char *before, const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		add(f, i ? ", " : before, json_string_value(name));
}

/* Of what the kernel was made, and how it was booted. */
static void add_guest(FILE *f, const struct record *env)
{
	const json_t *boot = json_object_get(env->json, "boot");
	const char *accel = env_text(env, "boot", "accel");
	const char *package = env_text(env, "kernel", "package");

	add(f, "", package);
	add(f, *package ? " " : "", env_text(env, "kernel", "package_version"));
	if (!boot)
		return;
	fputs(ftell(f) ? ", " : "", f);
	if (strcmp(accel, "none") != 0)
		fprintf(f, "booted in QEMU (%s)", accel);
	else
		fputs("not booted", f);
	add(f, ", variation ", env_text(env, "boot", "variation"));
	add(f, ", lsm=", env_text(env, "boot", "lsm"));
	add(f, ", with ", env_text(env, "boot", "runtime"));
	add_names(f, ", without the modules ", json_object_get(boot, "modules_missing"));
}

static void add_verb(FILE *f, const struct record *env)
{
	add(f, "plimsoll ", record_text(env, "plimsoll"));
	add(f, " ", record_text(env, "verb"));
	add(f, ", ", record_text(env, "time"));
}

int text_header_line(const struct page *p, const struct record *env,
	void (*add_all)(FILE *f, const struct record *env))
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	add_all(f, env);
	fclose(f);
	if (*text)
		page_wrap(p, 0, 2, text);
	return 0;
}

static int askers_line(const struct page *p, const struct run *run)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	add_askers(f, run, run->recs[0].asker);
	add_confinement(f, &run->recs[0]);
	fclose(f);
	page_wrap(p, 0, 2, text);
	return 0;
}

/* What was asked, who asked it, and when. */
static int header(const struct page *p, const struct run *run)
{
	const struct record *env = &run->recs[0];
	int r;

	if ((r = text_header_line(p, env, add_machine)) < 0 ||
		(r = text_header_line(p, env, add_guest)) < 0 ||
		(r = askers_line(p, run)) < 0)
		return r;
	return text_header_line(p, env, add_verb);
}

static void tally(const struct page *p, const struct run *run, enum record_type type,
	const char *what)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < run->count; i++)
		if (run->recs[i].type == type)
			tally_add(&t, &run->recs[i]);
	/* A guest that booted says nothing. */
	if (type != RECORD_BOOT || t.counts[OUTCOME_ERROR])
		tally_line(p, &t, what);
}

static bool has(const struct run *run, enum record_type type)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->recs[i].type == type)
			return true;
	return false;
}

static bool has_checks(const struct run *run)
{
	return has(run, RECORD_PROBE) || has(run, RECORD_CASE) ||
		has(run, RECORD_PROOF) || has(run, RECORD_PROFILE);
}

/* What the probes said: for a preflight it is the profiles that matter. */
static int answers(const struct page *p, const struct run *run)
{
	int r;

	if (has(run, RECORD_PROFILE))
		return text_profiles(p, run);
	r = text_has_viewpoints(run) ? text_viewpoints(p, run) : text_probes(p, run);
	return r < 0 ? r : text_contradictions(p, run);
}

/* A run that holds only what changed, or is gone. */
static int render_changes(const struct page *p, const struct run *run)
{
	int r = text_compared(run) == TEXT_GONE ? header(p, run)
						: text_compared_header(p, run);

	if (r < 0 || (r = text_changes(p, run)) < 0)
		return r;
	putc('\n', p->out);
	text_changes_counts(p, run);
	return 0;
}

static int render(const struct page *p, const struct run *run)
{
	int r = header(p, run);
	if (r < 0)
		return r;
	text_boot(p, run);
	if (!has_checks(run))
		page_heading(p, INK_YELLOW, "NOTHING ASKED",
			"this run has no answer of a probe or a case");
	r = answers(p, run);
	if (r < 0 || (r = text_cases(p, run)) < 0)
		return r;
	text_warnings(p, run);

	putc('\n', p->out);
	tally(p, run, RECORD_BOOT, "boot");
	if (has(run, RECORD_PROFILE))
		text_profiles_tally(p, run);
	else
		tally(p, run, RECORD_PROBE, "probe answer");
	tally(p, run, RECORD_CASE, "case");
	if (has_checks(run))
		r = text_proofs(p, run);
	return r;
}

/* Held against a baseline: the report as always, but what is gone was not asked. */
static int render_baseline(const struct page *p, const struct run *run)
{
	struct run now = { .recs = calloc(run->count, sizeof(*now.recs)) };

	if (!now.recs)
		return -ENOMEM;
	for (size_t i = 0; i < run->count; i++)
		if (run->recs[i].change != CHANGE_GONE)
			now.recs[now.count++] = run->recs[i];
	int r = render(p, &now);
	free(now.recs);
	if (r == 0 && (r = text_changes(p, run)) == 0) {
		putc('\n', p->out);
		text_changes_counts(p, run);
	}
	return r;
}

static int render_any(const struct page *p, const struct run *run)
{
	switch (text_compared(run)) {
	case TEXT_ALONE:
		return render(p, run);
	case TEXT_BASELINE:
		return render_baseline(p, run);
	default:
		return render_changes(p, run);
	}
}

static int render_and_forget(struct state *s, const struct report_to *to)
{
	const struct page p = text_page(to);

	if (s->printed)
		putc('\n', to->out);
	s->printed = true;
	int r = render_any(&p, &s->run);
	run_forget(&s->run);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

static int begin(void *state, const struct report_to *to)
{
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct state *s = state;

	int r = run_keep(&s->run, rec);
	if (r < 0 || rec->type != RECORD_END)
		return r;
	r = text_same_take(&s->same, &s->run);
	return r == 0 ? render_and_forget(s, to) : r < 0 ? r : 0;
}

/* Only one run, and nothing changed in it: it is shown as any other. */
static int put_same(struct state *s, const struct report_to *to)
{
	const struct page p = text_page(to);

	if (s->same.runs == 1 && !s->printed) {
		s->run = s->same.first;
		s->same.first = (struct run) { 0 };
		return render_and_forget(s, to);
	}
	if (s->same.runs && s->printed)
		putc('\n', to->out);
	if (s->same.runs)
		text_same_put(&p, &s->same);
	return 0;
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;
	const struct page p = text_page(to);
	bool cut_short = to->cut_short || s->run.count;
	int r = s->run.count ? render_and_forget(s, to) : 0;

	if (r == 0)
		r = put_same(s, to);
	text_same_free(&s->same);
	if (cut_short)
		page_heading(&p, INK_ALARM, "CUT SHORT",
			"records are missing: what was read ends too early");
	return r;
}

const struct reporter reporter_text = {
	.about = "for people: what is wrong first, with cause and remedy",
	.state_size = sizeof(struct state),
	.begin = begin,
	.record = record,
	.end = end,
};
