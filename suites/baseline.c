#include <errno.h>
#include <string.h>

#include "baseline.h"
#include "output.h"
#include "source.h"

struct baseline {
	struct baseline_options opt;
	struct compare *compare; /* NULL: there is nothing yet to compare with */
	struct output *update;   /* NULL: it stays as it is */
	size_t written;          /* records of the run at hand */
	size_t errors;
	bool asked; /* there was a check */
};

enum exit_code baseline_check(const struct baseline_options *opt, const char *verb)
{
	if (!opt->file)
		return opt->update
			? verb_usage(
				  verb, "--update-baseline: which one? --baseline FILE")
			: EXIT_OK;
	if (!strcmp(opt->file, "-"))
		return verb_usage(verb, "--baseline wants a file, not stdin");
	if (opt->update || access(opt->file, F_OK) == 0 || errno != ENOENT)
		return EXIT_OK;
	return verb_usage(verb,
		"there is no baseline %s: --update-baseline makes it from this run",
		opt->file);
}

static int read_old(struct baseline *b, char *why, size_t why_size)
{
	const char *file = b->opt.file;
	const struct compare_options options = { .file = file,
		.baseline = true,
		.some = b->opt.some,
		.several_kernels = b->opt.several_kernels,
		.several_runtimes = b->opt.several_runtimes };

	/* To be made, it may be missing. */
	if (b->opt.update && access(file, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (!(b->compare = compare_new(&options)))
		return -ENOMEM;
	_cleanup_fclose_ FILE *in = source_open(file, false, why, why_size);
	return in ? source_read(in, file, compare_old, b->compare, why, why_size) : -EIO;
}

struct baseline *baseline_open(
	const struct baseline_options *opt, char *why, size_t why_size)
{
	struct baseline *b = calloc(1, sizeof(*b));

	snprintf(why, why_size, "out of memory");
	if (!b)
		return NULL;
	b->opt = *opt;
	if (read_old(b, why, why_size) < 0)
		goto fail;
	if (opt->update && !(b->update = output_open("jsonl", opt->file, why, why_size)))
		goto fail;
	*why = '\0';
	return b;
fail:
	compare_free(b->compare);
	free(b);
	return NULL;
}

int baseline_expect(void *ctx, const struct record *rec)
{
	struct baseline *b = ctx;

	return b->compare ? compare_expect(b->compare, rec) : 0;
}

/* What the file keeps of a record; the frames count anew. */
static json_t *kept(const struct baseline *b, const struct record *rec)
{
	if (rec->type == RECORD_END)
		return json_pack("{s:s, s:I, s:O}", "type", "end", "records",
			(json_int_t)b->written, "exit",
			json_object_get(rec->json, "exit"));
	json_t *json = record_lasting(rec);
	if (json && rec->type == RECORD_ENV)
		json_object_set_new(json, "baseline", json_true());
	return json;
}

static int write_anew(struct baseline *b, const struct record *rec)
{
	struct record copy;
	char why[160];

	if (!b->update || rec->change == CHANGE_GONE)
		return 0;
	if (rec->type == RECORD_ENV)
		b->written = 0;
	json_t *json = kept(b, rec);
	if (!json)
		return -ENOMEM;
	int r = record_decode(json, &copy, why, sizeof(why));
	if (r < 0)
		return r;
	b->written++;
	output_record(b->update, &copy);
	record_release(&copy);
	return 0;
}

int baseline_record(struct baseline *b, const struct record *rec, record_fn fn, void *ctx)
{
	bool asks = rec->type != RECORD_ENV && rec->type != RECORD_END;
	int r = write_anew(b, rec);

	b->errors += asks && rec->outcome == OUTCOME_ERROR;
	b->asked |= asks;
	if (r < 0 || !b->compare)
		return r < 0 ? r : fn(ctx, rec);
	return compare_record(b->compare, rec, fn, ctx);
}

enum exit_code baseline_status(const struct baseline *b, enum exit_code code)
{
	if (!b->update || code == EXIT_NOTHING_ASKED)
		return code;
	return b->errors ? EXIT_ERROR : EXIT_OK;
}

static int finish(struct baseline *b, bool whole, char *why, size_t why_size)
{
	size_t lost = b->compare ? compare_unasked(b->compare) : 0;

	if (whole && b->asked && !lost)
		return output_close(TAKE_PTR(b->update), false, why, why_size);
	output_discard(TAKE_PTR(b->update));
	if (!whole || !b->asked)
		return 0;
	snprintf(why, why_size,
		"%s stays as it is: it has %zu checks that were not asked now. Ask for "
		"them, too, or delete it",
		b->opt.file, lost);
	return -EEXIST;
}

int baseline_close(struct baseline *b, bool whole, char *why, size_t why_size)
{
	int r = 0;

	if (!b)
		return 0;
	if (b->update)
		r = finish(b, whole, why, why_size);
	compare_free(b->compare);
	free(b);
	return r;
}
