/*
 * What the questions about capabilities share. What changes is the calling process alone:
 * these are for a forked child (ask_in_child()).
 */
#ifndef PLIMSOLL_CAPS_H
#define PLIMSOLL_CAPS_H

#include <linux/prctl.h>
#include <linux/securebits.h>
#include <stdint.h>
#include <sys/capability.h>

#include "answer.h"
#include "ask.h"

#ifndef SECBIT_NO_CAP_AMBIENT_RAISE /* 4.3 */
#define SECBIT_NO_CAP_AMBIENT_RAISE        (1 << 6)
#define SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED (1 << 7)
#endif
#ifndef SECBIT_EXEC_RESTRICT_FILE /* 6.14 */
#define SECBIT_EXEC_RESTRICT_FILE        (1 << 8)
#define SECBIT_EXEC_RESTRICT_FILE_LOCKED (1 << 9)
#endif
#ifndef PR_SET_MDWE /* 6.3 */
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#define PR_GET_MDWE              66
#endif
#ifndef CAP_CHECKPOINT_RESTORE /* 5.9 */
#define CAP_CHECKPOINT_RESTORE 40
#endif

/* A process's sets, a bit for each CAP_*. */
struct caps {
	uint64_t effective, permitted, inheritable;
};

#define CAP_BIT(cap) (1ULL << (cap))

/* 0, or -1 and errno. */
int caps_get(struct caps *ret_caps);
int caps_set(const struct caps *caps);

/* Gives these up, so that they are neither effective nor permitted. 0, or -1 and errno. */
int caps_drop(uint64_t dropped);

/*
 * Sees to it that these are permitted and effective; if they are not, in a user namespace of
 * the calling process's own, where it has all. 0, or -1 with *ret_refused.
 */
int caps_need(const struct ask *a, uint64_t needed, struct verdict *ret_refused);

#endif
