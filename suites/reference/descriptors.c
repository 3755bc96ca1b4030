#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "process_parts.h"
#include "uapi/close_range.h"

/* The size of the table, which is more than the greatest descriptor. self/fd would need
 * rights that a process which is not dumpable lacks in a user namespace. */
static int table_size(int proc, unsigned *ret, struct failure *f)
{
	_cleanup_close_ int fd = openat(proc, "self/status", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
	char line[256];

	if (!file)
		return fail(f, errno, "process: open(/proc/self/status)");
	TAKE_FD(fd);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "FDSize: %u", ret) == 1)
			return 0;
	return fail(f, EPROTO, "process: /proc/self/status: no FDSize");
}

/* Of a descriptor that is not open there is nothing to be said. */
static int seal_each(unsigned first, int proc, struct failure *f)
{
	unsigned size;

	if (table_size(proc, &size, f) < 0)
		return -f->err;
	for (unsigned fd = first; fd < size; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 && errno != EBADF)
			return fail(f, errno, "process: fcntl(%u, FD_CLOEXEC)", fd);
	return 0;
}

int descriptors_seal(unsigned first, int proc, struct failure *f)
{
	/* The flag is newer than the call: ENOSYS before 5.9, EINVAL before 5.11. A
	 * filter above us may say EPERM. */
	if (sys_close_range(first, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	return seal_each(first, proc, f);
}

/*
 * Devices of the host are left alone, /dev/null above all: only what is somebody's end of
 * something is the user's.
 */
static bool to_be_given(int fd, uid_t uid)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_uid == uid)
		return false;
	return S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
		(S_ISCHR(st.st_mode) && isatty(fd));
}

int descriptors_give(uid_t uid, struct failure *f)
{
	for (int fd = 0; fd <= 2; fd++)
		/* EINVAL: a user namespace has no such uid; the others: it is not ours to
		 * give. The descriptor itself works all the same. */
		if (to_be_given(fd, uid) && fchown(fd, uid, -1) < 0 && errno != EINVAL &&
			errno != EPERM && errno != EROFS)
			return fail(
				f, errno, "process.user.uid: fchown(%d, %u)", fd, uid);
	return 0;
}
