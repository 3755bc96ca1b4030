/* What a record counts for, and what it is called, for readers that know no more of it. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "junit_names.h"
#include "naming.h"
#include "spool.h"

/* The record of a text that is one; record_release() it. */
static struct record record_of(const char *text)
{
	char why[512] = "";
	struct record rec;

	json_t *json = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_msg(record_decode(json, &rec, why, sizeof(why)) == 0, "%s", why);
	return rec;
}

static struct record case_of(const char *name, const char *runtime, const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"{\"type\":\"case\",\"name\":\"%s\",\"runtime\":\"%s\",\"about\":\"a\"%s}",
		name, runtime, more);
	return record_of(text);
}

static struct record env_of(const char *release, const char *boot)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"{\"type\":\"env\",\"format\":1,\"kernel\":{\"release\":\"%s\"}%s}",
		release, boot);
	return record_of(text);
}

/* --- gate --- */

/* A row for each change, a letter for each outcome: pass, fail, absent, denied, error. */
static const struct {
	const char *change, *gates;
} gates[] = {
	{ "", "PFSSE" },
	{ "same", "PKSSK" },
	{ "regressed", "FFFFF" },
	{ "unknown", "EEEEE" },
	{ "fixed", "PKSSK" },
	{ "changed", "PKSSK" },
	{ "cause-changed", "PKSSK" },
	{ "new", "PFSSE" },
	{ "gone", "SSSSS" },
};

static const char letters[] = {
	[GATE_PASS] = 'P',
	[GATE_SKIP] = 'S',
	[GATE_KNOWN] = 'K',
	[GATE_FAIL] = 'F',
	[GATE_ERROR] = 'E',
};

START_TEST(gate_is_by_outcome_and_change)
{
	ck_assert_int_eq(ARRAY_SIZE(gates), CHANGE_COUNT);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		char more[128];
		int len = snprintf(
			more, sizeof(more), ",\"outcome\":\"%s\"", outcome_name(i));
		if (*gates[_i].change)
			snprintf(more + len, sizeof(more) - len,
				",\"change\":{\"is\":\"%s\"}", gates[_i].change);
		struct record rec = case_of("a/b", "runc", more);
		ck_assert_msg(letters[gate_of(&rec)] == gates[_i].gates[i], "%s %s: %c",
			gates[_i].change, outcome_name(i), letters[gate_of(&rec)]);
		record_release(&rec);
	}
}
END_TEST

START_TEST(gate_of_a_frame_is_no_pass)
{
	struct record env = env_of("6.12", "");
	struct record end = record_of("{\"type\":\"end\",\"records\":1,\"exit\":0}");

	ck_assert_int_eq(gate_of(&env), GATE_SKIP);
	ck_assert_int_eq(gate_of(&end), GATE_SKIP);
	record_release(&env);
	record_release(&end);
}
END_TEST

static const struct {
	const char *more, *reason;
} reasons[] = {
	{ ",\"outcome\":\"pass\",\"detail\":\"d\"", "" },
	{ ",\"outcome\":\"absent\",\"detail\":\"d\"", "absent: d" },
	{ ",\"outcome\":\"denied\",\"detail\":\"d\",\"cause\":\"c\"", "denied: c" },
	{ ",\"outcome\":\"fail\",\"kind\":\"wrong\"", "fail (wrong)" },
	{ ",\"outcome\":\"pass\",\"change\":{\"is\":\"fixed\",\"was\":{\"outcome\":\"fail\"}}",
		"" },
	{ ",\"outcome\":\"absent\",\"change\":{\"is\":\"regressed\",\"was\":{\"outcome\":\"pass\"}}",
		"regressed: absent, was pass" },
	{ ",\"outcome\":\"fail\",\"kind\":\"wrong\",\"detail\":\"d\",\"change\":{\"is\":\"same\"}",
		"known: fail (wrong): d" },
	{ ",\"outcome\":\"fail\",\"kind\":\"wrong\",\"change\":{\"is\":\"gone\"}",
		"gone: fail (wrong)" },
};

START_TEST(reason_says_why)
{
	struct record rec = case_of("a/b", "runc", reasons[_i].more);
	char text[64];

	ck_assert_str_eq(gate_reason(&rec, text, sizeof(text)), reasons[_i].reason);
	record_release(&rec);
}
END_TEST

START_TEST(reason_is_cut_to_its_room)
{
	struct record rec = case_of("a/b", "runc",
		",\"outcome\":\"error\",\"detail\":\"0123456789012345678901234567890\"");
	char text[24];

	gate_reason(&rec, text, sizeof(text));
	ck_assert_str_eq(text, "error: 0123456789012...");
	record_release(&rec);
}
END_TEST

/* --- naming --- */

#define PASS  ",\"outcome\":\"pass\""
#define ERROR ",\"outcome\":\"error\",\"detail\":\"d\""

static struct naming_name take(struct naming *n, struct record rec)
{
	struct naming_name name;

	ck_assert_int_eq(naming_take(n, &rec, &name), 0);
	record_release(&rec);
	return name;
}

