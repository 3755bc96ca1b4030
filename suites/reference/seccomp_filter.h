/*
 * linux.seccomp through libseccomp: actions, arguments, architectures, flags,
 * SCMP_ACT_NOTIFY.
 */
#ifndef PLIMSOLL_REFERENCE_SECCOMP_FILTER_H
#define PLIMSOLL_REFERENCE_SECCOMP_FILTER_H

#include "config.h"

/*
 * Makes the program, or takes it from what is kept below --root (a directory's descriptor; -1:
 * nothing is). A memfd for seccomp_filter_load(), O_CLOEXEC, or -errno.
 */
int seccomp_filter_make(const json_t *seccomp, int root, struct failure *f);

/*
 * Loads it, with the program `made` of it. *ret_listener is the notification descriptor, or -1 if the filter has no
 * NOTIFY. Loading is its last system call: the filter may forbid any other.
 */
int seccomp_filter_load(
	const json_t *seccomp, int made, int *ret_listener, struct failure *f);

/* Does it have SCMP_ACT_NOTIFY, so that there will be a listener? */
bool seccomp_filter_notifies(const json_t *seccomp);

/*
 * In the runtime: connects to listenerPath and sends the container process state
 * (config-linux.md, "The Container Process State") with the listener. `state` is the
 * container's state object.
 */
int seccomp_filter_notify(const json_t *seccomp, const json_t *state, int listener,
	pid_t pid, struct failure *f);

/* Names of actions, operators, architectures and flags that this build knows;
 * NULL-terminated. */
const char *const *seccomp_filter_actions(void);
const char *const *seccomp_filter_operators(void);
const char *const *seccomp_filter_archs(void);
const char *const *seccomp_filter_flags(void);

#endif
