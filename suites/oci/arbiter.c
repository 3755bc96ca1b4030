#include <string.h>

#include "arbiter.h"
#include "record.h"

bool arbiter_wanted(const struct verdict *v, bool trouble)
{
	return v->outcome == OUTCOME_FAIL || (v->outcome == OUTCOME_ERROR && !trouble);
}

/* It did not refuse, it did not crash: it said that it was done. */
static bool accepted(const struct verdict *v, const struct verdict *missing)
{
	return v->kind == KIND_SILENTLY_IGNORED ||
		(missing && v->kind == KIND_WRONG && !*v->stage);
}

/* A probe that could not be asked tells nothing. */
static enum fault fault_of(const struct verdict *missing)
{
	if (missing->outcome == OUTCOME_ERROR)
		return FAULT_NONE;
	if (missing->fault == FAULT_KERNEL || missing->fault == FAULT_FILESYSTEM ||
		missing->fault == FAULT_POLICY)
		return missing->fault;
	return missing->outcome == OUTCOME_DENIED ? FAULT_POLICY : FAULT_KERNEL;
}

static void blame_probe(
	struct verdict *v, const struct verdict *missing, const char *missing_name)
{
	enum fault fault = fault_of(missing);

	if (fault == FAULT_NONE)
		return;
	v->fault = fault;
	VERDICT_TEXT(v->cause, "%s is %s here, and the reference fails, too: %.250s",
		missing_name, outcome_name(missing->outcome),
		*missing->cause ? missing->cause : missing->detail);
	VERDICT_TEXT(v->remedy, "%s", missing->remedy);
}

static void blame_ourselves(struct verdict *v, const struct verdict *reference)
{
	const struct verdict said = *v;

	v->outcome = OUTCOME_ERROR;
	v->kind = KIND_NONE;
	v->fault = FAULT_HARNESS;
	VERDICT_TEXT(v->detail,
		"the reference fails, too, though every probe it needs passes: %.230s; "
		"the runtime: %.230s",
		reference->detail, said.detail);
}

void arbitrate(struct verdict *v, const struct verdict *reference,
	const struct verdict *missing, const char *missing_name)
{
	bool passes = reference->outcome == OUTCOME_PASS;

	if (v->outcome == OUTCOME_ERROR) {
		/* What was not heard may be a busy machine's fault as well. */
		if (passes && v->fault == FAULT_HARNESS && !*v->cause)
			VERDICT_TEXT(v->cause,
				"unproven: the reference is heard here, so it may be the runtime");
		return;
	}
	if (v->outcome != OUTCOME_FAIL || v->fault == FAULT_POLICY)
		return;
	if (passes)
		v->fault = FAULT_RUNTIME;
	else if (reference->outcome != OUTCOME_FAIL || accepted(v, missing))
		return;
	else if (missing)
		blame_probe(v, missing, missing_name);
	else
		blame_ourselves(v, reference);
}

json_t *arbiter_json(const struct verdict *reference)
{
	json_t *json = json_object();

	record_set(json, "outcome", outcome_name(reference->outcome));
	record_set(json, "detail", reference->detail);
	return json;
}
