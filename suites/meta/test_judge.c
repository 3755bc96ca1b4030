/*
 * What becomes of evidence, and where it comes from: tests of suites/oci's judge, arbiter and
 * channel.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "arbiter.h"
#include "channel.h"
#include "cleanup.h"
#include "judge.h"

static json_t *json_of(const char *text)
{
	json_error_t err;
	json_t *json = json_loads(text, 0, &err);

	ck_assert_msg(json != NULL, "%s: %s", text, err.text);
	return json;
}

/* --- judge --- */

/* What the trials were, as trial_run() returns it, and what is to be said of them. */
struct situation {
	const char *name, *observe, *plain, *sabotaged;
	const char *without_path; /* of the disproof; NULL: in the config */
	bool may_refuse;
	enum outcome missing; /* OUTCOME_PASS: no probe is missing */
	enum outcome outcome;
	enum kind kind;
	enum fault fault;
	const char *detail;
};

#define SEEN(evidence)                                                          \
	"{\"evidence\":" evidence ",\"left\":[],\"begun\":true,\"ended\":true," \
	"\"flooded\":false,\"other\":\"\"}"
#define FAILED(verb, exit, stderr)                                                       \
	"{\"evidence\":{},\"left\":[],\"failed_step\":{\"step\":\"s\",\"verb\":\"" verb  \
	"\",\"exit\":\"" exit "\",\"stderr\":\"" stderr "\"},\"begun\":false,\"ended\":" \
	"false,\"flooded\":false,\"other\":\"\"}"
#define REFUSED(evidence, left)                                                           \
	"{\"evidence\":" evidence ",\"left\":" left                                       \
	",\"failed_step\":{\"step\":\"create\","                                          \
	"\"verb\":\"create\",\"exit\":\"exit 1\",\"stderr\":\"a link\"},\"begun\":false," \
	"\"ended\":false}"
#define OBSERVE "{\"write/vol\":\"EROFS\"}"

