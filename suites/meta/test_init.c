/* What the host sees of a container's process: tests of suites/oci/init.c, as root. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "init.h"
#include "pool.h"

#define PROGRAM "/bin/cat" /* waits as long as its input is open */

static char dir[] = "/tmp/plimsoll-init-XXXXXX";

static bool is_root(void)
{
	if (geteuid() != 0)
		fprintf(stderr, "skipped: not root\n");
	return geteuid() == 0;
}

static void make_dir(void)
{
	memcpy(strchr(dir, '\0') - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void remove_dir(void)
{
	rmdir(dir);
}

/* A child that becomes what `begin` makes of it, and stays; ready when this returns. */
static pid_t child(void (*begin)(int in))
{
	int in[2], ready[2], parent = getpid();
	char byte;

	ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(ready, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		close(ready[0]);
		fcntl(ready[1], F_SETFD, FD_CLOEXEC);
		dup2(in[0], 0);
		begin(ready[1]);
		_exit(1);
	}
	close(ready[1]);
	/* Until it says so, or has become another program. */
	ck_assert_int_ge(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	close(in[0]);
	return pid;
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status), "the child ended by itself: %d", status);
}

static void run(int fd)
{
	char *argv[] = { (char *)PROGRAM, NULL }, *envp[] = { NULL };

	fexecve(fd, argv, envp);
}

static int copy(void)
{
	_cleanup_close_ int from = open(PROGRAM, O_RDONLY | O_CLOEXEC);
	int to = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, n) != n)
			return -1;
	return to;
}

static void run_named(int ready)
{
	run(open(PROGRAM, O_RDONLY | O_CLOEXEC));
}

static void run_nameless(int ready)
{
	run(copy());
}

static void run_sealed(int ready)
{
	int fd = copy();

	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
	run(fd);
}

/* A bind mount that is nobody's any more once the program is open, read-only or not. */
static void run_mounted(unsigned long flags)
{
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("/bin", dir, NULL, MS_BIND, NULL) < 0 ||
		mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0 ||
		chdir(dir) < 0)
		return;
	int fd = open("cat", O_RDONLY | O_CLOEXEC);
	if (chdir("/") == 0 && umount2(dir, MNT_DETACH) == 0)
		run(fd);
}

static void run_read_only(int ready)
{
	run_mounted(MS_RDONLY);
}

static void run_writable(int ready)
{
	run_mounted(0);
}

static const struct {
	void (*begin)(int ready);
	const char *says;
} programs[] = {
	{ run_named, "named" },
	{ run_nameless, "nameless" },
	{ run_sealed, "sealed" },
	{ run_read_only, "read-only" },
	{ run_writable, "named" },
};

START_TEST(program_is_told)
{
	if (!is_root())
		return;
	pid_t pid = child(programs[_i].begin);
	json_auto_t *got = init_exe(pid);
	end(pid);
	ck_assert_str_eq(json_string_value(got), programs[_i].says);
}
END_TEST

static void stay(int ready)
{
	if (write(ready, "", 1) == 1)
		pause();
}

static void hold_none(int ready)
{
	if (chroot(dir) == 0 && chdir("/") == 0 && open("/", O_PATH | O_DIRECTORY) >= 0)
		stay(ready);
}

static void hold_root(int ready)
{
	_cleanup_close_ int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dup2(fd, 100) == 100 && chroot(dir) == 0 && chdir("/") == 0) {
		close(TAKE_FD(fd));
		stay(ready);
	}
}

static void stand_outside(int ready)
{
	if (chdir("/proc") == 0 && chroot(dir) == 0)
		stay(ready);
}

/* Its own file system, mounted nowhere on the host, is no way out. */
static void hold_own(int ready)
{
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", dir, "tmpfs", 0, NULL) < 0)
		return;
	int fd = open(dir, O_PATH | O_DIRECTORY);
	if (fd >= 0 && umount2(dir, MNT_DETACH) == 0 && chroot(dir) == 0 &&
		chdir("/") == 0)
		stay(ready);
}

static const struct {
	void (*begin)(int ready);
	const char *says; /* the one way out; NULL: there is none */
} holders[] = {
	{ hold_none, NULL },
	{ hold_root, "fd/100: /" },
	{ stand_outside, "cwd: /proc" },
	{ hold_own, NULL },
};

START_TEST(ways_out_are_told)
{
	if (!is_root())
		return;
	pid_t pid = child(holders[_i].begin);
	json_auto_t *got = init_dirs(pid);
	end(pid);
	_cleanup_free_ char *text = json_dumps(got, JSON_ENCODE_ANY);
	const char *says = holders[_i].says;
	ck_assert_msg(json_array_size(got) == (says ? 1 : 0), "%s", text);
	if (says)
		ck_assert_str_eq(json_string_value(json_array_get(got, 0)), says);
}
END_TEST

START_TEST(nobody_is_not_seen)
{
	json_auto_t *exe = init_exe(0), *dirs = init_dirs(0);

	ck_assert_str_eq(json_string_value(exe), "ENOENT");
	ck_assert_str_eq(json_string_value(dirs), "cannot be seen");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("init");
	TCase *t = tcase_create("init");

	tcase_add_checked_fixture(t, make_dir, remove_dir);
	tcase_add_loop_test(t, program_is_told, 0, ARRAY_SIZE(programs));
	tcase_add_loop_test(t, ways_out_are_told, 0, ARRAY_SIZE(holders));
	tcase_add_test(t, nobody_is_not_seen);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
