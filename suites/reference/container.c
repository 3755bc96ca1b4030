#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "container.h"
#include "pool.h"

#define STATE_FILE "state.json"

/* What tools and file names bear: no slash, no dots alone. */
static bool id_ok(const char *id)
{
	if (!*id || strlen(id) > NAME_MAX || !strcmp(id, ".") || !strcmp(id, ".."))
		return false;
	for (; *id; id++)
		if (!isalnum((unsigned char)*id) && !strchr("_+-.", *id))
			return false;
	return true;
}

static int open_root(const struct globals *g, bool make, struct failure *f)
{
	char path[PATH_MAX];

	if (strlen(g->root) >= sizeof(path))
		return fail(f, ENAMETOOLONG, "--root");
	strcpy(path, g->root);
	for (char *p = path + 1; make && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0711);
		*p = '/';
	}
	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail(f, errno, "--root: mkdir(%s)", path);
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 && make ? fail(f, errno, "--root: open(%s)", path) : fd;
}

static int check_id(const char *id, struct failure *f)
{
	if (id_ok(id))
		return 0;
	return fail(f, 0, "the id \"%.100s\" must be 1 to %d letters, digits, or _ + - .",
		id, NAME_MAX);
}

static int take_lock(struct container *c, struct failure *f)
{
	c->lock = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (c->lock >= 0 && flock(c->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return fail(f, errno, "flock of container %s", c->id);
	return c->lock < 0 ? fail(f, errno, "open of container %s", c->id) : 0;
}

static void set_created(struct container *c)
{
	struct timespec now;
	struct tm tm;
	char day[24];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(c->created, sizeof(c->created), "%s.%09ldZ", day, now.tv_nsec);
}

int container_reserve(
	const struct globals *g, const char *id, struct container *ret, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;

	int r = check_id(id, f);
	if (r < 0)
		return r;
	strcpy(c.id, id);
	c.root = open_root(g, true, f);
	if (c.root < 0)
		return c.root;
	if (mkdirat(c.root, id, 0700) < 0)
		return errno == EEXIST
			? (fail(f, 0, "container with id \"%s\" exists", id), -EEXIST)
			: fail(f, errno, "mkdir(%s/%s)", g->root, id);
	c.dir = openat(c.root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (c.dir < 0)
		return fail(f, errno, "open(%s/%s)", g->root, id);
	r = take_lock(&c, f);
	if (r < 0)
		return r;
	set_created(&c);
	c.owner = geteuid();
	*ret = c;
	c = (struct container)CONTAINER_NONE;
	return 0;
}

static void take_text(const json_t *json, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(json, key));

	snprintf(text, size, "%s", value ? value : "");
}

static int read_state(struct container *c, struct failure *f)
{
	_cleanup_close_ int fd = openat(c->dir, STATE_FILE, O_RDONLY | O_CLOEXEC);
	json_auto_t *json = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);

	if (!json) /* its maker was killed before it could say anything */
		return fail(f, fd < 0 ? errno : 0,
			"container %s: no readable " STATE_FILE, c->id);
	take_text(json, "bundle", c->bundle, sizeof(c->bundle));
	take_text(json, "rootfs", c->rootfs, sizeof(c->rootfs));
	take_text(json, "created", c->created, sizeof(c->created));
	take_text(json, "ociVersion", c->oci_version, sizeof(c->oci_version));
	c->owner = json_integer_value(json_object_get(json, "owner"));
	c->pid = json_integer_value(json_object_get(json, "pid"));
	c->start_time = json_integer_value(json_object_get(json, "startTime"));
	c->annotations = json_incref(json_object_get(json, "annotations"));
	if (cgroups_from_json(json_object_get(json, "cgroups"), &c->cgroups) < 0)
		return fail(f, 0, "container %s: its cgroups cannot be read", c->id);
	return 0;
}

int container_open(const struct globals *g, const char *id, bool lock,
	struct container *ret, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;

	int r = check_id(id, f);
	if (r < 0)
		return r;
	strcpy(c.id, id);
	c.root = open_root(g, false, f);
	if (c.root >= 0)
		c.dir = openat(
			c.root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (c.dir < 0 && (errno == ENOENT || c.root < 0)) {
		fail(f, 0, "container \"%s\" does not exist", id);
		return -ENOENT;
	}
	if (c.dir < 0)
		return fail(f, errno, "open(%s/%s)", g->root, id);
	if (lock)
		r = take_lock(&c, f);
	if (r == 0)
		r = read_state(&c, f);
	/* One that is half made can be deleted all the same. */
	if (r < 0 && c.pid == 0 && !*c.bundle)
		c.cgroups.disabled = true;
	else if (r < 0)
		return r;
	*ret = c;
	c = (struct container)CONTAINER_NONE;
	return 0;
}

void container_release(struct container *c)
{
	cleanup_close(&c->lock);
	cleanup_close(&c->dir);
	cleanup_close(&c->root);
	json_decref(c->annotations);
	cgroups_release(&c->cgroups);
}

int container_save(const struct container *c, struct failure *f)
{
	json_auto_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:O?, s:o}", "id", c->id,
		"ociVersion", c->oci_version, "bundle", c->bundle, "rootfs", c->rootfs,
		"created", c->created, "owner", (json_int_t)c->owner, "pid",
		(json_int_t)c->pid, "startTime", (json_int_t)c->start_time, "annotations",
		c->annotations, "cgroups", cgroups_json(&c->cgroups));

	if (!json)
		return fail(f, ENOMEM, "container %s: " STATE_FILE, c->id);
	_cleanup_close_ int fd = openat(c->dir, STATE_FILE ".new",
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || json_dumpfd(json, fd, JSON_COMPACT) < 0 ||
		renameat(c->dir, STATE_FILE ".new", c->dir, STATE_FILE) < 0)
		return fail(f, errno, "container %s: cannot write " STATE_FILE, c->id);
	return 0;
}

