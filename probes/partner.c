#include <errno.h>
#include <stddef.h>

#include "partner.h"

/* Interrupted or not: waits. */
static void wait_for(sem_t *sem)
{
	while (sem_wait(sem) < 0 && errno == EINTR)
		;
}

static void *loop(void *arg)
{
	struct partner *p = arg;

	for (;;) {
		wait_for(&p->go);
		if (!p->todo)
			return NULL;
		p->result = p->todo();
		sem_post(&p->done);
	}
}

int partner_start(struct partner *p)
{
	if (sem_init(&p->go, 0, 0) < 0 || sem_init(&p->done, 0, 0) < 0)
		return errno;
	return pthread_create(&p->thread, NULL, loop, p);
}

int partner_do(struct partner *p, int (*todo)(void))
{
	p->todo = todo;
	sem_post(&p->go);
	wait_for(&p->done);
	return p->result;
}

void partner_end(struct partner *p)
{
	p->todo = NULL;
	sem_post(&p->go);
	pthread_join(p->thread, NULL);
}
