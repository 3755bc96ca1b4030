/* Is it the kernel that answers, or a seccomp filter in front of it? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cause.h"
#include "uapi/unistd.h"

/*
 * Calls with arguments that the kernel answers with `err` (0: success, nothing done) before
 * it asks for any privilege (checked in its source): any other answer comes from a filter in
 * front of it. Where privilege comes first, EPERM may be the kernel's too. Calls with two
 * rows are those whose filters are seen to answer as the first row's kernel would.
 */
static const struct harmless {
	const char *name;
	int nr;
	long args[6];
	int err;
	bool privilege_first;
} harmless[] = {
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0, 0 }, EINVAL },
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0, 1 << 24 }, E2BIG },
	{ "open_tree", SYS_open_tree, { -1, 0, ~0u }, EINVAL },
	{ "open_tree", SYS_open_tree, { -1, 0, 0 }, EFAULT },
	{ "open_tree_attr", SYS_open_tree_attr, { -1, 0, 0, 0, 1 }, EINVAL },
	{ "open_tree_attr", SYS_open_tree_attr, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "statmount", SYS_statmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "statmount", SYS_statmount, { 0, 0, 0, 0 }, EFAULT },
	{ "listmount", SYS_listmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "listmount", SYS_listmount, { 0, 0, 0, 0 }, EFAULT },
	{ "fsopen", SYS_fsopen, { 0, 0 }, EFAULT, true },
	{ "fsconfig", SYS_fsconfig, { -1, 0, 0, 0, 0 }, EINVAL },
	{ "fsconfig", SYS_fsconfig, { 0, ~0u, 0, 0, 0 }, EOPNOTSUPP },
	{ "fsmount", SYS_fsmount, { -1, 0, 0 }, EBADF, true },
	{ "move_mount", SYS_move_mount, { -1, 0, -1, 0, ~0u }, EINVAL, true },
	{ "mount", SYS_mount, { 0, 0, 0, 0, 0 }, EFAULT },
	{ "unshare", SYS_unshare, { 0 }, 0 },
	{ "setns", SYS_setns, { -1, 0 }, EBADF },
	{ "clone3", SYS_clone3, { 0, 0 }, EINVAL },
	{ "clone3", SYS_clone3, { 0, 1 << 24 }, E2BIG },
	{ "openat2", SYS_openat2, { -1, 0, 0, 0 }, EINVAL },
	{ "openat2", SYS_openat2, { -1, 0, 0, 1 << 24 }, E2BIG },
	{ "pidfd_open", SYS_pidfd_open, { -1, 0 }, EINVAL },
	{ "pidfd_open", SYS_pidfd_open, { 0x7fffffff, 0 }, ESRCH },
	{ "close_range", SYS_close_range, { 1, 0, 0 }, EINVAL },
	{ "close_range", SYS_close_range, { ~0u, ~0u, 0 }, 0 },
	{ "seccomp", SYS_seccomp, { ~0u, 0, 0 }, EINVAL },
	{ "seccomp", SYS_seccomp, { 1, 0, 0 }, EFAULT },
	{ "ioctl", SYS_ioctl, { -1, 0, 0 }, EBADF },
	{ "mkdirat", SYS_mkdirat, { -1, 0, 0 }, EFAULT },
	{ "openat", SYS_openat, { -1, 0, 0 }, EFAULT },
	{ "statfs", SYS_statfs, { 0, 0 }, EFAULT },
	{ "write", SYS_write, { -1, 0, 0 }, EBADF },
	{ "statx", SYS_statx, { -1, 0, 0, 0x80000000, 0 }, EINVAL },
	{ "statx", SYS_statx, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "umount2", SYS_umount2, { 0, ~0u }, EINVAL },
	{ "umount2", SYS_umount2, { 0, 0 }, EFAULT },
	{ "fspick", SYS_fspick, { -1, 0, ~0u }, EINVAL, true },
	{ "fspick", SYS_fspick, { -1, 0, 0 }, EFAULT, true },
	{ "move_mount", SYS_move_mount, { -1, 0, -1, 0, 0 }, EFAULT, true },
	{ "socket", SYS_socket, { -1, 0, 0 }, EAFNOSUPPORT },
	{ "sendto", SYS_sendto, { -1, 0, 0, 0, 0, 0 }, EBADF },
	{ "recvmsg", SYS_recvmsg, { -1, 0, 0 }, EBADF },
	{ "bind", SYS_bind, { -1, 0, 0 }, EBADF },
	{ "setsockopt", SYS_setsockopt, { -1, 0, 0, 0, 0 }, EBADF },
	{ "getsockopt", SYS_getsockopt, { -1, 0, 0, 0, 0 }, EBADF },
	{ "name_to_handle_at", SYS_name_to_handle_at, { -1, 0, 0, 0, ~0u }, EINVAL },
	{ "name_to_handle_at", SYS_name_to_handle_at, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "capset", SYS_capset, { 0, 0 }, EFAULT },
	{ "prctl", SYS_prctl, { ~0u, 0 }, EINVAL },
	{ "prctl", SYS_prctl, { 2 /* PR_GET_PDEATHSIG */, 0 }, EFAULT },
	{ "execve", SYS_execve, { 0, 0, 0 }, EFAULT },
	{ "fsetxattr", SYS_fsetxattr,
		{ 3 /* any open descriptor: the answer's pipe */, 0, 0, 0, ~0u },
		EINVAL },
	{ "setgroups", SYS_setgroups, { ~0u, 0 }, EINVAL, true },
	{ "msgget", SYS_msgget, { 0x706c6900, 0 }, ENOENT },
	{ "msgsnd", SYS_msgsnd, { -1, 0, 0, 0 }, EFAULT },
	{ "sethostname", SYS_sethostname, { 0, -1 }, EINVAL, true },
	{ "setdomainname", SYS_setdomainname, { 0, -1 }, EINVAL, true },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1, 0, 0 }, EFAULT, true },
	{ "listns", SYS_listns, { 0, 0, 0, ~0u }, EINVAL },
	{ "listns", SYS_listns, { 0, 0, 0, 0 }, EFAULT },
	{ "clone", SYS_clone, { 0x800 /* CLONE_SIGHAND without CLONE_VM */, 0, 0, 0, 0 },
		EINVAL },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, { -1, 0, 0, ~0u }, EINVAL },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, { -1, 0, 0, 0 }, EBADF },
	{ "pidfd_getfd", SYS_pidfd_getfd, { -1, 0, ~0u }, EINVAL },
	{ "pidfd_getfd", SYS_pidfd_getfd, { -1, 0, 0 }, EBADF },
	{ "waitid", SYS_waitid,
		{ 1 /* P_PID */, 0x7fffffff, 0, 4 | 1 /* WEXITED | WNOHANG */, 0 },
		ECHILD },
	{ "process_madvise", SYS_process_madvise, { -1, 0, 0, 20, ~0u }, EINVAL },
	{ "process_madvise", SYS_process_madvise, { -1, 0, 0, 20, 0 }, EBADF },
	{ "process_mrelease", SYS_process_mrelease, { -1, ~0u }, EINVAL },
	{ "process_mrelease", SYS_process_mrelease, { -1, 0 }, EBADF },
	{ "kcmp", SYS_kcmp, { 0x7fffffff, 0x7fffffff, 0, 0, 0 }, ESRCH },
	{ "prctl", SYS_prctl, { ~0u, 0, 0, 0, 0 }, EINVAL },
	{ "prctl", SYS_prctl, { 3 /* PR_GET_DUMPABLE */, 0, 0, 0, 0 }, 0 },
	{ "fstatfs", SYS_fstatfs, { -1, 0 }, EBADF },
	{ "memfd_create", SYS_memfd_create, { 0, ~0u }, EINVAL },
	{ "memfd_create", SYS_memfd_create, { 0, 1 /* MFD_CLOEXEC */ }, EFAULT },
	{ "userfaultfd", SYS_userfaultfd, { ~0u }, EINVAL },
	{ "io_uring_setup", SYS_io_uring_setup, { 0, 0 }, EFAULT },
	{ "io_uring_enter", SYS_io_uring_enter, { -1, 0, 0, ~0u, 0, 0 }, EINVAL },
	{ "io_uring_enter", SYS_io_uring_enter, { -1, 0, 0, 0, 0, 0 }, EBADF },
	{ "faccessat2", SYS_faccessat2, { -1, 0, ~0u, 0 }, EINVAL },
	{ "faccessat2", SYS_faccessat2, { -1, 0, 0, 0 }, EFAULT },
	{ "fchmodat2", SYS_fchmodat2, { -1, 0, 0, ~0u }, EINVAL },
	{ "fchmodat2", SYS_fchmodat2, { -1, 0, 0, 0 }, EFAULT },
	{ "execveat", SYS_execveat, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "fcntl", SYS_fcntl, { -1, 0, 0 }, EBADF },
	{ "landlock_create_ruleset", SYS_landlock_create_ruleset, { 0, 0, 1 << 30 },
		EINVAL },
	{ "landlock_create_ruleset", SYS_landlock_create_ruleset, { 0, 24, 0 }, EFAULT },
	{ "landlock_add_rule", SYS_landlock_add_rule, { -1, 1, 0, 1 }, EINVAL },
	{ "landlock_add_rule", SYS_landlock_add_rule, { -1, 1, 0, 0 }, EBADF },
	{ "landlock_restrict_self", SYS_landlock_restrict_self, { -1, 0 }, EBADF, true },
	{ "lsm_list_modules", SYS_lsm_list_modules, { 0, 0, 1 }, EINVAL },
	{ "lsm_list_modules", SYS_lsm_list_modules, { 0, 0, 0 }, EFAULT },
	{ "keyctl", SYS_keyctl, { -1 }, EOPNOTSUPP },
	{ "bpf", SYS_bpf, { 0x7fffffff, 0, 0 }, EINVAL, true },
	{ "bpf", SYS_bpf, { 0, 0, 1 << 24 }, E2BIG, true },
	{ "prctl", SYS_prctl, { 3 /* PR_GET_DUMPABLE */ }, 0 },
	{ "capget", SYS_capget, { 0, 0 }, EFAULT },
	{ "process_vm_readv", SYS_process_vm_readv, { -1, 0, 0, 0, 0, 0 }, 0 },
	{ "mknodat", SYS_mknodat, { -1, 0, 0, 0 }, EFAULT },
	{ "fsetxattr", SYS_fsetxattr, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "fgetxattr", SYS_fgetxattr, { -1, 0, 0, 0 }, EFAULT },
	{ "getdents64", SYS_getdents64, { -1, 0, 0 }, EBADF },
	{ "pwrite64", SYS_pwrite64, { -1, 0, 0, 0 }, EBADF },
	{ "quotactl_fd", SYS_quotactl_fd, { -1, 0, 0, 0 }, EBADF },
	{ "memfd_create", SYS_memfd_create, { 0, 0 }, EFAULT },
};

