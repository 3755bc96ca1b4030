/* The same done for several things side by side, in threads: as many as there are processors. */
#ifndef PLIMSOLL_PARALLEL_H
#define PLIMSOLL_PARALLEL_H

#include <stddef.h>

/* Calls fn(ctx, i) for i from 0 to count-1, each once, in any order; returns when all are done. */
void parallel_for(size_t count, void (*fn)(void *ctx, size_t i), void *ctx);

#endif
