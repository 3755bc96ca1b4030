#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup_mounts.h"
#include "cgroups_file.h"

#define CGROUP_DIR "/sys/fs/cgroup"

/* "a//b/" as "/a/b", behind what is there already. */
static int add_path(char *path, const char *more)
{
	size_t len = strlen(path);

	for (const char *at = more; *(at += strspn(at, "/")); at += strcspn(at, "/")) {
		size_t n = strcspn(at, "/");
		if (len + 1 + n >= PATH_MAX)
			return -ENAMETOOLONG;
		path[len++] = '/';
		memcpy(path + len, at, n);
		path[len += n] = '\0';
	}
	return 0;
}

/*
 * Where a hierarchy is mounted, by the name that /proc/self/cgroup has for it: below
 * /sys/fs/cgroup before anywhere else.
 */
static const struct cgroup_mount *mount_of(
	const struct cgroup_mount *mounts, size_t count, const char *controllers)
{
	const struct cgroup_mount *best = NULL;
	size_t usual = strlen(CGROUP_DIR);
	char first[64];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(controllers, ","),
		controllers);
	for (size_t i = 0; i < count; i++) {
		const struct cgroup_mount *m = &mounts[i];
		if (m->v2 != !*first || (*first && !has_word(m->options, first)))
			continue;
		if (strlen(m->target) >= sizeof(((struct hierarchy *)NULL)->mount))
			continue;
		if (!best ||
			(strncmp(best->target, CGROUP_DIR, usual) &&
				!strncmp(m->target, CGROUP_DIR, usual)))
			best = m;
	}
	return best;
}

/* One line of /proc/self/cgroup, "ID:CONTROLLERS:PATH", as our own cgroup in a
 * hierarchy. */
static void take_line(
	struct cgroups *cg, const struct cgroup_mount *mounts, size_t count, char *line)
{
	struct hierarchy *h = &cg->list[cg->count];
	struct stat st;
	char full[sizeof(h->mount) + PATH_MAX];

	line[strcspn(line, "\n")] = '\0';
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(++controllers, ':') : NULL;
	if (!path || cg->count == CGROUPS_MAX)
		return;
	*path++ = '\0';
	const struct cgroup_mount *m = mount_of(mounts, count, controllers);
	if (!m || strlen(controllers) >= sizeof(h->controllers))
		return;
	*h = (struct hierarchy) { .path = "" };
	strcpy(h->controllers, controllers);
	strcpy(h->mount, m->target);
	if (add_path(h->path, path) < 0)
		return;
	/* Where the mount shows but a part of the hierarchy, its top is the best that
	 * is known. */
	snprintf(full, sizeof(full), "%s%s", h->mount, h->path);
	if (!strncmp(h->path, "/..", 3) || stat(full, &st) < 0)
		*h->path = '\0';
	cg->count++;
}

/* The hierarchies there are, with the cgroups that we are in. */
static int find_own(struct cgroups *cg, struct failure *f)
{
	_cleanup_free_ struct cgroup_mount *mounts = NULL;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	ssize_t count = cgroup_mounts("", &mounts);
	_cleanup_fclose_ FILE *in = count < 0 ? NULL : fopen("/proc/self/cgroup", "re");
	if (!in && count >= 0 && errno == ENOENT)
		return 0; /* a kernel without cgroups */
	if (!in)
		return fail(f, count < 0 ? -count : errno, "/proc/self/%s",
			count < 0 ? "mounts" : "cgroup");
	cg->list = calloc(CGROUPS_MAX, sizeof(*cg->list));
	if (!cg->list)
		return fail(f, ENOMEM, "cgroups");
	while (getline(&line, &size, in) > 0)
		take_line(cg, mounts, count, line);
	const struct hierarchy *v2 = cgroups_v2(cg);
	/* A v1 hierarchy put elsewhere for one odd program does not make a host hybrid.
	 */
	cg->unified = v2 && (cg->count == 1 || !strcmp(v2->mount, CGROUP_DIR));
	if (cg->unified) {
		cg->list[0] = *v2;
		cg->count = 1;
	}
	return 0;
}

/* A new path is below our own or absolute; our own is there already. */
static int choose(struct cgroups *cg, const char *path, struct failure *f)
{
	const char *colon = strchr(path, ':');

	if (*path != '/' && colon && strchr(colon + 1, ':'))
		return fail(f, 0, "linux.cgroupsPath: %s: systemd makes no cgroups here",
			path);
	if (!cgfs_path_ok(path))
		return fail(f, 0, "linux.cgroupsPath: \"%s\" is not a cgroup of its own",
			path);
	for (size_t i = 0; i < cg->count; i++) {
		struct hierarchy *h = &cg->list[i];
		if (*path == '/')
			*h->path = '\0';
		if (add_path(h->path, path) < 0)
			return fail(f, ENAMETOOLONG, "linux.cgroupsPath");
	}
	return 0;
}

