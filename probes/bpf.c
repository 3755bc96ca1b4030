#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/capability.h>

#include "bpf.h"
#include "cgroup.h"
#include "record.h"

#ifndef CAP_BPF /* 5.8 */
#define CAP_BPF 39
#endif

const struct bpf_insn bpf_return_0[2] = { PLIMSOLL_BPF_MOV(0, 0), PLIMSOLL_BPF_EXIT };
const struct bpf_insn bpf_return_1[2] = { PLIMSOLL_BPF_MOV(0, 1), PLIMSOLL_BPF_EXIT };

int bpf_load(const struct bpf_program *program, int token)
{
	struct plimsoll_bpf_load load = { .prog_type = program->type,
		.insn_cnt = program->count,
		.insns = (uintptr_t)program->insns,
		.license = (uintptr_t) "GPL",
		.expected_attach_type = program->attach };

	if (token < 0)
		return sys_bpf(BPF_PROG_LOAD, &load, PLIMSOLL_BPF_LOAD_OLD);
	load.prog_flags = PLIMSOLL_BPF_F_TOKEN_FD;
	load.prog_token_fd = token;
	return sys_bpf(BPF_PROG_LOAD, &load, sizeof(load));
}

int bpf_attach(int cgroup, int program, unsigned type, unsigned flags, int replaced)
{
	struct {
		uint32_t cgroup, program, type, flags, replaced;
	} attach = { cgroup, program, type, flags, replaced < 0 ? 0 : replaced };

	return sys_bpf(BPF_PROG_ATTACH, &attach, sizeof(attach)) < 0 ? -errno : 0;
}

/* What a denial that no other policy explains comes from. */
static void explain(const struct ask *a, struct verdict *v)
{
	long long sysctl =
		env_number(a->env, "/proc/sys/kernel/unprivileged_bpf_disabled");

	if (a->env->own_userns || a->own_userns) {
		VERDICT_TEXT(v->layer, "ownership");
		VERDICT_TEXT(v->cause,
			"BPF programs of this kind are for the initial user namespace only");
		VERDICT_TEXT(v->remedy,
			"ask as root of the host, or have it delegate BPF by a token (see "
			"bpf/token)");
		return;
	}
	if (env_has_cap(a->env, CAP_BPF) || env_has_cap(a->env, CAP_SYS_ADMIN))
		return;
	VERDICT_TEXT(v->layer, "capability");
	VERDICT_TEXT(v->cause, "the asker lacks CAP_BPF%s",
		sysctl == 1 || sysctl == 2
			? ", and sysctl kernel.unprivileged_bpf_disabled is not 0"
			: "");
	VERDICT_TEXT(v->remedy,
		"ask as root, or give it CAP_BPF (and CAP_NET_ADMIN for programs of cgroups)");
}

struct verdict bpf_refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v = answer_refused(a, stage, err);

	if (v.outcome == OUTCOME_DENIED && err == EPERM && !strcmp(v.layer, "unproven"))
		explain(a, &v);
	return v;
}

int bpf_open_cgroup(const struct ask *a, struct verdict *ret_refused)
{
	int fd = openat(a->cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		*ret_refused = answer_refused(a, "openat(cgroup)", errno);
	return fd;
}

int bpf_enter_cgroup(const struct ask *a, struct verdict *ret_refused)
{
	int r = write_file(a->cgroup, "cgroup.procs", "0");

	if (r < 0)
		*ret_refused = cgroup_refused(a, "write(cgroup.procs)", -r);
	return r < 0 ? -1 : 0;
}

static struct verdict in_cgroup(const struct ask *a, void *arg)
{
	const struct bpf_denial *d = arg;
	struct verdict v;

	_cleanup_close_ int cgroup = bpf_open_cgroup(a, &v);
	_cleanup_close_ int program = bpf_load(&d->program, -1);
	if (program < 0)
		return bpf_refused(a, "bpf(prog_load)", errno);
	if (cgroup < 0 || bpf_enter_cgroup(a, &v) < 0)
		return v;
	int before = d->try();
	int r = bpf_attach(cgroup, program, d->program.attach, 0, -1);
	if (r < 0)
		return bpf_refused(a, "bpf(prog_attach)", -r);
	int after = d->try();
	if (before)
		return answer_error("bpf(prog_attach)", before,
			"the control failed: %s gave %s before anything was attached",
			d->what, errno_name(before));
	if (after != EPERM)
		return answer_fail(
			"a program that forbids it is attached to the cgroup of a process, and %s "
			"gave %s",
			d->what, after ? errno_name(after) : "no error");
	return answer_pass(
		"under a program that forbids it %s gave EPERM in the cgroup; before "
		"that, and outside, it worked",
		d->what);
}

struct verdict bpf_ask_denial(const struct ask *a, const struct bpf_denial *denial)
{
	struct verdict v = ask_in_child(a, in_cgroup, (void *)denial);

	/* The program stays attached until the scratch cgroup goes. */
	if (v.outcome == OUTCOME_PASS && denial->try() != 0)
		return answer_fail(
			"a program that forbids %s to one cgroup does so outside of it, too",
			denial->what);
	return v;
}

int bpf_load_device(const struct ask *a, int minor, struct verdict *ret_refused)
{
	const struct bpf_insn insns[] = BPF_DENY_MINOR(minor);
	struct bpf_program program = { .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.attach = BPF_CGROUP_DEVICE,
		.insns = insns,
		.count = ARRAY_SIZE(insns) };

	int fd = bpf_load(&program, -1);
	if (fd < 0)
		*ret_refused = bpf_refused(a, "bpf(prog_load)", errno);
	return fd;
}

static int try_device(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

int bpf_try_null(void)
{
	return try_device("/dev/null");
}

int bpf_try_zero(void)
{
	return try_device("/dev/zero");
}

int bpf_try_full(void)
{
	return try_device("/dev/full");
}

static struct verdict with_two_devices(const struct ask *a, void *arg)
{
	const bpf_two_fn *fn = arg;
	struct verdict v;

	_cleanup_close_ int zero = bpf_load_device(a, 5, &v);
	_cleanup_close_ int full = zero < 0 ? -1 : bpf_load_device(a, 7, &v);
	_cleanup_close_ int cgroup = full < 0 ? -1 : bpf_open_cgroup(a, &v);
	if (cgroup < 0 || bpf_enter_cgroup(a, &v) < 0)
		return v;
	if (bpf_try_zero() || bpf_try_full())
		return answer_error("open", 0,
			"the control failed: /dev/zero or /dev/full cannot be opened");
	return (*fn)(a, cgroup, zero, full);
}

struct verdict bpf_ask_two_devices(const struct ask *a, bpf_two_fn fn)
{
	return ask_in_child(a, with_two_devices, &fn);
}
