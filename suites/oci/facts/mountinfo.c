#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, "/proc/self/mountinfo");
}

const struct fact fact_mountinfo = {
	.about = "/proc/self/mountinfo as it is; the judge reads mount/PATH out of it",
	.look = look,
};
