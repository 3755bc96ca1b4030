/*
 * Denied, but by what? Each policy that can refuse is asked about by a second question that
 * only it can answer as it does: cause_by_X() is true if X is proven, and has then filled in
 * cause and remedy. Internal to probes/cause*.c.
 */
#ifndef PLIMSOLL_CAUSE_H
#define PLIMSOLL_CAUSE_H

#include "answer.h"

/* Is it this call that was refused? "mount" is that of the stages "mount" and "mount(ro)". */
bool cause_is_call(const struct verdict *v, const char *name);

/* Is it the making of a user namespace? */
bool cause_is_unshare_user(const struct verdict *v);

/* Sets both; true. */
bool cause_found(struct verdict *v, const char *cause, const char *remedy);

/* In what this process runs, for the remedy: "" where nothing tells, else "docker", "podman",
 * "kubernetes", "lxc", "systemd-nspawn" or "container". Static. */
const char *cause_container(const struct env *env);

/*
 * The remedy for what a container engine has set up, in the words of the one at hand, or of
 * all. A NULL part is left out.
 */
struct cause_remedies {
	const char *docker, *podman, *kubernetes, *host;
};
void cause_remedy(
	const struct env *env, const struct cause_remedies *remedies, struct verdict *v);

bool cause_by_seccomp(const struct ask *a, struct verdict *v);

/* cause_userns.c: what keeps user namespaces from being made, and limits on namespaces. */
bool cause_by_limit(const struct ask *a, struct verdict *v);
bool cause_by_unmapped_id(const struct ask *a, struct verdict *v);
bool cause_by_chroot(const struct ask *a, struct verdict *v);
bool cause_by_setfcap(const struct ask *a, struct verdict *v);
bool cause_by_debian_sysctl(const struct ask *a, struct verdict *v);
bool cause_by_apparmor_sysctl(const struct ask *a, struct verdict *v);

/* cause_limits.c: what is used up and reads as a full disk or too many files. */
bool cause_by_key_quota(const struct ask *a, struct verdict *v);
bool cause_by_inotify(const struct ask *a, struct verdict *v);
bool cause_by_mount_max(const struct ask *a, struct verdict *v);
bool cause_by_processes(const struct ask *a, struct verdict *v);
bool cause_by_files(const struct ask *a, struct verdict *v);

/* cause_access.c: capabilities, ownership, mounts over /proc, cgroups, security modules. */
bool cause_by_readonly_proc(const struct ask *a, struct verdict *v);
bool cause_by_io_uring_sysctl(const struct ask *a, struct verdict *v);
bool cause_by_cgroup(const struct ask *a, struct verdict *v);
bool cause_by_capability(const struct ask *a, struct verdict *v);
bool cause_by_landlock(const struct ask *a, struct verdict *v);
bool cause_by_ownership(const struct ask *a, struct verdict *v);

#endif
