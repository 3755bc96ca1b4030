#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "match.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static struct verdict harness_error(const json_t *result)
{
	struct verdict v = { .outcome = OUTCOME_ERROR,
		.fault = fault_from_name(text_of(result, "fault")) };

	VERDICT_TEXT(v.detail, "%s", text_of(result, "error"));
	return v;
}

static bool refused(const json_t *result)
{
	const json_t *failed = json_object_get(result, "failed_step");
	const char *verb = text_of(failed, "verb");

	return (!strcmp(verb, "create") || !strcmp(verb, "start")) &&
		!strncmp(text_of(failed, "exit"), "exit ", 5);
}

/* A step that had to succeed and did not. */
static struct verdict step_verdict(const json_t *result)
{
	const json_t *failed = json_object_get(result, "failed_step");
	const char *verb = text_of(failed, "verb"), *exit = text_of(failed, "exit");
	struct verdict v = { .outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME };

	VERDICT_TEXT(v.stage, "%s", verb);
	if (!strcmp(verb, "collect")) {
		v.outcome = OUTCOME_ERROR;
		v.fault = FAULT_HARNESS;
		VERDICT_TEXT(v.detail, "%s",
			json_is_true(json_object_get(result, "flooded"))
				? "the container flooded its stdout"
				: "the container ran, but its witness was not heard to its end");
		return v;
	}
	v.kind = !strncmp(exit, "exit ", 5) ? KIND_REFUSED : KIND_WRONG;
	if (!strcmp(exit, "timeout"))
		VERDICT_TEXT(v.detail,
			"%s hung: it did not return in time and was killed", verb);
	else
		VERDICT_TEXT(
			v.detail, "%s: %s: %s", verb, exit, text_of(failed, "stderr"));
	return v;
}

/* The observations that are not as expected; and those for which there is no evidence. */
static json_t *compare(const struct kase *k, const json_t *result, size_t *ret_wrong,
	const char **ret_unseen)
{
	const json_t *evidence = json_object_get(result, "evidence");
	json_t *list = json_array(), *want;
	const char *key;

	json_object_foreach((json_t *)k->observe, key, want) {
		json_t *got = json_object_get(evidence, key);
		bool ok = match(want, got);
		if (!got && !*ret_unseen)
			*ret_unseen = key;
		*ret_wrong += got && !ok;
		/* After a step that failed, what was not looked at says nothing. */
		if (!got && json_object_get(result, "failed_step"))
			continue;
		json_t *show_want, *show_got;
		if (got && !ok) {
			match_narrow(want, got, &show_want, &show_got);
		} else {
			show_want = json_incref(want);
			show_got = json_incref(got);
		}
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o*, s:b}", "fact", key, "want", show_want,
				"got", show_got, "ok", ok));
	}
	return list;
}

static bool needs_witness(const struct kase *k)
{
	const char *key;
	json_t *want;

	json_object_foreach((json_t *)k->observe, key, want)
		if (!strchr(key, ':') && strcmp(key, "started") && strcmp(key, "exited"))
			return true;
	return false;
}

/* Does this fact differ from what is wanted in the same way, both times? */
static bool same_mismatch(const json_t *want, const json_t *got, const json_t *without)
{
	json_auto_t *want_a = NULL, *got_a = NULL, *want_b = NULL, *got_b = NULL;

	if (!got || !without || match(want, without))
		return false;
	match_narrow(want, got, &want_a, &got_a);
	match_narrow(want, without, &want_b, &got_b);
	return json_equal(want_a, want_b) && json_equal(got_a, got_b);
}

/* What is seen is also seen when nothing was asked for: the request was ignored. */
static bool ignored(const struct kase *k, const json_t *plain, const json_t *sabotaged)
{
	const json_t *with = json_object_get(plain, "evidence");
	const json_t *without = json_object_get(sabotaged, "evidence");
	const char *key;
	json_t *want;

	if (!without || !case_disproof_in_config(k))
		return false;
	json_object_foreach((json_t *)k->observe, key, want) {
		const json_t *got = json_object_get(with, key);
		if (!match(want, got) &&
			!same_mismatch(want, got, json_object_get(without, key)))
			return false;
	}
	return true;
}

static void say_mismatch(struct verdict *v, const json_t *observed)
{
	size_t i;
	json_t *o;

	json_array_foreach((json_t *)observed, i, o) {
		if (json_is_true(json_object_get(o, "ok")))
			continue;
		_cleanup_free_ char *want = json_dumps(
			json_object_get(o, "want"), JSON_ENCODE_ANY | JSON_COMPACT);
		_cleanup_free_ char *got = json_dumps(
			json_object_get(o, "got"), JSON_ENCODE_ANY | JSON_COMPACT);
		VERDICT_TEXT(v->detail, "%s: wanted %.250s, got %.250s",
			text_of(o, "fact"), want ? want : "", got ? got : "nothing");
		return;
	}
}

