/*
 * What is heard from one guest, and what to make of it: a panic, an oops, a guest that never
 * says anything, or stops saying anything, or takes too long, or a QEMU that gives up are
 * told apart.
 */
#ifndef PLIMSOLL_WATCH_H
#define PLIMSOLL_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "verdict.h"

#define WATCH_UP_MS     90000 /* to its first word; under TCG on a loaded machine */
#define WATCH_SILENT_MS 60000 /* between two words; it sends one each second */
#define WATCH_KVM_MS    30000 /* under KVM */
#define WATCH_TRIAL_MS  4000  /* when KVM is on trial, and emulation is there instead */

/* What came in on one stream. */
struct heard {
	char *text;
	size_t len, room;
};

struct watch {
	struct heard console; /* its end, when it is long */
	struct heard qemu;
	struct heard line;    /* of the port, not yet whole */
	double started, last; /* now_ms() of the start, and of the last word */
	int timeout_ms, up_ms;
	bool up;    /* init has run */
	bool beats; /* a guest: it says something each second once it is up */
	bool ended; /* the command has ended, with: */
	int exit;
	unsigned long tainted;
	const char *late;  /* which deadline has passed, or bound; NULL: none */
	size_t said;       /* bytes on the port */
	char garbage[200]; /* the first line that is none of the protocol */
	json_t *records;   /* as they came */
	json_t *says;      /* lines of stderr */
	json_t *log;       /* kernel warnings between records */
	json_t *bad_modules;
	json_t *trouble;     /* {stage, detail} */
	const char *capture; /* a directory, or NULL */
};

int watch_start(struct watch *w, int timeout_ms, int up_ms, const char *capture);
void watch_free(struct watch *w);

/* What the guest said on its port. */
void watch_port(struct watch *w, const char *data, size_t len);
/* What its kernel, or QEMU, said. */
void watch_console(struct watch *w, const char *data, size_t len);
void watch_qemu(struct watch *w, const char *data, size_t len);

/* Milliseconds until the next deadline; 0: one has passed, and `late` says which. */
int watch_left(struct watch *w, double now);

/*
 * When the machine is off: pass if all went as it should, else an error with its stage, detail
 * and cause. `status` is QEMU's, as waitpid(2) gives it.
 */
struct verdict watch_verdict(const struct watch *w, int status);

/* The last lines of the console, at most `most`: a new array. */
json_t *watch_last_lines(const struct watch *w, size_t most);

#endif
