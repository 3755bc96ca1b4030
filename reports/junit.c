/*
 * JUnit XML: a <testsuite> for each run, a <testcase> for each of its verdicts. Readers go by
 * the elements in a testcase: <failure>, <error>, <skipped>, or none of them. Some refuse a suite
 * that does not say at its start how many there are of each, which is known at its end: until
 * then its testcases wait in a spool.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "gate.h"
#include "junit_names.h"
#include "page.h"
#include "reporter.h"
#include "spool.h"
#include "telling.h"
#include "xml.h"

/* Of what passed, Jenkins shows a thousand characters. */
#define LOG_OF_PASSED 8
#define LOG_OF_OTHERS 200

#define REASON_SIZE  1400
#define SPOOL_BUFFER 65536

struct junit {
	struct xml *document, *cases;
	FILE *spool; /* where `cases` writes */
	struct naming *naming;
	struct junit_names *names;
	/* Of the run at hand: */
	bool in_run;
	char *run;
	struct record env;
	json_t *versions; /* runtime -> what it says of itself */
	unsigned long tests, counts[GATE_COUNT];
	double ms;
};

/* --- one verdict --- */

struct body {
	FILE *out;
	bool begun;
};

/* Some readers look in texts for "[[ATTACHMENT|path]]" and the like. */
static void put_line(void *ctx, const char *line)
{
	struct body *b = ctx;

	if (b->begun)
		putc('\n', b->out);
	b->begun = true;
	const char *mark;
	for (; (mark = strstr(line, "[[")); line = mark + 1) {
		fwrite(line, 1, mark + 1 - line, b->out);
		putc(' ', b->out);
	}
	fputs(line, b->out);
}

/* Has anything been told of what was going on meanwhile? */
static bool has_log(const struct record *rec)
{
	return json_array_size(json_object_get(rec->json, "kernel_log")) ||
		json_array_size(json_object_get(rec->json, "console"));
}

static int put_log(struct xml *x, const struct record *rec, size_t most)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	struct body b = { .out = open_memstream(&text, &size) };

	if (!b.out)
		return -ENOMEM;
	telling_log(rec, most, put_line, &b);
	if (fclose(b.out) == EOF)
		return -ENOMEM;
	xml_open(x, 3, "system-out");
	xml_text(x, text);
	xml_close(x);
	return 0;
}

/* What readers sort by. */
static const char *type_of(const struct record *rec, enum gate gate)
{
	if (gate == GATE_ERROR)
		return rec->fault != FAULT_NONE ? fault_name(rec->fault) : "unknown";
	if (gate != GATE_FAIL)
		return outcome_name(rec->outcome);
	if (rec->kind != KIND_NONE)
		return kind_name(rec->kind);
	return rec->change == CHANGE_REGRESSED ? "regressed" : "fail";
}

static int put_why(struct xml *x, const struct record *rec, enum gate gate)
{
	static const char *const elements[] = { [GATE_SKIP] = "skipped",
		[GATE_KNOWN] = "skipped",
		[GATE_FAIL] = "failure",
		[GATE_ERROR] = "error" };
	char reason[REASON_SIZE];
	_cleanup_free_ char *text = NULL;
	size_t size;
	struct body b = { .out = open_memstream(&text, &size) };

	if (!b.out)
		return -ENOMEM;
	_cleanup_free_ char *line =
		page_line(gate_reason(rec, reason, sizeof(reason)), 0);
	put_line(&b, line ? line : "");
	telling_verdict(rec, put_line, &b);
	if (fclose(b.out) == EOF)
		return -ENOMEM;
	xml_open(x, 3, elements[gate]);
	xml_attribute(x, "type", type_of(rec, gate));
	xml_attribute(x, "message", reason);
	xml_text(x, text);
	xml_close(x);
	return 0;
}

static void open_case(struct xml *x, const char *classname, const char *name)
{
	xml_open(x, 2, "testcase");
	xml_attribute(x, "classname", classname);
	xml_attribute(x, "name", name);
}