START_TEST(check_that_is_met_again_gets_a_number)
{
	struct naming *n = naming_new();

	take(n, env_of("6.12", ""));
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).check, "a/b");
	ck_assert_str_eq(take(n, case_of("a/b", "crun", PASS)).check, "a/b");
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).check, "a/b #2");
	/* What was born with such a name has it no more. */
	ck_assert_str_eq(take(n, case_of("a/b #2", "runc", PASS)).check, "a/b #2 #2");
	ck_assert_str_eq(take(n, case_of("a/b #4", "runc", PASS)).check, "a/b #4");
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).check, "a/b #3");
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).check, "a/b #5");
	naming_free(n);
}
END_TEST

START_TEST(run_that_is_met_again_gets_a_number)
{
	struct naming *n = naming_new();

	ck_assert_str_eq(take(n, env_of("6.12", "")).run, "6.12");
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).run, "6.12");
	ck_assert_str_eq(take(n, env_of("6.12", "")).run, "6.12 #2");
	/* Its checks begin anew. */
	ck_assert_str_eq(take(n, case_of("a/b", "runc", PASS)).check, "a/b");
	ck_assert_str_eq(take(n, env_of("6.12 #2", "")).run, "6.12 #2 #2");
	ck_assert_str_eq(
		take(n,
			env_of("6.12.9",
				",\"boot\":{\"accel\":\"kvm\",\"label\":\"6.12\","
				"\"variation\":\"hybrid\",\"runtime\":\"crun\"}"))
			.run,
		"6.12 hybrid with crun");
	naming_free(n);
}
END_TEST

START_TEST(nothing_is_called_nothing)
{
	struct naming *n = naming_new();

	ck_assert_str_eq(take(n, env_of(" ", "")).run, "unnamed");
	ck_assert_str_eq(take(n, env_of("unnamed", "")).run, "unnamed #2");
	ck_assert_str_eq(take(n, case_of("\\t", "", PASS)).check, "unnamed");
	ck_assert_str_eq(take(n, case_of("", "", PASS)).check, "unnamed #2");
	naming_free(n);
}
END_TEST

START_TEST(name_does_not_tell_the_outcome)
{
	struct naming *n = naming_new(), *other = naming_new();

	take(n, env_of("6.12", ""));
	take(other, env_of("6.12", ""));
	for (int i = 0; i < 3; i++) {
		struct naming_name passed = take(n, case_of("a/b", "runc", PASS));
		struct naming_name failed = take(other, case_of("a/b", "runc", ERROR));
		ck_assert_str_eq(passed.check, failed.check);
		ck_assert_str_eq(passed.who, failed.who);
		ck_assert_str_eq(passed.run, failed.run);
	}
	naming_free(n);
	naming_free(other);
}
END_TEST

static const struct {
	const char *run, *type, *who, *classname;
} classnames[] = {
	{ "6.12.9", "case", "runc-1.1.5", "6_12_9.case.runc-1_1_5" },
	{ "6.12.9", "case", "runc-1_1.5", "6_12_9.case.runc-1_1_5~2" },
	{ "6.12_9", "probe", "root", "6_12_9~2.probe.root" },
	{ "6_12_9~2", "probe", "root", "6_12_9~2~2.probe.root" },
	{ "6.12.9", "boot", "", "6_12_9.boot" },
	{ "6.12.9", "case", "runc-1_1.5", "6_12_9.case.runc-1_1_5~2" },
};

START_TEST(classname_has_dots_that_mean_something)
{
	struct junit_names *n = junit_names_new();

	for (size_t i = 0; i < ARRAY_SIZE(classnames); i++) {
		const struct naming_name name = { .run = classnames[i].run,
			.type = classnames[i].type,
			.who = classnames[i].who };
		char *classname = junit_classname(n, &name);
		ck_assert_str_eq(classname, classnames[i].classname);
		free(classname);
	}
	junit_names_free(n);
}
END_TEST

/* --- spool --- */

START_TEST(spool_is_empty_again)
{
	char text[32] = "";
	FILE *spool = spool_open(), *out = fmemopen(text, sizeof(text), "w");

	fputs("longer than what follows", spool);
	ck_assert_int_eq(spool_empty(spool), 0);
	for (int i = 0; i < 2; i++) {
		fputs(i ? "two" : "one,", spool);
		ck_assert_int_eq(spool_copy(spool, out), 0);
		ck_assert_int_eq(spool_empty(spool), 0);
	}
	fclose(spool);
	fclose(out);
	ck_assert_str_eq(text, "one,two");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("gate");
	TCase *t = tcase_create("gate");

	tcase_add_loop_test(t, gate_is_by_outcome_and_change, 0, ARRAY_SIZE(gates));
	tcase_add_test(t, gate_of_a_frame_is_no_pass);
	tcase_add_loop_test(t, reason_says_why, 0, ARRAY_SIZE(reasons));
	tcase_add_test(t, reason_is_cut_to_its_room);
	tcase_add_test(t, check_that_is_met_again_gets_a_number);
	tcase_add_test(t, run_that_is_met_again_gets_a_number);
	tcase_add_test(t, nothing_is_called_nothing);
	tcase_add_test(t, name_does_not_tell_the_outcome);
	tcase_add_test(t, classname_has_dots_that_mean_something);
	tcase_add_test(t, spool_is_empty_again);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
