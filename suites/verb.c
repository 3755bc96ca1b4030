/* What verbs share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verb.h"

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (!strcmp(verb_table[i].name, name))
			return verb_table[i].verb;
	return NULL;
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