static const struct situation situations[] = {
	{ "kept", OBSERVE, SEEN("{\"write/vol\":\"EROFS\"}"), .outcome = OUTCOME_PASS,
		.detail = "1 observations as expected" },
	{ "wrong", OBSERVE, SEEN("{\"write/vol\":\"ok\"}"), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "write/vol: wanted \"EROFS\", got \"ok\"" },
	{ "as if nothing had been asked", OBSERVE, SEEN("{\"write/vol\":\"ok\"}"),
		SEEN("{\"write/vol\":\"ok\"}"), .outcome = OUTCOME_FAIL,
		.kind = KIND_SILENTLY_IGNORED, .fault = FAULT_RUNTIME,
		.detail = "wanted" },
	{ "done, but otherwise", OBSERVE, SEEN("{\"write/vol\":\"EPERM\"}"),
		SEEN("{\"write/vol\":\"ok\"}"), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME, .detail = "got \"EPERM\"" },
	{ "one of two is done otherwise", "{\"write/a\":\"EROFS\",\"write/b\":\"EROFS\"}",
		SEEN("{\"write/a\":\"ok\",\"write/b\":\"EIO\"}"),
		SEEN("{\"write/a\":\"ok\",\"write/b\":\"ok\"}"), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME, .detail = "write/a" },
	{ "a disproof that changes the steps is no comparison", OBSERVE,
		SEEN("{\"write/vol\":\"ok\"}"), SEEN("{\"write/vol\":\"ok\"}"),
		"/steps/0", .outcome = OUTCOME_FAIL, .kind = KIND_WRONG,
		.fault = FAULT_RUNTIME, .detail = "wanted" },
	{ "the sabotaged trial failed: no comparison", OBSERVE,
		SEEN("{\"write/vol\":\"ok\"}"),
		"{\"error\":\"no memory\",\"fault\":\"harness\"}",
		.outcome = OUTCOME_FAIL, .kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "wanted" },
	{ "refused", OBSERVE, FAILED("create", "exit 1", "rro: unknown option"),
		.outcome = OUTCOME_FAIL, .kind = KIND_REFUSED, .fault = FAULT_RUNTIME,
		.detail = "create: exit 1: rro: unknown option" },
	{ "died", OBSERVE, FAILED("create", "signal SEGV", ""), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "create: signal SEGV" },
	{ "hung", OBSERVE, FAILED("start", "timeout", ""), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME, .detail = "start hung" },
	{ "the witness was not heard", OBSERVE, FAILED("collect", "timeout", ""),
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS,
		.detail = "not heard to its end" },
	{ "refused where the kernel cannot", OBSERVE,
		FAILED("create", "exit 1", "no rro"), .missing = OUTCOME_ABSENT,
		.outcome = OUTCOME_PASS,
		.detail = "refused, as it has to be where mnt/rro is absent: no rro" },
	{ "refused at start where it may not be known", OBSERVE,
		FAILED("start", "exit 1", "no"), .missing = OUTCOME_DENIED,
		.outcome = OUTCOME_PASS, .detail = "denied" },
	{ "accepted where the kernel cannot", OBSERVE, SEEN("{\"write/vol\":\"ok\"}"),
		SEEN("{\"write/vol\":\"ok\"}"), .missing = OUTCOME_ABSENT,
		.outcome = OUTCOME_FAIL, .kind = KIND_SILENTLY_IGNORED,
		.fault = FAULT_RUNTIME, .detail = "wanted" },
	{ "a crash is no refusal", OBSERVE, FAILED("create", "signal SEGV", ""),
		.missing = OUTCOME_ABSENT, .outcome = OUTCOME_FAIL, .kind = KIND_WRONG,
		.fault = FAULT_RUNTIME, .detail = "signal SEGV" },
	{ "nor is a delete that fails", OBSERVE, FAILED("delete", "exit 1", "busy"),
		.missing = OUTCOME_ABSENT, .outcome = OUTCOME_FAIL, .kind = KIND_REFUSED,
		.fault = FAULT_RUNTIME, .detail = "busy" },
	{ "refused, as it may", "{\"cwd\":\"/\",\"host:list/a\":[]}",
		REFUSED("{\"host:list/a\":[]}", "[]"), .may_refuse = true,
		.outcome = OUTCOME_PASS, .detail = "refused, as it may: a link" },
	{ "refused, but too late", "{\"cwd\":\"/\",\"host:list/a\":[]}",
		REFUSED("{\"host:list/a\":[\"b\"]}", "[]"), .may_refuse = true,
		.outcome = OUTCOME_FAIL, .kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "host:list/a: wanted [], got [\"b\"]" },
	{ "refused, but something was left", OBSERVE, REFUSED("{}", "[\"mount /a\"]"),
		.may_refuse = true, .outcome = OUTCOME_FAIL, .kind = KIND_RESIDUE,
		.fault = FAULT_RUNTIME, .detail = "left on the host: mount /a" },
	{ "a crash is no refusal that may be", OBSERVE,
		FAILED("create", "signal SEGV", ""), .may_refuse = true,
		.outcome = OUTCOME_FAIL, .kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "signal SEGV" },
	{ "what may refuse and does not has to do it right", OBSERVE,
		SEEN("{\"write/vol\":\"ok\"}"), .may_refuse = true,
		.outcome = OUTCOME_FAIL, .kind = KIND_WRONG, .fault = FAULT_RUNTIME,
		.detail = "wanted" },
	{ "no evidence", OBSERVE, SEEN("{}"), .outcome = OUTCOME_ERROR,
		.fault = FAULT_HARNESS,
		.detail = "no evidence for write/vol: the witness did not report it" },
	{ "the witness never began", OBSERVE,
		"{\"evidence\":{},\"begun\":false,\"ended\":false,\"other\":\"panic: no\"}",
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS,
		.detail = "never began; what was said instead: panic: no" },
	{ "the witness did not end", OBSERVE,
		"{\"evidence\":{\"write/vol\":\"EROFS\"},\"begun\":true,\"ended\":false}",
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS,
		.detail = "did not reach its end" },
	{ "the witness drowned", OBSERVE,
		"{\"evidence\":{},\"begun\":true,\"ended\":false,\"flooded\":true}",
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS, .detail = "flood" },
	{ "nothing is asked of a witness", "{\"create:exit\":\"ok\"}",
		"{\"evidence\":{\"create:exit\":\"ok\"},\"begun\":false,\"ended\":false}",
		.outcome = OUTCOME_PASS, .detail = "as expected" },
	{ "something was left", OBSERVE,
		"{\"evidence\":{\"write/vol\":\"EROFS\"},\"left\":[\"process sh: was not there\"],"
		"\"begun\":true,\"ended\":true}",
		.outcome = OUTCOME_FAIL, .kind = KIND_RESIDUE, .fault = FAULT_RUNTIME,
		.detail = "left on the host: process sh" },
	{ "the fixture is at fault", OBSERVE,
		"{\"error\":\"no mount\",\"fault\":\"fixture\"}",
		.outcome = OUTCOME_ERROR, .fault = FAULT_FIXTURE, .detail = "no mount" },
	{ "the harness is at fault", OBSERVE,
		"{\"error\":\"no pipe\",\"fault\":\"harness\"}",
		.missing = OUTCOME_ABSENT, .outcome = OUTCOME_ERROR,
		.fault = FAULT_HARNESS, .detail = "no pipe" },
	{ "an empty result is no pass", OBSERVE, "{}", .outcome = OUTCOME_ERROR,
		.fault = FAULT_HARNESS, .detail = "no evidence" },
};

