#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

/* What is already there is opened only: its contents are not ours to change. */
static int try_write(const char *path)
{
	char file[PATH_MAX];
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	bool dir = S_ISDIR(st.st_mode);
	snprintf(file, sizeof(file), "%s%s", path, dir ? "/.plimsoll-write" : "");
	int fd = open(file,
		dir ? O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC : O_WRONLY | O_CLOEXEC,
		0600);
	if (fd < 0)
		return errno;
	close(fd);
	return dir && unlink(file) < 0 ? errno : 0;
}

static void look(FILE *out, const char *path)
{
	say_errno(out, try_write(path));
}

const struct fact fact_write = {
	.about =
		"write/PATH: a file made and removed in the directory, or the file opened for "
		"writing: \"ok\" or the errno",
	.look = look,
};
