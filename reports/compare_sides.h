/* The sides of a comparison: what is kept of the older, and what is called the same. */
#ifndef PLIMSOLL_COMPARE_SIDES_H
#define PLIMSOLL_COMPARE_SIDES_H

#include "compare.h"

#define NOWHERE ((size_t)-1)

enum dimension { KERNEL, VARIATION, RUNTIME, ASKER, DIMENSION_COUNT };

/* A check of OLD. */
struct check {
	struct record rec;
	const char *runtime, *asker, *verb; /* the latter of its run */
	size_t next;                        /* of the same place */
	bool met;                           /* NEW has it, too */
	bool told;                          /* it was told to be gone */
};

/* Runs of OLD on one kernel in one variation, made for one runtime. */
struct place {
	struct record env; /* of the last of them */
	const char *kernel, *variation;
	json_t *askers, *runtimes;
	size_t first, last;
	bool met;
};

/* The run at hand, in the words of OLD; NULL: OLD has no such. */
struct here {
	const char *kernel, *variation, *runtime, *verb;
	struct record env;
	size_t place;
};

struct compare {
	struct compare_options opt;
	/* Sets of texts, each the key of itself: what the sides have. */
	json_t *old[DIMENSION_COUNT], *new[DIMENSION_COUNT];
	/* How OLD's kernels are found: by label, by release where there is no label, by
	 * release. */
	json_t *labels, *plain, *releases;
	/* What NEW asked for; of the dimensions in the words of OLD. */
	json_t *met[DIMENSION_COUNT], *verbs, *subjects;
	json_t *old_verbs;
	json_t *new_runtimes;        /* name -> version */
	json_t *check_at, *place_at; /* key -> index */
	json_t *runs_left;           /* of NEW, on each kernel, in each variation, ... */
	struct check *checks;
	struct place *places;
	size_t check_count, place_count;
	struct here here;
	size_t counts[CHANGE_COUNT], common;
	size_t given, same; /* in the run at hand */
};

/* --- sets and maps of texts; NULL is "no such" or, of what adds, out of memory --- */

const char *set_find(const json_t *set, const char *key);
const char *set_put(json_t *map, const char *key, const char *value);
const char *set_with(json_t *set, const char *text);
size_t index_at(const json_t *map, const char *key);

/* --- names --- */

/* The label; else the release. */
const char *kernel_name(const struct record *env);

/* Whose it is: a guest was booted for a runtime. */
const char *check_runtime(const struct record *rec, const struct record *env);

/* What OLD calls what NEW calls so; NULL: it has no such. */
const char *counterpart(const struct compare *c, enum dimension d, const char *value);
const char *kernel_counterpart(const struct compare *c, const struct record *env);

/* Keys for the indexes of places and checks. NULL without memory; free() them. */
char *place_key(const char *kernel, const char *variation, const char *runtime);
char *check_key(const struct record *rec, const struct here *here, const char *runtime,
	const char *asker);

/* Takes the reference to `json`. 0, or -ENOMEM for a NULL. */
int decode_copy(json_t *json, struct record *ret);

#endif
