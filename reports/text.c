/*
 * A report for people. What is wrong comes first, with its cause and its remedy; what
 * passed is a few lines of names; the tally is last, where a terminal's reader looks
 * first.
 */
#include <errno.h>
#include <string.h>

#include "reporter.h"
#include "text.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_LEAST   40

struct state {
	struct run run;
	bool printed; /* a run stands above: a blank line belongs between */
};

enum ink outcome_ink(enum outcome o)
{
	static const enum ink inks[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = INK_GREEN,
		[OUTCOME_FAIL] = INK_RED,
		[OUTCOME_ABSENT] = INK_BLUE,
		[OUTCOME_DENIED] = INK_YELLOW,
		[OUTCOME_ERROR] = INK_MAGENTA,
	};
	return inks[o];
}

const char *record_text(const struct record *rec, const char *key)
{
	const char *text = json_string_value(json_object_get(rec->json, key));
	return text ? text : "";
}

char *record_seen(const struct record *rec)
{
	const char *stage = strstr(rec->detail, rec->stage) ? "" : rec->stage;
	const char *err = strstr(rec->detail, rec->err) ? "" : rec->err;
	char *seen;

	if (asprintf(&seen, "%s%s%s%s%s", stage, *stage && *err ? ": " : "", err,
		    (*stage || *err) && *rec->detail ? ": " : "", rec->detail) < 0)
		return NULL;
	return seen;
}

void text_fault(const struct page *p, const struct record *rec)
{
	static const enum fault implied[OUTCOME_COUNT] = {
		[OUTCOME_DENIED] = FAULT_POLICY,
		[OUTCOME_ABSENT] = FAULT_KERNEL,
	};
	if (rec->fault != implied[rec->outcome])
		page_item(p, "fault", fault_name(rec->fault));
}

static size_t area_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash - name : 0;
}

static bool same_area(const struct record *a, const struct record *b)
{
	size_t len = a ? area_length(a->name) : 0;

	return len && b && len == area_length(b->name) && !strncmp(a->name, b->name, len);
}

/* "; mnt: attach" or "; mnt/attach" or ", attach", by what stands before and behind. */
static void put_name(FILE *f, const struct record *before, const struct record *rec,
	const struct record *behind)
{
	int area = area_length(rec->name);

	if (same_area(before, rec))
		fprintf(f, ", %s", rec->name + area + 1);
	else if (same_area(rec, behind))
		fprintf(f, "%s%.*s: %s", before ? "; " : "", area, rec->name,
			rec->name + area + 1);
	else
		fprintf(f, "%s%s", before ? "; " : "", rec->name);
	if (*rec->subject)
		fprintf(f, " on %s", rec->subject);
}

void text_names(const struct page *p, int at, size_t count,
	const struct record *(*name)(const void *ctx, size_t i), const void *ctx)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	const struct record *before = NULL, *rec = NULL;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return;
	for (size_t i = 0; i <= count; i++) {
		const struct record *behind = i < count ? name(ctx, i) : NULL;
		if (i < count && !behind)
			continue;
		if (rec)
			put_name(f, before, rec, behind);
		before = rec;
		rec = behind;
	}
	fclose(f);
	fprintf(p->out, "%*s", at, "");
	page_wrap(p, at, at, text);
}

static void add(FILE *f, const char *before, const char *text)
{
	if (text && *text)
		fprintf(f, "%s%s", before, text);
}

