#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "id_map.h"
#include "mount.h"
#include "uapi/mount.h"

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_bind(const struct mount_options *o)
{
	return o->bind || o->rbind;
}

/* These have labels of their own: the kernel takes none for them (mqueue: later). */
static bool takes_label(const char *type)
{
	return strcmp(type, "proc") && strcmp(type, "sysfs") && strcmp(type, "mqueue");
}

static bool is_block_device(const char *path)
{
	struct stat st;

	return path && *path == '/' && stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

int mount_fresh_read(const struct config *c, size_t index, const struct mount_options *o,
	struct mount_fresh *ret, struct failure *f)
{
	const json_t *mount = json_array_get(c->mounts, index);
	const char *label = string_of(c->os, "mountLabel");

	*ret = (struct mount_fresh) {
		.type = string_of(mount, "type"),
		.source = string_of(mount, "source"),
		.count = o->data_count,
		/* There is nothing below it: recursive is the same. */
		.attr = (o->set & ~o->rec_clear) | o->rec_set,
		.sb = o->sb_set,
	};
	/* A bind is one by its options, whatever its type is called. */
	if (!ret->type || !strcmp(ret->type, "bind") || !strcmp(ret->type, "none"))
		return fail(f, 0, "type: %s, without bind or rbind in options",
			ret->type ? ret->type : "there is none");
	memcpy(ret->data, o->data, o->data_count * sizeof(ret->data[0]));
	/* It is filled first; the attribute comes when that is done. */
	if (o->tmpcopyup)
		ret->attr &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	/* Else a file system on a device that is to be left alone writes to it. */
	if (ret->attr & MOUNT_ATTR_RDONLY && is_block_device(ret->source))
		ret->sb |= MS_RDONLY;
	if (!label || !*label || !takes_label(ret->type))
		return 0;
	if (snprintf(ret->label, sizeof(ret->label), "context=\"%s\"", label) >=
		(int)sizeof(ret->label))
		return fail(f, ENAMETOOLONG, "linux.mountLabel");
	ret->data[ret->count++] = ret->label;
	return 0;
}

/* The caller's paths: links in them are followed. */
static int clone_source(const char *source, bool recursive, int bundle, struct failure *f)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	if (!source || !*source)
		return fail(f, 0, "source: there is none, and this is a bind");
	int fd = sys_open_tree(bundle, source, flags | (recursive ? AT_RECURSIVE : 0));
	return fd < 0 ? fail(f, errno, "open_tree(%s)", source) : fd;
}

int mount_source(
	const struct config *c, size_t index, int bundle, int userns, struct failure *f)
{
	const json_t *mount = json_array_get(c->mounts, index);
	const char *source = string_of(mount, "source");
	struct mount_options o;
	struct id_map map;
	struct mount_fresh fresh = { 0 };

	int r = mount_options_read(json_object_get(mount, "options"), &o, f);
	if (r == 0)
		r = id_map_read(mount, &o, &map, f);
	if (r == 0 && !is_bind(&o))
		r = mount_fresh_read(c, index, &o, &fresh, f);
	if (r < 0)
		return r;
	/* Whoever attaches it has something to do in it yet. */
	fresh.attr &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	_cleanup_close_ int mnt = is_bind(&o) ? clone_source(source, o.rbind, bundle, f)
					      : mount_fresh(&fresh, f);
	if (mnt < 0)
		return mnt;
	r = id_map_apply(&map, mnt, userns, is_bind(&o) ? source : fresh.type, f);
	return r < 0 ? r : TAKE_FD(mnt);
}
