/* The device filter of a cgroup2: a program of type BPF_PROG_TYPE_CGROUP_DEVICE. */
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroups_file.h"

#define ATTACHED_MAX 64 /* programs; the kernel's own limit (BPF_CGROUP_MAX_PROGS) */

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Registers of the program: what is asked for, and r1 the context. */
enum { R_RESULT, R_CONTEXT, R_TYPE, R_ACCESS, R_MAJOR, R_MINOR };

static struct bpf_insn load(int reg, int offset)
{
	return (struct bpf_insn) { .code = BPF_LDX | BPF_MEM | BPF_W,
		.dst_reg = reg,
		.src_reg = R_CONTEXT,
		.off = offset };
}

static struct bpf_insn alu(int op, int reg, int value)
{
	return (struct bpf_insn) {
		.code = BPF_ALU | op | BPF_K, .dst_reg = reg, .imm = value
	};
}

/* Jumps over so many if the register compares so with the value. 32 bits, from 5.1. */
static struct bpf_insn jump(int op, int reg, uint32_t value, int over)
{
	return (struct bpf_insn) { .code = BPF_JMP32 | op | BPF_K,
		.dst_reg = reg,
		.off = over,
		.imm = (int)value };
}

static size_t emit_return(struct bpf_insn *p, bool allow)
{
	p[0] = (struct bpf_insn) { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = allow };
	p[1] = (struct bpf_insn) { .code = BPF_JMP | BPF_EXIT };
	return 2;
}

#define BODY_INSNS 4
#define RULE_INSNS (3 + BODY_INSNS)

/*
 * R_ACCESS holds what later rules have not decided yet. A rule that denies decides as
 * soon as it has one bit of it; one that allows, when nothing is left.
 */
static size_t emit_rule(struct bpf_insn *p, const struct device_rule *r)
{
	int type = r->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	size_t body = (r->type != 'a') + (r->major >= 0) + (r->minor >= 0), n = 0;

	if (r->type != 'a')
		p[n++] = jump(BPF_JNE, R_TYPE, type, --body + BODY_INSNS);
	if (r->major >= 0)
		p[n++] = jump(BPF_JNE, R_MAJOR, r->major, --body + BODY_INSNS);
	if (r->minor >= 0)
		p[n++] = jump(BPF_JNE, R_MINOR, r->minor, --body + BODY_INSNS);
	if (r->allow) {
		p[n++] = alu(BPF_AND, R_ACCESS, (int)(DEVICE_ALL & ~r->access));
		p[n++] = jump(BPF_JNE, R_ACCESS, 0, 2);
	} else {
		/* There is no "jump if not set". */
		p[n++] = jump(BPF_JSET, R_ACCESS, r->access, 1);
		p[n++] = (struct bpf_insn) { .code = BPF_JMP | BPF_JA, .off = 2 };
	}
	return n + emit_return(p + n, r->allow);
}

ssize_t device_program(const struct device_rules *d, struct bpf_insn **ret)
{
	struct bpf_insn *p = calloc(8 + d->count * RULE_INSNS, sizeof(*p));
	size_t n = 0;

	if (!p)
		return -ENOMEM;
	p[n++] = load(R_TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	p[n++] = (struct bpf_insn) {
		.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = R_ACCESS, .src_reg = R_TYPE
	};
	p[n++] = alu(BPF_AND, R_TYPE, 0xffff);
	p[n++] = alu(BPF_RSH, R_ACCESS, 16);
	p[n++] = load(R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	p[n++] = load(R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = d->count; i-- > 0;) {
		if (device_rule_total(&d->list[i])) {
			n += emit_return(p + n, d->list[i].allow);
			*ret = p;
			return n;
		}
		n += emit_rule(p + n, &d->list[i]);
	}
	n += emit_return(p + n, false);
	*ret = p;
	return n;
}

static int load_program(const struct bpf_insn *insns, size_t count)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)insns,
		.insn_cnt = count,
		.license = (uintptr_t) "Apache-2.0",
		.prog_name = "plimsoll_devs",
	};
	int fd = sys_bpf(BPF_PROG_LOAD, &attr);

	return fd < 0 ? -errno : fd;
}

