/* The parts of process_inside() and process_outside(). Each returns 0 or -errno. */
#ifndef PLIMSOLL_REFERENCE_PROCESS_PARTS_H
#define PLIMSOLL_REFERENCE_PROCESS_PARTS_H

#include "process.h"

/* environment.c: process.env in its order, of duplicates the last; HOME as in
 * /etc/passwd below the current root where it is missing or empty. */
int environment_make(const json_t *process, char ***ret, struct failure *f);
void environment_free(char **env);
/* The value of a variable in process.env, or NULL. */
const char *environment_get(const json_t *process, const char *name);

/* labels.c: what the next execve(2) changes to; "" is no label. An LSM that is not there
 * is an error: a label is never ignored. */
int labels_apply(const struct process_inside *p, struct failure *f);
/* labels.c: a session keyring that the user may search, with the label of the process. */
int keyring_join(const struct process_inside *p, struct failure *f);

/* directory.c: enters process.cwd, making it if it is missing. A place where only the
 * user may go is left for directory_enter_again(): *ret_again. */
int directory_enter(const json_t *process, bool *ret_again, struct failure *f);
int directory_enter_again(const json_t *process, struct failure *f);
/* directory.c: is the working directory below the root? */
int directory_check(struct failure *f);

/* descriptors.c: all from `first` on are closed by execve(2). */
int descriptors_seal(unsigned first, int proc, struct failure *f);
/* descriptors.c: stdin, stdout and stderr are the user's, so that they can be opened
 * again by /dev/stdout and the like. */
int descriptors_give(uid_t uid, struct failure *f);

/* user.c: groups, gid and uid of process.user; the permitted capabilities stay. */
int user_become(const struct process_inside *p, struct failure *f);
/* A uid or gid of process.user; checked, as -1 would mean "no change" to the kernel. */
int user_id(const json_t *number, const char *field, unsigned *ret, struct failure *f);

/* scheduler.c */
int scheduler_apply(pid_t pid, const json_t *process, struct failure *f);
int io_priority_apply(pid_t pid, const json_t *process, struct failure *f);

/* affinity.c: all processors that the cpuset of the process permits */
int affinity_reset(pid_t pid, struct failure *f);
/* execCPUAffinity.STAGE; 0 and *ret_set false if it is not there. */
int affinity_apply(pid_t pid, const json_t *process, const char *stage, bool *ret_set,
	struct failure *f);

#endif
