/*
 * Can a process be told where its memory is? (probes.md row 155.) A restored process has
 * to say where its arguments, heap and stack were; PR_SET_MM_MAP does it without
 * privileges.
 *
 * A child says that its arguments are in a page of ours and leaves all else as it is: its
 * /proc/self/cmdline must be our text then, which it was not before. Kernels without it
 * ask for CAP_SYS_RESOURCE before they look at what is wanted: to who lacks that "no" is
 * EPERM, and EINVAL to others.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"

#define TEXT "plimsoll: set_mm_map"

/* Fields of /proc/PID/stat, counted from 1 (proc_pid_stat(5)). */
enum { CODE = 26, CODE_END, STACK, DATA = 45, DATA_END, BRK, ARG, ARG_END, ENV, ENV_END };
#define FIELDS 52

/* 0 or -1. */
static int read_fields(const struct env *env, unsigned long long *fields)
{
	char text[2048];

	if (env_file(env, "/proc/self/stat", text, sizeof(text)) < 0)
		return -1;
	/* The second, in parentheses, may have anything in it; the third is a letter. */
	char *at = strrchr(text, ')');
	if (!at || strlen(at) < 4)
		return -1;
	at += 3;
	for (int i = 4; i <= FIELDS; i++)
		fields[i] = strtoull(at, &at, 10);
	return fields[ENV_END] ? 0 : -1;
}

static int set_map(const unsigned long long *f, const char *arg, size_t len)
{
	struct prctl_mm_map map = { .start_code = f[CODE],
		.end_code = f[CODE_END],
		.start_data = f[DATA],
		.end_data = f[DATA_END],
		.start_brk = f[BRK],
		.brk = (uintptr_t)sbrk(0),
		.start_stack = f[STACK],
		.arg_start = (uintptr_t)arg,
		.arg_end = (uintptr_t)arg + len,
		.env_start = f[ENV],
		.env_end = f[ENV_END],
		.exe_fd = -1 };

	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) < 0 ? -errno : 0;
}

static struct verdict refused(const struct ask *a, int err)
{
	if (err == EPERM && a->env->seccomp != 2 &&
		!env_has_cap(a->env, CAP_SYS_RESOURCE))
		return answer_absent(
			"prctl(PR_SET_MM_MAP): EPERM, as any PR_SET_MM is to who "
			"lacks CAP_SYS_RESOURCE where it is not built in");
	return answer_refused(a, "prctl(PR_SET_MM_MAP)", err);
}

static bool is_cmdline(const struct env *env, const char *text)
{
	char now[256] = "";

	return env_file(env, "/proc/self/cmdline", now, sizeof(now)) >= 0 &&
		!strcmp(now, text);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	unsigned long long fields[FIELDS + 1];

	char *page = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || read_fields(a->env, fields) < 0)
		return answer_error("open(stat)", errno,
			"/proc/self/stat does not say where memory is");
	strcpy(page, TEXT);
	if (is_cmdline(a->env, TEXT))
		return answer_error("open(cmdline)", 0, "the control failed");
	int r = set_map(fields, page, sizeof(TEXT));
	if (r < 0)
		return refused(a, -r);
	if (!is_cmdline(a->env, TEXT))
		return answer_fail(
			"PR_SET_MM_MAP succeeded, but /proc/self/cmdline is not what "
			"it says");
	return answer_pass(
		"/proc/self/cmdline became the text that PR_SET_MM_MAP says the "
		"arguments are");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_proc_set_mm_map = {
	.about = "a restored process can say where its arguments, heap and stack are",
	.how = "A child moves its arguments to a text of ours with PR_SET_MM_MAP, and "
	       "/proc/self/cmdline must be that, which it was not before.",
	.man = "PR_SET_MM(2const)",
	.since = NULL,
	.kconfig = "CONFIG_CHECKPOINT_RESTORE",
	.needed_by = "CRIU, Kubernetes (ContainerCheckpoint), LXC (its title)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl),
	.ask = ask,
};
