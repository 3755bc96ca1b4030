/* What the tests of process.h have in common. */
#ifndef PLIMSOLL_REFERENCE_PROCESS_TESTS_H
#define PLIMSOLL_REFERENCE_PROCESS_TESTS_H

#include <fcntl.h>
#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "process.h"
#include "process_parts.h"

/* Last: it makes a macro of fail(). */
#include <check.h>

static struct failure f;
static int proc = -1;

static inline json_t *parse(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	ck_assert_msg(json != NULL, "%s: %s", text, error.text);
	return json;
}

static inline void put(const char *path, const char *text, mode_t mode)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
}

/* A small root on a tmpfs, with a procfs for magic links. */
static inline void enter_root(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("t", "/tmp", "tmpfs", 0, "mode=755"), 0);
	ck_assert_int_eq(chdir("/tmp"), 0);
	ck_assert_int_eq(
		mkdir("etc", 0755) | mkdir("bin", 0755) | mkdir("proc", 0755), 0);
	ck_assert_int_eq(
		mkdir("users", 0700) | mkdir("roots", 0700) | mkdir("x", 0755), 0);
	ck_assert_int_eq(chown("users", 1000, 1000), 0);
	ck_assert_int_eq(mount("/proc", "proc", NULL, MS_BIND, NULL), 0);
	put("etc/passwd",
		"bad\n::::::\nroot:x:0:0::/root:/bin/sh\nuser:x:1000:1::/home/u:/x\n"
		"empty:x:7:7:::\n",
		0644);
	put("bin/run", "#!/x\n", 0755);
	put("bin/data", "", 0644);
	put("x/run", "", 0644);
	put("x/tool", "", 0755);
	ck_assert_int_eq(mkdir("bin/tool", 0755), 0);
	ck_assert_int_eq(symlink("/proc/self/exe", "bin/exe"), 0);
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(chroot("."), 0);
}

/* Sanitizers look at the rest at exit; they could not as another user. */
static inline void in_child(void (*body)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		puts("# SKIP: not root");
		return;
	}
	if ((pid = fork()) == 0) {
		body();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (status) /* what was wrong, Check has been told by the child */
		exit(1);
}

#endif
