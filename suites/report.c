/* plimsoll report: any record file in any format; a pure function of the records. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "baseline.h"
#include "exit.h"
#include "files.h"
#include "formats.h"
#include "source.h"
#include "text.h"

/* A file that is named, directly or as one of a directory. */
struct input {
	char *path;
	char *refused; /* why it cannot be read; NULL: it is tried */
	FILE *kept;    /* what can be read only once; NULL */
};

struct report {
	struct formats formats;
	struct baseline_options baseline;
	struct baseline *against; /* NULL: there is no baseline */
	struct exit_count exit;
	const char *files_from; /* a file of names, or NULL */
	struct input *inputs;
	size_t count;
	bool list;
	bool matrix;    /* a file that cannot be read is not the end */
	struct run run; /* of a matrix: the run at hand, until it is whole */
	bool lost;      /* a file was not whole */
	char why[1024]; /* the first that was not */
};

/* --- which files --- */

static int add_input(void *ctx, const char *path, const char *refused)
{
	struct report *r = ctx;
	struct input *list = reallocarray(r->inputs, r->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	r->inputs = list;
	list[r->count] =
		(struct input) { strdup(path), refused ? strdup(refused) : NULL, NULL };
	bool whole = list[r->count].path && (!refused || list[r->count].refused);
	r->count++;
	return whole ? 0 : -ENOMEM;
}

static int find_inputs(struct report *r, const struct operands *operands)
{
	int ret = r->files_from ? files_listed(r->files_from, add_input, r) : 0;

	if (!r->files_from && !operands->count)
		ret = add_input(r, "-", NULL);
	for (size_t i = 0; i < operands->count && ret == 0; i++)
		ret = files_of(operands->words[i], add_input, r);
	return ret;
}

static void forget_inputs(struct report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->inputs[i].path);
		free(r->inputs[i].refused);
		if (r->inputs[i].kept)
			fclose(r->inputs[i].kept);
	}
	free(r->inputs);
}

