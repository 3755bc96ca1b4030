/*
 * Prometheus' text format (exposition formats, version 0.0.4), for the textfile collector of
 * node_exporter, which wants a file *.prom that is replaced in one go (--format
 * prometheus=FILE.prom does) and takes no time stamps. Each family stands together, and no two
 * series have the same labels: one such pair and the collector drops all.
 *
 * plimsoll_check has one series for each check, its value is 1 and its labels say the rest:
 * `outcome` what was seen, `gate` what it counts for (pass, skip, known, fail, error; none for a
 * question whose answer its profiles judge), `change` what became of it since the baseline.
 * What one may want to be told:
 *
 *   - alert: PlimsollFails
 *     expr: plimsoll_check{gate="fail"} == 1
 *     annotations: {summary: "{{$labels.check}} of {{$labels.who}}: {{$labels.outcome}}"}
 *   - alert: PlimsollNotReady        # whoever runs this workload needs what is missing
 *     expr: plimsoll_profile_ready == 0
 *   - alert: PlimsollAnswersOfAnotherKernel      # the node was booted with another one since
 *     expr: plimsoll_run_info unless on (instance, release) node_uname_info
 *   - alert: PlimsollStale
 *     expr: plimsoll_complete == 0 or time() - plimsoll_run_timestamp_seconds > 7 * 86400
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "gate.h"
#include "line.h"
#include "naming.h"
#include "reporter.h"
#include "spool.h"

enum family { INFO, TIMESTAMP, CHECKS, READY, MISSING, CHECK, FAMILY_COUNT };

static const struct {
	const char *name, *help;
} families[FAMILY_COUNT] = {
	[INFO] = { "plimsoll_run_info",
		"A run: where and by what it was made; always 1." },
	[TIMESTAMP] = { "plimsoll_run_timestamp_seconds",
		"When the run was made, in seconds since 1970." },
	[CHECKS] = { "plimsoll_checks", "How many checks came to an outcome." },
	[READY] = { "plimsoll_profile_ready",
		"Whether this workload may run here: 1, or 0 if not or if nobody knows." },
	[MISSING] = { "plimsoll_profile_missing",
		"How many things that a workload needs are missing." },
	[CHECK] = { "plimsoll_check", "A check and what it came to; always 1." },
};

struct prometheus_state {
	struct naming *naming;
	FILE *spools[FAMILY_COUNT];
	/* Of this run; the last of the gates is none. */
	size_t counts[RECORD_TYPE_COUNT][OUTCOME_COUNT][GATE_COUNT + 1];
	char *run; /* its label */
	bool in_run;
	bool preflight; /* profiles judge what its probes say */
	bool broken;    /* a run had no end */
};

static void put_value(FILE *out, const char *value)
{
	_cleanup_free_ char *copy = NULL;

	putc_unlocked('"', out);
	for (const char *p = line_of(value, &copy); *p; p++) {
		if (*p == '"' || *p == '\\')
			putc_unlocked('\\', out);
		putc_unlocked(*p, out);
	}
	putc_unlocked('"', out);
}

static void label(FILE *out, const char *name, const char *value)
{
	putc_unlocked(',', out);
	fputs_unlocked(name, out);
	putc_unlocked('=', out);
	put_value(out, value);
}

/* Opens a series of the run at hand: NAME{run="..." */
static FILE *series(struct prometheus_state *s, enum family family)
{
	FILE *out = s->spools[family];

	fputs_unlocked(families[family].name, out);
	fputs_unlocked("{run=", out);
	put_value(out, s->run);
	return out;
}

static void info(struct prometheus_state *s, const struct record *env)
{
	static const char *const of_kernel[] = { "release", "machine",
		"package_version" };
	static const char *const of_env[] = { "os", "plimsoll", "verb", "asker" };
	FILE *out = series(s, INFO);

	for (size_t i = 0; i < ARRAY_SIZE(of_kernel); i++)
		label(out, of_kernel[i], env_text(env, "kernel", of_kernel[i]));
	for (size_t i = 0; i < ARRAY_SIZE(of_env); i++)
		label(out, of_env[i], record_text(env, of_env[i]));
	fputs("} 1\n", out);
}

