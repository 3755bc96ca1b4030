/*
 * How a probe answers. Each function makes a whole verdict; answer_refused() is the one
 * place in the tree that turns an errno into an outcome, and it knows who is asking.
 */
#ifndef PLIMSOLL_ANSWER_H
#define PLIMSOLL_ANSWER_H

#include "probe.h"

/* It is there and works: `fmt` says the effect that was seen. */
struct verdict answer_pass(const char *fmt, ...) _printf_(1, 2);

/* It is there and breaks its contract. The kernel's fault. */
struct verdict answer_fail(const char *fmt, ...) _printf_(1, 2);

/* This kernel does not offer it, shown by something other than an errno. */
struct verdict answer_absent(const char *fmt, ...) _printf_(1, 2);

/*
 * A policy that the probe itself has found forbids it: `layer` is one of VERDICT_LAYERS;
 * `remedy` may be NULL.
 */
struct verdict answer_denied(const char *layer, const char *cause, const char *remedy,
	const char *fmt, ...) _printf_(4, 5);

/* We failed to ask: a step of ours at `stage` failed with errno `err` (or 0). */
struct verdict answer_error(const char *stage, int err, const char *fmt, ...)
	_printf_(3, 4);

/*
 * The kernel answered `err` (positive) at `stage`: the call's name, with what tells it apart
 * behind it in parentheses: "fsopen", "unshare(user)", "write(uid_map)". Says absent, denied
 * (followed to its cause, see cause.c) or error. Use it for the capability's own calls and
 * for the steps before them alike: a refused step is refused for a reason worth naming.
 *
 * EINVAL is overloaded (probes.md, rule 1): before it is handed to this function, a control
 * must have shown that the same call with what is asked left out is accepted.
 */
struct verdict answer_refused(const struct ask *a, const char *stage, int err);

/*
 * Fills in cause and remedy of a denial at v->stage with v->err by asking a second question;
 * what is not proven is said to be "unproven". Called by answer_refused().
 */
void cause_find(const struct ask *a, struct verdict *v);

/*
 * Does a seccomp filter stand before this call? Asked with arguments that an unfiltered
 * kernel refuses in another way before it looks at privileges. 1 yes, 0 no, -1 cannot be told.
 * And what the kernel's own symbols say about the call: 1 it has it, 0 it has not, -1 unknown.
 */
int call_filtered(const char *name, int err);
int call_in_kernel(const struct env *env, const char *name);

/* Reads these symbols beforehand (some 60 ms), for the children to come. */
void call_symbols_read(const struct env *env);

#endif
