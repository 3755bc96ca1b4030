#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, "/proc/self/status");
}

const struct fact fact_status = {
	.about =
		"/proc/self/status as it is; the judge reads capabilities, noNewPrivileges and "
		"seccomp out of it",
	.look = look,
};
