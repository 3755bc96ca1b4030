/*
 * What can be said of a capability or an obligation: five outcomes, shared by probes and
 * cases. `absent` and `denied` are never merged: "no" and "not allowed to ask" are different
 * answers with different remedies.
 */
#ifndef PLIMSOLL_VERDICT_H
#define PLIMSOLL_VERDICT_H

#include "cleanup.h"

enum outcome {
	OUTCOME_PASS,   /* there, and shown to work by its effect */
	OUTCOME_FAIL,   /* there, and breaks its contract */
	OUTCOME_ABSENT, /* this kernel does not offer it */
	OUTCOME_DENIED, /* refused by a policy, so it cannot be known */
	OUTCOME_ERROR,  /* we failed to ask */
	OUTCOME_COUNT,
};

/* How a runtime broke an obligation; the first is the dangerous one. */
enum kind {
	KIND_NONE,
	KIND_SILENTLY_IGNORED, /* accepted, exit 0, not done */
	KIND_WRONG,            /* accepted and done differently */
	KIND_REFUSED,          /* the kernel can, the runtime would not */
	KIND_CLAIM_FALSE,      /* `features` claims what is not so */
	KIND_CLAIM_MISSING,    /* `features` keeps quiet about what is so */
	KIND_RESIDUE,          /* something was left on the host */
	KIND_COUNT,
};

/* Who has to act. */
enum fault {
	FAULT_NONE,
	FAULT_KERNEL,
	FAULT_FILESYSTEM,
	FAULT_POLICY,
	FAULT_RUNTIME,
	FAULT_FIXTURE,
	FAULT_HARNESS,
	FAULT_COUNT,
};

/*
 * The program's exit status. Where several are due: 4 before 1 before 3 before 0, and 77 only
 * if nothing at all was answered. What is known to be broken is said first, so that a gate
 * that forgives an error (and tries again) cannot hide a fail behind it, and neither hides a
 * silently-ignored. A report that could not be written or read is 3 whatever it would say.
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,           /* a fail, or an unmet profile */
	EXIT_USAGE = 2,            /* the command line is off */
	EXIT_ERROR = 3,            /* an error: we could not find out */
	EXIT_SILENTLY_IGNORED = 4, /* at least one silently-ignored */
	EXIT_NOTHING_ASKED = 77,   /* nothing could be asked here */
};

/*
 * Plain data: it crosses a pipe in one write (its size stays under PIPE_BUF). Texts are
 * UTF-8 or empty; `err` is a positive errno or 0.
 */
struct verdict {
	enum outcome outcome;
	enum kind kind;
	enum fault fault;
	int err;
	char stage[32];   /* the call at which it was refused */
	char detail[600]; /* what was seen */
	char layer
		[16]; /* of a denial: what took it away, in a word: see VERDICT_LAYERS */
	char cause[400];  /* of a denial: which policy, or "unproven: ..." */
	char remedy[400]; /* the command or setting that changes it */
};

/*
 * What can take a capability away, in a word, for those who group and compare: a seccomp
 * filter, a missing capability, an LSM, a sysctl or boot parameter, a used up limit or quota,
 * the ownership rules of (user) namespaces, ids that are not mapped, a chroot, mounts over
 * /proc or /sys (masked or read-only), what is not delegated of cgroups, cgroup v1 that has
 * it, permissions of a file, mount options (nodev, nosuid, noexec), a module that is not
 * loaded, a helper program that is missing, or nothing proven.
 */
#define VERDICT_LAYERS                                                              \
	"seccomp", "capability", "lsm", "sysctl", "limit", "ownership", "unmapped", \
		"chroot", "mask", "cgroup", "cgroup-v1", "permission", "mount",     \
		"module", "helper", "unproven"

/* The word for each value, as written in records; "" for KIND_NONE and FAULT_NONE. */
const char *outcome_name(enum outcome o);
const char *kind_name(enum kind k);
const char *fault_name(enum fault f);

/* The value for a word; -EINVAL if there is none. */
int outcome_from_name(const char *name);
int kind_from_name(const char *name);
int fault_from_name(const char *name);

/* "fail (wrong)", of words that are known; `kind` may be "". */
struct verdict_words {
	char text[64];
};
struct verdict_words verdict_words(const char *outcome, const char *kind);

/* Formats into one of a verdict's texts; a text that is too long ends in "...". */
void verdict_text(char *text, size_t size, const char *fmt, ...) _printf_(3, 4);
#define VERDICT_TEXT(field, ...) verdict_text(field, sizeof(field), __VA_ARGS__)

#endif
