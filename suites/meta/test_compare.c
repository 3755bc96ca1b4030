/* What is the same check in two runs, and in which word its verdicts differ. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "compare.h"
#include "gate.h"

static char why[512];

/* --- words --- */

struct said {
	const char *outcome, *kind, *rest; /* the latter: more members, as JSON */
};

static struct record record_of(const char *type, struct said s)
{
	char text[1024];
	struct record rec;

	snprintf(text, sizeof(text),
		"{\"type\":\"%s\",\"name\":\"a/b\",\"asker\":\"root\",\"runtime\":\"runc\","
		"\"about\":\"a\",\"outcome\":\"%s\"%s%s%s%s}",
		type, s.outcome, s.kind ? ",\"kind\":\"" : "", s.kind ? s.kind : "",
		s.kind ? "\"" : "", s.rest ? s.rest : "");
	json_t *json = json_loads(text, 0, NULL);
	ck_assert_msg(json != NULL, "%s", text);
	ck_assert_msg(record_decode(json, &rec, why, sizeof(why)) == 0, "%s", why);
	return rec;
}

static enum change between(const char *type, struct said was, struct said is)
{
	struct record a = record_of(type, was), b = record_of(type, is);
	enum change change = compare_verdicts(&a, &b);

	record_release(&a);
	record_release(&b);
	return change;
}

#define SILENT      "silently-ignored"
#define CAUSE(text) ",\"cause\":\"" text "\""

static const struct {
	struct said was, is;
	enum change there, back; /* the latter the other way round */
} words[] = {
	{ { "pass" }, { "pass" }, CHANGE_SAME, CHANGE_SAME },
	{ { "pass", NULL, CAUSE("a") }, { "pass", NULL, CAUSE("b") }, CHANGE_SAME,
		CHANGE_SAME },
	{ { "pass" }, { "fail" }, CHANGE_REGRESSED, CHANGE_FIXED },
	{ { "pass" }, { "absent" }, CHANGE_REGRESSED, CHANGE_FIXED },
	{ { "pass" }, { "denied" }, CHANGE_REGRESSED, CHANGE_FIXED },
	{ { "pass" }, { "error" }, CHANGE_UNKNOWN, CHANGE_FIXED },
	{ { "absent" }, { "fail" }, CHANGE_REGRESSED, CHANGE_OTHER },
	{ { "denied" }, { "fail" }, CHANGE_REGRESSED, CHANGE_OTHER },
	{ { "error" }, { "fail" }, CHANGE_REGRESSED, CHANGE_UNKNOWN },
	{ { "error" }, { "absent" }, CHANGE_OTHER, CHANGE_UNKNOWN },
	{ { "absent" }, { "denied" }, CHANGE_OTHER, CHANGE_OTHER },
	{ { "fail", "wrong" }, { "fail", SILENT }, CHANGE_REGRESSED, CHANGE_OTHER },
	{ { "fail", "wrong" }, { "fail", "refused" }, CHANGE_OTHER, CHANGE_OTHER },
	{ { "fail", SILENT }, { "fail", SILENT }, CHANGE_SAME, CHANGE_SAME },
	{ { "denied", NULL, CAUSE("a") }, { "denied", NULL, CAUSE("b") }, CHANGE_CAUSE,
		CHANGE_CAUSE },
	{ { "denied", NULL, ",\"layer\":\"lsm\"" }, { "denied" }, CHANGE_CAUSE,
		CHANGE_CAUSE },
	{ { "absent", NULL, ",\"errno\":\"ENOSYS\"" },
		{ "absent", NULL, ",\"errno\":\"EINVAL\"" }, CHANGE_CAUSE, CHANGE_CAUSE },
	{ { "error", NULL, ",\"stage\":\"open\"" },
		{ "error", NULL, ",\"stage\":\"read\"" }, CHANGE_CAUSE, CHANGE_CAUSE },
	{ { "fail", NULL, ",\"fault\":\"runtime\"" },
		{ "fail", NULL, ",\"fault\":\"kernel\"" }, CHANGE_CAUSE, CHANGE_CAUSE },
	/* what was seen may hold anything, and so may numbers in a cause */
	{ { "fail", NULL, ",\"detail\":\"a\"" }, { "fail", NULL, ",\"detail\":\"b\"" },
		CHANGE_SAME, CHANGE_SAME },
	{ { "denied", NULL, CAUSE("process 12 has it") },
		{ "denied", NULL, CAUSE("process 7 has it") }, CHANGE_SAME, CHANGE_SAME },
	{ { "denied", NULL, CAUSE("in /tmp/a.x1 it") },
		{ "denied", NULL, CAUSE("in /tmp/b it") }, CHANGE_SAME, CHANGE_SAME },
	{ { "denied", NULL, CAUSE("in /srv/a it") },
		{ "denied", NULL, CAUSE("in /srv/b it") }, CHANGE_CAUSE, CHANGE_CAUSE },
	{ { "denied", NULL, CAUSE("a 1") }, { "denied", NULL, CAUSE("a") }, CHANGE_CAUSE,
		CHANGE_CAUSE },
};

