/* features, spec and list: what they print and write. */
#include "command.h"
#include "config_shape.h"

#include <check.h> /* behind them: it has a macro named fail */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

static char dir[32];
static struct failure f;
static struct globals globals;
static char text[65536];

static void setup(void)
{
	strcpy(dir, "/tmp/commands-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	globals = (struct globals) { .root = dir };
	f = (struct failure) { 0 };
}

static void teardown(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/out", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/config.json", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/one", dir);
	rmdir(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* Runs it with its stdout in a file. */
static int run(const struct command *c, const char **argv)
{
	char path[64];
	int argc = 0;

	snprintf(path, sizeof(path), "%s/out", dir);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int kept = fcntl(1, F_DUPFD_CLOEXEC, 10);
	while (argv[argc])
		argc++;
	fflush(stdout);
	ck_assert_int_eq(dup2(fd, 1), 1);
	optind = 0;
	int status = c->run(&globals, argc, (char **)argv, &f);
	fflush(stdout);
	ck_assert_int_eq(dup2(kept, 1), 1);
	close(kept);
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	text[n] = '\0';
	return status;
}
#define RUN(c, ...) run(&(c), (const char *[]) { (c).name, ##__VA_ARGS__, NULL })

static void assert_sorted(const json_t *list, size_t at_least)
{
	ck_assert_uint_ge(json_array_size(list), at_least);
	for (size_t i = 1; i < json_array_size(list); i++)
		ck_assert_str_lt(json_string_value(json_array_get(list, i - 1)),
			json_string_value(json_array_get(list, i)));
}

START_TEST(features_are_claimed)
{
	ck_assert_msg(RUN(command_features) == 0, "%s", f.text);
	json_auto_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(json != NULL, "%s", text);
	ck_assert_str_eq(config_string(json, "ociVersionMin"), "1.0.0");
	ck_assert_str_eq(config_string(json, "ociVersionMax"), CONFIG_OCI_VERSION);
	ck_assert_uint_eq(json_array_size(config_get(json, "hooks")), 6);
	assert_sorted(config_get(json, "mountOptions"), 1);
	assert_sorted(config_get(json, "linux.namespaces"), 8);
	ck_assert_uint_ge(json_array_size(config_get(json, "linux.capabilities")), 38);
	ck_assert_str_eq(json_string_value(json_array_get(
				 config_get(json, "linux.capabilities"), 0)),
		"CAP_CHOWN");
	ck_assert(config_true(json, "linux.mountExtensions.idmap.enabled"));
	ck_assert(json_is_false(config_get(json, "linux.intelRdt.enabled")));
	ck_assert(config_true(json, "linux.seccomp.enabled"));
	ck_assert(json_is_array(config_get(json, "linux.seccomp.supportedFlags")));
	ck_assert(json_is_array(config_get(json, "potentiallyUnsafeConfigAnnotations")));
}
END_TEST

/* An outcome, and why, for each question. */
START_TEST(features_ask_the_kernel)
{
	static const char *const outcomes[] = { "pass",
		"fail: ", "absent: ", "denied: ", "error: " };
	const char *key;
	json_t *value;
	int asked = 0;

	ck_assert_msg(RUN(command_features) == 0, "%s", f.text);
	json_auto_t *json = json_loads(text, 0, NULL);
	json_object_foreach(config_get(json, "annotations"), key, value) {
		const char *said = json_string_value(value);
		ck_assert_ptr_nonnull(said);
		if (strncmp(key, "org.plimsoll.kernel.", 20))
			continue;
		int known = !strcmp(said, "pass");
		for (size_t i = 1; i < ARRAY_SIZE(outcomes); i++)
			known += !strncmp(said, outcomes[i], strlen(outcomes[i])) &&
				said[strlen(outcomes[i])];
		ck_assert_msg(known == 1, "%s: %s", key, said);
		asked++;
	}
	ck_assert_int_ge(asked, 15);
}
END_TEST

START_TEST(spec_is_a_good_config)
{
	for (int rootless = 0; rootless < 2; rootless++) {
		struct config config;
		char path[64];
		ck_assert_msg(RUN(command_spec, "--bundle", dir,
				      rootless ? "--rootless" : NULL) == 0,
			"%s", f.text);
		ck_assert_str_eq(text, "");
		snprintf(path, sizeof(path), "%s/config.json", dir);
		ck_assert_msg(
			config_load(AT_FDCWD, path, &config, &f) == 0, "%s", f.text);
		ck_assert_int_eq(config_new_namespace(&config, "user"), rootless);
		ck_assert_int_eq(config_new_namespace(&config, "network"), !rootless);
		ck_assert_int_eq(!config_get(config.os, "resources"), rootless);
		ck_assert_uint_ge(json_array_size(config.mounts), 6);
		config_release(&config);
		ck_assert_int_eq(unlink(path), 0);
	}
}
END_TEST

START_TEST(spec_overwrites_nothing)
{
	char want[128], path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/config.json", dir);
	ck_assert_int_eq(symlink("/nope", path), 0);
	ck_assert_int_eq(RUN(command_spec, "-b", dir), 1);
	snprintf(want, sizeof(want), "%s/config.json: File exists", dir);
	ck_assert_str_eq(f.text, want);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(RUN(command_spec, "--bundle", "/nope"), 1);
	ck_assert_str_eq(f.text, "/nope: No such file or directory");
	ck_assert_int_eq(RUN(command_spec, "--nope"), 1);
	ck_assert_int_eq(RUN(command_spec, "more"), 1);
}
END_TEST

START_TEST(list_of_none)
{
	for (int gone = 0; gone < 2; gone++) {
		ck_assert_int_eq(RUN(command_list, "--format", "json"), 0);
		ck_assert_str_eq(text, "[]\n");
		ck_assert_int_eq(RUN(command_list, "-q"), 0);
		ck_assert_str_eq(text, "");
		ck_assert_int_eq(RUN(command_list), 0);
		ck_assert_int_eq(
			strncmp(text, "ID  PID  STATUS  BUNDLE  CREATED  OWNER", 39), 0);
		globals.root = "/nope";
	}
	ck_assert_str_eq(f.text, "");
	ck_assert_int_eq(RUN(command_list, "--format", "xml"), 1);
	ck_assert_int_eq(RUN(command_list, "more"), 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_commands");
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, features_are_claimed);
	tcase_add_test(t, features_ask_the_kernel);
	tcase_add_test(t, spec_is_a_good_config);
	tcase_add_test(t, spec_overwrites_nothing);
	tcase_add_test(t, list_of_none);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
