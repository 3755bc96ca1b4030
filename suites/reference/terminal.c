/* A pseudoterminal for the container. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "bind.h"
#include "config.h"
#include "safe_path.h"
#include "terminal.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* Documentation/admin-guide/devices.txt: Unix98 slaves. */
#define SLAVE_MAJOR_FIRST 136
#define SLAVE_MAJOR_LAST  143

/* A name that is too long for the address is one of a descriptor instead. */
static int set_address(struct sockaddr_un *a, const char *path, int *ret_fd)
{
	*a = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) < sizeof(a->sun_path)) {
		memcpy(a->sun_path, path, strlen(path) + 1);
		return 0;
	}
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d", fd);
	*ret_fd = fd;
	return 0;
}

int terminal_connect(const char *path, struct failure *f)
{
	_cleanup_close_ int named = -1;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (fd < 0)
		return fail(f, errno, "--console-socket: socket");
	int r = set_address(&address, path, &named);
	if (r < 0)
		return fail(f, -r, "--console-socket: open(%s)", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(f, errno, "--console-socket: connect(%s)", path);
	return TAKE_FD(fd);
}

static bool on_devpts(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}

/* Only a devpts is looked into, and all that is in it is the kernel's: not even opening
 * what an image may have put there can do harm. */
static int open_master(int rootfs, struct failure *f)
{
	_cleanup_close_ int pts = safe_open(rootfs, "/dev/pts", O_PATH | O_DIRECTORY);

	if (pts < 0)
		return fail(f, -pts, "process.terminal: open(/dev/pts)");
	if (!on_devpts(pts))
		return fail(f, 0, "process.terminal: /dev/pts is not a devpts");
	_cleanup_close_ int at = openat(pts, "ptmx", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (at < 0)
		return fail(f, errno, "process.terminal: open(/dev/pts/ptmx)");
	if (!on_devpts(at))
		return fail(f, 0, "process.terminal: /dev/pts/ptmx is not of the devpts");
	int fd = openat(pts, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail(f, errno, "process.terminal: open(/dev/pts/ptmx)") : fd;
}

static int open_slave(int master, char *name, size_t size, struct failure *f)
{
	int unlock = 0;
	unsigned number;

	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail(f, errno, "process.terminal: TIOCSPTLCK");
	if (ioctl(master, TIOCGPTN, &number) < 0)
		return fail(f, errno, "process.terminal: TIOCGPTN");
	snprintf(name, size, "/dev/pts/%u", number);
	/* By its name it could be something else. */
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return slave < 0 ? fail(f, errno, "process.terminal: TIOCGPTPEER") : slave;
}

static int set_size(int master, const json_t *process, struct failure *f)
{
	long long rows = config_integer(process, "consoleSize.height", 0);
	long long columns = config_integer(process, "consoleSize.width", 0);
	struct winsize size = { .ws_row = rows, .ws_col = columns };

	if (size.ws_row != rows || size.ws_col != columns)
		return fail(f, ERANGE, "process.consoleSize");
	if (!rows && !columns)
		return 0;
	if (ioctl(master, TIOCSWINSZ, &size) < 0)
		return fail(f, errno, "process.consoleSize: TIOCSWINSZ");
	return 0;
}

int terminal_open(
	int rootfs, const json_t *process, struct terminal *ret, struct failure *f)
{
	struct terminal t = { -1, -1, "" };
	uid_t uid = config_integer(process, "user.uid", 0);

	_cleanup_close_ int master = open_master(rootfs, f);
	if (master < 0)
		return master;
	_cleanup_close_ int slave = open_slave(master, t.name, sizeof(t.name), f);
	if (slave < 0)
		return slave;
	/* Its group and mode are what the devpts was mounted with. */
	if (fchown(slave, uid, -1) < 0)
		return fail(f, errno, "process.user.uid: fchown(%s, %u)", t.name, uid);
	int r = set_size(master, process, f);
	if (r < 0)
		return r;
	t.master = TAKE_FD(master);
	t.slave = TAKE_FD(slave);
	*ret = t;
	return 0;
}

int terminal_send(int socket, const struct terminal *t, struct failure *f)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec name = { (char *)t->name, strlen(t->name) };
	struct msghdr m = { .msg_iov = &name,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	*c = (struct cmsghdr) { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &t->master, sizeof(int));
	do
		n = sendmsg(socket, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(f, errno, "--console-socket: sendmsg");
	if ((size_t)n != name.iov_len)
		return fail(f, 0, "--console-socket: only %zd bytes were taken", n);
	return 0;
}

static bool is_slave(int fd)
{
	struct stat st;

	return on_devpts(fd) && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
		major(st.st_rdev) >= SLAVE_MAJOR_FIRST &&
		major(st.st_rdev) <= SLAVE_MAJOR_LAST;
}

/* A link would choose what the terminal is put over. */
static int open_console(int rootfs, struct failure *f)
{
	_cleanup_close_ int at = safe_open(rootfs, "/dev/console", O_PATH | O_NOFOLLOW);
	struct stat st;

	if (at == -ENOENT) {
		_cleanup_close_ int made = safe_mkfile(rootfs, "/dev/console");
		if (made < 0)
			return fail(f, -made, "process.terminal: making /dev/console");
		at = safe_open(rootfs, "/dev/console", O_PATH | O_NOFOLLOW);
	}
	if (at < 0 || fstat(at, &st) < 0)
		return fail(
			f, at < 0 ? -at : errno, "process.terminal: open(/dev/console)");
	if (S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode))
		return fail(f, S_ISDIR(st.st_mode) ? EISDIR : ELOOP,
			"process.terminal: /dev/console of the root file system");
	return TAKE_FD(at);
}

int terminal_console(int rootfs, int proc, const struct terminal *t, struct failure *f)
{
	_cleanup_close_ int mnt = -1;

	if (!is_slave(t->slave))
		return fail(f, 0, "process.terminal: %s is not of a devpts", t->name);
	_cleanup_close_ int at = open_console(rootfs, f);
	if (at < 0)
		return at;
	int r = bind_over(proc, t->slave, at, false, &mnt);
	return r < 0
		? fail(f, -r, "process.terminal: binding %s onto /dev/console", t->name)
		: 0;
}

int terminal_take(int slave, struct failure *f)
{
	if (setsid() < 0 && getsid(0) != getpid())
		return fail(f, errno, "process.terminal: setsid");
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(f, errno, "process.terminal: TIOCSCTTY");
	for (int fd = 0; fd <= 2; fd++)
		/* Onto itself, dup2(2) leaves O_CLOEXEC as it is. */
		if (dup2(slave, fd) < 0 || fcntl(fd, F_SETFD, 0) < 0)
			return fail(f, errno, "process.terminal: dup2(%d)", fd);
	return 0;
}
