/*
 * Mounts by descriptor: a mount is made or cloned detached, gets its attributes and its
 * id map there, and is attached where safe_path.h says (fsopen(2), open_tree(2),
 * mount_setattr(2), move_mount(2)). Where a kernel does not know a call (ENOSYS),
 * mount(2) does what it can; what it cannot do (recursive attributes, id maps) is an
 * error that names the option, never less.
 */
#ifndef PLIMSOLL_REFERENCE_MOUNT_H
#define PLIMSOLL_REFERENCE_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* What mounts[].options ask for (config.md, "Linux mount options"), and what is left as
 * data. */
struct mount_options {
	uint64_t set, clear;         /* MOUNT_ATTR_*, of this mount */
	uint64_t rec_set, rec_clear; /* of all mounts below, too */
	uint64_t propagation;        /* MS_PRIVATE, ..., 0: none asked for */
	bool rec_propagation;
	bool bind, rbind;
	bool remount;
	uint64_t sb_set,
		sb_clear; /* MS_* of the super block: MS_SYNCHRONOUS, MS_LAZYTIME, ... */
	bool idmap, ridmap;
	bool tmpcopyup;
	char *data[64]; /* "key" or "key=value" for the file system; borrowed */
	int data_count;
};

/* Reads the list of strings; -EINVAL for what contradicts itself, -E2BIG for more than 64
 * data. */
int mount_options_read(
	const json_t *options, struct mount_options *ret, struct failure *f);

/* Every option name the table knows, sorted, NULL at the end: for `features`. */
const char *const *mount_option_names(void);

/*
 * The source of mounts[index], which is a bind, as a detached mount with its id map: by
 * whoever has the privilege. A relative source begins at the bundle (`bundle`, a
 * directory's descriptor). `userns` is the user namespace of the container, the default
 * mapping; -1: it has none of its own. A descriptor, or -errno; never without a mapping
 * that was asked for.
 */
int mount_source(
	const struct config *c, size_t index, int bundle, int userns, struct failure *f);

/* Does mounts[index] need the parent: is it a bind, or has it an id map? */
bool mount_needs_source(const struct config *c, size_t index);

/* Attaches a detached mount onto what the descriptor `at` is; 0 or -errno. */
int mount_attach(int mnt, int at);

/* Sets or clears attributes of the mount(s) at a descriptor; recursive ones only by
 * mount_setattr(2). `proc` as in struct init. 0 or -errno. */
int mount_change(int mnt, int proc, uint64_t set, uint64_t clear, bool recursive);

/* A fresh detached file system, options given as "key" or "key=value"; 0-terminated list.
 * A descriptor or -errno; what the kernel logged for it is appended to f where there is
 * something. */
int mount_new(const char *type, const char *source, char *const *data, uint64_t attr,
	struct failure *f);

#endif
