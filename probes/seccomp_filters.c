#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cgroup.h"
#include "seccomp_filters.h"
#include "uapi/seccomp.h"

#define NO_FLAG   (1u << 30) /* of SECCOMP_SET_MODE_FILTER */
#define NO_ACTION 0x12340000u

void one_call_make(struct one_call *filter, int nr, unsigned action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memcpy(filter->code, code, sizeof(code));
	filter->program = (struct sock_fprog) { ARRAY_SIZE(code), filter->code };
}

int seccomp_set(int nr, unsigned action, unsigned flags)
{
	struct one_call filter;

	one_call_make(&filter, nr, action);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	int r = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &filter.program);
	return r < 0 ? -errno : r;
}

int call_getpgid(void)
{
	return syscall(SYS_getpgid, 0) < 0 ? -errno : 0;
}

int call_getsid(void)
{
	return syscall(SYS_getsid, 0) < 0 ? -errno : 0;
}

static int ask_flag(unsigned flag)
{
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 ? errno : 0;
}

bool seccomp_knows_flag(
	const struct ask *a, const char *stage, unsigned flag, struct verdict *ret_answer)
{
	int without = ask_flag(0), with = ask_flag(flag), unknown = ask_flag(NO_FLAG);

	if (without != EFAULT)
		*ret_answer = answer_refused(a, "seccomp(SET_MODE_FILTER)", without);
	else if (unknown != EINVAL)
		*ret_answer = answer_error(stage, unknown,
			"the control failed: a flag that no kernel knows was not EINVAL");
	else if (with != EFAULT)
		*ret_answer = answer_refused(a, stage, with);
	else
		return true;
	return false;
}

static int ask_action(unsigned action)
{
	return sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? errno : 0;
}

bool seccomp_knows_action(const struct ask *a, const char *stage, unsigned action,
	struct verdict *ret_answer)
{
	int allow = ask_action(SECCOMP_RET_ALLOW), asked = ask_action(action),
	    unknown = ask_action(NO_ACTION);

	if (allow)
		*ret_answer = answer_refused(a, "seccomp(GET_ACTION_AVAIL)", allow);
	else if (unknown != EOPNOTSUPP)
		*ret_answer = answer_error(stage, unknown,
			"the control failed: an action that no kernel knows was not "
			"EOPNOTSUPP");
	else if (asked)
		*ret_answer = answer_refused(a, stage, asked);
	else
		return true;
	return false;
}

int seccomp_logs(const struct ask *a, const char *name, struct verdict *ret_denied)
{
	char logged[256], cause[128], remedy[400];

	if (env_file(a->env, "/proc/sys/kernel/seccomp/actions_logged", logged,
		    sizeof(logged)) < 0)
		return -1;
	if (has_word(logged, name))
		return 1;
	snprintf(cause, sizeof(cause),
		"sysctl kernel.seccomp.actions_logged does not have \"%s\"", name);
	snprintf(remedy, sizeof(remedy),
		"sysctl -w kernel.seccomp.actions_logged=\"%s%s%s\"", logged,
		*logged ? " " : "", name);
	*ret_denied = answer_denied("sysctl", cause, remedy,
		"the kernel knows it, but logs only these actions: %s",
		*logged ? logged : "none");
	return 0;
}
