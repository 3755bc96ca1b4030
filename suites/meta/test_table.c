/* Many runs as tables: what is kept once, which answer stands, what columns are called. */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "spool.h"
#include "table.h"

static const struct report_to to = { .columns = 80 };

/* What is said of a record is its detail. */
static int say_detail(FILE *out, const struct record *rec, void *ctx)
{
	return fputs(rec->detail, out) < 0 ? -EIO : 0;
}

static void take_from(struct table *t, const char *source, const char *line)
{
	struct report_to from = to;
	struct record rec;
	char why[200] = "";

	from.source = source;
	ck_assert_msg(
		record_decode(json_loads(line, 0, NULL), &rec, why, sizeof(why)) == 0,
		"%s: %s", line, why);
	ck_assert_int_eq(table_take(t, &from, &rec), 0);
	record_release(&rec);
}

static void take(struct table *t, const char *line)
{
	take_from(t, NULL, line);
}

#define ENV(release)                                                                     \
	"{\"type\":\"env\",\"format\":1,\"plimsoll\":\"1\",\"verb\":\"probe\",\"time\":" \
	"\"2026-01-01T00:00:00Z\",\"asker\":\"root\",\"kernel\":{\"release\":\"" release \
	"\",\"machine\":\"x\"}}"
#define END "{\"type\":\"end\",\"records\":1,\"exit\":0}"
#define PROBE(name, asker, outcome, more)                              \
	"{\"type\":\"probe\",\"name\":\"" name "\",\"asker\":\"" asker \
	"\",\"about\":\"it\",\"outcome\":\"" outcome "\"" more "}"
#define SAYS(detail) ",\"detail\":\"" detail "\""

static struct table begin(bool by_verdict)
{
	const struct table_options opt = { .evidence = say_detail,
		.by_verdict = by_verdict };
	struct table t;

	ck_assert_int_eq(table_init(&t, &opt), 0);
	return t;
}

static const struct table_part *probes(const struct table *t)
{
	return &t->parts[TABLE_PROBES];
}

static void assert_says(
	const struct table *t, const struct table_answer *a, const char *text)
{
	_cleanup_free_ char *said = NULL;
	size_t size;
	FILE *f = open_memstream(&said, &size);

	ck_assert_int_eq(table_evidence(t, a, f), 0);
	fclose(f);
	ck_assert_str_eq(said, text);
}

START_TEST(test_said_once)
{
	_cleanup_(table_free) struct table t = begin(false);

	take(&t, ENV("1"));
	take(&t, PROBE("a/b", "root", "pass", SAYS("works")));
	take(&t, PROBE("a/b", "user", "pass", SAYS("works")));
	take(&t, PROBE("a/b", "userns", "pass", SAYS("works, too")));
	take(&t, PROBE("a/c", "root", "pass", SAYS("works")));
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	/* The same words of another check are another answer. */
	ck_assert_uint_eq(t.answer_count, 3);
	const struct table_row *row = &probes(&t)->rows[0];
	ck_assert_ptr_eq(table_at(&t, row, 0), table_at(&t, row, 1));
	assert_says(&t, table_at(&t, row, 1), "works");
	assert_says(&t, table_at(&t, row, 2), "works, too");
	ck_assert_uint_eq(table_at(&t, row, 0)->count, 2);
	ck_assert_uint_eq(table_at(&t, row, 0)->next, table_at(&t, row, 2) - t.answers);
	ck_assert_uint_eq(table_at(&t, row, 2)->next, TABLE_NONE);
}
END_TEST

START_TEST(test_by_verdict)
{
	_cleanup_(table_free) struct table t = begin(true);

	take(&t, ENV("1"));
	take(&t, PROBE("a/b", "root", "pass", SAYS("works")));
	take(&t, PROBE("a/b", "user", "pass", SAYS("works, too")));
	take(&t, PROBE("a/b", "userns", "absent", SAYS("works") ",\"fault\":\"kernel\""));
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	ck_assert_uint_eq(t.answer_count, 2);
	assert_says(&t, table_at(&t, &probes(&t)->rows[0], 1), "works");
}
END_TEST