START_TEST(judge_says)
{
	const struct situation *s = &situations[_i];
	json_auto_t *plain = json_of(s->plain);
	json_auto_t *sabotaged = s->sabotaged ? json_of(s->sabotaged) : NULL;
	json_auto_t *observe = json_of(s->observe);
	json_auto_t *without = json_pack("[{s:s, s:s}]", "op", "remove", "path",
		s->without_path ? s->without_path : "/mounts/-1");
	const struct kase k = {
		.observe = observe, .without = without, .otherwise_refuse = s->may_refuse
	};
	const struct verdict missing = { .outcome = s->missing };

	struct judged j =
		judge(&k, plain, sabotaged, s->missing ? &missing : NULL, "mnt/rro");
	ck_assert_msg(j.verdict.outcome == s->outcome, "%s: outcome %s", s->name,
		outcome_name(j.verdict.outcome));
	ck_assert_msg(j.verdict.kind == s->kind, "%s: kind %s", s->name,
		kind_name(j.verdict.kind));
	ck_assert_msg(j.verdict.fault == s->fault, "%s: fault %s", s->name,
		fault_name(j.verdict.fault));
	ck_assert_msg(strstr(j.verdict.detail, s->detail) != NULL, "%s: %s", s->name,
		j.verdict.detail);
	if (s->missing && s->outcome == OUTCOME_FAIL)
		ck_assert_ptr_nonnull(
			strstr(j.verdict.cause, "the runtime has to refuse"));
	json_decref(j.observed);
}
END_TEST

/* --- arbiter --- */

#define THE_RUNTIME                                                         \
	.outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME, .stage = "create", \
	.detail = "create: exit 1: no"
#define MISSING(o, f)                                                         \
	{                                                                     \
		.outcome = o, .fault = f, .cause = "why", .remedy = "do this" \
	}
#define PASSES                                                   \
	{                                                        \
		.outcome = OUTCOME_PASS, .detail = "as expected" \
	}
#define FAILS                                                                        \
	{                                                                            \
		.outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME, .kind = KIND_WRONG, \
		.detail = "it was wrong"                                             \
	}

