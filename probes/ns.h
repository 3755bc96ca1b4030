/* What the questions about namespaces share. */
#ifndef PLIMSOLL_NS_H
#define PLIMSOLL_NS_H

#include "answer.h"
#include "ask.h"

/* Which policies take user namespaces away, and how that looks. */
#define NS_USER_BLOCKED                                               \
	"seccomp; user.max_user_namespaces=0 or 32 levels (ENOSPC); " \
	"kernel.unprivileged_userns_clone=0, AppArmor, SELinux, a chroot (EPERM, EACCES)"

/* The same of all others, with the type's name. */
#define NS_BLOCKED(type) "seccomp; user.max_" type "_namespaces=0 (ENOSPC)"

struct ns_kind {
	const char *name; /* as in /proc/self/ns and in stages */
	int flag;         /* CLONE_NEW* */
};

#define NS_KINDS 8
extern const struct ns_kind ns_kinds[NS_KINDS];

/* Opens this process's own namespace of a kind ("user", "net"). A descriptor or -errno. */
int ns_open(const struct env *env, const char *kind);

/* The same, or -1 with *ret_refused: absent where the kernel has no such namespaces. */
int ns_own(const struct ask *a, const char *kind, struct verdict *ret_refused);

/* unshare(2), the stage is "unshare(KIND)". 0, or -1 with *ret_refused. */
int ns_unshare(
	const struct ask *a, const char *kind, int flags, struct verdict *ret_refused);

/* Do both descriptors stand for the same namespace? Device and inode say so (ioctl_ns(2)). */
bool ns_same(int a, int b);

/* Runs fn as the first process of a new pid namespace. */
struct verdict ns_first(const struct ask *a,
	struct verdict (*fn)(const struct ask *a, void *arg), void *arg);

/*
 * A user namespace whose root is nobody outside, whoever asks: a root who is the machine's
 * becomes another first, as sysctls that are not a namespace's let the machine's root write
 * them from any user namespace. *ret_inside is `a` for what is asked there. 0, or -1 with
 * *ret_refused.
 */
int ns_stranger(const struct ask *a, struct ask *ret_inside, struct verdict *ret_refused);

/* Is `id` mapped in this process's user namespace (uid_map or gid_map)? 1, 0, -1: not known. */
int ns_maps(const struct env *env, const char *map, unsigned long id);

/* Are the asker's user and group ids mapped there? Unknown counts as mapped. */
bool ns_ids_mapped(const struct env *env);

/* A child that has run fn, said what that returned, and is there until it is cleaned up. */
struct ns_child {
	pid_t pid; /* 0: none */
	int go;    /* the pipe that it waits at */
};

#define _cleanup_ns_child_ _cleanup_(cleanup_ns_child)
void cleanup_ns_child(struct ns_child *child);

/* What fn said, or -1 with *ret_refused. fn may be NULL and must not return less than 0. */
int ns_hold(int (*fn)(void *arg), void *arg, struct ns_child *ret_child,
	struct verdict *ret_refused);

/* For ns_hold(): makes a user namespace. 0 or the errno. */
int ns_hold_user(void *arg);

/*
 * Mounts a fresh sysfs that is attached nowhere. Returns its descriptor, or -1 and errno with
 * the stage that refused in *ret_stage.
 */
int ns_mount_sysfs(const char **ret_stage);

#endif
