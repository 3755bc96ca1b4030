/* Which file process.args[0] is, and its execution. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "process_parts.h"
#include "safe_path.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * 0, or a positive errno. Not by the magic links of procfs: /proc/self/exe would be the
 * runtime itself (CVE-2019-5736). A relative path begins in process.cwd, where we are not
 * yet.
 */
static int look_at(int root, const char *cwd, const char *path)
{
	char whole[2 * PATH_MAX];
	struct stat st;

	if (path[0] == '/')
		cwd = "";
	if (snprintf(whole, sizeof(whole), "%s/%s", cwd, path) >= PATH_MAX)
		return ENAMETOOLONG;
	_cleanup_close_ int fd = safe_open(root, whole, O_PATH);
	if (fd < 0)
		return -fd;
	if (fstat(fd, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(AT_FDCWD, whole, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

/* The next directory of PATH: an empty one is the working directory. */
static const char *next_candidate(const char *path, const char *name, char *ret)
{
	size_t length = strcspn(path, ":");
	const char *rest = path[length] ? path + length + 1 : NULL;

	if (snprintf(ret, PATH_MAX, "%.*s/%s", length ? (int)length : 1,
		    length ? path : ".", name) >= PATH_MAX)
		ret[0] = '\0';
	return rest;
}

/* As execvp(3) looks: it goes on after what is not there or not executable, but says of
 * the latter. */
static int look_along(
	int root, const char *cwd, const char *path, const char *name, char *ret)
{
	int err = ENOENT;

	while (path) {
		path = next_candidate(path, name, ret);
		int r = ret[0] ? look_at(root, cwd, ret) : ENAMETOOLONG;

		if (r == 0)
			return 0;
		if (r == EACCES)
			err = EACCES;
	}
	return err;
}

int process_find(const json_t *process, char *ret_path, struct failure *f)
{
	const json_t *args = json_object_get(process, "args");
	const char *name = json_string_value(json_array_get(args, 0));
	const char *cwd = json_string_value(json_object_get(process, "cwd"));
	const char *path = environment_get(process, "PATH");
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char found[PATH_MAX] = "";
	int err;

	if (!name)
		return fail(f, 0, "process.args: is empty");
	if (root < 0)
		return fail(f, errno, "process.args[0]: open(/)");
	if (strlen(name) >= sizeof(found))
		err = ENAMETOOLONG;
	else if (strchr(name, '/'))
		err = look_at(root, cwd ? cwd : "/", strcpy(found, name));
	else
		err = name[0] ? look_along(root, cwd ? cwd : "/",
					path ? path : DEFAULT_PATH, name, found)
			      : ENOENT;
	if (err)
		return fail(f, err, "process.args[0]: \"%.1000s\"", name);
	strcpy(ret_path, found);
	return 0;
}

int process_exec(
	const json_t *process, const char *path, char *const *env, struct failure *f)
{
	const json_t *args = json_object_get(process, "args"), *arg;
	_cleanup_free_ const char **argv =
		calloc(json_array_size(args) + 1, sizeof(*argv));
	size_t i;

	if (!argv)
		return fail(f, ENOMEM, "process.args");
	json_array_foreach(args, i, arg)
		argv[i] = json_string_value(arg);
	execve(path, (char *const *)argv, env);
	return fail(f, errno, "process.args[0]: execve(%s)", path);
}
