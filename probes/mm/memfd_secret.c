/*
 * Can a process have memory that even the kernel does not read? (probes.md row 158.) Keys
 * are kept there.
 *
 * A page of it is written and read by the process itself; then reading it by
 * /proc/self/mem must fail, by which an ordinary page can be read: the control. ENOSYS
 * means that it is not built in, or switched off at boot (secretmem.enable, off by
 * default before 6.5), or that this machine cannot do it. A kernel that has it built in
 * has that parameter in /sys/module: then it was switched off.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/unistd.h"

#define PARAMETER "/sys/module/secretmem/parameters/enable"

#define REMEDY "boot with secretmem.enable=1"

/*
 * ENOSYS: only root may read the parameter; that it is there can be seen by everyone. A
 * filter cannot be told by a harmless call, as the kernel looks at the parameter first.
 */
static struct verdict not_there(const struct ask *a, const struct verdict *v)
{
	char path[320], text[8] = "?";

	snprintf(path, sizeof(path), "%s" PARAMETER, a->env->prefix);
	bool built = access(path, F_OK) == 0;
	env_file(a->env, PARAMETER, text, sizeof(text));
	if (*text == 'N')
		return answer_denied("sysctl", "boot parameter secretmem.enable is off",
			REMEDY, "memfd_secret: ENOSYS, though it is built in");
	if (v->outcome != OUTCOME_ABSENT)
		return *v;
	if (!built)
		return answer_absent(
			"memfd_secret: ENOSYS; it is not built in, or not yet known "
			"(there is no " PARAMETER ")");
	if (*text == 'Y')
		return answer_absent(
			"memfd_secret: ENOSYS, though it is built in and switched on: "
			"this machine cannot take pages out of the kernel's map");
	return answer_denied("sysctl",
		"boot parameter secretmem.enable is off, or this machine cannot take "
		"pages out of the kernel's map",
		REMEDY, "memfd_secret: ENOSYS, though it is built in");
}

static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v = answer_refused(a, "memfd_secret", err);

	if (err == EINVAL && a->env->seccomp == 2)
		return answer_denied("seccomp",
			"a seccomp filter: the kernel has no EINVAL for "
			"memfd_secret(O_CLOEXEC)",
			"allow memfd_secret in the seccomp profile of the container or "
			"service this runs in",
			"memfd_secret: EINVAL");
	return err == ENOSYS ? not_there(a, &v) : v;
}

/* Can the kernel read this page for us? 0 or a positive errno. */
static int read_by_kernel(const struct env *env, const char *page)
{
	char byte;

	_cleanup_close_ int mem = env_open(env, "/proc/self/mem", O_RDONLY);
	if (mem < 0)
		return -mem;
	return pread(mem, &byte, 1, (uintptr_t)page) == 1 ? 0 : errno;
}

static struct verdict not_mapped(const struct ask *a, int err, size_t size)
{
	struct rlimit limit = { 0 };

	if (err == EAGAIN && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
		limit.rlim_cur < size)
		return answer_denied("limit", "RLIMIT_MEMLOCK is less than a page",
			"raise it (ulimit -l; systemd: LimitMEMLOCK=)",
			"mmap(secret): EAGAIN");
	return answer_refused(a, "mmap(secret)", err);
}

static struct verdict judge(const struct ask *a, char *secret)
{
	char ordinary[] = "ordinary";

	strcpy(secret, "secret");
	int control = read_by_kernel(a->env, ordinary);
	int err = read_by_kernel(a->env, secret);
	if (control)
		return answer_refused(a, "pread(/proc/self/mem)", control);
	if (!err || strcmp(secret, "secret"))
		return answer_fail("secret memory can be read by way of the kernel "
				   "(/proc/self/mem)");
	return answer_pass(
		"secret memory held what was written, and /proc/self/mem, by which an "
		"ordinary page can be read, could not read it");
}

static struct verdict ask(const struct ask *a)
{
	size_t size = sysconf(_SC_PAGESIZE);

	_cleanup_close_ int fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	if (fd < 0)
		return refused(a, errno);
	if (ftruncate(fd, size) < 0)
		return answer_refused(a, "ftruncate(secret)", errno);
	char *secret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (secret == MAP_FAILED)
		return not_mapped(a, errno, size);
	struct verdict v = judge(a, secret);
	munmap(secret, size);
	return v;
}

const struct probe probe_mm_memfd_secret = {
	.about = "a process can keep keys in memory that even the kernel does not read",
	.how = "A page of secret memory is written; /proc/self/mem, by which an ordinary "
	       "page can be read, must not be able to read it.",
	.man = "memfd_secret(2)",
	.since = "5.14",
	.kconfig = "CONFIG_SECRETMEM",
	.needed_by = "holders of keys (OpenSSH, vaults)",
	.blocked_by =
		"boot parameter secretmem.enable=0 (ENOSYS); RLIMIT_MEMLOCK (EAGAIN); "
		"seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(memfd_secret),
	.ask = ask,
};