void container_address(const struct container *c, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/start.sock",
		c->dir);
}

int container_config(const struct container *c, struct config *ret, struct failure *f)
{
	return config_load(c->dir, "config.json", ret, f);
}

/* State and start time of a process, behind the name, which may hold anything. */
static bool process_stat(pid_t pid, char *ret_state, uint64_t *ret_start)
{
	char path[64], text[1024];
	unsigned long long start;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	char *end = strrchr(text, ')');
	if (!end ||
		sscanf(end,
			") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
			"%*d %*d %*d %llu",
			ret_state, &start) != 2)
		return false;
	*ret_start = start;
	return true;
}

int container_adopt(struct container *c, pid_t pid, struct failure *f)
{
	char state;

	if (!process_stat(pid, &state, &c->start_time))
		return fail(f, ESRCH, "/proc/%d/stat", (int)pid);
	c->pid = pid;
	return 0;
}

static bool alive(const struct container *c)
{
	char state;
	uint64_t start;

	return c->pid > 0 && process_stat(c->pid, &state, &start) &&
		start == c->start_time && state != 'Z' && state != 'X';
}

int container_hold(const struct container *c, struct failure *f)
{
	struct flock lock = { .l_type = F_WRLCK };
	_cleanup_close_ int fd =
		openat(c->dir, "init.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return fail(f, errno, "container %s: init.lock", c->id);
	return TAKE_FD(fd);
}

/* Does its maker, or its first process that waits for `start`, still hold it? */
static bool held(const struct container *c)
{
	struct flock lock = { .l_type = F_WRLCK };
	_cleanup_close_ int fd = openat(c->dir, "init.lock", O_RDWR | O_CLOEXEC);

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

enum container_status container_status(const struct container *c)
{
	if (c->pid == 0)
		return held(c) ? CONTAINER_CREATING : CONTAINER_STOPPED;
	if (!alive(c))
		return CONTAINER_STOPPED;
	if (cgroups_frozen(&c->cgroups))
		return CONTAINER_PAUSED;
	return held(c) ? CONTAINER_CREATED : CONTAINER_RUNNING;
}

const char *container_status_name(enum container_status s)
{
	static const char *const names[] = { "creating", "created", "running", "stopped",
		"paused" };

	return names[s];
}

int container_pidfd(const struct container *c)
{
	_cleanup_close_ int fd = -1;

	if (c->pid == 0)
		return -ESRCH;
	fd = pidfd_of(c->pid);
	if (fd < 0)
		return fd;
	return alive(c) ? TAKE_FD(fd) : -ESRCH;
}

json_t *container_state(const struct container *c, enum container_status status)
{
	json_t *state = json_pack("{s:s, s:s, s:s, s:s}", "ociVersion", c->oci_version,
		"id", c->id, "status", container_status_name(status), "bundle",
		c->bundle);

	if (state && c->pid && status != CONTAINER_STOPPED)
		json_object_set_new(state, "pid", json_integer(c->pid));
	if (state && json_object_size(c->annotations))
		json_object_set(state, "annotations", c->annotations);
	return state;
}

int container_remove(struct container *c, struct failure *f)
{
	static const char *const files[] = { STATE_FILE, STATE_FILE ".new", "config.json",
		"init.lock", "start.sock" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (unlinkat(c->dir, files[i], 0) < 0 && errno != ENOENT)
			return fail(
				f, errno, "container %s: unlink(%s)", c->id, files[i]);
	if (unlinkat(c->root, c->id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail(f, errno, "container %s: rmdir", c->id);
	return 0;
}

static void add_id(char ***ids, size_t *count, const char *id)
{
	char **grown = reallocarray(*ids, *count + 2, sizeof(*grown));

	if (!grown)
		return;
	*ids = grown;
	grown[*count] = strdup(id);
	if (grown[*count])
		grown[++*count] = NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **container_ids(const struct globals *g)
{
	_cleanup_closedir_ DIR *dir = opendir(g->root);
	char **ids = calloc(1, sizeof(*ids));
	struct dirent *e;
	size_t count = 0;

	while (ids && dir && (e = readdir(dir)))
		if (e->d_type != DT_REG && id_ok(e->d_name))
			add_id(&ids, &count, e->d_name);
	if (ids)
		qsort(ids, count, sizeof(*ids), by_name);
	return ids;
}
