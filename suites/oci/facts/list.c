#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	struct dirent **names;
	const char *comma = "";

	int n = scandir(*path ? path : ".", &names, NULL, alphasort);
	if (n < 0) {
		say_errno(out, errno);
		return;
	}
	fputc('[', out);
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i]->d_name, ".") && strcmp(names[i]->d_name, "..")) {
			fputs(comma, out);
			say_string(out, names[i]->d_name);
			comma = ",";
		}
		free(names[i]);
	}
	free(names);
	fputc(']', out);
}

const struct fact fact_list = {
	.about =
		"list/PATH: the names in a directory, sorted, or the errno; without PATH, in the "
		"working directory",
	.look = look,
};
