/* Record text is hostile: what a runtime printed may hold anything. */
#ifndef PLIMSOLL_PRINTABLE_H
#define PLIMSOLL_PRINTABLE_H

#include <stddef.h>

/*
 * A copy of `len` bytes of `text` that is valid UTF-8: what is not becomes U+FFFD, and so do
 * control characters (C0, DEL, C1, and those that reorder text) other than newline and tab, and
 * U+FFFE and U+FFFF: every character of it may stand in XML 1.0. NULL without memory; free() it.
 */
char *printable(const char *text, size_t len);

#endif
