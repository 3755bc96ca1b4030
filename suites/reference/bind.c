#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "cleanup.h"
#include "mount.h"
#include "safe_path.h"
#include "uapi/mount.h"

int bind_by_path(int proc, int from, int at, const char *type, unsigned long flags,
	const char *data)
{
	_cleanup_close_ int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char source[SAFE_FD_PATH], target[SAFE_FD_PATH];
	int r = 0;

	if (cwd < 0 || fchdir(proc) < 0)
		return -errno;
	snprintf(source, sizeof(source), "self/fd/%d", from);
	snprintf(target, sizeof(target), "self/fd/%d", at);
	if (mount(from < 0 ? type : source, target, type, flags, data) < 0)
		r = -errno;
	/* A user namespace may keep us from going back to where its creator was. */
	if (fchdir(cwd) < 0 && chdir("/") < 0 && !r)
		r = -errno;
	return r;
}

int bind_over(int proc, int from, int at, bool recursive, int *ret_mnt)
{
	unsigned flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	_cleanup_close_ int mnt =
		sys_open_tree(from, "", flags | (recursive ? AT_RECURSIVE : 0));
	int r;

	if (mnt >= 0)
		r = mount_attach(mnt, at);
	else if (errno == ENOSYS)
		r = bind_by_path(
			proc, from, at, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL);
	else
		return -errno;
	if (r == 0)
		*ret_mnt = TAKE_FD(mnt);
	return r;
}

int bind_propagation(int proc, int mnt, unsigned long flags)
{
	return bind_by_path(proc, -1, mnt, NULL, flags, NULL);
}

int bind_mount_id(int proc, int fd)
{
	char path[SAFE_FD_PATH], text[1024];
	int id;

	snprintf(path, sizeof(path), "self/fdinfo/%d", fd);
	_cleanup_close_ int info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	const char *line = strstr(text, "mnt_id:");
	return line && sscanf(line, "mnt_id: %d", &id) == 1 ? id : -ENODATA;
}
