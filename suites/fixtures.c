#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fixtures.h"

#define FILE_MAX (1 << 20) /* bytes of a fixture */

/* A directory is a set of fixtures if it has the base configuration. */
static bool is_fixtures(const char *dir)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/base/config.json", dir);
	return access(path, R_OK) == 0;
}

static void installed(char *dir, size_t size)
{
	char exe[PATH_MAX];

	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	snprintf(dir, size, "%s/../share/plimsoll/fixtures", exe);
}

int fixtures_find(
	const char *given, struct fixtures *ret_fixtures, char *why, size_t why_size)
{
	struct fixtures fx = { "" };
	char dir[PATH_MAX + 64];

	if (given) {
		if (!is_fixtures(given) || strlen(given) >= sizeof(fx.dir)) {
			snprintf(why, why_size,
				"%s: not a directory of fixtures (no base/config.json in it)",
				given);
			return -ENOENT;
		}
		strcpy(fx.dir, given);
		*ret_fixtures = fx;
		return 0;
	}
	installed(dir, sizeof(dir));
	if (!is_fixtures(dir) || !realpath(dir, fx.dir)) {
		if (is_fixtures(PLIMSOLL_SOURCE "/fixtures"))
			strcpy(fx.dir, PLIMSOLL_SOURCE "/fixtures");
		else
			fx.dir[0] = '\0';
	}
	*ret_fixtures = fx;
	return 0;
}

static char *copy(const void *data, size_t len, size_t *ret_len)
{
	char *text = malloc(len + 1);

	if (text) {
		memcpy(text, data, len);
		text[len] = '\0';
		*ret_len = len;
	}
	return text;
}

static char *read_embedded(const char *path, size_t *ret_len)
{
	for (size_t i = 0; i < embedded_count; i++)
		if (!strcmp(embedded_files[i].path, path))
			return copy(
				embedded_files[i].data, embedded_files[i].size, ret_len);
	errno = ENOENT;
	return NULL;
}

char *fixtures_read(const struct fixtures *fx, const char *path, size_t *ret_len)
{
	char full[PATH_MAX + 256];
	struct stat st;

	if (!*fx->dir)
		return read_embedded(path, ret_len);
	snprintf(full, sizeof(full), "%s/%s", fx->dir, path);
	_cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		errno = S_ISREG(st.st_mode)   ? EFBIG
			: S_ISDIR(st.st_mode) ? EISDIR
					      : ENOTSUP;
		return NULL;
	}
	_cleanup_free_ char *text = malloc(st.st_size + 1);
	ssize_t n = text ? read(fd, text, st.st_size) : -1;
	return n < 0 ? NULL : copy(text, n, ret_len);
}

json_t *fixtures_json(
	const struct fixtures *fx, const char *path, char *why, size_t why_size)
{
	json_error_t err;
	size_t len;

	_cleanup_free_ char *text = fixtures_read(fx, path, &len);
	if (!text) {
		snprintf(why, why_size, "fixtures/%s: %s", path, strerror(errno));
		return NULL;
	}
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (!json)
		snprintf(why, why_size, "fixtures/%s:%d: %s", path, err.line, err.text);
	return json;
}

struct list {
	char **paths;
	size_t count;
};

static void list_add(struct list *l, const char *path)
{
	size_t len = strlen(path);

	if (len < 5 || strcmp(path + len - 5, ".json"))
		return;
	char **paths = reallocarray(l->paths, l->count + 2, sizeof(*paths));
	if (!paths)
		return;
	l->paths = paths;
	l->paths[l->count++] = strdup(path);
	l->paths[l->count] = NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **fixtures_list(const struct fixtures *fx, const char *dir)
{
	struct list l = { calloc(1, sizeof(char *)), 0 };
	char top[PATH_MAX + 64];
	char *tops[] = { top, NULL };
	size_t len = strlen(dir);

	for (size_t i = 0; !*fx->dir && i < embedded_count; i++)
		if (!strncmp(embedded_files[i].path, dir, len) &&
			embedded_files[i].path[len] == '/')
			list_add(&l, embedded_files[i].path);
	snprintf(top, sizeof(top), "%s/%s", fx->dir, dir);
	FTS *fts = *fx->dir ? fts_open(tops, FTS_LOGICAL | FTS_NOCHDIR, NULL) : NULL;
	const FTSENT *e;
	/* Whatever bears the name of a fixture: that it cannot be read is said where it is read. */
	while (fts && (e = fts_read(fts)))
		if (e->fts_info != FTS_D && e->fts_info != FTS_DP)
			list_add(&l, e->fts_path + strlen(fx->dir) + 1);
	if (fts)
		fts_close(fts);
	if (l.paths)
		qsort(l.paths, l.count, sizeof(*l.paths), by_name);
	return l.paths;
}