START_TEST(words_of_verdicts)
{
	ck_assert_str_eq(change_name(between("probe", words[_i].was, words[_i].is)),
		change_name(words[_i].there));
	ck_assert_str_eq(change_name(between("probe", words[_i].is, words[_i].was)),
		change_name(words[_i].back));
}
END_TEST

#define PROFILE(ready, misses)                                         \
	",\"ready\":\"" ready "\",\"required\":{\"met\":1,\"all\":1}," \
	"\"recommended\":{\"met\":0,\"all\":1},\"misses\":[" misses "]"
#define MISS(probe)                                                                  \
	"{\"probe\":\"" probe "\",\"level\":\"recommended\",\"outcome\":\"absent\"," \
	"\"reason\":\"r\",\"source\":\"s\"}"

START_TEST(words_of_profiles)
{
	const struct said ready = { "pass", NULL, PROFILE("ready", "") };
	const struct said one = { "pass", NULL, PROFILE("ready-except", MISS("a/b")) };
	const struct said two = { "pass", NULL,
		PROFILE("ready-except", MISS("a/b") "," MISS("a/c")) };
	const struct said not = { "fail", NULL, PROFILE("not-ready", MISS("a/b")) };

	ck_assert_int_eq(between("profile", ready, ready), CHANGE_SAME);
	ck_assert_int_eq(between("profile", one, one), CHANGE_SAME);
	ck_assert_int_eq(between("profile", ready, one), CHANGE_OTHER);
	ck_assert_int_eq(between("profile", one, two), CHANGE_OTHER);
	ck_assert_int_eq(between("profile", one, ready), CHANGE_FIXED);
	ck_assert_int_eq(between("profile", ready, not ), CHANGE_REGRESSED);
	ck_assert_int_eq(between("profile", not, ready), CHANGE_FIXED);
	ck_assert_int_eq(between("profile", not, not ), CHANGE_SAME);
}
END_TEST

/* --- matching --- */

#define ENV(release)                                                                         \
	"{\"type\":\"env\",\"format\":1,\"verb\":\"run\",\"kernel\":{\"release\":\"" release \
	"\"}}\n"
#define GUEST(release, label, variation)                                                     \
	"{\"type\":\"env\",\"format\":1,\"verb\":\"run\",\"kernel\":{\"release\":\"" release \
	"\"},\"boot\":{\"accel\":\"tcg\",\"label\":\"" label                                 \
	"\",\"variation\":\"" variation "\"}}\n"
#define PROBE(name, asker, outcome)                                          \
	"{\"type\":\"probe\",\"name\":\"" name "\",\"asker\":\"" asker "\"," \
	"\"about\":\"a\",\"outcome\":\"" outcome "\"}\n"
#define CASE(name, runtime, outcome)                                            \
	"{\"type\":\"case\",\"name\":\"" name "\",\"runtime\":\"" runtime "\"," \
	"\"about\":\"a\",\"outcome\":\"" outcome "\"}\n"
#define PROOF(call, answer, outcome)                                                \
	"{\"type\":\"proof\",\"of\":\"probe\",\"name\":\"a/b\",\"asker\":\"root\"," \
	"\"call\":\"" call "\",\"answer\":\"" answer "\",\"outcome\":\"" outcome "\"}\n"
#define END(n) "{\"type\":\"end\",\"records\":" #n ",\"exit\":0}\n"

/* What came out: "is NAME ASKER-OR-RUNTIME; ...", and of frames "env RELEASE", "end COUNT". */
static int tell(void *ctx, const struct record *rec)
{
	char *out = ctx;
	size_t len = strlen(out), room = 2048 - len;
	const json_t *records = json_object_get(rec->json, "records");

	if (rec->type == RECORD_ENV)
		snprintf(out + len, room, "%senv %s%s", len ? "; " : "",
			rec->change == CHANGE_GONE ? "gone " : "",
			env_text(rec, "kernel", "release"));
	else if (rec->type == RECORD_END)
		snprintf(out + len, room, "; end %lld",
			(long long)json_integer_value(records));
	else
		snprintf(out + len, room, "; %s %s %s", change_name(rec->change),
			rec->name, *rec->runtime ? rec->runtime : rec->asker);
	return 0;
}

