#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seal.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* MFD_EXEC is known from 6.3 on; before that every one can be executed. */
static int make_memfd(void)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;

	int fd = memfd_create("plimsoll-runtime", flags | MFD_EXEC);
	return fd < 0 && errno == EINVAL ? memfd_create("plimsoll-runtime", flags) : fd;
}

static int copy(int from, int to)
{
	struct stat st;
	off_t done = 0;

	if (fstat(from, &st) < 0)
		return -errno;
	while (done < st.st_size)
		if (sendfile(to, from, &done, st.st_size - done) <= 0)
			return errno ? -errno : -EIO;
	return fcntl(to, F_ADD_SEALS, SEALS) < 0 ? -errno : 0;
}

int seal_self(char **argv, struct failure *f)
{
	_cleanup_close_ int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (self < 0)
		return fail(f, errno, "open(/proc/self/exe)");
	if (fcntl(self, F_GET_SEALS) == SEALS)
		return 0;
	_cleanup_close_ int sealed = make_memfd();
	if (sealed < 0)
		return fail(f, errno, "memfd_create, for a sealed copy of this program");
	int r = copy(self, sealed);
	if (r < 0)
		return fail(f, -r, "cannot make a sealed copy of this program");
	syscall(SYS_execveat, sealed, "", argv, environ, AT_EMPTY_PATH);
	return fail(f, errno, "execveat of a sealed copy of this program%s",
		errno == EACCES ? " (vm.memfd_noexec?)" : "");
}
