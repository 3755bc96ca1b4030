/* The directories of the cgroups, and what is handed down to them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroups_file.h"

/* On the way from the top of a hierarchy to the container's cgroup. */
struct walk {
	const struct cgroups *cg;
	const struct hierarchy *h;
	const struct settings *settings;
	bool make;   /* else all has to be there */
	bool made;   /* the cgroup that we are at is new */
	int dir;     /* ... and this is it */
	size_t at;   /* how much of h->path leads there */
	size_t kept; /* ... and how much of it was there */
	struct failure *f;
};

/* The words of `avail` that are not in `have`, as "+word +word". */
static void missing(const char *avail, const char *have, char *ret, size_t size)
{
	size_t len = 0;

	*ret = '\0';
	for (const char *at = avail; *(at += strspn(at, " \n"));
		at += strcspn(at, " \n")) {
		char word[64];
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, " \n"), at);
		if (has_word(have, word) || len + strlen(word) + 3 > size)
			continue;
		len += snprintf(ret + len, size - len, "%s+%s", len ? " " : "", word);
	}
}

/* All that there is, as far as it goes: who looks into the container's cgroup expects
 * it. */
static void enable_all(int dir, const char *avail, const char *have)
{
	char list[512], *save = NULL;

	missing(avail, have, list, sizeof(list));
	if (!*list || cgfs_write(dir, "cgroup.subtree_control", list) == 0)
		return;
	for (char *word = strtok_r(list, " ", &save); word;
		word = strtok_r(NULL, " ", &save))
		cgfs_write(dir, "cgroup.subtree_control", word);
}

/*
 * Controllers that know threads could be handed down from a cgroup with processes of
 * its own, but what is below that takes no processes any more (cgroups(7), "Threaded
 * mode"). The very first cgroup, which has no type, may have both.
 */
static bool has_own_processes(int dir)
{
	char text[32];

	return faccessat(dir, "cgroup.type", F_OK, 0) == 0 &&
		cgfs_read(dir, "cgroup.procs", text, sizeof(text)) > 0;
}

/* Hands down what the settings need; only that can fail. */
static int enable(const struct walk *w)
{
	const struct hierarchy *h = w->h;
	char avail[512] = "", have[512] = "", word[64];

	if (cgfs_read(w->dir, "cgroup.controllers", avail, sizeof(avail)) < 0)
		return 0;
	cgfs_read(w->dir, "cgroup.subtree_control", have, sizeof(have));
	bool busy = has_own_processes(w->dir);
	if (w->cg->unified && !busy) {
		enable_all(w->dir, avail, have);
		cgfs_read(w->dir, "cgroup.subtree_control", have, sizeof(have));
	}
	for (size_t i = 0; i < w->settings->count; i++) {
		const struct setting *s = &w->settings->list[i];
		if (!s->v2 || s->optional || !*s->controller ||
			has_word(have, s->controller))
			continue;
		if (!has_word(avail, s->controller))
			return fail(w->f, 0,
				"linux.resources.%s: %s%.*s has no controller %s",
				s->field, h->mount, (int)w->at, h->path, s->controller);
		snprintf(word, sizeof(word), "+%s", s->controller);
		int r = busy ? -EBUSY
			     : cgfs_write(w->dir, "cgroup.subtree_control", word);
		if (r < 0)
			return fail(w->f, -r,
				"linux.resources.%s: write(%s, %s%.*s/cgroup.subtree_control)%s",
				s->field, word, h->mount, (int)w->at, h->path,
				r == -EBUSY ? ", there are processes in it" : "");
	}
	return 0;
}

/* A v1 cpuset takes no process before it has both; a new one has none. */
static int inherit_cpuset(int parent, int dir)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[4096];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		ssize_t n = cgfs_read(dir, files[i], text, sizeof(text));
		if (n == 0)
			n = cgfs_read(parent, files[i], text, sizeof(text));
		else if (n > 0)
			continue;
		int r = n < 0 ? (int)n : cgfs_write(dir, files[i], text);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_frozen(int dir)
{
	char state[32];

	if (cgfs_read(dir, "cgroup.freeze", state, sizeof(state)) > 0)
		return *state == '1';
	return cgfs_read(dir, "freezer.state", state, sizeof(state)) > 0 &&
		strcmp(state, "THAWED") != 0;
}

