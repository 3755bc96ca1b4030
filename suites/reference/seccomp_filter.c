#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>

#include "seccomp_parts.h"

#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH /* 5.7 */
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static int seccomp_call(unsigned flags, void *program)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

bool seccomp_filter_notifies(const json_t *seccomp)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(seccomp, "syscalls"), i, entry) {
		const char *action = json_string_value(json_object_get(entry, "action"));

		if (action && strcmp(action, "SCMP_ACT_NOTIFY") == 0)
			return true;
	}
	return false;
}

/* The kernel looks at the flags before the program: EFAULT says that it knows them. */
static bool flag_known(unsigned flags)
{
	return seccomp_call(flags, NULL) < 0 && errno == EFAULT;
}

static int read_flags(const json_t *list, bool notifies, unsigned *ret, struct failure *f)
{
	unsigned listener = notifies ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	const json_t *name;
	size_t i;

	*ret = listener;
	json_array_foreach(list, i, name) {
		const char *text = json_string_value(name);
		unsigned flag;

		if (seccomp_flag_of(text, &flag) < 0)
			return fail(f, 0, "linux.seccomp.flags[%zu]: \"%s\" is unknown",
				i, text);
		if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !notifies)
			return fail(f, 0,
				"linux.seccomp.flags[%zu]: %s is for SCMP_ACT_NOTIFY", i,
				text);
		/* The listener is what the call returns, so it cannot return a thread. */
		if (flag == SECCOMP_FILTER_FLAG_TSYNC && notifies)
			flag |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
		if (!flag_known(flag | listener))
			return fail(f, errno, "linux.seccomp.flags[%zu]: seccomp(%s)", i,
				text);
		*ret |= flag;
	}
	return 0;
}

static int check_listener(const json_t *seccomp, struct failure *f)
{
	const char *path = json_string_value(json_object_get(seccomp, "listenerPath"));

	if (!path || !*path)
		return fail(f, 0,
			"linux.seccomp.listenerPath: is missing, but SCMP_ACT_NOTIFY "
			"is used");
	return 0;
}

int seccomp_filter_load(
	const json_t *seccomp, int made, int *ret_listener, struct failure *f)
{
	bool notifies = seccomp_filter_notifies(seccomp);
	struct seccomp_program program = { .count = 0 };
	unsigned flags;

	if ((notifies && check_listener(seccomp, f) < 0) ||
		read_flags(json_object_get(seccomp, "flags"), notifies, &flags, f) < 0)
		return -f->err;
	if (seccomp_filter_take(made, &program, f) < 0)
		return -f->err;
	struct sock_fprog prog = { .len = program.count, .filter = program.insns };
	int r = seccomp_call(flags, &prog);
	if (r < 0)
		return fail(f, errno, "linux.seccomp: seccomp(SECCOMP_SET_MODE_FILTER)");
	*ret_listener = notifies ? r : -1;
	return 0;
}
