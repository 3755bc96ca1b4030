/* Matrix files: what is taken from a good one, and what is said of a bad one. */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/plan.h"
#include "cleanup.h"

static char why[1024];
static char base[64];
static char matrix[128];
static struct plan plan;

/* Special to a glob: it must not be in the base. */
#define BASE_NAME "/tmp/plan-test.[a]XXXXXX"

static const char *const files[] = { "6.1/linux-image-6.1.0-56.deb",
	"6.12/linux-image-6.12.117+deb12.deb", "7/binary-7.2+deb14.deb",
	"7/modules-7.2+deb14.deb", "two/a.deb", "two/b.deb", "two/runc", "root/sbin/runc",
	"matrix.json", "6.1", "6.12", "7", "two", "root/sbin", "root" };

static void put(const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	for (char *slash = path + strlen(base) + 1; (slash = strchr(slash, '/'));
		*slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
	FILE *f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void setup(void)
{
	strcpy(base, BASE_NAME);
	ck_assert_ptr_nonnull(mkdtemp(base));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (strstr(files[i], ".deb"))
			put(files[i], "", 0644);
		else if (strstr(files[i], "runc"))
			put(files[i], "", i == 6 ? 0644 : 0755);
	snprintf(matrix, sizeof(matrix), "%s/matrix.json", base);
	plan = (struct plan) { 0 };
}

static void teardown(void)
{
	char path[PATH_MAX];

	plan_free(&plan);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", base, files[i]);
		remove(path);
	}
	ck_assert_int_eq(rmdir(base), 0);
}

static int read_text(const char *text)
{
	put("matrix.json", text, 0644);
	return plan_read(&plan, matrix, base, why, sizeof(why));
}

static void assert_below(const char *got, const char *want)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, want);
	ck_assert_str_eq(got, path);
}

START_TEST(all_is_taken_in_its_order)
{
	int r = read_text(
		"{ \"kernels\": { \"z\": \"6.1/*.deb\", \"a\": \"host\" },\n"
		"  \"runtimes\": {\n"
		"    \"runc-old\": {\"path\": \"root/sbin/runc\",\n"
		"                   \"sysroot\": \"root\"},\n"
		"    \"a\": \"root/sbin/runc\", \"sh\": \"/bin/sh\",\n"
		"    \"ours\": \"reference\" },\n"
		"  \"variations\": {\n"
		"    \"plain\": {},\n"
		"    \"all\": {\"cgroup\": \"v1\", \"append\": \"quiet nosmp\",\n"
		"            \"lsm\": \"lockdown,apparmor\", \"user\": \"nobody\",\n"
		"            \"sysctl\": {\"user.max_user_namespaces\": \"0\"}} },\n"
		"  \"command\": [\"run\", \"idmap/*\", \"\"] }\n");

	ck_assert_msg(r == 0, "%s", why);
	ck_assert_uint_eq(plan.kernel_count, 2);
	ck_assert_str_eq(plan.kernels[0].name, "z");
	assert_below(plan.kernels[0].source, "6.1/linux-image-6.1.0-56.deb");
	ck_assert_str_eq(plan.kernels[1].name, "a");
	ck_assert_str_eq(plan.kernels[1].source, "host");
	ck_assert_uint_eq(plan.runtime_count, 4);
	ck_assert_str_eq(plan.runtimes[0].name, "runc-old");
	assert_below(plan.runtimes[0].path, "root/sbin/runc");
	assert_below(plan.runtimes[0].sysroot, "root");
	ck_assert_str_eq(plan.runtimes[1].name, "a");
	ck_assert_str_eq(plan.runtimes[1].sysroot, "");
	ck_assert_str_eq(plan.runtimes[2].path, "/bin/sh");
	ck_assert_str_eq(plan.runtimes[3].name, "ours");
	ck_assert_str_eq(plan.runtimes[3].path, "");
	ck_assert_str_eq(plan.runtimes[3].sysroot, "");
	ck_assert_uint_eq(plan.variation_count, 2);
	ck_assert_str_eq(plan.variations[0].name, "plain");
	ck_assert_str_eq(plan.variations[0].cgroup, "unified");
	ck_assert_str_eq(plan.variations[0].append, "");
	ck_assert_ptr_null(plan.variations[0].lsm);
	ck_assert_ptr_null(plan.variations[0].sysctl);
	ck_assert_ptr_null(plan.variations[0].user);
	const struct plan_variation *all = &plan.variations[1];
	ck_assert_str_eq(all->cgroup, "v1");
	ck_assert_str_eq(all->append, "quiet nosmp");
	ck_assert_str_eq(all->lsm, "lockdown,apparmor");
	ck_assert_str_eq(all->user, "nobody");
	const json_t *value = json_object_get(all->sysctl, "user.max_user_namespaces");
	ck_assert_str_eq(json_string_value(value), "0");
	ck_assert_uint_eq(plan.command_count, 3);
	ck_assert_str_eq(plan.command[0], "run");
	ck_assert_str_eq(plan.command[1], "idmap/*");
	ck_assert_str_eq(plan.command[2], "");
}
END_TEST

