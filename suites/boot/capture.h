/*
 * What a guest's /proc and /sys say, sent to the host file by file: below a directory they are
 * a machine that replays (env.h, prefix).
 */
#ifndef PLIMSOLL_CAPTURE_H
#define PLIMSOLL_CAPTURE_H

#include <jansson.h>
#include <stddef.h>

/* In the guest: each file by `send(ctx, path, text)`. What cannot be read is not sent. */
void capture_files(
	void (*send)(void *ctx, const char *path, const char *text), void *ctx);

/*
 * On the host: writes a file below the directory `dir`, which is made. `path` comes from the
 * guest and must be absolute without "..". 0 or -errno.
 */
int capture_write(const char *dir, const char *path, const char *text);

#endif
