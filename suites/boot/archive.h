/*
 * Packages, archives, compressed files and directories read alike, and a cpio written, all
 * by libarchive. It is loaded when it is first needed (dlopen): `boot` alone uses it, and it
 * brings a dozen libraries that neither a node nor a guest should have to load.
 */
#ifndef PLIMSOLL_ARCHIVE_H
#define PLIMSOLL_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct archive_reading;

struct archive_file {
	const char *path; /* as stored, without a leading "./" or "/" */
	mode_t mode;      /* type and permissions: a regular file, directory or link */
	const char *link; /* of a symbolic link; else NULL. A hard link in an archive is
			   * shown as one with the absolute path of its target */
	const char *disk; /* where it stands, in a directory that is walked; else NULL */
	struct archive_reading *reading;
};

/*
 * Called for each entry; what it does not read is skipped. A return other than 0 ends the
 * walk and is what the walk returns.
 */
typedef int (*archive_fn)(void *ctx, const struct archive_file *file);

/*
 * Walks a .deb (ar; its data.tar is walked into, whatever compresses it, and so is its
 * control.tar, whose entries are shown as "DEBIAN/control" etc.), an .rpm, a tar or cpio, or
 * a directory (recursively and sorted, symbolic links are not followed). 0, what `fn`
 * returned, or with a sentence in `why`: -ENOSYS no libarchive on this machine, -ENOENT and
 * other -errno it cannot be opened or read, -EINVAL no archive of a kind that is known,
 * -EBADMSG it is broken or cut short.
 */
int archive_walk(const char *path, archive_fn fn, void *ctx, char *why, size_t why_size);

/*
 * The contents of the entry at hand (a regular file) in a new memfd, read from its start;
 * `*ret_size` its size. A descriptor or -errno. If it is the archive that cannot be read,
 * the walk says so in `why` once `fn` has returned, whatever it returns.
 */
int archive_contents(const struct archive_file *file, size_t *ret_size);

/* Likewise, but appended to `fd`. 0 or -errno. */
int archive_append(const struct archive_file *file, int fd, size_t *ret_size);

/*
 * What is in `fd` from its start on, decompressed (gz, xz, zstd, ...) into a new memfd; not
 * compressed: a copy of it. A descriptor, or -errno with a sentence in `why` that begins with
 * `name`.
 */
int archive_decompress(
	int fd, const char *name, size_t *ret_size, char *why, size_t why_size);

/* Writing: a cpio of the format newc, uncompressed, owned by root, times all 0. */
struct archive_writing;

/* The archive goes to `fd`, which stays the caller's. NULL with a sentence in `why`. */
struct archive_writing *archive_create(int fd, char *why, size_t why_size);
/* Each 0 or -errno. `path` without a leading slash; parents are the caller's to make. */
int archive_put_dir(struct archive_writing *w, const char *path, mode_t mode);
int archive_put_link(struct archive_writing *w, const char *path, const char *target);
int archive_put_data(struct archive_writing *w, const char *path, mode_t mode,
	const void *data, size_t size);
/* All that is in `fd`, a file, from its start on. */
int archive_put_fd(struct archive_writing *w, const char *path, mode_t mode, int fd);
/* Ends the archive and frees `w` (NULL is fine). 0 or -errno. */
int archive_finish(struct archive_writing *w);

#endif
