/* One guest: what it is made of, what is seen of it, and what is said of that. */
#ifndef PLIMSOLL_BOOT_H
#define PLIMSOLL_BOOT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "kernel.h"
#include "machine.h"
#include "plan.h"
#include "sink.h"

enum accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

/* The same for all guests of a `plimsoll boot`. */
struct boot_options {
	enum accel accel;
	unsigned memory;      /* MiB; 0: what is needed */
	unsigned cpus;        /* 0: two under KVM, one emulated */
	int timeout_ms;       /* for a guest from its start to its end */
	size_t jobs;          /* guests at a time; 0: what this machine can carry */
	char *const *modules; /* asked for by name: each must be there */
	size_t module_count;
	char *const *take; /* programs of this machine to take along */
	size_t take_count;
	const char *fixtures; /* a directory to take along; NULL: those embedded */
	const char *capture;  /* a directory to write /proc and /sys to; NULL: none */
	const char *verb;     /* what runs in the guest */
	char *const *args;    /* of the verb */
	size_t arg_count;
	struct machine machine; /* emulator and program; the rest is each guest's own */
	void (*note)(const char *text); /* for the user to know, while it goes on */
};

struct boot {
	const struct boot_options *opt;
	const struct plan_kernel *named;
	const struct kernel *kernel;
	const struct plan_runtime *runtime; /* NULL: none */
	const struct plan_variation *variation;
	uid_t uid; /* of the variation's user */
	gid_t gid;
	json_t *records; /* the run, when it has ended: env to end */
};

/* "6.12.117+deb12-cloud-amd64", "6.12 hybrid, runc": for messages; a static buffer. */
const char *boot_title(const struct boot *b);

/* How tables call the kernel. */
const char *boot_label(const struct boot *b);

/* The kernel's command line; free() it. */
char *boot_cmdline(const struct boot *b);

/* What the guest brings along. */
struct cargo {
	int initramfs;             /* a descriptor at its start */
	size_t size;               /* bytes */
	json_t *modules, *missing; /* names; `missing`: wanted, but not by name */
};

/* 0, or -errno with a sentence in `why`. */
int cargo_make(const struct boot *b, struct cargo *ret_cargo, char *why, size_t why_size);
void cargo_free(struct cargo *c);

/* The verb's arguments as they are run in the guest, or on this machine: a new array. */
json_t *boot_command(const struct boot *b, bool guest);

#endif