/* A time that is none is left out. */
static void timestamp(struct prometheus_state *s, const struct record *env)
{
	struct tm tm = { 0 };
	const char *rest = strptime(record_text(env, "time"), "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (rest && !*rest)
		fprintf(series(s, TIMESTAMP), "} %lld\n", (long long)timegm(&tm));
}

/* GATE_COUNT: none, its profiles judge. */
static int gate_in(const struct prometheus_state *s, const struct record *rec)
{
	if (s->preflight && rec->type == RECORD_PROBE)
		return GATE_COUNT;
	return gate_of(rec);
}

static const char *gate_word(int gate)
{
	return gate == GATE_COUNT ? "" : gate_name(gate);
}

static void check(struct prometheus_state *s, const struct record *rec,
	const struct naming_name *name)
{
	FILE *out = series(s, CHECK);
	int gate = gate_in(s, rec);

	label(out, "type", name->type);
	label(out, "check", name->check);
	label(out, "who", name->who);
	label(out, "outcome", outcome_name(rec->outcome));
	label(out, "gate", gate_word(gate));
	label(out, "kind", kind_name(rec->kind));
	label(out, "fault", fault_name(rec->fault));
	label(out, "change", change_name(rec->change));
	fputs_unlocked("} 1\n", out);
	s->counts[rec->type][rec->outcome][gate]++;
}

static long long missing_of(const struct record *rec, const char *level)
{
	const json_t *counts = json_object_get(rec->json, level);

	return json_integer_value(json_object_get(counts, "all")) -
		json_integer_value(json_object_get(counts, "met"));
}

static void profile(struct prometheus_state *s, const struct record *rec,
	const struct naming_name *name)
{
	static const char *const levels[] = { "required", "recommended" };

	/* The other run's: this one has not asked. */
	if (rec->change == CHANGE_GONE)
		return;
	FILE *out = series(s, READY);
	label(out, "profile", name->check);
	label(out, "who", name->who);
	label(out, "ready", record_text(rec, "ready"));
	fprintf(out, "} %d\n", rec->outcome == OUTCOME_PASS);
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		out = series(s, MISSING);
		label(out, "profile", name->check);
		label(out, "who", name->who);
		label(out, "level", levels[i]);
		fprintf(out, "} %lld\n", missing_of(rec, levels[i]));
	}
}

static void count(
	struct prometheus_state *s, enum record_type type, enum outcome outcome, int gate)
{
	static const char *const types[RECORD_TYPE_COUNT] = {
		[RECORD_PROBE] = "probe",
		[RECORD_CASE] = "case",
		[RECORD_PROOF] = "proof",
		[RECORD_PROFILE] = "profile",
		[RECORD_BOOT] = "boot",
	};
	size_t n = s->counts[type][outcome][gate];

	if (!n)
		return;
	FILE *out = series(s, CHECKS);
	label(out, "type", types[type]);
	label(out, "outcome", outcome_name(outcome));
	label(out, "gate", gate_word(gate));
	fprintf(out, "} %zu\n", n);
}

static void close_run(struct prometheus_state *s)
{
	for (int type = 0; type < RECORD_TYPE_COUNT; type++)
		for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			for (int gate = 0; gate <= GATE_COUNT; gate++)
				count(s, type, outcome, gate);
	memset(s->counts, 0, sizeof(s->counts));
	s->in_run = false;
}

static int open_run(
	struct prometheus_state *s, const struct record *env, const char *run_label)
{
	if (s->in_run) {
		close_run(s);
		s->broken = true;
	}
	free(s->run);
	if (!(s->run = strdup(run_label)))
		return -ENOMEM;
	s->in_run = true;
	s->preflight = !strcmp(record_text(env, "verb"), "preflight");
	info(s, env);
	timestamp(s, env);
	return 0;
}

static int begin(void *state, const struct report_to *to)
{
	struct prometheus_state *s = state;

	if (!(s->naming = naming_new()))
		return -ENOMEM;
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (!(s->spools[i] = spool_open()))
			return -errno;
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct prometheus_state *s = state;
	struct naming_name name;

	int r = naming_take(s->naming, rec, &name);
	if (r < 0)
		return r;
	if (rec->type == RECORD_ENV)
		return open_run(s, rec, name.run);
	if (rec->type == RECORD_END) {
		close_run(s);
		return 0;
	}
	check(s, rec, &name);
	if (rec->type == RECORD_PROFILE)
		profile(s, rec, &name);
	return 0;
}

static void family_head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static int put_families(struct prometheus_state *s, FILE *out)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		FILE *spool = s->spools[i];
		if (!spool || ftello(spool) == 0)
			continue;
		family_head(out, families[i].name, families[i].help);
		int r = spool_copy(spool, out);
		if (r < 0)
			return r;
	}
	return 0;
}

static void release(struct prometheus_state *s)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (s->spools[i])
			fclose(s->spools[i]);
	naming_free(s->naming);
	free(s->run);
}

static int end(void *state, const struct report_to *to)
{
	struct prometheus_state *s = state;
	bool complete = !s->in_run && !s->broken && !to->cut_short;

	if (s->in_run)
		close_run(s);
	int r = put_families(s, to->out);
	complete = complete && r == 0;
	family_head(to->out, "plimsoll_complete",
		"Whether the report is whole: 0 if records are missing.");
	fprintf(to->out, "plimsoll_complete %d\n", complete);
	release(s);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_prometheus = {
	.about = "metrics in Prometheus' text format",
	.state_size = sizeof(struct prometheus_state),
	.begin = begin,
	.record = record,
	.end = end,
};
