/* What a question finds ready: who it is asked as, its namespaces, its scratch places. */
#ifndef PLIMSOLL_SETTING_H
#define PLIMSOLL_SETTING_H

#include "ask.h"

/*
 * In the process that forks the askers, before: looks at what is the same for all of them, the
 * mounts and this process's cgroup.
 */
void setting_prepare(const struct env *env);

/* Switches to the asker. 0 or -errno. `parent` is the pid of the process that forked us. */
int setting_become(const struct asker *who, int parent);

/*
 * Goes on as root of a fresh user namespace in which the asker is uid 0. As for the next three:
 * 0, or -1 with the verdict that says why not.
 */
int setting_userns(struct ask *a, int parent, struct verdict *ret_refused);

/*
 * Makes the namespaces that `needs` (enum probe_needs) asks for and notes them in `a`.
 */
int setting_namespaces(
	struct ask *a, unsigned needs, int parent, struct verdict *ret_refused);

/* A fresh tmpfs as working directory, over whatever was there. */
int setting_scratch(const struct ask *a, struct verdict *ret_refused);

/* A cgroup of this name below the asker's own, as a->cgroup. */
int setting_cgroup(struct ask *a, const char *name, struct verdict *ret_refused);

/* Empties and removes a cgroup that setting_cgroup() may have made. 0 or more, or -errno. */
int setting_remove_cgroup(const char *name);

/*
 * After a change of credentials: dumpable again, so that /proc/self is the asker's, and the
 * signal for the parent's death set again.
 */
void after_credentials(int parent);

#endif
