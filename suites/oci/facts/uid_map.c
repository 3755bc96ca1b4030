#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, "/proc/self/uid_map");
}

const struct fact fact_uid_map = {
	.about = "/proc/self/uid_map as it is: a text",
	.look = look,
};
