/* Where the cgroups of a container are, and its limits. */
#include <errno.h>
#include <string.h>

#include "cgroups_of_tests.h"

/* A value of a v1 controller's file, or of the cgroup2's; "" if it is not there. */
static const char *value_of(const char *controller, const char *file)
{
	static char text[4096];
	const struct hierarchy *h = cgroups_v1(&cg, controller) ?: cgroups_v2(&cg);
	_cleanup_close_ int dir = cgfs_open(h, NULL);

	if (dir < 0 || cgfs_read(dir, file, text, sizeof(text)) < 0)
		return "";
	return text;
}

/* Is it v1 here, and is there a controller at all? */
static bool v1(const char *controller)
{
	return cgroups_v1(&cg, controller) != NULL;
}

START_TEST(shares_become_weights)
{
	static const struct {
		unsigned long long shares;
		unsigned long weight;
	} table[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 2 }, { 10, 4 }, { 100, 17 },
		{ 102, 17 }, { 512, 59 }, { 1000, 99 }, { 1023, 100 }, { 1024, 100 },
		{ 1025, 101 }, { 2048, 174 }, { 10240, 639 }, { 100000, 4340 },
		{ 262143, 10000 }, { 262144, 10000 }, { 1000000, 10000 } };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		ck_assert_msg(cpu_weight_of_shares(table[i].shares) == table[i].weight,
			"%llu: %lu", table[i].shares,
			cpu_weight_of_shares(table[i].shares));
	for (unsigned long long s = 3; s <= 262144; s++)
		ck_assert_uint_ge(cpu_weight_of_shares(s), cpu_weight_of_shares(s - 1));
}
END_TEST

START_TEST(paths_are_checked)
{
	static const char *const bad[] = { "/", "//", "/a/../b", "..", ".", "a/./b",
		"system.slice:runc:id", "/a\nb" };
	struct cgroups other;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ck_assert_msg(
			cgroups_plan(bad[i], "x", false, &other, &f) < 0, "%s", bad[i]);
		ck_assert_ptr_nonnull(strstr(f.text, "linux.cgroupsPath"));
		ck_assert_ptr_null(strchr(f.text, '\n') && i != 7 ? f.text : NULL);
	}
	ck_assert_int_eq(cgroups_plan("//a///b/", "x", false, &other, &f), 0);
	ck_assert(!other.count || !strcmp(other.list[0].path, "/a/b"));
	ck_assert(other.asked);
	cgroups_release(&other);
	ck_assert_int_eq(cgroups_plan("rel", "x", false, &other, &f), 0);
	for (size_t i = 0; i < other.count; i++)
		ck_assert_str_eq(strrchr(other.list[i].path, '/'), "/rel");
	cgroups_release(&other);
	ck_assert_int_eq(cgroups_plan(NULL, "id", false, &other, &f), 0);
	ck_assert(!other.count || !strcmp(other.list[0].path, "/id"));
	ck_assert(!other.asked);
	cgroups_release(&other);
}
END_TEST

START_TEST(json_comes_back_and_is_not_trusted)
{
	json_auto_t *json = cgroups_json(&cg);
	struct cgroups back;

	ck_assert_int_eq(cgroups_from_json(json, &back), 0);
	ck_assert_uint_eq(back.count, cg.count);
	ck_assert_int_eq(back.unified, cg.unified);
	for (size_t i = 0; i < cg.count; i++) {
		ck_assert_str_eq(back.list[i].path, cg.list[i].path);
		ck_assert_str_eq(back.list[i].controllers, cg.list[i].controllers);
	}
	cgroups_release(&back);
	static const char *const bad[] = { "/", "", "x", "/../x", "/x/../.." };
	json_t *first = json_array_get(json_object_get(json, "hierarchies"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad) && first; i++) {
		json_object_set_new(first, "path", json_string(bad[i]));
		ck_assert_int_eq(cgroups_from_json(json, &back), -EINVAL);
	}
	ck_assert_int_eq(cgroups_from_json(json_true(), &back), -EINVAL);
}
END_TEST