START_TEST(test_heavier_stands)
{
	_cleanup_(table_free) struct table t = begin(false);

	take(&t, ENV("1"));
	take(&t, PROBE("a/b", "root", "pass", ""));
	take(&t, PROBE("a/b", "root", "fail", ",\"fault\":\"kernel\""));
	take(&t, PROBE("a/b", "root", "absent", ",\"fault\":\"kernel\""));
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	ck_assert_uint_eq(probes(&t)->column_count, 1);
	const struct table_column *c = &probes(&t)->columns[0];
	ck_assert_uint_eq(c->counts[OUTCOME_FAIL], 1);
	ck_assert_uint_eq(c->counts[OUTCOME_PASS] + c->counts[OUTCOME_ABSENT], 0);
	ck_assert_int_eq(table_at(&t, &probes(&t)->rows[0], 0)->outcome, OUTCOME_FAIL);
	ck_assert_uint_eq(probes(&t)->rows[0].cells[0].number, 2);
}
END_TEST

START_TEST(test_not_asked_there)
{
	_cleanup_(table_free) struct table t = begin(false);

	take(&t, ENV("1"));
	take(&t, PROBE("b/x", "root", "pass", ""));
	take(&t, END);
	take(&t, ENV("2"));
	take(&t, PROBE("a/x", "root", "pass", ""));
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	/* Sorted, and each asked in one of two runs. */
	ck_assert_str_eq(probes(&t)->rows[0].name, "a/x");
	ck_assert_ptr_null(table_at(&t, &probes(&t)->rows[0], 0));
	ck_assert_ptr_nonnull(table_at(&t, &probes(&t)->rows[0], 1));
	ck_assert_ptr_nonnull(table_at(&t, &probes(&t)->rows[1], 0));
	ck_assert_ptr_null(table_at(&t, &probes(&t)->rows[1], 1));
	ck_assert_ptr_null(table_at(&t, &probes(&t)->rows[1], 1000));
}
END_TEST

START_TEST(test_titles)
{
	_cleanup_(table_free) struct table t = begin(false);
	static const char *const sources[] = { "x/one", "y/two", "z/two", "solo" };
	static const char *const titles[] = { "6.1 one", "6.1 two", "6.1 two #2",
		"6.12" };

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		take_from(&t, sources[i], i < 3 ? ENV("6.1") : ENV("6.12"));
		take_from(&t, sources[i], PROBE("a/b", "root", "pass", ""));
		take_from(&t, sources[i], END);
	}
	ck_assert_int_eq(table_finish(&t, &to), 0);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		ck_assert_str_eq(probes(&t)->columns[i].title, titles[i]);
}
END_TEST

START_TEST(test_groups)
{
	_cleanup_(table_free) struct table t = begin(false);
	static const char *const outcomes[] = { "pass", "fail", "pass", "pass" };

	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		take(&t, ENV("6.1"));
		take(&t,
			!strcmp(outcomes[i], "pass")
				? PROBE("a/b", "root", "pass", SAYS("other words"))
				: PROBE("a/b", "root", "fail", ",\"fault\":\"kernel\""));
		if (i < 3)
			take(&t, END);
	}
	/* The last one has no end: what it was not asked is not known, so it is like no other. */
	ck_assert_int_eq(table_finish(&t, &to), 0);
	ck_assert_int_eq(table_group(&t), 0);
	static const size_t like[] = { 0, 1, 0, 3 }, count[] = { 2, 1, 0, 1 };
	for (size_t i = 0; i < ARRAY_SIZE(like); i++) {
		ck_assert_uint_eq(t.runs[i].like, like[i]);
		ck_assert_uint_eq(t.runs[i].count, count[i]);
	}
	ck_assert_str_ne(t.runs[3].trouble, "");
}
END_TEST

