#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	char file[PATH_MAX], ns[128];

	snprintf(file, sizeof(file), "/proc/self/ns%s", path);
	ssize_t n = readlink(file, ns, sizeof(ns));
	if (n < 0)
		say_errno(out, errno);
	else
		say_text(out, ns, n);
}

const struct fact fact_ns = {
	.about =
		"ns/TYPE: the namespace as the kernel names it, net:[4026531840]; the judge "
		"compares it as namespace/TYPE",
	.look = look,
};
