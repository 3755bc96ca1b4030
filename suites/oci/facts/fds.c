#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;
	const char *comma = "";

	if (!dir) {
		say_errno(out, errno);
		return;
	}
	fputc('[', out);
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' || atoi(e->d_name) == dirfd(dir))
			continue;
		fprintf(out, "%s%s", comma, e->d_name);
		comma = ",";
	}
	fputc(']', out);
}

const struct fact fact_fds = {
	.about = "the open file descriptors: an array of numbers",
	.look = look,
};