static struct verdict unseen_verdict(const json_t *result, const char *fact)
{
	struct verdict v = { .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS };
	const char *other = text_of(result, "other");

	VERDICT_TEXT(v.detail, "no evidence for %s: the witness %s%s%.200s", fact,
		json_is_true(json_object_get(result, "flooded"))
			? "was drowned in a flood"
			: json_is_true(json_object_get(result, "ended"))
			? "did not report it"
			: json_is_true(json_object_get(result, "begun"))
			? "began but did not reach its end"
			: "never began",
		*other ? "; what was said instead: " : "", other);
	return v;
}

static struct verdict residue_verdict(const json_t *left)
{
	struct verdict v = {
		.outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME, .kind = KIND_RESIDUE
	};

	VERDICT_TEXT(v.detail, "left on the host: %s",
		json_string_value(json_array_get(left, 0)));
	return v;
}

static struct verdict observed_verdict(const struct kase *k, const json_t *result,
	const json_t *observed, size_t wrong, const char *unseen, const json_t *sabotaged)
{
	const json_t *left = json_object_get(result, "left");
	struct verdict v = { .outcome = OUTCOME_PASS };

	if (wrong) {
		v.outcome = OUTCOME_FAIL;
		v.fault = FAULT_RUNTIME;
		v.kind = ignored(k, result, sabotaged) ? KIND_SILENTLY_IGNORED
						       : KIND_WRONG;
		say_mismatch(&v, observed);
	} else if (unseen ||
		(needs_witness(k) && !json_is_true(json_object_get(result, "ended")))) {
		return unseen_verdict(result, unseen ? unseen : "anything");
	} else if (json_array_size(left)) {
		return residue_verdict(left);
	} else {
		VERDICT_TEXT(v.detail, "%zu observations as expected",
			json_array_size(observed));
	}
	return v;
}

/*
 * The kernel cannot: then refusing is right if nothing is left of the attempt, and accepting
 * without doing it is the worst.
 */
static struct verdict without_kernel(const struct verdict *seen, const json_t *plain,
	const struct verdict *missing, const char *name)
{
	const json_t *left = json_object_get(plain, "left");
	struct verdict v = *seen;

	if (refused(plain) && json_array_size(left)) {
		v = residue_verdict(left);
		VERDICT_TEXT(v.detail,
			"left on the host: %s; it did refuse, as it has to where %s is %s: %.200s",
			json_string_value(json_array_get(left, 0)), name,
			outcome_name(missing->outcome),
			text_of(json_object_get(plain, "failed_step"), "stderr"));
	} else if (refused(plain)) {
		v = (struct verdict) { .outcome = OUTCOME_PASS };
		VERDICT_TEXT(v.detail, "refused, as it has to be where %s is %s: %.300s",
			name, outcome_name(missing->outcome),
			text_of(json_object_get(plain, "failed_step"), "stderr"));
	} else if (seen->outcome == OUTCOME_FAIL) {
		VERDICT_TEXT(v.cause,
			"%s is %s here, so the runtime has to refuse, but it accepted",
			name, outcome_name(missing->outcome));
	}
	return v;
}

/* To refuse is right, too, if nothing was done before that must not be done, and nothing is left. */
static struct verdict may_refuse(
	const json_t *plain, const json_t *observed, size_t wrong)
{
	const json_t *left = json_object_get(plain, "left");
	struct verdict v = { .outcome = OUTCOME_PASS };

	if (wrong) {
		v.outcome = OUTCOME_FAIL;
		v.fault = FAULT_RUNTIME;
		v.kind = KIND_WRONG;
		say_mismatch(&v, observed);
	} else if (json_array_size(left)) {
		v = residue_verdict(left);
	} else {
		VERDICT_TEXT(v.detail, "refused, as it may: %.300s",
			text_of(json_object_get(plain, "failed_step"), "stderr"));
	}
	return v;
}

struct judged judge(const struct kase *k, const json_t *plain, const json_t *sabotaged,
	const struct verdict *missing, const char *missing_name)
{
	struct judged j = { 0 };
	const char *unseen = NULL;
	size_t wrong = 0;

	if (json_object_get(plain, "error")) {
		j.verdict = harness_error(plain);
		return j;
	}
	j.observed = compare(k, plain, &wrong, &unseen);
	if (k->otherwise_refuse && !k->requires && refused(plain))
		j.verdict = may_refuse(plain, j.observed, wrong);
	else if (json_object_get(plain, "failed_step"))
		j.verdict = step_verdict(plain);
	else
		j.verdict =
			observed_verdict(k, plain, j.observed, wrong, unseen, sabotaged);
	if (missing)
		j.verdict = without_kernel(&j.verdict, plain, missing, missing_name);
	return j;
}