static void put_place(struct xml *x, const struct record *rec)
{
	json_int_t line = json_integer_value(json_object_get(rec->json, "line"));

	if (rec->ms > 0)
		xml_seconds(x, "time", rec->ms);
	if (!*rec->file)
		return;
	xml_attribute(x, "file", rec->file);
	if (line > 0)
		xml_number(x, "line", line);
}

static int put_case(struct junit *j, const struct record *rec, const char *classname,
	const char *name)
{
	enum gate gate = gate_of(rec);
	int r = 0;

	j->tests++;
	j->counts[gate]++;
	j->ms += rec->ms > 0 ? rec->ms : 0;
	open_case(j->cases, classname, name);
	put_place(j->cases, rec);
	if (gate != GATE_PASS)
		r = put_why(j->cases, rec, gate);
	bool logged = has_log(rec);
	if (r == 0 && logged)
		r = put_log(
			j->cases, rec, gate == GATE_PASS ? LOG_OF_PASSED : LOG_OF_OTHERS);
	if (gate == GATE_PASS && !logged)
		xml_close(j->cases);
	else
		xml_close_line(j->cases, 2);
	return r;
}

/* --- one run --- */

static void put_property(struct xml *x, const char *name, const char *value)
{
	_cleanup_free_ char *line = value ? page_line(value, 0) : NULL;

	if (!line || !*line)
		return;
	xml_open(x, 3, "property");
	xml_attribute(x, "name", name);
	xml_attribute(x, "value", line);
	xml_close(x);
}

