#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "env.h"
#include "fixtures.h"
#include "pool.h"
#include "runtime.h"
#include "trial.h"
#include "uapi/memfd.h"

#define CANNOT_EXEC 126 /* as shells say it */

static bool executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int runtime_search(const char *name, char *ret_path, size_t size)
{
	char path[PATH_MAX], full[PATH_MAX + 256];
	const char *var = getenv("PATH");
	char *rest = path, *dir;

	if (strchr(name, '/')) {
		snprintf(full, sizeof(full), "%s", name);
		return executable(full) && realpath(full, ret_path) ? 0 : -ENOENT;
	}
	snprintf(path, sizeof(path), "%s:/usr/local/sbin:/usr/sbin:/sbin",
		var ? var : "/usr/bin");
	while ((dir = strsep(&rest, ":"))) {
		snprintf(full, sizeof(full), "%s/%s", *dir ? dir : ".", name);
		if (executable(full) && strlen(full) < size && realpath(full, ret_path))
			return 0;
	}
	return -ENOENT;
}

/*
 * What the runtime is run from must not be seen by it: it goes behind the descriptors that the
 * runtime is to find, all others are closed, and it itself is by exec.
 */
static int close_all_but(int image, int fds)
{
	int at = STDERR_FILENO + 1 + fds;

	if (image < 0) {
		close_above(STDERR_FILENO);
		return -1;
	}
	if (image != at && dup3(image, at, O_CLOEXEC) < 0)
		return -errno;
	close_above(at);
	for (int fd = STDERR_FILENO + 1; fd < at; fd++)
		close(fd);
	return at;
}

int runtime_exec(
	const struct runtime *rt, const char *const *argv, const char *opened, int fds)
{
	int image = close_all_but(rt->image, fds), from = STDIN_FILENO;

	if (rt->image >= 0 && image < 0)
		return image;
	if (opened && fds)
		from = open(opened,
			O_RDONLY); /* the first of them, as nothing is open there */
	if (from < 0)
		return -errno;
	for (int i = 0; i < fds; i++)
		dup2(from, STDERR_FILENO + 1 + i);
	if (image >= 0)
		fexecve(image, (char *const *)argv, environ);
	else
		execv(rt->path, (char *const *)argv);
	return -errno;
}

/* --- its version --- */

struct asking {
	struct runtime *rt;
	bool cannot_exec; /* then the version is why */
};

/*
 * In a child of the pool: what it says is what --version prints. In a dock where one can be
 * had: it is a runtime under test already, and must leave nothing behind.
 */
static void ask_version(void *ctx, size_t index, int out)
{
	const struct asking *a = ctx;
	const char *argv[] = { a->rt->path, "--version", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dock_enter(out);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(1);
	int r = runtime_exec(a->rt, argv, NULL, 0);
	dprintf(STDOUT_FILENO, "%s", strerror(-r));
	_exit(CANNOT_EXEC);
}

static void take_version(void *ctx, size_t index, const struct pool_result *r)
{
	struct asking *a = ctx;

	a->cannot_exec = WIFEXITED(r->status) && WEXITSTATUS(r->status) == CANNOT_EXEC;
	if (r->late || r->flooded || !r->len)
		return;
	size_t len = strcspn(r->data, "\n") < r->len ? strcspn(r->data, "\n") : r->len;
	snprintf(a->rt->version, sizeof(a->rt->version), "%.*s", (int)len, r->data);
}

/* 0, -ENOEXEC if it is no program that this host runs, or another -errno. */
static int ask(struct runtime *rt)
{
	struct asking a = { rt };
	struct pool pool = { .workers = 1,
		.deadline_ms = 5000,
		.job = ask_version,
		.done = take_version,
		.ctx = &a };
	int r = pool_run(&pool, 1);

	return r == 0 && a.cannot_exec ? -ENOEXEC : r;
}

/* --- the reference --- */

static int write_all(int fd, const unsigned char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno != EINTR)
			return -errno;
		data += n > 0 ? n : 0;
		size -= n > 0 ? n : 0;
	}
	return 0;
}

/* The embedded program in memory, sealed: no container can change what runs next. */
static int make_image(void)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	_cleanup_close_ int fd = memfd_create("plimsoll-runtime", flags | MFD_EXEC);

	/* Before 6.3 there is no such flag, and all can be executed. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("plimsoll-runtime", flags);
	if (fd < 0)
		return -errno;
	int r = write_all(fd, reference_image, reference_size);
	if (r < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS,
		    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	/* A standard stream that came closed is no place for it. */
	int image = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return image < 0 ? -errno : image;
}

static int cannot_run(char *why, size_t why_size, const char *call, const char *error)
{
	const struct env env = { 0 };

	if (env_number(&env, "/proc/sys/vm/memfd_noexec") == 2)
		snprintf(why, why_size,
			"the embedded runtime cannot be run: this host lets nothing be "
			"executed from memory (sysctl vm.memfd_noexec is 2; 1 is enough)");
	else
		snprintf(why, why_size,
			"the embedded runtime cannot be run from memory: %s: %s", call,
			error);
	return -EOPNOTSUPP;
}

static int find_reference(struct runtime *rt, char *why, size_t why_size)
{
	snprintf(rt->path, sizeof(rt->path), "plimsoll-runtime");
	rt->image = make_image();
	if (rt->image < 0)
		return cannot_run(why, why_size, "memfd_create", strerror(-rt->image));
	int r = ask(rt);
	if (r == -ENOEXEC)
		r = cannot_run(why, why_size, "execveat", rt->version);
	else if (r < 0)
		snprintf(why, why_size,
			"cannot ask the embedded runtime for its version: %s",
			strerror(-r));
	if (r < 0)
		runtime_release(rt);
	return r;
}

static int find_installed(
	const char *program, struct runtime *rt, char *why, size_t why_size)
{
	int r = runtime_search(program, rt->path, sizeof(rt->path));

	if (r == 0)
		r = ask(rt);
	if (r == -ENOENT || r == -ENOEXEC) {
		snprintf(why, why_size,
			"there is no runtime \"%s\": not on PATH, or not an executable file",
			program);
		return -ENOENT;
	}
	if (r < 0)
		snprintf(why, why_size,
			"cannot ask the runtime \"%s\" for its version: %s", program,
			strerror(-r));
	return r;
}

int runtime_find(
	const char *given, struct runtime *ret_runtime, char *why, size_t why_size)
{
	size_t len = strcspn(given, "=/");
	bool named = given[len] == '=';
	const char *program = named ? given + len + 1 : given;
	struct runtime rt = { .image = -1 };

	snprintf(rt.name, sizeof(rt.name), "%.*s",
		named ? (int)len : (int)sizeof(rt.name), given);
	int r = strcmp(program, RUNTIME_REFERENCE)
		? find_installed(program, &rt, why, why_size)
		: find_reference(&rt, why, why_size);
	if (r == 0)
		*ret_runtime = rt;
	return r;
}

bool runtime_is_reference(const struct runtime *rt)
{
	return rt->image >= 0;
}

void runtime_release(struct runtime *rt)
{
	if (rt->image >= 0)
		close(rt->image);
	rt->image = -1;
}
