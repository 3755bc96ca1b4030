/* QEMU: finding it, starting one machine. Nothing is written to a disk for it. */
#ifndef PLIMSOLL_MACHINE_H
#define PLIMSOLL_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* What differs from one architecture to the next. */
struct emulator {
	const char *machine; /* as uname(2) says it */
	const char *program; /* as packages call it */
	const char *console; /* the first serial port, as the guest's kernel calls it */
	const char *port;    /* the second: its name in /dev */
	const char *type;    /* -machine */
	const char *cpu;     /* -cpu when it is emulated */
};

/* For kernels of this machine's own kind; NULL if there is none in the table. */
const struct emulator *emulator_find(void);

/* Where its program is on PATH. 0 or -ENOENT. */
int emulator_path(const struct emulator *e, char *ret_path, size_t size);

struct machine {
	const struct emulator *emulator;
	const char *program; /* the path of QEMU */
	bool kvm;            /* else TCG */
	unsigned memory;     /* MiB */
	unsigned cpus;
	int image, initramfs; /* descriptors */
	bool unpacked;        /* the image is what a bzImage held (payload.h) */
	const char *cmdline;
};

enum machine_stream {
	MACHINE_CONSOLE, /* the first serial port: what the kernel says */
	MACHINE_PORT,    /* the second: what plimsoll in it says (guest.h) */
	MACHINE_SAID,    /* what QEMU itself says */
	MACHINE_STREAMS,
};

/* A machine that runs. Its streams end when it does. */
struct machine_run {
	int pid;
	int streams[MACHINE_STREAMS]; /* non-blocking; -1: closed */
};

/* It dies with us. 0 or -errno. */
int machine_start(const struct machine *m, struct machine_run *ret_run);

/* Ends it at once, if it still runs, and waits for it; its exit status as waitpid(2)'s. */
int machine_stop(struct machine_run *run);

#endif
