/*
 * Paths below a root file system that is not trusted: its links may be absolute, may
 * dangle, may climb, and may change while we look. Everything is resolved by the kernel
 * as if the root were
 * "/" (openat2(2), RESOLVE_IN_ROOT, from 5.6; where that is not to be had, a walk with
 * O_PATH), and what comes back is a descriptor; nothing is ever done by a path again.
 */
#ifndef PLIMSOLL_REFERENCE_SAFE_PATH_H
#define PLIMSOLL_REFERENCE_SAFE_PATH_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Opens what `path` is below the directory `root`; flags as for open(2), O_CLOEXEC added.
 * With O_PATH | O_NOFOLLOW the last component may be a link. A descriptor or -errno.
 */
int safe_open(int root, const char *path, int flags);

/* Opens it as O_PATH; what is missing of it is made: directories of mode `mode`. */
int safe_mkdirs(int root, const char *path, mode_t mode);

/* The same, where no component may be a link: ELOOP (/proc, /sys: CVE-2019-19921). */
int safe_mkdirs_plain(int root, const char *path, mode_t mode);

/* The same, the last component being an empty regular file of mode 0644. An existing
 * file, device, fifo or socket is fine, a directory is EISDIR. */
int safe_mkfile(int root, const char *path);

/* Makes the directories above it; the parent as O_PATH and the last component in
 * `ret_name` (NAME_MAX + 1 bytes). -EINVAL for "/", "..", and the like. */
int safe_parent(int root, const char *path, mode_t mode, char *ret_name);

/* "/proc/self/fd/N" for calls that take no descriptor: of the procfs of `proc` (see
 * struct init), never of the container's. `buf` has SAFE_FD_PATH bytes. */
#define SAFE_FD_PATH 64

/* Is the descriptor on a real procfs, and at its root (inode 1)? */
bool safe_is_procfs(int fd);

#endif