struct taking {
	struct compare *compare;
	char *out;
};

static int take(void *ctx, const struct record *rec)
{
	struct taking *t = ctx;

	return compare_record(t->compare, rec, tell, t->out);
}

static void read_all(const char *text, record_fn fn, void *ctx)
{
	char *copy = strdup(text);
	FILE *in = fmemopen(copy, strlen(copy), "r");

	int r = records_read(in, "in", fn, ctx, why, sizeof(why));
	ck_assert_msg(r == 0, "%s", why);
	fclose(in);
	free(copy);
}

static const char *compared(
	const struct compare_options *opt, bool ahead, const char *old, const char *new)
{
	static char out[2048];
	struct taking t = { compare_new(opt), out };

	*out = '\0';
	read_all(old, compare_old, t.compare);
	if (ahead)
		read_all(new, compare_expect, t.compare);
	read_all(new, take, &t);
	ck_assert_int_eq(compare_finish(t.compare, tell, out), 0);
	compare_free(t.compare);
	return out;
}

static const struct {
	const char *about, *old, *new, *out;
} matches[] = {
	{ "one kernel on each side", ENV("6.1") PROBE("a/b", "root", "absent") END(2),
		ENV("6.12") PROBE("a/b", "root", "pass") END(2),
		"env 6.12; fixed a/b root; end 2" },
	{ "the same is counted, not given",
		ENV("6.1") PROBE("a/b", "root", "pass") END(2),
		ENV("6.1") PROBE("a/b", "root", "pass") END(2), "env 6.1; end 1" },
	{ "new and gone", ENV("6.1") PROBE("a/b", "root", "pass") END(2),
		ENV("6.1") PROBE("a/c", "root", "pass") END(2),
		"env 6.1; new a/c root; gone a/b root; end 3" },
	{ "gone in the order of OLD",
		ENV("6.1") PROBE("z/z", "root", "pass") PROBE("a/a", "root", "pass")
			PROBE("m/m", "root", "pass") END(4),
		ENV("6.1") PROBE("a/a", "root", "pass") END(2),
		"env 6.1; gone z/z root; gone m/m root; end 3" },
	{ "another type is another check", ENV("6.1") PROBE("a/b", "root", "pass") END(2),
		ENV("6.1") CASE("a/b", "runc", "pass") END(2),
		"env 6.1; new a/b runc; gone a/b root; end 3" },
	{ "one asker on each side", ENV("6.1") PROBE("a/b", "user", "pass") END(2),
		ENV("6.1") PROBE("a/b", "root", "fail") END(2),
		"env 6.1; regressed a/b root; end 2" },
	{ "several askers", ENV("6.1") PROBE("a/b", "user", "pass") END(2),
		ENV("6.1") PROBE("a/b", "root", "fail") PROBE("a/b", "user", "fail")
			END(3),
		"env 6.1; new a/b root; regressed a/b user; end 3" },
	{ "one runtime on each side", ENV("6.1") CASE("a/b", "runc-1.1.5", "pass") END(2),
		ENV("6.1") CASE("a/b", "runc-1.3.6", "fail") END(2),
		"env 6.1; regressed a/b runc-1.3.6; end 2" },
	{ "several runtimes",
		ENV("6.1") CASE("a/b", "runc", "pass") CASE("a/b", "crun", "fail") END(3),
		ENV("6.1") CASE("a/b", "crun", "pass") END(2),
		"env 6.1; fixed a/b crun; gone a/b runc; end 3" },
	{ "several kernels, by label",
		GUEST("6.1.1", "old", "") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.12.1", "new", "") PROBE("a/b", "root", "pass") END(2),
		GUEST("6.12.9", "new", "") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.1.9", "old", "") PROBE("a/b", "root", "pass") END(2),
		"env 6.12.9; regressed a/b root; end 2; env 6.1.9; fixed a/b root; end 2" },
	{ "several kernels, by release where one has no label",
		ENV("6.1") PROBE("a/b", "root", "fail") END(2) ENV("6.12")
			PROBE("a/b", "root", "pass") END(2),
		GUEST("6.12", "new", "") PROBE("a/b", "root", "fail") END(2),
		"env 6.12; regressed a/b root; end 2; env gone 6.1; gone a/b root; end 2" },
	{ "a release is no label",
		GUEST("6.1", "a", "") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.1", "b", "") PROBE("a/b", "root", "pass") END(2),
		GUEST("6.1", "b", "") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.1", "c", "") PROBE("a/b", "root", "pass") END(2),
		"env 6.1; regressed a/b root; end 2; env 6.1; new a/b root; end 2; "
		"env gone 6.1; gone a/b root; end 2" },
	{ "variations, of one kernel on each side",
		GUEST("6.1", "x", "") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.1", "x", "v1") PROBE("a/b", "root", "pass") END(2),
		GUEST("6.2", "y", "v1") PROBE("a/b", "root", "fail") END(2)
			GUEST("6.2", "y", "") PROBE("a/b", "root", "pass") END(2),
		"env 6.2; regressed a/b root; end 2; env 6.2; fixed a/b root; end 2" },
	{ "the last run of OLD counts",
		ENV("6.1") PROBE("a/b", "root", "fail") END(2) ENV("6.1")
			PROBE("a/b", "root", "pass") END(2),
		ENV("6.1") PROBE("a/b", "root", "fail") END(2),
		"env 6.1; regressed a/b root; end 2" },
	{ "each run of NEW counts, and what is gone is told behind the last",
		ENV("6.1") PROBE("a/b", "root", "pass") PROBE("a/c", "root", "pass")
			END(3),
		ENV("6.1") PROBE("a/b", "root", "fail") END(2) ENV("6.1")
			PROBE("a/b", "root", "absent") END(2),
		"env 6.1; regressed a/b root; end 2; env 6.1; regressed a/b root; "
		"gone a/c root; end 3" },
	{ "proofs, by call and answer",
		ENV("6.1") PROOF("open", "EPERM", "pass") PROOF("open", "ENOSYS", "pass")
			END(3),
		ENV("6.1") PROOF("open", "ENOSYS", "fail") PROOF("read", "EPERM", "pass")
			END(3),
		"env 6.1; regressed a/b root; new a/b root; gone a/b root; end 4" },
	{ "what a comparison says is gone is not there",
		ENV("6.1") PROBE("a/b", "root",
			"pass") "{\"type\":\"probe\",\"name\":\"a/c\",\"asker\":\"root\",\"about\":\"a\","
				"\"outcome\":\"pass\",\"change\":{\"is\":\"gone\"}}\n" END(
					3),
		ENV("6.1") PROBE("a/b", "root", "pass") END(2), "env 6.1; end 1" },
};

