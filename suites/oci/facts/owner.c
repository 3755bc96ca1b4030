#include <errno.h>
#include <sys/stat.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		say_errno(out, errno);
	else
		fprintf(out, "\"%u:%u\"", st.st_uid, st.st_gid);
}

const struct fact fact_owner = {
	.about = "owner/PATH: \"UID:GID\" or the errno",
	.look = look,
};
