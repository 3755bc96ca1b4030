/* `run` and `exec` in the foreground: until the program ends. */
#ifndef PLIMSOLL_REFERENCE_FOREGROUND_H
#define PLIMSOLL_REFERENCE_FOREGROUND_H

#include <sys/types.h>

#include "fail.h"

/* Signals that come from here on are kept until foreground_wait() hands them on. */
void foreground_begin(void);

/*
 * Waits for `pid`, a child; hands signals on to it, and with `master` >= 0 copies its terminal. The
 * exit status of the program, 128 + the signal that killed it, or -errno.
 */
int foreground_wait(pid_t pid, int master, struct failure *f);

#endif
