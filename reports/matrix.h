/*
 * The parts of the format "matrix". Of many runs it keeps only what its tables need: names,
 * counts, the short text of what is wrong. Texts are made printable when they come in.
 */
#ifndef PLIMSOLL_MATRIX_H
#define PLIMSOLL_MATRIX_H

#include "grid.h"
#include "text.h"

#define NOWHERE ((size_t)-1)

/* Room for one more of `count` things; NULL without memory, and then nothing has changed. */
void *matrix_room(void *things, size_t count, size_t size);

/* --- kernels: what one is called, and which is which --- */

struct matrix_kernel {
	char *label, *release, *machine, *package, *package_version, *variation;
	char *title;             /* short, told from all others: "6.12" */
	char *name;              /* with its variation: "6.12 hybrid" */
	bool in_runs, in_probes; /* a row of the one table, a column of the other */
};

struct matrix_kernels {
	struct matrix_kernel *list;
	size_t count;
};

int kernel_of(const struct record *env, struct matrix_kernel *ret);
void kernel_free(struct matrix_kernel *k);

/*
 * The place of a kernel: the one it has already unless that is taken, else a new one. `k` is
 * copied. 0 or -ENOMEM.
 */
int kernels_place(struct matrix_kernels *ks, const struct matrix_kernel *k,
	bool (*taken)(const void *ctx, size_t i), const void *ctx, size_t *ret);

/* Gives all of them their titles and names. 0 or -ENOMEM. */
int kernels_entitle(struct matrix_kernels *ks);

/* What stands behind the titles. */
void kernels_legend(const struct page *p, const struct matrix_kernels *ks);
void kernels_free(struct matrix_kernels *ks);

/* --- sets of kernels, in order --- */

struct matrix_set {
	size_t *list, count;
};

int set_add(struct matrix_set *s, size_t kernel);

/* --- findings: what is to be said of a check, and on which kernels --- */

enum found {
	FOUND_SILENT, /* broken obligations: the first is the worst */
	FOUND_WRONG,
	FOUND_REFUSED,
	FOUND_CLAIM_FALSE,
	FOUND_CLAIM_MISSING,
	FOUND_RESIDUE,
	FOUND_FAIL, /* the last of them */
	FOUND_ERROR,
	FOUND_UNPROVED,
	FOUND_DENIED,
	FOUND_ABSENT,
	FOUND_DUE,    /* refused, as it has to be where the kernel cannot */
	FOUND_WARNED, /* the kernel did */
	FOUND_COUNT,
};

struct finding {
	enum found found;
	size_t of; /* which runtime's; NOWHERE: a probe's */
	char *name, *detail;
	struct matrix_set where;
	char *place; /* the same in words, once all is known */
	bool told;
};

struct findings {
	struct finding *list;
	size_t count;
};

/* In a cell: "silent". */
const char *found_word(enum found found);

int findings_add(struct findings *f, enum found found, size_t of, size_t kernel,
	const struct record *rec);

/*
 * All of one runtime, grouped by what it is and where. `whole`: where it was asked everything.
 * 0 or -ENOMEM.
 */
int findings_put(const struct page *p, struct findings *f, size_t of,
	const struct matrix_kernels *ks, const struct matrix_set *whole);
bool findings_any(const struct findings *f, size_t of);
void findings_free(struct findings *f);

/* --- the run at hand --- */

struct matrix_run {
	bool open;
	bool of_runtimes; /* of `plimsoll run`, where probes are no answers */
	size_t number;
	struct matrix_kernel kernel;
	char *runtime;       /* of its guest, or "" */
	size_t place;        /* of its kernel; NOWHERE yet */
	size_t cell;         /* the last used in the table of runtimes; NOWHERE yet */
	const char *trouble; /* "panic": it did not come to its end */
};

/* --- runs of runtimes --- */

struct runs_cell {
	size_t run, kernel, runtime;
	size_t kept, found[FOUND_COUNT];
	char *version; /* NULL before its first case */
	const char *trouble;
};

struct matrix_runs {
	char **runtimes, **titles;
	size_t runtime_count;
	struct runs_cell *cells;
	size_t cell_count;
	struct findings findings;
};

/* Makes room for a run whose runtime is known, whether or not it gets as far as a case. */
int runs_begin(struct matrix_runs *r, struct matrix_kernels *ks, struct matrix_run *run);
int runs_record(struct matrix_runs *r, struct matrix_kernels *ks, struct matrix_run *run,
	const struct record *rec);
/* A sabotage of the runtime's case that was told last. */
int runs_proof(
	struct matrix_runs *r, const struct matrix_run *run, const struct record *rec);
/* The run is over, for better or worse. */
void runs_end(struct matrix_runs *r, const struct matrix_run *run);

int runs_entitle(struct matrix_runs *r);
int runs_put(
	const struct page *p, struct matrix_runs *r, const struct matrix_kernels *ks);
void runs_free(struct matrix_runs *r);

/* --- runs of probes --- */

struct question {
	char *name, *subject, *asker;
	signed char *answers; /* one for each kernel, -1: none; so many: */
	size_t room;
};

struct matrix_probes {
	struct question *list;
	size_t count;
	const char **troubles; /* one for each kernel: its run did not come to its end */
	size_t trouble_count;
	struct findings findings;
};

int probes_begin(
	struct matrix_probes *t, struct matrix_kernels *ks, struct matrix_run *run);
int probes_record(
	struct matrix_probes *t, const struct matrix_run *run, const struct record *rec);
int probes_proof(
	struct matrix_probes *t, const struct matrix_run *run, const struct record *rec);
int probes_end(struct matrix_probes *t, const struct matrix_run *run);
int probes_put(
	const struct page *p, struct matrix_probes *t, const struct matrix_kernels *ks);
void probes_free(struct matrix_probes *t);

/* --- guests that came to no good end --- */

struct boot_at {
	size_t kernel, runtime; /* NOWHERE: none */
};

struct boot_error {
	struct record rec; /* but for the last lines of its console it is whole */
	struct boot_at *at;
	size_t count;
};

struct matrix_boots {
	struct boot_error *list;
	size_t count;
};

/* What a cell says of it: "panic". */
const char *boot_word(const struct record *rec);

int boots_add(struct matrix_boots *b, const struct record *rec, struct boot_at at);
void boots_put(const struct page *p, const struct matrix_boots *b,
	const struct matrix_kernels *ks, const struct matrix_runs *runs);
void boots_free(struct matrix_boots *b);

#endif
