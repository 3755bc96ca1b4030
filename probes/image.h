/*
 * File systems that live on a block device: one is made for the question, by its own mkfs(8),
 * in a file on the scratch tmpfs, and mounted detached from a loop device that frees itself.
 */
#ifndef PLIMSOLL_IMAGE_H
#define PLIMSOLL_IMAGE_H

#include "answer.h"

/*
 * Does the kernel know the type, and may the asker mount one? 0, or -1 with *ret_refused.
 * Nothing is made for that.
 */
int image_allowed(const struct ask *a, const char *type, struct verdict *ret_refused);

/*
 * Mounts a new one of this type, read-only and detached, and asks about it. Denied if there
 * is no mkfs(8) for it or no loop device. Takes PROBE_NEEDS_SCRATCH.
 */
struct verdict image_ask(const struct ask *a, const char *type,
	struct verdict (*ask)(const struct ask *a, int mnt, const char *type));

#endif