START_TEST(kernels_alone_are_enough)
{
	ck_assert_msg(read_text("{\"kernels\": {\"6.1\": \"6.1\"}}") == 0, "%s", why);
	assert_below(plan.kernels[0].source, "6.1");
	ck_assert_uint_eq(plan.runtime_count, 0);
	ck_assert_uint_eq(plan.variation_count, 0);
	ck_assert_ptr_null(plan.command);
}
END_TEST

START_TEST(the_command_line_comes_first)
{
	struct plan_variation v = { .lsm = strdup("apparmor") };

	ck_assert_int_eq(plan_add_kernel(&plan, NULL, "bzImage"), 0);
	ck_assert_int_eq(plan_add_runtime(&plan, "runc", "/usr/sbin/runc", NULL), 0);
	ck_assert_int_eq(plan_add_variation(&plan, &v), 0);
	ck_assert_ptr_null(v.lsm);
	plan.command = calloc(1, sizeof(*plan.command));
	plan.command[plan.command_count++] = strdup("probe");
	ck_assert_msg(
		read_text(
			"{\"kernels\": {\"6.1\": \"6.1\"},\n"
			" \"variations\": {\"plain\": {}}, \"command\": [\"run\"]}") == 0,
		"%s", why);
	ck_assert_ptr_null(plan.kernels[0].name);
	ck_assert_str_eq(plan.kernels[0].source, "bzImage");
	ck_assert_str_eq(plan.kernels[1].name, "6.1");
	ck_assert_str_eq(plan.runtimes[0].sysroot, "");
	ck_assert_ptr_null(plan.variations[0].name);
	ck_assert_str_eq(plan.variations[0].lsm, "apparmor");
	ck_assert_str_eq(plan.variations[0].cgroup, "unified");
	ck_assert_str_eq(plan.variations[1].name, "plain");
	ck_assert_uint_eq(plan.command_count, 1);
	ck_assert_str_eq(plan.command[0], "probe");
	/* The same file once more: now its names are taken. */
	ck_assert_int_eq(plan_read(&plan, matrix, base, why, sizeof(why)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, ":1: /kernels/6.1: there is one of this name"));
}
END_TEST

/* What a source stands for, part by part. */
static const struct {
	const char *source, *parts[3];
} sources[] = {
	{ "6.1/linux-image-6.1.0-56.deb", { "6.1/linux-image-6.1.0-56.deb" } },
	{ "6.?2/*", { "6.12/linux-image-6.12.117+deb12.deb" } },
	{ "6.12/linux-image-6.12.117+deb12.deb",
		{ "6.12/linux-image-6.12.117+deb12.deb" } },
	{ "6.12/linux-image-*+deb12.deb", { "6.12/linux-image-6.12.117+deb12.deb" } },
	{ "7/binary-*.deb+7/modules-*.deb",
		{ "7/binary-7.2+deb14.deb", "7/modules-7.2+deb14.deb" } },
	{ "7/binary-7.2+deb14.deb+7/modules-7.2+deb14.deb+6.1",
		{ "7/binary-7.2+deb14.deb", "7/modules-7.2+deb14.deb", "6.1" } },
	{ "7/m*+deb14.deb+7/b*+*",
		{ "7/modules-7.2+deb14.deb", "7/binary-7.2+deb14.deb" } },
};

START_TEST(source_is_resolved)
{
	char text[256], want[PATH_MAX] = "";

	snprintf(
		text, sizeof(text), "{\"kernels\": {\"k\": \"%s\"}}", sources[_i].source);
	ck_assert_msg(read_text(text) == 0, "%s", why);
	for (size_t i = 0; i < 3 && sources[_i].parts[i]; i++)
		sprintf(want + strlen(want), "%s%s/%s", i ? "+" : "", base,
			sources[_i].parts[i]);
	ck_assert_str_eq(plan.kernels[0].source, want);
}
END_TEST

