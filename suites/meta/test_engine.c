/*
 * An engine that outlives whatever its questions do, and lets those share a child that may:
 * tests of probes/ask_all.c.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"

#define ck_assert_has(text, part) \
	ck_assert_msg(strstr(text, part), "\"%s\" does not say \"%s\"", text, part)
/* Long enough for a flood on a slow machine under a sanitizer. */
#define DEADLINE_MS 2000

static struct verdict ask_well(const struct ask *a)
{
	return answer_pass("well");
}

static struct verdict ask_hanging(const struct ask *a)
{
	while (pause() < 0)
		;
	return answer_pass("woken");
}

static struct verdict ask_crashing(const struct ask *a)
{
	raise(SIGABRT);
	return answer_pass("survived");
}

static struct verdict ask_killed(const struct ask *a)
{
	raise(SIGKILL);
	return answer_pass("survived");
}

static struct verdict ask_quiet(const struct ask *a)
{
	_exit(3);
}

/* Writes `len` bytes to the pipe that the answer is expected on, wherever that is. */
static void write_to_pipes(size_t len)
{
	static const char garbage[4096] = "garbage";
	struct stat st;

	for (int fd = 3; fd < 64; fd++) {
		if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode) ||
			(fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
			continue;
		for (size_t n = 0; n < len; n += sizeof(garbage))
			if (write(fd, garbage,
				    len < sizeof(garbage) ? len : sizeof(garbage)) < 0)
				break;
	}
}

static struct verdict ask_flooding(const struct ask *a)
{
	write_to_pipes(64u << 20);
	return answer_pass("flooded");
}

static struct verdict ask_garbage(const struct ask *a)
{
	write_to_pipes(7);
	_exit(0);
}

/* What it leaves behind holds the pipe open and never ends by itself. */
static struct verdict ask_forking(const struct ask *a)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			ask_hanging(a);
	return answer_pass("forked");
}

static struct verdict ask_forking_and_hanging(const struct ask *a)
{
	ask_forking(a);
	return ask_hanging(a);
}

static const struct bad {
	const char *name;
	struct verdict (*ask)(const struct ask *a);
	enum outcome outcome;
	const char *detail;
} bads[] = {
	{ "hanging", ask_hanging, OUTCOME_ERROR, "within 2000 ms" },
	{ "crashing", ask_crashing, OUTCOME_ERROR, "signal 6 (SIGABRT)" },
	{ "killed", ask_killed, OUTCOME_ERROR, "signal 9 (SIGKILL)" },
	{ "quiet", ask_quiet, OUTCOME_ERROR, "status 3" },
	{ "flooding", ask_flooding, OUTCOME_ERROR, "flooded" },
	{ "garbage", ask_garbage, OUTCOME_ERROR, "7 bytes of garbage" },
	{ "forking", ask_forking, OUTCOME_PASS, "forked" },
	{ "forking and hanging", ask_forking_and_hanging, OUTCOME_ERROR,
		"within 2000 ms" },
};

struct answers {
	size_t count;
	struct verdict verdicts[2 * ARRAY_SIZE(bads)];
};

static void take_answer(void *ctx, size_t index, const struct verdict *v, double ms)
{
	struct answers *answers = ctx;

	answers->verdicts[index] = *v;
	answers->count++;
}

/* We are the reaper of all that our children leave: in the end there must be nothing alive. */
static void assert_nothing_left(void)
{
	int status;

	while (waitpid(-1, &status, 0) > 0)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(errno, ECHILD);
}

static void ask_bad(const struct bad *const *list, size_t count, unsigned needs,
	struct answers *answers)
{
	struct probe probes[2 * ARRAY_SIZE(bads)] = { 0 };
	struct probe_entry entries[2 * ARRAY_SIZE(bads)];
	struct question questions[2 * ARRAY_SIZE(bads)];
	struct rlimit no_core = { 0, 0 };
	struct env env;

	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	for (size_t i = 0; i < count; i++) {
		probes[i].ask = list[i]->ask;
		probes[i].needs = needs;
		entries[i] = (struct probe_entry) { list[i]->name, &probes[i] };
		questions[i] =
			(struct question) { .entry = &entries[i], .asker = &asker };
	}
	struct ask_options opt = {
		.env = &env, .workers = 4, .deadline_ms = DEADLINE_MS
	};
	ck_assert_int_eq(ask_all(questions, count, &opt, take_answer, answers), 0);
	ck_assert_uint_eq(answers->count, count);
	assert_nothing_left();
}

