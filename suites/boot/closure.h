/*
 * What a program needs to run: its shared libraries, found as its own loader would find them
 * but without running anything, for the program may be of another distribution or another
 * machine. ELF is read with libelf, loaded (dlopen) when it is first needed.
 */
#ifndef PLIMSOLL_CLOSURE_H
#define PLIMSOLL_CLOSURE_H

#include <stddef.h>

/*
 * Called for the program itself, its interpreter and each library, once: `path` is where it
 * has to stand, `file` where it stands now (below the sysroot, links resolved). A return
 * below 0 ends it and is returned.
 */
typedef int (*closure_fn)(void *ctx, const char *path, const char *file);

/*
 * `program` is a path on this machine, `place` the one it will have ($ORIGIN leads from
 * there), `sysroot` the root of the system it belongs to, "" for this one; links in there
 * never lead out of it. Libraries are looked for as ld.so(8) does: DT_RPATH, DT_RUNPATH
 * ($ORIGIN, $LIB), the directories of the sysroot's ld.so.conf, the usual ones of its
 * architecture; musl's likewise. What the loader itself needs to find them there comes along:
 * /etc/ld.so.cache if one is in a directory that is not a usual one, /etc/ld-musl-ARCH.path.
 * So does libgcc_s.so.1 if it is there, without which glibc cannot end a thread.
 *
 * A script (#!) has its interpreter and what that one needs, and what env(1) would start;
 * a static program has nothing but itself. What is opened only while it runs (dlopen) is not
 * known.
 *
 * 0, or with a sentence in `why`: -ENOENT a library or an interpreter is not there (it is
 * named, and what needs it), -ENOEXEC neither ELF nor script or broken, -ENOSYS there is no
 * libelf on this machine, or another -errno.
 */
int closure_walk(const char *program, const char *place, const char *sysroot,
	closure_fn fn, void *ctx, char *why, size_t why_size);

#endif
