/*
 * The shared libraries of a program, found as its own loader would find them but without
 * running anything: the program may be of another distribution or another machine.
 */
#ifndef PLIMSOLL_CLOSURE_H
#define PLIMSOLL_CLOSURE_H

#include <stddef.h>

/*
 * Called for the program's interpreter and each library, once: `path` is where it has to
 * stand, `file` where it stands now (below the sysroot, links resolved). A return other
 * than 0 ends it and is returned.
 */
typedef int (*closure_fn)(void *ctx, const char *path, const char *file);

/*
 * `program` is a path on this machine; `sysroot` is the root of the system it belongs to, ""
 * for this one. Libraries are looked for as ld.so(8) does: DT_RPATH, DT_RUNPATH ($ORIGIN,
 * $LIB), the directories of the sysroot's ld.so.conf, the usual ones of its architecture;
 * musl's likewise (/etc/ld-musl-ARCH.path). A script (#!) gives its interpreter and that
 * one's libraries; a static program gives none. 0, or with a sentence in `why`: -ENOENT a
 * library is not there (it is named, and what needs it), -ENOEXEC neither ELF nor script,
 * or another -errno.
 */
int closure_walk(const char *program, const char *sysroot, closure_fn fn, void *ctx,
	char *why, size_t why_size);

#endif
