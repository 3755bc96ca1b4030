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

/* Those of the list that are attributes, of this mount or of all below, for a message:
 * "rro,rnosuid". */
void mount_options_attributes(
	const json_t *options, bool recursive, char *ret, size_t size);

/* Every option name the table knows, sorted, NULL at the end: for `features`. */
const char *const *mount_option_names(void);

/*
 * The source of mounts[index] as a detached mount with its id map, by whoever has the
 * privilege: of a bind a clone, else (a file system that is to be id-mapped) a fresh one.
 * A relative source begins at the bundle (`bundle`, a directory's descriptor). `userns` is
 * the user namespace of the container, the default mapping; -1: it has none of its own. A
 * descriptor, or -errno; never without a mapping that was asked for. -ENOSYS if there are
 * no detached mounts here. Called while "/proc" is the host's.
 */
int mount_source(
	const struct config *c, size_t index, int bundle, int userns, struct failure *f);

/* Attaches a detached mount onto what the descriptor `at` is; 0 or -errno. */
int mount_attach(int mnt, int at);

/* Sets or clears attributes of the mount(s) at a descriptor; recursive ones only by
 * mount_setattr(2). `proc` as in struct init. 0 or -errno. */
int mount_change(int mnt, int proc, uint64_t set, uint64_t clear, bool recursive);

/* The same by mount_setattr(2) alone, which can do it to a detached mount, too: -ENOSYS if
 * it is not there, -EOPNOTSUPP if it does not know nosymfollow yet. */
int mount_setattr_by(int mnt, uint64_t set, uint64_t clear, bool recursive);

/* MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE of an attached mount; 0 or -errno. */
int mount_propagate(int mnt, int proc, uint64_t propagation, bool recursive);

/* A fresh detached file system, options given as "key" or "key=value"; 0-terminated list.
 * A descriptor or -errno; what the kernel logged for it is appended to f where there is
 * something. */
int mount_new(const char *type, const char *source, char *const *data, uint64_t attr,
	struct failure *f);

/* All there is to say of one. */
struct mount_fresh {
	const char *type, *source; /* source may be NULL */
	char *data[64 + 3];        /* of the config, what we add, and a 0 */
	int count;
	uint64_t attr, sb; /* MOUNT_ATTR_*; MS_* of the super block */
	char label[512];
	char mode[16];
};

/* Fills it from mounts[index]; the label of linux.mountLabel and `ro` of a device too. */
int mount_fresh_read(const struct config *c, size_t index, const struct mount_options *o,
	struct mount_fresh *ret, struct failure *f);

/* Detached; -ENOSYS without fsopen(2), -E2BIG for what fsconfig(2) cannot be told (more
 * than 255 bytes, iversion): then it is mount_fresh_at(). */
int mount_fresh(const struct mount_fresh *m, struct failure *f);

/* By mount(2), onto what `at` is; attributes that it does not know are left out: a
 * mount_change() comes after. 0 or -errno. */
int mount_fresh_at(const struct mount_fresh *m, int at, int proc, struct failure *f);

/* Binds what `from` is by mount(2); 0 or -errno. */
int mount_bind_at(int from, int at, int proc, bool recursive);

/* Changes a super block: data and flags of a remount. `at` is the root of the
 * mount. */
int mount_reconfigure(int at, int proc, const struct mount_options *o, struct failure *f);

#endif
