/* What the questions about file systems that user namespaces may not mount share. */
#ifndef PLIMSOLL_NS_REFUSED_H
#define PLIMSOLL_NS_REFUSED_H

#include "answer.h"

/*
 * Creates a file system of this type, which must be EPERM before anything else is looked at;
 * the control below has to have held. 0: it was, or -1 with what came instead in *ret_instead.
 */
int ns_refused_type(const struct ask *a, const char *type, struct verdict *ret_instead);

/* The control: a tmpfs can be created. 0, or -1 with *ret_refused. */
int ns_refused_control(const struct ask *a, struct verdict *ret_refused);

#endif