START_TEST(test_many_askers)
{
	_cleanup_(table_free) struct table t = begin(false);
	char line[200];

	take(&t, ENV("6.1"));
	for (size_t i = 0; i < 3000; i++) {
		snprintf(line, sizeof(line), PROBE("a/b", "asker%zu", "pass", ""), i);
		take(&t, line);
	}
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	ck_assert_uint_le(probes(&t)->column_count, 1000);
	const struct table_column *last =
		&probes(&t)->columns[probes(&t)->column_count - 1];
	ck_assert_str_eq(last->who, "others");
	ck_assert_uint_eq(last->counts[OUTCOME_PASS], 1);
}
END_TEST

START_TEST(test_proofs)
{
	_cleanup_(table_free) struct table t = begin(false);
	static const char proof[] =
		"{\"type\":\"proof\",\"name\":\"a/b\",\"of\":\"probe\","
		"\"call\":\"x\",\"outcome\":\"%s\",\"detail\":\"%s\"}";
	char line[200];

	take(&t, ENV("6.1"));
	take(&t, PROBE("a/b", "root", "pass", ""));
	for (size_t i = 0; i < 4; i++) {
		snprintf(line, sizeof(line), proof, i % 2 ? "fail" : "pass",
			i == 1 ? "one" : "other");
		take(&t, line);
	}
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	const struct table_row *row = &probes(&t)->rows[0];
	ck_assert_uint_eq(row->proofs, 4);
	ck_assert_uint_eq(row->missed, 2);
	assert_says(&t, &t.answers[row->missed_first], "one");
	assert_says(&t, &t.answers[t.answers[row->missed_first].next], "other");
	ck_assert_uint_eq(row->first, row->last);
}
END_TEST

START_TEST(test_ready_except)
{
	_cleanup_(table_free) struct table t = begin(false);
	static const char profile[] =
		"{\"type\":\"profile\",\"name\":\"%s\",\"asker\":\"root\",\"about\":\"it\","
		"\"outcome\":\"pass\",\"ready\":\"%s\",\"misses\":[],\"required\":{\"met\":1,\"all\":1},"
		"\"recommended\":{\"met\":0,\"all\":1}}";
	char line[200];

	take(&t, ENV("6.1"));
	snprintf(line, sizeof(line), profile, "a", "ready");
	take(&t, line);
	snprintf(line, sizeof(line), profile, "b", "ready-except");
	take(&t, line);
	take(&t, END);
	ck_assert_int_eq(table_finish(&t, &to), 0);
	const struct table_part *part = &t.parts[TABLE_PROFILES];
	ck_assert(!table_at(&t, &part->rows[0], 0)->except);
	ck_assert(table_at(&t, &part->rows[1], 0)->except);
}
END_TEST

/* A file without a name, and where no directory can be written, memory. */
START_TEST(test_spool_without_directory)
{
	static const char *const dirs[] = { "/tmp", "/var/tmp" };
	_cleanup_fclose_ FILE *f = NULL;

	if (unshare(CLONE_NEWNS) < 0)
		return; /* it takes root */
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		ck_assert_int_eq(mount("none", dirs[i], "tmpfs", MS_RDONLY, NULL), 0);
	setenv("TMPDIR", "/tmp", 1);
	ck_assert_ptr_nonnull(f = spool_open());
	ck_assert_int_ge(fputs("kept", f), 0);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	ck_assert_int_eq(spool_copy(f, out), 0);
	fclose(out);
	ck_assert_str_eq(text, "kept");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("table");
	TCase *c = tcase_create("table");
	SRunner *runner = srunner_create(s);

	tcase_add_test(c, test_said_once);
	tcase_add_test(c, test_by_verdict);
	tcase_add_test(c, test_heavier_stands);
	tcase_add_test(c, test_not_asked_there);
	tcase_add_test(c, test_titles);
	tcase_add_test(c, test_groups);
	tcase_add_test(c, test_many_askers);
	tcase_add_test(c, test_proofs);
	tcase_add_test(c, test_ready_except);
	tcase_add_test(c, test_spool_without_directory);
	suite_add_tcase(s, c);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
