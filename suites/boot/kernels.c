/* Several kernels opened side by side: unpacking a package takes a second or more. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "kernel.h"

#define THREADS_MAX 16

struct opening {
	pthread_mutex_t lock; /* of `next` */
	size_t next, count;
	struct kernel_source *sources;
	struct kernel *kernels;
};

static void *open_some(void *arg)
{
	struct opening *o = arg;

	for (;;) {
		pthread_mutex_lock(&o->lock);
		size_t i = o->next++;
		pthread_mutex_unlock(&o->lock);
		if (i >= o->count)
			return NULL;
		struct kernel_source *s = &o->sources[i];
		s->ret = kernel_open(s->source, &o->kernels[i], s->why, sizeof(s->why));
	}
}

void kernels_open(struct kernel_source *sources, struct kernel *kernels, size_t count)
{
	struct opening o = { PTHREAD_MUTEX_INITIALIZER, 0, count, sources, kernels };
	pthread_t threads[THREADS_MAX];
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (size_t)n, started = 0;

	/* This thread is one of them: it goes on even if no other can be had. */
	while (started + 1 < most && started + 1 < count &&
		pthread_create(&threads[started], NULL, open_some, &o) == 0)
		started++;
	open_some(&o);
	while (started)
		pthread_join(threads[--started], NULL);
}
