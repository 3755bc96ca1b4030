/* linux.seccomp: what a filter does to system calls, seen from below it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/un.h>

#include "reference_process.h"
#include "seccomp_filter.h"

#define ERRNO_BUT(names)                                         \
	"\"defaultAction\": \"SCMP_ACT_ERRNO\","                 \
	"\"syscalls\": [{\"names\": [\"write\", \"exit_group\"," \
	"\"rt_sigreturn\" " names "], \"action\": \"SCMP_ACT_ALLOW\"}]"
#define ALLOW_BUT(rules) \
	"\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [" rules "]"
#define RULE(names, action, more) \
	"{\"names\": [" names "], \"action\": \"SCMP_ACT_" action "\"" more "}"
#define DUP3(arg) RULE("\"dup3\"", "ERRNO", ", \"errnoRet\": 77, \"args\": [" arg "]")
#define ARG(index, op, values) \
	"{\"index\": " #index ", \"op\": \"SCMP_CMP_" op "\", \"value\": " values "}"

/* A call below a filter: the errno of it. dup3() of what is not open is EBADF. */
static const struct {
	const char *filter;
	long nr, args[3];
	int err;
} calls[] = {
	{ ERRNO_BUT(""), SYS_getpid, { 0 }, EPERM },
	{ ERRNO_BUT(", \"getpid\""), SYS_getpid, { 0 }, 0 },
	{ ERRNO_BUT(", \"no_such_call\""), SYS_getpid, { 0 }, EPERM },
	{ ERRNO_BUT("") ", \"defaultErrnoRet\": 13", SYS_getpid, { 0 }, EACCES },
	/* Newer than the profile; older than it, but with a high number. */
	{ ERRNO_BUT(""), 1000, { 0 }, ENOSYS },
	{ ERRNO_BUT("") ", \"defaultErrnoRet\": 1", 1000, { 0 }, ENOSYS },
	{ ERRNO_BUT("") ", \"defaultErrnoRet\": 13", 1000, { 0 }, EACCES },
	{ ERRNO_BUT(", \"openat2\""), 436, { 0 }, EPERM },
	{ ERRNO_BUT(", \"openat2\""), 438, { 0 }, ENOSYS },
	{ ERRNO_BUT(", \"getpid\""), 423, { 0 }, EPERM },
#ifdef __x86_64__
	{ ERRNO_BUT(", \"getpid\"") ", \"architectures\": [\"SCMP_ARCH_X86_64\","
				    "\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]",
		1000, { 0 }, ENOSYS },
#endif
	{ ALLOW_BUT(""), 1000, { 0 }, ENOSYS },
	{ ALLOW_BUT(RULE("\"getpid\"", "ERRNO", "")), SYS_getpid, { 0 }, EPERM },
	{ ALLOW_BUT(RULE("\"getpid\"", "ERRNO", ", \"errnoRet\": 77")), SYS_getpid, { 0 },
		77 },
	{ ALLOW_BUT(RULE("\"getpid\"", "ALLOW", "")), SYS_getpid, { 0 }, 0 },
	{ ALLOW_BUT(RULE("\"getpid\"", "LOG", "")) ", \"flags\": []", SYS_getpid, { 0 },
		0 },
	{ ALLOW_BUT(
		  RULE("\"getpid\"", "ERRNO", "")) ", \"flags\": ["
						   "\"SECCOMP_FILTER_FLAG_TSYNC\","
						   "\"SECCOMP_FILTER_FLAG_LOG\","
						   "\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]",
		SYS_getpid, { 0 }, EPERM },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500"))), SYS_dup3, { 500, 501 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500"))), SYS_dup3, { 501, 502 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "NE", "500"))), SYS_dup3, { 500, 501 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "NE", "500"))), SYS_dup3, { 501, 502 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "LT", "500"))), SYS_dup3, { 499, 501 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "LT", "500"))), SYS_dup3, { 500, 501 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "LE", "500"))), SYS_dup3, { 500, 501 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "LE", "500"))), SYS_dup3, { 501, 502 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "GT", "500"))), SYS_dup3, { 501, 502 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "GT", "500"))), SYS_dup3, { 500, 501 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "GE", "500"))), SYS_dup3, { 500, 501 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "GE", "500"))), SYS_dup3, { 499, 501 }, EBADF },
	/* (fd & 240) == 80 */
	{ ALLOW_BUT(DUP3(ARG(0, "MASKED_EQ", "240, \"valueTwo\": 80"))), SYS_dup3,
		{ 0x353, 1 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "MASKED_EQ", "240, \"valueTwo\": 80"))), SYS_dup3,
		{ 0x363, 1 }, EBADF },
	/* Of different arguments all, of the same any. */
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500") "," ARG(1, "EQ", "7"))), SYS_dup3,
		{ 500, 7 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500") "," ARG(1, "EQ", "7"))), SYS_dup3,
		{ 500, 8 }, EBADF },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500") "," ARG(0, "EQ", "600"))), SYS_dup3,
		{ 600, 7 }, 77 },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "500") "," ARG(0, "EQ", "600"))), SYS_dup3,
		{ 700, 7 }, EBADF },
};

