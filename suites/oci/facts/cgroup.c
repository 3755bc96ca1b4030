#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, "/proc/self/cgroup");
}

const struct fact fact_cgroup = {
	.about = "/proc/self/cgroup as it is: a text",
	.look = look,
};
