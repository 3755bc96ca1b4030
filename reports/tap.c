/*
 * The Test Anything Protocol, version 14. One point for each probe, case, proof and profile,
 * and one for a guest that was booted. TAP has two directives, SKIP and TODO: absent, denied and
 * gone are skipped; what is known to fail, from the run it is compared with, is to be done; an error
 * is a plain "not ok", because a harness must count it, and its word stands in the diagnostics.
 */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "page.h"
#include "tap.h"

#define REASON_MOST 240 /* bytes */

/* What a line of TAP may hold: "#" and "\" are escaped. */
static void put_escaped(FILE *out, const char *text, size_t most)
{
	_cleanup_free_ char *line = page_line(text, most);

	for (const char *p = line ? line : ""; *p; p++) {
		if (*p == '#' || *p == '\\')
			putc('\\', out);
		putc(*p, out);
	}
}

/* A double-quoted YAML scalar; a JSON string is one once it is printable. */
static void put_quoted(FILE *out, const char *text)
{
	_cleanup_free_ char *line = page_line(text, 0);
	json_t *json = line ? json_string(line) : NULL;

	if (json)
		json_dumpf(json, out, JSON_ENCODE_ANY);
	else
		fputs("\"\"", out);
	json_decref(json);
}

static void yaml(FILE *out, const char *lead, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, "  %s%s: ", lead, key);
	put_quoted(out, text);
	putc('\n', out);
}

/* Wanted and got may be any JSON; what is not a string is shown as its JSON text. */
static void yaml_json(FILE *out, const char *key, const json_t *value)
{
	_cleanup_free_ char *text = NULL;

	if (value && !json_is_string(value))
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	fprintf(out, "      %s: ", key);
	put_quoted(out, text ? text : value ? json_string_value(value) : "nothing");
	putc('\n', out);
}

static void yaml_observed(FILE *out, const struct record *rec)
{
	const json_t *observed = json_object_get(rec->json, "observed");
	size_t i;
	json_t *seen;

	if (json_array_size(observed) == 0)
		return;
	fputs("  observed:\n", out);
	json_array_foreach(observed, i, seen) {
		const json_t *ok = json_object_get(seen, "ok");
		fputs("    - fact: ", out);
		const char *fact = json_string_value(json_object_get(seen, "fact"));
		put_quoted(out, fact ? fact : "");
		putc('\n', out);
		yaml_json(out, "want", json_object_get(seen, "want"));
		yaml_json(out, "got", json_object_get(seen, "got"));
		if (ok)
			fprintf(out, "      ok: %s\n",
				json_is_true(ok) ? "true" : "false");
	}
}

/* What a console or a kernel's log said. */
static void yaml_lines(FILE *out, const char *key, const struct record *rec)
{
	const json_t *lines = json_object_get(rec->json, key), *line;
	size_t i;

	if (json_array_size(lines) == 0)
		return;
	fprintf(out, "  %s:\n", key);
	json_array_foreach(lines, i, line) {
		fputs("    - ", out);
		put_quoted(out, json_string_value(line));
		putc('\n', out);
	}
}

static void yaml_arbiter(FILE *out, const struct record *rec)
{
	const json_t *said = json_object_get(rec->json, "arbiter");

	if (!said)
		return;
	fputs("  arbiter:\n", out);
	yaml(out, "  ", "outcome", json_string_value(json_object_get(said, "outcome")));
	yaml(out, "  ", "detail", json_string_value(json_object_get(said, "detail")));
}

/* What a profile misses, and why it is needed. */
static void yaml_misses(FILE *out, const struct record *rec)
{
	static const char *const keys[] = { "subject", "level", "outcome", "reason",
		"source" };
	const json_t *misses = json_object_get(rec->json, "misses"), *miss;
	size_t i;

	if (json_array_size(misses) == 0)
		return;
	fputs("  misses:\n", out);
	json_array_foreach(misses, i, miss) {
		fputs("    - probe: ", out);
		put_quoted(out, json_string_value(json_object_get(miss, "probe")));
		putc('\n', out);
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			yaml(out, "    ", keys[k],
				json_string_value(json_object_get(miss, keys[k])));
	}
}

/* What the other run said of it. */
static void yaml_was(FILE *out, const struct record *rec)
{
	static const char *const keys[] = { "outcome", "kind", "fault", "stage", "errno",
		"detail", "cause" };
	const json_t *was = json_object_get(json_object_get(rec->json, "change"), "was");

	yaml(out, "", "change", change_name(rec->change));
	if (!json_object_size(was))
		return;
	fputs("  was:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		yaml(out, "  ", keys[i],
			json_string_value(json_object_get(was, keys[i])));
}

