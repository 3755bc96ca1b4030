/* The parts of seccomp_filter.h. */
#ifndef PLIMSOLL_REFERENCE_SECCOMP_PARTS_H
#define PLIMSOLL_REFERENCE_SECCOMP_PARTS_H

#include <linux/filter.h>
#include <stdint.h>

#include "seccomp_filter.h"

struct seccomp_program {
	size_t count;
	struct sock_filter insns[BPF_MAXINSNS];
};

/* seccomp_names.c: -1, 0 (architecture) or false if there is no such name */
int seccomp_action_of(const char *name, uint32_t *ret);
int seccomp_operator_of(const char *name);
uint32_t seccomp_arch_of(const char *name);
int seccomp_flag_of(const char *name, unsigned *ret);

/* seccomp_rules.c: the program that libseccomp makes of it, appended to what is there. */
int seccomp_compile(
	const json_t *seccomp, struct seccomp_program *program, struct failure *f);

/* seccomp_cache.c: reads what seccomp_filter_make() made. */
int seccomp_filter_take(int fd, struct seccomp_program *program, struct failure *f);

/*
 * seccomp_unknown.c: where a filter answers EPERM to all that it does not name, a stub in
 * front of it answers ENOSYS to what is newer than the profile: programs take that for an
 * older kernel and go on, whereas with EPERM they give up. What is older than the
 * profile gets what the profile says.
 */
void seccomp_unknown(const json_t *seccomp, struct seccomp_program *program);

#endif
