/* What the questions about user.max_*_namespaces share. */
#ifndef PLIMSOLL_NS_LIMIT_H
#define PLIMSOLL_NS_LIMIT_H

#include "answer.h"

/*
 * Can a user namespace limit the namespaces of this kind ("net", CLONE_NEWNET) in it? To be
 * asked in a user namespace of the asker's own.
 */
struct verdict ns_limit_ask(const struct ask *a, const char *kind, int flag);

/* What is the same in all of these probes. */
#define NS_LIMIT_HOW                                                                      \
	"Writes 0 to the sysctl in a nested user namespace: unshare(2) has to be ENOSPC " \
	"there, while in the outer one the limit is unchanged and the same call works."

#endif