START_TEST(limits_are_there)
{
	if (!able())
		return;
	int r = create(
		"{\"memory\": {\"limit\": 67108864, \"reservation\": 33554432},"
		" \"pids\": {\"limit\": 0},"
		" \"cpu\": {\"shares\": 512, \"quota\": 20000, \"period\": 50000}}");
	ck_assert_msg(r == 0, "%s", f.text);
	ck_assert_str_eq(value_of("pids", "pids.max"), "0");
	ck_assert_str_eq(
		value_of("memory", v1("memory") ? "memory.limit_in_bytes" : "memory.max"),
		"67108864");
	ck_assert_str_eq(
		value_of("memory",
			v1("memory") ? "memory.soft_limit_in_bytes" : "memory.low"),
		"33554432");
	if (v1("cpu")) {
		ck_assert_str_eq(value_of("cpu", "cpu.shares"), "512");
		ck_assert_str_eq(value_of("cpu", "cpu.cfs_quota_us"), "20000");
		ck_assert_str_eq(value_of("cpu", "cpu.cfs_period_us"), "50000");
	} else {
		ck_assert_str_eq(value_of("cpu", "cpu.weight"), "59");
		ck_assert_str_eq(value_of("cpu", "cpu.max"), "20000 50000");
	}
	/* A period alone leaves the quota. */
	ck_assert_msg(
		update("{\"cpu\": {\"period\": 40000}, \"pids\": {\"limit\": -1}}") == 0,
		"%s", f.text);
	ck_assert_str_eq(value_of("pids", "pids.max"), "max");
	if (v1("cpu"))
		ck_assert_str_eq(value_of("cpu", "cpu.cfs_quota_us"), "20000");
	else
		ck_assert_str_eq(value_of("cpu", "cpu.max"), "20000 40000");
}
END_TEST

START_TEST(swap_follows_memory_either_way)
{
	if (!able() ||
		create("{\"memory\": {\"limit\": 67108864, \"swap\": 100663296}}") < 0)
		return; /* no account of swap here */
	const char *file =
		v1("memory") ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
	ck_assert_str_eq(
		value_of("memory", file), v1("memory") ? "100663296" : "33554432");
	ck_assert_msg(
		update("{\"memory\": {\"limit\": 134217728, \"swap\": 268435456}}") == 0,
		"%s", f.text);
	ck_assert_msg(
		update("{\"memory\": {\"limit\": 33554432, \"swap\": 33554432}}") == 0,
		"%s", f.text);
	ck_assert_str_eq(value_of("memory", file), v1("memory") ? "33554432" : "0");
	ck_assert_int_lt(update("{\"memory\": {\"swap\": 1048576}}"), 0);
	ck_assert_ptr_nonnull(strstr(f.text, "memory.swap"));
	ck_assert_msg(update("{\"memory\": {\"limit\": -1}}") == 0, "%s", f.text);
}
END_TEST

START_TEST(what_cannot_be_is_refused_and_leaves_nothing)
{
	static const char *const bad[][2] = {
		{ "{\"pids\": {\"limit\": -2}}", "pids.limit" },
		{ "{\"cpu\": {\"idle\": 2}}", "cpu.idle" },
		{ "{\"cpu\": {\"cpus\": \"0-99999\"}}", "cpu.cpus" },
		{ "{\"cpu\": {\"cpus\": \"zero\"}}", "cpu.cpus" },
		{ "{\"cpu\": {\"quota\": 10}}", "cpu.quota" },
		{ "{\"memory\": {\"limit\": -5}}", "memory.limit" },
		{ "{\"memory\": {\"swappiness\": 101}}", "memory.swappiness" },
		{ "{\"hugepageLimits\": [{\"pageSize\": \"3MB\", \"limit\": 1}]}",
			"hugepageLimits[0]" },
		{ "{\"hugepageLimits\": [{\"pageSize\": \"../x\", \"limit\": 1}]}",
			"hugepageLimits[0].pageSize" },
		{ "{\"blockIO\": {\"weight\": 5}}", "blockIO.weight" },
		{ "{\"unified\": {\"nosuch.max\": \"1\"}}", "unified.nosuch.max" },
		{ "{\"unified\": {\"memory/x\": \"1\"}}", "unified.memory/x" },
		{ "{\"rdma\": {\"dev\": {\"hcaHandles\": 1}}}", "rdma.dev" },
		{ "{\"network\": {\"classID\": 4294967296}}", "network.classID" },
		{ "{\"devices\": [{\"allow\": true, \"access\": \"x\"}]}",
			"devices[0].access" },
	};

	if (!able())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cgroups_release(&cg);
		ck_assert_int_eq(cgroups_plan(where, "x", false, &cg, &f), 0);
		ck_assert_msg(create(bad[i][0]) < 0, "%s", bad[i][0]);
		ck_assert_msg(strstr(f.text, bad[i][1]) != NULL, "%s", f.text);
		ck_assert_ptr_nonnull(strstr(f.text, "linux.resources."));
		ck_assert_ptr_null(strchr(f.text, '\n'));
		for (size_t k = 0; k < cg.count; k++)
			ck_assert_msg(!exists(k), "%s", cg.list[k].mount);
	}
}
END_TEST

