/* What the questions about files in memory share. */
#ifndef PLIMSOLL_MEMFD_H
#define PLIMSOLL_MEMFD_H

#include "answer.h"

/*
 * What does the kernel say to running this memfd? It is made to hold no program, so that
 * ENOEXEC is as far as it comes where it may be run; EACCES says that it may not. Any
 * other positive errno is a policy's.
 */
int memfd_try_run(int fd);

/* sysctl vm.memfd_noexec of this pid namespace: 0 to 2; negative if there is none. */
long long memfd_noexec(const struct env *env);

/*
 * answer_refused() for memfd_create() with a flag that came with 6.3. EINVAL is the
 * flag's only if there is a memfd without it; whether that one may be run is told, too.
 */
struct verdict memfd_refused(const struct ask *a, const char *stage, int err);

#endif
