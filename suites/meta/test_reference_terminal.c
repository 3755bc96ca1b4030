/* Terminals: whose they are, how they are handed over, that nothing gets lost. */
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <termios.h>

#include "reference_world.h"
#include "terminal.h"

#define PTS  ROOTFS "/dev/pts"
#define MUCH (1 << 20)

static struct terminal t;

static void pts_world(void)
{
	world();
	if (geteuid() != 0)
		return;
	must(mkdir(ROOTFS "/dev", 0755) == 0 && mkdir(PTS, 0755) == 0, "mkdir");
	must(mount("devpts", PTS, "devpts", MS_NOSUID | MS_NOEXEC,
		     "newinstance,ptmxmode=0666,mode=0620,gid=5") == 0,
		"devpts");
	in.rootfs = open(ROOTFS, O_PATH | O_CLOEXEC);
}

static int open_pair(const char *process)
{
	use(process);
	return terminal_open(in.rootfs, world_config.json, &t, &f);
}

START_TEST(opens)
{
	struct winsize size;
	struct stat st;

	if (!is_root(__func__))
		return;
	done(open_pair(
		"{'user': {'uid': 1234}, 'consoleSize': {'height': 12, 'width': 345}}"));
	ck_assert_str_eq(t.name, "/dev/pts/0");
	ck_assert_int_eq(fstat(t.slave, &st), 0);
	ck_assert(st.st_uid == 1234 && st.st_gid == 5 && (st.st_mode & 07777) == 0620);
	ck_assert_int_eq(major(st.st_rdev), 136);
	ck_assert_int_eq(ioctl(t.slave, TIOCGWINSZ, &size), 0);
	ck_assert(size.ws_row == 12 && size.ws_col == 345);
	ck_assert(fcntl(t.master, F_GETFD) & FD_CLOEXEC &&
		fcntl(t.slave, F_GETFD) & FD_CLOEXEC);
	done(open_pair("{'consoleSize': {'height': 0, 'width': 0}}"));
	ck_assert_str_eq(t.name, "/dev/pts/1");
	ck_assert_int_eq(ioctl(t.slave, TIOCGWINSZ, &size), 0);
	ck_assert(size.ws_row == 0 && size.ws_col == 0);
	refused(open_pair("{'consoleSize': {'height': 65536, 'width': 1}}"),
		"consoleSize");
}
END_TEST

START_TEST(opens_only_a_devpts)
{
	if (!is_root(__func__))
		return;
	umount2(PTS, MNT_DETACH);
	refused(open_pair("{}"), "/dev/pts");
	must(mknod(PTS "/ptmx", S_IFCHR | 0666, makedev(5, 2)) == 0, "mknod");
	refused(open_pair("{}"), "/dev/pts");
	must(unlink(PTS "/ptmx") == 0 && rmdir(PTS) == 0, "rmdir");
	refused(open_pair("{}"), "/dev/pts");
	must(symlink("/../../../dev/pts", PTS) == 0, "symlink"); /* the host's */
	int r = open_pair("{}");
	ck_assert_int_lt(r, 0);
}
END_TEST

static int receive(int socket, char *name, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { name, size };
	struct msghdr m = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	int fd = -1;

	must(n > 0 && CMSG_FIRSTHDR(&m), "recvmsg");
	name[n] = '\0';
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

static void send_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64];
	int number = -1;

	strcpy(a.sun_path, "/tmp/socket");
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(server, (struct sockaddr *)&a, sizeof(a)) == 0 &&
			listen(server, 1) == 0,
		"bind");
	must(rename("/tmp/socket", path) == 0, "rename");
	int client = terminal_connect(path, &f);
	done(client < 0 ? client : 0);
	int peer = accept(server, NULL, NULL);
	done(terminal_send(client, &t, &f));
	int master = receive(peer, name, sizeof(name) - 1);
	ck_assert_str_eq(name, t.name);
	ck_assert_int_eq(ioctl(master, TIOCGPTN, &number), 0);
	ck_assert_int_eq(number, 0);
	close(peer);
	refused(terminal_send(client, &t, &f), "--console-socket");
	close(server);
	refused(terminal_connect(path, &f), path);
}

START_TEST(sends)
{
	char path[200] = "/tmp/";

	if (!is_root(__func__))
		return;
	done(open_pair("{}"));
	send_to("/tmp/other");
	memset(path + 5, 'd', 150);
	must(mkdir(path, 0755) == 0, "mkdir");
	strcat(path, "/s");
	send_to(path);
	refused(terminal_connect("/tmp/missing", &f), "/tmp/missing");
}
END_TEST

