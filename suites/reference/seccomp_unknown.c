#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>

#include "seccomp_parts.h"

/*
 * On all architectures calls have one number from here on (5.1), counted from the first
 * of the architecture. No profile is so old that it could not know what came before.
 */
#define COMMON 424

/* What an architecture's numbers are counted from, and so many are its own: ARM's private
 * calls, which have always been there, are far beyond. */
#define RANGE 0x10000

struct numbers {
	uint32_t audit_arch;
	uint32_t first;
};

static struct numbers numbers_of(uint32_t token)
{
	switch (token) {
	case SCMP_ARCH_X32: /* to the kernel it is x86-64 with a bit in the number */
		return (struct numbers) { SCMP_ARCH_X86_64, 0x40000000 };
	case SCMP_ARCH_MIPS:
	case SCMP_ARCH_MIPSEL:
		return (struct numbers) { token, 4000 };
	case SCMP_ARCH_MIPS64:
	case SCMP_ARCH_MIPSEL64:
		return (struct numbers) { token, 5000 };
	case SCMP_ARCH_MIPS64N32:
	case SCMP_ARCH_MIPSEL64N32:
		return (struct numbers) { token, 6000 };
	default:
		return (struct numbers) { token, 0 };
	}
}

static bool wanted(const json_t *seccomp)
{
	const char *action = json_string_value(json_object_get(seccomp, "defaultAction"));
	const json_t *number = json_object_get(seccomp, "defaultErrnoRet");

	return action && strcmp(action, "SCMP_ACT_ERRNO") == 0 &&
		(!number || json_integer_value(number) == EPERM);
}

/* The highest number that the profile names. */
static uint32_t last_of(const json_t *seccomp, uint32_t token, uint32_t first)
{
	const json_t *entry, *name;
	uint32_t last = first + COMMON - 1;
	size_t i, k;

	json_array_foreach(json_object_get(seccomp, "syscalls"), i, entry)
		json_array_foreach(json_object_get(entry, "names"), k, name) {
			int nr = seccomp_syscall_resolve_name_arch(
				token, json_string_value(name));

			if (nr > (int)last && (uint32_t)nr < first + RANGE)
				last = nr;
		}
	return last;
}

static void put(struct seccomp_program *p, struct sock_filter insn)
{
	p->insns[p->count++] = insn;
}

/* Each block stands for itself, and ends where the next begins. */
static void add_stub(const json_t *seccomp, uint32_t token, struct seccomp_program *p)
{
	struct numbers n = numbers_of(token);
	uint32_t last = last_of(seccomp, token, n.first);

	put(p,
		(struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
	put(p,
		(struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, n.audit_arch, 0, 4));
	put(p,
		(struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last, 0, 2));
	put(p,
		(struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGE | BPF_K, n.first + RANGE, 1, 0));
	put(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
}

void seccomp_unknown(const json_t *seccomp, struct seccomp_program *program)
{
	const json_t *archs = json_object_get(seccomp, "architectures"), *name;
	uint32_t native = seccomp_arch_native();
	size_t i;

	if (!wanted(seccomp))
		return;
	add_stub(seccomp, native, program);
	json_array_foreach(archs, i, name) {
		uint32_t token = seccomp_arch_of(json_string_value(name));

		/* A machine runs few; a longer list is refused when the filter itself is
		 * made. */
		if (token && token != native && program->count < 256)
			add_stub(seccomp, token, program);
	}
}