static int which;

static json_t *filter(const char *text)
{
	_cleanup_free_ char *whole = NULL;

	ck_assert_int_gt(asprintf(&whole, "{%s}", text), 0);
	return parse(whole);
}

static int load(const json_t *json, int *ret_listener)
{
	_cleanup_close_ int program = seccomp_filter_make(json, -1, &f);

	return program < 0 ? program
			   : seccomp_filter_load(json, program, ret_listener, &f);
}

/* No assertion below the filter: it might forbid what that does. */
static void call_filtered(void)
{
	int listener = -2;
	json_t *json = filter(calls[which].filter);
	const long *a = calls[which].args;

	int r = load(json, &listener);
	if (r < 0)
		ck_abort_msg("%s", f.text);
	int err = syscall(calls[which].nr, a[0], a[1], a[2]) < 0 ? errno : 0;
	if (err != calls[which].err)
		dprintf(1, "%s: errno %d\n", calls[which].filter, err);
	syscall(SYS_exit_group, err != calls[which].err || listener != -1);
}

START_TEST(call)
{
	which = _i;
	in_child(call_filtered);
}
END_TEST

static const char *const deadly[] = { "KILL", "KILL_THREAD", "KILL_PROCESS", "TRAP" };

static void call_deadly(void)
{
	char text[256];
	int status, listener;

	snprintf(text, sizeof(text), ALLOW_BUT(RULE("\"getpid\"", "%s", "")),
		deadly[which]);
	if (fork() == 0) {
		load(filter(text), &listener);
		syscall(SYS_getpid);
		_exit(0);
	}
	wait(&status);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), 31); /* SIGSYS */
}

START_TEST(killed)
{
	which = _i;
	in_child(call_deadly);
}
END_TEST