int cgroups_plan(const char *path, const char *id, bool disabled, struct cgroups *ret,
	struct failure *f)
{
	_cleanup_cgroups_ struct cgroups cg = { .disabled = disabled };
	char usual[PATH_MAX];

	snprintf(usual, sizeof(usual), "/%s", id);
	cg.asked = path && *path;
	int r = find_own(&cg, f);
	if (r == 0 && !disabled)
		r = choose(&cg, cg.asked ? path : usual, f);
	if (r < 0)
		return r;
	/* Nowhere to be: no worse than disabled, as long as nothing is asked for. */
	if (!cg.count && !cg.asked)
		cg.disabled = true;
	*ret = cg;
	cg.list = NULL;
	return 0;
}

/* What of linux.resources makes a hierarchy one that cannot be done without. */
static const char *needed_for(const struct cgroups *cg, const struct hierarchy *h,
	const struct settings *s, const struct device_rules *d)
{
	const struct setting *first = settings_need(s, h);

	if (first)
		return first->field;
	const struct hierarchy *devices = cgroups_v1(cg, "devices") ?: cgroups_v2(cg);
	return h == devices && !d->allow_all ? "devices" : NULL;
}

static void unmake_all(struct cgroups *cg)
{
	for (size_t i = 0; i < cg->count; i++)
		hierarchy_unmake(&cg->list[i]);
}

/*
 * Those that are not ours to make are left out, where nothing that is asked for is
 * theirs to do. What is made stands at the list's beginning.
 */
static int make_all(struct cgroups *cg, const struct settings *s,
	const struct device_rules *d, struct failure *f)
{
	size_t made = 0;
	int r = cg->count ? 0 : fail(f, 0, "there is no cgroup hierarchy");

	for (size_t i = 0; i < cg->count && r == 0; i++) {
		const char *field = needed_for(cg, &cg->list[i], s, d);
		r = hierarchy_make(cg, &cg->list[i], s, f);
		if (r == 0 && made++ != i)
			cg->list[made - 1] = cg->list[i];
		if (r < 0 && field && strncmp(f->text, "linux.", 6))
			fail_in(f, "linux.resources.%s", field);
		else if (r < 0 && field)
			continue;
		else if (r == -EACCES || r == -EPERM || r == -EROFS || r == -ENODEV)
			r = 0;
	}
	bool none = !made && cg->asked && strncmp(f->text, "linux.", 6);
	cg->count = made;
	return none ? fail_in(f, "linux.cgroupsPath") : r;
}

static int go_without(struct cgroups *cg, struct failure *f)
{
	struct cgroups own = { 0 };

	int r = cgroups_plan(NULL, "", true, &own, f);
	if (r < 0)
		return r;
	cgroups_release(cg);
	*cg = own;
	return 0;
}

/* The first that is asked for of cgroups that are not there. */
static int refuse_all(
	const struct settings *s, const struct device_rules *d, struct failure *f)
{
	if (!s->count && d->allow_all)
		return 0;
	return fail(f, 0, "linux.resources.%s: the container has no cgroup",
		s->count ? s->list[0].field : "devices");
}

int cgroups_create(struct cgroups *cg, const json_t *resources, struct failure *f)
{
	_cleanup_settings_ struct settings s = { 0 };
	_cleanup_device_rules_ struct device_rules d = { 0 };

	int r = settings_translate(cg, resources, false, &s, f);
	if (r == 0)
		r = device_rules_read(resources, &d, f);
	if (r < 0)
		return r;
	if (cg->disabled)
		return refuse_all(&s, &d, f);
	r = make_all(cg, &s, &d, f);
	if (r == 0 && !cg->count)
		return go_without(cg, f);
	if (r == 0)
		r = settings_apply(cg, &s, f);
	if (r == 0)
		r = device_rules_apply(cg, &d, f);
	if (r < 0)
		unmake_all(cg);
	return r;
}

int cgroups_update(const struct cgroups *cg, const json_t *resources, struct failure *f)
{
	_cleanup_settings_ struct settings s = { 0 };
	_cleanup_device_rules_ struct device_rules d = { 0 };

	int r = settings_translate(cg, resources, true, &s, f);
	if (r == 0)
		r = device_rules_read(resources, &d, f);
	if (r == 0 && cg->disabled)
		return refuse_all(&s, &d, f);
	for (size_t i = 0; i < cg->count && r == 0; i++)
		r = hierarchy_enable(cg, &cg->list[i], &s, f);
	if (r == 0)
		r = settings_apply(cg, &s, f);
	if (r < 0)
		return r;
	r = device_rules_apply(cg, &d, f);
	if (r < 0)
		settings_put_back(cg, &s);
	return r;
}

int cgroups_open(const struct cgroups *cg)
{
	const struct hierarchy *h = cg->disabled ? NULL : cgroups_v2(cg);
	int fd = h ? cgfs_open(h, NULL) : -1;

	return fd < 0 ? -1 : fd;
}

