/* What the questions about userfaultfd(2) share. */
#ifndef PLIMSOLL_UFFD_H
#define PLIMSOLL_UFFD_H

#include "answer.h"

/* A descriptor, and a page whose faults are told to it. */
struct uffd {
	int fd;
	char *page; /* NULL: none */
	size_t size;
};

#define _cleanup_uffd_ _cleanup_(uffd_end)

/* Opens one with these flags and registers a page. 0, or -1 with *ret_refused. */
int uffd_start(const struct ask *a, unsigned flags, struct uffd *ret_uffd,
	struct verdict *ret_refused);

/* Fills the page with this text. 0, or -1 with *ret_refused. */
int uffd_fill(const struct ask *a, const struct uffd *u, const char *text,
	struct verdict *ret_refused);

void uffd_end(struct uffd *u);

#endif
