#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "lsm.h"
#include "symbol.h"
#include "uapi/lsm.h"
#include "uapi/mount.h"

/* `symbol` is a function of it that the kernel has only if it was built in. */
static const struct lsm {
	uint64_t id;
	const char *name, *symbol, *remedy;
} lsms[] = {
	{ LSM_ID_CAPABILITY, "capability" },
	{ LSM_ID_SELINUX, "selinux", "selinux_init",
		"boot with security=selinux selinux=1 (and have its policy installed), or "
		"with selinux in the list lsm=" },
	{ LSM_ID_SMACK, "smack" },
	{ LSM_ID_TOMOYO, "tomoyo" },
	{ LSM_ID_APPARMOR, "apparmor", "apparmor_init",
		"boot with apparmor=1 security=apparmor, or with apparmor in the list lsm=" },
	{ LSM_ID_YAMA, "yama", "yama_init", "boot with yama in the list lsm=" },
	{ LSM_ID_LOADPIN, "loadpin" },
	{ LSM_ID_SAFESETID, "safesetid" },
	{ LSM_ID_LOCKDOWN, "lockdown", "lockdown_lsm_init",
		"boot with lockdown in the list lsm=" },
	{ LSM_ID_BPF, "bpf", "bpf_lsm_init",
		"boot with bpf in the list lsm= (behind the others)" },
	{ LSM_ID_LANDLOCK, "landlock", "landlock_init",
		"boot with landlock in the list lsm= (before the others)" },
	{ LSM_ID_IMA, "ima" },
	{ LSM_ID_EVM, "evm" },
	{ LSM_ID_IPE, "ipe" },
};

static const struct lsm *lsm_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(lsms); i++)
		if (!strcmp(lsms[i].name, name))
			return &lsms[i];
	return NULL;
}

void lsm_names(const uint64_t *ids, int count, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (int i = 0; i < count && len < size; i++) {
		const char *name = NULL;
		for (size_t j = 0; j < ARRAY_SIZE(lsms); j++)
			if (lsms[j].id == ids[i])
				name = lsms[j].name;
		len += name ? snprintf(text + len, size - len, "%s%s", i ? "," : "", name)
			    : snprintf(text + len, size - len, "%s%llu", i ? "," : "",
				      (unsigned long long)ids[i]);
	}
}

/* Detached: securityfs has one superblock and no options that a mount could change. */
static int mount_securityfs(void)
{
	_cleanup_close_ int fs = sys_fsopen("securityfs", FSOPEN_CLOEXEC);

	if (fs < 0 || sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
}

ssize_t lsm_security_file(const struct ask *a, const char *name, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/security/%s", name);
	ssize_t n = env_file(a->env, path, buf, size);
	if (n != -ENOENT || !env_has_cap(a->env, CAP_SYS_ADMIN) || a->env->own_userns ||
		*a->env->prefix)
		return n;
	_cleanup_close_ int mnt = mount_securityfs();
	if (mnt < 0)
		return n;
	_cleanup_close_ int fd = openat(mnt, name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : read_string(fd, buf, size);
}

static bool listed(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == len && !strncmp(at, name, len))
			return true;
	return false;
}

enum lsm_state lsm_state(
	const struct ask *a, const char *name, struct verdict *ret_refused)
{
	uint64_t ids[64];
	uint32_t size = sizeof(ids);
	char names[512];

	ssize_t n = lsm_security_file(a, "lsm", names, sizeof(names));
	if (n >= 0)
		return listed(names, name) ? LSM_ACTIVE : LSM_INACTIVE;
	if (n != -ENOENT && n != -EACCES) {
		*ret_refused = answer_refused(a, "openat(lsm)", -n);
		return LSM_REFUSED;
	}
	int count = sys_lsm_list_modules(ids, &size, 0);
	if (count < 0 && errno == ENOSYS)
		return LSM_UNKNOWN;
	if (count < 0) {
		*ret_refused = answer_refused(a, "lsm_list_modules", errno);
		return LSM_REFUSED;
	}
	lsm_names(ids, count, names, sizeof(names));
	return listed(names, name) ? LSM_ACTIVE : LSM_INACTIVE;
}

struct verdict lsm_switched_off(const char *name, const char *stage, int err)
{
	const struct lsm *lsm = lsm_of(name);
	char cause[200];

	snprintf(cause, sizeof(cause),
		"%s is built into this kernel and was not switched on when it booted (lsm=, "
		"security=, or its default list)",
		name);
	struct verdict v = answer_denied("sysctl", cause, lsm ? lsm->remedy : NULL,
		"%s%s%s is not active", err ? stage : "", err ? ": " : "", name);
	if (err)
		VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

struct verdict lsm_inactive(const struct ask *a, const char *name)
{
	const struct lsm *lsm = lsm_of(name);

	const char *symbol = lsm && lsm->symbol ? lsm->symbol : "";
	int built = symbol_known(a->env, symbol);

	if (built < 0)
		return answer_denied("unproven",
			"unproven: it is not in this kernel, or was not switched on when that "
			"booted; neither /sys/kernel/btf nor /proc/kallsyms can be read here",
			lsm ? lsm->remedy : NULL, "%s is not active", name);
	if (*symbol && built)
		return lsm_switched_off(name, "", 0);
	return answer_absent(
		"%s is not among the active security modules, and the kernel has no such code",
		name);
}

struct verdict lsm_unseen(const char *name)
{
	return answer_denied("mask",
		"/sys/kernel/security is not mounted or not readable here, and this kernel has "
		"no lsm_list_modules(2), which needs no file",
		"mount -t securityfs securityfs /sys/kernel/security, or ask as root",
		"whether %s is active cannot be told", name);
}
