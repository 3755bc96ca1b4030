/*
 * A library that is loaded when it is first needed (dlopen), and may be missing. A library is
 * used in one file only, which lists its functions:
 *
 *   #define FUNCTIONS(F) F(kmod_new) F(kmod_unref)
 *   static struct { FUNCTIONS(LATE_MEMBER) } lk;
 *   static const struct late_symbol symbols[] = { FUNCTIONS(SYMBOL) };   SYMBOL(fn) being
 *   #define SYMBOL(fn) LATE_SYMBOL(lk, fn)
 */
#ifndef PLIMSOLL_LATE_H
#define PLIMSOLL_LATE_H

#include <stddef.h>

#define LATE_MEMBER(fn)     __typeof__(fn) *fn;
#define LATE_SYMBOL(in, fn) { #fn, (void **)&in.fn },
#define LATE_LIBRARY(f, i, w)                                           \
	{                                                               \
		.file = f, .install = i, .what = w, .symbols = symbols, \
		.count = ARRAY_SIZE(symbols)                            \
	}

struct late_symbol {
	const char *name;
	void **where;
};

struct late_library {
	const char *file;    /* its soname */
	const char *install; /* "libkmod (Debian: libkmod2)" */
	const char *what;    /* is done with it: "kernels are read" */
	const struct late_symbol *symbols;
	size_t count;
	void *handle; /* NULL: not yet loaded */
};

/*
 * Fills in the symbols, the first time; several threads may ask. 0, or -ENOSYS with a sentence
 * in `why` that says what to install.
 */
int late_load(struct late_library *l, char *why, size_t why_size);

#endif
