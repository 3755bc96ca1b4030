/*
 * plimsoll as the init of a guest: it makes the machine fit to run in, runs one verb and
 * sends what that says to the host. The verb runs in a fork of this process, so that neither
 * its program nor its libraries have to stand in the root that the runtimes see.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>

#include "capture.h"
#include "guest.h"
#include "guest_setup.h"
#include "pool.h"
#include "printable.h"
#include "verb.h"

#define LOG_LEVEL_WARNING 4  /* syslog(2): 0 emergency to 4 warning */
#define LOG_LINES_MAX     20 /* of one record */

struct guest;

/* A stream of lines from the command. */
struct stream {
	int fd; /* -1 when it has ended */
	char *text;
	size_t len, room;
	void (*line)(struct guest *g, char *line, size_t len);
};

struct guest {
	json_t *job;
	int port; /* to the host */
	int kmsg;
	json_t *warnings; /* of the kernel, not yet told */
	pid_t command;
	int status; /* of the command, when `command` is 0 */
	struct stream out, err;
	unsigned long tainted; /* before the command */
};

bool guest_is_init(void)
{
	return getpid() == 1 && access(GUEST_JOB, R_OK) == 0;
}

static void write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

/* Takes the reference. */
static void send_json(const struct guest *g, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text) {
		write_all(g->port, text, strlen(text));
		write_all(g->port, "\n", 1);
	}
	free(text);
	json_decref(json);
}

static void send_text(const struct guest *g, const char *what, const char *text)
{
	_cleanup_free_ char *clean = printable(text, strlen(text));

	send_json(g, json_pack("{s:s, s:s*}", "guest", what, "text", clean));
}

static void send_file(void *ctx, const char *path, const char *text)
{
	_cleanup_free_ char *clean = printable(text, strlen(text));

	send_json(ctx,
		json_pack("{s:s, s:s, s:s*}", "guest", "file", "path", path, "text",
			clean));
}

static void __attribute__((noreturn)) go_off(const struct guest *g)
{
	if (g->port >= 0)
		tcdrain(g->port);
	reboot(RB_AUTOBOOT); /* the host's -no-reboot makes this the end */
	for (;;)
		pause();
}

static void __attribute__((noreturn))
fail(const struct guest *g, const struct guest_trouble *t)
{
	dprintf(STDERR_FILENO, "plimsoll: %s: %s\n", t->stage, t->detail);
	if (g->port >= 0)
		send_json(g,
			json_pack("{s:s, s:s, s:s}", "guest", "trouble", "stage",
				t->stage, "detail", t->detail));
	go_off(g);
}

static void __attribute__((noreturn, format(printf, 3, 4)))
fail_at(const struct guest *g, const char *stage, const char *fmt, ...)
{
	struct guest_trouble t;
	va_list ap;

	snprintf(t.stage, sizeof(t.stage), "%s", stage);
	va_start(ap, fmt);
	vsnprintf(t.detail, sizeof(t.detail), fmt, ap);
	va_end(ap);
	fail(g, &t);
}

/* Nothing else than our lines, and each byte as it is. */
static int open_port(const char *name)
{
	char path[64];
	struct termios tio;

	snprintf(path, sizeof(path), "/dev/%s", name);
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &tio) < 0) {
		if (fd >= 0)
			close(fd);
		return -errno;
	}
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tcsetattr(fd, TCSANOW, &tio);
	return fd;
}

static void open_console(void)
{
	static const char *const paths[] = { "/dev/null", "/dev/console",
		"/dev/console" };

	for (int i = 0; i < 3; i++) {
		int fd = open(paths[i], (i ? O_WRONLY : O_RDONLY) | O_NOCTTY);
		if (fd < 0 || fd == i)
			continue;
		dup2(fd, i);
		if (fd > 2)
			close(fd);
	}
}

static unsigned long taint(void)
{
	char text[32] = "";
	_cleanup_close_ int fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		return 0;
	return strtoul(text, NULL, 10);
}

/*
 * The text of a line of /dev/kmsg ("PRIORITY,SEQUENCE,TIME,FLAGS;TEXT"), if the kernel itself
 * said it as a warning or worse; else NULL.
 */