static const struct {
	const char *filter, *why;
} wrong[] = {
	{ "", "linux.seccomp.defaultAction: \"\" is no action" },
	{ "\"defaultAction\": \"ALLOW\"",
		"linux.seccomp.defaultAction: \"ALLOW\" is no action" },
	{ "\"defaultAction\": \"SCMP_ACT_NOTIFY\", \"listenerPath\": \"/x\"",
		"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY would stop the runtime "
		"itself" },
	{ "\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultErrnoRet\": 1",
		"linux.seccomp.defaultAction: SCMP_ACT_ALLOW takes no errno" },
	{ "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 4096",
		"linux.seccomp.defaultAction: SCMP_ACT_ERRNO: the errno is too great" },
	{ ALLOW_BUT(RULE("\"getpid\"", "NO", "")),
		"linux.seccomp.syscalls[0]: \"SCMP_ACT_NO\" is no action" },
	{ ALLOW_BUT(RULE("\"getpid\"", "KILL", ", \"errnoRet\": 1")),
		"linux.seccomp.syscalls[0]: SCMP_ACT_KILL takes no errno" },
	{ ALLOW_BUT(RULE("\"getpid\"", "ERRNO", ", \"errnoRet\": -1")),
		"linux.seccomp.syscalls[0]: SCMP_ACT_ERRNO: the errno is too great" },
	{ ALLOW_BUT(DUP3(ARG(6, "EQ", "0"))),
		"linux.seccomp.syscalls[0].args[0]: the index or the op is unknown" },
	{ ALLOW_BUT(DUP3(ARG(0, "EQ", "0") "," ARG(0, "IS", "0"))),
		"linux.seccomp.syscalls[0].args[1]: the index or the op is unknown" },
	{ ALLOW_BUT("") ", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X\"]",
		"linux.seccomp.architectures[1]: seccomp_arch_add(SCMP_ARCH_X): "
		"Invalid argument" },
	{ ALLOW_BUT("") ", \"flags\": [\"SECCOMP_FILTER_FLAG_X\"]",
		"linux.seccomp.flags[0]: \"SECCOMP_FILTER_FLAG_X\" is unknown" },
	{ ALLOW_BUT("") ", \"flags\": [\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]",
		"linux.seccomp.flags[0]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is for "
		"SCMP_ACT_NOTIFY" },
	{ ALLOW_BUT(RULE("\"getpid\"", "NOTIFY", "")),
		"linux.seccomp.listenerPath: is missing, but SCMP_ACT_NOTIFY is used" },
	{ ALLOW_BUT(RULE(
		  "\"getpid\", \"write\"", "NOTIFY", "")) ", \"listenerPath\": \"/x\"",
		"linux.seccomp.syscalls[0]: SCMP_ACT_NOTIFY must not be used for write" },
};

START_TEST(what_is_wrong_is_refused)
{
	json_t *json = filter(wrong[_i].filter);
	int listener = -2;

	ck_assert_int_lt(load(json, &listener), 0);
	ck_assert_str_eq(f.text, wrong[_i].why);
	ck_assert_int_eq(listener, -2);
	json_decref(json);
}
END_TEST

#define NOTIFY                                                             \
	ALLOW_BUT(RULE("\"sysinfo\"", "NOTIFY", ""))                       \
	", \"listenerPath\": \"/tmp/agent\", \"listenerMetadata\": \"m\"," \
	"\"flags\": [\"SECCOMP_FILTER_FLAG_TSYNC\"]"

static int agent_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/tmp/agent" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* One connection, one message, one descriptor, and then the end. */
static int agent_take(int socket, json_t **ret)
{
	char text[4096], space[CMSG_SPACE(2 * sizeof(int))];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space) };
	int listener, peer = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n = recvmsg(peer, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	ck_assert_int_gt(n, 0);
	ck_assert_uint_eq(c->cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(&listener, CMSG_DATA(c), sizeof(listener));
	*ret = json_loadb(text, n, 0, NULL);
	ck_assert_ptr_nonnull(*ret);
	ck_assert_int_eq(read(peer, text, sizeof(text)), 0);
	close(peer);
	return listener;
}

static void agent_answer(int listener, pid_t pid, int err)
{
	struct seccomp_notif n = { 0 };

	ck_assert_int_eq(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n), 0);
	ck_assert_int_eq(n.pid, pid);
	ck_assert_int_eq(n.data.nr, SYS_sysinfo);
	struct seccomp_notif_resp answer = { .id = n.id, .error = -err };
	ck_assert_int_eq(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer), 0);
}

static int hand_over(void *state, int fd, struct failure *why)
{
	json_t *json = filter(NOTIFY);

	return seccomp_filter_notify(json, state, fd, getpid(), why);
}

/* A container's process below the filter, by the whole of process_inside(). */
static void be_notified(json_t *state)
{
	char *const *env;
	struct sysinfo info;
	json_t *json = parse("{\"user\": {\"uid\": 1000, \"gid\": 1},"
			     "\"cwd\": \"/\", \"noNewPrivileges\": true}");
	struct process_inside p = { .process = json,
		.seccomp = filter(NOTIFY),
		.program = seccomp_filter_make(filter(NOTIFY), -1, &f),
		.proc = proc,
		.listener = hand_over,
		.ctx = state };

	if (process_inside(&p, &env, &f) < 0) {
		dprintf(1, "%s\n", f.text);
		_exit(1);
	}
	_exit(sysinfo(&info) == -1 && errno == 77 ? 0 : 2);
}