START_TEST(checks_are_matched)
{
	const struct compare_options opt = { .file = "old" };

	ck_assert_msg(!strcmp(compared(&opt, true, matches[_i].old, matches[_i].new),
			      matches[_i].out),
		"%s: %s", matches[_i].about,
		compared(&opt, true, matches[_i].old, matches[_i].new));
}
END_TEST

START_TEST(all_are_given)
{
	const struct compare_options opt = { .file = "old", .all = true };

	ck_assert_str_eq(
		compared(&opt, true, ENV("6.1") PROBE("a/b", "root", "pass") END(2),
			ENV("6.1") PROBE("a/b", "root", "pass") END(2)),
		"env 6.1; same a/b root; end 2");
}
END_TEST

/* --- baselines --- */

static const char *against(struct compare_options opt, const char *old, const char *new)
{
	opt.baseline = true;
	opt.file = "old";
	return compared(&opt, false, old, new);
}

static const char both_runtimes[] =
	ENV("6.1") CASE("a/b", "runc", "pass") CASE("a/b", "crun", "fail") END(3);
static const char one_runtime[] = ENV("6.1") CASE("a/b", "runc", "pass") END(2);

START_TEST(baseline_of_another_kernel_and_version)
{
	const struct compare_options opt = { 0 };

	ck_assert_str_eq(against(opt, one_runtime,
				 ENV("6.2") CASE("a/b", "runc-2", "fail") END(2)),
		"env 6.2; regressed a/b runc-2; end 2");
	ck_assert_str_eq(
		against(opt, one_runtime, one_runtime), "env 6.1; same a/b runc; end 2");
}
END_TEST