static char *kernel_warning(char *line)
{
	char *text = strchr(line, ';');
	unsigned long priority = strtoul(line, NULL, 10);

	if (!text || priority > LOG_LEVEL_WARNING)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text + 1;
}

/* Adds what the kernel has warned of since the last time to what is not yet told. */
static void hear_kernel(struct guest *g)
{
	char line[8192];
	ssize_t n;

	/* EPIPE: lines were overwritten before they were read; the next one is there. */
	while ((n = read(g->kmsg, line, sizeof(line) - 1)) > 0 ||
		(n < 0 && errno == EPIPE)) {
		line[n > 0 ? n : 0] = '\0';
		char *text = kernel_warning(line);
		if (!text)
			continue;
		_cleanup_free_ char *clean = printable(text, strlen(text));
		if (json_array_size(g->warnings) < LOG_LINES_MAX)
			json_array_append_new(g->warnings, json_string(clean));
	}
}

static void tell_warnings(struct guest *g)
{
	size_t i;
	json_t *text;

	hear_kernel(g);
	json_array_foreach(g->warnings, i, text)
		send_text(g, "log", json_string_value(text));
}

/*
 * A check that takes a while, so that what the kernel says meanwhile is about it. Probes are
 * many at a time, and told in another order than asked: what is said then is the guest's.
 */
static bool is_check(const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	const char *of = json_string_value(json_object_get(record, "of"));

	return type &&
		(!strcmp(type, "case") ||
			(!strcmp(type, "proof") && of && !strcmp(of, "case")));
}

/* A record: passed on as it is, or with what the kernel said while it was made. */
static void take_record(struct guest *g, char *line, size_t len)
{
	hear_kernel(g);
	json_t *record =
		json_array_size(g->warnings) ? json_loadb(line, len, 0, NULL) : NULL;

	if (is_check(record)) {
		json_object_set_new(record, "kernel_log", json_copy(g->warnings));
		json_array_clear(g->warnings);
		send_json(g, record);
		return;
	}
	json_decref(record);
	line[len] = '\n';
	write_all(g->port, line, len + 1);
}

static void take_saying(struct guest *g, char *line, size_t len)
{
	send_text(g, "says", line);
}

/* Hands on each whole line; at the end also one without its newline. */
static void cut_lines(struct guest *g, struct stream *s, bool end)
{
	char *from = s->text, *newline;

	while (s->len && (newline = memchr(from, '\n', s->len))) {
		*newline = '\0';
		s->line(g, from, newline - from);
		s->len -= newline + 1 - from;
		from = newline + 1;
	}
	if (s->len && end) {
		from[s->len] = '\0';
		s->line(g, from, s->len);
		s->len = 0;
	}
	if (s->len)
		memmove(s->text, from, s->len);
}

static void read_stream(struct guest *g, struct stream *s)
{
	if (s->room - s->len < 4096) {
		size_t room = s->room ? 2 * s->room : 65536;
		char *text = room <= GUEST_LINE_MAX ? realloc(s->text, room + 1) : NULL;
		if (!text)
			fail_at(g, "run", "a line of more than %zu bytes", s->len);
		s->text = text;
		s->room = room;
	}
	ssize_t n = read(s->fd, s->text + s->len, s->room - s->len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	s->len += n > 0 ? (size_t)n : 0;
	cut_lines(g, s, n <= 0);
	if (n <= 0)
		close(TAKE_FD(s->fd));
}

static void become_user(const json_t *job, int err)
{
	const json_t *uid = json_object_get(job, "uid"),
		     *gid = json_object_get(job, "gid");

	if (!uid)
		return;
	if (setgroups(0, NULL) < 0 || setgid(json_integer_value(gid)) < 0 ||
		setuid(json_integer_value(uid)) < 0) {
		dprintf(err, "cannot become uid %lld: %s\n",
			(long long)json_integer_value(uid), strerror(errno));
		_exit(EXIT_ERROR);
	}
}

static void __attribute__((noreturn)) run_command(const struct guest *g, int out, int err)
{
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	become_user(g->job, err);
	verb_become(json_object_get(g->job, "command"), out, err);
}

static void start_command(struct guest *g)
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		fail_at(g, "pipe", "%s", strerror(errno));
	g->command = fork();
	if (g->command == 0)
		run_command(g, out[1], err[1]);
	if (g->command < 0)
		fail_at(g, "fork", "%s", strerror(errno));
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	g->out = (struct stream) { .fd = out[0], .line = take_record };
	g->err = (struct stream) { .fd = err[0], .line = take_saying };
}