#define KERNELS "{\"kernels\": {\"k\": \"6.1\"},\n"

/* The line, and the rest of the sentence after "FILE:LINE: "; "BASE" stands for the base. */
static const struct {
	const char *text;
	int line;
	const char *said;
} errors[] = {
	{ "", 1, "'[' or '{' expected near end of file" },
	{ "{\"kernels\":\n {\"k\": \"6.1\",\n \"k\": \"host\"}}", 3,
		"duplicate object key near '\"k\"'" },
	{ "[]", 1, ": must be an object" },
	{ "{}", 1, ": the key \"kernels\" is missing" },
	{ KERNELS " \"kernel\": {}}", 2, "/kernel: unknown key" },
	{ "{\n\"kernels\": []}", 2, "/kernels: must be an object" },
	{ "{\n\"kernels\": {}}", 2, "/kernels: is empty" },
	{ "{\"kernels\": {\n\"k\": 6.1}}", 2, "/kernels/k: must be a string" },
	{ "{\"kernels\": {\n\"k\": \"\"}}", 2, "/kernels/k: must be a path" },
	{ "{\"kernels\": {\n\"\": \"6.1\"}}", 1,
		"/kernels/: a name has at most 100 characters, and no blank, / or =" },
	{ "{\"kernels\": {\"k\": \"6.1\",\n\"a/b\": \"6.1\"}}", 2,
		"/kernels/a/b: a name has at most 100 characters, and no blank, / or =" },
	{ "{\"kernels\": {\"k\": \"6.1\",\n\"no\": \"nope/*.deb\"}}", 2,
		"/kernels/no: \"nope/*.deb\" matches nothing in BASE" },
	{ "{\"kernels\": {\"k\": \"6.1\",\n\"two\": \"two/*.deb\"}}", 2,
		"/kernels/two: \"two/*.deb\" matches 2 paths in BASE" },
	{ "{\"kernels\": {\"k\":\n\"two/*.deb+6.1\"}}", 1,
		"/kernels/k: \"two/*.deb\" matches 2 paths in BASE" },
	{ "{\"kernels\": {\"k\": \"7/binary-*.deb+7/image-*.deb\"}}", 1,
		"/kernels/k: \"7/image-*.deb\" matches nothing in BASE" },
	{ "{\"kernels\": {\"k\": \"6.1+\"}}", 1,
		"/kernels/k: \"\" matches nothing in BASE" },
	{ "{\"kernels\": {\"k\": \"+6.1\"}}", 1,
		"/kernels/k: \"+6.1\" matches nothing in BASE" },
	{ "{\"kernels\": {\"k\": \"host+6.1\"}}", 1,
		"/kernels/k: \"host+6.1\" matches nothing in BASE" },
	{ KERNELS "\"runtimes\": {}}", 2, "/runtimes: is empty" },
	{ KERNELS "\"runtimes\": {\"r\": 1}}", 2,
		"/runtimes/r: must be a path or an object" },
	{ KERNELS "\"runtimes\": {\"r\": \"\"}}", 2, "/runtimes/r: must be a path" },
	{ KERNELS "\"runtimes\": {\"a=b\": \"root/sbin/runc\"}}", 2,
		"/runtimes/a=b: a name has at most 100 characters, and no blank, / or =" },
	{ KERNELS "\"runtimes\": {\"r\": {\n\"sysroot\": \"root\"}}}", 2,
		"/runtimes/r: the key \"path\" is missing" },
	{ KERNELS "\"runtimes\": {\"r\": {\"path\": \"root/sbin/runc\",\n\"env\": 1}}}",
		3, "/runtimes/r/env: unknown key" },
	{ KERNELS "\"runtimes\": {\"r\": \"root/bin/runc\"}}", 2,
		"/runtimes/r: BASE/root/bin/runc: No such file or directory" },
	{ KERNELS "\"runtimes\": {\"r\": {\"path\":\n\"two/runc\"}}}", 2,
		"/runtimes/r/path: BASE/two/runc: no executable file" },
	{ KERNELS "\"runtimes\": {\"reference\": \"./reference\"}}", 2,
		"/runtimes/reference: BASE/./reference: No such file or directory" },
	{ KERNELS "\"runtimes\": {\"r\": {\"path\": \"reference\"}}}", 2,
		"/runtimes/r/path: BASE/reference: No such file or directory" },
	{ KERNELS "\"runtimes\": {\"r\": \"root/sbin\"}}", 2,
		"/runtimes/r: BASE/root/sbin: no executable file" },
	{ KERNELS "\"runtimes\": {\"r\": {\"path\": \"root/sbin/runc\",\n"
		  "\"sysroot\": \"root/sbin/runc\"}}}",
		3, "/runtimes/r/sysroot: BASE/root/sbin/runc: no directory" },
	{ KERNELS "\"variations\": {}}", 2, "/variations: is empty" },
	{ KERNELS "\"variations\": {\"v\":\n 1}}", 2,
		"/variations/v: must be an object" },
	{ KERNELS "\"variations\": {\"a b\": {}}}", 2,
		"/variations/a b: a name has at most 100 characters, and no blank, / or =" },
	{ KERNELS "\"variations\": {\"v\": {\n\"cgroups\": \"v1\"}}}", 3,
		"/variations/v/cgroups: unknown key" },
	{ KERNELS "\"variations\": {\"v\": {\n\"cgroup\": \"v2\"}}}", 3,
		"/variations/v/cgroup: must be unified, hybrid or v1" },
	{ KERNELS "\"variations\": {\"v\": {\n\"append\": \"a\\nb\"}}}", 3,
		"/variations/v/append: must be one line" },
	{ KERNELS "\"variations\": {\"v\": {\n\"append\": [\"a\"]}}}", 3,
		"/variations/v/append: must be a string" },
	{ KERNELS "\"variations\": {\"v\": {\n\"lsm\": \"a b\"}}}", 3,
		"/variations/v/lsm: must be names with commas between" },
	{ KERNELS "\"variations\": {\"v\": {\n\"user\": \"\"}}}", 3,
		"/variations/v/user: must be one word" },
	{ KERNELS "\"variations\": {\"v\": {\"sysctl\": {\n\"a.b\": 0}}}}", 3,
		"/variations/v/sysctl/a.b: must be a string" },
	{ KERNELS "\"variations\": {\"v\": {\"sysctl\": {\n\"a b\": \"0\"}}}}", 3,
		"/variations/v/sysctl/a b: must be the name of a sysctl" },
	{ KERNELS "\"command\": []}", 2, "/command: is empty" },
	{ KERNELS "\"command\": \"run\"}", 2, "/command: must be an array" },
	{ KERNELS "\"command\": [\"run\",\n 1]}", 3, "/command/1: must be a string" },
};

