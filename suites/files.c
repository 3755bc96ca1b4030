#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "files.h"

static int refuse(const char *path, const char *what, file_fn fn, void *ctx)
{
	_cleanup_free_ char *why = NULL;

	if (asprintf(&why, "%s: %s", path, what) < 0)
		return -ENOMEM;
	return fn(ctx, path, why);
}

static int is_record_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot > entry->d_name && !strcmp(dot, ".jsonl");
}

/* A pipe that somebody left there would be waited for. */
static bool is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* How many of them were files; or a negative error. */
static int each_entry(
	const char *dir, struct dirent **entries, int count, file_fn fn, void *ctx)
{
	int files = 0;

	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *path = NULL;
		const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";
		if (asprintf(&path, "%s%s%s", dir, slash, entries[i]->d_name) < 0)
			return -ENOMEM;
		if (!is_regular(path))
			continue;
		int r = fn(ctx, path, NULL);
		if (r < 0)
			return r;
		files++;
	}
	return files;
}

static int files_in(const char *dir, file_fn fn, void *ctx)
{
	struct dirent **entries = NULL;
	int count = scandir(dir, &entries, is_record_file, alphasort);

	if (count < 0)
		return refuse(dir, strerror(errno), fn, ctx);
	int r = each_entry(dir, entries, count, fn, ctx);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return r == 0   ? refuse(dir, "there is no *.jsonl in this directory", fn, ctx)
		: r < 0 ? r
			: 0;
}

int files_of(const char *name, file_fn fn, void *ctx)
{
	struct stat st;

	if (strcmp(name, "-") != 0 && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
		return files_in(name, fn, ctx);
	return fn(ctx, name, NULL);
}

static int each_line(FILE *in, const char *list, file_fn fn, void *ctx)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	ssize_t len;

	errno = 0;
	while ((len = getline(&line, &size, in)) > 0) {
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (!len)
			continue;
		/* Here "-" is a file: stdin may be the list. */
		int r = files_of(strcmp(line, "-") ? line : "./-", fn, ctx);
		if (r < 0)
			return r;
		errno = 0;
	}
	return feof(in) ? 0 : refuse(list, strerror(errno), fn, ctx);
}

int files_listed(const char *list, file_fn fn, void *ctx)
{
	if (!strcmp(list, "-"))
		return each_line(stdin, "stdin", fn, ctx);

	_cleanup_fclose_ FILE *in = fopen(list, "re");
	if (!in)
		return refuse(list, strerror(errno), fn, ctx);
	return each_line(in, list, fn, ctx);
}
