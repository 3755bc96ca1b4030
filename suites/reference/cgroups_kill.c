/* The processes in the cgroups: their list, their end, and the end of the cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroups_file.h"
#include "pool.h"
#include "uapi/unistd.h"

#define PAUSE_MS       10 /* between two tries where the kernel tells nobody */
#define KILL_FREEZE_MS 1000

/* Processes, each once; sorted. */
struct pids {
	pid_t *list; /* owned */
	size_t count;
};

static void pids_release(struct pids *p)
{
	free(p->list);
}
#define _cleanup_pids_ _cleanup_(pids_release)

/* Those of one directory. One of another pid namespace, which is 0 there, is out of
 * reach. */
static int read_pids(int dir, struct pids *p)
{
	int pid, fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_fclose_ FILE *in = fd < 0 ? NULL : fdopen(fd, "r");

	while (in && fscanf(in, "%d", &pid) == 1) {
		pid_t *list = reallocarray(p->list, p->count + 1, sizeof(*list));
		if (!list)
			return -ENOMEM;
		p->list = list;
		if (pid > 0)
			p->list[p->count++] = pid;
	}
	return 0;
}

static int read_below(int dir, const char *name, void *ctx)
{
	_cleanup_close_ int sub =
		openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (sub < 0)
		return errno == ENOENT ? 0 : -errno; /* it may go at any time */
	int r = read_pids(sub, ctx);
	return r < 0 ? r : cgfs_each_child(sub, read_below, ctx);
}

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static int read_all(const struct cgroups *cg, struct pids *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < cg->count && !cg->disabled; i++) {
		_cleanup_close_ int dir = cgfs_open(&cg->list[i], NULL);
		int r = dir < 0 ? dir : read_below(dir, ".", ret);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), compare);
	for (size_t i = 0; i < ret->count; i++)
		if (!n || ret->list[i] != ret->list[n - 1])
			ret->list[n++] = ret->list[i];
	ret->count = n;
	return 0;
}

ssize_t cgroups_pids(const struct cgroups *cg, pid_t **ret)
{
	_cleanup_pids_ struct pids p = { 0 };

	if (cg->disabled)
		return -EOPNOTSUPP;
	int r = read_all(cg, &p);
	if (r < 0)
		return r;
	*ret = p.list;
	p.list = NULL;
	return p.count;
}

bool cgroups_hold_us(const struct cgroups *cg)
{
	_cleanup_pids_ struct pids p = { 0 };
	pid_t self = getpid();

	return read_all(cg, &p) < 0 ||
		(p.count && bsearch(&self, p.list, p.count, sizeof(self), compare));
}

/* The hierarchy whose freezer is used: the one of v1 where there is one. */
static const struct hierarchy *freezer_of(const struct cgroups *cg)
{
	return cg->disabled ? NULL : cgroups_v1(cg, "freezer") ?: cgroups_v2(cg);
}

/*
 * v1 looks for what is not frozen yet when its file is read, and a process that forks
 * just then may get away: so it is told again.
 */
static int freeze_v1(int dir, bool frozen, int64_t deadline)
{
	const char *want = frozen ? "FROZEN" : "THAWED";
	char state[32];

	do {
		int r = cgfs_write(dir, "freezer.state", want);
		if (r == 0)
			r = cgfs_read(dir, "freezer.state", state, sizeof(state));
		if (r < 0)
			return r;
		if (!strcmp(state, want))
			return 0;
		poll(NULL, 0, PAUSE_MS);
	} while (cgfs_left(deadline));
	return -ETIMEDOUT;
}

static int freeze_one(const struct hierarchy *h, bool frozen, int timeout_ms)
{
	int64_t deadline = (int64_t)now_ms() + timeout_ms;

	_cleanup_close_ int dir = cgfs_open(h, NULL);
	if (dir < 0)
		return dir;
	if (!is_v2(h))
		return freeze_v1(dir, frozen, deadline);
	int r = cgfs_write(dir, "cgroup.freeze", frozen ? "1" : "0");
	/* The kernel thaws at once, but as long as an ancestor is frozen nothing runs.
	 */
	return r < 0 || !frozen ? r : cgfs_await(dir, "frozen", 1, deadline);
}

