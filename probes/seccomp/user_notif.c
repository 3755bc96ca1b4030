/*
 * Can one process answer another's system calls? (probes.md rows 131 and 132.) It is what
 * an OCI runtime's `listenerPath` and LXD's interception of system calls are made of.
 *
 * A real listener: this process sets a filter that hands getpgid(2) to a listener, and forks
 * a child that calls it twice. The first call is answered with a number that no process
 * group has, the second is let through (SECCOMP_USER_NOTIF_FLAG_CONTINUE) and must bring the
 * true one. The child reports what it got: so each answer is the other's control.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "pool.h"

#define MADE_UP 0x1badcafe /* above any pid (PID_MAX_LIMIT is 2^22) */

/* The kernel's structs may be larger than the header's: SECCOMP_GET_NOTIF_SIZES tells. */
union request {
	struct seccomp_notif notif;
	char room[1024];
};

union response {
	struct seccomp_notif_resp resp;
	char room[1024];
};

/* Returns the listener, or -1 and errno. */
static int listen_to_getpgid(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The child: two calls, and what came of them into the pipe. */
static void call_twice(int parent, int listener, int out)
{
	long got[2];

	close(listener);
	die_with_parent(parent);
	got[0] = syscall(SYS_getpgid, 0);
	got[1] = syscall(SYS_getpgid, 0);
	_exit(write(out, got, sizeof(got)) != sizeof(got));
}

/* Takes the next call of the child's: 0, or -1 with what was refused. */
static int take_call(const struct ask *a, int listener, int in, union request *req,
	struct verdict *ret_refused)
{
	struct pollfd fds[] = { { listener, POLLIN, 0 }, { in, POLLIN, 0 } };

	memset(req, 0, sizeof(*req));
	/* The other end of the pipe is the child's: it is heard too if it was not stopped. */
	if (poll(fds, ARRAY_SIZE(fds), -1) < 0 || fds[1].revents) {
		*ret_refused = answer_fail(
			"a call that the filter hands to the listener was not "
			"told there");
		return -1;
	}
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, req) == 0)
		return 0;
	*ret_refused = answer_refused(a, "ioctl(NOTIF_RECV)", errno);
	return -1;
}

static int answer_call(int listener, const union request *req, long value, unsigned flags)
{
	union response r = {
		.resp = { .id = req->notif.id, .val = value, .flags = flags }
	};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

static struct verdict judge(
	const struct ask *a, int listener, int in, pid_t pid, pid_t group)
{
	union request req;
	struct verdict v;
	long got[2] = { 0 };

	if (take_call(a, listener, in, &req, &v) < 0)
		return v;
	if (req.notif.data.nr != SYS_getpgid || req.notif.pid != (unsigned)pid)
		return answer_fail(
			"the listener was told another call, or another process's, than "
			"the child's getpgid");
	if (answer_call(listener, &req, MADE_UP, 0) < 0)
		return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
	if (take_call(a, listener, in, &req, &v) < 0)
		return v;
	bool cont = answer_call(listener, &req, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE) == 0;
	if (!cont && (errno != EINVAL || answer_call(listener, &req, 0, 0) < 0))
		return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
	if (read(in, got, sizeof(got)) != sizeof(got))
		return answer_error(
			"read", errno, "the child ended without saying what it got");
	if (got[0] != MADE_UP)
		return answer_fail(
			"the child's call gave %ld, where the listener had answered %d",
			got[0], MADE_UP);
	if (cont && got[1] != group)
		return answer_fail(
			"the call was let through (CONTINUE), but gave %ld", got[1]);
	return answer_pass(
		"a child's call got the made-up value that the listener answered%s",
		cont ? ", and the true one when it was let through (CONTINUE)"
		     : "; SECCOMP_USER_NOTIF_FLAG_CONTINUE is not there");
}

static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v = answer_refused(a, "seccomp(NEW_LISTENER)", err);

	if (err != EBUSY)
		return v;
	v.outcome = OUTCOME_DENIED;
	v.fault = FAULT_POLICY;
	VERDICT_TEXT(v.cause,
		"a seccomp filter that was set before has a listener, and a process "
		"can have only one");
	VERDICT_TEXT(v.remedy,
		"ask outside of what intercepts system calls here: an LXD or Incus "
		"container with security.syscalls.intercept.*, a runtime's "
		"listenerPath");
	return v;
}

static struct verdict ask(const struct ask *a)
{
	struct seccomp_notif_sizes sizes;
	int fds[2], parent = getpid();
	pid_t group = getpgrp(); /* later it would be our own listener's to answer */

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return answer_refused(a, "seccomp(GET_NOTIF_SIZES)", errno);
	if (sizes.seccomp_notif > sizeof(union request) ||
		sizes.seccomp_notif_resp > sizeof(union response))
		return answer_error("seccomp(GET_NOTIF_SIZES)", 0,
			"the kernel's structs are larger "
			"than we have room for");
	_cleanup_close_ int listener = listen_to_getpgid();
	if (listener < 0)
		return refused(a, errno);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "no pipe for a child");
	pid_t pid = fork();
	if (pid == 0)
		call_twice(parent, listener, fds[1]);
	int err = errno;
	close(fds[1]);
	_cleanup_close_ int in = fds[0];
	if (pid < 0)
		return answer_refused(a, "fork", err);
	struct verdict v = judge(a, listener, in, pid, group);
	kill(pid, SIGKILL); /* it may still wait for an answer */
	waitpid(pid, NULL, 0);
	return v;
}

const struct probe probe_seccomp_user_notif = {
	.about = "a supervisor can answer another process's system calls",
	.man = "seccomp_unotify(2)",
	.since = "5.0",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
