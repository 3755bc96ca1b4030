/*
 * Can the host hand a container the right to load BPF programs? (probes.md row 187.) Incus
 * and systemd's PrivateBPF= mount a bpffs with delegate_* options in the container's user
 * namespace; a token made from it stands for the capabilities that the container lacks.
 *
 * A child with a user namespace of its own opens the bpffs, whose options only root of the
 * host may set (so this process sets them, on a shared descriptor); the child makes a token
 * and loads a program of cgroups with it, which must work, and without it be EPERM. Older
 * than 6.9: EINVAL for the command, where a bad descriptor is EBADF (or EBADFD) to one that is
 * known, the control (options say nothing: bpffs takes any).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf.h"
#include "pool.h"
#include "record.h"
#include "uapi/mount.h"
#include "uapi/sched.h"

/* What the child says, once it has the context and once it is done. */
struct said {
	int err; /* of the call at `stage`, 0: none failed */
	char stage[32];
	int fs;      /* the context, in the table of descriptors that both share */
	int without; /* loading the program, without the token and with it */
	int with;
};

static bool tell(int out, struct said *said, const char *stage, int err)
{
	snprintf(said->stage, sizeof(said->stage), "%s", stage);
	said->err = err;
	return write(out, said, sizeof(*said)) == sizeof(*said);
}

/* 0 or a positive errno. */
static int try_load(int token)
{
	struct bpf_program program = { .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.attach = BPF_CGROUP_DEVICE,
		.insns = bpf_return_1,
		.count = ARRAY_SIZE(bpf_return_1) };

	_cleanup_close_ int fd = bpf_load(&program, token);
	return fd < 0 ? errno : 0;
}

static int make_token(int root)
{
	struct {
		uint32_t flags, bpffs;
	} token = { 0, root };

	return sys_bpf(PLIMSOLL_BPF_TOKEN_CREATE, &token, sizeof(token));
}

/* The container. Its descriptors are its parent's, which closes what is left. */
static bool contain(int in, int out)
{
	struct said said = { 0 };
	char byte;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return tell(out, &said, "unshare(user,mnt)", errno);
	said.fs = sys_fsopen("bpf", FSOPEN_CLOEXEC);
	if (said.fs < 0)
		return tell(out, &said, "fsopen(bpf)", errno);
	if (!tell(out, &said, "", 0) || read(in, &byte, 1) != 1)
		return false;
	_cleanup_close_ int mnt = sys_fsmount(said.fs, FSMOUNT_CLOEXEC, 0);
	if (mnt < 0)
		return tell(out, &said, "fsmount(bpf)", errno);
	_cleanup_close_ int root = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return tell(out, &said, "openat(bpf)", errno);
	_cleanup_close_ int token = make_token(root);
	if (token < 0)
		return tell(out, &said, "bpf(token_create)", errno);
	said.without = try_load(-1);
	said.with = try_load(token);
	return tell(out, &said, "", 0);
}

static int set_option(int fs, const char *key, const char *value)
{
	return sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_STRING, key, value, 0);
}

static struct verdict delegate_refused(const struct ask *a, int err)
{
	struct verdict v = bpf_refused(a, "fsconfig(delegate_cmds)", err);

	if (err == EPERM && !strcmp(v.layer, "capability"))
		VERDICT_TEXT(v.remedy,
			"ask as root of the host: only that one can hand out the right");
	return v;
}

/* 0, or -1 with *ret_refused. */
static int delegate(const struct ask *a, int fs, struct verdict *ret_refused)
{
	static const char *const rest[] = { "delegate_progs", "delegate_attachs" };

	if (set_option(fs, "mode", "0755") < 0) {
		*ret_refused = answer_refused(a, "fsconfig(mode)", errno);
		return -1;
	}
	if (set_option(fs, "delegate_cmds", "any") < 0) {
		*ret_refused = delegate_refused(a, errno);
		return -1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rest); i++) {
		if (set_option(fs, rest[i], "any") < 0) {
			*ret_refused = bpf_refused(a, "fsconfig(delegate)", errno);
			return -1;
		}
	}
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		return 0;
	*ret_refused = answer_refused(a, "fsconfig(create)", errno);
	return -1;
}

static struct verdict judge(const struct ask *a, int to, int from)
{
	struct said said = { .err = EIO, .stage = "fork" };
	struct verdict v;

	if (read(from, &said, sizeof(said)) != sizeof(said) || said.err)
		return answer_refused(a, said.stage, said.err);
	if (delegate(a, said.fs, &v) < 0)
		return v;
	if (write(to, "", 1) != 1 || read(from, &said, sizeof(said)) != sizeof(said))
		return answer_error("fork", errno, "the child did not answer");
	if (said.err)
		return bpf_refused(a, said.stage, said.err);
	if (said.without != EPERM || said.with)
		return answer_fail(
			"in a user namespace a program was loaded without a token (%s), and with "
			"one (%s)",
			said.without ? errno_name(said.without) : "no error",
			said.with ? errno_name(said.with) : "no error");
	return answer_pass(
		"in a user namespace a program of cgroups was loaded with a token that the host "
		"had delegated, and was EPERM without");
}

/* All of it in one process, whose descriptors the child shares. */
static struct verdict in_child(const struct ask *a, void *arg)
{
	struct clone3_args args = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	int to[2], from[2], self = getpid();

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "pipe: %s", strerror(errno));
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0) {
		die_with_parent(self);
		_exit(!contain(to[0], from[1]));
	}
	if (pid < 0)
		return answer_refused(a, "clone3", errno);
	struct verdict v = judge(a, to[1], from[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return v;
}

/* A command on no descriptor: EBADF if it is known. */
static int try_command(int command)
{
	uint32_t nothing[4] = { 0, -1, 0, 0 };

	if (command == BPF_OBJ_GET_INFO_BY_FD) /* where it comes first */
		nothing[0] = -1;
	return sys_bpf(command, nothing, command == BPF_OBJ_GET_INFO_BY_FD ? 16 : 8) < 0
		? errno
		: 0;
}

static struct verdict ask(const struct ask *a)
{
	int err = try_command(PLIMSOLL_BPF_TOKEN_CREATE);
	int control = err == EINVAL ? try_command(BPF_OBJ_GET_INFO_BY_FD) : EBADF;

	if (control != EBADF && control != EBADFD)
		return bpf_refused(a, "bpf(obj_get_info)", control);
	if (err != EBADF)
		return bpf_refused(a, "bpf(token_create)", err);
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_bpf_token = {
	.about =
		"the host can hand a container with a user namespace the right to load BPF "
		"programs",
	.how = "A child with a user namespace makes a token of a bpffs that this process has "
	       "delegated, and loads a program with it, which must be EPERM without.",
	.man = "Documentation/bpf/bpf_design_QA.rst",
	.since = "6.9",
	.kconfig = "CONFIG_BPF_SYSCALL",
	.needed_by = "Incus, LXD, systemd PrivateBPF=",
	.blocked_by = "seccomp; user namespaces; only root of the host may delegate",
	.needs = PROBE_SHARES,
	.calls = CALLS(bpf, fsopen, fsconfig, fsmount),
	.ask = ask,
};
