/* Between the caller's terminal and the container's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>

#include "terminal.h"

/* Not more than a pipe that polls as writable is sure to take (PIPE_BUF): a write must
 * not keep us from looking at the other side. */
#define CHUNK 4096

struct chunk {
	char data[CHUNK];
	size_t len, done;
};

struct relay {
	int master, pidfd, signals;
	int again;   /* epoll: a slave was opened again after the last had been closed */
	bool hung;   /* there is no slave; poll(2) would say so for ever */
	bool exited; /* the process has; what it wrote may be on its way still */
	bool out_gone, in_gone;
	int deadly; /* a signal that would have ended us */
	struct chunk in, out;
};

/* What has to be put back. */
struct caller {
	bool raw;
	struct termios termios;
	sigset_t mask;
	int master_flags;
};

enum { AT_INPUT, AT_OUTPUT, AT_MASTER, AT_PROCESS, AT_SIGNALS, AT_COUNT };

/* Signals that would end us: those for which the caller has no plan of its own. */
static void add_deadly(sigset_t *set, const sigset_t *blocked)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction now;

	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (!sigismember(blocked, ending[i]) &&
			sigaction(ending[i], NULL, &now) == 0 &&
			now.sa_handler == SIG_DFL)
			sigaddset(set, ending[i]);
}

static int take_signals(struct caller *c, struct failure *f)
{
	sigset_t ours;

	sigemptyset(&ours);
	if (sigprocmask(SIG_BLOCK, NULL, &c->mask) < 0)
		return fail(f, errno, "terminal: sigprocmask");
	add_deadly(&ours, &c->mask);
	sigaddset(&ours, SIGWINCH);
	sigaddset(&ours, SIGPIPE);
	int fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return fail(f, errno, "terminal: signalfd");
	sigprocmask(SIG_BLOCK, &ours, NULL);
	return fd;
}

static void make_raw(struct caller *c)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &c->termios) < 0)
		return; /* no terminal */
	raw = c->termios;
	cfmakeraw(&raw);
	c->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void copy_size(int master)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 &&
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	if (size.ws_row || size.ws_col)
		ioctl(master, TIOCSWINSZ, &size);
}

static void read_signals(struct relay *r)
{
	struct signalfd_siginfo s;

	while (read(r->signals, &s, sizeof(s)) == sizeof(s))
		if (s.ssi_signo == SIGWINCH)
			copy_size(r->master);
		else if (s.ssi_signo != SIGPIPE) /* write(2) says that, too */
			r->deadly = s.ssi_signo;
}

/* Puts the caller's things back; what came meanwhile is not left to kill it. */
static void give_back(struct relay *r, const struct caller *c)
{
	if (c->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &c->termios);
	fcntl(r->master, F_SETFL, c->master_flags);
	read_signals(r);
	sigprocmask(SIG_SETMASK, &c->mask, NULL);
}

static bool pending(const struct chunk *c)
{
	return c->done < c->len;
}

static bool wait_more(int err)
{
	return err == EAGAIN || err == EINTR;
}

static void read_input(struct relay *r)
{
	ssize_t n = read(STDIN_FILENO, r->in.data, sizeof(r->in.data));

	if (n > 0)
		r->in.len = n, r->in.done = 0;
	else if (n == 0 || !wait_more(errno))
		r->in_gone = true;
}

static void write_input(struct relay *r)
{
	struct chunk *c = &r->in;
	ssize_t n = write(r->master, c->data + c->done, c->len - c->done);

	if (n > 0)
		c->done += n;
	else if (n < 0 && !wait_more(errno))
		c->done = c->len; /* nobody will ever read it */
}

/*
 * Does the master have something? Reading, not poll(2), is what decides: it waits for
 * what is between the two ends. Without a slave it is EIO, once all has been read.
 */