static void put_environment(struct xml *x, const json_t *env)
{
	static const struct {
		const char *name, *object, *key;
	} properties[] = {
		{ "plimsoll", NULL, "plimsoll" },
		{ "verb", NULL, "verb" },
		{ "kernel", "kernel", "release" },
		{ "kernel version", "kernel", "version" },
		{ "kernel package", "kernel", "package" },
		{ "kernel package version", "kernel", "package_version" },
		{ "kernel config sha256", "kernel", "config_sha256" },
		{ "kernel cmdline", "kernel", "cmdline" },
		{ "machine", "kernel", "machine" },
		{ "os", NULL, "os" },
		{ "asker", NULL, "asker" },
		{ "cgroup", NULL, "cgroup" },
		{ "guest accelerator", "boot", "accel" },
		{ "guest label", "boot", "label" },
		{ "guest variation", "boot", "variation" },
		{ "guest runtime", "boot", "runtime" },
		{ "guest cgroup", "boot", "cgroup" },
		{ "guest lsm", "boot", "lsm" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		const json_t *from = properties[i].object
			? json_object_get(env, properties[i].object)
			: env;
		put_property(x, properties[i].name,
			json_string_value(json_object_get(from, properties[i].key)));
	}
}

static void put_properties(struct junit *j)
{
	struct xml *x = j->document;
	const char *runtime;
	json_t *version;

	xml_open(x, 2, "properties");
	put_environment(x, j->env.json);
	json_object_foreach(j->versions, runtime, version) {
		_cleanup_free_ char *name = NULL;
		if (asprintf(&name, "runtime %s", runtime) >= 0)
			put_property(x, name, json_string_value(version));
	}
	xml_close_line(x, 2);
}

/* The zone is left out: where a schema says how this text must look, there is none. */
static void put_timestamp(struct xml *x, const struct record *env)
{
	const char *time = record_text(env, "time");
	struct tm tm = { 0 };
	char text[32];

	if (!strptime(time, "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	xml_attribute(x, "timestamp", text);
}

static void open_suite(struct junit *j, const char *name)
{
	struct xml *x = j->document;

	xml_open(x, 1, "testsuite");
	xml_attribute(x, "name", name);
	xml_number(x, "tests", j->tests);
	xml_number(x, "failures", j->counts[GATE_FAIL]);
	xml_number(x, "errors", j->counts[GATE_ERROR]);
	xml_number(x, "skipped", j->counts[GATE_SKIP] + j->counts[GATE_KNOWN]);
	xml_seconds(x, "time", j->ms);
}

static int close_suite(struct junit *j, FILE *out)
{
	int r;

	open_suite(j, j->run);
	put_timestamp(j->document, &j->env);
	put_properties(j);
	if ((r = xml_flush(j->document)) < 0 || (r = xml_flush(j->cases)) < 0 ||
		(r = spool_copy(j->spool, out)) < 0 || (r = spool_empty(j->spool)) < 0)
		return r;
	xml_close_line(j->document, 1);
	j->in_run = false;
	return 0;
}

static void forget_run(struct junit *j)
{
	free(j->run);
	j->run = NULL;
	if (j->env.json)
		record_release(&j->env);
	if (j->versions)
		json_object_clear(j->versions);
	j->tests = 0;
	j->ms = 0;
	memset(j->counts, 0, sizeof(j->counts));
}

static int open_run(struct junit *j, const struct record *env, const char *run)
{
	forget_run(j);
	j->in_run = true;
	j->env = record_ref(env);
	j->run = strdup(run);
	return j->run ? 0 : -ENOMEM;
}

static int note_version(struct junit *j, const struct record *rec)
{
	const char *version = record_text(rec, "runtime_version");

	if (!*version || !*rec->runtime || json_object_get(j->versions, rec->runtime))
		return 0;
	return json_object_set_new(j->versions, rec->runtime, json_string(version)) < 0
		? -ENOMEM
		: 0;
}

/* --- the document --- */

static int begin(void *state, const struct report_to *to)
{
	struct junit *j = state;

	j->spool = spool_open();
	if (!j->spool)
		return -errno;
	setvbuf(j->spool, NULL, _IOFBF, SPOOL_BUFFER);
	j->document = xml_new(to->out);
	j->cases = xml_new(j->spool);
	j->naming = naming_new();
	j->names = junit_names_new();
	j->versions = json_object();
	if (!j->document || !j->cases || !j->naming || !j->names || !j->versions)
		return -ENOMEM;
	xml_declare(j->document);
	xml_open(j->document, 0, "testsuites");
	xml_attribute(j->document, "name", "plimsoll");
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct junit *j = state;
	struct naming_name name;

	int r = naming_take(j->naming, rec, &name);
	if (r < 0)
		return r;
	if (rec->type == RECORD_ENV)
		return open_run(j, rec, name.run);
	if (rec->type == RECORD_END)
		return close_suite(j, to->out);
	_cleanup_free_ char *classname = junit_classname(j->names, &name);
	if (!classname || (r = note_version(j, rec)) < 0)
		return -ENOMEM;
	return put_case(j, rec, classname, name.check);
}

/* Without this, readers would take what there is for all there is. */
static void put_missing(struct xml *x)
{
	static const char text[] = "Records are missing: what was read ends too early";

	open_case(x, "plimsoll.report", "the records end here");
	xml_open(x, 3, "error");
	xml_attribute(x, "type", "truncated");
	xml_attribute(x, "message", text);
	xml_text(x, text);
	xml_close(x);
	xml_close_line(x, 2);
}

static int finish(struct junit *j, const struct report_to *to)
{
	int r = 0;

	if (j->in_run || to->cut_short) {
		if (!j->in_run)
			forget_run(j);
		j->tests++;
		j->counts[GATE_ERROR]++;
		if (j->in_run) {
			put_missing(j->cases);
			r = close_suite(j, to->out);
		} else {
			open_suite(j, "plimsoll");
			put_missing(j->document);
			xml_close_line(j->document, 1);
		}
	}
	xml_close_line(j->document, 0);
	int flushed = xml_flush(j->document);
	putc('\n', to->out);
	return r < 0 ? r : flushed;
}

static int end(void *state, const struct report_to *to)
{
	struct junit *j = state;
	int r = 0;

	if (j->document && j->cases && j->versions)
		r = finish(j, to);
	forget_run(j);
	xml_free(j->document);
	xml_free(j->cases);
	naming_free(j->naming);
	junit_names_free(j->names);
	json_decref(j->versions);
	if (j->spool)
		fclose(j->spool);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_junit = {
	.about = "JUnit XML, for CI systems",
	.state_size = sizeof(struct junit),
	.ready = xml_ready,
	.begin = begin,
	.record = record,
	.end = end,
};
