#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	char cwd[PATH_MAX];

	if (getcwd(cwd, sizeof(cwd)))
		say_string(out, cwd);
	else
		say_errno(out, errno);
}

const struct fact fact_cwd = {
	.about = "the working directory: a path",
	.look = look,
};
