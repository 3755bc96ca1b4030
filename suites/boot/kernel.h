/*
 * What is to be booted, read out of whatever holds it: an image, its configuration, its
 * modules, and the package it came in.
 */
#ifndef PLIMSOLL_KERNEL_H
#define PLIMSOLL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_module_file {
	char *path; /* as found: .../kernel/fs/overlayfs/overlay.ko.xz */
	int fd;     /* its contents as found, compressed or not; -1: open `path` itself */
};

struct kernel {
	char *source;  /* as named on the command line */
	char *release; /* what the image says of itself, up to the first blank; for display */
	char *package; /* "linux-image-6.12.117+deb12-cloud-amd64"; NULL if in no package */
	char *package_version; /* "6.12.117-1~deb12u1"; NULL likewise */
	bool host;       /* this machine's own: nothing is booted; all below is unset */
	int image;       /* a descriptor of the image, at its start */
	char *config;    /* the text of its .config; NULL if none was found */
	char config_sha256[65]; /* in hex; "" without a config */
	struct kernel_module_file *modules;
	size_t module_count;
	char *builtin; /* the text of modules.builtin; NULL if none was found */
};

/*
 * `source` is an image (bzImage; its config and modules are looked for beside it: config,
 * config-RELEASE, modules/, ../lib/modules/RELEASE, /lib/modules/RELEASE), a directory or
 * archive that holds one (vmlinuz*, bzImage, Image; config*; *.ko*), a .deb or .rpm, several
 * of these joined by "+" (the image in one, the modules in another), or "host".
 *
 * 0, or with a sentence in `why` that names the file: -ENOENT and other errnos it cannot be
 * opened, -EINVAL no kernel is in it, or several (which are named), -ENOEXEC an image that
 * is for another machine or not bootable, -EBADMSG broken or cut short, -ENOSYS a library is
 * missing on this machine.
 */
int kernel_open(
	const char *source, struct kernel *ret_kernel, char *why, size_t why_size);
void kernel_close(struct kernel *k);

/* CONFIG_`symbol` in its config: 'y', 'm', 'n' (not set), or '?' if there is no config. */
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
 * such module, or another -errno, each with a sentence in `why`. A soft dependency that is
 * not to be had is passed over.
 */
int modules_add(struct modules *m, const struct kernel *k, const char *name, char *why,
	size_t why_size);
void modules_free(struct modules *m);

#endif