START_TEST(error_names_file_line_and_key)
{
	char want[1024];
	const char *said = errors[_i].said, *at = strstr(said, "BASE");

	snprintf(want, sizeof(want), "%s:%d: %.*s%s%s", matrix, errors[_i].line,
		at ? (int)(at - said) : (int)strlen(said), said, at ? base : "",
		at ? at + 4 : "");
	ck_assert_int_eq(read_text(errors[_i].text), -EINVAL);
	ck_assert_str_eq(why, want);
}
END_TEST

START_TEST(a_name_ends_somewhere)
{
	char text[512], name[102];

	memset(name, 'k', sizeof(name));
	name[101] = '\0';
	snprintf(text, sizeof(text), "{\"kernels\": {\"%s\": \"6.1\"}}", name);
	ck_assert_int_eq(read_text(text), -EINVAL);
	snprintf(text, sizeof(text), "{\"kernels\": {\"%s\": \"6.1\"}}", name + 1);
	ck_assert_msg(read_text(text) == 0, "%s", why);
}
END_TEST

START_TEST(what_cannot_be_read_is_named)
{
	ck_assert_int_eq(plan_read(&plan, "/nope.json", "", why, sizeof(why)), -ENOENT);
	ck_assert_str_eq(why, "/nope.json: No such file or directory");
	ck_assert_int_eq(plan_read(&plan, "/", "", why, sizeof(why)), -EISDIR);
	ck_assert_str_eq(why, "/: Is a directory");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("boot_plan");
	TCase *t = tcase_create("matrix");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, all_is_taken_in_its_order);
	tcase_add_test(t, kernels_alone_are_enough);
	tcase_add_test(t, the_command_line_comes_first);
	tcase_add_loop_test(t, source_is_resolved, 0, ARRAY_SIZE(sources));
	tcase_add_loop_test(t, error_names_file_line_and_key, 0, ARRAY_SIZE(errors));
	tcase_add_test(t, a_name_ends_somewhere);
	tcase_add_test(t, what_cannot_be_read_is_named);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