static void diagnostics(FILE *out, const struct record *rec)
{
	static const char *const keys[] = { "about", "ready", "source", "level", "id",
		"spec", "since", "runtime_version", "kind", "fault", "stage", "errno",
		"detail", "cause", "remedy", "file" };

	fputs("  ---\n", out);
	yaml(out, "", "outcome", outcome_name(rec->outcome));
	yaml_was(out, rec);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		yaml(out, "", keys[i],
			json_string_value(json_object_get(rec->json, keys[i])));
	yaml_arbiter(out, rec);
	yaml_observed(out, rec);
	yaml_misses(out, rec);
	yaml_lines(out, "notes", rec);
	yaml_lines(out, "kernel_log", rec);
	yaml_lines(out, "console", rec);
	fputs("  ...\n", out);
}

static void put_part(FILE *out, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	fputs(before, out);
	put_escaped(out, text, 0);
}

/* A check has the same description whatever its outcome: histories compare by it. */
static void description(FILE *out, const struct record *rec)
{
	static const char *const words[RECORD_TYPE_COUNT] = {
		[RECORD_PROBE] = "probe",
		[RECORD_CASE] = "case",
		[RECORD_PROOF] = "proof of",
		[RECORD_PROFILE] = "profile",
		[RECORD_BOOT] = "boot",
	};

	fputs(words[rec->type], out);
	put_part(out, " ", json_string_value(json_object_get(rec->json, "of")));
	put_part(out, " ", rec->name);
	put_part(out, " on ", rec->subject);
	put_part(out, " as ", rec->asker);
	put_part(out, " of ", rec->runtime);
	put_part(out, " without ", json_string_value(json_object_get(rec->json, "call")));
	put_part(out, " answering ",
		json_string_value(json_object_get(rec->json, "answer")));
}

static void point(FILE *out, unsigned long number, const struct record *rec)
{
	static const struct {
		bool ok;
		const char *directive;
	} says[] = { [GATE_PASS] = { true, NULL },
		[GATE_SKIP] = { true, "SKIP" },
		[GATE_KNOWN] = { false, "TODO" },
		[GATE_FAIL] = { false, NULL },
		[GATE_ERROR] = { false, NULL } };
	enum gate gate = gate_of(rec);
	char reason[REASON_MOST];

	fprintf(out, "%s %lu - ", says[gate].ok ? "ok" : "not ok", number);
	description(out, rec);
	if (says[gate].directive) {
		fprintf(out, " # %s ", says[gate].directive);
		put_escaped(out, gate_reason(rec, reason, sizeof(reason)), 0);
	}
	putc('\n', out);
	if (gate != GATE_PASS || rec->outcome != OUTCOME_PASS ||
		json_object_get(rec->json, "kernel_log") ||
		json_array_size(json_object_get(rec->json, "misses")))
		diagnostics(out, rec);
}

/* Which machine the points below are about: a comment. */
static void run_comment(FILE *out, const struct record *env)
{
	const json_t *kernel = json_object_get(env->json, "kernel");
	const json_t *boot = json_object_get(env->json, "boot");
	const char *version = json_string_value(json_object_get(env->json, "plimsoll"));
	const char *verb = json_string_value(json_object_get(env->json, "verb"));

	fputs("# plimsoll", out);
	put_part(out, " ", version);
	put_part(out, " ", verb);
	put_part(out, ", Linux ", json_string_value(json_object_get(kernel, "release")));
	put_part(out, " ", json_string_value(json_object_get(kernel, "machine")));
	put_part(out, ", ", json_string_value(json_object_get(env->json, "os")));
	put_part(out, ", package version ",
		json_string_value(json_object_get(kernel, "package_version")));
	put_part(out, ", QEMU ", json_string_value(json_object_get(boot, "accel")));
	put_part(out, ", variation ",
		json_string_value(json_object_get(boot, "variation")));
	put_part(out, ", with ", json_string_value(json_object_get(boot, "runtime")));
	put_part(out, ", compared with ", env_text(env, "compared_with", "file"));
	put_part(out, " of Linux ", env_text(env, "compared_with", "release"));
	put_part(out, ", ", env->change == CHANGE_GONE ? "gone" : "");
	putc('\n', out);
}

static int begin(void *state, const struct report_to *to)
{
	return fputs("TAP version 14\n", to->out) < 0 ? -EIO : 0;
}

int tap_record(void *state, const struct report_to *to, const struct record *rec)
{
	struct tap_state *s = state;

	if (rec->type == RECORD_ENV)
		run_comment(to->out, rec);
	else if (rec->type != RECORD_END)
		point(to->out, ++s->points, rec);
	s->in_run = rec->type != RECORD_END;
	return to->live && fflush(to->out) == EOF ? -errno : 0;
}

/* The plan comes last and only if all is there: without it a harness says "failed". */
int tap_end(void *state, const struct report_to *to)
{
	const struct tap_state *s = state;

	if (s->in_run || to->cut_short)
		fputs("Bail out!  Records are missing: what was read ends too early\n",
			to->out);
	else if (s->points == 0)
		fputs("1..0 # SKIP nothing was asked\n", to->out);
	else
		fprintf(to->out, "1..%lu\n", s->points);
	return ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_tap = {
	.about = "Test Anything Protocol, version 14",
	.state_size = sizeof(struct tap_state),
	.begin = begin,
	.record = tap_record,
	.end = tap_end,
};
