/* Finding runtimes and becoming one: tests of suites/oci/runtime.c. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fixtures.h"
#include "runtime.h"

static char why[512];

START_TEST(the_reference_has_names)
{
	static const struct {
		const char *given, *name;
	} names[] = { { "reference", "reference" }, { "ours=reference", "ours" },
		{ "reference=reference", "reference" } };
	struct runtime rt;

	int r = runtime_find(names[_i].given, &rt, why, sizeof(why));
	ck_assert_msg(r == 0, "%s", why);
	ck_assert(runtime_is_reference(&rt));
	ck_assert_str_eq(rt.name, names[_i].name);
	ck_assert_str_eq(rt.path, "plimsoll-runtime");
	ck_assert_uint_gt(strlen(rt.version), 0);
	runtime_release(&rt);
	ck_assert(!runtime_is_reference(&rt));
}
END_TEST

START_TEST(the_reference_is_sealed)
{
	struct runtime rt;
	char byte = 0;

	ck_assert_int_eq(runtime_find("reference", &rt, why, sizeof(why)), 0);
	int fd = rt.image;
	ck_assert_int_gt(fd, STDERR_FILENO);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	ck_assert_int_eq(fcntl(fd, F_GET_SEALS) & seals, seals);
	ck_assert_int_eq(pwrite(fd, &byte, 1, 0), -1);
	ck_assert_int_eq(ftruncate(fd, 1), -1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), (off_t)reference_size);
	ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
	ck_assert_int_eq((unsigned char)byte, reference_image[0]);
	runtime_release(&rt);
}
END_TEST

static const struct {
	const char *given, *says;
} no_runtimes[] = { { "./reference", "there is no runtime \"./reference\"" },
	{ "a=./reference", "there is no runtime \"./reference\"" },
	{ "/", "there is no runtime \"/\"" }, { "", "there is no runtime \"\"" },
	{ "reference=", "there is no runtime \"\"" },
	{ "/etc/passwd", "there is no runtime \"/etc/passwd\"" } };

START_TEST(what_is_none_is_refused)
{
	struct runtime rt = { .image = -7 };

	ck_assert_int_eq(chdir("/proc"), 0);
	ck_assert_int_eq(
		runtime_find(no_runtimes[_i].given, &rt, why, sizeof(why)), -ENOENT);
	ck_assert_msg(strstr(why, no_runtimes[_i].says) != NULL, "%s", why);
	ck_assert_int_eq(rt.image, -7);
}
END_TEST

START_TEST(a_program_has_a_path)
{
	struct runtime rt;

	ck_assert_msg(runtime_find("x=/bin/true", &rt, why, sizeof(why)) == 0, "%s", why);
	ck_assert(!runtime_is_reference(&rt));
	ck_assert_str_eq(rt.name, "x");
	ck_assert_int_eq(*rt.path, '/');
}
END_TEST

/* --- what a runtime finds open --- */

/* A program in memory, as the reference is, at the descriptor `at`; 0: wherever. */
static int in_memory(const char *path, int at)
{
	char data[4096];
	ssize_t n;
	int in = open(path, O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("program", MFD_CLOEXEC);

	ck_assert_int_ge(in, 0);
	ck_assert_int_ge(fd, 0);
	while ((n = read(in, data, sizeof(data))) > 0)
		ck_assert_int_eq(write(fd, data, n), n);
	close(in);
	if (!at || at == fd)
		return fd;
	ck_assert_int_eq(dup3(fd, at, O_CLOEXEC), at);
	close(fd);
	return at;
}

/* Becomes `ls /proc/self/fd` among descriptors that are not its own. */
static void become_ls(const struct runtime *rt, int fds, int out)
{
	static const char *const argv[] = { "ls", "/proc/self/fd", NULL };

	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < 40; fd++)
		if (fd != rt->image)
			dup2(STDERR_FILENO, fd);
	runtime_exec(rt, argv, NULL, fds);
	_exit(127);
}

static const struct {
	int at, fds; /* at -1: it has a path */
} execs[] = { { -1, 0 }, { -1, 3 }, { 0, 0 }, { 3, 0 }, { 3, 1 }, { 4, 1 }, { 5, 1 },
	{ 30, 16 }, { 7, 16 }, { 19, 16 } };

START_TEST(a_runtime_finds_what_it_is_to_find)
{
	struct runtime rt = { .path = "/bin/ls", .image = -1 };
	char said[512] = "", want[512] = "";
	int out[2], status;

	if (execs[_i].at >= 0)
		rt.image = in_memory("/bin/ls", execs[_i].at);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	if (rt.image == out[0] || rt.image == out[1])
		return;
	pid_t pid = fork();
	if (pid == 0)
		become_ls(&rt, execs[_i].fds, out[1]);
	close(out[1]);
	for (size_t len = 0; len < sizeof(said) - 1;) {
		ssize_t n = read(out[0], said + len, sizeof(said) - 1 - len);
		if (n <= 0)
			break;
		len += n;
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	/* The last is the directory that it lists; ls sorts them as texts. */
	for (int fd = 0; fd <= STDERR_FILENO + execs[_i].fds + 1; fd++) {
		char name[16];
		snprintf(name, sizeof(name), "%d\n", fd);
		strcat(want, name);
		ck_assert_msg(strstr(said, name) != NULL, "%d is missing: %s", fd, said);
	}
	ck_assert_uint_eq(strlen(said), strlen(want));
}
END_TEST

START_TEST(what_cannot_be_run_is_said)
{
	static const char *const argv[] = { "text", NULL };
	struct runtime rt = { .path = "/etc/passwd", .image = -1 };
	int status;

	pid_t pid = fork();
	if (pid == 0)
		_exit(-runtime_exec(&rt, argv, NULL, 0));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), EACCES);
	rt.image = in_memory("/etc/passwd", 0);
	pid = fork();
	if (pid == 0)
		_exit(-runtime_exec(&rt, argv, NULL, 0));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), ENOEXEC);
	runtime_release(&rt);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("runtime");
	TCase *find = tcase_create("find"), *exec = tcase_create("exec");

	tcase_add_loop_test(find, the_reference_has_names, 0, 3);
	tcase_add_test(find, the_reference_is_sealed);
	tcase_add_loop_test(find, what_is_none_is_refused, 0, ARRAY_SIZE(no_runtimes));
	tcase_add_test(find, a_program_has_a_path);
	suite_add_tcase(s, find);
	tcase_add_loop_test(
		exec, a_runtime_finds_what_it_is_to_find, 0, ARRAY_SIZE(execs));
	tcase_add_test(exec, what_cannot_be_run_is_said);
	suite_add_tcase(s, exec);
	return s;
}

#include "run_tests.h"
