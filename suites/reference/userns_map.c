#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userns_map.h"

#define MAP_MAX  340 /* lines, as the kernel has it */
#define MAP_TEXT (MAP_MAX * 36)

static long long number(const json_t *mapping, const char *key)
{
	return json_integer_value(json_object_get(mapping, key));
}

long long userns_map_outside(const json_t *mappings, long long inside)
{
	size_t i;
	json_t *m;

	json_array_foreach((json_t *)mappings, i, m) {
		long long from = number(m, "containerID");
		if (inside >= from && inside - from < number(m, "size"))
			return number(m, "hostID") + inside - from;
	}
	return -1;
}

static int map_text(const json_t *mappings, char *text)
{
	size_t i, len = 0;
	json_t *m;

	if (json_array_size(mappings) > MAP_MAX)
		return -E2BIG;
	json_array_foreach((json_t *)mappings, i, m)
		len += snprintf(text + len, MAP_TEXT - len, "%lld %lld %lld\n",
			number(m, "containerID"), number(m, "hostID"), number(m, "size"));
	return 0;
}

/* All of it in one write(2): the kernel takes no more than one. */
static int write_proc(pid_t pid, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);
	if (fd < 0 || write(fd, text, len) != len)
		return errno ? -errno : -EIO;
	return 0;
}

/* newuidmap PID INSIDE OUTSIDE COUNT...: what /etc/subuid allows. */
static int ask_helper(const char *helper, pid_t pid, const char *text)
{
	char *argv[3 * MAP_MAX + 3] = { (char *)helper }, number_text[16];
	_cleanup_free_ char *words = strdup(text);
	char *rest = words, *word;
	size_t n = 2;
	int status;

	snprintf(number_text, sizeof(number_text), "%d", (int)pid);
	argv[1] = number_text;
	while ((word = strsep(&rest, " \n")))
		if (*word)
			argv[n++] = word;
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		execvp(helper, argv);
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

static bool only_own(const json_t *mappings, long long own)
{
	const json_t *m = json_array_get(mappings, 0);

	return json_array_size(mappings) == 1 && number(m, "hostID") == own &&
		number(m, "size") == 1;
}

static int write_map(pid_t pid, const char *kind, const json_t *mappings, long long own,
	struct failure *f)
{
	_cleanup_free_ char *text = calloc(1, MAP_TEXT);
	char file[16], helper[16];

	snprintf(file, sizeof(file), "%cid_map", *kind);
	snprintf(helper, sizeof(helper), "new%cidmap", *kind);
	int r = text ? map_text(mappings, text) : -ENOMEM;
	if (r == 0)
		r = write_proc(pid, file, text);
	if (r == -EPERM && geteuid() != 0)
		r = ask_helper(helper, pid, text);
	if (r == -EPERM && only_own(mappings, own)) {
		if (*kind == 'g')
			write_proc(pid, "setgroups", "deny");
		r = write_proc(pid, file, text);
	}
	return r < 0 ? fail(f, -r, "linux.%cidMappings: write(%s)", *kind, file) : 0;
}

int userns_map(pid_t pid, const struct config *c, struct failure *f)
{
	int r = write_map(pid, "uid", config_get(c->os, "uidMappings"), geteuid(), f);

	return r < 0
		? r
		: write_map(pid, "gid", config_get(c->os, "gidMappings"), getegid(), f);
}

static int check_map(
	pid_t pid, const char *file, const json_t *mappings, struct failure *f)
{
	char path[64];
	unsigned inside, outside, count;
	size_t i = 0;

	if (!json_array_size(mappings))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	_cleanup_fclose_ FILE *map = fopen(path, "re");
	if (!map)
		return fail(f, errno, "open(%s)", path);
	for (; fscanf(map, "%u %u %u", &inside, &outside, &count) == 3; i++) {
		const json_t *m = json_array_get(mappings, i);
		if (!m || number(m, "containerID") != inside ||
			number(m, "hostID") != outside || number(m, "size") != count)
			break;
	}
	if (i == json_array_size(mappings) && feof(map))
		return 0;
	return fail(f, 0,
		"linux.%cidMappings are not those of the user namespace given by path",
		*file);
}

int userns_map_check(pid_t pid, const struct config *c, struct failure *f)
{
	int r = check_map(pid, "uid_map", config_get(c->os, "uidMappings"), f);

	return r < 0 ? r : check_map(pid, "gid_map", config_get(c->os, "gidMappings"), f);
}
