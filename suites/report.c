/* plimsoll report: any record file in any format; a pure function of the records. */
#include <errno.h>
#include <string.h>

#include "exit.h"
#include "output.h"
#include "reader.h"
#include "verb.h"

#define FORMATS_MOST 32

struct format {
	const char *name;
	const char *path; /* NULL: stdout */
};

struct report {
	struct format formats[FORMATS_MOST];
	size_t count;
	struct output *outputs[FORMATS_MOST];
	struct exit_count exit;
	bool list; /* --formats */
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

/* "F" or "F=FILE"; `text` is cut at the equals sign. */
static int take_format(void *args, char *text, char *why, size_t why_size)
{
	struct report *r = args;
	char *path = strchr(text, '=');

	if (path)
		*path++ = '\0';
	if (path && (!*path || !strcmp(path, "-")))
		path = NULL;
	int ret = option_format(args, text, why, why_size);
	if (ret < 0)
		return ret;
	if (r->count == FORMATS_MOST) {
		snprintf(why, why_size, "more than %d formats", FORMATS_MOST);
		return -E2BIG;
	}
	for (size_t i = 0; i < r->count; i++) {
		const char *other = r->formats[i].path;
		if (path != other && !(path && other && !strcmp(path, other)))
			continue;
		snprintf(why, why_size,
			"two formats to %s: give one of them a file of its own, "
			"--format %s=FILE",
			path ? path : "stdout", text);
		return -EINVAL;
	}
	r->formats[r->count++] = (struct format) { text, path };
	return 0;
}

static const struct option_row options[] = {
	{ .name = "format",
		.value = "F[=FILE]",
		.kind = OPTION_CALL,
		.take = take_format,
		.repeats = true,
		.completes = COMPLETES_FORMAT,
		.about =
			"write format F to stdout (default: text), or to FILE: several may be "
			"made in one go",
		.more = "FILE is written beside its place, as FILE.partial, and gets its name "
			"when it is whole." },
	{ .name = "formats",
		.kind = OPTION_FLAG,
		.at = offsetof(struct report, list),
		.about = "list the formats, with what each is good for" },
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	struct report r = { .count = 0 };
	struct operands operands;

	enum exit_code code = options_parse(options, argc, argv, &r, &operands);
	if (code != EXIT_OK)
		return code;
	if (r.list) {
		output_list_formats(stdout);
		return fflush(stdout) == EOF ? EXIT_ERROR : EXIT_OK;
	}
	if (!operands.count && isatty(STDIN_FILENO))
		return verb_usage("report", "which file of records?");
	if (r.count == 0)
		r.formats[r.count++] = (struct format) { "text", NULL };
	return make(&r, operands.words);
}

static const struct verb_example examples[] = {
	{ "plimsoll report host.jsonl", "what was measured there, as text" },
	{ "plimsoll report --format tap=host.tap --format text host.jsonl other.jsonl",
		"one for a harness, one to read, of two files" },
	{ 0 },
};

const struct verb verb_report = {
	.about = "render records in any format",
	.usage = "[--format F[=FILE]]... [FILE...|-]",
	.text = "Renders files of records (JSON Lines, as --report writes them) that were made "
		"here or elsewhere. Several files follow one another; without one, or for -, "
		"stdin is read.",
	.options = options,
	.operand = "FILE",
	.completes = COMPLETES_FILE,
	.lists = COMPLETES_FORMAT,
	.notes =
		"The exit code is that of the runs in the records, the worst of them: 4, 1, 3, "
		"then 0; 77 if nothing was asked in any. A file that is cut short or no file of "
		"records is an error (3) that names its line; a report made of it says that it "
		"is not whole and stays FILE.partial.",
	.manual =
		"A report is made of the records and of nothing else: the same records give the "
		"same report on any machine. Whatever text stands in them is made harmless for "
		"the format: no record can talk to a terminal or break out of a table.",
	.examples = examples,
	.run = run,
};
