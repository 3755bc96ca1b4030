#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_stall.h"
#include "record.h"
#include "symbol.h"

#define WITNESS "psi_memstall_enter" /* a function that only a kernel with PSI has */

/* Is a file of /proc gone that every kernel has, or one of PSI's that comes with the others? */
static bool masked(const struct env *env)
{
	_cleanup_close_ int version = env_open(env, "/proc/version", O_PATH);
	_cleanup_close_ int dir = env_open(env, "/proc/pressure", O_PATH);
	_cleanup_close_ int cpu = env_open(env, "/proc/pressure/cpu", O_PATH);

	return version == -ENOENT || (dir >= 0 && cpu == -ENOENT);
}

static struct verdict switched_off(const char *stage, int err)
{
	return answer_denied("sysctl",
		"the kernel has PSI, and was booted with it off (psi=0, or "
		"CONFIG_PSI_DEFAULT_DISABLED without psi=1)",
		"boot with psi=1", "%s: %s", stage, errno_name(err));
}

/* There is no /proc/pressure. */
static struct verdict nothing_there(const struct ask *a, const char *stage)
{
	_cleanup_close_ int dir = env_open(a->env, "/proc/pressure", O_PATH);
	int has = dir >= 0 ? 0 : symbol_known(a->env, WITNESS);

	if (masked(a->env))
		return answer_denied("mask",
			"/proc is not mounted whole here (subset=pid), or masked",
			"ask where /proc is mounted whole",
			"%s: ENOENT, and what comes with it is missing too", stage);
	if (has > 0)
		return switched_off(stage, ENOENT);
	if (has < 0)
		return answer_denied("unproven",
			"unproven: the kernel may have PSI and be booted with it off; neither its "
			"types nor its symbols can be read, which would tell",
			"boot with psi=1, or ask as root", "%s: ENOENT", stage);
	return answer_refused(a, stage, ENOENT);
}

struct verdict psi_refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v;

	if (err == EOPNOTSUPP)
		v = switched_off(stage, err);
	else if (err == ENOENT)
		v = nothing_there(a, stage);
	else if (err == EROFS)
		v = answer_denied("mask", "/proc is mounted read-only here",
			"ask where /proc can be written (docker: --security-opt "
			"systempaths=unconfined, podman: --security-opt unmask=ALL)",
			"%s: EROFS", stage);
	else
		return answer_refused(a, stage, err);
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

int psi_read(const struct ask *a, const char *name, char *buf, size_t size,
	struct verdict *ret_refused)
{
	char path[64], stage[64];

	snprintf(path, sizeof(path), "/proc/pressure/%s", name);
	snprintf(stage, sizeof(stage), "openat(pressure/%s)", name);
	ssize_t n = env_file(a->env, path, buf, size);
	if (n < 0) {
		*ret_refused = psi_refused(a, stage, -n);
		return -1;
	}
	if (strncmp(buf, "some avg10=", 11) && strncmp(buf, "full avg10=", 11)) {
		*ret_refused = answer_fail("%s is not in the format of PSI", path);
		return -1;
	}
	return 0;
}
