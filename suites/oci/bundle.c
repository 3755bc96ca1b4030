#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "bundle.h"
#include "observe.h"
#include "patch.h"
#include "prepare.h"
#include "steps.h"

void bundle_resolve(const struct trial *t, const char *text, char *ret_path, size_t size)
{
	if (text[0] != '@')
		snprintf(ret_path, size, "%s", text);
	else if (!strcmp(text, "@id"))
		snprintf(ret_path, size, "%s", t->id);
	else if (!strcmp(text, "@bundle"))
		snprintf(ret_path, size, "%s/bundle", t->workspace);
	else
		snprintf(ret_path, size, "%s/host/%s", t->workspace, text + 1);
}

/* Not inlined: the buffer would stand on the stack once for each level of the JSON. */
static json_t *__attribute__((noinline))
resolve_text(const struct trial *t, const char *text)
{
	char path[PATH_MAX];

	bundle_resolve(t, text, path, sizeof(path));
	return json_string(path);
}

static json_t *__attribute__((noinline))
unresolve_text(const struct trial *t, const char *text)
{
	static const char *const names[] = { "@id", "@bundle" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		bundle_resolve(t, names[i], path, sizeof(path));
		if (!strcmp(path, text))
			return json_string(names[i]);
	}
	return json_string(text);
}

/* A copy in which every string is what `map` makes of it. */
static json_t *map_strings(const struct trial *t, const json_t *value,
	json_t *(*map)(const struct trial *t, const char *text))
{
	const char *key;
	json_t *member, *copy;
	size_t i;

	if (json_is_string(value))
		return map(t, json_string_value(value));
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, member)
			json_object_set_new(copy, key, map_strings(t, member, map));
		return copy;
	}
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach((json_t *)value, i, member)
			json_array_append_new(copy, map_strings(t, member, map));
		return copy;
	}
	return json_deep_copy(value);
}

json_t *bundle_resolve_json(const struct trial *t, const json_t *value)
{
	return map_strings(t, value, resolve_text);
}

json_t *bundle_unresolve_json(const struct trial *t, const json_t *value)
{
	return map_strings(t, value, unresolve_text);
}

/* "create start collect delete" unless the case says otherwise. */
static json_t *default_steps(void)
{
	return json_pack("[ssss]", "create", "start", "collect", "delete");
}

/* Base, the case's merge patch, its mounts; then, behind the judge's back, the disproof. */
static int make_config(struct trial *t, char *why, size_t why_size)
{
	json_auto_t *config = json_deep_copy(t->base);
	json_t *linux_ = json_object_get(config, "linux");
	char cgroup[128];
	int r = 0;

	snprintf(cgroup, sizeof(cgroup), "/%s", t->id);
	if (!json_object_get(linux_, "cgroupsPath"))
		json_object_set_new(linux_, "cgroupsPath", json_string(cgroup));
	if (t->k->config)
		r = patch_merge(config, t->k->config);
	if (t->k->mounts)
		json_array_extend(
			json_object_get(config, "mounts"), (json_t *)t->k->mounts);
	json_object_set_new(config, "steps",
		t->k->steps ? json_deep_copy(t->k->steps) : default_steps());
	if (t->k->rootfs)
		json_object_set_new(config, "rootfs", json_deep_copy(t->k->rootfs));
	if (r == 0 && t->sabotaged)
		r = patch_apply(config, t->k->without, why, why_size);
	if (r < 0)
		return r;
	t->steps = json_incref(json_object_get(config, "steps"));
	t->rootfs = json_incref(json_object_get(config, "rootfs"));
	json_object_del(config, "steps");
	json_object_del(config, "rootfs");
	t->config = bundle_resolve_json(t, config);
	return t->config ? 0 : -ENOMEM;
}

static int put_file(const char *path, const void *data, size_t size, mode_t mode)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || fchmod(fd, mode) < 0)
		return -errno;
	ssize_t n = write(fd, data, size);
	return n == (ssize_t)size ? 0 : n < 0 ? -errno : -ENOSPC;
}

/* The host's ids of the container's 0, if there is a user namespace. */
static void mapped_root(const json_t *config, const char *key, unsigned *ret_id)
{
	const json_t *maps = json_object_get(json_object_get(config, "linux"), key);
	size_t i;
	json_t *map;

	json_array_foreach((json_t *)maps, i, map)
		if (json_integer_value(json_object_get(map, "containerID")) == 0)
			*ret_id = json_integer_value(json_object_get(map, "hostID"));
}

/* As engines do it: the root file system belongs to the container's root. */
static int give_rootfs(const struct trial *t, char *rootfs)
{
	char *tops[] = { rootfs, NULL };
	unsigned uid = 0, gid = 0;
	const FTSENT *e;
	int r = 0;

	mapped_root(t->config, "uidMappings", &uid);
	mapped_root(t->config, "gidMappings", &gid);
	if (!uid && !gid)
		return 0;
	FTS *fts = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (fts && (e = fts_read(fts)))
		if (e->fts_info != FTS_DP && lchown(e->fts_path, uid, gid) < 0)
			r = -errno;
	if (fts)
		fts_close(fts);
	return fts ? r : -errno;
}

int bundle_rootfs(const char *rootfs)
{
	static const char *const dirs[] = { "", "/proc", "/sys", "/dev", "/etc", "/tmp" };
	char path[192];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s%s", rootfs, dirs[i]);
		if (mkdir(path, 0755) < 0)
			return -errno;
	}
	return 0;
}

static int make_rootfs(const struct trial *t, char *why, size_t why_size)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n";
	char rootfs[128], path[192];
	char *ask = NULL;
	size_t size = 0;

	snprintf(rootfs, sizeof(rootfs), "%s/bundle/rootfs", t->workspace);
	int r = bundle_rootfs(rootfs);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/etc/passwd", rootfs);
	r = put_file(path, passwd, sizeof(passwd) - 1, 0644);
	snprintf(path, sizeof(path), "%s/witness", rootfs);
	if (r == 0)
		r = put_file(path, witness_image, witness_size, 0755);

	FILE *f = open_memstream(&ask, &size);
	if (!f)
		return -ENOMEM;
	fprintf(f, "%s\n%s\n", t->channel.nonce, steps_hold(t->steps) ? "hold" : "go");
	observe_requests(t->k->observe, f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/.ask", rootfs);
	if (r == 0)
		r = put_file(path, ask, size, 0644);
	free(ask);
	if (r == 0)
		r = prepare_rootfs(t, why, why_size);
	return r < 0 ? r : give_rootfs(t, rootfs);
}

int bundle_make(struct trial *t, char *why, size_t why_size)
{
	static const char *const dirs[] = { "bundle", "host", "state", "elsewhere" };
	char path[192];
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->workspace, dirs[i]);
		if (mkdir(path, 0755) < 0) {
			snprintf(why, why_size, "mkdir %s: %s", path, strerror(errno));
			return -errno;
		}
	}
	if ((r = prepare_host(t, why, why_size)) < 0 ||
		(r = make_config(t, why, why_size)) < 0)
		return r;
	if ((r = make_rootfs(t, why, why_size)) < 0) {
		if (!*why)
			snprintf(why, why_size, "making the root file system: %s",
				strerror(-r));
		return r;
	}
	snprintf(path, sizeof(path), "%s/bundle/config.json", t->workspace);
	if (json_dump_file(t->config, path, JSON_INDENT(2)) < 0) {
		snprintf(why, why_size, "writing %s failed", path);
		return -EIO;
	}
	return 0;
}
