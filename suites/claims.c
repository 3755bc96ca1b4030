#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "cleanup.h"
#include "pool.h"

#define DEADLINE_MS 10000
#define SAID_MOST   (1 << 20)

/* A claim: a member that is true, or, with `word`, an array that has it. */
static const struct claim {
	const char *probe, *member, *word;
} claims[] = {
	{ "mnt/mount_setattr", "linux.mountExtensions.idmap.enabled", NULL },
	{ "mnt/rro", "mountOptions", "rro" },
	{ "mnt/nosymfollow", "mountOptions", "nosymfollow" },
	{ "cgroup/v2", "linux.cgroup.v2", NULL },
	{ "lsm/apparmor", "linux.apparmor.enabled", NULL },
	{ "lsm/selinux", "linux.selinux.enabled", NULL },
	{ "seccomp/filter", "linux.seccomp.enabled", NULL },
	{ "seccomp/log", "linux.seccomp.supportedFlags", "SECCOMP_FILTER_FLAG_LOG" },
	{ "seccomp/tsync", "linux.seccomp.supportedFlags", "SECCOMP_FILTER_FLAG_TSYNC" },
	{ "seccomp/spec_allow", "linux.seccomp.supportedFlags",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW" },
	{ "seccomp/wait_killable", "linux.seccomp.supportedFlags",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" },
	{ "ns/time", "linux.namespaces", "time" },
	{ "ns/cgroup", "linux.namespaces", "cgroup" },
	{ "ns/user", "linux.namespaces", "user" },
};

static void become_features(const struct runtime *rt, int out, int parent)
{
	const char *const argv[] = { rt->path, "features", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	die_with_parent(parent);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(127);
	runtime_exec(rt, argv, NULL, 0);
	_exit(127);
}

/* What comes until the end, or the deadline; a flood is cut and then no JSON. */
static size_t read_until(int fd, char *buf, size_t size)
{
	double until = now_ms() + DEADLINE_MS;
	size_t len = 0;

	while (len < size) {
		struct pollfd p = { fd, POLLIN, 0 };
		double left = until - now_ms();
		if (left <= 0 || poll(&p, 1, (int)left + 1) <= 0)
			break;
		ssize_t n = read(fd, buf + len, size - len);
		if (n <= 0)
			break;
		len += n;
	}
	return len;
}

json_t *claims_read(const struct runtime *rt)
{
	_cleanup_free_ char *text = malloc(SAID_MOST);
	int fds[2], parent = getpid(), status;

	if (!text || pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	pid_t pid = fork();
	if (pid == 0)
		become_features(rt, fds[1], parent);
	close(fds[1]);
	size_t len = pid > 0 ? read_until(fds[0], text, SAID_MOST) : 0;
	close(fds[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return json_loadb(text, len, 0, NULL);
}

static const json_t *member(const json_t *json, const char *path)
{
	char key[64];

	for (const char *at = path; json && *at; at += strspn(at, ".")) {
		size_t len = strcspn(at, ".");
		snprintf(key, sizeof(key), "%.*s", (int)len, at);
		json = json_object_get(json, key);
		at += len;
	}
	return json;
}

static bool is_claimed(const json_t *features, const struct claim *c)
{
	const json_t *value = member(features, c->member), *word;
	size_t i;

	if (!c->word)
		return json_is_true(value);
	json_array_foreach((json_t *)value, i, word)
		if (json_is_string(word) && !strcmp(json_string_value(word), c->word))
			return true;
	return false;
}

const char *claims_of_probe(const json_t *features, const char *probe)
{
	for (size_t i = 0; i < ARRAY_SIZE(claims); i++)
		if (!strcmp(claims[i].probe, probe) && is_claimed(features, &claims[i]))
			return claims[i].member;
	return NULL;
}
