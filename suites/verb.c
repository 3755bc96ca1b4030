/* What verbs share. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pool.h"
#include "verb.h"

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (!strcmp(verb_table[i].name, name))
			return verb_table[i].verb;
	return NULL;
}

void verb_become(const json_t *words, int out, int err)
{
	size_t argc = json_array_size(words);
	char **argv = calloc(argc + 1, sizeof(*argv));
	int null = open("/dev/null", O_RDONLY);

	for (size_t i = 0; argv && i < argc; i++)
		argv[i] = strdup(json_string_value(json_array_get(words, i)));
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close_above(STDERR_FILENO);
	const struct verb *verb = argv && argc ? verb_find(argv[0]) : NULL;
	enum exit_code code = verb ? verb->run(argc, argv) : EXIT_USAGE;
	fflush(stdout);
	_exit(code);
}

static void say(const char *verb, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "plimsoll %s: ", verb);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

enum exit_code verb_usage(const char *verb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(verb, fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try: plimsoll %s --help\n", verb);
	return EXIT_USAGE;
}

enum exit_code verb_error(const char *verb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(verb, fmt, ap);
	va_end(ap);
	return EXIT_ERROR;
}
