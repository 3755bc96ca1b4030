#include "fact.h"

static void look(FILE *out, const char *path)
{
	say_file(out, path);
}

const struct fact fact_read = {
	.about = "read/PATH: the text of a file, or the errno",
	.look = look,
};
