/* config.json as a file: what is read of it, from where, and of what bytes. */
#include "config_text.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BEGINNING "{'ociVersion': '1.0.0', 'root': {'path': 'a'},\n"
static const struct {
	const char *text, *said;
} texts[] = {
	{ "", ":1: '[' or '{' expected near end of file" },
	{ "[]", "the whole must be an object" },
	{ BEGINNING "'a': 1,\n'a': 2}", ":3: duplicate object key near '\"a\"'" },
	{ BEGINNING "'a': 1} x", ":2: end of file expected near 'x'" },
	{ BEGINNING "'hostname': 'a\\u0000b'}",
		":2: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"a\\u0000b\"'" },
	{ BEGINNING "'hostname': 'a\nb'}", ":2: unexpected newline near '\"a'" },
	{ BEGINNING "'a': 18446744073709551616}",
		":2: too big integer near '18446744073709551616'" },
	{ BEGINNING "'a': -18446744073709551615}", ":2: too big negative integer" },
	{ BEGINNING "'hostname': 18446744073709551615}", "hostname: must be a string" },
	{ BEGINNING "'process': {'cwd': '/', 'args': ['a'],"
		    " 'oomScoreAdj': 9223372036854775808}}",
		"process.oomScoreAdj: must be an integer from -1000 to 1000" },
	{ BEGINNING "'a': [18446744073709551615, '18446744073709551615']}", NULL },
	{ BEGINNING "'a': 'caf\xe9'}", ":2: unable to decode byte 0xe9 near '\"caf'" },
};

START_TEST(line_is_named)
{
	int r = load(texts[_i].text);
	const char *said =
		strstr(f.text, ": ") && texts[_i].said && texts[_i].said[0] == ':'
		? strchr(f.text, ':')
		: f.text;

	ck_assert_int_eq(r < 0, texts[_i].said != NULL);
	if (texts[_i].said)
		ck_assert_str_eq(said, texts[_i].said);
	config_release(&config);
}
END_TEST

