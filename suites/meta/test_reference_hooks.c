/* Hooks: what they are given, and what becomes of those that fail, hang or leave others. */
#include "hooks.h"

#include <check.h> /* behind it: it has a macro named fail */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static char dir[32];
static struct failure f;

static void setup(void)
{
	strcpy(dir, "/tmp/hooks-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	f = (struct failure) { 0 };
}

static void teardown(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/out", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/no", dir);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* {"path": "/bin/sh", "args": ["sh", "-c", SCRIPT]} */
static json_t *shell(const char *script)
{
	return json_pack(
		"{s:s, s:[s, s, s]}", "path", "/bin/sh", "args", "sh", "-c", script);
}

/* Takes the reference to the list. */
static int run_list(json_t *list, enum hooks_failing failing)
{
	json_auto_t *hooks = json_pack("{s:o}", "poststart", list);
	json_auto_t *state = json_pack(
		"{s:s, s:s, s:s}", "id", "one", "status", "running", "bundle", dir);
	struct config config = { .hooks = hooks };

	return hooks_run(&config, "poststart", state, failing, &f);
}

static int run_script(const char *script)
{
	return run_list(json_pack("[o]", shell(script)), HOOKS_STOP);
}

static const char *output(void)
{
	static char text[8192];
	char path[64];

	snprintf(path, sizeof(path), "%s/out", dir);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

START_TEST(none_is_fine)
{
	json_auto_t *state = json_object();
	struct config config = { 0 };

	ck_assert_int_eq(hooks_run(&config, "prestart", state, HOOKS_STOP, &f), 0);
	ck_assert_int_eq(run_list(json_array(), HOOKS_STOP), 0);
	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(hooks_kinds[i] == NULL, i == 6);
}
END_TEST

START_TEST(state_is_on_stdin)
{
	ck_assert_msg(
		run_script("cat > out; cat >> out; pwd -P >> out") == 0, "%s", f.text);
	char want[256];
	snprintf(want, sizeof(want),
		"{\"id\":\"one\",\"status\":\"running\",\"bundle\":\"%s\"}%s\n", dir,
		dir);
	ck_assert_str_eq(output(), want);
}
END_TEST

/* Two of them, of which the first leaves a reader: each has the state to itself. */
START_TEST(state_is_for_each)
{
	json_t *list = json_pack("[o, o]",
		shell("head -c 3 > /dev/null; echo > /dev/stdin"), shell("cat > out"));

	run_list(list, HOOKS_GO_ON);
	ck_assert_int_eq(strncmp(output(), "{\"id\":\"one\"", 11), 0);
}
END_TEST

START_TEST(arguments_and_environment_are_exact)
{
	static const char script[] = "tr '\\0' '\\n' < /proc/$$/cmdline > out;"
				     "tr '\\0' '\\n' < /proc/$$/environ >> out";
	json_t *list = json_pack("[{s:s, s:[s, s, s, s], s:[s, s]}]", "path", "/bin/sh",
		"args", "my shell", "-c", script, "", "env", "A=1 2",
		"PATH=/usr/bin:/bin");
	char want[512];

	setenv("LEAKED", "1", 1);
	ck_assert_msg(run_list(list, HOOKS_STOP) == 0, "%s", f.text);
	snprintf(want, sizeof(want), "my shell\n-c\n%s\n\nA=1 2\nPATH=/usr/bin:/bin\n",
		script);
	ck_assert_str_eq(output(), want);
	/* None given: none at all; and the path is its name. */
	list = json_pack("[{s:s}]", "path", "/bin/true");
	ck_assert_msg(run_list(list, HOOKS_STOP) == 0, "%s", f.text);
	ck_assert_msg(run_script("/usr/bin/tr '\\0' '\\n' < /proc/$$/environ > out") == 0,
		"%s", f.text);
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(nothing_else_is_handed_over)
{
	ck_assert_int_eq(dup2(2, 77), 77);
	signal(SIGPIPE, SIG_IGN);
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	/* A shell blocks signals itself now and then, and keeps its stdout as 10. */
	ck_assert_msg(
		run_script("for fd in /proc/$$/fd/*; do echo ${fd##*/}; done > out;"
			   "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] &&"
			   "echo leader >> out;"
			   "exec grep -E 'Sig(Blk|Ign)' /proc/self/status >> out") == 0,
		"%s", f.text);
	const char *end = strstr(output(), "leader");
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(
		end, "leader\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	ck_assert_int_eq(strncmp(output(), "0\n1\n10\n2\n", 9), 0);
	ck_assert_ptr_null(strstr(output(), "77\n"));
	close(77);
}
END_TEST

/* What fails, and what is said of it behind "hooks.poststart[0] (/bin/sh): ". */
static const struct {
	const char *script, *said;
	int timeout;
} failing[] = {
	{ "exit 7", "exit status 7" },
	{ "echo no good >&2; echo really; exit 1", "exit status 1: no good really" },
	{ "printf 'a\\033\\nb\\303\\251 \\n\\n' >&2; exit 1", "exit status 1: a? b??" },
	{ "kill -KILL $$", "was killed by signal 9" },
	{ "echo waiting; sleep 100", "did not end within 1 s and was killed: waiting",
		1 },
	{ "trap '' TERM; sleep 100 & wait", "did not end within 1 s and was killed", 1 },
	{ "sleep 100 & exit 3", "exit status 3" },
};

START_TEST(failure_is_told)
{
	json_t *hook = shell(failing[_i].script);
	char want[256];
	double began = seconds();

	if (failing[_i].timeout)
		json_object_set_new(hook, "timeout", json_integer(failing[_i].timeout));
	ck_assert_int_eq(run_list(json_pack("[o]", hook), HOOKS_STOP), -EINVAL);
	snprintf(
		want, sizeof(want), "hooks.poststart[0] (/bin/sh): %s", failing[_i].said);
	ck_assert_str_eq(f.text, want);
	ck_assert_msg(
		seconds() - began < failing[_i].timeout + 2, "%f", seconds() - began);
	ck_assert_msg(seconds() - began >= failing[_i].timeout, "%f", seconds() - began);
	/* The hook itself is not left as a zombie; it would be our child. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* A subreaper inherits what a hook leaves: of one that is late that is killed, too. */
START_TEST(a_late_group_is_killed)
{
	json_t *hook = shell("sleep 100 & sleep 100 & wait");
	int status, count = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	json_object_set_new(hook, "timeout", json_integer(1));
	ck_assert_int_lt(run_list(json_pack("[o]", hook), HOOKS_STOP), 0);
	while (waitpid(-1, &status, 0) > 0) {
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		count++;
	}
	ck_assert_int_eq(count, 2);
}
END_TEST

/* It holds stderr, and goes on. */
START_TEST(a_background_child_is_left_alone)
{
	double began = seconds();
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ck_assert_msg(run_script("sleep 100 & echo $! > out") == 0, "%s", f.text);
	ck_assert(seconds() - began < 2);
	pid_t pid = atoi(output());
	ck_assert_int_gt(pid, 1);
	ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}
END_TEST

START_TEST(much_is_said)
{
	ck_assert_int_lt(run_script("i=0; while [ $i -lt 20000 ]; do echo 0123456789;"
				    "i=$((i+1)); done >&2; exit 1"),
		0);
	size_t n = strlen(f.text);
	ck_assert_msg(n > 1000 && n < sizeof(f.text) - 1, "%zu", n);
	ck_assert_ptr_null(strchr(f.text, '\n'));
	ck_assert_ptr_nonnull(strstr(f.text, "exit status 1: 0123456789 0123456789"));
}
END_TEST

START_TEST(what_cannot_be_run_is_named)
{
	char path[64], want[256];

	ck_assert_int_eq(
		run_list(json_pack("[{s:s}]", "path", "/nope"), HOOKS_STOP), -ENOENT);
	ck_assert_str_eq(f.text, "hooks.poststart[0] (/nope): No such file or directory");
	snprintf(path, sizeof(path), "%s/no", dir);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, "exit 0", 6), 6);
	ck_assert_int_eq(
		run_list(json_pack("[{s:s}]", "path", path), HOOKS_STOP), -EACCES);
	ck_assert_int_eq(fchmod(fd, 0700), 0);
	close(fd);
	ck_assert_int_eq(
		run_list(json_pack("[{s:s}]", "path", path), HOOKS_STOP), -ENOEXEC);
	snprintf(want, sizeof(want), "hooks.poststart[0] (%s): Exec format error", path);
	ck_assert_str_eq(f.text, want);
}
END_TEST

START_TEST(order_and_going_on)
{
	for (int go_on = 0; go_on < 2; go_on++) {
		json_t *list = json_pack("[o, o, o, o]", shell("echo 0 > out"),
			shell("echo 1 >> out; exit 5"), shell("echo 2 >> out; exit 6"),
			shell("echo 3 >> out"));
		int r = run_list(list, go_on ? HOOKS_GO_ON : HOOKS_STOP);
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_str_eq(f.text, "hooks.poststart[1] (/bin/sh): exit status 5");
		ck_assert_str_eq(output(), go_on ? "0\n1\n2\n3\n" : "0\n1\n");
	}
}
END_TEST

/* A bundle that is not there (any more) is no reason; nor are closed standard streams. */
START_TEST(from_anywhere)
{
	json_auto_t *hooks = json_pack("{s:[o]}", "prestart",
		shell("[ \"$(pwd)\" = / ] && read -r line && echo"));
	json_auto_t *state = json_pack("{s:s}", "bundle", "/nope");
	struct config config = { .hooks = hooks };
	int kept = fcntl(2, F_DUPFD_CLOEXEC, 10);

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	int r = hooks_run(&config, "prestart", state, HOOKS_STOP, &f);
	dup2(kept, 1);
	dup2(kept, 2);
	/* read fails for want of a newline: it was there, and read. */
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_str_eq(f.text, "hooks.prestart[0] (/bin/sh): exit status 1");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_hooks");
	TCase *t = tcase_create("hooks");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, none_is_fine);
	tcase_add_test(t, state_is_on_stdin);
	tcase_add_test(t, state_is_for_each);
	tcase_add_test(t, arguments_and_environment_are_exact);
	tcase_add_test(t, nothing_else_is_handed_over);
	tcase_add_loop_test(t, failure_is_told, 0, ARRAY_SIZE(failing));
	tcase_add_test(t, a_late_group_is_killed);
	tcase_add_test(t, a_background_child_is_left_alone);
	tcase_add_test(t, much_is_said);
	tcase_add_test(t, what_cannot_be_run_is_named);
	tcase_add_test(t, order_and_going_on);
	tcase_add_test(t, from_anywhere);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