START_TEST(test_bad_question)
{
	const struct bad *bad = &bads[_i];
	struct answers answers = { 0 };

	ask_bad(&bad, 1, 0, &answers);
	ck_assert_msg(answers.verdicts[0].outcome == bad->outcome, "%s: %s: %s",
		bad->name, outcome_name(answers.verdicts[0].outcome),
		answers.verdicts[0].detail);
	ck_assert_has(answers.verdicts[0].detail, bad->detail);
	if (bad->outcome == OUTCOME_ERROR)
		ck_assert_int_eq(answers.verdicts[0].fault, FAULT_HARNESS);
}
END_TEST

/*
 * A good question beside each bad one is answered as if it were alone; also if they say that
 * they may share a child.
 */
START_TEST(test_good_beside_bad)
{
	static const struct bad well = { "well", ask_well, OUTCOME_PASS, "well" };
	const struct bad *list[2 * ARRAY_SIZE(bads)];
	struct answers answers = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bads); i++) {
		list[2 * i] = &bads[i];
		list[2 * i + 1] = &well;
	}
	ask_bad(list, ARRAY_SIZE(list), _i ? PROBE_SHARES : 0, &answers);
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		ck_assert_int_eq(answers.verdicts[i].outcome, list[i]->outcome);
		ck_assert_has(answers.verdicts[i].detail, list[i]->detail);
	}
}
END_TEST

static struct verdict ask_pid(const struct ask *a)
{
	return answer_pass("%d", getpid());
}

/* Two of one asker, and one that does not share. */
START_TEST(test_shared_child)
{
	const struct probe sharing = { .needs = PROBE_SHARES, .ask = ask_pid };
	const struct probe alone = { .ask = ask_pid };
	const struct probe_entry entries[] = { { "a", &sharing }, { "b", &alone },
		{ "c", &sharing } };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entries[0], &asker }, { &entries[1], &asker },
		{ &entries[2], &asker } };
	struct ask_options opt = { .env = &env };
	ck_assert_int_eq(ask_all(questions, 3, &opt, take_answer, &answers), 0);
	ck_assert_uint_eq(answers.count, 3);
	ck_assert_str_eq(answers.verdicts[0].detail, answers.verdicts[2].detail);
	ck_assert_str_ne(answers.verdicts[0].detail, answers.verdicts[1].detail);
}
END_TEST

/* What hangs is cut off at the end of all time; what had no turn says so. */
START_TEST(test_total_time)
{
	const struct probe hanging = { .ask = ask_hanging };
	const struct probe_entry entry = { "hanging", &hanging };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entry, &asker }, { &entry, &asker } };
	struct ask_options opt = { .env = &env, .workers = 1, .total_ms = 100 };
	ck_assert_int_eq(ask_all(questions, 2, &opt, take_answer, &answers), 0);
	ck_assert_uint_eq(answers.count, 2);
	ck_assert_has(answers.verdicts[0].detail, "the question hung");
	ck_assert_has(answers.verdicts[1].detail, "not asked");
	ck_assert_int_eq(answers.verdicts[1].outcome, OUTCOME_ERROR);
}
END_TEST

static bool never_load(const char *modules, struct verdict *ret_refused)
{
	*ret_refused = answer_denied("module", "it would load", NULL, "%s", modules);
	return false;
}

START_TEST(test_may_load)
{
	const struct probe with = { .modules = "fs-nothing", .ask = ask_well };
	const struct probe without = { .ask = ask_well };
	const struct probe_entry entries[] = { { "with", &with },
		{ "without", &without } };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entries[0], &asker },
		{ &entries[1], &asker } };
	struct ask_options opt = { .env = &env, .may_load = never_load };
	ck_assert_int_eq(ask_all(questions, 2, &opt, take_answer, &answers), 0);
	ck_assert_int_eq(answers.verdicts[0].outcome, OUTCOME_DENIED);
	ck_assert_str_eq(answers.verdicts[0].detail, "fs-nothing");
	ck_assert_int_eq(answers.verdicts[1].outcome, OUTCOME_PASS);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("engine");
	TCase *engine = tcase_create("engine");

	tcase_set_timeout(engine, 20);
	tcase_add_loop_test(engine, test_bad_question, 0, ARRAY_SIZE(bads));
	tcase_add_loop_test(engine, test_good_beside_bad, 0, 2);
	tcase_add_test(engine, test_shared_child);
	tcase_add_test(engine, test_total_time);
	tcase_add_test(engine, test_may_load);
	suite_add_tcase(s, engine);
	return s;
}

#include "run_tests.h"