/* What the judge says of the runtime, the reference and a probe; what is said in the end. */
static const struct {
	const char *name;
	struct verdict v, reference, missing; /* no probe is missing if it passes */
	enum outcome outcome;
	enum kind kind;
	enum fault fault;
	const char *detail, *cause; /* "": none */
} disputes[] = {
	{ "the reference passes", { THE_RUNTIME, .kind = KIND_REFUSED }, PASSES,
		.outcome = OUTCOME_FAIL, .kind = KIND_REFUSED, .fault = FAULT_RUNTIME,
		.detail = "create: exit 1: no", .cause = "" },
	{ "a cause that is suspected stays",
		{ THE_RUNTIME, .kind = KIND_REFUSED, .cause = "unproven: x" }, PASSES,
		.outcome = OUTCOME_FAIL, .kind = KIND_REFUSED, .fault = FAULT_RUNTIME,
		.detail = "no", .cause = "unproven: x" },
	{ "the reference refuses as it has to",
		{ .outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME, .kind = KIND_WRONG },
		PASSES, MISSING(OUTCOME_ABSENT, FAULT_KERNEL), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME, .detail = "", .cause = "" },
	{ "both fail where the kernel cannot", { THE_RUNTIME, .kind = KIND_RESIDUE },
		FAILS, MISSING(OUTCOME_ABSENT, FAULT_KERNEL), .outcome = OUTCOME_FAIL,
		.kind = KIND_RESIDUE, .fault = FAULT_KERNEL, .detail = "no",
		.cause = "mnt/rro is absent here, and the reference fails, too: why" },
	{ "both fail where a policy denies", { THE_RUNTIME, .kind = KIND_WRONG }, FAILS,
		MISSING(OUTCOME_DENIED, FAULT_NONE), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_POLICY, .detail = "no",
		.cause = "mnt/rro is denied here" },
	{ "both fail where the file system cannot", { THE_RUNTIME, .kind = KIND_RESIDUE },
		FAILS, MISSING(OUTCOME_ABSENT, FAULT_FILESYSTEM), .outcome = OUTCOME_FAIL,
		.kind = KIND_RESIDUE, .fault = FAULT_FILESYSTEM, .detail = "no",
		.cause = "mnt/rro is absent here" },
	{ "both fail where the kernel breaks its contract",
		{ THE_RUNTIME, .kind = KIND_RESIDUE }, FAILS,
		MISSING(OUTCOME_FAIL, FAULT_NONE), .outcome = OUTCOME_FAIL,
		.kind = KIND_RESIDUE, .fault = FAULT_KERNEL, .detail = "no",
		.cause = "mnt/rro is fail here" },
	{ "both fail, and the probe could not be asked",
		{ THE_RUNTIME, .kind = KIND_RESIDUE }, FAILS,
		MISSING(OUTCOME_ERROR, FAULT_HARNESS), .outcome = OUTCOME_FAIL,
		.kind = KIND_RESIDUE, .fault = FAULT_RUNTIME, .detail = "no",
		.cause = "" },
	{ "both fail, and all probes pass", { THE_RUNTIME, .kind = KIND_REFUSED }, FAILS,
		.outcome = OUTCOME_ERROR, .kind = KIND_NONE, .fault = FAULT_HARNESS,
		.detail = "the reference fails, too, though every probe it needs passes: "
			  "it was wrong; the runtime: create: exit 1: no",
		.cause = "" },
	{ "what is silently ignored is the runtime's, whoever does the same",
		{ THE_RUNTIME, .kind = KIND_SILENTLY_IGNORED }, FAILS,
		.outcome = OUTCOME_FAIL, .kind = KIND_SILENTLY_IGNORED,
		.fault = FAULT_RUNTIME, .detail = "no", .cause = "" },
	{ "also where the kernel cannot", { THE_RUNTIME, .kind = KIND_SILENTLY_IGNORED },
		FAILS, MISSING(OUTCOME_ABSENT, FAULT_KERNEL), .outcome = OUTCOME_FAIL,
		.kind = KIND_SILENTLY_IGNORED, .fault = FAULT_RUNTIME, .detail = "no",
		.cause = "" },
	{ "so is what is accepted where it has to be refused",
		{ .outcome = OUTCOME_FAIL, .fault = FAULT_RUNTIME, .kind = KIND_WRONG },
		FAILS, MISSING(OUTCOME_ABSENT, FAULT_KERNEL), .outcome = OUTCOME_FAIL,
		.kind = KIND_WRONG, .fault = FAULT_RUNTIME, .detail = "", .cause = "" },
	{ "a policy that is known to be the cause stays that",
		{ .outcome = OUTCOME_FAIL,
			.kind = KIND_REFUSED,
			.fault = FAULT_POLICY,
			.cause = "hybrid" },
		PASSES, .outcome = OUTCOME_FAIL, .kind = KIND_REFUSED,
		.fault = FAULT_POLICY, .detail = "", .cause = "hybrid" },
	{ "even if both fail",
		{ .outcome = OUTCOME_FAIL,
			.kind = KIND_REFUSED,
			.fault = FAULT_POLICY,
			.cause = "hybrid" },
		FAILS, .outcome = OUTCOME_FAIL, .kind = KIND_REFUSED,
		.fault = FAULT_POLICY, .detail = "", .cause = "hybrid" },
	{ "the reference could not be asked", { THE_RUNTIME, .kind = KIND_REFUSED },
		{ .outcome = OUTCOME_ERROR }, .outcome = OUTCOME_FAIL,
		.kind = KIND_REFUSED, .fault = FAULT_RUNTIME, .detail = "no",
		.cause = "" },
	{ "no evidence, and the reference has some",
		{ .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS }, PASSES,
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS, .detail = "",
		.cause = "unproven: the reference is heard here" },
	{ "no evidence of either", { .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS },
		FAILS, .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS, .detail = "",
		.cause = "" },
	{ "a fixture's fault", { .outcome = OUTCOME_ERROR, .fault = FAULT_FIXTURE },
		PASSES, .outcome = OUTCOME_ERROR, .fault = FAULT_FIXTURE, .detail = "",
		.cause = "" },
	{ "the runtime passes", PASSES, FAILS, .outcome = OUTCOME_PASS,
		.detail = "as expected", .cause = "" },
};