static const char *kernel_text(const struct record *env, const char *key)
{
	const json_t *kernel = json_object_get(env->json, "kernel");
	const char *text = json_string_value(json_object_get(kernel, key));
	return text ? text : "";
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

/* What was asked, who asked it, and when. */
static int header(const struct page *p, const struct run *run)
{
	_cleanup_free_ char *first = NULL, *second = NULL, *third = NULL;
	size_t size;
	const struct record *env = &run->recs[0];

	FILE *f = open_memstream(&first, &size);
	if (!f)
		return -ENOMEM;
	add(f, "",
		*kernel_text(env, "release") ? "Linux " : "Linux, release not recorded");
	add(f, "", kernel_text(env, "release"));
	add(f, " ", kernel_text(env, "machine"));
	add(f, ", ", record_text(env, "os"));
	add(f, ", with ", env->runtime);
	fclose(f);

	if (!(f = open_memstream(&second, &size)))
		return -ENOMEM;
	add_askers(f, run, env->asker);
	add_confinement(f, env);
	fclose(f);

	if (!(f = open_memstream(&third, &size)))
		return -ENOMEM;
	add(f, "plimsoll ", record_text(env, "plimsoll"));
	add(f, " ", record_text(env, "verb"));
	add(f, ", ", record_text(env, "time"));
	fclose(f);

	page_wrap(p, 0, 2, first);
	page_wrap(p, 0, 2, second);
	page_wrap(p, 0, 2, third);
	return 0;
}

/* "41 cases: 30 pass, 1 fail", in colour; zeros are left out. */
static void tally(const struct page *p, const struct run *run, enum record_type type,
	const char *what)
{
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	size_t counts[OUTCOME_COUNT] = { 0 }, all = 0, silent = 0;
	const char *before = "";

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != type)
			continue;
		counts[rec->outcome]++;
		all++;
		silent += rec->outcome == OUTCOME_FAIL &&
			rec->kind == KIND_SILENTLY_IGNORED;
	}
	if (!all)
		return;
	fprintf(p->out, "%zu %s%s: ", all, what, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		char text[32];
		if (!counts[order[i]])
			continue;
		snprintf(text, sizeof(text), "%zu %s", counts[order[i]],
			outcome_name(order[i]));
		fputs(before, p->out);
		page_ink(p, outcome_ink(order[i]), text, 0);
		if (order[i] == OUTCOME_FAIL && silent)
			fprintf(p->out, " (%zu silently ignored)", silent);
		before = ", ";
	}
	putc('\n', p->out);
}

static bool has_checks(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->recs[i].type != RECORD_ENV && run->recs[i].type != RECORD_END)
			return true;
	return false;
}

static int render(const struct page *p, const struct run *run)
{
	int r = header(p, run);
	if (r < 0)
		return r;
	if (!has_checks(run))
		page_heading(p, INK_YELLOW, "NOTHING ASKED",
			"this run has no answer of a probe or a case");
	if ((r = text_probes(p, run)) < 0 || (r = text_cases(p, run)) < 0)
		return r;

	putc('\n', p->out);
	tally(p, run, RECORD_PROBE, "probe answer");
	tally(p, run, RECORD_CASE, "case");
	if (has_checks(run))
		r = text_proofs(p, run);
	return r;
}

int run_keep(struct run *run, const struct record *rec)
{
	if (run->count == run->room) {
		size_t room = run->room ? 2 * run->room : 64;
		struct record *recs = reallocarray(run->recs, room, sizeof(*recs));
		if (!recs)
			return -ENOMEM;
		run->recs = recs;
		run->room = room;
	}
	run->recs[run->count++] = record_ref(rec);
	return 0;
}

void run_forget(struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		record_release(&run->recs[i]);
	free(run->recs);
	*run = (struct run) { 0 };
}

static struct page page_of(const struct report_to *to)
{
	int columns = to->columns ? to->columns : COLUMNS_DEFAULT;

	return (struct page) {
		.out = to->out,
		.colour = to->colour,
		.columns = columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns,
	};
}

static int render_and_forget(struct state *s, const struct report_to *to)
{
	const struct page p = page_of(to);

	if (s->printed)
		putc('\n', to->out);
	s->printed = true;
	int r = render(&p, &s->run);
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
	return r == 0 && rec->type == RECORD_END ? render_and_forget(s, to) : r;
}

static int end(void *state, const struct report_to *to)
{
	struct state *s = state;
	const struct page p = page_of(to);
	bool cut_short = to->cut_short || s->run.count;
	int r = s->run.count ? render_and_forget(s, to) : 0;

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
