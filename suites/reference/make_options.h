/* The options that `create` and `run` share. */
#ifndef PLIMSOLL_REFERENCE_MAKE_OPTIONS_H
#define PLIMSOLL_REFERENCE_MAKE_OPTIONS_H

#include <getopt.h>

#include "command.h"
#include "make.h"

/* clang-format off */
#define MAKE_OPTIONS                                       \
	{ "bundle", required_argument, NULL, 'b' },        \
	{ "pid-file", required_argument, NULL, 'p' },      \
	{ "console-socket", required_argument, NULL, 'c' },\
	{ "no-pivot", no_argument, NULL, 'n' },            \
	{ "no-new-keyring", no_argument, NULL, 'k' },      \
	{ "preserve-fds", required_argument, NULL, 'f' }
/* clang-format on */

#define MAKE_USAGE                                                                          \
	"  -b, --bundle DIR        where config.json is (default: the working directory)\n" \
	"      --pid-file FILE     writes the process id there\n"                           \
	"      --console-socket S  sends the terminal's master to this AF_UNIX socket\n"    \
	"      --no-pivot          moves the root instead of pivot_root(2)\n"               \
	"      --no-new-keyring    keeps the caller's session keyring\n"                    \
	"      --preserve-fds N    hands on descriptors 3 to N+2\n"

/* Takes one option; false if it is none of these, or its value is off. */
bool make_option(struct make_options *o, int c);

/* Descriptors that an init system passed (sd_listen_fds(3)) are handed on, too, and nothing else
 * that the caller happened to have open. 0 or -errno. */
int make_descriptors(struct make_options *o, struct failure *f);

#endif
