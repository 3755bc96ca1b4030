#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "process_parts.h"

void environment_free(char **env)
{
	for (size_t i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}

static void environment_cleanup(char ***env)
{
	environment_free(*env);
}

/* Does the entry name this variable? */
static const char *value_in(const char *entry, const char *name, size_t length)
{
	return strncmp(entry, name, length) == 0 && entry[length] == '='
		? entry + length + 1
		: NULL;
}

/* After the first `from` entries. */
static const char *last_value(
	const json_t *env, size_t from, const char *name, size_t length)
{
	for (size_t i = json_array_size(env); i > from; i--) {
		const char *entry = json_string_value(json_array_get(env, i - 1));
		const char *value = value_in(entry, name, length);

		if (value)
			return value;
	}
	return NULL;
}

const char *environment_get(const json_t *process, const char *name)
{
	return last_value(json_object_get(process, "env"), 0, name, strlen(name));
}

/* A file of the image: it may be anything, even something that blocks. */
static FILE *open_passwd(void)
{
	_cleanup_close_ int fd =
		open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	FILE *file = fdopen(fd, "re");
	if (file)
		TAKE_FD(fd);
	return file;
}

/* "/" if the user is not known. NULL: no memory. */
static char *home_of(uid_t uid)
{
	_cleanup_fclose_ FILE *file = open_passwd();
	struct passwd space, *entry;
	char buf[8192];

	/* An entry that does not fit ends it: that would be read again and again. */
	while (file && fgetpwent_r(file, &space, buf, sizeof(buf), &entry) == 0)
		if (entry->pw_uid == uid)
			return strdup(entry->pw_dir[0] ? entry->pw_dir : "/");
	return strdup("/");
}

static int set_home(const json_t *process, char **end, struct failure *f)
{
	unsigned uid;
	int r = user_id(json_object_get(json_object_get(process, "user"), "uid"),
		"process.user.uid", &uid, f);

	if (r < 0)
		return r;
	_cleanup_free_ char *home = home_of(uid);
	if (!home || asprintf(end, "HOME=%s", home) < 0) {
		*end = NULL;
		return fail(f, ENOMEM, "process.env");
	}
	return 0;
}

/* An entry without a name would be nothing that getenv(3) can find: rather say so. */
static int check_entry(const char *entry, size_t i, struct failure *f)
{
	const char *sign = strchr(entry, '=');

	if (!sign || sign == entry)
		return fail(f, 0, "process.env[%zu]: \"%s\" is no NAME=VALUE", i, entry);
	return 0;
}

int environment_make(const json_t *process, char ***ret, struct failure *f)
{
	const json_t *json = json_object_get(process, "env"), *value;
	_cleanup_(environment_cleanup) char **env =
		calloc(json_array_size(json) + 2, sizeof(*env));
	const char *home = environment_get(process, "HOME");
	size_t i, n = 0;

	if (!env)
		return fail(f, ENOMEM, "process.env");
	json_array_foreach(json, i, value) {
		const char *entry = json_string_value(value);

		if (check_entry(entry, i, f) < 0)
			return -f->err;
		size_t length = strchr(entry, '=') - entry;
		if (last_value(json, i + 1, entry, length) ||
			(value_in(entry, "HOME", 4) && !*home))
			continue;
		if (!(env[n++] = strdup(entry)))
			return fail(f, ENOMEM, "process.env");
	}
	if ((!home || !*home) && set_home(process, &env[n], f) < 0)
		return -f->err;
	*ret = TAKE_PTR(env);
	return 0;
}
