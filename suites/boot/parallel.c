#include <pthread.h>
#include <unistd.h>

#include "parallel.h"

#define THREADS_MAX 16

struct work {
	pthread_mutex_t lock; /* of `next` */
	size_t next, count;
	void (*fn)(void *ctx, size_t i);
	void *ctx;
};

static void *do_some(void *arg)
{
	struct work *w = arg;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		size_t i = w->next++;
		pthread_mutex_unlock(&w->lock);
		if (i >= w->count)
			return NULL;
		w->fn(w->ctx, i);
	}
}

void parallel_for(size_t count, void (*fn)(void *ctx, size_t i), void *ctx)
{
	struct work w = { PTHREAD_MUTEX_INITIALIZER, 0, count, fn, ctx };
	pthread_t threads[THREADS_MAX];
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (size_t)n, started = 0;

	/* This thread is one of them: it goes on even if no other can be had. */
	while (started + 1 < most && started + 1 < count &&
		pthread_create(&threads[started], NULL, do_some, &w) == 0)
		started++;
	do_some(&w);
	while (started)
		pthread_join(threads[--started], NULL);
}
