/*
 * Runs a command where something is used up or sandboxed, for contexts.sh:
 *   under_limit landlock COMMAND...   in a Landlock domain that handles file systems
 *   under_limit inotify COMMAND...    all inotify instances of this user are held
 *   under_limit keys COMMAND...       the key quota of this user is used up
 * Exit status 77 if that cannot be set up here. What is held ends with the command.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "uapi/unistd.h"

#define CANNOT_BE_HAD 77

/* LANDLOCK_ACCESS_FS_MAKE_BLOCK: a domain that forbids nothing else of files. */
static int landlock(void)
{
	uint64_t handled = 1 << 11;

	int ruleset = syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	return ruleset >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
			syscall(SYS_landlock_restrict_self, ruleset, 0) == 0
		? 0
		: -1;
}

/* The descriptors stay open over exec, and with them what they count for. */
static int inotify(void)
{
	while (inotify_init1(0) >= 0)
		;
	return errno == EMFILE ? 0 : -1;
}

/* In a new session keyring, with which they go. */
static int keys(void)
{
	char name[32];

	if (syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL) < 0)
		return -1;
	for (int i = 0; i < 1000000; i++) {
		snprintf(name, sizeof(name), "plimsoll%d", i);
		if (syscall(SYS_add_key, "user", name, "x", 1, -3 /* the session's */) <
			0)
			return errno == EDQUOT ? 0 : -1;
	}
	return -1;
}

static const struct {
	const char *name;
	int (*set_up)(void);
} limits[] = { { "landlock", landlock }, { "inotify", inotify }, { "keys", keys } };

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]) && argc > 2; i++) {
		if (strcmp(limits[i].name, argv[1]))
			continue;
		if (limits[i].set_up() < 0) {
			fprintf(stderr, "under_limit %s: %s\n", argv[1], strerror(errno));
			return CANNOT_BE_HAD;
		}
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		return 127;
	}
	fprintf(stderr, "usage: under_limit landlock|inotify|keys COMMAND...\n");
	return 2;
}
