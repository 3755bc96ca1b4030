#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "command.h"

int command_usage(const struct command *c, struct failure *f, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fail(f, 0, "%s: %s (see: plimsoll-runtime %s --help)", c->name, text, c->name);
	return 1;
}

const char *command_id(const struct command *c, int argc, char **argv, struct failure *f)
{
	if (optind ==
		0) /* a command without options, which has not called getopt_long(3) */
		optind = 1;
	if (argc - optind == 1)
		return argv[optind];
	if (optind < argc)
		command_usage(c, f, "\"%s\": one container at a time", argv[optind + 1]);
	else
		command_usage(c, f, "the id of a container is missing");
	return NULL;
}

const char *command_only_id(
	const struct command *c, int argc, char **argv, struct failure *f)
{
	static const struct option none[] = { { 0 } };

	if (getopt_long(argc, argv, "", none, NULL) == -1)
		return command_id(c, argc, argv, f);
	command_option(c, argv, f);
	return NULL;
}

int command_option(const struct command *c, char **argv, struct failure *f)
{
	return command_usage(
		c, f, "%s: unknown, or its value is missing", argv[optind - 1]);
}

int command_number(const char *text, long max, int *ret)
{
	char *end;

	errno = 0;
	long n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 0 || n > max)
		return -EINVAL;
	*ret = (int)n;
	return 0;
}

int command_print(const json_t *json, struct failure *f)
{
	if (json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) == 0 &&
		putchar('\n') != EOF && fflush(stdout) == 0)
		return 0;
	fail(f, errno, "stdout");
	return 1;
}
