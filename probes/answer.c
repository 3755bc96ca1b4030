#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "record.h"

static void format(char *text, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(text, size, fmt, ap) >= (int)size)
		memcpy(text + size - 4, "...", 4);
}

#define FORMAT_DETAIL(v, fmt)                                     \
	do {                                                      \
		va_list ap_;                                      \
		va_start(ap_, fmt);                               \
		format((v).detail, sizeof((v).detail), fmt, ap_); \
		va_end(ap_);                                      \
	} while (0)

struct verdict answer_pass(const char *fmt, ...)
{
	struct verdict v = { .outcome = OUTCOME_PASS };

	FORMAT_DETAIL(v, fmt);
	return v;
}

struct verdict answer_fail(const char *fmt, ...)
{
	struct verdict v = { .outcome = OUTCOME_FAIL, .fault = FAULT_KERNEL };

	FORMAT_DETAIL(v, fmt);
	return v;
}

struct verdict answer_absent(const char *fmt, ...)
{
	struct verdict v = { .outcome = OUTCOME_ABSENT, .fault = FAULT_KERNEL };

	FORMAT_DETAIL(v, fmt);
	return v;
}

struct verdict answer_denied(
	const char *layer, const char *cause, const char *remedy, const char *fmt, ...)
{
	struct verdict v = { .outcome = OUTCOME_DENIED, .fault = FAULT_POLICY };

	FORMAT_DETAIL(v, fmt);
	VERDICT_TEXT(v.layer, "%s", layer);
	VERDICT_TEXT(v.cause, "%s", cause);
	VERDICT_TEXT(v.remedy, "%s", remedy ? remedy : "");
	return v;
}

struct verdict answer_error(const char *stage, int err, const char *fmt, ...)
{
	struct verdict v = {
		.outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS, .err = err
	};

	FORMAT_DETAIL(v, fmt);
	VERDICT_TEXT(v.stage, "%s", stage);
	return v;
}

/* What an errno means when a capability is asked for; see probes.md, "How to read an errno". */
static const struct {
	int err;
	enum outcome outcome;
	enum fault fault;
} table[] = {
	{ ENOSYS, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EINVAL, OUTCOME_ABSENT, FAULT_KERNEL },
	{ E2BIG, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EOPNOTSUPP, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENODEV, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENOENT, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENOTTY, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENOPROTOOPT, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EAFNOSUPPORT, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EPROTONOSUPPORT, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EPERM, OUTCOME_DENIED, FAULT_POLICY },
	{ EACCES, OUTCOME_DENIED, FAULT_POLICY },
	{ EROFS, OUTCOME_DENIED, FAULT_POLICY },
	{ ENOSPC, OUTCOME_DENIED, FAULT_POLICY },
	{ EUSERS, OUTCOME_DENIED, FAULT_POLICY },
	{ EDQUOT, OUTCOME_DENIED, FAULT_POLICY },
	{ EMFILE, OUTCOME_DENIED, FAULT_POLICY },
	{ EAGAIN, OUTCOME_DENIED, FAULT_POLICY },
};

/* The call's name in a stage such as "unshare(user)". */
static void call_name(char *name, size_t size, const char *stage)
{
	snprintf(name, size, "%.*s", (int)strcspn(stage, "("), stage);
}

/*
 * A seccomp filter may answer anything, so under one "no" is believed only when a second
 * witness does not contradict it: the call with harmless arguments, the kernel's symbols.
 */
static void doubt_absence(const struct ask *a, struct verdict *v)
{
	char name[32];

	if (a->env->seccomp != 2 || (v->err != ENOSYS && v->err != EINVAL))
		return;
	call_name(name, sizeof(name), v->stage);
	int filtered = call_filtered(name, v->err);
	bool doubtful = v->err == ENOSYS ? filtered != 0 : filtered == 1;
	if (doubtful && call_in_kernel(a->env, name) != 0) {
		v->outcome = OUTCOME_DENIED;
		v->fault = FAULT_POLICY;
	}
}

struct verdict answer_refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v = answer_error(
		stage, err, "%s: %s (%s)", stage, strerror(err), errno_name(err));

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].err == err) {
			v.outcome = table[i].outcome;
			v.fault = table[i].fault;
		}
	}
	if (v.outcome == OUTCOME_ABSENT)
		doubt_absence(a, &v);
	if (v.outcome == OUTCOME_DENIED)
		cause_find(a, &v);
	return v;
}
