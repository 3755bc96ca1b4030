/*
 * Can the root of a user namespace set the ipc sysctls of its ipc namespace? (probes.md row
 * 218.)
 *
 * `docker run --sysctl kernel.shmmax=...` in a rootless container does. The effect first: a
 * message larger than kernel.msgmax is EINVAL, and was accepted before it was lowered. The
 * rest is written and read. Older kernels leave them to the machine's root (EACCES), who is
 * not asked therefore; it is asked of another (see ns_stranger()).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/stat.h>

#include "ns.h"

static const struct {
	const char *path, *name, *value;
} sysctls[] = {
	{ "/proc/sys/kernel/msgmax", "kernel.msgmax", "32" },
	{ "/proc/sys/kernel/msgmnb", "kernel.msgmnb", "4096" },
	{ "/proc/sys/kernel/msgmni", "kernel.msgmni", "77" },
	{ "/proc/sys/kernel/sem", "kernel.sem", "250\t32000\t32\t77" },
	{ "/proc/sys/kernel/shmall", "kernel.shmall", "777" },
	{ "/proc/sys/kernel/shmmax", "kernel.shmmax", "777777" },
	{ "/proc/sys/kernel/shmmni", "kernel.shmmni", "77" },
	{ "/proc/sys/kernel/shm_rmid_forced", "kernel.shm_rmid_forced", "1" },
	{ "/proc/sys/fs/mqueue/msg_max", "fs.mqueue.msg_max", "7" },
	{ "/proc/sys/fs/mqueue/msgsize_max", "fs.mqueue.msgsize_max", "777" },
	{ "/proc/sys/fs/mqueue/queues_max", "fs.mqueue.queues_max", "7" },
};

/* A message of 64 bytes to a queue of its own. 0 or the errno. */
static int send_message(void)
{
	struct {
		long type;
		char text[64];
	} message = { .type = 1 };

	int queue = msgget(IPC_PRIVATE, 0600);
	if (queue < 0)
		return errno;
	int err =
		msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT) < 0 ? errno : 0;
	msgctl(queue, IPC_RMID, NULL);
	return err;
}

/* Is it only that this file belongs to somebody else? */
static bool is_others(const struct ask *a, const char *path)
{
	struct stat st;

	_cleanup_close_ int fd = env_open(a->env, path, O_PATH);
	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid != geteuid();
}

/* 1: set, 0: it is not for this root to set, or -1 with *ret_refused. */
static int set(const struct ask *a, size_t i, struct verdict *ret_refused)
{
	char text[64];

	int r = write_file(AT_FDCWD, sysctls[i].path, sysctls[i].value);
	if ((r == -EACCES || r == -EPERM) && is_others(a, sysctls[i].path))
		return 0;
	if (r < 0) {
		*ret_refused = answer_refused(a, "write(ipc sysctl)", -r);
		return -1;
	}
	if (env_file(a->env, sysctls[i].path, text, sizeof(text)) >= 0 &&
		!strcmp(text, sysctls[i].value))
		return 1;
	*ret_refused = answer_fail("%s was written to %s, but is not there",
		sysctls[i].value, sysctls[i].name);
	return -1;
}

static struct verdict ask_inside(const struct ask *a)
{
	char others[300] = "";
	struct verdict v;
	size_t len = 0;

	int err = send_message();
	if (err)
		return answer_refused(a, "msgsnd", err);
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		int r = set(a, i, &v);
		if (r < 0)
			return v;
		if (r == 0 && len < sizeof(others) - 1)
			len += snprintf(others + len, sizeof(others) - len, "%s%s",
				len ? ", " : "", sysctls[i].name);
	}
	if (len)
		return answer_absent(
			"these are left to the machine's root (EACCES): %s", others);
	if (send_message() != EINVAL)
		return answer_fail(
			"kernel.msgmax was set to %s, but a message of 64 bytes "
			"is accepted",
			sysctls[0].value);
	return answer_pass(
		"%zu ipc sysctls could be set; with kernel.msgmax=32 a message "
		"of 64 bytes was EINVAL, and was accepted before",
		ARRAY_SIZE(sysctls));
}

static struct verdict ask(const struct ask *a)
{
	struct ask inside;
	struct verdict v;

	_cleanup_close_ int before = ns_own(a, "ipc", &v);
	if (before < 0 || ns_stranger(a, &inside, &v) < 0 ||
		ns_unshare(&inside, "ipc", CLONE_NEWIPC, &v) < 0)
		return v;
	_cleanup_close_ int after = ns_own(a, "ipc", &v);
	if (after < 0)
		return v;
	if (ns_same(before, after))
		return answer_fail("unshare(CLONE_NEWIPC) succeeded, but the process is "
				   "in the same ipc namespace");
	return ask_inside(&inside);
}

const struct probe probe_ns_ipc_sysctls = {
	.about = "a container in a user namespace can set its ipc sysctls",
	.how = "Sets them in an ipc namespace of a user namespace; a message larger "
	       "than kernel.msgmax must be EINVAL, and was accepted before.",
	.man = "ipc_namespaces(7)",
	.kconfig = "CONFIG_SYSVIPC CONFIG_POSIX_MQUEUE CONFIG_IPC_NS",
	.needed_by = "docker --sysctl, the runtime specification's linux.sysctl",
	.blocked_by = "a read-only /proc/sys (EROFS); " NS_BLOCKED("ipc"),
	.calls = CALLS(unshare, write, msgsnd),
	.ask = ask,
};
