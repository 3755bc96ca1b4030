/* A second thread, that does things when it is told to. It ends with the process. */
#ifndef PLIMSOLL_PARTNER_H
#define PLIMSOLL_PARTNER_H

#include <pthread.h>
#include <semaphore.h>

struct partner {
	pthread_t thread;
	sem_t go, done;
	int (*todo)(void);
	int result;
};

/* 0, or a positive errno. */
int partner_start(struct partner *p);

/* What `todo` returned in the other thread. */
int partner_do(struct partner *p, int (*todo)(void));

/* Ends it, for a question that is not asked in a child of its own. */
void partner_end(struct partner *p);

#endif
