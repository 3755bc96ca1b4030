#include <ctype.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "seccomp_parts.h"

/* linux/seccomp.h of 5.19 */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* The names by themselves, as they are handed out; their values stand beside them. */
static const char *const actions[] = { "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO",
	"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
	"SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP", NULL };
static const uint32_t action_values[] = { SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(0),
	SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_LOG,
	SCMP_ACT_NOTIFY, SCMP_ACT_TRACE(0), SCMP_ACT_TRAP };

static const char *const operators[] = { "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
	"SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL };
static const int operator_values[] = { SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_LE,
	SCMP_CMP_LT, SCMP_CMP_MASKED_EQ, SCMP_CMP_NE };

static const char *const flags[] = { "SECCOMP_FILTER_FLAG_LOG",
	"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL };
static const unsigned flag_values[] = { SECCOMP_FILTER_FLAG_LOG,
	SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC,
	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV };

/* Those of the specification; what this libseccomp knows of them it is asked. */
static const char *const archs[] = { "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM",
	"SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64",
	"SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
	"SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
	"SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64",
	"SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
	"SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64", NULL };

static int index_of(const char *const *names, const char *name)
{
	for (int i = 0; name && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int seccomp_action_of(const char *name, uint32_t *ret)
{
	int i = index_of(actions, name);

	if (i >= 0)
		*ret = action_values[i];
	return i < 0 ? -1 : 0;
}

int seccomp_operator_of(const char *name)
{
	int i = index_of(operators, name);

	return i < 0 ? -1 : operator_values[i];
}

int seccomp_flag_of(const char *name, unsigned *ret)
{
	int i = index_of(flags, name);

	if (i >= 0)
		*ret = flag_values[i];
	return i < 0 ? -1 : 0;
}

/* libseccomp calls them "x86_64" and the like. */
uint32_t seccomp_arch_of(const char *name)
{
	char small[32] = "";

	if (index_of(archs, name) < 0)
		return 0;
	for (size_t i = 0; name[10 + i] && i < sizeof(small) - 1; i++)
		small[i] = tolower((unsigned char)name[10 + i]);
	return seccomp_arch_resolve_name(small);
}

const char *const *seccomp_filter_actions(void)
{
	return actions;
}

const char *const *seccomp_filter_operators(void)
{
	return operators;
}

const char *const *seccomp_filter_archs(void)
{
	static const char *known[ARRAY_SIZE(archs)];
	size_t n = 0;

	for (size_t i = 0; archs[i]; i++)
		if (seccomp_arch_of(archs[i]))
			known[n++] = archs[i];
	return known;
}

const char *const *seccomp_filter_flags(void)
{
	return flags;
}