/* One component down: `name`, which ends at `end`. */
static int step(struct walk *w, const char *name, size_t end)
{
	const struct hierarchy *h = w->h;

	if (is_v2(h) && enable(w) < 0)
		return -w->f->err;
	if (w->make && mkdirat(w->dir, name, 0755) == 0)
		w->made = true;
	else if (w->make && errno != EEXIST)
		return fail(w->f, errno, "mkdir(%s%.*s)", h->mount, (int)end, h->path);
	if (!w->made)
		w->kept = end;
	_cleanup_close_ int dir =
		openat(w->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return fail(w->f, errno, "open(%s%.*s)", h->mount, (int)end, h->path);
	int r = !is_v2(h) && w->make && has_word(h->controllers, "cpuset")
		? inherit_cpuset(w->dir, dir)
		: 0;
	if (r < 0)
		return fail(w->f, -r, "%s%.*s: cpuset.cpus and cpuset.mems", h->mount,
			(int)end, h->path);
	if (w->make && is_frozen(dir))
		return fail(w->f, EBUSY, "linux.cgroupsPath: %s%.*s is frozen", h->mount,
			(int)end, h->path);
	close(w->dir);
	w->dir = TAKE_FD(dir);
	w->at = end;
	return 0;
}

/* Down the whole path. */
static int walk(struct walk *w)
{
	const char *path = w->h->path;
	char name[NAME_MAX + 1];
	int r = 0;

	w->dir = cgfs_top(w->h);
	if (w->dir < 0)
		return fail(w->f, -w->dir, "open(%s)", w->h->mount);
	for (const char *at = path; r == 0 && *(at += strspn(at, "/"));
		at += strcspn(at, "/")) {
		size_t len = strcspn(at, "/");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		r = step(w, name, at - path + len);
	}
	return r;
}

int hierarchy_make(const struct cgroups *cg, struct hierarchy *h,
	const struct settings *s, struct failure *f)
{
	struct walk w = {
		.cg = cg, .h = h, .settings = s, .make = true, .dir = -1, .f = f
	};

	int r = walk(&w);
	h->kept = w.kept;
	_cleanup_close_ int dir = w.dir;
	if (r == 0 && !w.made && cgroup_populated(h, dir))
		r = fail(f, EBUSY, "linux.cgroupsPath: %s%s has processes already",
			h->mount, h->path);
	if (r < 0)
		hierarchy_unmake(h);
	return r;
}

int hierarchy_enable(const struct cgroups *cg, const struct hierarchy *h,
	const struct settings *s, struct failure *f)
{
	struct walk w = { .cg = cg, .h = h, .settings = s, .dir = -1, .f = f };

	if (!is_v2(h) || !settings_need(s, h))
		return 0;
	int r = walk(&w);
	_cleanup_close_ int dir = w.dir;
	return r;
}

int hierarchy_unmake(const struct hierarchy *h)
{
	char path[PATH_MAX];
	int err = 0;

	_cleanup_close_ int top = cgfs_top(h);
	if (top < 0)
		return top;
	snprintf(path, sizeof(path), "%s", h->path);
	for (size_t len; (len = strlen(path)) > h->kept; *strrchr(path, '/') = '\0') {
		if (unlinkat(top, path + 1, AT_REMOVEDIR) == 0 || errno == ENOENT)
			continue;
		if (!strcmp(path, h->path))
			err = errno;
		break;
	}
	return -err;
}

/* One of another pid namespace is 0 in the list, but it is one. */
static int any_process(int dir, const char *name, void *ctx)
{
	char text[32];

	_cleanup_close_ int sub =
		openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (sub < 0)
		return 0;
	if (cgfs_read(sub, "cgroup.procs", text, sizeof(text)) > 0)
		return 1;
	return cgfs_each_child(sub, any_process, ctx) > 0;
}

bool cgroup_populated(const struct hierarchy *h, int dir)
{
	int r = is_v2(h) ? cgfs_event(dir, "populated") : -ENOENT;

	return r < 0 ? any_process(dir, ".", NULL) > 0 : r > 0;
}
