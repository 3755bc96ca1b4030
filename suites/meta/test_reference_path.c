/* Paths below a root that is not trusted: with openat2(2), and without it. */
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "reference_mounts.h"
#include "uapi/unistd.h"

#define OUT "/tmp/outside"

static int root = -1;

static void setup(void)
{
	private_tmp();
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(mkdir(OUT, 0755), 0);
	root = open(ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The loop of each test: a kernel that has openat2(2), none, and an old filter. */
static bool skipped(int i)
{
	if (not_root())
		return true;
	if (i > 0)
		without(SYS_openat2, i == 1 ? ENOSYS : EPERM);
	return false;
}

static void below(const char *path, bool dir, const char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), ROOTFS "/%s", path);
	if (dir)
		ck_assert_int_eq(mkdir(full, 0755), 0);
	else if (text)
		ck_assert_int_eq(symlink(text, full), 0);
	else
		put(full, path);
}

/* Closes it; is what it is of at a path? */
static void is_at(int fd, const char *path)
{
	char link[64], got[PATH_MAX] = { 0 };

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(-fd));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ck_assert_int_gt(readlink(link, got, sizeof(got) - 1), 0);
	ck_assert_str_eq(got, path);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	close(fd);
}

static bool empty(const char *path)
{
	return rmdir(path) == 0 && mkdir(path, 0755) == 0;
}

START_TEST(what_is_there_is_found)
{
	char text[16] = { 0 };
	int fd;

	if (skipped(_i))
		return;
	below("a", true, NULL);
	below("a/b", true, NULL);
	below("a/b/file", false, NULL);
	below("absolute", false, "/a/b");
	below("relative", false, "a/../a/./b/");
	below("climbing", false, "../../../../../a");
	below("chain", false, "climbing/../absolute/..");
	is_at(safe_open(root, "a/b/file", O_PATH), ROOTFS "/a/b/file");
	is_at(safe_open(root, "//a/./b//file", O_PATH), ROOTFS "/a/b/file");
	is_at(safe_open(root, "/", O_PATH), ROOTFS);
	is_at(safe_open(root, "../..", O_PATH), ROOTFS);
	is_at(safe_open(root, "/absolute/file", O_PATH), ROOTFS "/a/b/file");
	is_at(safe_open(root, "relative", O_PATH), ROOTFS "/a/b");
	is_at(safe_open(root, "climbing/b/", O_PATH), ROOTFS "/a/b");
	is_at(safe_open(root, "chain", O_PATH), ROOTFS "/a");
	is_at(safe_open(root, "chain", O_PATH | O_NOFOLLOW), ROOTFS "/chain");
	is_at(safe_open(root, "a/../../../absolute/", O_RDONLY | O_DIRECTORY),
		ROOTFS "/a/b");
	fd = safe_open(root, "absolute/file", O_RDONLY);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 8);
	ck_assert_str_eq(text, "a/b/file");
	is_at(fd, ROOTFS "/a/b/file");
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
	char name[300];

	if (skipped(_i))
		return;
	below("file", false, NULL);
	below("to-file", false, "/file");
	below("loop", false, "/loop/x");
	below("out", false, OUT);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(safe_open(root, "", O_PATH), -ENOENT);
	ck_assert_int_eq(safe_open(root, "none", O_PATH), -ENOENT);
	ck_assert_int_eq(safe_open(root, "none/..", O_PATH), -ENOENT);
	ck_assert_int_eq(safe_open(root, "file/", O_PATH), -ENOTDIR);
	ck_assert_int_eq(safe_open(root, "to-file/", O_PATH), -ENOTDIR);
	ck_assert_int_eq(safe_open(root, "file/..", O_PATH), -ENOTDIR);
	ck_assert_int_eq(safe_open(root, "file", O_PATH | O_DIRECTORY), -ENOTDIR);
	ck_assert_int_eq(safe_open(root, "loop", O_PATH), -ELOOP);
	ck_assert_int_eq(safe_open(root, "to-file", O_RDONLY | O_NOFOLLOW), -ELOOP);
	ck_assert_int_eq(safe_open(root, "out", O_PATH), -ENOENT);
	ck_assert_int_eq(safe_open(root, name, O_PATH), -ENAMETOOLONG);
	ck_assert_int_eq(safe_open(root, "x", O_WRONLY | O_CREAT), -EINVAL);
}
END_TEST