/* stdin, pipes: a baseline wants to see them twice. */
static bool reads_once(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static int read_input(struct report *r, struct input *in, record_fn fn, void *ctx,
	char *why, size_t why_size)
{
	if (in->refused) {
		snprintf(why, why_size, "%s", in->refused);
		return -ENOENT;
	}
	bool keep = r->against && reads_once(in->path);
	_cleanup_fclose_ FILE *opened =
		in->kept ? NULL : source_open(in->path, keep, why, why_size);
	if (!in->kept && !opened)
		return -EIO;
	FILE *file = in->kept ? in->kept : opened;
	if (keep && opened)
		in->kept = TAKE_PTR(opened);
	return source_read(file, in->path, fn, ctx, why, why_size);
}

/* --- what is in them --- */

static int put_record(void *ctx, const struct record *rec)
{
	struct report *r = ctx;

	exit_count_record(&r->exit, rec);
	formats_record(&r->formats, rec);
	return 0;
}

static int tell(struct report *r, const struct record *rec)
{
	return r->against ? baseline_record(r->against, rec, put_record, r)
			  : put_record(r, rec);
}

/* Of a matrix only whole runs are told: what is cut short has no verdict on a node. */
static int on_record(void *ctx, const struct record *rec)
{
	struct report *r = ctx;

	if (!r->matrix)
		return tell(r, rec);
	int ret = run_keep(&r->run, rec);
	if (ret < 0 || rec->type != RECORD_END)
		return ret;
	for (size_t i = 0; i < r->run.count && ret == 0; i++)
		ret = tell(r, &r->run.recs[i]);
	run_forget(&r->run);
	return ret;
}

/* It goes on after a file that is lost, if the others are to be told. */
static int lose(struct report *r, int err, const char *why)
{
	run_forget(&r->run);
	if (!r->lost)
		snprintf(r->why, sizeof(r->why), "%s", why);
	r->lost = true;
	if (!r->matrix || err == -ENOMEM)
		return err;
	formats_lost(&r->formats, why);
	return 0;
}

/* What values the runs have; what else is wrong with the files the second reading says. */
static void look_ahead(struct report *r)
{
	char other[512];

	for (size_t i = 0; r->against && i < r->count; i++)
		if (read_input(r, &r->inputs[i], baseline_expect, r->against, other,
			    sizeof(other)) < 0 &&
			!r->matrix)
			break;
}

static int read_inputs(struct report *r)
{
	int ret = 0;

	look_ahead(r);
	for (size_t i = 0; i < r->count && ret == 0; i++) {
		struct input *in = &r->inputs[i];
		char why[1024] = "out of memory";
		formats_source(&r->formats, strcmp(in->path, "-") ? in->path : NULL);
		ret = read_input(r, in, on_record, r, why, sizeof(why));
		if (ret < 0)
			ret = lose(r, ret, why);
	}
	formats_source(&r->formats, NULL);
	return ret;
}

/* --- what comes of it --- */

static bool open_all(struct report *r, char *why, size_t why_size)
{
	if (!r->formats.count && r->matrix)
		r->formats.list[r->formats.count++].name = "fleet";
	r->formats.fleet = r->matrix;
	if (r->baseline.file &&
		!(r->against = baseline_open(&r->baseline, why, why_size)))
		return false;
	if (formats_open(&r->formats, why, why_size))
		return true;
	baseline_close(TAKE_PTR(r->against), false, NULL, 0);
	return false;
}

static enum exit_code make(struct report *r)
{
	char why[1024] = "", unwritten[1024] = "";

	if (!open_all(r, why, sizeof(why)))
		return verb_error("report", "%s", why);
	bool cut_short = read_inputs(r) < 0;
	enum exit_code code = exit_code_of(&r->exit);
	if (r->against)
		code = baseline_status(r->against, code);
	bool stays = baseline_close(r->against, !r->lost, why, sizeof(why)) < 0;
	code = formats_status(&r->formats, code);
	bool unwhole =
		formats_close(&r->formats, cut_short, unwritten, sizeof(unwritten)) < 0;
	if (r->lost)
		verb_error("report", "%s", r->why);
	if (unwhole)
		verb_error("report", "%s", unwritten);
	if (stays)
		verb_error("report", "%s", why);
	return r->lost || unwhole || stays ? EXIT_ERROR : code;
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
	{ .name = "matrix",
		.kind = OPTION_FLAG,
		.at = offsetof(struct report, matrix),
		.about =
			"a fleet, each file a node: equal ones together (default format: fleet)",
		.more = "A file that cannot be read, or is cut short, is told and does not end the "
			"report; the exit code is 3 then." },
	{ .name = "files-from",
		.value = "FILE",
		.kind = OPTION_TEXT,
		.at = offsetof(struct report, files_from),
		.completes = COMPLETES_FILE,
		.about =
			"read the names of files from there, one on each line (- for stdin)" },
	OPTIONS_BASELINE(struct report, baseline.file, baseline.update),
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
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
	if (!operands.count && !r.files_from && isatty(STDIN_FILENO))
		return verb_usage("report", "which file of records?");
	code = find_inputs(&r, &operands) < 0 ? verb_error("report", "out of memory")
					      : make(&r);
	forget_inputs(&r);
	return code;
}

static const struct verb_example examples[] = {
	{ "plimsoll report host.jsonl", "what was measured there, as text" },
	{ "plimsoll report --format tap=host.tap --format text host.jsonl other.jsonl",
		"one for a harness, one to read, of two files" },
	{ "plimsoll report --matrix nodes/",
		"a fleet: which nodes differ, and in what?" },
	{ 0 },
};

const struct verb verb_report = {
	.about = "render records in any format",
	.usage = "[OPTION]... [FILE...|-]",
	.text = "Renders files of records (JSON Lines, as --report writes them) that were made "
		"here or elsewhere. Several files follow one another; a directory stands for all "
		"*.jsonl in it; without one, or for -, stdin is read.",
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
