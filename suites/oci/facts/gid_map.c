#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, "/proc/self/gid_map");
}

const struct fact fact_gid_map = {
	.about = "/proc/self/gid_map as it is: a text",
	.look = look,
};
