/*
 * Putting what one descriptor is over what another is: by open_tree(2) and move_mount(2),
 * before Linux 5.2 by mount(2) and the names that a trusted procfs has for descriptors.
 */
#ifndef PLIMSOLL_REFERENCE_BIND_H
#define PLIMSOLL_REFERENCE_BIND_H

#include <stdbool.h>

/*
 * Binds `from` over `at`, with the mounts below it if `recursive`. `proc` as in struct
 * init. The new mount is in *ret_mnt, or -1 where mount(2) made it: it is what the path
 * leads to now. 0 or -errno.
 */
int bind_over(int proc, int from, int at, bool recursive, int *ret_mnt);

/* mount(2) onto `at`: of `from`, or where that is -1, of a fresh `type`. 0 or -errno. */
int bind_by_path(int proc, int from, int at, const char *type, unsigned long flags,
	const char *data);

/* MS_PRIVATE, MS_SLAVE, ..., perhaps with MS_REC, of the mount that is at `mnt`. */
int bind_propagation(int proc, int mnt, unsigned long flags);

/* The id by which mountinfo knows the mount that a descriptor is on, or -errno. */
int bind_mount_id(int proc, int fd);

#endif
