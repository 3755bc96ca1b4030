#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "lsm.h"
#include "uapi/lsm.h"

/* Used up, they read as a full disk or as too many open files. */
static const char *const limits[] = { "fs.file-max", "fs.inotify.max_user_instances",
	"fs.inotify.max_user_watches", "fs.mount-max", "fs.nr_open",
	"kernel.keys.maxbytes", "kernel.keys.maxkeys", "kernel.keys.root_maxbytes",
	"kernel.keys.root_maxkeys", "kernel.pid_max", "kernel.threads-max",
	"user.max_cgroup_namespaces", "user.max_inotify_instances",
	"user.max_ipc_namespaces", "user.max_mnt_namespaces", "user.max_net_namespaces",
	"user.max_pid_namespaces", "user.max_time_namespaces", "user.max_user_namespaces",
	"user.max_uts_namespaces", "vm.max_map_count" };

/* They say what may be asked, and how much a second witness sees. */
static const char *const policies[] = {
	"kernel.apparmor_restrict_unprivileged_unconfined",
	"kernel.apparmor_restrict_unprivileged_userns", "kernel.dmesg_restrict",
	"kernel.io_uring_disabled", "kernel.kptr_restrict", "kernel.modprobe",
	"kernel.modules_disabled", "kernel.perf_event_paranoid",
	"kernel.seccomp.actions_logged", "kernel.unprivileged_bpf_disabled",
	"kernel.unprivileged_userns_clone", "kernel.yama.ptrace_scope",
	"net.ipv4.ip_unprivileged_port_start", "vm.memfd_noexec", "vm.overcommit_memory",
	"vm.unprivileged_userfaultfd"
};

static json_t *sysctl(const struct env *env, const char *name)
{
	char path[128] = "/proc/sys/", text[512], *end;

	strncat(path, name, sizeof(path) - strlen(path) - 1);
	for (char *c = path + strlen("/proc/sys/"); *c; c++)
		*c = *c == '.' ? '/' : *c;
	if (env_file(env, path, text, sizeof(text)) < 0)
		return NULL;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	return errno || end == text || *end ? json_string(text) : json_integer(number);
}

static json_t *sysctls(const struct env *env, const char *const *names, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		json_t *value = sysctl(env, names[i]);
		if (value)
			json_object_set_new(object, names[i], value);
	}
	return object;
}

/* Of the asker itself. RLIMIT_NPROC counts in each user namespace from 5.14 on. */
static void add_rlimits(json_t *object)
{
	static const struct {
		const char *name;
		int resource;
	} rlimits[] = { { "RLIMIT_NOFILE", RLIMIT_NOFILE },
		{ "RLIMIT_NPROC", RLIMIT_NPROC }, { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK } };
	struct rlimit r;

	for (size_t i = 0; i < ARRAY_SIZE(rlimits); i++)
		if (getrlimit(rlimits[i].resource, &r) == 0)
			json_object_set_new(object, rlimits[i].name,
				r.rlim_cur == RLIM_INFINITY ? json_string("unlimited")
							    : json_integer(r.rlim_cur));
}

/* lsm_list_modules(2) needs neither privilege nor securityfs; before 6.8 the file does. */
static json_t *lsms(const struct env *env)
{
	uint64_t ids[32];
	uint32_t size = sizeof(ids);
	char names[512];

	if (*env->prefix)
		return NULL;
	int n = sys_lsm_list_modules(ids, &size, 0);
	if (n >= 0)
		lsm_names(ids, n, names, sizeof(names));
	else if (env_file(env, "/sys/kernel/security/lsm", names, sizeof(names)) < 0)
		return NULL;
	json_t *list = json_array();
	for (char *name = strtok(names, ",\n"); name; name = strtok(NULL, ",\n"))
		json_array_append_new(list, json_string(name));
	return list;
}

static bool readable(const struct env *env, const char *path)
{
	_cleanup_close_ int fd = env_open(env, path, O_RDONLY);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1;
}

/* After a kernel was upgraded without a reboot its modules are gone, and all of them "absent". */
static json_t *modules(const struct env *env)
{
	char path[256];
	struct utsname u;
	json_t *object = json_object();

	json_object_set_new(
		object, "loaded", json_integer(env_count_lines(env, "/proc/modules")));
	if (uname(&u) == 0) {
		snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", u.release);
		json_object_set_new(object, "at_hand", json_boolean(readable(env, path)));
	}
	return object;
}

static json_t *witnesses(const struct env *env)
{
	return json_pack("{s:b, s:b}", "kallsyms", readable(env, "/proc/kallsyms"), "btf",
		readable(env, "/sys/kernel/btf/vmlinux"));
}

static const struct {
	const char *file, *word, *machine;
} machines[] = {
	{ "/proc/version", "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016",
		"gVisor" },
	{ "/proc/version", "microsoft", "WSL2" },
	{ "/proc/version", "Microsoft", "WSL1" },
	{ "/proc/self/mountinfo", " - fuse.lxcfs ", "lxcfs over /proc" },
	{ "/proc/self/mountinfo", " - fuse.sysboxfs ", "sysbox over /proc" },
};

/* Kernels that are not what their release says, and a /proc that is not the kernel's. */
const char *host_machine(const struct env *env)
{
	char text[32768];

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (env_file(env, machines[i].file, text, sizeof(text)) >= 0 &&
			strstr(text, machines[i].word))
			return machines[i].machine;
	return NULL;
}

void host_remedy(const char *machine, struct verdict *v)
{
	static const struct {
		const char *machine, *about, *remedy;
	} additions[] = {
		{ "gVisor", "",
			"this is gVisor, whose own kernel answers: what the host's can is asked "
			"outside, or in a pod of another RuntimeClass" },
		{ "WSL2", "boot with",
			"WSL2: [wsl2] kernelCommandLine= in .wslconfig, then wsl --shutdown" },
		{ "WSL1", "", "WSL1 has no Linux kernel: wsl --set-version NAME 2" },
		{ "lxcfs over /proc", "systempaths=unconfined",
			"lxcfs is mounted over parts of /proc: unmount it, or nest without it" },
		{ "sysbox over /proc", "systempaths=unconfined",
			"sysbox is mounted over parts of /proc" },
	};
	char had[sizeof(v->remedy)];

	if (v->outcome != OUTCOME_ABSENT && v->outcome != OUTCOME_DENIED)
		return;
	snprintf(had, sizeof(had), "%s", v->remedy);
	for (size_t i = 0; machine && i < ARRAY_SIZE(additions); i++)
		if (!strcmp(additions[i].machine, machine) &&
			strstr(had, additions[i].about))
			VERDICT_TEXT(v->remedy, "%s%s%s", additions[i].remedy,
				*had ? "; " : "", had);
}

json_t *host_facts(const struct env *env)
{
	json_t *limit_values = sysctls(env, limits, ARRAY_SIZE(limits));

	add_rlimits(limit_values);
	return json_pack("{s:o, s:o, s:o*, s:o, s:o, s:s*}", "limits", limit_values,
		"policies", sysctls(env, policies, ARRAY_SIZE(policies)), "lsms",
		lsms(env), "modules", modules(env), "witnesses", witnesses(env),
		"machine", host_machine(env));
}