int cgroups_join(
	const struct cgroups *cg, pid_t pid, const char *below, struct failure *f)
{
	char text[16];

	if (cg->disabled)
		return below ? fail(f, 0, "cgroup %s: the container has no cgroup", below)
			     : 0;
	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < cg->count; i++) {
		const struct hierarchy *h = &cg->list[i];
		_cleanup_close_ int dir = cgfs_open(h, below);
		int r = dir < 0 ? dir : cgfs_write(dir, "cgroup.procs", text);
		if (r < 0)
			return fail(f, -r, "%s%s%s%s: %s", h->mount, h->path,
				below ? "/" : "", below ?: "",
				dir < 0 ? "open" : "write(cgroup.procs)");
	}
	return 0;
}

/* What the kernel lists, or what cgroups(7) lists for those that do not say. */
static void delegated(char *list, size_t size)
{
	_cleanup_close_ int dir = open("/sys/kernel/cgroup", O_PATH | O_CLOEXEC);

	if (dir < 0 || cgfs_read(dir, "delegate", list, size) <= 0)
		snprintf(list, size,
			"cgroup.procs\ncgroup.subtree_control\ncgroup.threads");
}

int cgroups_delegate(const struct cgroups *cg, uid_t uid, gid_t gid, struct failure *f)
{
	char list[4096], *save = NULL;

	_cleanup_close_ int dir = cgroups_open(cg);
	if (dir < 0)
		return 0; /* v1 hierarchies are not safe to hand out (cgroups(7)) */
	if (fchown(dir, uid, gid) < 0)
		return fail(f, errno, "%s%s: fchown", cgroups_v2(cg)->mount,
			cgroups_v2(cg)->path);
	delegated(list, sizeof(list));
	for (char *name = strtok_r(list, "\n", &save); name;
		name = strtok_r(NULL, "\n", &save)) {
		if (strchr(name, '/') || *name == '.')
			continue;
		if (fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 &&
			errno != ENOENT)
			return fail(f, errno, "%s%s/%s: fchown", cgroups_v2(cg)->mount,
				cgroups_v2(cg)->path, name);
	}
	return 0;
}

json_t *cgroups_json(const struct cgroups *cg)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cg->count; i++) {
		const struct hierarchy *h = &cg->list[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:I}", "controllers", h->controllers,
				"mount", h->mount, "path", h->path, "kept",
				(json_int_t)h->kept));
	}
	return json_pack("{s:b, s:b, s:b, s:o}", "disabled", cg->disabled, "asked",
		cg->asked, "unified", cg->unified, "hierarchies", list);
}

/* The file may have been written by somebody else: no path of it may lead elsewhere. */
static int take_json(const json_t *json, bool disabled, struct hierarchy *ret)
{
	const char *controllers, *mount, *path;
	json_int_t kept;

	if (json_unpack((json_t *)json, "{s:s, s:s, s:s, s:I}", "controllers",
		    &controllers, "mount", &mount, "path", &path, "kept", &kept) < 0)
		return -EINVAL;
	if (*mount != '/' || strlen(mount) >= sizeof(ret->mount) ||
		strlen(controllers) >= sizeof(ret->controllers))
		return -EINVAL;
	if (strlen(path) >= PATH_MAX || kept < 0 || (size_t)kept > strlen(path) ||
		(!disabled && (*path != '/' || !cgfs_path_ok(path))))
		return -EINVAL;
	*ret = (struct hierarchy) { .kept = kept };
	strcpy(ret->controllers, controllers);
	strcpy(ret->mount, mount);
	strcpy(ret->path, path);
	return 0;
}

int cgroups_from_json(const json_t *json, struct cgroups *ret)
{
	_cleanup_cgroups_ struct cgroups cg = { 0 };
	int disabled, asked, unified;
	json_t *list;

	if (json_unpack((json_t *)json, "{s:b, s:b, s:b, s:o}", "disabled", &disabled,
		    "asked", &asked, "unified", &unified, "hierarchies", &list) < 0 ||
		!json_is_array(list) || json_array_size(list) > CGROUPS_MAX)
		return -EINVAL;
	cg = (struct cgroups) {
		.disabled = disabled, .asked = asked, .unified = unified
	};
	cg.list = calloc(CGROUPS_MAX, sizeof(*cg.list));
	if (!cg.list)
		return -ENOMEM;
	for (; cg.count < json_array_size(list); cg.count++)
		if (take_json(json_array_get(list, cg.count), disabled,
			    &cg.list[cg.count]) < 0)
			return -EINVAL;
	*ret = cg;
	cg.list = NULL;
	return 0;
}

void cgroups_release(struct cgroups *cg)
{
	free(cg->list);
	*cg = (struct cgroups) { 0 };
}
