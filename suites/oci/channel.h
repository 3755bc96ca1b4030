/* What the witness says: its stdout, read as it comes, with a limit. See witness/main.c. */
#ifndef PLIMSOLL_CHANNEL_H
#define PLIMSOLL_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct channel {
	int in;  /* our end, not blocking; -1 once all others are closed */
	int out; /* the containers' end; closed when nobody is to get it any more */
	char nonce[33];
	char *text; /* what has not been read as a line yet */
	size_t len, size, total;
	bool flooded; /* more was said than a witness says */
	bool begun, ready, ended;
	int begins;        /* how often a witness began */
	uint64_t begun_ns; /* CLOCK_MONOTONIC, the first time */
	json_t *facts;     /* name -> value */
	json_t *signals;   /* names, in order */
	char other[256];   /* the first line that is no witness's */
};

/* 0 or -errno. */
int channel_open(struct channel *c);
void channel_close(struct channel *c);

/* Reads what there is. */
void channel_read(struct channel *c);

#endif
