/*
 * What the questions about the files of a controller ("knobs") share. A cgroup is made below
 * the scratch cgroup, with the controller; all that is written is written there.
 */
#ifndef PLIMSOLL_CGROUP_KNOB_H
#define PLIMSOLL_CGROUP_KNOB_H

#include "answer.h"

/* A cgroup that has the controller: one to do with as one likes, or this process's own. */
struct leaf {
	int dir;   /* O_PATH, -1: none */
	bool ours; /* it was made for the question; if not, it is only looked at */
};

#define _cleanup_leaf_ _cleanup_(leaf_close)

static inline void leaf_close(const struct leaf *leaf)
{
	cleanup_close(&leaf->dir);
}

/*
 * The leaf for a question about `file` of a controller (NULL: of none). Where nothing but this
 * process's own cgroup could hand the controller on, which is not ours to change, it is that
 * cgroup, unless it is the root, where there are no knobs. 0, or -1 with *ret_refused.
 */
int leaf_make(const struct ask *a, const char *controller, const char *file,
	struct leaf *ret_leaf, struct verdict *ret_refused);

/* A file of the leaf's is not there, although the controller is. */
struct verdict knob_absent(const char *controller, const char *file);

/*
 * This process's own cgroup has the file, which reads `text` (NULL: it cannot be read). It is
 * not ours, so that nothing was written.
 */
struct verdict knob_own(const char *file, const char *text);

/*
 * The leaf's file as a string, its lines parted by semicolons; the stage is "read(FILE)". 0, or
 * -1 with *ret_refused, which is knob_absent() if there is no such file.
 */
int knob_read(const struct ask *a, const struct leaf *leaf, const char *controller,
	const char *file, char *buf, size_t size, struct verdict *ret_refused);

/* The value has to be accepted. 0, or -1 with *ret_refused: EINVAL breaks the contract. */
int knob_write(const struct ask *a, const struct leaf *leaf, const char *file,
	const char *value, struct verdict *ret_refused);

/* The value has to be refused, as nonsense. 0, or -1 with *ret_refused. */
int knob_nonsense(const struct ask *a, const struct leaf *leaf, const char *file,
	const char *value, struct verdict *ret_refused);

/* The same question for most knobs. */
struct knob {
	const char *controller, *file;
	const char *write;    /* a value, or NULL: nothing is written */
	const char *read;     /* how it reads then; without `write`: a word of it */
	const char *nonsense; /* what must be refused, or NULL */
	const char *restore;  /* what it is set to in the end, or NULL */
};

struct verdict knob_ask(const struct ask *a, const struct knob *k);

/* The same for the memory controller's files about swap, which swapaccount=0 takes away. */
struct verdict knob_ask_swap(const struct ask *a, const struct knob *k);

/* The same for its files about zswap; of one that passes it is noted if zswap itself is off. */
struct verdict knob_ask_zswap(const struct ask *a, const struct knob *k);

/*
 * The first file of the leaf's with this beginning and end: "hugetlb.2MB.max", but never one
 * with a dot more. false: none. `ret_name` has room for NAME_MAX and a NUL.
 */
bool knob_find(
	const struct leaf *leaf, const char *begin, const char *end, char *ret_name);

/*
 * For the limits hugetlb.SIZE.max and hugetlb.SIZE.rsvd.max: `end` is what is behind SIZE. 1
 * byte has to read back as 0, as only whole huge pages count; nonsense has to be refused.
 */
struct verdict knob_ask_hugetlb(const struct ask *a, const char *end);

/*
 * Does a limit on the tree keep cgroups from being made? With 0 in this file of the scratch
 * cgroup's mkdir has to give EAGAIN; before, it has to work.
 */
struct verdict knob_tree_limit(const struct ask *a, const char *file);

/* Adds to what was seen. */
void knob_note(struct verdict *v, const char *fmt, ...) _printf_(2, 3);

#endif
