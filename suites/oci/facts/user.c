#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

static void look(FILE *out, const char *path)
{
	gid_t groups[256];
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	mode_t mask = umask(0);
	umask(mask);
	int n = getgroups(256, groups);
	fprintf(out,
		"{\"uid\":%u,\"gid\":%u,\"uids\":[%u,%u,%u],\"gids\":[%u,%u,%u],\"umask\":%u,"
		"\"additionalGids\":[",
		e, eg, r, e, s, rg, eg, sg, mask);
	for (int i = 0; i < n; i++)
		fprintf(out, "%s%u", i ? "," : "", groups[i]);
	fputs("]}", out);
}

const struct fact fact_user = {
	.about =
		"process.user: an object of uid, gid, additionalGids, umask, and the real, "
		"effective and saved ids as uids and gids",
	.look = look,
};
