#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "make_options.h"
#include "uapi/close_range.h"

#define FDS_MAX 1024

bool make_option(struct make_options *o, int c)
{
	switch (c) {
	case 'b':
		o->bundle = optarg;
		return true;
	case 'p':
		o->pid_file = optarg;
		return true;
	case 'c':
		o->console_socket = optarg;
		return true;
	case 'n':
		return o->no_pivot = true;
	case 'k':
		return o->no_new_keyring = true;
	case 'f':
		return command_number(optarg, FDS_MAX, &o->preserve_fds) == 0;
	default:
		return false;
	}
}

void make_descriptors(struct make_options *o)
{
	const char *listen = getenv("LISTEN_FDS");
	int n = 0, last;

	if (listen && command_number(listen, FDS_MAX, &n) == 0)
		o->listen_fds = n;
	if (n > o->preserve_fds)
		o->preserve_fds = n;
	last = 2 + o->preserve_fds;
	if (sys_close_range(last + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	for (int fd = last + 1; fd < 65536; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 && errno == EBADF &&
			fd > last + 256)
			return;
}