int cgroups_freeze(const struct cgroups *cg, bool frozen, struct failure *f)
{
	const struct hierarchy *h = freezer_of(cg);

	if (!h)
		return fail(f, 0, "the container has no cgroup that can be frozen");
	if (frozen && cgroups_hold_us(cg))
		return fail(
			f, EDEADLK, "%s%s holds this process, too", h->mount, h->path);
	int r = freeze_one(h, frozen, CGFS_DEADLINE_MS);
	if (r < 0 && frozen)
		freeze_one(h, false, CGFS_DEADLINE_MS);
	return r < 0
		? fail(f, -r, "%s%s: %s", h->mount, h->path, frozen ? "freeze" : "thaw")
		: 0;
}

bool cgroups_frozen(const struct cgroups *cg)
{
	const struct hierarchy *h = freezer_of(cg);
	char state[32];

	_cleanup_close_ int dir = h ? cgfs_open(h, NULL) : -1;
	if (dir < 0)
		return false;
	if (is_v2(h))
		return cgfs_read(dir, "cgroup.freeze", state, sizeof(state)) > 0 &&
			*state == '1';
	return cgfs_read(dir, "freezer.state", state, sizeof(state)) > 0 &&
		strcmp(state, "THAWED") != 0;
}

/* Of v1, what a container has frozen below its own cgroup would never die. */
static int thaw_below(int dir, const char *name, void *ctx)
{
	_cleanup_close_ int sub =
		openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (sub < 0 || cgfs_write(sub, "freezer.state", "THAWED") < 0)
		return 0;
	return cgfs_each_child(sub, thaw_below, ctx);
}

static void thaw_all(const struct hierarchy *freezer)
{
	_cleanup_close_ int dir = is_v2(freezer) ? -1 : cgfs_open(freezer, NULL);

	if (dir >= 0)
		cgfs_each_child(dir, thaw_below, NULL);
	freeze_one(freezer, false, CGFS_DEADLINE_MS);
}

/* The kernel does it for all at once (from 5.14). Is that all of them? */
static bool kill_at_once(const struct cgroups *cg)
{
	const struct hierarchy *h = cgroups_v2(cg);

	_cleanup_close_ int dir = h ? cgfs_open(h, NULL) : -1;
	return dir >= 0 && cgfs_write(dir, "cgroup.kill", "1") == 0 && cg->unified;
}

static int signal_each(const struct cgroups *cg, int signal)
{
	_cleanup_pids_ struct pids p = { 0 };
	int err = 0;

	int r = read_all(cg, &p);
	for (size_t i = 0; i < p.count && r == 0; i++)
		if (kill(p.list[i], signal) < 0 && errno != ESRCH)
			err = errno;
	return r < 0 ? r : -err;
}

/*
 * With SIGKILL they have to run again to die of it. Without a freezer, or with one that
 * takes too long, the list may have been old when it was read; who waits for their end
 * asks again.
 */
int cgroups_kill(const struct cgroups *cg, int signal, struct failure *f)
{
	const struct hierarchy *freezer = freezer_of(cg);
	int r = 0;

	if (cg->disabled)
		return fail(f, 0,
			"the container has no cgroup, its processes cannot be told");
	if (cgroups_hold_us(cg))
		return fail(
			f, EDEADLK, "a cgroup of the container holds this process, too");
	bool was = cgroups_frozen(cg);
	if (signal != SIGKILL || !kill_at_once(cg)) {
		if (!was && freezer)
			freeze_one(freezer, true, KILL_FREEZE_MS);
		r = signal_each(cg, signal);
	}
	if (freezer && signal == SIGKILL)
		thaw_all(freezer);
	else if (freezer && !was)
		freeze_one(freezer, false, CGFS_DEADLINE_MS);
	return r < 0 ? fail(f, -r, "kill(%d) of the processes in the cgroups", signal)
		     : 0;
}

