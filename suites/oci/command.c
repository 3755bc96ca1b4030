#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "pool.h"

void trial_reap(struct trial *t)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (t->reaped_count < ARRAY_SIZE(t->reaped))
			t->reaped[t->reaped_count++] = (struct reaped) { pid, status };
}

bool trial_status(const struct trial *t, pid_t pid, int *ret_status)
{
	for (size_t i = t->reaped_count; i-- > 0;) {
		if (t->reaped[i].pid == pid) {
			*ret_status = t->reaped[i].status;
			return true;
		}
	}
	return false;
}

bool trial_wait(struct trial *t, int pidfd, bool (*done)(const struct trial *t), int ms)
{
	double until = now_ms() + ms;

	for (;;) {
		channel_read(&t->channel);
		if (done && done(t))
			return true;
		if (pidfd < 0 && t->channel.in < 0)
			return false;
		struct pollfd fds[2] = { { pidfd, POLLIN, 0 },
			{ t->channel.in, POLLIN, 0 } };
		double left = until - now_ms();
		if (left <= 0 || (poll(fds, 2, (int)left + 1) < 0 && errno != EINTR))
			return false;
		if (fds[0].revents) {
			channel_read(&t->channel);
			return !done || done(t);
		}
	}
}

/* A nameless file in the workspace: a flood ends where the tmpfs does. */
static int stream(const struct trial *t)
{
	return open(t->workspace, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static char *stream_text(int fd, bool *flooded)
{
	struct stat st = { 0 };
	char *text = calloc(1, COMMAND_OUTPUT_MAX + 1);

	fstat(fd, &st);
	if (text && pread(fd, text, COMMAND_OUTPUT_MAX, 0) < 0)
		*text = '\0';
	*flooded = *flooded || st.st_size > COMMAND_OUTPUT_MAX;
	return text;
}

/*
 * The runtime is to meet what it meets under any engine, however we were started: no signal
 * blocked or ignored, none of the messages that an init system meant for us; runtime_exec() sees
 * to the descriptors.
 */
static void clean_process(void)
{
	static const char *const ours[] = { "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID",
		"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC" };
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		unsetenv(ours[i]);
}

static void exec_command(
	const struct trial *t, const struct command *cmd, int out, int err)
{
	char bundle[128];
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	snprintf(bundle, sizeof(bundle), "%s/bundle", t->workspace);
	setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	clean_process();
	if (chdir(cmd->cwd ? cmd->cwd : bundle) < 0) {
		dprintf(2, "cannot enter %s: %s\n", cmd->cwd ? cmd->cwd : bundle,
			strerror(errno));
		_exit(127);
	}
	int r = runtime_exec(t->runtime, cmd->argv, cmd->open, cmd->fds);
	dprintf(2, "cannot run %s: %s\n", t->runtime->path, strerror(-r));
	_exit(127);
}

/* 0, or -errno if it could not be watched: that is not for the runtime to answer for. */
static int wait_command(struct trial *t, pid_t pid, struct command_result *r)
{
	_cleanup_close_ int pidfd = pidfd_of(pid);

	if (pidfd < 0 || !trial_wait(t, pidfd, NULL, t->deadline_ms)) {
		r->late = true;
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &r->status, 0) < 0 && errno == EINTR)
		;
	trial_reap(t);
	return pidfd < 0 ? pidfd : 0;
}

int command_run(struct trial *t, const struct command *cmd, struct command_result *ret)
{
	struct command_result r = { 0 };

	_cleanup_close_ int out = stream(t), err = stream(t);
	if (out < 0 || err < 0)
		return -errno;
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		exec_command(t, cmd,
			cmd->to_witness && t->channel.out >= 0 ? t->channel.out : out,
			err);
	setpgid(pid, pid);
	int waited = wait_command(t, pid, &r);
	if (waited < 0)
		return waited;
	r.out = stream_text(out, &r.flooded);
	r.err = stream_text(err, &r.flooded);
	*ret = r;
	return 0;
}

void command_release(struct command_result *r)
{
	free(r->out);
	free(r->err);
}

const char *command_exit(const struct command_result *r)
{
	static char text[32];

	if (r->late)
		return "timeout";
	if (WIFSIGNALED(r->status))
		snprintf(text, sizeof(text), "signal %s",
			sigabbrev_np(WTERMSIG(r->status)));
	else if (WEXITSTATUS(r->status))
		snprintf(text, sizeof(text), "exit %d", WEXITSTATUS(r->status));
	else
		return "ok";
	return text;
}

const char *last_line(const char *text)
{
	static char line[512];
	size_t end = strlen(text);

	while (end && strchr(" \t\r\n", text[end - 1]))
		end--;
	size_t begin = end;
	while (begin && text[begin - 1] != '\n')
		begin--;
	snprintf(line, sizeof(line), "%.*s", (int)(end - begin), text + begin);
	return line;
}
