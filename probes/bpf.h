/* What the questions about BPF share. Programs are freed with their descriptors. */
#ifndef PLIMSOLL_BPF_H
#define PLIMSOLL_BPF_H

#include "answer.h"
#include "ask.h"
#include "uapi/bpf.h"

/* A program; `attach` is what it expects to be attached as, 0 where that is not asked for. */
struct bpf_program {
	unsigned type, attach;
	const struct bpf_insn *insns;
	size_t count;
};

/* "return VALUE": denies (0) or allows (1) whatever it is asked. */
extern const struct bpf_insn bpf_return_0[2], bpf_return_1[2];

/* Loads it, by leave of `token` unless that is -1. A descriptor, or -1 and errno. */
int bpf_load(const struct bpf_program *program, int token);

/* Attaches to a cgroup; `replaced` (or -1) is the program whose place it takes. 0 or -errno. */
int bpf_attach(int cgroup, int program, unsigned type, unsigned flags, int replaced);

/* answer_refused(), with what refuses BPF: a sysctl, capabilities, a user namespace. */
struct verdict bpf_refused(const struct ask *a, const char *stage, int err);

/* A program for a cgroup that takes something away, and how that is tried. */
struct bpf_denial {
	struct bpf_program program;
	const char *what; /* is EPERM for a member: "setsockopt(2)" */
	int (*try)(void); /* 0 or a positive errno */
};

/*
 * Does it work? A process moves into the scratch cgroup, where it must be able to, attaches
 * the program, and must get EPERM then; a process outside must still be able to.
 */
struct verdict bpf_ask_denial(const struct ask *a, const struct bpf_denial *denial);

/* The scratch cgroup as bpf(2) wants it. A descriptor, or -1 with *ret_refused. */
int bpf_open_cgroup(const struct ask *a, struct verdict *ret_refused);

/* Moves the calling process into the scratch cgroup. 0, or -1 with *ret_refused. */
int bpf_enter_cgroup(const struct ask *a, struct verdict *ret_refused);

/* A device program that denies memory device 1:NUMBER and allows all else. */
#define BPF_DENY_MINOR(number)                                                           \
	{                                                                                \
		PLIMSOLL_BPF_LOAD_WORD(                                                  \
			2, 1, offsetof(struct bpf_cgroup_dev_ctx, major)),               \
			PLIMSOLL_BPF_LOAD_WORD(                                          \
				3, 1, offsetof(struct bpf_cgroup_dev_ctx, minor)),       \
			PLIMSOLL_BPF_MOV(0, 1), PLIMSOLL_BPF_JUMP_UNEQUAL(2, 1, 2),      \
			PLIMSOLL_BPF_JUMP_UNEQUAL(3, number, 1), PLIMSOLL_BPF_MOV(0, 0), \
			PLIMSOLL_BPF_EXIT                                                \
	}

/* Loads such a program. A descriptor, or -1 with *ret_refused. */
int bpf_load_device(const struct ask *a, int minor, struct verdict *ret_refused);

/*
 * Calls fn in a child that has moved into the scratch cgroup, `cgroup`, with two programs: one
 * that denies /dev/zero and one that denies /dev/full. Both open before, or it is an error.
 */
typedef struct verdict (*bpf_two_fn)(const struct ask *a, int cgroup, int zero, int full);
struct verdict bpf_ask_two_devices(const struct ask *a, bpf_two_fn fn);

/* Opens /dev/null, /dev/zero, /dev/full (minors 3, 5, 7): 0 or a positive errno. */
int bpf_try_null(void);
int bpf_try_zero(void);
int bpf_try_full(void);

#endif