START_TEST(unified_files_have_the_last_word)
{
	static const char some[] =
		"{\"memory\": {\"limit\": 67108864},"
		" \"unified\": {\"memory.max\": \"33554432\", \"cgroup.max.depth\": \"3\"}}";

	if (!able())
		return;
	if (!cg.unified) {
		ck_assert_int_lt(create(some), 0);
		ck_assert_ptr_nonnull(strstr(f.text, "linux.resources.unified."));
		return;
	}
	ck_assert_msg(create(some) == 0, "%s", f.text);
	ck_assert_str_eq(value_of("memory", "memory.max"), "33554432");
	ck_assert_str_eq(value_of("", "cgroup.max.depth"), "3");
	ck_assert_int_lt(
		update("{\"unified\": {\"memory.max\": \"1\", \"memory.none\": \"1\"}}"),
		0);
	ck_assert_ptr_nonnull(strstr(f.text, "unified.memory.none"));
	ck_assert_str_eq(value_of("memory", "memory.max"), "33554432");
	ck_assert_int_lt(update("{\"unified\": {\"memory.max\": \"a\\nb\"}}"), 0);
	ck_assert_ptr_null(strchr(f.text, '\n'));
	ck_assert_int_lt(update("{\"memory\": {\"disableOOMKiller\": true}}"), 0);
	ck_assert_int_lt(update("{\"memory\": {\"kernel\": 1048576}}"), 0);
	ck_assert_int_eq(
		update("{\"memory\": {\"kernel\": -1, \"useHierarchy\": true}}"), 0);
}
END_TEST

START_TEST(limits_below_processes)
{
	struct cgroups sub;
	char below[80];

	if (!able() || !cg.unified)
		return;
	ck_assert_int_eq(create(NULL), 0);
	ck_assert_int_eq(cgroups_join(&cg, start(), NULL, &f), 0);
	snprintf(below, sizeof(below), "%s/sub", where);
	ck_assert_int_eq(cgroups_plan(below, "x", false, &sub, &f), 0);
	json_auto_t *limit = json_loads("{\"memory\": {\"limit\": 67108864}}", 0, NULL);
	ck_assert_int_eq(cgroups_create(&sub, limit, &f), -EBUSY);
	ck_assert_ptr_nonnull(strstr(f.text, "linux.resources.memory.limit: "));
	ck_assert_ptr_nonnull(strstr(f.text, where));
	cgroups_release(&sub);
	ck_assert_int_eq(cgroups_plan(below, "x", false, &sub, &f), 0);
	ck_assert_msg(cgroups_create(&sub, NULL, &f) == 0, "%s", f.text);
	ck_assert_msg(cgroups_destroy(&sub, &f) == 0, "%s", f.text);
	cgroups_release(&sub);
}
END_TEST

START_TEST(a_limit_below_the_use_is_refused_if_asked)
{
	if (!able())
		return;
	ck_assert_int_eq(create("{\"memory\": {\"limit\": 134217728}}"), 0);
	pid_t pid = fork();
	if (pid == 0) {
		cgroups_join(&cg, getpid(), NULL, &f);
		char *p = malloc(32 << 20);
		memset(p, 1, 32 << 20);
		raise(SIGSTOP);
		_exit(p[5]);
	}
	child = pid;
	ck_assert_int_eq(waitpid(pid, NULL, WUNTRACED), pid);
	ck_assert_int_lt(
		update("{\"memory\": {\"limit\": 4194304, \"checkBeforeUpdate\": true}}"),
		0);
	ck_assert_ptr_nonnull(strstr(f.text, "linux.resources.memory.limit"));
	ck_assert_int_eq(kill(pid, 0), 0);
}
END_TEST

START_TEST(an_update_that_fails_changes_nothing)
{
	if (!able())
		return;
	ck_assert_int_eq(create("{\"pids\": {\"limit\": 7}}"), 0);
	ck_assert_int_lt(
		update("{\"pids\": {\"limit\": 9}, \"cpu\": {\"cpus\": \"0-99999\"}}"),
		0);
	ck_assert_str_eq(value_of("pids", "pids.max"), "7");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cgroups");
	TCase *tc = tcase_create("cgroups");

	add_fixtures(tc);
	tcase_add_test(tc, shares_become_weights);
	tcase_add_test(tc, paths_are_checked);
	tcase_add_test(tc, json_comes_back_and_is_not_trusted);
	tcase_add_test(tc, limits_are_there);
	tcase_add_test(tc, swap_follows_memory_either_way);
	tcase_add_test(tc, what_cannot_be_is_refused_and_leaves_nothing);
	tcase_add_test(tc, unified_files_have_the_last_word);
	tcase_add_test(tc, limits_below_processes);
	tcase_add_test(tc, a_limit_below_the_use_is_refused_if_asked);
	tcase_add_test(tc, an_update_that_fails_changes_nothing);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
