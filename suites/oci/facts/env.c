#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_strings(out, "/proc/self/environ");
}

const struct fact fact_env = {
	.about = "the environment in its order: an array of NAME=VALUE strings",
	.look = look,
};
