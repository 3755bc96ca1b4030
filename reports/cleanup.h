/* Ownership by scope: variables that free, close or reap what they hold. */
#ifndef PLIMSOLL_CLEANUP_H
#define PLIMSOLL_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn)      __attribute__((cleanup(fn)))
#define _printf_(f, a)     __attribute__((format(printf, f, a)))
#define _cleanup_free_     _cleanup_(cleanup_free)
#define _cleanup_close_    _cleanup_(cleanup_close)
#define _cleanup_fclose_   _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Hands a file descriptor on: the variable forgets it. */
#define TAKE_FD(fd)                  \
	({                           \
		int *from_ = &(fd);  \
		int taken_ = *from_; \
		*from_ = -1;         \
		taken_;              \
	})

/* Hands a pointer on: the variable forgets it. */
#define TAKE_PTR(p)                            \
	({                                     \
		__typeof__(p) *from_ = &(p);   \
		__typeof__(p) taken_ = *from_; \
		*from_ = NULL;                 \
		taken_;                        \
	})

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#endif
