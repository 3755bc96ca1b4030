/* What a kernel image says of itself. All of it is read from a file that may lie. */
#ifndef PLIMSOLL_IMAGE_H
#define PLIMSOLL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Is it an image of a kind that is known, bootable here or not? */
bool image_is_known(int fd);

/*
 * 0 if this machine's emulator can boot it; else with a sentence in `why` that begins with
 * `name`: -ENOEXEC it is for another machine or not bootable, -EBADMSG broken or cut short.
 */
int image_check(int fd, const char *name, char *why, size_t why_size);

/* Its version up to the first blank; "" if it does not say. */
void image_release(int fd, char *release, size_t size);

#endif