/* Before 5.11 a program counts as locked memory, of which there may be too little. */
static int load_rules(const struct device_rules *d)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	_cleanup_free_ struct bpf_insn *insns = NULL;
	struct rlimit before;

	ssize_t count = device_program(d, &insns);
	if (count < 0)
		return count;
	int fd = load_program(insns, count);
	if (fd != -EPERM || getrlimit(RLIMIT_MEMLOCK, &before) < 0 ||
		setrlimit(RLIMIT_MEMLOCK, &all) < 0)
		return fd;
	fd = load_program(insns, count);
	setrlimit(RLIMIT_MEMLOCK, &before);
	return fd;
}

/* The programs of the cgroup itself. Their number, or -errno. */
static ssize_t attached(int dir, uint32_t ids[ATTACHED_MAX], uint32_t *ret_flags)
{
	union bpf_attr attr = {
		.query = {
			.target_fd = dir,
			.attach_type = BPF_CGROUP_DEVICE,
			.prog_ids = (uintptr_t)ids,
			.prog_cnt = ATTACHED_MAX,
		},
	};

	if (sys_bpf(BPF_PROG_QUERY, &attr) < 0)
		return -errno;
	*ret_flags = attr.query.attach_flags;
	return attr.query.prog_cnt;
}

static int attach(int dir, int program, uint32_t flags, int replaced)
{
	union bpf_attr attr = {
		.target_fd = dir,
		.attach_bpf_fd = program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = flags,
		.replace_bpf_fd = replaced,
	};

	return sys_bpf(BPF_PROG_ATTACH, &attr) < 0 ? -errno : 0;
}

static int program_of(uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };
	int fd = sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr);

	return fd < 0 ? -errno : fd;
}

static int detach(int dir, uint32_t id)
{
	_cleanup_close_ int program = program_of(id);
	union bpf_attr attr = {
		.target_fd = dir,
		.attach_bpf_fd = program,
		.attach_type = BPF_CGROUP_DEVICE,
	};

	if (program < 0)
		return program;
	return sys_bpf(BPF_PROG_DETACH, &attr) < 0 ? -errno : 0;
}

/*
 * In the place of the one that is there (from 5.6), or beside those that are there
 * before they go: what is allowed meanwhile is what both allow. One that allows no
 * others beside it is replaced by its like.
 */
static int replace(int dir, int program, const uint32_t *ids, size_t count,
	uint32_t flags, struct failure *f)
{
	int r = -EINVAL;

	if (count && !(flags & BPF_F_ALLOW_MULTI)) {
		r = attach(dir, program, flags, 0);
		return r < 0 ? fail(f, -r, "bpf(BPF_PROG_ATTACH)") : 0;
	}
	if (count == 1) {
		_cleanup_close_ int old = program_of(ids[0]);
		if (old >= 0)
			r = attach(dir, program, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, old);
		if (r == 0)
			return 0;
	}
	r = attach(dir, program, BPF_F_ALLOW_MULTI, 0);
	if (r < 0)
		return fail(f, -r, "bpf(BPF_PROG_ATTACH)");
	for (size_t i = 0; i < count; i++) {
		r = detach(dir, ids[i]);
		if (r < 0)
			return fail(f, -r, "bpf(BPF_PROG_DETACH)");
	}
	return 0;
}

int device_rules_apply_v2(int dir, const struct device_rules *d, struct failure *f)
{
	uint32_t ids[ATTACHED_MAX], flags = 0;

	ssize_t count = attached(dir, ids, &flags);
	if (d->allow_all && count <= 0)
		return 0;
	if (count < 0)
		return fail(f, -count, "bpf(BPF_PROG_QUERY)");
	_cleanup_close_ int program = load_rules(d);
	if (program < 0)
		return fail(f, -program, "bpf(BPF_PROG_LOAD)");
	return replace(dir, program, ids, count, flags, f);
}