/* init is everybody's last parent. */
static void reap(struct guest *g)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != g->command)
			continue;
		g->command = 0;
		g->status =
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

static void drain(struct guest *g, struct stream *s)
{
	struct pollfd p = { s->fd, POLLIN, 0 };

	while (s->fd >= 0 && poll(&p, 1, 0) > 0) {
		read_stream(g, s);
		p.fd = s->fd;
	}
	cut_lines(g, s, true);
}

/* Until the command has ended: what a child of it may still hold open is not waited for. */
static void serve(struct guest *g, int children, int clock)
{
	struct pollfd fds[] = { { children, POLLIN, 0 }, { clock, POLLIN, 0 },
		{ g->out.fd, POLLIN, 0 }, { g->err.fd, POLLIN, 0 } };
	struct signalfd_siginfo info;
	uint64_t ticks;

	while (g->command) {
		fds[2].fd = g->out.fd;
		fds[3].fd = g->err.fd;
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			continue;
		if (fds[2].revents)
			read_stream(g, &g->out);
		if (fds[3].revents)
			read_stream(g, &g->err);
		if (fds[1].revents && read(clock, &ticks, sizeof(ticks)) > 0)
			send_json(g, json_pack("{s:s}", "guest", "beat"));
		if (fds[0].revents && read(children, &info, sizeof(info)) > 0)
			reap(g);
	}
	drain(g, &g->out);
	drain(g, &g->err);
}

static int beats(void)
{
	const struct itimerspec second = { { 1, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd >= 0)
		timerfd_settime(fd, 0, &second, NULL);
	return fd;
}

static void run(struct guest *g)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	int children = signalfd(-1, &child, SFD_CLOEXEC), clock = beats();
	if (children < 0 || clock < 0)
		fail_at(g, "signalfd", "%s", strerror(errno));
	g->tainted = taint();
	g->warnings = json_array();
	lseek(g->kmsg, 0, SEEK_END);
	start_command(g);
	serve(g, children, clock);
	kill(-1, SIGKILL);
	tell_warnings(g);
	send_json(g,
		json_pack("{s:s, s:i, s:I}", "guest", "end", "exit", g->status, "tainted",
			(json_int_t)(taint() & ~g->tainted)));
}

/* As a login would set it; the verbs and the runtimes look programs up in PATH. */
static void set_environment(void)
{
	clearenv();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
}

static void read_job(struct guest *g)
{
	json_error_t err;

	g->job = json_load_file(GUEST_JOB, 0, &err);
	if (!g->job)
		fail_at(g, "job", "%s: %s", GUEST_JOB, err.text);
	const char *port = json_string_value(json_object_get(g->job, "port"));
	int fd = open_port(port ? port : "");
	if (fd < 0)
		fail_at(g, "port", "no port to the host: /dev/%s: %s", port,
			strerror(-fd));
	g->port = fd;
}

static void load_modules(const struct guest *g)
{
	json_auto_t *bad = json_array();
	size_t i;
	json_t *text;

	guest_load_modules(g->job, bad);
	json_array_foreach(bad, i, text)
		send_text(g, "module", json_string_value(text));
}

void guest_main(void)
{
	struct guest g = { .port = -1, .kmsg = -1 };
	struct guest_trouble t;

	if (guest_first_mounts(&t) < 0)
		fail(&g, &t);
	open_console();
	read_job(&g);
	send_json(&g, json_pack("{s:s}", "guest", "up"));
	g.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	set_environment();
	load_modules(&g);
	if (guest_make_root(g.job, &t) < 0 || guest_set_sysctls(g.job, &t) < 0)
		fail(&g, &t);
	if (json_is_true(json_object_get(g.job, "capture")))
		capture_files(send_file, &g);
	run(&g);
	go_off(&g);
}
