#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "hooks.h"
#include "pool.h"
#include "uapi/close_range.h"

const char *const hooks_kinds[] = { "prestart", "createRuntime", "createContainer",
	"startContainer", "poststart", "poststop", NULL };

/* One hook, and what it leaves us. */
struct hook {
	char name[256]; /* hooks.poststart[0] (/path) */
	const char *path, *cwd;
	char **argv, **env;
	long long deadline_ms; /* of the monotonic clock; 0: none */
	int timeout;           /* seconds */
	int input;             /* the state */
	int said[2];           /* a pipe: its stdout and stderr */
	int error[2];          /* a pipe: the errno of an exec that failed */
	pid_t pid;
	int pidfd; /* -1: a kernel before 5.3 */
	int status;
	size_t length;
	char text[1400]; /* the beginning of what it said */
};

static void hook_release(struct hook *h)
{
	int fds[] = { h->input, h->said[0], h->said[1], h->error[0], h->error[1],
		h->pidfd };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		cleanup_close(&fds[i]);
	free(h->argv);
	free(h->env);
}

/* Borrows the strings of a list; `instead` stands for an empty one. */
static char **strings(const json_t *list, const char *instead)
{
	size_t count = json_array_size(list);
	char **at = calloc(count + 2, sizeof(*at));

	for (size_t i = 0; at && i < count; i++)
		at[i] = (char *)json_string_value(json_array_get(list, i));
	if (at && count == 0)
		at[0] = (char *)instead;
	return at;
}

/* A file that cannot be changed: a hook that goes on in the background may keep it. */
static int state_file(const json_t *state)
{
	_cleanup_close_ int fd = memfd_create("state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	_cleanup_free_ char *text = json_dumps(state, JSON_COMPACT);
	size_t length = text ? strlen(text) : 0;

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < length;) {
		ssize_t n = write(fd, text + done, length - done);
		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? n : 0;
	}
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		fcntl(fd, F_ADD_SEALS,
			F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -errno;
	return text ? TAKE_FD(fd) : -ENOMEM;
}

/* In the child: descriptors 0 to 2, and 3 for the errno of what fails from here on. */
static int set_descriptors(const struct hook *h)
{
	int from[] = { h->input, h->said[1], h->error[1] };

	for (size_t i = 0; i < ARRAY_SIZE(from); i++)
		if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 10)) < 0)
			return -errno;
	if (dup2(from[0], 0) < 0 || dup2(from[1], 1) < 0 || dup2(from[1], 2) < 0 ||
		dup3(from[2], 3, O_CLOEXEC) < 0)
		return -errno;
	close_above(3); /* ours are all O_CLOEXEC; our caller's need not be */
	return 0;
}

static void set_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s <= SIGRTMAX; s++)
		sigaction(s, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0 is a parent in another pid namespace: whether it is gone cannot be told. */
static bool is_orphan(pid_t parent)
{
	pid_t now = getppid();

	return now != parent && now != 0;
}

static _Noreturn void become(const struct hook *h, pid_t parent)
{
	int out = h->error[1], err;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (is_orphan(parent))
		_exit(127);
	err = -set_descriptors(h);
	if (err == 0) {
		out = 3;
		/* After pivot_root(2) there need not be one of that name. */
		if (!h->cwd || chdir(h->cwd) < 0)
			err = chdir("/") < 0 ? errno : 0;
	}
	if (err == 0) {
		set_signals();
		execve(h->path, h->argv, h->env);
		err = errno;
	}
	ssize_t n = write(out, &err, sizeof(err));
	_exit(n < 0 ? 126 : 127);
}

static int start(struct hook *h)
{
	pid_t self = getpid();

	if (pipe2(h->said, O_CLOEXEC) < 0 || pipe2(h->error, O_CLOEXEC) < 0 ||
		fcntl(h->said[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	h->pid = fork();
	if (h->pid < 0)
		return -errno;
	if (h->pid == 0)
		become(h, self);
	close(TAKE_FD(h->said[1]));
	close(TAKE_FD(h->error[1]));
	h->pidfd = pidfd_of(h->pid);
	return 0;
}

/* Takes what there is and keeps the beginning; false at the end. */
static bool listen_to(struct hook *h)
{
	char more[4096];
	ssize_t n = read(h->said[0], more, sizeof(more));

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	size_t room = sizeof(h->text) - 1 - h->length;
	size_t keep = (size_t)n < room ? (size_t)n : room;
	memcpy(h->text + h->length, more, keep);
	h->length += keep;
	return true;
}

/* It has written all that it will before it ended; what its children hold open stays. */
static void listen_to_the_rest(struct hook *h)
{
	for (int pages = 0; pages < 64 && listen_to(h); pages++)
		if (poll(&(struct pollfd) { h->said[0], POLLIN }, 1, 0) <= 0)
			break;
}

/* Milliseconds until we have to look again; -1: whenever there is something. */
static int wait_ms(const struct hook *h)
{
	long long left = h->deadline_ms ? h->deadline_ms - (long long)now_ms() : INT_MAX;

	if (left < 0)
		left = 0;
	if (h->pidfd < 0 && left > 20)
		return 20;
	if (!h->deadline_ms)
		return -1;
	return left < INT_MAX ? left : INT_MAX;
}

static int end_of(struct hook *h, int flags)
{
	pid_t got;

	while ((got = waitpid(h->pid, &h->status, flags)) < 0 && errno == EINTR)
		;
	return got < 0 ? -errno : got == h->pid;
}

/* 1: it has ended; 0: it is late; -errno. */
static int watch(struct hook *h)
{
	enum { SAID, ENDED };

	struct pollfd fds[] = {
		[SAID] = { h->said[0], POLLIN }, [ENDED] = { h->pidfd, POLLIN }
	};

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), wait_ms(h)) < 0 && errno != EINTR)
			return -errno;
		if (fds[SAID].revents && !listen_to(h))
			fds[SAID].fd = -1;
		if (fds[ENDED].revents || h->pidfd < 0) {
			int r = end_of(h, WNOHANG);
			if (r != 0)
				return r;
		}
		if (h->deadline_ms && (long long)now_ms() >= h->deadline_ms)
			return 0;
	}
}