START_TEST(binds_console)
{
	struct stat st;

	if (!is_root(__func__))
		return;
	done(open_pair("{}"));
	done(terminal_console(in.rootfs, in.proc, &t, &f));
	ck_assert_int_eq(stat(ROOTFS "/dev/console", &st), 0);
	ck_assert(S_ISCHR(st.st_mode) && st.st_rdev == makedev(136, 0));
	umount2(ROOTFS "/dev/console", MNT_DETACH);
	ck_assert_int_eq(unlink(ROOTFS "/dev/console"), 0);
	put(ROOTFS "/canary", "");
	must(symlink("/canary", ROOTFS "/dev/console") == 0, "symlink");
	refused(terminal_console(in.rootfs, in.proc, &t, &f), "/dev/console");
	ck_assert_str_eq(mount_line(ROOTFS "/canary"), "");
	must(unlink(ROOTFS "/dev/console") == 0, "unlink");
	t.slave = open("/dev/null", O_RDWR | O_CLOEXEC);
	refused(terminal_console(in.rootfs, in.proc, &t, &f), "devpts");
}
END_TEST

/* A relay in a process of its own: between a terminal of the caller's, whose master is
 * `keyboard`, and a program. What it puts out comes from `screen`. */
struct session {
	struct terminal caller;
	struct termios before;
	pid_t relay, program;
	int keyboard, screen;
};

static void start(struct session *s, void (*program)(void))
{
	int screen[2];
	struct winsize size = { .ws_row = 7, .ws_col = 8 };

	done(open_pair("{}"));
	s->caller = t;
	done(open_pair("{}"));
	s->keyboard = s->caller.master;
	must(tcgetattr(s->caller.slave, &s->before) == 0 && pipe2(screen, O_CLOEXEC) == 0,
		"tty");
	must(ioctl(s->keyboard, TIOCSWINSZ, &size) == 0, "TIOCSWINSZ");
	s->program = fork();
	if (s->program == 0) {
		close(t.master);
		close(screen[0]);
		close(screen[1]);
		if (terminal_take(t.slave, &f) < 0)
			_exit(1);
		program();
		_exit(0);
	}
	close(t.slave);
	int pidfd = syscall(SYS_pidfd_open, s->program, 0);
	must(pidfd >= 0, "pidfd_open");
	s->relay = fork();
	if (s->relay == 0) {
		if (terminal_take(s->caller.slave, &f) < 0 || dup2(screen[1], 1) < 0)
			_exit(2);
		close(s->keyboard);
		close(screen[0]);
		signal(SIGINT, SIG_DFL); /* Check has a handler */
		signal(SIGTERM, SIG_DFL);
		_exit(terminal_relay(t.master, pidfd, &f) < 0 ? 3 : 0);
	}
	close(screen[1]);
	close(t.master);
	s->screen = screen[0];
}

/* Waits for a line on the screen; "" at the end. */
static const char *screen_line(struct session *s)
{
	static char line[256];
	size_t n = 0;

	while (n < sizeof(line) - 1 && read(s->screen, line + n, 1) == 1)
		if (line[n++] == '\n')
			break;
	line[n] = '\0';
	return line;
}

static void finish(struct session *s, int want)
{
	struct termios after;
	int status;

	ck_assert_int_eq(waitpid(s->relay, &status, 0), s->relay);
	ck_assert_int_eq(status, want);
	ck_assert_int_eq(tcgetattr(s->caller.slave, &after), 0);
	ck_assert_int_eq(after.c_lflag, s->before.c_lflag);
	ck_assert_int_eq(after.c_oflag, s->before.c_oflag);
	kill(s->program, SIGKILL);
	waitpid(s->program, &status, 0);
}

static void print_much(void)
{
	static char much[MUCH];

	for (size_t i = 0; i < sizeof(much); i++)
		much[i] = 'a' + i % 23;
	for (size_t done_ = 0; done_ < sizeof(much);) {
		ssize_t n = write(1, much + done_, sizeof(much) - done_);
		if (n < 0)
			_exit(1);
		done_ += n;
	}
}

START_TEST(loses_nothing)
{
	static char got[MUCH + 1];
	size_t n = 0;
	ssize_t more;
	struct session s;

	if (!is_root(__func__))
		return;
	start(&s, print_much);
	while ((more = read(s.screen, got + n, sizeof(got) - n)) > 0)
		n += more;
	ck_assert_uint_eq(n, MUCH);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(got[i], 'a' + (int)(i % 23));
	finish(&s, 0);
}
END_TEST

/* The last words of many that end at once. */
static void print_last(void)
{
	if (write(1, "last words", 10) != 10)
		_exit(1);
}

START_TEST(hears_last_words)
{
	struct session s;

	if (!is_root(__func__))
		return;
	for (int i = 0; i < 50; i++) {
		start(&s, print_last);
		ck_assert_str_eq(screen_line(&s), "last words");
		finish(&s, 0);
		close(s.screen);
		close(s.caller.master);
		close(s.caller.slave);
	}
}
END_TEST

