#include <string.h>

#include "exit.h"
#include "gate.h"

/*
 * A kernel that says no has answered the probe. A case that was not asked has no answer,
 * and the probes made for a runtime's sake do not stand in for it: a gate on `run` would
 * be green without one obligation looked at. Nor has a guest that booted answered anything.
 */
static bool is_answer(const struct exit_count *c, const struct record *rec)
{
	if (rec->change == CHANGE_GONE)
		return false;
	switch (rec->type) {
	case RECORD_PROBE:
		return !c->run && !c->preflight;
	case RECORD_CASE:
		return rec->outcome != OUTCOME_ABSENT && rec->outcome != OUTCOME_DENIED;
	case RECORD_PROOF:
	case RECORD_PROFILE:
		return true;
	case RECORD_END:
		/* Answers that are as before are only counted. */
		return json_integer_value(json_object_get(rec->json, "same")) > 0;
	default:
		return false;
	}
}

void exit_count_record(struct exit_count *c, const struct record *rec)
{
	if (rec->type == RECORD_ENV) {
		const char *verb = json_string_value(json_object_get(rec->json, "verb"));
		c->run = verb && !strcmp(verb, "run");
		c->preflight = verb && !strcmp(verb, "preflight");
	}
	/* Whether it matters what this one says, the profiles decide. */
	if (c->preflight && rec->type == RECORD_PROBE)
		return;
	enum gate gate = gate_of(rec);
	c->answered += is_answer(c, rec);
	c->errors += gate == GATE_ERROR;
	c->failed += gate == GATE_FAIL;
	c->silently_ignored += gate == GATE_FAIL && rec->outcome == OUTCOME_FAIL &&
		rec->kind == KIND_SILENTLY_IGNORED;
}

enum exit_code exit_code_of(const struct exit_count *c)
{
	if (c->silently_ignored)
		return EXIT_SILENTLY_IGNORED;
	if (c->failed)
		return EXIT_FAILED;
	if (c->errors)
		return EXIT_ERROR;
	return c->answered ? EXIT_OK : EXIT_NOTHING_ASKED;
}