static void kill_all(struct hook *h)
{
	/* Not yet in a group of its own: it has started nothing either. */
	if (kill(-h->pid, SIGKILL) < 0)
		kill(h->pid, SIGKILL);
	end_of(h, 0);
}

/* What it said, as the end of one line. */
static const char *last_words(struct hook *h)
{
	while (h->length > 0 && (unsigned char)h->text[h->length - 1] <= ' ')
		h->length--;
	h->text[h->length] = '\0';
	for (char *c = h->text; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
		else if (*c < ' ' || *c > '~')
			*c = '?';
	return h->text;
}

static int judge(struct hook *h, struct failure *f)
{
	const char *said = last_words(h), *colon = *said ? ": " : "";
	int err;

	/* Closed by exec or by its end, so there is nothing to wait for. */
	if (read(h->error[0], &err, sizeof(err)) == sizeof(err))
		return fail(f, err, "%s", h->name);
	if (WIFSIGNALED(h->status))
		return fail(f, 0, "%s: was killed by signal %d%s%s", h->name,
			WTERMSIG(h->status), colon, said);
	if (WEXITSTATUS(h->status) != 0)
		return fail(f, 0, "%s: exit status %d%s%s", h->name,
			WEXITSTATUS(h->status), colon, said);
	return 0;
}

static int run(struct hook *h, struct failure *f)
{
	int r = start(h);

	if (r < 0)
		return fail(f, -r, "%s: fork", h->name);
	r = watch(h);
	if (r > 0) {
		listen_to_the_rest(h);
		return judge(h, f);
	}
	kill_all(h);
	if (r < 0)
		return fail(f, -r, "%s: waitpid", h->name);
	listen_to_the_rest(h);
	const char *said = last_words(h);
	return fail(f, 0, "%s: did not end within %d s and was killed%s%s", h->name,
		h->timeout, *said ? ": " : "", said);
}

static int run_one(const json_t *hook, const char *kind, size_t index,
	const json_t *state, struct failure *f)
{
	_cleanup_(hook_release) struct hook h = {
		.path = config_string(hook, "path"),
		.cwd = config_string(state, "bundle"),
		.env = strings(json_object_get(hook, "env"), NULL),
		.timeout = config_integer(hook, "timeout", 0),
		.said = { -1, -1 },
		.error = { -1, -1 },
		.pidfd = -1,
		.input = -1,
	};

	snprintf(h.name, sizeof(h.name), "hooks.%s[%zu] (%.200s)", kind, index, h.path);
	h.argv = strings(json_object_get(hook, "args"), h.path);
	if (!h.argv || !h.env)
		return fail(f, ENOMEM, "%s", h.name);
	h.input = state_file(state);
	if (h.input < 0)
		return fail(f, -h.input, "%s: memfd_create", h.name);
	if (h.timeout)
		h.deadline_ms = (long long)now_ms() + h.timeout * 1000LL;
	return run(&h, f);
}

int hooks_run(const struct config *c, const char *kind, const json_t *state,
	enum hooks_failing failing, struct failure *f)
{
	const json_t *hooks = json_object_get(c->hooks, kind), *hook;
	struct failure first = { 0 };
	size_t i;

	json_array_foreach(hooks, i, hook) {
		struct failure now = { 0 };
		if (run_one(hook, kind, i, state, &now) == 0)
			continue;
		if (!first.err)
			first = now;
		if (failing == HOOKS_STOP)
			break;
	}
	if (!first.err)
		return 0;
	*f = first;
	return -first.err;
}