/* Without a slave that is open, reading fails; what opens it again is to be heard. */
static void reopen(void)
{
	char path[64];

	snprintf(path, sizeof(path), PTS "/%s", strrchr(t.name, '/') + 1);
	close(t.slave);
	for (int i = 0; i < 200; i++) {
		close(0);
		close(1);
		close(2);
		int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (fd < 0 || write(fd, "x", 1) != 1)
			_exit(1);
		close(fd);
		poll(NULL, 0, i % 20 ? 0 : 2); /* let it see that nobody is there */
	}
}

START_TEST(follows_reopening)
{
	struct session s;

	if (!is_root(__func__))
		return;
	start(&s, reopen);
	ck_assert_uint_eq(strlen(screen_line(&s)), 200);
	finish(&s, 0);
}
END_TEST

static void close_all(void)
{
	close(t.slave);
	close(0);
	close(1);
	close(2);
	poll(NULL, 0, 500);
}

START_TEST(waits_without_burning)
{
	struct rusage used;
	struct session s;
	int status;

	if (!is_root(__func__))
		return;
	start(&s, close_all);
	ck_assert_int_eq(wait4(s.relay, &status, 0, &used), s.relay);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(used.ru_utime.tv_sec + used.ru_stime.tv_sec, 0);
	ck_assert_int_lt(used.ru_utime.tv_usec + used.ru_stime.tv_usec, 50000);
	waitpid(s.program, &status, 0);
}
END_TEST

static void echo(void)
{
	struct winsize size;
	char line[64];

	printf("ready\n");
	while (fflush(stdout) == 0 && fgets(line, sizeof(line), stdin) && *line != 'q') {
		ioctl(0, TIOCGWINSZ, &size);
		printf("<%d %d %.*s>\n", size.ws_row, size.ws_col,
			(int)strcspn(line, "\n"), line);
	}
}

static void type(struct session *s, const char *keys)
{
	must(write(s->keyboard, keys, strlen(keys)) == (ssize_t)strlen(keys), "write");
}

START_TEST(carries_keys_and_size)
{
	struct winsize size = { .ws_row = 50, .ws_col = 60 };
	struct termios now;
	struct session s;

	if (!is_root(__func__))
		return;
	start(&s, echo);
	ck_assert_str_eq(screen_line(&s), "ready\r\n");
	ck_assert_int_eq(tcgetattr(s.caller.slave, &now), 0);
	ck_assert_int_eq(now.c_lflag & (ICANON | ECHO | ISIG), 0);
	type(&s, "one\r");
	ck_assert_str_eq(screen_line(&s), "one\r\n"); /* the program's terminal echoes */
	ck_assert_str_eq(screen_line(&s), "<7 8 one>\r\n");
	must(ioctl(s.keyboard, TIOCSWINSZ, &size) == 0, "TIOCSWINSZ");
	for (int i = 0; i < 1000; i++) { /* the signal and the keys are not in order */
		type(&s, "two\r");
		screen_line(&s);
		if (!strcmp(screen_line(&s), "<50 60 two>\r\n"))
			break;
		ck_assert_int_lt(i, 999);
	}
	type(&s, "q\r");
	finish(&s, 0);
}
END_TEST

START_TEST(gives_terminal_back_when_killed)
{
	struct session s;

	if (!is_root(__func__))
		return;
	start(&s, echo);
	ck_assert_str_eq(screen_line(&s), "ready\r\n");
	kill(s.relay, _i);
	finish(&s, _i);
}
END_TEST

START_TEST(goes_on_without_screen)
{
	struct session s;

	if (!is_root(__func__))
		return;
	start(&s, print_much);
	close(s.screen);
	finish(&s, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference terminal");
	TCase *c = tcase_create("terminal");

	tcase_add_checked_fixture(c, pts_world, NULL);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, opens);
	tcase_add_test(c, opens_only_a_devpts);
	tcase_add_test(c, sends);
	tcase_add_test(c, binds_console);
	tcase_add_test(c, loses_nothing);
	tcase_add_test(c, hears_last_words);
	tcase_add_test(c, follows_reopening);
	tcase_add_test(c, waits_without_burning);
	tcase_add_test(c, carries_keys_and_size);
	tcase_add_loop_test(c, gives_terminal_back_when_killed, SIGINT, SIGINT + 1);
	tcase_add_loop_test(c, gives_terminal_back_when_killed, SIGTERM, SIGTERM + 1);
	tcase_add_test(c, goes_on_without_screen);
	suite_add_tcase(s, c);
	return s;
}

#include "run_tests.h"
