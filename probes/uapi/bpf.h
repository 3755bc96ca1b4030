/* bpf(2), for headers older than the kernel, and a thin call: the C library has none. */
#ifndef PLIMSOLL_UAPI_BPF_H
#define PLIMSOLL_UAPI_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

#define PLIMSOLL_BPF_TOKEN_CREATE 36         /* 6.9 */
#define PLIMSOLL_BPF_F_TOKEN_FD   (1U << 16) /* 6.9 */

/* Of union bpf_attr for BPF_PROG_LOAD, up to the token. */
struct plimsoll_bpf_load {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type; /* 4.17: the first 72 bytes */
	uint32_t prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id, attach_prog_fd, core_relo_cnt;
	uint64_t fd_array, core_relos;
	uint32_t core_relo_rec_size, log_true_size;
	int32_t prog_token_fd; /* 6.9 */
	uint32_t pad;
};

#define PLIMSOLL_BPF_LOAD_OLD 72
_Static_assert(offsetof(struct plimsoll_bpf_load, prog_btf_fd) == PLIMSOLL_BPF_LOAD_OLD &&
		offsetof(struct plimsoll_bpf_load, prog_token_fd) == 144,
	"as the kernel has it");

static inline int sys_bpf(int command, const void *attr, size_t size)
{
	return syscall(SYS_bpf, command, attr, size);
}

/* Instructions, as the kernel's own macros for them. */
#define PLIMSOLL_BPF_MOV(reg, value)                                                  \
	{                                                                             \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (reg), .imm = (value) \
	}
#define PLIMSOLL_BPF_LOAD_WORD(dst, src, offset)                                       \
	{                                                                              \
		.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (dst), .src_reg = (src), \
		.off = (offset)                                                        \
	}
#define PLIMSOLL_BPF_JUMP_UNEQUAL(reg, value, over)                                  \
	{                                                                            \
		.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = (reg), .imm = (value), \
		.off = (over)                                                        \
	}
#define PLIMSOLL_BPF_EXIT                  \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}

#endif
