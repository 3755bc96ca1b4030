#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "verdict.h"

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_PASS] = "pass",
	[OUTCOME_FAIL] = "fail",
	[OUTCOME_ABSENT] = "absent",
	[OUTCOME_DENIED] = "denied",
	[OUTCOME_ERROR] = "error",
};

static const char *const kind_names[KIND_COUNT] = {
	[KIND_NONE] = "",
	[KIND_SILENTLY_IGNORED] = "silently-ignored",
	[KIND_WRONG] = "wrong",
	[KIND_REFUSED] = "refused",
	[KIND_CLAIM_FALSE] = "claim-false",
	[KIND_CLAIM_MISSING] = "claim-missing",
	[KIND_RESIDUE] = "residue",
};

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_NONE] = "",
	[FAULT_KERNEL] = "kernel",
	[FAULT_FILESYSTEM] = "filesystem",
	[FAULT_POLICY] = "policy",
	[FAULT_RUNTIME] = "runtime",
	[FAULT_FIXTURE] = "fixture",
	[FAULT_HARNESS] = "harness",
};

static int from_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

const char *outcome_name(enum outcome o)
{
	return outcome_names[o];
}

const char *kind_name(enum kind k)
{
	return kind_names[k];
}

const char *fault_name(enum fault f)
{
	return fault_names[f];
}

int outcome_from_name(const char *name)
{
	return from_name(outcome_names, OUTCOME_COUNT, name);
}

int kind_from_name(const char *name)
{
	return from_name(kind_names, KIND_COUNT, name);
}

int fault_from_name(const char *name)
{
	return from_name(fault_names, FAULT_COUNT, name);
}

struct verdict_words verdict_words(const char *outcome, const char *kind)
{
	struct verdict_words w;

	snprintf(w.text, sizeof(w.text), "%s%s%s%s", outcome, *kind ? " (" : "", kind,
		*kind ? ")" : "");
	return w;
}

void verdict_text(char *text, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, size, fmt, ap);
	va_end(ap);
	if (n < (int)size)
		return;

	/* Cut on a character boundary, so that the text stays UTF-8. */
	size_t end = size - 4;
	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, "...", 4);
}
