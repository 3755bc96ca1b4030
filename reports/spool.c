#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "spool.h"

static int open_nameless(void)
{
	const char *dirs[] = { getenv("TMPDIR"), "/tmp", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		int fd = dirs[i]
			? open(dirs[i], O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600)
			: -1;
		if (fd >= 0)
			return fd;
	}
	return memfd_create("plimsoll-report", MFD_CLOEXEC);
}

FILE *spool_open(void)
{
	_cleanup_close_ int fd = open_nameless();
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w+");

	if (f)
		TAKE_FD(fd);
	return f;
}

int spool_copy(FILE *spool, FILE *out)
{
	char buf[16384];
	size_t n;

	/* rewind() would forget it. */
	if (ferror(spool))
		return -EIO;
	if (fflush(spool) == EOF)
		return -errno;
	rewind(spool);
	while ((n = fread(buf, 1, sizeof(buf), spool)) > 0)
		if (fwrite(buf, 1, n, out) < n)
			return -EIO;
	return ferror(spool) ? -EIO : 0;
}

int spool_empty(FILE *spool)
{
	if (fseeko(spool, 0, SEEK_SET) < 0 || ftruncate(fileno(spool), 0) < 0)
		return -errno;
	return 0;
}