static void notified(void)
{
	int status;
	json_t *got, *state = parse("{\"ociVersion\": \"1.2.0\", \"id\": \"x\"}");

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("t", "/tmp", "tmpfs", 0, "mode=1777"), 0);
	proc = open("/proc", O_PATH | O_CLOEXEC);
	int socket = agent_socket();
	ck_assert_int_eq(chmod("/tmp/agent", 0777), 0);
	pid_t pid = fork();
	if (pid == 0)
		be_notified(state);
	int listener = agent_take(socket, &got);
	json_t *want = json_pack("{s:s, s:[s], s:i, s:s, s:O}", "ociVersion", "1.2.0",
		"fds", "seccompFd", "pid", pid, "metadata", "m", "state", state);
	ck_assert(json_equal(got, want));
	agent_answer(listener, pid, 77);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(a_listener_is_handed_over)
{
	in_child(notified);
}
END_TEST

START_TEST(an_agent_that_is_not_there)
{
	json_t *state = parse("{\"ociVersion\": \"1.2.0\"}");
	json_t *json = filter("\"listenerPath\": \"/none/agent\"");

	ck_assert_int_eq(seccomp_filter_notify(json, state, 0, 1, &f), -ENOENT);
	ck_assert_str_eq(f.text,
		"linux.seccomp.listenerPath: connect(/none/agent): "
		"No such file or directory");
	json_decref(state);
	json_decref(json);
}
END_TEST

static int filtered(const char *process, const char *text)
{
	char *const *env;
	struct process_inside p = {
		.process = parse(process), .seccomp = filter(text), .proc = proc
	};

	p.program = seccomp_filter_make(p.seccomp, -1, &f);

	return process_inside(&p, &env, &f);
}

#define PROCESS "{\"user\": {\"uid\": 1000, \"gid\": 1}, \"cwd\": \"/\""

/* Nothing but write and exit_group is allowed, and all is done nevertheless. */
static void filter_is_last(void)
{
	enter_root();
	int r = filtered(PROCESS ", \"noNewPrivileges\": true}", ERRNO_BUT(""));
	if (r < 0)
		dprintf(1, "%s\n", f.text);
	syscall(SYS_exit_group, r < 0 || syscall(SYS_getuid) != -1);
}

/* The program keeps the right to load one. */
static void filter_is_last_too(void)
{
	enter_root();
	int r = filtered(PROCESS
		", \"capabilities\": {\"permitted\": [\"CAP_SYS_ADMIN\"],"
		"\"effective\": [\"CAP_SYS_ADMIN\"]}}",
		ERRNO_BUT(""));
	if (r < 0)
		dprintf(1, "%s\n", f.text);
	syscall(SYS_exit_group, r < 0 || syscall(SYS_getuid) != -1);
}

static void filter_is_before_capset(void)
{
	enter_root();
	int r = filtered(PROCESS "}", ERRNO_BUT(", \"capset\""));
	if (r < 0)
		dprintf(1, "%s\n", f.text);
	syscall(SYS_exit_group, r < 0 || syscall(SYS_getuid) != -1);
}

/* process_outside() comes before. */
static void limits_are_in_force(void)
{
	int listener;
	struct rlimit none = { 0 };
	json_t *json = filter(ERRNO_BUT(""));

	int program = seccomp_filter_make(json, -1, &f);
	/* No assertion any more: Check writes files, too. */
	if (setrlimit(RLIMIT_FSIZE, &none) < 0)
		_exit(1);
	int r = seccomp_filter_load(json, program, &listener, &f);
	syscall(SYS_exit_group, r < 0);
}

static void nobody_takes_it(void)
{
	enter_root();
	ck_assert_int_eq(filtered(PROCESS "}", NOTIFY), -EINVAL);
	ck_assert_str_eq(f.text, "linux.seccomp: there is nobody to take the listener");
}

