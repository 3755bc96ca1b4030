#include <errno.h>
#include <unistd.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) == 0)
		say_string(out, name);
	else
		say_errno(out, errno);
}

const struct fact fact_hostname = {
	.about = "the host name: a string",
	.look = look,
};
