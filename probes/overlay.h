/*
 * What the questions about overlayfs share: layers on the scratch tmpfs, the working directory,
 * and detached mounts of them.
 */
#ifndef PLIMSOLL_OVERLAY_H
#define PLIMSOLL_OVERLAY_H

#include "answer.h"
#include "mnt.h"

#define OVERLAY_MAN "Documentation/filesystems/overlayfs.rst"
/* Of a kernel that has overlay, each of these takes it away. */
#define OVERLAY_BLOCKED                                                            \
	"seccomp; user.max_user_namespaces=0 (ENOSPC); AppArmor or SELinux rules " \
	"on mount (EACCES)"

struct overlay {
	const char *name;  /* its upper and work directory are NAME.upper, NAME.work */
	const char *lower; /* "lower" if NULL; lowerdir= is left out if it is "" */
	const struct mnt_option *options; /* asked about; or NULL */
	/* In a user namespace, leave out userxattr, without which it keeps no attributes. */
	bool plain;
};

/* lower/ with the files "file" and "gone" ("lower" is in them) and the directory "dir". */
int overlay_prepare(struct verdict *ret_refused);

/*
 * Mounts it, detached. If it is refused, then the same is tried without the options: what is
 * said of them is said only if that works, else *ret_refused is about overlay itself. The
 * asker's own user namespace is then told from the kernel. Returns the mount or -1.
 */
int overlay_mount(
	const struct ask *a, const struct overlay *o, struct verdict *ret_refused);

/*
 * May the question about this option be put at all? In a user namespace it is known not to
 * work, and trying leaves a line in the kernel log: there, -1 with *ret_refused. Else 0.
 */
int overlay_may_ask(const struct ask *a, const char *option, struct verdict *ret_refused);

/*
 * For the questions about user namespaces: EPERM of fsconfig(create) is the kernel's answer
 * and no policy's if it comes whatever the options are. A kernel that lets overlay be
 * mounted there gets to them, and a missing lowerdir is EINVAL.
 */
struct verdict overlay_refused_in_userns(const struct verdict *said);

/* For who finds that the option was accepted and not done: a user namespace is the reason. */
struct verdict overlay_not_done(const struct ask *a, const char *option);

/*
 * Is `option`=on done in a user namespace, which this is one of? `works` tells by what happens
 * in the mount; `seen` says what that was.
 */
struct verdict overlay_ask_in_userns(const struct ask *a, const char *option,
	bool (*works)(int mnt), const char *seen);

/*
 * Is `volatile` done? The mark that stands for it, work/incompat/volatile, must be in the work
 * directory with the option and not without. `userns`: the question is about a user namespace.
 */
struct verdict overlay_ask_volatile(const struct ask *a, bool userns);

/* It shows lower/ and leaves it as it is: reads, writes and deletes through it. */
struct verdict overlay_try(int mnt, const char *name);

/* The name of an attribute of overlay's own: trusted.overlay.* or user.overlay.*. */
struct overlay_xattr {
	char name[64];
};
struct overlay_xattr overlay_xattr(const struct ask *a, const char *what);

/* The directory or file "NAME.upper/WHAT": a path. */
struct overlay_path {
	char path[128];
};
struct overlay_path overlay_upper(const char *name, const char *what);

/* Makes a file with this text: 0 or -errno. And: is this what a file holds? */
int put_file(int dirfd, const char *path, const char *text);
bool file_holds(int dirfd, const char *path, const char *text);

#endif
