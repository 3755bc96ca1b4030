/* Finding runtimes, and asking them who they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"
#include "suite.h"

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
 * In a child of the pool: what it says is what --version prints. In a dock where one can be
 * had: it is a runtime under test already, and must leave nothing behind.
 */
static void ask_version(void *ctx, size_t index, int out)
{
	const struct runtime *rt = ctx;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dock_enter(out);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(1);
	execl(rt->path, rt->path, "--version", (char *)NULL);
	_exit(CANNOT_EXEC);
}

static void take_version(void *ctx, size_t index, const struct pool_result *r)
{
	struct runtime *rt = ctx;

	if (WIFEXITED(r->status) && WEXITSTATUS(r->status) == CANNOT_EXEC)
		*rt->path = '\0';
	if (r->late || r->flooded || !r->len)
		return;
	size_t len = strcspn(r->data, "\n") < r->len ? strcspn(r->data, "\n") : r->len;
	snprintf(rt->version, sizeof(rt->version), "%.*s", (int)len, r->data);
}

int runtime_find(const char *given, struct runtime *ret_runtime)
{
	size_t len = strcspn(given, "=/");
	bool named = given[len] == '=';
	struct runtime rt = { 0 };
	struct pool pool = { .workers = 1,
		.deadline_ms = 5000,
		.job = ask_version,
		.done = take_version,
		.ctx = &rt };

	snprintf(rt.name, sizeof(rt.name), "%.*s",
		named ? (int)len : (int)sizeof(rt.name), given);
	int r = runtime_search(named ? given + len + 1 : given, rt.path, sizeof(rt.path));
	if (r == 0)
		r = pool_run(&pool, 1);
	if (r == 0 && !*rt.path)
		r = -ENOEXEC;
	if (r == 0)
		*ret_runtime = rt;
	return r;
}
