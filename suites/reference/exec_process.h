/* What `exec` runs: the options that say so, and the process object that they make. */
#ifndef PLIMSOLL_REFERENCE_EXEC_PROCESS_H
#define PLIMSOLL_REFERENCE_EXEC_PROCESS_H

#include <getopt.h>

#include "config.h"

struct exec_options {
	const char *process; /* --process FILE */
	char **args;         /* ended by NULL */
	const char *cwd, *user;
	const char *label, *apparmor;
	json_t *env, *caps, *gids; /* owned; NULL: none given */
	bool tty, no_new_privs;
};

/* clang-format off */
#define EXEC_OPTIONS                                            \
	{ "process", required_argument, NULL, 'p' },            \
	{ "tty", no_argument, NULL, 't' },                      \
	{ "env", required_argument, NULL, 'e' },                \
	{ "user", required_argument, NULL, 'u' },               \
	{ "additional-gids", required_argument, NULL, 'g' },    \
	{ "cap", required_argument, NULL, 'c' },                \
	{ "cwd", required_argument, NULL, 'w' },                \
	{ "no-new-privs", no_argument, NULL, 'N' },             \
	{ "process-label", required_argument, NULL, 'L' },      \
	{ "apparmor", required_argument, NULL, 'A' }
/* clang-format on */

#define EXEC_USAGE                                                                  \
	"  -p, --process FILE      a process object (config.md, Process) instead\n" \
	"  -t, --tty               with a terminal\n"                               \
	"  -e, --env NAME=VALUE    besides those of the container\n"                \
	"  -u, --user UID[:GID]    numbers\n"                                       \
	"  -g, --additional-gids N a supplementary group\n"                         \
	"  -c, --cap CAP_NAME      besides those of the container\n"                \
	"      --cwd DIR           absolute\n"                                      \
	"      --no-new-privs      sets no_new_privs\n"                             \
	"      --process-label L   SELinux label\n"                                 \
	"      --apparmor PROFILE  AppArmor profile\n"

/* Takes one option: 0, or -EINVAL if it is none of these (f->err stays 0) or its value is off. */
int exec_option(struct exec_options *o, int c, struct failure *f);

/* The process object, checked; the caller owns it. NULL with the reason in f. */
json_t *exec_process(
	const struct config *c, const struct exec_options *o, struct failure *f);

void exec_options_release(struct exec_options *o);
#define _cleanup_exec_options_ _cleanup_(exec_options_release)

#endif
