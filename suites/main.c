#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/guest.h"
#include "help.h"
#include "verb.h"

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

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static enum exit_code no_such_verb(const char *name)
{
	const char *meant = NULL;

	for (size_t i = 0; i < verb_count && !meant; i++)
		if (option_is_near(name, verb_table[i].name))
			meant = verb_table[i].name;
	fprintf(stderr, "plimsoll: there is no verb \"%s\"%s%s%s\n", name,
		meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
	help_program(stderr);
	return EXIT_USAGE;
}

/* `plimsoll help VERB`, or of everything. */
static enum exit_code help(const char *name)
{
	const struct verb *verb = name ? verb_find(name) : NULL;

	if (name && !verb && !is_help(name))
		return no_such_verb(name);
	if (verb)
		help_verb(stdout, name, verb);
	else
		help_program(stdout);
	return fflush(stdout) == EOF ? EXIT_ERROR : EXIT_OK;
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
	if (is_help(argv[1]) || !strcmp(argv[1], "help"))
		return help(is_help(argv[1]) ? NULL : argv[2]);
	if (!strcmp(argv[1], "--version")) {
		puts("plimsoll " PLIMSOLL_VERSION);
		return EXIT_OK;
	}

	const struct verb *verb = verb_find(argv[1]);
	if (!verb)
		return no_such_verb(argv[1]);
	for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
		if (is_help(argv[i]))
			return help(argv[1]);
	return verb->run(argc - 1, argv + 1);
}
