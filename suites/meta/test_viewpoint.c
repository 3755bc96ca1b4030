/* From where is asked, and what contradicts the answers: tests of suites/. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "catalogue.h"
#include "claims.h"
#include "contradiction.h"
#include "kconfig.h"
#include "record.h"
#include "viewpoint.h"

static int choose(const char *from, struct viewpoints *points, char *why, size_t size)
{
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	return viewpoints_choose(from, NULL, &env, points, why, size);
}

START_TEST(test_wrong_viewpoints)
{
	static const char *const wrong[] = { "", "rot", "root,", ",root",
		"container:", "container", "root,pod" };
	struct viewpoints points = { .asker_count = 99 };
	char why[512] = "";

	ck_assert_int_eq(choose(wrong[_i], &points, why, sizeof(why)), -EINVAL);
	ck_assert_msg(strstr(why, "--from"), "%s", why);
	ck_assert_uint_eq(points.asker_count, 99);
}
END_TEST

START_TEST(test_viewpoints)
{
	struct viewpoints points;
	char why[512] = "";

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(choose("userns,root,container:runc,user,root,container:./my-rt",
				 &points, why, sizeof(why)),
		0);
	ck_assert_uint_eq(points.asker_count, 3);
	ck_assert_str_eq(points.askers[0].name, "userns");
	ck_assert(points.askers[0].userns && points.askers[0].become);
	ck_assert_str_eq(points.askers[1].name, "root");
	ck_assert(!points.askers[1].userns && !points.askers[1].become);
	ck_assert_str_eq(points.askers[2].name, "user");
	ck_assert_uint_eq(points.runtime_count, 2);
	ck_assert_str_eq(points.runtimes[1], "./my-rt");
}
END_TEST

/* More than there is room for is an error, and no overflow. */
START_TEST(test_many_viewpoints)
{
	struct viewpoints points;
	char why[512] = "", from[256] = "container:0";

	if (geteuid() != 0)
		return;
	for (int i = 1; i < 12; i++)
		snprintf(from + strlen(from), sizeof(from) - strlen(from),
			",container:%d", i);
	ck_assert_int_eq(choose(from, &points, why, sizeof(why)), -EINVAL);
	ck_assert_msg(strstr(why, "too many"), "%s", why);
}
END_TEST

START_TEST(test_release)
{
	ck_assert(release_before("5.10.0-46-cloud", "5.12"));
	ck_assert(release_before("6.1.0", "6.12"));
	ck_assert(!release_before("6.12.3", "6.12"));
	ck_assert(!release_before("7.0-rc1", "6.19"));
	ck_assert(release_before("6.9", "6.10"));
}
END_TEST

static json_t *contradictions(
	const char *since, const char *kconfig, enum outcome outcome, enum fault fault)
{
	const struct probe probe = { .since = since, .kconfig = kconfig };
	const struct verdict v = { .outcome = outcome, .fault = fault };
	json_t *record = record_new(RECORD_PROBE);

	contradictions_add(record, &probe, &v);
	json_t *list = json_incref(json_object_get(record, "contradictions"));
	json_decref(record);
	return list;
}

static void expect(json_t *list, const char *part)
{
	if (!part) {
		ck_assert_ptr_null(list);
		return;
	}
	ck_assert_uint_eq(json_array_size(list), 1);
	const char *text = json_string_value(json_array_get(list, 0));
	ck_assert_msg(strstr(text, part), "%s", text);
	json_decref(list);
}

START_TEST(test_contradictions)
{
	expect(contradictions("99.0", NULL, OUTCOME_PASS, FAULT_NONE), "a backport");
	expect(contradictions("99.0", NULL, OUTCOME_ABSENT, FAULT_KERNEL), NULL);
	expect(contradictions("2.6", NULL, OUTCOME_PASS, FAULT_NONE), NULL);
	expect(contradictions("2.6", NULL, OUTCOME_ABSENT, FAULT_KERNEL), "is not there");
	expect(contradictions("2.6", NULL, OUTCOME_ABSENT, FAULT_FILESYSTEM), NULL);
	expect(contradictions("2.6", NULL, OUTCOME_DENIED, FAULT_POLICY), NULL);
	expect(contradictions(NULL, NULL, OUTCOME_ABSENT, FAULT_KERNEL), NULL);
	/* Explained by a configuration that lacks it, or does not mention it. */
	expect(contradictions(
		       "2.6", "CONFIG_NO_SUCH_SYMBOL", OUTCOME_ABSENT, FAULT_KERNEL),
		NULL);
	if (kconfig_value("CONFIG_PROC_FS") == 'y')
		expect(contradictions(
			       "2.6", "CONFIG_PROC_FS", OUTCOME_ABSENT, FAULT_KERNEL),
			"CONFIG_PROC_FS");
}
END_TEST

START_TEST(test_claims)
{
	json_t *features = json_loads(
		"{\"mountOptions\": [\"ro\", \"rro\"], \"linux\": {\"cgroup\": {\"v2\": true},"
		"\"apparmor\": {\"enabled\": false}, \"namespaces\": \"time\"}}",
		0, NULL);

	ck_assert_str_eq(claims_of_probe(features, "mnt/rro"), "mountOptions");
	ck_assert_str_eq(claims_of_probe(features, "cgroup/v2"), "linux.cgroup.v2");
	ck_assert_ptr_null(claims_of_probe(features, "lsm/apparmor"));
	ck_assert_ptr_null(claims_of_probe(features, "mnt/nosymfollow"));
	ck_assert_ptr_null(claims_of_probe(features, "ns/time")); /* no array */
	ck_assert_ptr_null(claims_of_probe(features, "mnt/fsopen"));
	ck_assert_ptr_null(claims_of_probe(NULL, "mnt/rro"));
	json_decref(features);
}
END_TEST

/* What `explain` and `list` show has to be there, of every probe. */
START_TEST(test_catalogue)
{
	ck_assert_uint_ge(probe_count, 200);
	for (size_t i = 0; i < probe_count; i++) {
		const struct probe *p = probe_table[i].probe;
		ck_assert_msg(p->about && p->how && p->man && p->ask && p->calls &&
				p->calls[0].name,
			"%s lacks something", probe_table[i].name);
		json_t *json = catalogue_probe(&probe_table[i]);
		ck_assert_ptr_nonnull(json);
		json_decref(json);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("viewpoint");
	TCase *t = tcase_create("viewpoints and contradictions");

	tcase_add_loop_test(t, test_wrong_viewpoints, 0, 7);
	tcase_add_test(t, test_viewpoints);
	tcase_add_test(t, test_many_viewpoints);
	tcase_add_test(t, test_release);
	tcase_add_test(t, test_contradictions);
	tcase_add_test(t, test_claims);
	tcase_add_test(t, test_catalogue);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
