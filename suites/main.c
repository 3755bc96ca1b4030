#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/guest.h"
#include "verb.h"

static enum exit_code help(FILE *out, enum exit_code ret)
{
	fputs("plimsoll: what can this kernel safely carry, and does a container runtime keep\n"
	      "its obligations on it?\n\n"
	      "Usage: plimsoll [VERB [ARG...]]\n\n"
	      "With no argument: a one-screen summary of this host.\n\n",
		out);
	for (size_t i = 0; i < verb_count; i++)
		fprintf(out, "  %-10s %s\n", verb_table[i].name,
			verb_table[i].verb->about);
	fputs("\nplimsoll VERB --help tells more. Exit codes: 0 nothing failed, 1 a fail,\n"
	      "2 usage, 3 an error, 4 a silently-ignored, 77 nothing could be asked.\n",
		out);
	return ret;
}

/*
 * A stdin or stderr that came closed would become the number of some file of ours. A closed
 * stdout is left: a verb that has something to say finds out.
 */
static void fill_stdio(void)
{
	static const int fds[] = { STDIN_FILENO, STDERR_FILENO };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (fcntl(fds[i], F_GETFD) >= 0)
			continue;
		int null = open("/dev/null", O_RDWR);
		if (null >= 0 && null != fds[i]) {
			dup2(null, fds[i]);
			close(null);
		}
	}
}

int main(int argc, char **argv)
{
	/* What this host can carry, on one screen. */
	char *summary[] = { (char *)"probe", (char *)"--format", (char *)"summary",
		NULL };

	if (guest_is_init())
		guest_main();
	fill_stdio();
	/* Were it ignored, as it may have come to us, nobody would learn how a child ended. */
	signal(SIGCHLD, SIG_DFL);

	if (argc < 2)
		return verb_find("probe")->run(ARRAY_SIZE(summary) - 1, summary);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
		!strcmp(argv[1], "help"))
		return help(stdout, EXIT_OK);
	if (!strcmp(argv[1], "--version")) {
		puts("plimsoll " PLIMSOLL_VERSION);
		return EXIT_OK;
	}

	const struct verb *verb = verb_find(argv[1]);
	if (!verb) {
		fprintf(stderr, "plimsoll: there is no verb \"%s\"\n", argv[1]);
		return help(stderr, EXIT_USAGE);
	}
	for (int i = 2; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(verb->help, stdout);
			return EXIT_OK;
		}
	}
	return verb->run(argc - 1, argv + 1);
}
