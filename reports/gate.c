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

/* "known: fail (wrong), was fail (refused)" */
static void put_verdict(const struct record *rec, char *text, size_t size)
{
	const char *was = record_was(rec, "outcome"), *before = "";
	bool changed = rec->change > CHANGE_SAME && rec->change < CHANGE_NEW && *was;
	struct verdict_words is =
		verdict_words(outcome_name(rec->outcome), kind_name(rec->kind));
	struct verdict_words then = verdict_words(was, record_was(rec, "kind"));

	if (gate_of(rec) == GATE_KNOWN)
		before = "known";
	else if (rec->change == CHANGE_REGRESSED || rec->change == CHANGE_GONE)
		before = change_name(rec->change);
	snprintf(text, size, "%s%s%s%s%s", before, *before ? ": " : "", is.text,
		changed ? ", was " : "", changed ? then.text : "");
}

const char *gate_reason(const struct record *rec, char *text, size_t size)
{
	const char *why = *rec->cause ? rec->cause : rec->detail;

	*text = '\0';
	if (gate_of(rec) == GATE_PASS)
		return text;
	put_verdict(rec, text, size);
	size_t len = strlen(text);
	verdict_text(text + len, size - len, "%s%s", *why ? ": " : "", why);
	return text;
}