/* On kernels before 5.11 and 5.9: without close_range(2), the table is walked. */
static void no_close_range(void)
{
	int listener, fd = open("/dev/null", O_RDONLY);
	json_t *json =
		filter(ALLOW_BUT(RULE("\"close_range\"", "ERRNO", ", \"errnoRet\": 22")));

	proc = open("/proc", O_PATH);
	ck_assert_int_eq(dup2(fd, 900), 900);
	ck_assert_int_eq(load(json, &listener), 0);
	prctl(PR_SET_DUMPABLE, 0);
	ck_assert_int_eq(descriptors_seal(fd, proc, &f), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(900, F_GETFD), FD_CLOEXEC);
}

static void (*const bodies[])(void) = { filter_is_last, filter_is_last_too,
	filter_is_before_capset, limits_are_in_force, nobody_takes_it, no_close_range };

START_TEST(one)
{
	in_child(bodies[_i]);
}
END_TEST

START_TEST(names_are_known)
{
	const char *const *archs = seccomp_filter_archs();
	bool native = false;

	for (size_t i = 0; archs[i]; i++)
		native |= strcmp(archs[i], "SCMP_ARCH_X86_64") == 0 ||
			strcmp(archs[i], "SCMP_ARCH_AARCH64") == 0;
	ck_assert(native);
	ck_assert_str_eq(seccomp_filter_actions()[0], "SCMP_ACT_ALLOW");
	ck_assert_str_eq(seccomp_filter_operators()[5], "SCMP_CMP_MASKED_EQ");
	ck_assert_str_eq(seccomp_filter_flags()[0], "SECCOMP_FILTER_FLAG_LOG");
}
END_TEST

/* What is kept is taken again, for the very same profile; what is not sound is made anew. */
START_TEST(kept)
{
	static const char *const profiles[] = { "\"defaultAction\": \"SCMP_ACT_LOG\"",
		"\"defaultAction\": \"SCMP_ACT_ALLOW\"" };
	char root[] = "/tmp/plimsoll-test-XXXXXX", first[4096], again[4096], path[600];
	ssize_t size = 0;

	ck_assert_ptr_nonnull(mkdtemp(root));
	int dir = open(root, O_PATH | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/.@seccomp", root);
	for (int i = 0; i < 6; i++) {
		json_auto_t *profile = filter(profiles[i == 5]);
		int fd = seccomp_filter_make(profile, dir, &f);
		ck_assert_int_ge(fd, 0);
		ssize_t n = pread(fd, i ? again : first, sizeof(first), 0);
		size = i ? size : n;
		ck_assert_int_gt(n, 0);
		ck_assert_int_eq(n == size && !memcmp(first, again, n), i && i < 5);
		close(fd);
		DIR *kept_dir = opendir(path);
		for (struct dirent *e; (e = readdir(kept_dir));) {
			struct stat st;
			int file = openat(dirfd(kept_dir), e->d_name, O_RDWR | O_CLOEXEC);
			if (*e->d_name == '.' || fstat(file, &st) < 0)
				continue;
			if (i == 1) /* its last instruction is another */
				ck_assert_int_eq(
					pwrite(file, "xxxxxxxx", 8, st.st_size - 8), 8);
			if (i == 1) /* and it is anybody's */
				ck_assert_int_eq(fchmod(file, 0666), 0);
			if (i == 2) /* it ends early */
				ck_assert_int_eq(ftruncate(file, st.st_size - 3), 0);
			if (i == 3) /* it begins otherwise */
				ck_assert_int_eq(pwrite(file, "x", 1, 0), 1);
			if (i == 5)
				unlinkat(dirfd(kept_dir), e->d_name, 0);
			close(file);
		}
		closedir(kept_dir);
	}
	close(dir);
	rmdir(path);
	ck_assert_int_eq(rmdir(root), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_seccomp");
	TCase *t = tcase_create("seccomp");

	tcase_add_loop_test(t, call, 0, ARRAY_SIZE(calls));
	tcase_add_loop_test(t, killed, 0, ARRAY_SIZE(deadly));
	tcase_add_loop_test(t, what_is_wrong_is_refused, 0, ARRAY_SIZE(wrong));
	tcase_add_test(t, a_listener_is_handed_over);
	tcase_add_test(t, an_agent_that_is_not_there);
	tcase_add_loop_test(t, one, 0, ARRAY_SIZE(bodies));
	tcase_add_test(t, names_are_known);
	tcase_add_test(t, kept);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
