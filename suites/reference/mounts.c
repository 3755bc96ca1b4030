#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "copyup.h"
#include "id_map.h"
#include "init.h"
#include "mount.h"
#include "safe_path.h"
#include "sync.h"
#include "uapi/mount.h"
#include "uapi/stat.h"

#define CGROUP_MAGIC      0x27e0eb
#define CGROUP2_MAGIC     0x63677270
#define INITIAL_CGROUP_NS 0xeffffffb /* the inode of the first one */

#ifndef STATX_MNT_ID /* 5.8 */
#define STATX_MNT_ID 0x00001000U
#endif

/* One of mounts[], on its way. */
struct job {
	const struct init *in;
	size_t index;
	const json_t *json;
	const char *destination, *type, *source;
	struct mount_options o;
	struct id_map map;
	bool bind;
	bool existed;  /* the destination */
	bool attached; /* mnt is: by mount(2), which knows nothing else */
	bool later;    /* has attributes to come, which only an attached mount takes */
	int at;        /* the destination; O_PATH */
	int mnt;       /* the mount, detached or attached */
};

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_type(const struct job *j, const char *type)
{
	return !j->bind && j->type && !strcmp(j->type, type);
}

/* What is under these is trusted to be the kernel's: no link may lead there. */
static bool is_plain(const struct job *j)
{
	return is_type(j, "proc") || is_type(j, "sysfs");
}

static int read_job(struct job *j, struct failure *f)
{
	int r = mount_options_read(json_object_get(j->json, "options"), &j->o, f);

	if (r == 0)
		r = id_map_read(j->json, &j->o, &j->map, f);
	if (r < 0)
		return r;
	j->destination = string_of(j->json, "destination");
	j->type = string_of(j->json, "type");
	j->source = string_of(j->json, "source");
	j->bind = j->o.bind || j->o.rbind;
	if (!j->destination)
		return fail(f, 0, "destination: there is none");
	if (j->o.tmpcopyup && !is_type(j, "tmpfs"))
		return fail(f, 0, "options: tmpcopyup fills a tmpfs, this is another");
	return 0;
}

/* The destination, made if it is missing: j->at. Relative ones begin at "/", too. */
static int open_target(struct job *j, bool dir, struct failure *f)
{
	int root = j->in->rootfs, fd;
	_cleanup_close_ int old = safe_open(root, j->destination, O_PATH);

	j->existed = old >= 0;
	if (is_plain(j))
		fd = safe_mkdirs_plain(root, j->destination, 0755);
	else if (dir)
		fd = safe_mkdirs(root, j->destination, 0755);
	else
		fd = safe_mkfile(root, j->destination);
	if (fd == -ELOOP && is_plain(j))
		return fail(f, ELOOP, "destination: a link is on the way to %s (%s)",
			j->destination, j->type);
	if (fd < 0)
		return fail(f, -fd, "destination: %s", j->destination);
	j->at = fd;
	return 0;
}

