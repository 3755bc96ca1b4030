/* plimsoll report: any record file in any format; a pure function of the records. */
#include <errno.h>
#include <string.h>

#include "baseline.h"
#include "exit.h"
#include "formats.h"
#include "source.h"

struct report {
	struct formats formats;
	struct baseline_options baseline;
	struct baseline *against; /* NULL: there is no baseline */
	struct exit_count exit;
	char **files;
	FILE **ins; /* with a baseline: they are read twice */
	size_t count;
	bool list;
};

static int put_record(void *ctx, const struct record *rec)
{
	struct report *r = ctx;

	exit_count_record(&r->exit, rec);
	formats_record(&r->formats, rec);
	return 0;
}

static int on_record(void *ctx, const struct record *rec)
{
	struct report *r = ctx;

	return r->against ? baseline_record(r->against, rec, put_record, r)
			  : put_record(r, rec);
}

/* Those that are read twice stay open; stdin is kept. */
static int open_again(struct report *r, char *why, size_t why_size)
{
	r->ins = calloc(r->count, sizeof(*r->ins));
	if (!r->ins) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < r->count; i++)
		if (!(r->ins[i] = source_open(r->files[i], true, why, why_size)))
			return -EIO;
	return 0;
}

/* What values the runs have; what else is wrong with the files the second reading says. */
static int look_ahead(struct report *r, char *why, size_t why_size)
{
	char other[512];
	int ret;

	if (!r->against)
		return 0;
	if ((ret = open_again(r, why, why_size)) < 0)
		return ret;
	for (size_t i = 0; i < r->count; i++)
		if (source_read(r->ins[i], r->files[i], baseline_expect, r->against,
			    other, sizeof(other)) < 0)
			break;
	return 0;
}

static int read_file(struct report *r, size_t i, char *why, size_t why_size)
{
	const char *path = r->files[i];

	formats_source(&r->formats, strcmp(path, "-") ? path : NULL);
	if (r->ins)
		return source_read(r->ins[i], path, on_record, r, why, why_size);
	_cleanup_fclose_ FILE *in = source_open(path, false, why, why_size);
	return in ? source_read(in, path, on_record, r, why, why_size) : -EIO;
}

static int read_files(struct report *r, char *why, size_t why_size)
{
	int ret = look_ahead(r, why, why_size);

	for (size_t i = 0; i < r->count && ret == 0; i++)
		ret = read_file(r, i, why, why_size);
	for (size_t i = 0; r->ins && i < r->count; i++)
		if (r->ins[i])
			fclose(r->ins[i]);
	free(r->ins);
	return ret;
}

static enum exit_code make(struct report *r)
{
	char why[1024] = "", unwritten[1024] = "", baseline[1024] = "";

	if (r->baseline.file &&
		!(r->against = baseline_open(&r->baseline, why, sizeof(why))))
		return verb_error("report", "%s", why);
	if (!formats_open(&r->formats, why, sizeof(why))) {
		baseline_close(r->against, false, NULL, 0);
		return verb_error("report", "%s", why);
	}
	bool cut_short = read_files(r, why, sizeof(why)) < 0;
	enum exit_code code = exit_code_of(&r->exit);
	if (r->against)
		code = baseline_status(r->against, code);
	bool stays =
		baseline_close(r->against, !cut_short, baseline, sizeof(baseline)) < 0;
	code = formats_status(&r->formats, code);
	bool lost =
		formats_close(&r->formats, cut_short, unwritten, sizeof(unwritten)) < 0;
	if (cut_short)
		verb_error("report", "%s", why);
	if (lost)
		verb_error("report", "%s", unwritten);
	if (stays)
		verb_error("report", "%s", baseline);
	return cut_short || lost || stays ? EXIT_ERROR : code;
}

static int take_format(void *args, char *text, char *why, size_t why_size)
{
	return formats_take(&((struct report *)args)->formats, text, why, why_size);
}

static const struct option_row options[] = {
	OPTION_FORMATS(take_format),
	{ .name = "formats",
		.kind = OPTION_FLAG,
		.at = offsetof(struct report, list),
		.about = "list the formats, with what each is good for" },
	OPTIONS_BASELINE(struct report, baseline.file, baseline.update),
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	static char standard_input[] = "-";
	char *none[] = { standard_input };
	struct report r = { .count = 0 };
	struct operands operands;

	enum exit_code code = options_parse(options, argc, argv, &r, &operands);
	if (code == EXIT_OK)
		code = baseline_check(&r.baseline, "report");
	if (code != EXIT_OK)
		return code;
	if (r.list) {
		output_list_formats(stdout);
		return fflush(stdout) == EOF ? EXIT_ERROR : EXIT_OK;
	}
	if (!operands.count && isatty(STDIN_FILENO))
		return verb_usage("report", "which file of records?");
	r.files = operands.count ? operands.words : none;
	r.count = operands.count ? operands.count : 1;
	return make(&r);
}

static const struct verb_example examples[] = {
	{ "plimsoll report host.jsonl", "what was measured there, as text" },
	{ "plimsoll report --format tap=host.tap --format text host.jsonl other.jsonl",
		"one for a harness, one to read, of two files" },
	{ 0 },
};

const struct verb verb_report = {
	.about = "render records in any format",
	.usage = "[OPTION]... [FILE...|-]",
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
