/*
 * Why something did not work: one line that names the field of config.json or the path,
 * and the call. It travels up to main(), from the container's first process through a
 * socket, and is printed once.
 */
#ifndef PLIMSOLL_REFERENCE_FAIL_H
#define PLIMSOLL_REFERENCE_FAIL_H

#include "cleanup.h"

struct failure {
	int err; /* a positive errno; 0: nothing failed, what `text` says is a warning */
	char text[2048];
};

/*
 * Puts the sentence into `f`, followed by ": strerror(err)" where err is not 0. Returns
 * -err, or -EINVAL where err is 0: `return fail(f, errno, "mounts[%zu]: open_tree(%s)",
 * i, source);`. What an earlier failure said is replaced.
 */
int fail(struct failure *f, int err, const char *fmt, ...) _printf_(3, 4);

/* Puts "CONTEXT: " before what `f` says already; returns -f->err (-EINVAL where that is
 * 0). */
int fail_in(struct failure *f, const char *fmt, ...) _printf_(2, 3);

#endif
