#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "make_options.h"
#include "process_parts.h"

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

int make_descriptors(struct make_options *o, struct failure *f)
{
	const char *listen = getenv("LISTEN_FDS");
	int n = 0;

	if (listen && command_number(listen, FDS_MAX, &n) == 0)
		o->listen_fds = n;
	if (n > o->preserve_fds)
		o->preserve_fds = n;
	_cleanup_close_ int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail(f, errno, "open(/proc)");
	return descriptors_seal(3 + o->preserve_fds, proc, f);
}
