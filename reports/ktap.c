/*
 * The Kernel Test Anything Protocol, version 1 (Documentation/dev-tools/ktap.rst): a test for
 * each run, and nested in it one for each of its verdicts. The plan of a run stands before its
 * tests, so that these wait in a spool; how many runs there are is not known in advance, and that
 * plan is left out, as it may be.
 *
 * A description cannot hold "#": kunit.py does not see the line then.
 */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "naming.h"
#include "page.h"
#include "reporter.h"
#include "spool.h"
#include "telling.h"

#define LOG_MOST    200
#define REASON_MOST 200

struct ktap {
	FILE *spool;
	struct naming *naming;
	unsigned long runs;
	/* Of the run at hand: */
	bool in_run;
	char *run;
	struct record env;
	unsigned long points;
	bool failed, asked; /* one of them failed; one was not skipped */
};

/*
 * Where a line says one of these, wherever it may stand in it, kunit.py stops reading: to it
 * the kernel has gone down. A second blank in it is enough that it does not.
 */
static const char *find_last_words(const char *line)
{
	static const char *const last_words[] = { "List of all partitions:",
		"Kernel panic - not syncing: VFS:", "reboot: System halted" };
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(last_words); i++) {
		const char *found = strstr(line, last_words[i]);
		if (found && (!first || found < first))
			first = found;
	}
	return first;
}

static void put_harmless(FILE *out, const char *line)
{
	const char *found;

	while ((found = find_last_words(line))) {
		const char *blank = strchr(found, ' ');
		fwrite(line, 1, blank - line, out);
		putc(' ', out);
		line = blank;
	}
	fputs(line, out);
}

/* In a result line. */
static void put_words(FILE *out, const char *text, size_t most)
{
	_cleanup_free_ char *line = page_line(text, most);
	char *rest = line, *words;

	while ((words = strsep(&rest, "#"))) {
		put_harmless(out, words);
		if (rest)
			fputs("no.", out);
	}
}

static void put_part(FILE *out, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	fputs(before, out);
	put_words(out, text, 0);
}

/* The second blank keeps it from being a "# Subtest: name". */
static void put_diagnostic(void *ctx, const char *line)
{
	FILE *out = ctx;

	fputs("  #  ", out);
	put_harmless(out, line);
	putc('\n', out);
}

static void put_diagnostics(FILE *out, const struct record *rec, enum gate gate)
{
	if (gate != GATE_PASS)
		telling_verdict(rec, put_diagnostic, out);
	telling_log(rec, LOG_MOST, put_diagnostic, out);
}

/* Never the name of its run, which kunit.py would take for the end of it. */
static void put_description(
	FILE *out, const struct record *rec, const struct naming_name *name)
{
	fputs(name->type, out);
	put_part(out, " ", name->check);
	put_part(out, *rec->runtime ? " of " : " as ", name->who);
}

static void put_point(
	struct ktap *k, const struct record *rec, const struct naming_name *name)
{
	static const char *const directives[] = { [GATE_SKIP] = "SKIP ",
		[GATE_KNOWN] = "XFAIL ",
		[GATE_FAIL] = "",
		[GATE_ERROR] = "ERROR " };
	enum gate gate = gate_of(rec);
	bool failed = gate == GATE_FAIL || gate == GATE_ERROR;
	char reason[1400];

	put_diagnostics(k->spool, rec, gate);
	fprintf(k->spool, "  %s %lu ", failed ? "not ok" : "ok", ++k->points);
	put_description(k->spool, rec, name);
	if (gate != GATE_PASS) {
		fprintf(k->spool, " # %s", directives[gate]);
		put_words(
			k->spool, gate_reason(rec, reason, sizeof(reason)), REASON_MOST);
	}
	putc('\n', k->spool);
	k->failed |= failed;
	k->asked |= gate != GATE_SKIP;
}

/* Which machine the tests below are about. */
static void put_environment(FILE *out, const json_t *env)
{
	static const struct {
		const char *before, *object, *key;
	} parts[] = {
		{ " ", NULL, "plimsoll" },
		{ " ", NULL, "verb" },
		{ ", Linux ", "kernel", "release" },
		{ " ", "kernel", "machine" },
		{ ", ", NULL, "os" },
		{ ", package version ", "kernel", "package_version" },
		{ ", QEMU ", "boot", "accel" },
		{ ", variation ", "boot", "variation" },
		{ ", with ", "boot", "runtime" },
	};

	fputs("# plimsoll", out);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const json_t *from =
			parts[i].object ? json_object_get(env, parts[i].object) : env;
		put_part(out, parts[i].before,
			json_string_value(json_object_get(from, parts[i].key)));
	}
	putc('\n', out);
}

static void put_heading(FILE *out, const struct ktap *k, unsigned long planned)
{
	fputs("  KTAP version 1\n  # Subtest: run ", out);
	put_words(out, k->run, 0);
	fprintf(out, "\n  1..%lu\n", planned);
}

/* `missing`: one test more is planned than there are, which every reader notices. */
static int close_run(struct ktap *k, FILE *out, bool missing)
{
	int r = 0;

	put_environment(out, k->env.json);
	if (k->points || missing)
		put_heading(out, k, k->points + missing);
	if ((r = spool_copy(k->spool, out)) < 0 || (r = spool_empty(k->spool)) < 0)
		return r;
	if (missing)
		fputs("  #  Records are missing: what was read ends too early\n", out);
	fprintf(out, "%s %lu run ", k->failed || missing ? "not ok" : "ok", ++k->runs);
	put_words(out, k->run, 0);
	if (!k->asked && !missing)
		fprintf(out, " # SKIP nothing %s asked", k->points ? "could be" : "was");
	putc('\n', out);
	k->in_run = false;
	return 0;
}

static void forget_run(struct ktap *k)
{
	free(k->run);
	k->run = NULL;
	if (k->env.json)
		record_release(&k->env);
	k->points = 0;
	k->failed = k->asked = false;
}

static int open_run(struct ktap *k, const struct record *env, const char *run)
{
	forget_run(k);
	k->in_run = true;
	k->env = record_ref(env);
	k->run = strdup(run);
	return k->run ? 0 : -ENOMEM;
}

static int begin(void *state, const struct report_to *to)
{
	struct ktap *k = state;

	k->naming = naming_new();
	if (!k->naming)
		return -ENOMEM;
	k->spool = spool_open();
	if (!k->spool)
		return -errno;
	return fputs("KTAP version 1\n", to->out) < 0 ? -EIO : 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct ktap *k = state;
	struct naming_name name;
	int r = naming_take(k->naming, rec, &name);

	if (r < 0)
		return r;
	if (rec->type == RECORD_ENV)
		return open_run(k, rec, name.run);
	if (rec->type != RECORD_END)
		put_point(k, rec, &name);
	else
		r = close_run(k, to->out, false);
	if (r == 0 && to->live && fflush(to->out) == EOF)
		r = -errno;
	return r;
}

static int end(void *state, const struct report_to *to)
{
	struct ktap *k = state;
	int r = 0;

	if (k->in_run && k->run && k->spool)
		r = close_run(k, to->out, true);
	else if (to->cut_short)
		fprintf(to->out,
			"not ok %lu the records end here # ERROR what was read ends too early\n",
			++k->runs);
	forget_run(k);
	naming_free(k->naming);
	if (k->spool)
		fclose(k->spool);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_ktap = {
	.about = "Kernel Test Anything Protocol, version 1: for kunit.py and kernel CI",
	.state_size = sizeof(struct ktap),
	.begin = begin,
	.record = record,
	.end = end,
};