/* RLIM_INFINITY is above all that jansson knows. */
START_TEST(all_64_bits_are_kept)
{
	int r = load(BEGINNING "'process': {'cwd': '/', 'args': ['a\\\\', '\\\"'],\n"
			       "'rlimits': [{'type': 'RLIMIT_CORE', 'soft': "
			       "9223372036854775808,\n"
			       "'hard': 18446744073709551615}]}}");

	ck_assert_msg(r == 0, "%s", f.text);
	const json_t *limit = json_array_get(config_get(config.process, "rlimits"), 0);
	ck_assert_uint_eq((uint64_t)config_integer(limit, "hard", 0), UINT64_MAX);
	ck_assert_uint_eq((uint64_t)config_integer(limit, "soft", 0), 1ULL << 63);
	/* Written as read, it can be read again. */
	_cleanup_close_ int fd = memfd_create("copy", MFD_CLOEXEC);
	struct config copy = { 0 };
	char name[32];
	ck_assert_int_eq(config_write(&config, fd), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	r = config_load(AT_FDCWD, name, &copy, &f);
	ck_assert_msg(r == 0, "%s", f.text);
	ck_assert(json_equal(copy.json, config.json));
	config_release(&copy);
	config_release(&config);
}
END_TEST

START_TEST(paths_are_walked)
{
	ck_assert_int_eq(load_patched("{'hostname': '', 'process': {'oomScoreAdj': null,"
				      "'terminal': true}}"),
		0);
	ck_assert_str_eq(config_string(config.json, "process.cwd"), "/");
	ck_assert_str_eq(config_string(config.json, "ociVersion"), "1.0.2");
	ck_assert_ptr_null(config_string(config.json, "process.cwd.more"));
	ck_assert_ptr_null(config_string(config.json, "process.user.uid"));
	ck_assert_ptr_null(config_get(config.json, ""));
	ck_assert_ptr_null(config_get(NULL, "a"));
	ck_assert_int_eq(config_integer(config.json, "process.user.uid", 7), 0);
	ck_assert_int_eq(config_integer(config.process, "user.umask", 7), 7);
	ck_assert(config_true(config.json, "process.terminal"));
	ck_assert(!config_true(config.json, "root.readonly"));
	/* What is null or empty is gone, not only hidden. */
	ck_assert_ptr_null(json_object_get(config.process, "oomScoreAdj"));
	ck_assert_ptr_null(json_object_get(config.json, "hostname"));
	ck_assert_ptr_eq(config.os, json_object_get(config.json, "linux"));
	ck_assert(config_new_namespace(&config, "pid"));
	ck_assert(!config_new_namespace(&config, "network"));
	ck_assert(config_namespace(&config, "network") != NULL);
	ck_assert(!config_namespace(&config, "uts"));
	config_release(&config);
}
END_TEST

static char dir[] = "/tmp/config-test.XXXXXX";

static void in_dir(void)
{
	strcpy(dir, "/tmp/config-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void out_of_dir(void)
{
	unlink("config.json");
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(nothing_holds_us_up)
{
	ck_assert_int_eq(config_load(AT_FDCWD, "config.json", &config, &f), -ENOENT);
	ck_assert_str_eq(f.text, "config.json: No such file or directory");
	ck_assert_int_eq(config_load(AT_FDCWD, ".", &config, &f), -EISDIR);
	ck_assert_int_eq(config_load(AT_FDCWD, "/dev/zero", &config, &f), -EINVAL);
	ck_assert_str_eq(f.text, "/dev/zero: is not a regular file");
	ck_assert_int_eq(mkfifo("config.json", 0600), 0);
	ck_assert_int_eq(config_load(AT_FDCWD, "config.json", &config, &f), -EINVAL);
	ck_assert_str_eq(f.text, "config.json: is not a regular file");
	/* A pipe that nobody writes to is empty. */
	json_t *json = NULL;
	ck_assert_int_eq(config_load_process("config.json", &json, &f), -EINVAL);
	ck_assert_str_eq(f.text, "config.json:1: '[' or '{' expected near end of file");
	ck_assert_int_eq(unlink("config.json"), 0);
	_cleanup_close_ int fd =
		open("config.json", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_eq(ftruncate(fd, (off_t)1 << 40), 0);
	ck_assert_int_eq(config_load(AT_FDCWD, "config.json", &config, &f), -EFBIG);
	ck_assert_str_eq(f.text, "config.json: File too large");
	ck_assert_ptr_null(config.json);
}
END_TEST

static void feed(const char *text, int *ret_fd)
{
	_cleanup_free_ char *bytes = quoted(text);
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(50000);
		_exit(write(fds[1], bytes, strlen(bytes)) < 0);
	}
	close(fds[1]);
	*ret_fd = fds[0];
}

/* From the pipe of a shell's <(...), whose writer comes later. */
START_TEST(parts_are_read_by_themselves)
{
	json_t *json = NULL;
	char name[32];
	int fd;

	feed("{'args': ['sh'], 'cwd': '/', 'env': null, 'unknown': 5}", &fd);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ck_assert_msg(config_load_process(name, &json, &f) == 0, "%s", f.text);
	ck_assert_str_eq(config_string(json, "cwd"), "/");
	ck_assert_uint_eq(json_object_size(json), 3);
	json_decref(TAKE_PTR(json));
	close(fd);
	feed("{'args': ['sh'], 'cwd': 'a'}", &fd);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(config_load_process(name, &json, &f), -EINVAL);
	ck_assert_str_eq(strchr(f.text, ':'), ": process.cwd: must be an absolute path");
	ck_assert_ptr_null(json);
	close(fd);
	feed("{'memory': {'limit': 5}, 'cpu': {'shares': 18446744073709551615}}", &fd);
	ck_assert_int_eq(dup2(fd, 0), 0);
	close(fd);
	ck_assert_msg(config_load_resources("-", &json, &f) == 0, "%s", f.text);
	ck_assert_int_eq(config_integer(json, "memory.limit", 0), 5);
	json_decref(TAKE_PTR(json));
	feed("{'memory': {'limit': '5'}}", &fd);
	ck_assert_int_eq(dup2(fd, 0), 0);
	close(fd);
	ck_assert_int_eq(config_load_resources("-", &json, &f), -EINVAL);
	ck_assert_str_eq(f.text,
		"standard input: linux.resources.memory.limit: must be an integer from -1 to "
		"9223372036854775807");
	while (wait(NULL) > 0)
		;
}
END_TEST

/* Whatever stands in the file: an answer, and a sentence with a "no". */
START_TEST(no_bytes_are_too_odd)
{
	static const char odd[] = "\"{}[],:-+.eE0189\\u\n \0\xff\x80null";
	unsigned seed = 20240607;

	for (int i = 0; i < 2000; i++) {
		_cleanup_free_ char *text = quoted(base);
		size_t length = strlen(text);
		for (int k = rand_r(&seed) % 4; k >= 0; k--)
			text[rand_r(&seed) % length] = odd[rand_r(&seed) % sizeof(odd)];
		if (rand_r(&seed) % 8 == 0)
			length = rand_r(&seed) % length;
		int r = load_bytes(text, length);
		ck_assert_int_eq(r < 0, f.text[0] != '\0');
		ck_assert_int_eq(r < 0, config.json == NULL);
	}
	config_release(&config);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_config");
	TCase *t = tcase_create("config"), *files = tcase_create("files");

	tcase_add_loop_test(t, line_is_named, 0, ARRAY_SIZE(texts));
	tcase_add_test(t, all_64_bits_are_kept);
	tcase_add_test(t, paths_are_walked);
	tcase_add_test(t, parts_are_read_by_themselves);
	tcase_add_test(t, no_bytes_are_too_odd);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(files, in_dir, out_of_dir);
	tcase_add_test(files, nothing_holds_us_up);
	suite_add_tcase(s, files);
	return s;
}

#include "run_tests.h"
