#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "machine.h"
#include "pool.h"

/*
 * The emulated processor has what x86-64-v2 asks for and a random number generator, without
 * which kernels wait for entropy; it has no AVX (its state is what a context switch under TCG
 * costs), no five-level page tables, and a vendor whose processors need no page table
 * isolation. Under `max` runc takes nearly twice as long for the same cases.
 */
static const struct emulator emulators[] = {
	{ .machine = "x86_64",
		.program = "qemu-system-x86_64",
		.console = "ttyS0",
		.port = "ttyS1",
		.type = "q35",
		.cpu = "Opteron_G3,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,-misalignsse" },
};

const struct emulator *emulator_find(void)
{
	struct utsname u;

	uname(&u);
	for (size_t i = 0; i < ARRAY_SIZE(emulators); i++)
		if (!strcmp(emulators[i].machine, u.machine))
			return &emulators[i];
	return NULL;
}

int emulator_path(const struct emulator *e, char *ret_path, size_t size)
{
	const char *var = getenv("PATH");
	_cleanup_free_ char *path = strdup(var ? var : "/usr/local/bin:/usr/bin:/bin");
	char *rest = path, *dir;

	while (path && (dir = strsep(&rest, ":"))) {
		int len = snprintf(ret_path, size, "%s/%s", *dir ? dir : ".", e->program);
		if (len < (int)size && access(ret_path, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

/* In the child: a descriptor that QEMU inherits, as a path that it can open. */
static void hand_over(int fd, const char *before, char *ret_text, size_t size)
{
	snprintf(ret_text, size, "%s/proc/self/fd/%d", before, dup(fd));
}

/*
 * One thread for all processors: with several, QEMU now and then runs a stale int3 where the
 * kernel has just patched its own code, and the kernel dies of it.
 */
static void __attribute__((noreturn))
execute(const struct machine *m, int console, int port, int said)
{
	char image[64], initramfs[64], first[128], second[128], memory[32], cpus[32];
	int null = open("/dev/null", O_RDONLY);

	dup2(null, STDIN_FILENO);
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	hand_over(m->image, "", image, sizeof(image));
	hand_over(m->initramfs, "", initramfs, sizeof(initramfs));
	hand_over(console, "file,id=console,path=", first, sizeof(first));
	hand_over(port, "file,id=port,path=", second, sizeof(second));
	snprintf(memory, sizeof(memory), "%uM", m->memory);
	snprintf(cpus, sizeof(cpus), "%u", m->cpus);
	const char *argv[] = { m->program, "-accel", m->kvm ? "kvm" : "tcg,thread=single",
		"-machine", m->emulator->type, "-cpu", m->kvm ? "host" : m->emulator->cpu,
		"-smp", cpus, "-m", memory, "-nodefaults", "-no-user-config", "-display",
		"none", "-no-reboot", "-chardev", first, "-serial", "chardev:console",
		"-chardev", second, "-serial", "chardev:port", "-kernel", image,
		"-initrd", initramfs, "-append", m->cmdline, NULL };
	execv(m->program, (char **)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", m->program, strerror(errno));
	_exit(127);
}

static int fork_machine(const struct machine *m, int pipes[MACHINE_STREAMS][2])
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	/* What is typed at the terminal is for us to act on. */
	setpgid(0, 0);
	die_with_parent(parent);
	execute(m, pipes[MACHINE_CONSOLE][1], pipes[MACHINE_PORT][1],
		pipes[MACHINE_SAID][1]);
}

int machine_start(const struct machine *m, struct machine_run *ret_run)
{
	int pipes[MACHINE_STREAMS][2], r = 0, made = 0;

	for (; made < MACHINE_STREAMS && r == 0; made += r == 0)
		r = pipe2(pipes[made], O_CLOEXEC) < 0 ? -errno : 0;
	if (r == 0)
		r = fork_machine(m, pipes);
	for (int i = 0; i < made; i++) {
		close(pipes[i][1]);
		if (r < 0) {
			close(pipes[i][0]);
			continue;
		}
		fcntl(pipes[i][0], F_SETFL, O_NONBLOCK);
		ret_run->streams[i] = pipes[i][0];
	}
	if (r < 0)
		return r;
	ret_run->pid = r;
	return 0;
}

int machine_stop(struct machine_run *run)
{
	int status = 0;

	kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	for (int i = 0; i < MACHINE_STREAMS; i++)
		if (run->streams[i] >= 0)
			close(run->streams[i]);
	run->pid = 0;
	return status;
}
