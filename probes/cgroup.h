/* What the questions about control groups share. All of it stays below the scratch cgroup. */
#ifndef PLIMSOLL_CGROUP_H
#define PLIMSOLL_CGROUP_H

#include <stdint.h>

#include "answer.h"

/* What an admin does about controllers that are bound to v1. */
#define CGROUP_GO_UNIFIED                                                                   \
	"boot with cgroup_no_v1=all, with systemd also systemd.unified_cgroup_hierarchy=1 " \
	"(then nothing that needs cgroup v1 runs any more)"

/* Reads a small file of a cgroup as a string. Its length or -errno. */
ssize_t cgroup_read(int cgroup, const char *file, char *buf, size_t size);

/* Is `word` one of the words of `list`, which blanks, commas, semicolons or newlines part? */
bool has_word(const char *list, const char *word);

/* Is this process a member of the cgroup itself? */
bool cgroup_has(int cgroup, int pid);

/*
 * answer_refused() for what a cgroup file answers: there EOPNOTSUPP and EBUSY are said of the
 * topology (cgroups(7), threaded mode; the no-internal-process rule) and not of the kernel.
 */
struct verdict cgroup_refused(const struct ask *a, const char *stage, int err);

/* A process to do things to: for each byte that it is sent it sends one back. */
struct member {
	int pid; /* 0: none */
	int ping, pong;
};

#define _cleanup_member_ _cleanup_(member_end)

/* Starts one, in the cgroup of the caller. 0 or -errno. */
int member_start(struct member *ret_member);

/* The same by clone3(2) with these flags: CLONE_INTO_CGROUP puts it into `cgroup`. */
int member_clone(struct member *ret_member, uint64_t flags, int cgroup);

/*
 * Starts one that is in the cgroup: born there if clone3(2) can be had, which takes far less
 * time than to be moved there. 0 or -errno of the move.
 */
int member_start_in(struct member *ret_member, int cgroup);

/*
 * As fork(2), with the child in the cgroup; a child that cannot be moved there exits with
 * the errno as its status. The pid, or -errno.
 */
int fork_into(int cgroup);

/* Moves it into the cgroup. 0 or -errno. */
int member_move(const struct member *m, int cgroup);

/* Sends it a byte; waits for the one sent back. */
void member_ping(const struct member *m);
enum member_said { MEMBER_SILENT, MEMBER_ANSWERED, MEMBER_GONE };
enum member_said member_listen(const struct member *m, int timeout_ms);

/* Both: does it answer in that time? */
bool member_answers(const struct member *m, int timeout_ms);

/* Kills and reaps it, if that has not been done. */
void member_end(struct member *m);

#endif
