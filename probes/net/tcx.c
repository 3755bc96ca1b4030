/*
 * Can BPF programs be attached to an interface without tc: tcx? (probes.md row 213.)
 *
 * First without any privilege: to attach a program that does not exist is EBADF where the
 * kind of attachment is known, and EINVAL where it is not; the control is an old kind, EBADF
 * everywhere. Then the effect: a program that drops packets with a mark is attached to lo, in a
 * network namespace that root makes without a user namespace, as others may not load such
 * programs. A packet with the mark arrives before, and not afterwards, when one without still
 * does. It is left attached: to take it away costs some 20 ms, and the namespace ends anyway.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/capability.h>

#include "packet.h"
#include "uapi/tcx.h"

#define MARK 42

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Attaches it to lo in this way: 0 or a positive errno. */
static int attach(int kind, int program)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = LO_INDEX;
	attr.attach_bpf_fd = program;
	attr.attach_type = kind;
	return sys_bpf(BPF_PROG_ATTACH, &attr) < 0 ? errno : 0;
}

static struct verdict refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v = answer_refused(a, stage, err);

	if (v.outcome != OUTCOME_DENIED || strcmp(v.layer, "unproven") ||
		(env_has_cap(a->env, CAP_SYS_ADMIN) && !a->env->own_userns))
		return v;
	VERDICT_TEXT(v.layer, "capability");
	VERDICT_TEXT(v.cause,
		"programs for packets take CAP_BPF and CAP_NET_ADMIN in the "
		"initial user namespace, which the asker has not");
	VERDICT_TEXT(v.remedy, "ask as root, outside of user namespaces");
	return v;
}

/* A program that drops packets with the mark, or -1 with *ret_refused. */
static int load(const struct ask *a, struct verdict *ret_refused)
{
	static const struct bpf_insn program[] = {
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, mark), 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, PLIMSOLL_TCX_PASS },
		{ BPF_JMP | BPF_JNE | BPF_K, 2, 0, 1, MARK },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, PLIMSOLL_TCX_DROP },
		{ BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = ARRAY_SIZE(program);
	attr.license = (uintptr_t) "Apache-2.0";
	int fd = sys_bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		*ret_refused = refused(a, "bpf(PROG_LOAD)", errno);
	return fd;
}

/* `marked` sends packets with the mark, `fd` without; both to `fd`. */
static struct verdict judge(const struct ask *a, int marked, int fd, int program)
{
	struct sockaddr_in from;

	if (udp_send(marked, INADDR_LOOPBACK, PORT_TCX) < 0 || !udp_arrived(fd, NULL))
		return answer_error("sendto(udp)", 0,
			"the control failed: a packet to 127.0.0.1 does not arrive");
	int err = attach(PLIMSOLL_BPF_TCX_INGRESS, program);
	if (err)
		return refused(a, "bpf(PROG_ATTACH)", err);
	if (udp_send(marked, INADDR_LOOPBACK, PORT_TCX) < 0 ||
		udp_send(fd, INADDR_LOOPBACK, PORT_TCX) < 0 || !udp_arrived(fd, &from))
		return answer_fail(
			"the program drops packets that it was to let through");
	if (from.sin_port != htons(PORT_TCX))
		return answer_fail("the program was attached, but a packet that it drops "
				   "arrived");
	return answer_pass(
		"a packet that arrived before was dropped by the program, and one "
		"without the mark that it looks for still arrived");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	int mark = MARK;

	int known = attach(PLIMSOLL_BPF_TCX_INGRESS, -1);
	int control = attach(BPF_CGROUP_INET_INGRESS, -1);
	if (known == EINVAL && control == EBADF)
		return answer_absent(
			"bpf(PROG_ATTACH): the kernel does not know programs on "
			"interfaces other than by tc (EINVAL; EBADF for an older "
			"kind)");
	if (known != EBADF)
		return refused(a, "bpf(PROG_ATTACH)", known);
	_cleanup_close_ int program = load(a, &v);
	if (program < 0)
		return v;
	if (unshare(CLONE_NEWNET) < 0)
		return answer_refused(a, "unshare(net)", errno);
	_cleanup_close_ int fd = udp_on_lo(a, PORT_TCX, &v);
	_cleanup_close_ int marked = fd < 0 ? -1 : udp_bound(a, INADDR_LOOPBACK, 0, &v);
	if (marked < 0)
		return v;
	if (setsockopt(marked, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		return answer_refused(a, "setsockopt(SO_MARK)", errno);
	return judge(a, marked, fd, program);
}

const struct probe probe_net_tcx = {
	.about = "BPF programs can be attached to an interface without tc (tcx)",
	.how = "A program that drops packets with a mark is attached to lo of a new "
	       "network namespace. One arrives before and not afterwards; one without the "
	       "mark always does.",
	.man = "bpf(2)",
	.since = "6.6",
	.kconfig = "CONFIG_NET_XGRESS CONFIG_BPF_SYSCALL",
	.needed_by = "cilium",
	.blocked_by = "seccomp; without CAP_BPF in the initial user namespace (EPERM)",
	.calls = CALLS(bpf, unshare),
	.ask = ask,
};
