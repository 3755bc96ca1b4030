/* Questions about traffic control: queueing disciplines and filters on an interface. */
#ifndef PLIMSOLL_TC_H
#define PLIMSOLL_TC_H

#include <linux/pkt_sched.h>

#include "netlink.h"

struct qdisc {
	const char *kind;
	int index;                       /* the interface */
	uint32_t handle, parent;         /* TC_H_* */
	void (*put)(struct nlmsghdr *m); /* what is in TCA_OPTIONS; or NULL */
};

/* Adds it. 0, or -1 with *ret_refused: ENOENT is a kind that the kernel does not know. */
int qdisc_add(const struct ask *a, struct nl *nl, const struct qdisc *q,
	struct verdict *ret_refused);

/*
 * An interface to add one to: link_ether(), or lo where there is no such thing. What is on lo
 * has to be removed before and afterwards, as others may ask there.
 */
int qdisc_interface(const struct ask *a, struct nl *nl, const char *name,
	struct verdict *ret_refused);
void qdisc_remove(struct nl *nl, const struct qdisc *q);

/* Is one of that kind there? The attributes it tells go through fn (or NULL). */
bool qdisc_is_there(struct nl *nl, const struct qdisc *q,
	int (*fn)(const struct nlattr *option, void *arg), void *arg);

/* The refusal of a request for something of a kind; ENOENT is a kind that is not known. */
struct verdict tc_refused(const struct ask *a, struct nl *nl, const char *request,
	const char *kind, int err);

#define CLSACT(on)                                   \
	((struct qdisc) { .kind = "clsact",          \
		.index = (on),                       \
		.handle = TC_H_MAKE(TC_H_CLSACT, 0), \
		.parent = TC_H_CLSACT })

#endif
