/*
 * What is to be booted, read out of whatever holds it: an image, its configuration, its
 * modules, and the package it came in.
 */
#ifndef PLIMSOLL_KERNEL_H
#define PLIMSOLL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct kernel_module_file {
	char *path;         /* as found: .../kernel/fs/overlayfs/overlay.ko.xz */
	const char *within; /* of it, below the directory that was walked; else all */
	/* Its contents as found, compressed or not: `size` bytes of kernel.store from here
	 * on; -1: the file `path` of this machine. */
	off_t offset;
	size_t size;
};

struct kernel {
	char *source; /* as named on the command line */
	char *release; /* what the image says of itself, up to the first blank; for display.
			* "" if neither it nor its name says anything */
	char *package; /* "linux-image-6.12.117+deb12-cloud-amd64"; NULL if in no package */
	char *package_version; /* "6.12.117-1~deb12u1"; NULL likewise */
	bool host;    /* this machine's own: nothing is booted; all below is unset */
	int image;    /* a descriptor of the image, at its start; -1 for the host's */
	char *config; /* the text of its .config; NULL if none was found */
	char config_sha256[65]; /* in hex; "" without a config */
	struct kernel_module_file *modules;
	size_t module_count;
	int store; /* a memfd of all modules that came out of an archive; -1: none did */
	char *builtin; /* the text of modules.builtin; NULL if none was found */
};

/*
 * `source` is an image (bzImage; its config and modules are looked for beside it), a
 * directory or archive that holds one (vmlinuz*, bzImage, Image; config*; *.ko*), a .deb or
 * .rpm, several of these joined by "+" (the image in one, the modules in another), or "host".
 * A "+" in the name of a file that is there is taken as part of its name.
 *
 * Beside an image, in a directory too if that lacks them: the config is config-RELEASE or
 * config; the modules are in modules/, ../lib/modules/RELEASE, lib/modules/RELEASE or, of this
 * machine, /lib/modules/RELEASE. For a bzImage in a kernel's build tree both are the tree's.
 *
 * 0, or with a sentence in `why` that names the file: -ENOENT and other errnos it cannot be
 * opened, -EINVAL no kernel is in it, or several (which are named), or modules of another
 * one, -ENOEXEC an image that is for another machine or not bootable, -EBADMSG broken or cut
 * short, -ENOSYS a library is missing on this machine.
 */
int kernel_open(
	const char *source, struct kernel *ret_kernel, char *why, size_t why_size);
/* Of one that kernel_open() has filled, or that is all zero. */
void kernel_close(struct kernel *k);

/*
 * CONFIG_`symbol` in its config: 'y' (also if it is a number or a text), 'm', 'n' (not set), or
 * '?' if there is no config.
 */
char kernel_config(const struct kernel *k, const char *symbol);

struct module {
	char *name; /* as the kernel writes it, with "_" */
	int fd;     /* decompressed, at its start */
};

/* A load order: each after what it needs. */
struct modules {
	struct module *list;
	size_t count;
};

/*
 * Adds the module `name` ("-" and "_" are the same) with all it depends on, hard and soft,
 * unless they are there already. 0 (also when it is built in), -ENOENT if this kernel has no
 * such module or none that this one needs, or another -errno, each with a sentence in `why`;
 * then nothing is added. A soft dependency that is not to be had is passed over.
 */
int modules_add(struct modules *m, const struct kernel *k, const char *name, char *why,
	size_t why_size);
/* Leaves an empty list. */
void modules_free(struct modules *m);

/* --- for kernel_open() --- */

struct archive_file;

/* Is a file of this name a module (*.ko, compressed or not)? */
bool module_is_file(const char *base);
/* Adds one that a walk has found to the kernel's. 0 or -errno. */
int module_keep(struct kernel *k, const struct archive_file *file);
/* A file below lib/modules/RELEASE is that kernel's; one elsewhere is taken as ours. */
bool module_is_foreign(const char *path, const char *release);
/* Forgets those of other releases. The path of one of them, to be freed; NULL: none. */
char *modules_drop_foreign(struct kernel *k);

#endif
