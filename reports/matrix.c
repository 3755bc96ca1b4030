/*
 * Many runs in one table, for people: kernels x runtimes for obligations, probes x kernels
 * for questions. It fits a terminal and an issue.
 */
#include <errno.h>
#include <string.h>

#include "matrix.h"

struct state {
	struct matrix_kernels kernels;
	struct matrix_runs runs;
	struct matrix_probes probes;
	struct matrix_boots boots;
	struct matrix_run run;
	struct tally tallies[RECORD_TYPE_COUNT];
	size_t count;
	bool any;      /* there is more than frames */
	bool left_out; /* the run at hand: only what changed, or what is gone, is told of it */
	bool partly; /* there were such runs */
	/* What all runs have in common; "" if they have not. Times are those of the first and
	 * the last. */
	char *plimsoll, *accel, *since, *until;
};

/* `*text` stays what it is if `other` is the same, else it becomes "". */
static int keep_common(char **text, const char *other)
{
	if (!*text)
		return (*text = page_line(other, 0)) ? 0 : -ENOMEM;
	if (strcmp(*text, other) != 0)
		**text = '\0';
	return 0;
}

static int keep_times(struct state *s, const char *time)
{
	char **ends[] = { &s->since, &s->until };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		int order = *ends[i] ? strcmp(time, *ends[i]) : 0;
		char *line;
		if (*ends[i] && (i == 0 ? order >= 0 : order <= 0))
			continue;
		if (!(line = page_line(time, 0)))
			return -ENOMEM;
		free(*ends[i]);
		*ends[i] = line;
	}
	return 0;
}

static void run_free(struct matrix_run *run)
{
	kernel_free(&run->kernel);
	free(run->runtime);
	*run = (struct matrix_run) { 0 };
}

static int open_run(struct state *s, const struct record *env)
{
	struct matrix_run *run = &s->run;
	const char *runtime = env_text(env, "boot", "runtime");

	*run = (struct matrix_run) {
		.open = true,
		.of_runtimes = *runtime || !strcmp(record_text(env, "verb"), "run"),
		.number = ++s->count,
		.runtime = strdup(runtime),
		.place = NOWHERE,
		.cell = NOWHERE,
	};
	int r = kernel_of(env, &run->kernel);
	if (r < 0 || !run->runtime)
		return -ENOMEM;
	if ((r = keep_common(&s->plimsoll, record_text(env, "plimsoll"))) < 0 ||
		(r = keep_common(&s->accel, env_text(env, "boot", "accel"))) < 0 ||
		(r = keep_times(s, record_text(env, "time"))) < 0)
		return r;
	/* Without a runtime of its own the run says with each case whose it is. */
	if (run->of_runtimes)
		return *runtime ? runs_begin(&s->runs, &s->kernels, run) : 0;
	return probes_begin(&s->probes, &s->kernels, run);
}

static int take_boot(struct state *s, const struct record *rec)
{
	struct matrix_run *run = &s->run;
	struct boot_at at = { .runtime = NOWHERE };

	if (rec->outcome == OUTCOME_PASS)
		return 0;
	run->trouble = boot_word(rec);
	if (run->place == NOWHERE) {
		int r = runs_begin(&s->runs, &s->kernels, run);
		if (r < 0)
			return r;
	}
	at.kernel = run->place;
	if (run->cell != NOWHERE)
		at.runtime = s->runs.cells[run->cell].runtime;
	return boots_add(&s->boots, rec, at);
}

static int take_proof(struct state *s, const struct record *rec)
{
	if (!strcmp(record_text(rec, "of"), "case"))
		return runs_proof(&s->runs, &s->run, rec);
	return s->run.of_runtimes ? 0 : probes_proof(&s->probes, &s->run, rec);
}

static int close_run(struct state *s)
{
	runs_end(&s->runs, &s->run);
	int r = s->run.of_runtimes ? 0 : probes_end(&s->probes, &s->run);
	run_free(&s->run);
	return r;
}

