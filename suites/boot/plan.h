/*
 * What is booted with what: kernels x runtimes x variations, from the command line or from a
 * matrix file. fixtures/schema/matrix.json says the same as a JSON Schema; this reader is as
 * strict. A matrix file:
 *
 *   {
 *     "kernels":    { "6.1": "6.1/linux-image-*.deb",
 *                     "7": "7/linux-binary-*.deb+7/linux-modules-*.deb" },
 *     "runtimes":   { "runc-1.1.5": { "path": "bookworm/usr/sbin/runc",
 *                                     "sysroot": "bookworm" },
 *                     "crun": "bin/crun", "ours": "reference" },
 *     "variations": { "unified": {}, "hybrid": { "cgroup": "hybrid" },
 *                     "apparmor": { "lsm": "apparmor", "append": "quiet",
 *                                   "sysctl": { "user.max_user_namespaces": "0" },
 *                                   "user": "nobody" } },
 *     "command":    [ "run", "idmap/owner" ]
 *   }
 *
 * "kernels" alone is required; each value is a KERNEL as on the command line, and a glob that
 * matches one path. A "+" may be part of a name, as it often is in those of packages, or join
 * several globs: what matches as it stands is not taken apart. Relative paths are looked up in
 * `base`. The order is the file's. Without "command" it is `run` where there are runtimes,
 * else `probe`.
 */
#ifndef PLIMSOLL_PLAN_H
#define PLIMSOLL_PLAN_H

#include <jansson.h>
#include <stddef.h>

struct plan_kernel {
	char *name;   /* how tables call it; NULL: by its release */
	char *source; /* see kernel_open(); of a matrix file: globs resolved, below base */
};

struct plan_runtime {
	char *name;    /* in records */
	char *path;    /* on this machine; "": the reference, which is embedded */
	char *sysroot; /* the root of the system whose libraries it uses; "" for this one */
};

struct plan_variation {
	char *name;     /* NULL if there is but one, without a name */
	char *cgroup;   /* unified, hybrid or v1 */
	char *append;   /* more for the kernel's command line; "" for none */
	char *lsm;      /* lsm= on the command line; NULL: the kernel's own choice */
	json_t *sysctl; /* an object, name -> text; NULL for none */
	char *user;     /* who runs the command; NULL: root */
};

struct plan {
	struct plan_kernel *kernels;
	size_t kernel_count;
	struct plan_runtime *runtimes;
	size_t runtime_count;
	struct plan_variation *variations;
	size_t variation_count; /* 0: one without a name is the caller's to add */
	char **command;         /* a verb and its arguments; NULL: not said */
	size_t command_count;
};

/*
 * Adds what the file says to the plan (whose members may be there from the command line
 * already; a command that is there stays). `base` "": the current directory. 0, or -EINVAL
 * (-errno if it cannot be read) with a sentence in `why` naming file, line and key: a key or
 * a value that is not as above, a name that is in the plan already, a glob that matches
 * nothing or several paths, a runtime that is no executable file. Some of it may have been
 * added then.
 */
int plan_read(struct plan *plan, const char *file, const char *base, char *why,
	size_t why_size);

/* Each 0 or -ENOMEM; the texts are copied. `name` may be NULL, `path` and `sysroot` too: "". */
int plan_add_kernel(struct plan *plan, const char *name, const char *source);
int plan_add_runtime(
	struct plan *plan, const char *name, const char *path, const char *sysroot);
/* `v` is taken over, whatever comes; without a cgroup it gets "unified", without append "". */
int plan_add_variation(struct plan *plan, struct plan_variation *v);

void plan_free(struct plan *plan);

#endif
