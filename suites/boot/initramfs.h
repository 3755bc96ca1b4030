/*
 * The guest's files, put together in memory: a cpio that the kernel unpacks. At its top
 * stands plimsoll as /init, with its libraries and the job (see guest.h); below /root what
 * becomes the guest's root: runtimes with their libraries, fixtures, what is taken along.
 */
#ifndef PLIMSOLL_INITRAMFS_H
#define PLIMSOLL_INITRAMFS_H

#include <stddef.h>
#include <sys/types.h>

struct initramfs;

/* NULL with a sentence in `why`. */
struct initramfs *initramfs_new(char *why, size_t why_size);

/*
 * Each makes the directories above `path` (absolute, as in the initramfs), too; what is there
 * already under the same path is left and counts as done, but for a directory that was only
 * made for what is in it: it gets its mode. 0, or -errno with a sentence in `why`. Symbolic
 * links in the way (lib -> usr/lib) are followed within the initramfs, as long as they were
 * put there with initramfs_link() or initramfs_tree(); below GUEST_ROOT within that, as they
 * will lead in the guest.
 */
int initramfs_dir(
	struct initramfs *fs, const char *path, mode_t mode, char *why, size_t size);
int initramfs_link(struct initramfs *fs, const char *path, const char *target, char *why,
	size_t size);
int initramfs_data(struct initramfs *fs, const char *path, mode_t mode, const void *data,
	size_t len, char *why, size_t size);
int initramfs_fd(struct initramfs *fs, const char *path, mode_t mode, int fd, char *why,
	size_t size);

/*
 * The program `file` of this machine as `path` below the directory `top` ("" or "/root"),
 * with its interpreter and libraries (closure.h) at their own places below `top`. -EEXIST:
 * another file with other contents, of another system, stands there already, with which the
 * program would not be what it is. Else as closure_walk().
 */
int initramfs_program(struct initramfs *fs, const char *top, const char *path,
	const char *file, const char *sysroot, char *why, size_t size);

/*
 * A directory with all its files, directories and links, as `path`; executable programs and
 * scripts in it bring their libraries below `top`, as far as they are there.
 */
int initramfs_tree(struct initramfs *fs, const char *top, const char *path,
	const char *dir, const char *sysroot, char *why, size_t size);

/* The cpio, whole, in a memfd, at its start; frees `fs` whatever comes. Or -errno. */
int initramfs_finish(struct initramfs *fs, char *why, size_t size);
/* NULL is fine. */
void initramfs_free(struct initramfs *fs);

#endif
