#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"
#include "pool.h"
#include "record.h"
#include "uapi/sched.h"

ssize_t cgroup_read(int cgroup, const char *file, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(cgroup, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *(at += strspn(at, " ,;\n"));
		at += strcspn(at, " ,;\n"))
		if (strcspn(at, " ,;\n") == len && !strncmp(at, word, len))
			return true;
	return false;
}

bool cgroup_has(int cgroup, int pid)
{
	char procs[4096], word[16];

	snprintf(word, sizeof(word), "%d", pid);
	return cgroup_read(cgroup, "cgroup.procs", procs, sizeof(procs)) > 0 &&
		has_word(procs, word);
}

struct verdict cgroup_refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v;

	if (err != EOPNOTSUPP && err != EBUSY)
		return answer_refused(a, stage, err);
	v = err == EBUSY
		? answer_denied("cgroup",
			  "a cgroup2 that has processes may not hand controllers down to others "
			  "below it",
			  "move the processes to a cgroup of their own below it first, as an init "
			  "system does",
			  "%s: %s", stage, errno_name(err))
		: answer_denied("cgroup",
			  "this process's cgroup is threaded, and what is made below it can hold "
			  "no processes of its own",
			  "run in a cgroup whose cgroup.type reads \"domain\"", "%s: %s",
			  stage, errno_name(err));
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

/* What the process that is started does. */
static void __attribute__((noreturn)) run(int parent, int ping, int pong)
{
	char byte;

	die_with_parent(parent);
	while (read(ping, &byte, 1) == 1 && write(pong, &byte, 1) == 1)
		;
	_exit(0);
}

/* fork(2) if `args` is NULL. 0 or -errno. */
static int start(struct member *ret_member, struct clone3_args *args)
{
	int ping[2], pong[2], parent = getpid();

	if (pipe2(ping, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(pong, O_CLOEXEC) < 0) {
		int err = errno;
		close(ping[0]);
		close(ping[1]);
		return -err;
	}
	pid_t pid = args ? sys_clone3(args, sizeof(*args)) : fork();
	int err = errno;
	if (pid == 0) {
		close(ping[1]);
		close(pong[0]);
		run(parent, ping[0], pong[1]);
	}
	close(ping[0]);
	close(pong[1]);
	if (pid < 0) {
		close(ping[1]);
		close(pong[0]);
		return -err;
	}
	*ret_member = (struct member) { pid, ping[1], pong[0] };
	return 0;
}

int member_start(struct member *ret_member)
{
	return start(ret_member, NULL);
}

int member_clone(struct member *ret_member, uint64_t flags, int cgroup)
{
	struct clone3_args args = { .flags = flags,
		.exit_signal = SIGCHLD,
		.cgroup = flags & CLONE_INTO_CGROUP ? (uint64_t)cgroup : 0 };

	return start(ret_member, &args);
}

/* Did clone3(2) not even look at the cgroup: too old, or behind a filter? */
static bool without_clone3(int err)
{
	return err == ENOSYS || err == EPERM || err == EINVAL || err == E2BIG;
}

int member_start_in(struct member *ret_member, int cgroup)
{
	struct member m = { 0 };

	int r = member_clone(ret_member, CLONE_INTO_CGROUP, cgroup);
	if (!without_clone3(-r))
		return r;
	if ((r = member_start(&m)) < 0 || (r = member_move(&m, cgroup)) < 0) {
		member_end(&m);
		return r;
	}
	*ret_member = m;
	return 0;
}

int fork_into(int cgroup)
{
	struct clone3_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = cgroup
	};

	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid >= 0 || !without_clone3(errno))
		return pid < 0 ? -errno : pid;
	pid = fork();
	if (pid < 0)
		return -errno;
	int r = pid == 0 ? write_file(cgroup, "cgroup.procs", "0") : 0;
	if (r < 0)
		_exit(-r);
	return pid;
}

int member_move(const struct member *m, int cgroup)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", m->pid);
	return write_file(cgroup, "cgroup.procs", text);
}

void member_ping(const struct member *m)
{
	signal(SIGPIPE, SIG_IGN); /* it may be dead, which member_listen() says */
	if (write(m->ping, "", 1) < 0)
		return;
}

enum member_said member_listen(const struct member *m, int timeout_ms)
{
	struct pollfd p = { m->pong, POLLIN, 0 };
	char byte;

	if (poll(&p, 1, timeout_ms) <= 0)
		return MEMBER_SILENT;
	return read(m->pong, &byte, 1) == 1 ? MEMBER_ANSWERED : MEMBER_GONE;
}

bool member_answers(const struct member *m, int timeout_ms)
{
	member_ping(m);
	return member_listen(m, timeout_ms) == MEMBER_ANSWERED;
}

void member_end(struct member *m)
{
	if (m->pid <= 0)
		return;
	kill(m->pid, SIGKILL);
	waitpid(m->pid, NULL, 0);
	close(m->ping);
	close(m->pong);
	m->pid = 0;
}
