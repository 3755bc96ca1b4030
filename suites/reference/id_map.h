/*
 * Id-mapped mounts: the kernel takes the map from a user namespace. What mounts[] says of
 * ids (config.md, "uidMappings", "idmap", "ridmap") and how it is applied.
 */
#ifndef PLIMSOLL_REFERENCE_ID_MAP_H
#define PLIMSOLL_REFERENCE_ID_MAP_H

#include "mount.h"

struct id_map {
	bool wanted, recursive;
	const json_t *uids, *gids; /* NULL: those of the container's user namespace */
};

/* What one of mounts[] asks for; -EINVAL if it says only one of the two. */
int id_map_read(const json_t *mount, const struct mount_options *o, struct id_map *ret,
	struct failure *f);

/*
 * A new user namespace with these maps (lists of containerID, hostID, size), in which
 * nobody is: a descriptor, or -errno. "/proc" has to be the host's.
 */
int id_map_userns(const json_t *uids, const json_t *gids, struct failure *f);

/* Maps a detached mount, `name` in messages. `userns`: that of the container or -1. */
int id_map_apply(const struct id_map *map, int mnt, int userns, const char *name,
	struct failure *f);

#endif