/*
 * May this process mount where it is? 1, 0, or -1 if it cannot be told: mount_setattr(2)
 * with no attributes asks for the privilege and then finds nothing to read.
 */
static int may_mount(void)
{
	if (syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 32) == 0)
		return -1;
	return errno == EFAULT ? 1 : errno == EPERM ? 0 : -1;
}

int call_filtered(const char *name, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		const struct harmless *h = &harmless[i];
		/* A filter that answers as the kernel would cannot be told from it. */
		if (strcmp(h->name, name) || h->err == err ||
			(h->privilege_first && err == EPERM && may_mount() != 1))
			continue;
		const long *arg = h->args;
		long r = syscall(h->nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
		return r < 0 && errno == err;
	}
	return -1;
}

/*
 * The calls that this kernel has, one on a line, as its symbols say. The names in kallsyms are
 * for everyone, only the addresses are hidden (kptr_restrict). A call that was not built in has
 * a weak symbol (kernel/sys_ni.c), which is none.
 */
static struct {
	char *calls; /* begins with a newline */
	bool kept;   /* for the questions to come; not of a captured machine */
} symbols;

static bool is_weak(char type)
{
	return type == 'w' || type == 'W';
}

static void add_symbol(FILE *out, const char *line)
{
	char type, name[128];

	if (sscanf(line, "%*s %c %127s", &type, name) != 2 || is_weak(type))
		return;
	const char *at = strstr(name, "_sys_");
	if (at)
		fprintf(out, "%s\n", at + strlen("_sys_"));
}

void call_symbols_read(const struct env *env)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0, calls_size;

	if (symbols.kept)
		return;
	free(symbols.calls);
	symbols.calls = NULL;
	symbols.kept = !*env->prefix;
	int fd = env_open(env, "/proc/kallsyms", O_RDONLY);
	_cleanup_fclose_ FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	FILE *out = in ? open_memstream(&symbols.calls, &calls_size) : NULL;
	if (!out)
		return;
	putc('\n', out);
	while (getline(&line, &size, in) > 0)
		if (strstr(line, "_sys_"))
			add_symbol(out, line);
	fclose(out);
}

int call_in_kernel(const struct env *env, const char *name)
{
	char line[64];

	call_symbols_read(env);
	if (!symbols.calls || !symbols.calls[1])
		return -1;
	/* The call that is umount2(2) now had that name first. */
	snprintf(line, sizeof(line), "\n%s\n", strcmp(name, "umount2") ? name : "umount");
	return strstr(symbols.calls, line) != NULL;
}
