/*
 * The judge decides, from evidence only: what the trial saw against what the case expects.
 * No evidence is an error, never a pass.
 */
#ifndef PLIMSOLL_JUDGE_H
#define PLIMSOLL_JUDGE_H

#include "case.h"
#include "verdict.h"

struct judged {
	struct verdict verdict;
	json_t *observed; /* [{"fact", "want", "got", "ok"}]; owned, may be NULL */
};

/*
 * `plain` is what trial_run() returned; `sabotaged` the same under the disproof, or NULL. The
 * latter tells whether a runtime that accepted and then did not do it ignored the request
 * (what it shows is what it shows when nothing was asked for) or did something else.
 * `missing` is the verdict on a required probe that is not `pass`, or NULL: then a refusal is
 * what the case asks for.
 */
struct judged judge(const struct kase *k, const json_t *plain, const json_t *sabotaged,
	const struct verdict *missing, const char *missing_name);

#endif