static int take(struct state *s, const struct record *rec)
{
	switch (rec->type) {
	case RECORD_ENV:
		return open_run(s, rec);
	case RECORD_PROBE:
	case RECORD_PROFILE:
		return s->run.of_runtimes ? 0 : probes_record(&s->probes, &s->run, rec);
	case RECORD_CASE:
		return runs_record(&s->runs, &s->kernels, &s->run, rec);
	case RECORD_PROOF:
		return take_proof(s, rec);
	case RECORD_BOOT:
		return take_boot(s, rec);
	default:
		return close_run(s);
	}
}

static int begin(void *state, const struct report_to *to)
{
	return 0;
}

static bool is_partly(const struct record *env)
{
	const json_t *with = json_object_get(env->json, "compared_with");

	return with && !json_is_true(json_object_get(with, "baseline"));
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct state *s = state;

	if (rec->type == RECORD_ENV) {
		s->left_out = rec->change == CHANGE_GONE || is_partly(rec);
		s->partly = s->partly || s->left_out;
	}
	/* What is gone is no answer. */
	if (s->left_out || rec->change == CHANGE_GONE)
		return 0;
	if (rec->type != RECORD_ENV && rec->type != RECORD_END) {
		tally_add(&s->tallies[rec->type], rec);
		s->any = true;
	}
	return take(s, rec);
}

/* "16 runs, booted in QEMU (tcg), plimsoll 0.1.0, FIRST to LAST" */
static void header(const struct page *p, const struct state *s)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return;
	fprintf(f, "%zu run%s", s->count, s->count == 1 ? "" : "s");
	if (s->accel && *s->accel && strcmp(s->accel, "none") != 0)
		fprintf(f, ", booted in QEMU (%s)", s->accel);
	if (s->plimsoll && *s->plimsoll)
		fprintf(f, ", plimsoll %s", s->plimsoll);
	if (s->since && *s->since)
		fprintf(f, ", %s", s->since);
	if (s->since && strcmp(s->since, s->until) != 0)
		fprintf(f, " to %s", s->until);
	fclose(f);
	page_wrap(p, 0, 2, text);
}

static void tallies(const struct page *p, const struct state *s)
{
	static const struct {
		enum record_type type;
		const char *what;
	} lines[] = { { RECORD_BOOT, "boot" }, { RECORD_PROBE, "probe answer" },
		{ RECORD_PROFILE, "profile" }, { RECORD_CASE, "case" },
		{ RECORD_PROOF, "proof" } };

	putc('\n', p->out);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		tally_line(p, &s->tallies[lines[i].type], lines[i].what);
}

static int render(const struct page *p, struct state *s)
{
	int r;

	if ((r = kernels_entitle(&s->kernels)) < 0 || (r = runs_entitle(&s->runs)) < 0)
		return r;
	header(p, s);
	if (!s->any) {
		page_heading(p, INK_YELLOW, "NOTHING ASKED",
			"there is no answer of a probe or a case");
		return 0;
	}
	if ((r = runs_put(p, &s->runs, &s->kernels)) < 0 ||
		(r = probes_put(p, &s->probes, &s->kernels)) < 0)
		return r;
	boots_put(p, &s->boots, &s->kernels, &s->runs);
	kernels_legend(p, &s->kernels);
	tallies(p, s);
	return 0;
}

static void forget(struct state *s)
{
	kernels_free(&s->kernels);
	runs_free(&s->runs);
	probes_free(&s->probes);
	boots_free(&s->boots);
	run_free(&s->run);
	free(s->plimsoll);
	free(s->accel);
	free(s->since);
	free(s->until);
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;
	const struct page p = text_page(to);
	bool cut_short = to->cut_short || s->run.open;
	int r = 0;

	if (s->run.open) {
		if (!s->run.trouble)
			s->run.trouble = "cut";
		r = close_run(s);
	}
	if (r == 0 && s->count)
		r = render(&p, s);
	if (s->partly && s->count)
		putc('\n', to->out);
	if (s->partly)
		fputs("Compared runs are in no table, as only what changed is told of them: the\n"
		      "formats text, html and markdown show a comparison.\n",
			to->out);
	if (cut_short)
		page_heading(&p, INK_ALARM, "CUT SHORT",
			"records are missing: what was read ends too early");
	forget(s);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_matrix = {
	.about =
		"for people: many runs in one table, kernels x runtimes or probes x kernels",
	.state_size = sizeof(struct state),
	.begin = begin,
	.record = record,
	.end = end,
};
