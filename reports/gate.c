#include <stdio.h>
#include <string.h>

#include "gate.h"

const char *gate_name(enum gate gate)
{
	static const char *const names[GATE_COUNT] = {
		[GATE_PASS] = "pass",
		[GATE_SKIP] = "skip",
		[GATE_KNOWN] = "known",
		[GATE_FAIL] = "fail",
		[GATE_ERROR] = "error",
	};

	return names[gate];
}

static enum gate by_outcome(enum outcome outcome)
{
	static const enum gate gates[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = GATE_PASS,
		[OUTCOME_FAIL] = GATE_FAIL,
		[OUTCOME_ABSENT] = GATE_SKIP,
		[OUTCOME_DENIED] = GATE_SKIP,
		[OUTCOME_ERROR] = GATE_ERROR,
	};

	return gates[outcome];
}

enum gate gate_of(const struct record *rec)
{
	if (rec->type == RECORD_ENV || rec->type == RECORD_END)
		return GATE_SKIP;
	enum gate gate = by_outcome(rec->outcome);
	switch (rec->change) {
	case CHANGE_NONE:
	case CHANGE_NEW:
		return gate;
	case CHANGE_REGRESSED:
		return GATE_FAIL;
	case CHANGE_UNKNOWN:
		return GATE_ERROR;
	case CHANGE_GONE:
		return GATE_SKIP;
	default:
		return gate == GATE_FAIL || gate == GATE_ERROR ? GATE_KNOWN : gate;
	}
}

/* "fail (silently-ignored)" */
static void put_outcome(char *text, size_t size, const char *outcome, const char *kind)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s%s%s", outcome, *kind ? " (" : "", kind,
		*kind ? ")" : "");
}

static void put_was(const struct record *rec, char *text, size_t size)
{
	const json_t *was = json_object_get(json_object_get(rec->json, "change"), "was");
	const char *outcome = json_string_value(json_object_get(was, "outcome"));
	const char *kind = json_string_value(json_object_get(was, "kind"));

	if (!outcome)
		return;
	size_t len = strlen(text);
	snprintf(text + len, size - len, ", was ");
	put_outcome(text, size, outcome, kind ? kind : "");
}

const char *gate_reason(const struct record *rec, char *text, size_t size)
{
	const char *why = *rec->cause ? rec->cause : rec->detail;
	enum gate gate = gate_of(rec);

	*text = '\0';
	if (gate == GATE_PASS)
		return text;
	if (gate == GATE_KNOWN)
		snprintf(text, size, "known: ");
	else if (rec->change == CHANGE_REGRESSED || rec->change == CHANGE_GONE)
		snprintf(text, size, "%s: ", change_name(rec->change));
	put_outcome(text, size, outcome_name(rec->outcome), kind_name(rec->kind));
	if (rec->change > CHANGE_SAME && rec->change < CHANGE_NEW)
		put_was(rec, text, size);
	size_t len = strlen(text);
	verdict_text(text + len, size - len, "%s%s", *why ? ": " : "", why);
	return text;
}
