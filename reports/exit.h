/* What records come to: the program's exit status, for measuring verbs and `report`
 * alike. */
#ifndef PLIMSOLL_EXIT_H
#define PLIMSOLL_EXIT_H

#include "record.h"

/* Starts zeroed; may go on over several runs. */
struct exit_count {
	size_t silently_ignored;
	size_t failed;
	size_t errors;
	size_t answered;
	bool run; /* the run at hand is of `plimsoll run`, where only cases are answers */
	bool preflight; /* it is of `plimsoll preflight`: what probes say is the profiles' */
};

void exit_count_record(struct exit_count *c, const struct record *rec);

/* The order of precedence is told beside enum exit_code. */
enum exit_code exit_code_of(const struct exit_count *c);

#endif
