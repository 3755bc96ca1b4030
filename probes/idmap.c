#include <errno.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "idmap.h"
#include "uapi/mount.h"

void cleanup_idmap(struct idmap *map)
{
	cleanup_close(&map->userns);
}

static int make(const struct ask *a, const struct idmap *map, struct idmap *ret_map,
	struct verdict *ret_refused)
{
	char text[40];

	*ret_map = *map;
	long long unmapped = env_number(a->env, "/proc/sys/kernel/overflowuid");
	ret_map->unmapped = unmapped < 0 ? 65534 : unmapped;
	snprintf(text, sizeof(text), "%u %u %u", ret_map->inside, ret_map->outside,
		ret_map->count);
	ret_map->userns = ask_userns(a, text, text, ret_refused);
	return ret_map->userns < 0 ? -1 : 0;
}

/* Inside a user namespace only its own ids can be mapped, and 0 is one in any. */
static bool has_one_id(const struct ask *a)
{
	return a->env->own_userns || a->own_userns;
}

int idmap_make(const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused)
{
	static const struct idmap root = { -1, 0, 100000, 65536, 0 },
				  single = { -1, 5, 0, 1, 0 };

	return make(a, has_one_id(a) ? &single : &root, ret_map, ret_refused);
}

int idmap_make_other(
	const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused)
{
	static const struct idmap root = { -1, 0, 300000, 65536, 0 },
				  single = { -1, 0, 0, 1, 0 };

	return make(a, has_one_id(a) ? &single : &root, ret_map, ret_refused);
}

int idmap_make_shifted(
	const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused)
{
	static const struct idmap root = { -1, 100000, 0, 65536, 0 };

	if (!has_one_id(a))
		return make(a, &root, ret_map, ret_refused);
	*ret_refused = answer_denied("unmapped",
		"the asker's user namespace has a single id for sure, and a file needs a second "
		"one to look as if it were that one's",
		"ask as root outside of user namespaces",
		"not asked: there is only one owner that a file could have");
	return -1;
}

uid_t idmap_owner(const struct idmap *map, uid_t uid)
{
	if (uid < map->inside || uid - map->inside >= map->count)
		return map->unmapped;
	return map->outside + (uid - map->inside);
}

static int map_with(int mnt, int userns)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = userns };

	return sys_mount_setattr(mnt, "", AT_EMPTY_PATH, &attr, sizeof(attr));
}

int idmap_mount(int mnt, const struct idmap *map)
{
	return map_with(mnt, map->userns);
}

/*
 * A kernel that knows MOUNT_ATTR_IDMAP looks at the descriptor before it looks at the mount
 * (build_mount_idmapped() in its fs/namespace.c, from 5.12 on): one that is not open gives
 * EBADF, for any asker that may mount. EINVAL means that it did not get that far.
 */
static bool looks_at_userns(int mnt)
{
	return map_with(mnt, INT_MAX) < 0 && errno == EBADF;
}

struct verdict idmap_refused(
	const struct ask *a, int mnt, const struct idmap *map, const char *type, int err)
{
	struct verdict v = answer_refused(a, "mount_setattr(idmap)", err);

	if (err == EPERM && !strncmp(v.cause, "unproven", strlen("unproven")))
		VERDICT_TEXT(v.cause,
			"unproven: a kernel whose vendor refuses every id-mapped mount "
			"(RHEL 9 before 5.14.0-334.el9), or an LSM");
	if (err != EINVAL || !looks_at_userns(mnt))
		return v;
	if (ioctl(map->userns, NS_GET_NSTYPE) != CLONE_NEWUSER)
		return answer_error("ioctl(NS_GET_NSTYPE)", errno,
			"the descriptor of the mapping is "
			"not a user namespace");
	v = answer_absent("%s cannot be id-mapped by this kernel (EINVAL); it knows "
			  "MOUNT_ATTR_IDMAP, as a bad descriptor gave EBADF",
		type);
	VERDICT_TEXT(v.stage, "mount_setattr(idmap)");
	v.err = err;
	v.fault = FAULT_FILESYSTEM;
	return v;
}

struct verdict idmap_refused_tmpfs(
	const struct ask *a, int mnt, const struct idmap *map, int err)
{
	struct verdict v = idmap_refused(a, mnt, map, "tmpfs", err);

	if (v.fault == FAULT_FILESYSTEM)
		v.fault = FAULT_KERNEL;
	return v;
}
