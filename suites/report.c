/* plimsoll report: any record file in any format; a pure function of the records. */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "exit.h"
#include "output.h"
#include "reader.h"
#include "verb.h"

#define FORMATS_MOST 32

struct format {
	char *name;
	const char *path; /* NULL: stdout */
};

struct report {
	struct format formats[FORMATS_MOST];
	size_t count;
	struct output *outputs[FORMATS_MOST];
	struct exit_count exit;
};

static int on_record(void *ctx, const struct record *rec)
{
	struct report *r = ctx;

	exit_count_record(&r->exit, rec);
	for (size_t i = 0; i < r->count; i++)
		output_record(r->outputs[i], rec);
	return 0;
}

static int read_file(struct report *r, const char *path, char *why, size_t why_size)
{
	if (!strcmp(path, "-"))
		return records_read(stdin, "stdin", on_record, r, why, why_size);

	_cleanup_fclose_ FILE *in = fopen(path, "re");
	if (!in) {
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
		return -errno;
	}
	return records_read(in, path, on_record, r, why, why_size);
}

static int read_files(struct report *r, char **files, char *why, size_t why_size)
{
	static char standard_input[] = "-";
	char *none[] = { standard_input, NULL };

	for (char **file = *files ? files : none; *file; file++) {
		for (size_t i = 0; i < r->count; i++)
			output_source(r->outputs[i], strcmp(*file, "-") ? *file : NULL);
		int ret = read_file(r, *file, why, why_size);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Closes them all; the first that is not whole is told. */
static int close_outputs(struct report *r, bool cut_short, char *why, size_t why_size)
{
	char other[512];
	int ret = 0;

	for (size_t i = 0; i < r->count; i++) {
		int closed = output_close(r->outputs[i], cut_short, ret ? other : why,
			ret ? sizeof(other) : why_size);
		if (!ret)
			ret = closed;
	}
	return ret;
}

static bool open_outputs(struct report *r, char *why, size_t why_size)
{
	for (size_t i = 0; i < r->count; i++) {
		r->outputs[i] = output_open(
			r->formats[i].name, r->formats[i].path, why, why_size);
		if (r->outputs[i])
			continue;
		while (i--)
			output_discard(r->outputs[i]);
		return false;
	}
	return true;
}

static enum exit_code make(struct report *r, char **files)
{
	char why[1024] = "", unwritten[1024] = "";

	if (!open_outputs(r, why, sizeof(why)))
		return verb_error("report", "%s", why);
	bool cut_short = read_files(r, files, why, sizeof(why)) < 0;
	enum exit_code code = exit_code_of(&r->exit);
	for (size_t i = 0; i < r->count; i++)
		code = output_status(r->outputs[i], code);
	bool lost = close_outputs(r, cut_short, unwritten, sizeof(unwritten)) < 0;
	if (cut_short)
		verb_error("report", "%s", why);
	if (lost)
		verb_error("report", "%s", unwritten);
	return cut_short || lost ? EXIT_ERROR : code;
}

/* "F" or "F=FILE"; `text` is cut at the equals sign. EXIT_OK, or EXIT_USAGE and why. */
static enum exit_code add_format(struct report *r, char *text)
{
	char *path = strchr(text, '=');

	if (path)
		*path++ = '\0';
	if (path && (!*path || !strcmp(path, "-")))
		path = NULL;
	if (!reporter_find(text)) {
		fprintf(stderr,
			"plimsoll report: there is no format \"%s\", but these:\n", text);
		output_list_formats(stderr);
		return EXIT_USAGE;
	}
	if (r->count == FORMATS_MOST)
		return verb_usage("report", "more than %d formats", FORMATS_MOST);
	for (size_t i = 0; i < r->count; i++) {
		const char *other = r->formats[i].path;
		if (path == other || (path && other && !strcmp(path, other)))
			return verb_usage("report",
				"two formats to %s: give one of them a file of its own, "
				"--format %s=FILE",
				path ? path : "stdout", text);
	}
	r->formats[r->count++] = (struct format) { text, path };
	return EXIT_OK;
}

static enum exit_code run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "formats", no_argument, NULL, 'l' },
		{ 0 },
	};
	static char text[] = "text";
	struct report r = { .count = 0 };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l') {
			output_list_formats(stdout);
			return fflush(stdout) == EOF ? EXIT_ERROR : EXIT_OK;
		}
		if (c != 'f')
			return verb_usage("report",
				"unknown option, or one without its value: %s",
				argv[optind - 1]);
		enum exit_code code = add_format(&r, optarg);
		if (code != EXIT_OK)
			return code;
	}
	if (optind == argc && isatty(STDIN_FILENO))
		return verb_usage("report", "which file of records?");
	if (r.count == 0)
		add_format(&r, text);
	return make(&r, argv + optind);
}

const struct verb verb_report = {
	.about = "render records in any format",
	.help = "Usage: plimsoll report [--format F[=FILE]]... [FILE...|-]\n"
		"\n"
		"Renders files of records (JSON Lines, as --report writes them) that were made\n"
		"here or elsewhere. Several files follow one another; without one, or for -,\n"
		"stdin is read.\n"
		"\n"
		"  --format F        write format F to stdout (text if none is given)\n"
		"  --format F=FILE   write it to FILE; several formats may be made in one go\n"
		"  --formats         list the formats\n"
		"\n"
		"The exit code is that of the runs in the records, the worst of them: 4, 1, 3,\n"
		"then 0; 77 if nothing was asked in any. A file that is cut short or no file of\n"
		"records is an error (3) that names its line; a report made of it says that it\n"
		"is not whole and stays FILE.partial.\n"
		"\n"
		"Examples:\n"
		"  plimsoll report host.jsonl\n"
		"  plimsoll report --format tap=host.tap --format text host.jsonl other.jsonl\n",
	.run = run,
};
