/* tmpcopyup: what lies where a tmpfs will be is in that, too. */
#ifndef PLIMSOLL_REFERENCE_COPYUP_H
#define PLIMSOLL_REFERENCE_COPYUP_H

#include "fail.h"

/*
 * Copies all that is below the directory `from` into the directory `to`: files, links,
 * devices, owners, modes, times and extended attributes, those of `from` itself, too.
 * Follows no link. Hard links become files of their own. 0 or -errno.
 */
int copyup(int from, int to, struct failure *f);

#endif
