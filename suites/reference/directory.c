#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

#include "process_parts.h"
#include "safe_path.h"

static const char *cwd_of(const json_t *process)
{
	const char *cwd = json_string_value(json_object_get(process, "cwd"));

	return cwd ? cwd : "";
}

static bool refused(int err)
{
	return err == EACCES || err == EPERM;
}

/*
 * By a descriptor that was found without the magic links of procfs, by which one of ours
 * could be reached (CVE-2024-21626); that also keeps what is made on the way below the
 * root.
 */
static int enter(const char *cwd, bool make)
{
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	_cleanup_close_ int fd = make ? safe_mkdirs(root, cwd, 0755)
				      : safe_open(root, cwd, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	return fchdir(fd) < 0 ? -errno : 0;
}

int directory_enter(const json_t *process, bool *ret_again, struct failure *f)
{
	const char *cwd = cwd_of(process);

	if (cwd[0] != '/')
		return fail(f, 0, "process.cwd: \"%s\" is not absolute", cwd);
	int r = enter(cwd, true);
	if (r < 0 && !refused(-r))
		return fail(f, -r, "process.cwd: chdir(%s)", cwd);
	*ret_again = r < 0;
	return 0;
}

int directory_enter_again(const json_t *process, struct failure *f)
{
	int r = enter(cwd_of(process), false);

	if (r < 0)
		return fail(f, -r, "process.cwd: chdir(%s)", cwd_of(process));
	return 0;
}

/* The system call itself: it says "(unreachable)/..." of what is not below the root. */
int directory_check(struct failure *f)
{
	char path[PATH_MAX];

	if (syscall(SYS_getcwd, path, sizeof(path)) < 0)
		return fail(f, errno, "process.cwd: getcwd");
	if (path[0] != '/')
		return fail(f, EXDEV, "process.cwd: %s", path);
	return 0;
}
