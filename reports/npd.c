/*
 * A custom plugin of node-problem-detector: one line on stdout, and the exit status 0 OK, 1 NonOK,
 * 2 Unknown. The line becomes the message of a node's condition, cut to max_output_length, 80
 * bytes unless configured: so it says the worst that there is and how many more are as bad.
 * A plugin is given 5 s unless its `timeout` says otherwise; asking may take longer:
 *
 *   {"plugin": "custom", "source": "plimsoll",
 *    "pluginConfig": {"invoke_interval": "1h", "timeout": "2m"},
 *    "conditions": [{"type": "UserNamespacesProblem", "reason": "UserNamespacesReady",
 *                    "message": "pods can have user namespaces"}],
 *    "rules": [{"type": "permanent", "condition": "UserNamespacesProblem",
 *               "reason": "NotReady", "path": "/usr/bin/plimsoll",
 *               "args": ["preflight", "kubernetes-userns", "--format", "npd"]}]}
 */
#include <errno.h>
#include <string.h>

#include "exit.h"
#include "gate.h"
#include "page.h"
#include "reporter.h"

#define BYTES_MOST 80

/* What the line is about: the highest that any record has, in the exit status' order. */
enum rank {
	RANK_NONE,
	RANK_FINE,
	RANK_EXCEPT, /* fine, and a profile has something to say */
	RANK_ERROR,
	RANK_FAILED,
	RANK_SILENT,
};

struct npd_state {
	struct exit_count exit;
	size_t counts
		[OUTCOME_COUNT]; /* of what is not a probe made for a profile's sake */
	enum rank rank;
	size_t many;    /* of that rank */
	char text[400]; /* of the first of them */
	bool in_run;
	bool broken; /* a run had no end */
};

static enum rank rank_of(const struct record *rec)
{
	switch (gate_of(rec)) {
	case GATE_FAIL:
		return rec->outcome == OUTCOME_FAIL && rec->kind == KIND_SILENTLY_IGNORED
			? RANK_SILENT
			: RANK_FAILED;
	case GATE_ERROR:
		return RANK_ERROR;
	default:
		if (rec->type != RECORD_PROFILE || rec->change == CHANGE_GONE)
			return RANK_NONE;
		return json_array_size(json_object_get(rec->json, "misses")) ? RANK_EXCEPT
									     : RANK_FINE;
	}
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* "NOT READY kubernetes-userns: idmap/tmpfs absent", what is required before the rest. */
static void tell_profile(const struct record *rec, FILE *f)
{
	static const char *const words[][2] = {
		{ "ready", "READY" },
		{ "ready-except", "READY EXCEPT" },
		{ "not-ready", "NOT READY" },
		{ "unknown", "UNKNOWN" },
	};
	static const char *const levels[] = { "required", "recommended" };
	const json_t *misses = json_object_get(rec->json, "misses"), *miss;
	const char *ready = record_text(rec, "ready"), *before = ": ";
	size_t w = 0, i;

	while (w + 1 < ARRAY_SIZE(words) && strcmp(words[w][0], ready))
		w++;
	fprintf(f, "%s %s", words[w][1], rec->name);
	for (size_t l = 0; l < ARRAY_SIZE(levels); l++) {
		json_array_foreach(misses, i, miss) {
			if (strcmp(member(miss, "level"), levels[l]))
				continue;
			fprintf(f, "%s%s %s", before, member(miss, "probe"),
				member(miss, "outcome"));
			before = ", ";
		}
	}
}

/* "mount/rro of runc: fail (silently-ignored): what was seen" */
static void tell_check(const struct record *rec, FILE *f)
{
	char reason[300];

	if (rec->type == RECORD_PROOF || rec->type == RECORD_BOOT)
		fprintf(f, "%s of ", record_text(rec, "type"));
	fputs(rec->name, f);
	if (*rec->subject)
		fprintf(f, " on %s", rec->subject);
	if (*rec->runtime)
		fprintf(f, " of %s", rec->runtime);
	else if (*rec->asker && strcmp(rec->asker, "root"))
		fprintf(f, " as %s", rec->asker);
	fprintf(f, ": %s", gate_reason(rec, reason, sizeof(reason)));
}

static int keep_text(struct npd_state *s, const struct record *rec)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return -errno;
	if (rec->type == RECORD_PROFILE)
		tell_profile(rec, f);
	else
		tell_check(rec, f);
	if (fclose(f) == EOF)
		return -errno;
	_cleanup_free_ char *line = page_line(text, 200);
	snprintf(s->text, sizeof(s->text), "%s", line ? line : "");
	return 0;
}

static int begin(void *state, const struct report_to *to)
{
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct npd_state *s = state;

	exit_count_record(&s->exit, rec);
	if (rec->type == RECORD_ENV)
		s->broken |= s->in_run;
	s->in_run = rec->type != RECORD_END;
	if (rec->type == RECORD_ENV || rec->type == RECORD_END)
		return 0;
	/* The profiles say what a probe made for them comes to. */
	if (s->exit.preflight && rec->type == RECORD_PROBE)
		return 0;
	s->counts[rec->outcome] += rec->change != CHANGE_GONE;
	enum rank rank = rank_of(rec);
	if (rank < s->rank || rank == RANK_NONE)
		return 0;
	s->many = rank == s->rank ? s->many + 1 : 1;
	if (rank == s->rank)
		return 0;
	s->rank = rank;
	return keep_text(s, rec);
}

/* "OK: 190 pass, 12 absent, 3 denied"; what is known to fail counts as it is. */
static void tell_counts(const struct npd_state *s, char *text, size_t size)
{
	size_t len = snprintf(text, size, "OK");
	const char *before = ": ";

	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (!s->counts[o])
			continue;
		len += snprintf(text + len, size - len, "%s%zu %s", before, s->counts[o],
			outcome_name(o));
		before = ", ";
	}
}

/* Cuts at a whole character so that `most` bytes are not exceeded, and says so. */
static void cut(char *text, size_t most)
{
	if (strlen(text) <= most)
		return;
	size_t end = most - 3;
	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, "...", 4);
}

static void compose(struct npd_state *s, bool whole, char *text, size_t size)
{
	char more[40] = "";

	if (!whole)
		snprintf(s->text, sizeof(s->text),
			"INCOMPLETE: records are missing, nobody knows");
	else if (exit_code_of(&s->exit) == EXIT_NOTHING_ASKED)
		snprintf(s->text, sizeof(s->text), "NOTHING ASKED: there is no answer");
	else if (s->rank == RANK_NONE)
		tell_counts(s, s->text, sizeof(s->text));
	else if (s->many > 1)
		snprintf(more, sizeof(more), " (and %zu more)", s->many - 1);
	cut(s->text, BYTES_MOST - strlen(more));
	snprintf(text, size, "%s%s", s->text, more);
}

static int end(void *state, const struct report_to *to)
{
	struct npd_state *s = state;
	char text[BYTES_MOST + 1];

	compose(s, !s->in_run && !s->broken && !to->cut_short, text, sizeof(text));
	fprintf(to->out, "%s\n", text);
	return ferror(to->out) ? -EIO : 0;
}

static int status(enum exit_code code)
{
	switch (code) {
	case EXIT_OK:
		return 0;
	case EXIT_FAILED:
	case EXIT_SILENTLY_IGNORED:
		return 1;
	default:
		return 2;
	}
}

const struct reporter reporter_npd = {
	.about = "a plugin of node-problem-detector: one line and its exit status",
	.state_size = sizeof(struct npd_state),
	.begin = begin,
	.record = record,
	.end = end,
	.status = status,
};
