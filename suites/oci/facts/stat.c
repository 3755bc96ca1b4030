#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fact.h"

static const char *type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFIFO:
		return "fifo";
	default:
		return "socket";
	}
}

static void look(FILE *out, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		say_errno(out, errno);
		return;
	}
	fprintf(out,
		"{\"type\":\"%s\",\"mode\":\"%04o\",\"uid\":%u,\"gid\":%u,\"nlink\":%lu",
		type(st.st_mode), st.st_mode & 07777, st.st_uid, st.st_gid,
		(unsigned long)st.st_nlink);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		fprintf(out, ",\"rdev\":\"%u:%u\"", major(st.st_rdev), minor(st.st_rdev));
	fputc('}', out);
}

const struct fact fact_stat = {
	.about = "stat/PATH: {type, mode, uid, gid, nlink[, rdev]} or the errno",
	.look = look,
};
