/* The processes in the cgroups of a container, and the cgroups' end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroups_of_tests.h"

START_TEST(busy_and_frozen_ones_are_refused)
{
	struct cgroups again;

	if (!able())
		return;
	ck_assert_msg(create(NULL) == 0, "%s", f.text);
	ck_assert_msg(cgroups_join(&cg, start(), NULL, &f) == 0, "%s", f.text);
	ck_assert_int_eq(cgroups_plan(where, "x", false, &again, &f), 0);
	ck_assert_int_eq(cgroups_create(&again, NULL, &f), -EBUSY);
	ck_assert_ptr_nonnull(strstr(f.text, "linux.cgroupsPath"));
	cgroups_release(&again);
	end_child();
	ck_assert_msg(cgroups_freeze(&cg, true, &f) == 0, "%s", f.text);
	ck_assert_int_eq(cgroups_plan(where, "x", false, &again, &f), 0);
	ck_assert_int_eq(cgroups_create(&again, NULL, &f), -EBUSY);
	ck_assert_ptr_nonnull(strstr(f.text, "frozen"));
	cgroups_release(&again);
	/* Neither took anything away. */
	for (size_t i = 0; i < cg.count; i++)
		ck_assert(exists(i));
}
END_TEST

START_TEST(what_was_there_stays)
{
	struct cgroups outer;
	char below[80];

	if (!able())
		return;
	ck_assert_int_eq(create(NULL), 0);
	snprintf(below, sizeof(below), "%s/a/b", where);
	ck_assert_int_eq(cgroups_plan(below, "x", false, &outer, &f), 0);
	ck_assert_msg(cgroups_create(&outer, NULL, &f) == 0, "%s", f.text);
	ck_assert_uint_eq(outer.list[0].kept, strlen(where));
	ck_assert_msg(cgroups_destroy(&outer, &f) == 0, "%s", f.text);
	ck_assert_int_eq(cgroups_destroy(&outer, &f), 0);
	_cleanup_close_ int a = cgfs_open(&cg.list[0], "a");
	ck_assert_int_eq(a, -ENOENT);
	for (size_t i = 0; i < cg.count; i++)
		ck_assert(exists(i));
	cgroups_release(&outer);
	/* And one that was there altogether. */
	ck_assert_int_eq(cgroups_plan(where, "x", false, &outer, &f), 0);
	ck_assert_int_eq(cgroups_create(&outer, NULL, &f), 0);
	ck_assert_int_eq(cgroups_destroy(&outer, &f), 0);
	ck_assert(exists(0));
	cgroups_release(&outer);
}
END_TEST

START_TEST(frozen_and_thawed)
{
	if (!able())
		return;
	ck_assert_int_eq(create(NULL), 0);
	ck_assert_int_eq(cgroups_join(&cg, start(), NULL, &f), 0);
	ck_assert(!cgroups_frozen(&cg));
	ck_assert_msg(cgroups_freeze(&cg, true, &f) == 0, "%s", f.text);
	ck_assert(cgroups_frozen(&cg));
	/* Destroying thaws and kills. */
	ck_assert_msg(cgroups_destroy(&cg, &f) == 0, "%s", f.text);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	child = 0;
}
END_TEST

START_TEST(what_it_froze_itself_dies_too)
{
	if (!able())
		return;
	ck_assert_int_eq(create(NULL), 0);
	const struct hierarchy *h = cgroups_v1(&cg, "freezer") ?: cgroups_v2(&cg);
	_cleanup_close_ int dir = cgfs_open(h, NULL);
	ck_assert_int_eq(mkdirat(dir, "sub", 0755), 0);
	_cleanup_close_ int sub = cgfs_open(h, "sub");
	char self[16];
	snprintf(self, sizeof(self), "%d", start());
	ck_assert_int_eq(cgfs_write(sub, "cgroup.procs", self), 0);
	ck_assert_int_eq(is_v2(h) ? cgfs_write(sub, "cgroup.freeze", "1")
				  : cgfs_write(sub, "freezer.state", "FROZEN"),
		0);
	ck_assert_msg(cgroups_destroy(&cg, &f) == 0, "%s", f.text);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	child = 0;
}
END_TEST

/* A process that forks as fast as it can, in cgroups below each other. */
static void breed(void)
{
	for (;;) {
		if (fork() == 0)
			for (;;)
				pause();
		usleep(1000);
	}
}

