#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "path.h"
#include "record.h"

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static void look_up(int id, struct place *place)
{
	char line[8192];
	int found;

	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *rest = strstr(line, " - ");
		if (sscanf(line, "%d", &found) != 1 || found != id || !rest)
			continue;
		sscanf(rest, " - %63s %*s %511s", place->type, place->options);
		return;
	}
}

void path_place(int dir, struct place *ret_place)
{
	struct place place = { 0 };
	struct statx stx;
	struct statfs fs;

	if (statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 &&
		(stx.stx_mask & STATX_MNT_ID))
		look_up((int)stx.stx_mnt_id, &place);
	if (!*place.type && fstatfs(dir, &fs) == 0)
		snprintf(place.type, sizeof(place.type), "type 0x%lx",
			(unsigned long)fs.f_type);
	*ret_place = place;
}

static struct verdict refused(const struct ask *a, const char *stage, int err)
{
	struct verdict v = answer_refused(a, stage, err);

	if (err == EACCES && !strcmp(v.layer, "unproven")) {
		VERDICT_TEXT(v.layer, "permission");
		VERDICT_TEXT(v.cause,
			"the permissions of %.200s do not let this asker %s it", a->path,
			strstr(stage, "tmpfile") ? "write" : "read");
		VERDICT_TEXT(v.remedy, "ask as root");
	} else if (err == EROFS) {
		VERDICT_TEXT(v.layer, "mount");
		VERDICT_TEXT(v.cause, "%.200s is mounted read-only", a->path);
		VERDICT_TEXT(v.remedy, "ask about a directory that may be written");
	} else if (err == ENOSPC || err == EDQUOT) {
		VERDICT_TEXT(v.layer, "limit");
		VERDICT_TEXT(v.cause, "the file system, or a quota on it, is full");
		VERDICT_TEXT(v.remedy, "free some space: df, df -i, repquota");
	}
	return v;
}

int path_open(const struct ask *a, struct verdict *ret_refused)
{
	int dir = open(a->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = errno;

	if (dir >= 0)
		return dir;
	*ret_refused = err == ENOENT || err == ENOTDIR
		? answer_error("openat", err, "%s: %s", a->path, strerror(err))
		: refused(a, "openat(path)", err);
	return -1;
}

int path_reach(const struct ask *a, struct verdict *ret_refused)
{
	int dir = open(a->path, O_PATH | O_DIRECTORY | O_CLOEXEC), err = errno;

	if (dir >= 0)
		return dir;
	*ret_refused = answer_error("open", err, "%s: %s", a->path, strerror(err));
	if (err != EACCES)
		return -1;
	*ret_refused = answer_denied("permission",
		"the permissions of the directories above it do not let this asker reach it",
		"ask as root", "open: %s", strerror(err));
	VERDICT_TEXT(ret_refused->stage, "open");
	ret_refused->err = err;
	return -1;
}

int path_tmpfile(const struct ask *a, struct verdict *ret_refused)
{
	int fd = open(a->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), err = errno;

	if (fd >= 0)
		return fd;
	if (err == ENOENT || err == ENOTDIR) {
		*ret_refused =
			answer_error("openat", err, "%s: %s", a->path, strerror(err));
	} else if (err == EOPNOTSUPP || err == EISDIR) {
		_cleanup_close_ int dir = open(a->path, O_PATH | O_CLOEXEC);
		*ret_refused = path_absent(a, dir, "openat(tmpfile)", err,
			"has no files without a name (O_TMPFILE)", NULL);
		err = EOPNOTSUPP;
	} else {
		*ret_refused = refused(a, "openat(tmpfile)", err);
	}
	errno = err;
	return -1;
}

struct verdict path_absent(const struct ask *a, int dir, const char *stage, int err,
	const char *what, const char *remedy)
{
	struct place place;
	struct verdict v = answer_refused(a, stage, err);

	if (v.outcome != OUTCOME_ABSENT)
		return v; /* a filter stands before it */
	path_place(dir, &place);
	v.fault = FAULT_FILESYSTEM;
	VERDICT_TEXT(v.detail, "%s %s: %s", place.type, what, errno_name(err));
	VERDICT_TEXT(v.remedy, "%s", remedy ? remedy : "");
	return v;
}