START_TEST(baseline_what_was_not_asked_is_not_gone)
{
	const struct compare_options opt = { 0 }, some = { .some = true };
	const char *const more =
		ENV("6.1") CASE("a/b", "runc", "pass") CASE("a/c", "runc", "pass") END(3);

	ck_assert_str_eq(against(opt, both_runtimes, one_runtime),
		"env 6.1; same a/b runc; end 2");
	ck_assert_str_eq(against(opt, more, one_runtime),
		"env 6.1; same a/b runc; gone a/c runc; end 3");
	ck_assert_str_eq(
		against(some, more, one_runtime), "env 6.1; same a/b runc; end 2");
}
END_TEST

START_TEST(baseline_several_are_matched_by_name)
{
	const struct compare_options runtimes = { .several_runtimes = true };
	const struct compare_options kernels = { .several_kernels = true };

	ck_assert_str_eq(against(runtimes, one_runtime,
				 ENV("6.1") CASE("a/b", "crun", "fail")
					 CASE("a/b", "runc", "fail") END(3)),
		"env 6.1; new a/b crun; regressed a/b runc; end 3");
	ck_assert_str_eq(against(kernels, one_runtime,
				 ENV("6.2") CASE("a/b", "runc", "fail") END(2)),
		"env 6.2; new a/b runc; end 2");
}
END_TEST

/* --- what is kept, and what it was --- */

static int keep(void *ctx, const struct record *rec)
{
	if (rec->type == RECORD_PROBE)
		*(struct record *)ctx = record_ref(rec);
	return 0;
}

static int take_kept(void *ctx, const struct record *rec)
{
	struct {
		struct compare *compare;
		struct record *kept;
	} *t = ctx;

	return compare_record(t->compare, rec, keep, t->kept);
}

START_TEST(record_says_what_it_was)
{
	const struct compare_options opt = { .file = "old" };
	struct record kept = { 0 };
	struct {
		struct compare *compare;
		struct record *kept;
	} t = { compare_new(&opt), &kept };
	char reason[256];

	read_all(ENV("6.1") "{\"type\":\"probe\",\"name\":\"a/b\",\"asker\":\"root\","
			    "\"about\":\"a\",\"outcome\":\"pass\",\"ms\":1.5}\n" END(2),
		compare_old, t.compare);
	read_all(
		ENV("6.1") "{\"type\":\"probe\",\"name\":\"a/b\",\"asker\":\"root\","
			   "\"about\":\"a\",\"outcome\":\"absent\",\"fault\":\"kernel\"}\n" END(
				   2),
		take_kept, &t);
	ck_assert_int_eq(kept.change, CHANGE_REGRESSED);
	ck_assert_int_eq(gate_of(&kept), GATE_FAIL);
	ck_assert_str_eq(gate_reason(&kept, reason, sizeof(reason)),
		"regressed: absent, was pass");
	record_release(&kept);
	compare_free(t.compare);
}
END_TEST

START_TEST(what_lasts_has_no_times)
{
	const struct said all = {
		"fail", "wrong",
		",\"ms\":1,\"kernel_log\":[\"x\"],\"detail\":\"d\",\"change\":{\"is\":\"new\"}"
	};
	const struct said passed = { "pass", NULL, ",\"detail\":\"process 12\"" };
	struct record rec = record_of("case", all), other = record_of("probe", passed);
	json_auto_t *json = record_lasting(&rec), *pass = record_lasting(&other);

	ck_assert_ptr_null(json_object_get(json, "ms"));
	ck_assert_ptr_null(json_object_get(json, "kernel_log"));
	ck_assert_ptr_null(json_object_get(json, "change"));
	ck_assert_str_eq(json_string_value(json_object_get(json, "detail")), "d");
	ck_assert_ptr_null(json_object_get(pass, "detail"));
	ck_assert_ptr_nonnull(json_object_get(rec.json, "ms"));
	record_release(&rec);
	record_release(&other);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("compare");
	TCase *tc = tcase_create("compare");

	tcase_add_loop_test(tc, words_of_verdicts, 0, ARRAY_SIZE(words));
	tcase_add_test(tc, words_of_profiles);
	tcase_add_loop_test(tc, checks_are_matched, 0, ARRAY_SIZE(matches));
	tcase_add_test(tc, all_are_given);
	tcase_add_test(tc, baseline_of_another_kernel_and_version);
	tcase_add_test(tc, baseline_what_was_not_asked_is_not_gone);
	tcase_add_test(tc, baseline_several_are_matched_by_name);
	tcase_add_test(tc, record_says_what_it_was);
	tcase_add_test(tc, what_lasts_has_no_times);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
