#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_strings(out, "/proc/self/cmdline");
}

const struct fact fact_args = {
	.about = "process.args as the process got them: an array of strings",
	.look = look,
};