START_TEST(all_are_killed_and_all_is_removed)
{
	_cleanup_free_ pid_t *pids = NULL;

	if (!able())
		return;
	ck_assert_msg(create("{\"pids\": {\"limit\": 100}}") == 0, "%s", f.text);
	for (size_t i = 0; i < cg.count; i++) {
		_cleanup_close_ int dir = cgfs_open(&cg.list[i], NULL);
		ck_assert_int_eq(mkdirat(dir, "one", 0755), 0);
		ck_assert_int_eq(mkdirat(dir, "one/two", 0755), 0);
		if (has_word(cg.list[i].controllers, "cpuset")) {
			_cleanup_close_ int one = cgfs_open(&cg.list[i], "one");
			cgfs_write(one, "cpuset.cpus", "0");
			cgfs_write(one, "cpuset.mems", "0");
		}
	}
	ck_assert_int_lt(cgroups_join(&cg, getpid(), "../x", &f), 0);
	ck_assert_int_lt(cgroups_join(&cg, getpid(), "none", &f), 0);
	int go[2];
	char byte;
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	pid_t first = fork();
	if (first == 0) {
		if (read(go[0], &byte, 1) == 1)
			breed();
		_exit(0);
	}
	child = first;
	ck_assert_msg(cgroups_join(&cg, first, "one", &f) == 0, "%s", f.text);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	ssize_t n;
	do {
		free(pids);
		n = cgroups_pids(&cg, &pids);
		ck_assert_int_ge(n, 1);
	} while (n < 10);
	ck_assert_msg(cgroups_kill(&cg, SIGCONT, &f) == 0, "%s", f.text);
	ck_assert_msg(cgroups_destroy(&cg, &f) == 0, "%s", f.text);
	for (size_t i = 0; i < cg.count; i++)
		ck_assert(!exists(i));
	waitpid(first, NULL, 0);
	child = 0;
	close(go[0]);
	close(go[1]);
}
END_TEST

START_TEST(we_do_not_kill_ourselves)
{
	if (!able())
		return;
	ck_assert_int_eq(create(NULL), 0);
	pid_t pid = fork();
	if (pid == 0) {
		cgroups_join(&cg, getpid(), NULL, &f);
		_exit(cgroups_kill(&cg, SIGKILL, &f) == -EDEADLK &&
					cgroups_freeze(&cg, true, &f) == -EDEADLK &&
					cgroups_destroy(&cg, &f) == -EDEADLK
				? 0
				: 1);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(delegated_files_change_hands)
{
	struct stat st;

	if (!able() || !cgroups_v2(&cg))
		return;
	ck_assert_int_eq(create(NULL), 0);
	ck_assert_msg(cgroups_delegate(&cg, 1234, 2345, &f) == 0, "%s", f.text);
	_cleanup_close_ int dir = cgroups_open(&cg);
	ck_assert_int_eq(fstat(dir, &st), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	ck_assert_int_eq(fstatat(dir, "cgroup.procs", &st, 0), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	ck_assert_uint_eq(st.st_gid, 2345);
	ck_assert_int_eq(fstatat(dir, "cgroup.max.depth", &st, 0), 0);
	ck_assert_uint_eq(st.st_uid, 0);
}
END_TEST

START_TEST(without_permission_only_without_limits)
{
	if (!able())
		return;
	pid_t pid = fork();
	if (pid == 0) {
		struct cgroups mine;
		json_auto_t *limit = json_loads("{\"pids\": {\"limit\": 5}}", 0, NULL);
		if (setresgid(65534, 65534, 65534) < 0 ||
			setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		if (cgroups_plan(NULL, where + 1, false, &mine, &f) < 0)
			_exit(3);
		if (cgroups_create(&mine, limit, &f) >= 0 ||
			!strstr(f.text, "linux.resources.pids.limit"))
			_exit(4);
		cgroups_release(&mine);
		if (cgroups_plan(NULL, where + 1, false, &mine, &f) < 0 ||
			cgroups_create(&mine, NULL, &f) < 0 || !mine.disabled)
			_exit(5);
		cgroups_release(&mine);
		if (cgroups_plan(where, "x", false, &mine, &f) < 0 ||
			cgroups_create(&mine, NULL, &f) >= 0 ||
			!strstr(f.text, "linux.cgroupsPath"))
			_exit(6);
		_exit(0);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "exit %d", WEXITSTATUS(status));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("processes of cgroups");
	TCase *tc = tcase_create("processes");

	add_fixtures(tc);
	tcase_add_test(tc, busy_and_frozen_ones_are_refused);
	tcase_add_test(tc, what_was_there_stays);
	tcase_add_test(tc, frozen_and_thawed);
	tcase_add_test(tc, what_it_froze_itself_dies_too);
	tcase_add_test(tc, all_are_killed_and_all_is_removed);
	tcase_add_test(tc, we_do_not_kill_ourselves);
	tcase_add_test(tc, delegated_files_change_hands);
	tcase_add_test(tc, without_permission_only_without_limits);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