static int read_output(struct relay *r, struct failure *f)
{
	ssize_t n = read(r->master, r->out.data, sizeof(r->out.data));
	bool later = n < 0 && errno == EAGAIN, none = n == 0 || (n < 0 && errno == EIO);

	if (n > 0) {
		r->out.len = n;
		r->out.done = 0;
		r->hung = false;
	} else if (none) {
		r->hung = true;
	} else if (!later && errno != EINTR) {
		return fail(f, errno, "terminal: read");
	}
	return (none || later) && r->exited; /* that was all */
}

static void write_output(struct relay *r)
{
	struct chunk *c = &r->out;
	ssize_t n = r->out_gone
		? (ssize_t)(c->len - c->done)
		: write(STDOUT_FILENO, c->data + c->done, c->len - c->done);

	if (n >= 0)
		c->done += n;
	else if (!wait_more(errno))
		r->out_gone = true; /* the process must not stand still for that */
}

static void ask(const struct relay *r, struct pollfd *p)
{
	bool in = !pending(&r->in) && !r->in_gone, out = pending(&r->out);
	short master = POLLIN | (pending(&r->in) ? POLLOUT : 0);

	p[AT_INPUT] = (struct pollfd) { in ? STDIN_FILENO : -1, POLLIN, 0 };
	p[AT_OUTPUT] = (struct pollfd) { out ? STDOUT_FILENO : -1, POLLOUT, 0 };
	p[AT_MASTER] = (struct pollfd) { r->hung ? r->again : r->master, master, 0 };
	if (out) /* there is no room for more, and POLLHUP cannot be left out */
		p[AT_MASTER].fd = -1;
	p[AT_PROCESS] = (struct pollfd) { r->exited ? -1 : r->pidfd, POLLIN, 0 };
	p[AT_SIGNALS] = (struct pollfd) { r->signals, POLLIN, 0 };
}

/* With edges: it tells of what is new only. */
static bool reopened(const struct relay *r)
{
	struct epoll_event e;

	return epoll_wait(r->again, &e, 1, 0) == 1;
}

/* 1: all is through. */
static int step(struct relay *r, struct failure *f)
{
	struct pollfd p[AT_COUNT];
	/* Once it has ended there is nothing to wait for but room for what it wrote. */
	bool drain = r->exited && !pending(&r->out);

	ask(r, p);
	if (poll(p, AT_COUNT, drain ? 0 : -1) < 0)
		return errno == EINTR ? 0 : fail(f, errno, "terminal: poll");
	if (p[AT_SIGNALS].revents)
		read_signals(r);
	if (p[AT_PROCESS].revents)
		r->exited = true;
	if (p[AT_INPUT].revents)
		read_input(r);
	if (pending(&r->in))
		write_input(r);
	if (p[AT_OUTPUT].revents)
		write_output(r);
	if (pending(&r->out) || (!drain && !p[AT_MASTER].revents))
		return 0;
	if (r->hung && !drain && !reopened(r))
		return 0;
	return read_output(r, f);
}

static int watch_reopening(int master, struct failure *f)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	_cleanup_close_ int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, master, &e) < 0)
		return fail(f, errno, "terminal: epoll");
	return TAKE_FD(fd);
}

static int run(struct relay *r, struct failure *f)
{
	int done = 0;

	copy_size(r->master);
	while (done == 0 && !r->deadly)
		done = step(r, f);
	return done < 0 ? done : 0;
}

int terminal_relay(int master, int pidfd, struct failure *f)
{
	_cleanup_close_ int again = watch_reopening(master, f);
	struct caller c = { .master_flags = fcntl(master, F_GETFL) };

	if (again < 0)
		return again;
	_cleanup_close_ int signals = take_signals(&c, f);
	if (signals < 0)
		return signals;
	struct relay r = {
		.master = master, .pidfd = pidfd, .signals = signals, .again = again
	};
	fcntl(master, F_SETFL, c.master_flags | O_NONBLOCK);
	make_raw(&c);
	int result = run(&r, f);
	give_back(&r, &c);
	if (!r.deadly)
		return result;
	raise(r.deadly);
	return fail(f, EINTR, "terminal: signal %d", r.deadly);
}
