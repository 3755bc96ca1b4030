#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "cgroup_mounts.h"
#include "env.h"

#define CGROUP_DIR "/sys/fs/cgroup"

int env_open(const struct env *env, const char *path, int flags)
{
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "%s%s", env->prefix, path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	int fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t read_string(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		len += n > 0 ? (size_t)n : 0;
	}
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return len;
}

ssize_t env_file(const struct env *env, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = env_open(env, path, O_RDONLY);

	return fd < 0 ? fd : read_string(fd, buf, size);
}

long long env_number(const struct env *env, const char *path)
{
	char text[64], *end;

	ssize_t n = env_file(env, path, text, sizeof(text));
	if (n < 0)
		return n;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return errno || end == text || *end ? -EINVAL : value;
}

int env_count_lines(const struct env *env, const char *path)
{
	int fd = env_open(env, path, O_RDONLY), lines = 0;
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	for (int c; f && (c = getc(f)) != EOF;)
		lines += c == '\n';
	return lines;
}

/* The value of a "Key:\tvalue" line, as a number in `base`; -1 if it is not there. */
static long long status_field(const char *status, const char *key, int base)
{
	const char *at = strstr(status, key);

	return at ? strtoll(at + strlen(key), NULL, base) : -1;
}

/* The initial user namespace maps everything to itself (user_namespaces(7)). */
static bool maps_everything(const char *uid_map)
{
	unsigned long inside, outside, count;

	return sscanf(uid_map, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
		inside == 0 && outside == 0 && count == 4294967295UL;
}

int env_read(struct env *ret_env, const char *prefix)
{
	struct env env = { .uid = geteuid(), .gid = getegid() };
	char status[8192], map[128];

	if (snprintf(env.prefix, sizeof(env.prefix), "%s", prefix) >=
		(int)sizeof(env.prefix))
		return -ENAMETOOLONG;
	ssize_t n = env_file(&env, "/proc/self/status", status, sizeof(status));
	if (n < 0)
		return n;
	env.caps = status_field(status, "\nCapEff:\t", 16);
	env.seccomp = status_field(status, "\nSeccomp:\t", 10);
	env.filters = status_field(status, "\nSeccomp_filters:\t", 10);
	env.no_new_privs = status_field(status, "\nNoNewPrivs:\t", 10) == 1;
	env.own_userns = env_file(&env, "/proc/self/uid_map", map, sizeof(map)) >= 0 &&
		!maps_everything(map);
	*ret_env = env;
	return 0;
}

const char *env_asker(const struct env *env)
{
	if (env->uid != 0)
		return "user";
	return env->own_userns ? "userns" : "root";
}

bool env_has_cap(const struct env *env, int cap)
{
	return env->caps & (1ULL << cap);
}

static const char *const layout_names[] = {
	[CGROUP_NONE] = "none",
	[CGROUP_V1] = "v1",
	[CGROUP_HYBRID] = "hybrid",
	[CGROUP_UNIFIED] = "unified",
};

const char *cgroup_layout_name(enum cgroup_layout layout)
{
	return layout_names[layout];
}

/* The path behind "0::" in /proc/self/cgroup: this process in cgroup2 (cgroups(7)). */
static int own_cgroup2(const struct env *env, char *path, size_t size)
{
	char text[8192];

	ssize_t n = env_file(env, "/proc/self/cgroup", text, sizeof(text));
	if (n < 0)
		return n;
	const char *at = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text - 1;
	if (!at)
		return -ENOENT;
	at += 4;
	snprintf(path, size, "%.*s", (int)strcspn(at, "\n"), at);
	return 0;
}

/*
 * The directory of `path` (as in /proc/self/cgroup) below a mount whose root is `root`. A
 * container without a cgroup namespace of its own sees its cgroup as the mount's root.
 */
static void own_directory(struct env_cgroup *cg, const char *root, const char *path)
{
	size_t len = strcmp(root, "/") ? strlen(root) : 0;

	if (strncmp(path, root, len) || (path[len] && path[len] != '/') ||
		!strncmp(path, "/..", 3))
		return;
	const char *rest = strcmp(path + len, "/") ? path + len : "";
	if (strlen(cg->mount) + strlen(rest) < sizeof(cg->own))
		stpcpy(stpcpy(cg->own, cg->mount), rest);
}

/*
 * Of several cgroup2 mounts the one on /sys/fs/cgroup counts, where all container software
 * looks; else the first below which this process is found.
 */
static void take_cgroup2(
	struct env_cgroup *cg, const struct cgroup_mount *m, const char *own)
{
	bool usual = !strcmp(m->target, CGROUP_DIR);

	if (*cg->mount && !usual && (*cg->own || !strcmp(cg->mount, CGROUP_DIR)))
		return;
	*cg->own = '\0';
	snprintf(cg->mount, sizeof(cg->mount), "%s", m->target);
	if (*own)
		own_directory(cg, m->root, own);
}

int env_cgroup(const struct env *env, struct env_cgroup *ret_cgroup)
{
	struct env_cgroup cg = { .layout = CGROUP_NONE };
	_cleanup_free_ struct cgroup_mount *mounts = NULL;
	char own[PATH_MAX] = "";
	bool v1 = false;

	ssize_t count = cgroup_mounts(env->prefix, &mounts);
	if (count < 0)
		return count;
	own_cgroup2(env, own, sizeof(own));
	for (ssize_t i = 0; i < count; i++) {
		if (mounts[i].v2)
			take_cgroup2(&cg, &mounts[i], own);
		else
			v1 = true;
	}

	/* A v1 hierarchy put elsewhere for one odd program does not make a host hybrid. */
	if (*cg.mount)
		cg.layout = v1 && strcmp(cg.mount, CGROUP_DIR) ? CGROUP_HYBRID
							       : CGROUP_UNIFIED;
	else if (v1)
		cg.layout = CGROUP_V1;
	*ret_cgroup = cg;
	return 0;
}

/* The capabilities that a full root would have and this asker has not. */
static json_t *missing_caps(const struct env *env)
{
	json_t *list = json_array();

	for (int c = 0; c <= CAP_LAST_CAP && env->uid == 0; c++) {
		if (env_has_cap(env, c))
			continue;
		char *name = cap_to_name(c);
		json_array_append_new(list, json_string(name));
		cap_free(name);
	}
	return list;
}

json_t *env_facts(const struct env *env)
{
	struct env_cgroup cg = { 0 };
	json_t *facts = json_pack("{s:s, s:i, s:b, s:i, s:b}", "asker", env_asker(env),
		"uid", (int)env->uid, "own_userns", env->own_userns, "seccomp",
		env->seccomp, "no_new_privs", env->no_new_privs);
	if (!facts)
		return NULL;
	if (env->seccomp > 0)
		json_object_set_new(facts, "filters", json_integer(env->filters));
	if (env_cgroup(env, &cg) == 0)
		json_object_set_new(
			facts, "cgroup", json_string(cgroup_layout_name(cg.layout)));
	json_object_set_new(facts, "missing_caps", missing_caps(env));
	return facts;
}