START_TEST(arbiter_says)
{
	const struct verdict *missing =
		disputes[_i].missing.outcome ? &disputes[_i].missing : NULL;
	struct verdict v = disputes[_i].v;

	arbitrate(&v, &disputes[_i].reference, missing, missing ? "mnt/rro" : NULL);
	const char *name = disputes[_i].name;
	ck_assert_msg(v.outcome == disputes[_i].outcome, "%s: outcome %s", name,
		outcome_name(v.outcome));
	ck_assert_msg(
		v.kind == disputes[_i].kind, "%s: kind %s", name, kind_name(v.kind));
	ck_assert_msg(
		v.fault == disputes[_i].fault, "%s: fault %s", name, fault_name(v.fault));
	ck_assert_msg(
		strstr(v.detail, disputes[_i].detail) != NULL, "%s: %s", name, v.detail);
	ck_assert_msg(*disputes[_i].cause ? strstr(v.cause, disputes[_i].cause) != NULL
					  : !*v.cause,
		"%s: %s", name, v.cause);
	if (v.fault == FAULT_KERNEL)
		ck_assert_str_eq(v.remedy, "do this");
}
END_TEST

START_TEST(arbiter_is_asked_of_what_is_not_kept)
{
	static const struct {
		enum outcome outcome;
		bool trouble, wanted;
	} answers[] = { { OUTCOME_PASS, false, false }, { OUTCOME_FAIL, false, true },
		{ OUTCOME_ERROR, false, true }, { OUTCOME_ERROR, true, false },
		{ OUTCOME_ABSENT, false, false }, { OUTCOME_DENIED, false, false } };

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		const struct verdict v = { .outcome = answers[i].outcome };
		ck_assert_int_eq(
			arbiter_wanted(&v, answers[i].trouble), answers[i].wanted);
	}
}
END_TEST

/* --- channel --- */

static struct channel channel;

static void open_channel(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(channel_open(&channel), 0);
}

static void close_channel(void)
{
	channel_close(&channel);
}

/* Writes what a container said: "%" stands for the nonce. */
static void say(const char *text)
{
	for (; *text; text++) {
		const char *part = *text == '%' ? channel.nonce : text;
		size_t len = *text == '%' ? strlen(channel.nonce) : 1;
		ck_assert_int_eq(write(channel.out, part, len), len);
	}
	channel_read(&channel);
}

#define BEGIN "{\"begin\":\"%\",\"at\":42}\n"
#define FACT  "{\"fact\":\"pid\",\"value\":1}\n"

/* What a container says, and whether the witness is taken to have begun and ended. */
static const struct {
	const char *text;
	bool begun, ended;
	size_t facts;
	const char *other;
} talks[] = {
	{ BEGIN FACT "{\"end\":\"%\",\"facts\":1}\n", true, true, 1, "" },
	{ BEGIN "{\"end\":\"%\",\"facts\":0}\n", true, true, 0, "" },
	{ BEGIN FACT "{\"end\":\"%\",\"facts\":2}\n", true, false, 1, "" },
	{ BEGIN FACT "{\"end\":\"%\",\"facts\":0}\n", true, false, 1, "" },
	{ BEGIN FACT "{\"end\":\"%\"}\n", true, false, 1, "" },
	{ BEGIN FACT "{\"end\":\"%\",\"facts\":\"1\"}\n", true, false, 1, "" },
	{ BEGIN FACT "{\"end\":\"%\",\"facts\":1}", true, false, 1, "" },
	{ BEGIN FACT, true, false, 1, "" },
	{ BEGIN FACT FACT "{\"end\":\"%\",\"facts\":2}\n", true, false, 1, "" },
	{ "{\"begin\":\"0123\"}\n" FACT "{\"end\":\"0123\",\"facts\":1}\n", false, false,
		0, "{\"begin\":\"0123\"}" },
	{ "{\"begin\":\"\"}\n" FACT "{\"end\":\"\",\"facts\":1}\n", false, false, 0,
		"{\"begin\":\"\"}" },
	{ BEGIN FACT "{\"end\":\"%0\",\"facts\":1}\n", true, false, 1, "{\"end\":" },
	{ FACT "{\"end\":\"%\",\"facts\":0}\n", false, false, 0, "{\"fact\":" },
	{ FACT BEGIN "{\"end\":\"%\",\"facts\":0}\n", true, true, 0, "{\"fact\":" },
	{ "panic: out of ideas\n" BEGIN FACT "{\"end\":\"%\",\"facts\":1}\n", true, true,
		1, "panic: out of ideas" },
	{ BEGIN "[[[\n{{\n\"\n\\\n" FACT "{\"end\":\"%\",\"facts\":1}\n", true, true, 1,
		"[[[" },
	{ BEGIN "{\"fact\":1,\"value\":1}\n{\"fact\":\"x\"}\n{\"end\":\"%\",\"facts\":0}\n",
		true, true, 0, "{\"fact\":1" },
	{ "\n\n\xff\xfe\n" BEGIN, true, false, 0, "" },
	{ BEGIN "[]\n7\nnull\n", true, false, 0, "[]" },
};