/* Until all that is there now is gone; what has come meanwhile is for the next round.
 */
static void await_pids(const struct cgroups *cg, int64_t deadline)
{
	_cleanup_pids_ struct pids p = { 0 };

	if (read_all(cg, &p) < 0 || !p.count)
		poll(NULL, 0, PAUSE_MS); /* all are of other pid namespaces */
	for (size_t i = 0; i < p.count; i++) {
		_cleanup_close_ int fd = pidfd_of(p.list[i]);
		struct pollfd poller = { fd, POLLIN, 0 };
		if (fd >= 0)
			poll(&poller, 1, cgfs_left(deadline));
		else if (fd != -ESRCH)
			poll(NULL, 0, PAUSE_MS);
	}
}

static bool any_populated(const struct cgroups *cg, const struct hierarchy **ret)
{
	for (size_t i = 0; i < cg->count; i++) {
		_cleanup_close_ int dir = cgfs_open(&cg->list[i], NULL);
		*ret = &cg->list[i];
		if (dir >= 0 && cgroup_populated(*ret, dir))
			return true;
	}
	return false;
}

/* Kills until nothing is left. */
static int empty(const struct cgroups *cg, int64_t deadline, struct failure *f)
{
	const struct hierarchy *h;

	while (any_populated(cg, &h)) {
		int r = cgroups_kill(cg, SIGKILL, f);
		if (r < 0)
			return r;
		_cleanup_close_ int dir = is_v2(h) ? cgfs_open(h, NULL) : -1;
		if (dir < 0 ||
			cgfs_await(dir, "populated", 0, (int64_t)now_ms() + 1000) < 0)
			await_pids(cg, deadline);
		if (!cgfs_left(deadline))
			return fail(f, EBUSY, "%s%s: what runs there does not end",
				h->mount, h->path);
	}
	return 0;
}

static int remove_below(int dir, const char *name, void *ctx)
{
	_cleanup_close_ int sub =
		openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (sub < 0)
		return errno == ENOENT ? 0 : -errno;
	int r = cgfs_each_child(sub, remove_below, ctx);
	if (r < 0)
		return r;
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

static int remove_one(const struct hierarchy *h)
{
	_cleanup_close_ int dir = cgfs_open(h, NULL);

	if (dir == -ENOENT)
		return hierarchy_unmake(h);
	if (dir < 0)
		return dir;
	int r = cgfs_each_child(dir, remove_below, NULL);
	return r < 0 ? r : hierarchy_unmake(h);
}

/* EBUSY: somebody has come in between, or the last one is not all gone yet. */
static int remove_hierarchy(const struct cgroups *cg, const struct hierarchy *h,
	int64_t deadline, struct failure *f)
{
	int r;

	while ((r = remove_one(h)) == -EBUSY && cgfs_left(deadline)) {
		r = empty(cg, deadline, f);
		if (r < 0)
			return r;
		poll(NULL, 0, PAUSE_MS);
	}
	return r < 0 && r != -ENOENT ? fail(f, -r, "rmdir(%s%s)", h->mount, h->path) : 0;
}

int cgroups_destroy(const struct cgroups *cg, struct failure *f)
{
	int64_t deadline = (int64_t)now_ms() + CGFS_DEADLINE_MS;
	struct failure first = { 0 };

	if (cg->disabled)
		return 0;
	int r = empty(cg, deadline, f);
	if (r < 0)
		return r;
	for (size_t i = 0; i < cg->count; i++) {
		r = remove_hierarchy(cg, &cg->list[i], deadline, f);
		if (r < 0 && !first.err)
			first = *f;
	}
	if (first.err)
		*f = first;
	return -first.err;
}