START_TEST(magic_links_lead_nowhere)
{
	if (skipped(_i))
		return;
	below("proc", true, NULL);
	ck_assert_int_eq(mount("proc", ROOTFS "/proc", "proc", 0, NULL), 0);
	int out = open(OUT, O_PATH | O_CLOEXEC);
	char path[64];
	snprintf(path, sizeof(path), "proc/self/fd/%d", out);
	ck_assert_int_lt(safe_open(root, path, O_PATH), 0);
	ck_assert_int_lt(safe_open(root, "proc/self/root/tmp", O_PATH), 0);
	ck_assert_int_lt(safe_open(root, "proc/self/cwd", O_PATH), 0);
	close(out);
	int fd = safe_open(root, "proc", O_PATH);
	ck_assert(safe_is_procfs(fd));
	close(fd);
	fd = safe_open(root, "proc/sys", O_PATH);
	ck_assert(!safe_is_procfs(fd));
	close(fd);
	ck_assert(!safe_is_procfs(root));
}
END_TEST

START_TEST(directories_are_made_inside)
{
	struct stat st;

	if (skipped(_i))
		return;
	umask(077);
	below("file", false, NULL);
	below("dangling", false, "/x/y");
	below("climbing", false, "../../../../../../../../tmp/outside/z");
	below("two", false, "one");
	below("one", false, "/made/../far");
	below("loop", false, "loop");
	is_at(safe_mkdirs(root, "/n/e/w", 0755), ROOTFS "/n/e/w");
	ck_assert_int_eq(stat(ROOTFS "/n/e", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	is_at(safe_mkdirs(root, "n/e/w/", 0700), ROOTFS "/n/e/w");
	is_at(safe_mkdirs(root, "dangling", 0755), ROOTFS "/x/y");
	is_at(safe_mkdirs(root, "climbing/w", 0755), ROOTFS "/tmp/outside/z/w");
	is_at(safe_mkdirs(root, "two/", 0700), ROOTFS "/far");
	ck_assert_int_eq(stat(ROOTFS "/far", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
	ck_assert_int_eq(safe_mkdirs(root, "file", 0755), -ENOTDIR);
	ck_assert_int_eq(safe_mkdirs(root, "file/x", 0755), -ENOTDIR);
	ck_assert_int_eq(safe_mkdirs(root, "loop/x", 0755), -ELOOP);
	is_at(safe_mkdirs(root, "/", 0755), ROOTFS);
	ck_assert_uint_eq(umask(022), 077);
	ck_assert(empty(OUT));
}
END_TEST

START_TEST(plain_ones_follow_no_link)
{
	if (skipped(_i))
		return;
	below("real", true, NULL);
	below("proc", false, "real");
	below("dangling", false, "/none");
	is_at(safe_mkdirs_plain(root, "real/new", 0755), ROOTFS "/real/new");
	is_at(safe_mkdirs_plain(root, "real/../sys", 0755), ROOTFS "/sys");
	ck_assert_int_eq(safe_mkdirs_plain(root, "proc", 0755), -ELOOP);
	ck_assert_int_eq(safe_mkdirs_plain(root, "proc/x", 0755), -ELOOP);
	ck_assert_int_eq(safe_mkdirs_plain(root, "dangling", 0755), -ELOOP);
	ck_assert(!is_there(ROOTFS "/none"));
}
END_TEST

START_TEST(files_are_made_inside)
{
	struct stat st;

	if (skipped(_i))
		return;
	below("dangling", false, OUT "/new");
	below("dir", true, NULL);
	below("old", false, NULL);
	ck_assert_int_eq(mkfifo(ROOTFS "/fifo", 0600), 0);
	is_at(safe_mkfile(root, "a/b/c"), ROOTFS "/a/b/c");
	ck_assert_int_eq(stat(ROOTFS "/a/b/c", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
	is_at(safe_mkfile(root, "dangling"), ROOTFS OUT "/new");
	is_at(safe_mkfile(root, "fifo"), ROOTFS "/fifo");
	is_at(safe_mkfile(root, "old"), ROOTFS "/old");
	ck_assert_int_eq(stat(ROOTFS "/old", &st), 0);
	ck_assert_int_eq(st.st_size, 3);
	ck_assert_int_eq(safe_mkfile(root, "dir"), -EISDIR);
	ck_assert_int_eq(safe_mkfile(root, "/"), -EISDIR);
	ck_assert_int_eq(safe_mkfile(root, "none/"), -EISDIR);
	ck_assert_int_eq(safe_mkfile(root, "old/x"), -ENOTDIR);
	ck_assert(empty(OUT));
}
END_TEST

START_TEST(parents_have_a_name_left)
{
	static const char *const none[] = { "", "/", "//", ".", "..", "/..", "a/.",
		"a/../" };
	char name[NAME_MAX + 1] = "untouched";

	if (skipped(_i))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		ck_assert_int_eq(safe_parent(root, none[i], 0755, name), -EINVAL);
	ck_assert_str_eq(name, "untouched");
	below("link", false, "/deep/down");
	is_at(safe_parent(root, "link/fuse", 0755, name), ROOTFS "/deep/down");
	ck_assert_str_eq(name, "fuse");
	is_at(safe_parent(root, "null//", 0755, name), ROOTFS);
	ck_assert_str_eq(name, "null");
	is_at(safe_parent(root, "/...", 0755, name), ROOTFS);
	ck_assert_str_eq(name, "...");
}
END_TEST

/* Runs something again and again beside us, until it is killed. */
static pid_t beside(void (*step)(void))
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			step();
	return pid;
}

static void ended(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void swap(void)
{
	renameat2(AT_FDCWD, ROOTFS "/a/dir", AT_FDCWD, ROOTFS "/a/link", RENAME_EXCHANGE);
}

START_TEST(a_directory_that_becomes_a_link_leads_nowhere)
{
	char path[64];

	if (skipped(_i))
		return;
	below("a", true, NULL);
	below("a/dir", true, NULL);
	below("a/link", false, "../../../../../../.." OUT);
	pid_t pid = beside(swap);
	for (int i = 0; i < 1500; i++) {
		snprintf(path, sizeof(path), "/a/dir/%d/x", i);
		int fd = i % 2 ? safe_mkfile(root, path) : safe_mkdirs(root, path, 0755);
		ck_assert(fd >= 0 || fd == -EAGAIN || fd == -ENOENT);
		cleanup_close(&fd);
	}
	ended(pid);
	ck_assert(empty(OUT));
}
END_TEST

static void move(void)
{
	rename(ROOTFS "/a/b", OUT "/b");
	rename(OUT "/b", ROOTFS "/a/b");
}

START_TEST(a_directory_that_is_moved_out_leads_nowhere)
{
	struct stat st, want;

	if (skipped(_i))
		return;
	below("a", true, NULL);
	below("a/b", true, NULL);
	below("a/b/c", true, NULL);
	below("canary", true, NULL);
	ck_assert_int_eq(mkdir("/tmp/canary", 0755), 0);
	ck_assert_int_eq(stat(ROOTFS "/canary", &want), 0);
	pid_t pid = beside(move);
	for (int i = 0; i < 3000; i++) {
		int fd = safe_open(root, "a/b/c/../../../canary", O_PATH);
		if (fd < 0)
			continue;
		ck_assert_int_eq(fstat(fd, &st), 0);
		ck_assert_uint_eq(st.st_ino, want.st_ino);
		close(fd);
	}
	ended(pid);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference path");
	TCase *t = tcase_create("path");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, what_is_there_is_found, 0, 3);
	tcase_add_loop_test(t, what_is_wrong_is_said, 0, 3);
	tcase_add_loop_test(t, magic_links_lead_nowhere, 0, 3);
	tcase_add_loop_test(t, directories_are_made_inside, 0, 3);
	tcase_add_loop_test(t, plain_ones_follow_no_link, 0, 3);
	tcase_add_loop_test(t, files_are_made_inside, 0, 3);
	tcase_add_loop_test(t, parents_have_a_name_left, 0, 3);
	tcase_add_loop_test(t, a_directory_that_becomes_a_link_leads_nowhere, 0, 2);
	tcase_add_loop_test(t, a_directory_that_is_moved_out_leads_nowhere, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