START_TEST(channel_hears)
{
	say(talks[_i].text);
	ck_assert_msg(channel.begun == talks[_i].begun, "begun: %s", talks[_i].text);
	ck_assert_msg(channel.ended == talks[_i].ended, "ended: %s", talks[_i].text);
	ck_assert_uint_eq(json_object_size(channel.facts), talks[_i].facts);
	ck_assert_msg(!strncmp(channel.other, talks[_i].other, strlen(talks[_i].other)),
		"other: %s", channel.other);
	ck_assert(!channel.flooded);
}
END_TEST

START_TEST(channel_knows_signals_and_readiness)
{
	say("{\"ready\":true}\n{\"signal\":\"TERM\"}\n");
	ck_assert(!channel.ready && json_array_size(channel.signals) == 0);
	say(BEGIN "{\"ready\":true}\n{\"signal\":\"HUP\"}\n{\"signal\":\"TERM\"}\n");
	ck_assert(channel.ready);
	ck_assert_uint_eq(channel.begun_ns, 42);
	ck_assert_uint_eq(json_array_size(channel.signals), 2);
	ck_assert_str_eq(json_string_value(json_array_get(channel.signals, 1)), "TERM");
}
END_TEST

START_TEST(channel_counts_beginnings)
{
	say(BEGIN BEGIN);
	ck_assert_int_eq(channel.begins, 2);
}
END_TEST

/* A flood ends the hearing, whether it has lines or not; its author gets EPIPE. */
START_TEST(channel_stems_a_flood)
{
	static char junk[4096];

	memset(junk, _i ? '\n' : 'x', sizeof(junk));
	say(BEGIN);
	for (int i = 0; i < 1024 && channel.in >= 0; i++) {
		ck_assert_int_gt(write(channel.out, junk, sizeof(junk)), 0);
		channel_read(&channel);
	}
	ck_assert_int_eq(channel.in, -1);
	ck_assert(channel.flooded && !channel.ended);
	ck_assert_uint_lt(strlen(channel.other), sizeof(channel.other));
	ck_assert_int_eq(write(channel.out, junk, 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	channel_read(&channel);
}
END_TEST

START_TEST(channel_ends_with_its_last_writer)
{
	int out = dup(channel.out);

	close(TAKE_FD(channel.out));
	channel_read(&channel);
	ck_assert_int_ge(channel.in, 0);
	close(out);
	channel_read(&channel);
	ck_assert_int_eq(channel.in, -1);
	ck_assert(!channel.flooded);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("judge");
	TCase *evidence = tcase_create("judge"), *fault = tcase_create("arbiter"),
	      *talk = tcase_create("channel");

	tcase_add_loop_test(evidence, judge_says, 0, ARRAY_SIZE(situations));
	suite_add_tcase(s, evidence);
	tcase_add_loop_test(fault, arbiter_says, 0, ARRAY_SIZE(disputes));
	tcase_add_test(fault, arbiter_is_asked_of_what_is_not_kept);
	suite_add_tcase(s, fault);
	tcase_add_checked_fixture(talk, open_channel, close_channel);
	tcase_add_loop_test(talk, channel_hears, 0, ARRAY_SIZE(talks));
	tcase_add_test(talk, channel_knows_signals_and_readiness);
	tcase_add_test(talk, channel_counts_beginnings);
	tcase_add_loop_test(talk, channel_stems_a_flood, 0, 2);
	tcase_add_test(talk, channel_ends_with_its_last_writer);
	suite_add_tcase(s, talk);
	return s;
}

#include "run_tests.h"
