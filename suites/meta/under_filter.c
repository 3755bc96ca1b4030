/*
 * Runs a command under a seccomp filter that answers one call with one errno, as a container
 * engine's profile does:
 *   under_filter CALL ERRNO COMMAND [ARG...]     under_filter mount_setattr EPERM true
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int errno_number(const char *name)
{
	for (int err = 1; err < 200; err++) {
		const char *known = strerrorname_np(err);
		if (known && !strcmp(known, name))
			return err;
	}
	return -1;
}

static int load(int nr, int err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return -ENOMEM;
	int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(err), nr, 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

int main(int argc, char **argv)
{
	int nr = argc > 3 ? seccomp_syscall_resolve_name(argv[1]) : -1;
	int err = argc > 3 ? errno_number(argv[2]) : -1;

	if (nr < 0 || err < 0) {
		fprintf(stderr, "usage: under_filter CALL ERRNO COMMAND [ARG...]\n");
		return 2;
	}
	int r = load(nr, err);
	if (r < 0) {
		fprintf(stderr, "under_filter: %s\n", strerror(-r));
		return 126;
	}
	execvp(argv[3], argv + 3);
	fprintf(stderr, "under_filter: %s: %s\n", argv[3], strerror(errno));
	return 127;
}