static bool same_mount(int a, int b)
{
	struct statx x, y;

	if (statx(a, "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_INO, &x) < 0 ||
		statx(b, "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_INO, &y) < 0)
		return false;
	if (x.stx_mask & y.stx_mask & STATX_MNT_ID && x.stx_mnt_id != y.stx_mnt_id)
		return false;
	return x.stx_ino == y.stx_ino && x.stx_dev_major == y.stx_dev_major &&
		x.stx_dev_minor == y.stx_dev_minor;
}

/* What asks /proc whether it is there asks what it trusts. */
static int check_hidden(const struct job *j, struct failure *f)
{
	if (!safe_is_procfs(j->at) || safe_is_procfs(j->mnt))
		return 0;
	return fail(
		f, EPERM, "destination: %s would hide the procfs there", j->destination);
}

/* After mount(2): what lies at the destination now. */
static int open_attached(struct job *j, struct failure *f)
{
	j->mnt = safe_open(j->in->rootfs, j->destination, O_PATH);
	if (j->mnt < 0)
		return fail(f, -j->mnt, "destination: %s", j->destination);
	if (same_mount(j->mnt, j->at))
		return fail(f, EAGAIN, "destination: %s", j->destination);
	j->attached = j->later = true;
	return check_hidden(j, f);
}

/* The container's own user namespace, where no mapping says another. */
static int own_userns(const struct job *j)
{
	if (!j->in->userns || !j->map.wanted || j->map.uids)
		return -1;
	return openat(j->in->proc, "self/ns/user", O_RDONLY | O_CLOEXEC);
}

/*
 * The parent's clone is the peer of a mount of the host. It gets what the kernel gives a
 * mount namespace of another user namespace: a slave; then linux.rootfsPropagation as it
 * was applied to all there.
 */
static int tame(const struct job *j, struct failure *f)
{
	const char *wanted = string_of(j->in->config->os, "rootfsPropagation");
	const char *kind = wanted && *wanted == 'r' ? wanted + 1 : wanted;
	int r = mount_propagate(j->mnt, j->in->proc, MS_SLAVE, true);

	if (r == 0 && kind && !strcmp(kind, "private"))
		r = mount_propagate(j->mnt, j->in->proc, MS_PRIVATE, true);
	if (r == 0 && kind && !strcmp(kind, "shared"))
		r = mount_propagate(j->mnt, j->in->proc, MS_SHARED, true);
	return r < 0 ? fail(f, -r, "mount_setattr(%s, slave)", j->source) : 0;
}

static int open_source(struct job *j, struct failure *f)
{
	const struct init *in = j->in;

	if (in->served) {
		j->mnt = sync_mount_source(in->parent, j->index, f);
		return j->mnt < 0 ? j->mnt : j->bind ? tame(j, f) : 0;
	}
	_cleanup_close_ int userns = own_userns(j);
	j->mnt = mount_source(in->config, j->index, in->bundle_fd, userns, f);
	return j->mnt < 0 ? j->mnt : 0;
}

static bool is_dir(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Where there are no detached mounts. */
static int bind_attached(struct job *j, struct failure *f)
{
	_cleanup_close_ int from =
		openat(j->in->bundle_fd, j->source, O_PATH | O_CLOEXEC);

	if (from < 0)
		return fail(f, errno, "open(%s)", j->source);
	int r = open_target(j, is_dir(from), f);
	if (r < 0)
		return r;
	r = mount_bind_at(from, j->at, j->in->proc, j->o.rbind);
	if (r < 0)
		return fail(f, -r, "mount(%s, bind)", j->source);
	return open_attached(j, f);
}

static int make_bind(struct job *j, struct failure *f)
{
	int r = open_source(j, f);

	if (r == -ENOSYS && !j->map.wanted)
		return bind_attached(j, f);
	return r < 0 ? r : open_target(j, is_dir(j->mnt), f);
}

static bool has_option(const struct mount_options *o, const char *key)
{
	for (int i = 0; i < o->data_count; i++)
		if (!strncmp(o->data[i], key, strlen(key)))
			return true;
	return false;
}

/* Of a tmpfs: as the directory that it covers, if that was there. */
static bool inherits_mode(const struct job *j, mode_t *ret)
{
	struct stat st;

	if (!is_type(j, "tmpfs") || !j->existed || has_option(&j->o, "mode=") ||
		fstat(j->at, &st) < 0)
		return false;
	*ret = st.st_mode & 07777;
	return true;
}

/* What EPERM alone does not tell. */
static void explain(const struct job *j, int err, struct failure *f)
{
	size_t len = strlen(f->text);

	if (err != -EPERM || !is_plain(j))
		return;
	if (!strncmp(f->text, "fsmount", 7))
		snprintf(f->text + len, sizeof(f->text) - len,
			" (parts of the %s that is there are hidden)", j->type);
	else
		snprintf(f->text + len, sizeof(f->text) - len,
			" (the %s namespace belongs to another user namespace)",
			is_type(j, "sysfs") ? "network" : "PID");
}

static int make_fresh(struct job *j, struct failure *f)
{
	struct mount_fresh fresh;
	mode_t mode;
	int r = mount_fresh_read(j->in->config, j->index, &j->o, &fresh, f);

	if (r == 0)
		r = open_target(j, true, f);
	if (r < 0)
		return r;
	if (inherits_mode(j, &mode)) {
		snprintf(fresh.mode, sizeof(fresh.mode), "mode=%o", mode);
		fresh.data[fresh.count++] = fresh.mode;
	}
	j->mnt = mount_fresh(&fresh, f);
	if (j->mnt == -ENOSYS || j->mnt == -E2BIG) {
		r = mount_fresh_at(&fresh, j->at, j->in->proc, f);
		return r < 0 ? r : open_attached(j, f);
	}
	explain(j, j->mnt, f);
	return j->mnt < 0 ? j->mnt : 0;
}

/* One with an id map: whoever makes it does not know the destination. */
static int make_mapped(struct job *j, struct failure *f)
{
	mode_t mode;
	int r = open_target(j, true, f);

	if (r == 0)
		r = open_source(j, f);
	if (r < 0 || !inherits_mode(j, &mode))
		return r;
	_cleanup_close_ int top = openat(j->mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || fchmod(top, mode) < 0)
		return fail(f, errno, "fchmod(%s)", j->destination);
	return 0;
}

static int fail_attr(const struct job *j, int err, bool recursive, struct failure *f)
{
	char names[256];

	mount_options_attributes(
		json_object_get(j->json, "options"), recursive, names, sizeof(names));
	if (err == -ENOSYS)
		return fail(f, ENOSYS,
			"mount_setattr(%s, %s): this kernel has no mount_setattr",
			j->destination, names);
	return fail(f, -err, "mount_setattr(%s, %s)", j->destination, names);
}

/*
 * While the mount is detached, if that can be: never is anything there that has less than
 * its attributes. Recursive ones are of the clone, never of the source.
 */
static int set_attributes(struct job *j, struct failure *f)
{
	const struct mount_options *o = &j->o;
	int r = 0;

	if ((o->set | o->clear) && j->attached)
		r = mount_change(j->mnt, j->in->proc, o->set, o->clear, false);
	else if (o->set | o->clear)
		r = mount_setattr_by(j->mnt, o->set, o->clear, false);
	j->later = !j->attached && (r == -ENOSYS || r == -EOPNOTSUPP);
	if (r < 0 && !j->later)
		return fail_attr(j, r, false, f);
	r = 0;
	if (o->rec_set | o->rec_clear)
		r = mount_setattr_by(j->mnt, o->rec_set, o->rec_clear, true);
	return r < 0 ? fail_attr(j, r, true, f) : 0;
}

/* A fresh one has what fsmount(2) was told; there is nothing below it. */
static void fold(struct job *j)
{
	struct mount_options *o = &j->o;

	o->set = (o->set & ~o->rec_clear) | o->rec_set;
	o->clear = o->set & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
	o->rec_set = o->rec_clear = 0;
}

/* mqueue takes no label when it is mounted. */
static int label_mqueue(const struct job *j, struct failure *f)
{
	const char *label = string_of(j->in->config->os, "mountLabel");

	if (!is_type(j, "mqueue") || !label || !*label)
		return 0;
	_cleanup_close_ int top = openat(j->mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 ||
		fsetxattr(top, "security.selinux", label, strlen(label) + 1, 0) < 0)
		return fail(f, errno, "linux.mountLabel: fsetxattr(%s)", j->destination);
	return 0;
}

static int attach(struct job *j, struct failure *f)
{
	int r = check_hidden(j, f);

	if (r < 0)
		return r;
	r = mount_attach(j->mnt, j->at);
	if (r < 0)
		return fail(f, -r, "move_mount(%s)", j->destination);
	j->attached = true;
	return 0;
}

/* From here on the root is what lies on it. */
static int replace_root(const struct job *j, struct failure *f)
{
	if (!same_mount(j->at, j->in->rootfs))
		return 0;
	return dup3(j->mnt, j->in->rootfs, O_CLOEXEC) < 0
		? fail(f, errno, "dup3(%s)", j->destination)
		: 0;
}

static int propagate(const struct job *j, struct failure *f)
{
	const struct mount_options *o = &j->o;

	if (!o->propagation)
		return 0;
	int r = mount_propagate(j->mnt, j->in->proc, o->propagation, o->rec_propagation);
	return r < 0 ? fail(f, -r, "mount_setattr(%s, propagation)", j->destination) : 0;
}

/* tmpcopyup; what the options say of the top stays. */
static int fill(const struct job *j, struct failure *f)
{
	const struct mount_options *o = &j->o;
	struct stat st;

	if (!o->tmpcopyup || !j->existed)
		return 0;
	_cleanup_close_ int top = openat(j->mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || fstat(top, &st) < 0)
		return fail(f, errno, "tmpcopyup: open");
	int r = copyup(j->at, top, f);
	if (r < 0)
		return r;
	if (fchown(top, has_option(o, "uid=") ? st.st_uid : (uid_t)-1,
		    has_option(o, "gid=") ? st.st_gid : (gid_t)-1) < 0 ||
		(has_option(o, "mode=") && fchmod(top, st.st_mode & 07777) < 0))
		return fail(f, errno, "tmpcopyup: fchown");
	return 0;
}

/* The mount is made: fills it, gives it what it has to have, and puts it there. */
static int finish(struct job *j, struct failure *f)
{
	int r = fill(j, f);

	if (!j->bind)
		fold(j);
	if (r == 0)
		r = label_mqueue(j, f);
	if (r == 0 && !j->attached) {
		r = set_attributes(j, f);
		if (r == 0)
			r = attach(j, f);
	}
	if (r == 0 && j->later)
		r = set_attributes(j, f);
	if (r == 0)
		r = replace_root(j, f);
	return r < 0 ? r : propagate(j, f);
}

/* The super block of a mount. That of cgroups is the host's: all share it. */
static int reconfigure(const struct job *j, struct failure *f)
{
	const struct mount_options *o = &j->o;
	struct statfs fs;

	if (!o->data_count && !((o->sb_set | o->sb_clear) & ~(uint64_t)MS_SILENT))
		return 0;
	if (fstatfs(j->mnt, &fs) < 0)
		return fail(f, errno, "fstatfs(%s)", j->destination);
	if (fs.f_type == CGROUP_MAGIC || fs.f_type == CGROUP2_MAGIC)
		return fail(
			f, EPERM, "options: remount of cgroups at %s", j->destination);
	return mount_reconfigure(j->mnt, j->in->proc, o, f);
}

/* What is there gets other attributes; its super block what is for that. */
static int remount(struct job *j, struct failure *f)
{
	j->at = safe_open(j->in->rootfs, j->destination, O_PATH);
	if (j->at < 0)
		return fail(f, -j->at, "destination: %s", j->destination);
	j->mnt = fcntl(j->at, F_DUPFD_CLOEXEC, 0);
	if (j->mnt < 0)
		return fail(f, errno, "fcntl");
	j->attached = true;
	int r = j->bind ? 0 : reconfigure(j, f);
	if (r == 0)
		r = set_attributes(j, f);
	return r < 0 ? r : propagate(j, f);
}

/* Are we in a cgroup namespace that is the container's, and not the first one? */
static bool own_cgroup_ns(const struct init *in)
{
	struct stat st;

	return config_namespace(in->config, "cgroup") &&
		fstatat(in->proc, "self/ns/cgroup", &st, 0) == 0 &&
		st.st_ino != INITIAL_CGROUP_NS;
}

static int make_cgroup(struct job *j, struct failure *f)
{
	const struct init *in = j->in;

	if (j->map.wanted)
		return fail(f, 0, "a cgroup mount cannot be id-mapped");
	if (j->o.data_count > 0)
		return fail(f, 0, "options: %s: a cgroup mount takes none of its own",
			j->o.data[0]);
	int r = open_target(j, true, f);
	if (r < 0)
		return r;
	fold(j);
	r = cgroups_mount(in->cgroups, j->at, own_cgroup_ns(in), j->o.set, in->proc, f);
	if (r < 0 || !j->o.propagation)
		return r;
	r = open_attached(j, f);
	return r < 0 ? r : propagate(j, f);
}

static int run_job(struct job *j, struct failure *f)
{
	int r = read_job(j, f);

	if (r < 0)
		return r;
	if (j->o.remount)
		return remount(j, f);
	if (is_type(j, "cgroup") || is_type(j, "cgroup2"))
		return make_cgroup(j, f);
	if (j->bind)
		r = make_bind(j, f);
	else
		r = j->map.wanted ? make_mapped(j, f) : make_fresh(j, f);
	if (r < 0)
		return r;
	r = finish(j, f);
	if (r == 0 && is_type(j, "proc") && !safe_is_procfs(j->mnt))
		return fail(f, 0, "%s is not a procfs", j->destination);
	return r;
}

int init_mounts(const struct init *in, struct failure *f)
{
	const json_t *mount;
	size_t i;

	json_array_foreach(in->config->mounts, i, mount) {
		struct job j = {
			.in = in,
			.index = i,
			.json = mount,
			.at = -1,
			.mnt = -1,
		};
		int r = run_job(&j, f);
		cleanup_close(&j.at);
		cleanup_close(&j.mnt);
		if (r < 0)
			return fail_in(f, "mounts[%zu]", i);
	}
	return 0;
}
