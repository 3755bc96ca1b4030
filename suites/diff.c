/* plimsoll diff: what changed between two runs, or two files of runs, for better or worse. */
#include <errno.h>
#include <string.h>

#include "compare.h"
#include "exit.h"
#include "formats.h"
#include "source.h"
#include "verb.h"

struct diff {
	struct formats formats;
	struct compare_options options;
	struct compare *compare;
	struct exit_count exit; /* of what was written */
	const char *paths[2];   /* OLD, NEW */
	FILE *ins[2];
	bool cut_short; /* NEW is */
	char why[1024]; /* it is; or what else went wrong */
};

static int put_record(void *ctx, const struct record *rec)
{
	struct diff *d = ctx;

	exit_count_record(&d->exit, rec);
	formats_record(&d->formats, rec);
	return 0;
}

static int on_record(void *ctx, const struct record *rec)
{
	struct diff *d = ctx;

	return compare_record(d->compare, rec, put_record, d);
}

static int read_side(struct diff *d, int side, record_fn fn, void *ctx)
{
	return source_read(d->ins[side], d->paths[side], fn, ctx, d->why, sizeof(d->why));
}

/*
 * Without all of OLD what is new could not be told from what is lost. Of NEW as much is compared
 * as there is: it is read once for what it has, and once for what is the same there.
 */
static int look(struct diff *d)
{
	for (int side = 0; side < 2; side++) {
		d->ins[side] = source_open(d->paths[side], true, d->why, sizeof(d->why));
		if (!d->ins[side])
			return -EIO;
	}
	int r = read_side(d, 0, compare_old, d->compare);
	if (r < 0)
		return r;
	r = read_side(d, 1, compare_expect, d->compare);
	d->cut_short = r == -EBADMSG || r == -EIO;
	if (r < 0 && !d->cut_short)
		return r;
	r = read_side(d, 1, compare_find, d->compare);
	return r == -EBADMSG || r == -EIO ? 0 : r;
}

static enum exit_code nothing_common(const struct diff *d)
{
	_cleanup_free_ char *old = compare_names(d->compare, true);
	_cleanup_free_ char *new = compare_names(d->compare, false);

	fprintf(stderr, "plimsoll diff: no check is in both: %s has %s, and %s has %s\n",
		source_name(d->paths[0]), old && *old ? old : "nothing",
		source_name(d->paths[1]), new &&*new ? new : "nothing");
	return EXIT_NOTHING_ASKED;
}

/* What is new counts as it does in the reports: a fail is a fail. */
static enum exit_code status(const struct diff *d)
{
	if (compare_count(d->compare, CHANGE_REGRESSED) || d->exit.failed)
		return EXIT_FAILED;
	if (d->cut_short || compare_count(d->compare, CHANGE_UNKNOWN) || d->exit.errors)
		return EXIT_ERROR;
	return EXIT_OK;
}

static enum exit_code write_all(struct diff *d)
{
	char unwritten[512];

	if (!formats_open(&d->formats, d->why, sizeof(d->why)))
		return verb_error("diff", "%s", d->why);
	formats_source(&d->formats, strcmp(d->paths[1], "-") ? d->paths[1] : NULL);
	int r = read_side(d, 1, on_record, d);
	if (r == 0)
		r = compare_finish(d->compare, put_record, d);
	d->cut_short = r < 0;
	enum exit_code code = formats_status(&d->formats, status(d));
	int lost = formats_close(&d->formats, d->cut_short, unwritten, sizeof(unwritten));
	if (lost < 0)
		verb_error("diff", "%s", unwritten);
	if (d->cut_short)
		verb_error("diff", "%s", *d->why ? d->why : strerror(-r));
	return lost < 0 || d->cut_short ? EXIT_ERROR : code;
}

static enum exit_code compare(struct diff *d)
{
	d->compare = compare_new(&d->options);
	if (!d->compare)
		return verb_error("diff", "out of memory");
	int r = look(d);
	if (r < 0)
		return verb_error("diff", "%s", *d->why ? d->why : strerror(-r));
	if (!compare_common(d->compare) && !d->cut_short)
		return nothing_common(d);
	return write_all(d);
}

static int take_format(void *args, char *text, char *why, size_t why_size)
{
	return formats_take(&((struct diff *)args)->formats, text, why, why_size);
}

static const struct option_row options[] = {
	OPTION_FORMATS(take_format),
	{ .name = "all",
		.kind = OPTION_FLAG,
		.at = offsetof(struct diff, options.all),
		.about = "also what is the same" },
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	struct diff d = { .cut_short = false };
	struct operands operands;

	enum exit_code code = options_parse(options, argc, argv, &d, &operands);
	if (code != EXIT_OK)
		return code;
	if (operands.count != 2)
		return verb_usage("diff", "which two files of records? OLD NEW");
	for (int side = 0; side < 2; side++)
		d.paths[side] = operands.words[side];
	if (!strcmp(d.paths[0], "-") && !strcmp(d.paths[1], "-"))
		return verb_usage("diff", "stdin can be one of them, not both");
	d.options.file = source_name(d.paths[0]);
	code = compare(&d);
	for (int side = 0; side < 2; side++)
		if (d.ins[side])
			fclose(d.ins[side]);
	compare_free(d.compare);
	return code;
}

static const struct verb_example examples[] = {
	{ "plimsoll diff 6.1.jsonl 6.12.jsonl",
		"what another kernel gives, and takes away" },
	{ "plimsoll diff --format junit=changes.xml --format text old.jsonl new.jsonl",
		"for a CI system, and to read" },
	{ 0 },
};

const struct verb verb_diff = {
	.about = "what changed between two runs, for better or worse",
	.usage = "[OPTION]... OLD NEW",
	.text = "Compares files of records (as --report writes them), - being stdin: of another "
		"kernel, another version of a runtime, another day. What is worse comes first.",
	.options = options,
	.operand = "OLD NEW",
	.completes = COMPLETES_FILE,
	.lists = COMPLETES_FORMAT,
	.notes =
		"Exit codes: 1 something regressed, or is new and fails; 3 something is no longer "
		"known, or a file could not be read whole; 77 nothing is in both; else 0.",
	.manual =
		"A check is the same by its name, its directory, and who asked. Kernels, runtimes "
		"and askers are matched by name, unless each side has one only: then that one "
		"is compared with the other, whatever they are called. Of several runs of the "
		"same in OLD the last counts.\n\n"
		"Regressed is what passed, or was not asked, and now fails or is missing, and a "
		"fail that is silently ignored now. Of what is the same but for its cause that "
		"is said. The records that come of it (--format jsonl) can be read by plimsoll "
		"report again.",
	.examples = examples,
	.run = run,
};
