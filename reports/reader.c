#include <errno.h>
#include <string.h>

#include "printable.h"
#include "reader.h"

struct reading {
	const char *name;
	long line;     /* of the record at hand, from 1 */
	long run_line; /* of the env record that opened this run; 0 outside a run */
	long in_run;   /* records of this run so far */
	bool booted;   /* one of them was its boot */
	char *why;
	size_t why_size;
};

static int bad(struct reading *r, const char *what)
{
	snprintf(r->why, r->why_size, "%s:%ld: %s", r->name, r->line, what);
	return -EBADMSG;
}

/* Runs are framed by env and end: everything else stands between them. */
static int check_frame(struct reading *r, const struct record *rec)
{
	char what[160];

	if (rec->type == RECORD_ENV) {
		if (r->run_line) {
			snprintf(what, sizeof(what),
				"a new run begins, but the run of line %ld has no end: truncated",
				r->run_line);
			return bad(r, what);
		}
		r->run_line = r->line;
		r->in_run = 0;
		r->booted = false;
	} else if (!r->run_line) {
		return bad(r, "a record outside a run: no \"env\" record came before it");
	}
	if (rec->type == RECORD_BOOT) {
		if (r->booted)
			return bad(r, "a second \"boot\" in one run");
		r->booted = true;
	}
	if (rec->type == RECORD_END) {
		json_int_t said =
			json_integer_value(json_object_get(rec->json, "records"));
		if (said != r->in_run) {
			snprintf(what, sizeof(what),
				"the end counts %lld records, but there are %ld: truncated or edited",
				(long long)said, r->in_run);
			return bad(r, what);
		}
		r->run_line = 0;
	}
	r->in_run++;
	return 0;
}

static int read_line(
	struct reading *r, const char *text, size_t len, record_fn fn, void *ctx)
{
	char what[512];
	json_error_t err;
	struct record rec;

	if (text[len - 1] != '\n')
		return bad(r, "the line has no end: truncated");
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (!json) {
		/* The parser quotes the file, which may hold anything. */
		_cleanup_free_ char *said = printable(err.text, strlen(err.text));
		snprintf(what, sizeof(what), "not a record: %s", said ? said : "");
		return bad(r, what);
	}
	if (record_decode(json, &rec, what, sizeof(what)) < 0)
		return bad(r, what);

	int ret = check_frame(r, &rec);
	if (ret == 0)
		ret = fn(ctx, &rec);
	record_release(&rec);
	return ret;
}

int records_read(
	FILE *in, const char *name, record_fn fn, void *ctx, char *why, size_t why_size)
{
	struct reading r = { .name = name, .why = why, .why_size = why_size };
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	ssize_t len;

	errno = 0;
	while ((len = getline(&text, &size, in)) > 0) {
		r.line++;
		int ret = read_line(&r, text, len, fn, ctx);
		if (ret < 0)
			return ret;
	}
	if (!feof(in)) {
		snprintf(why, why_size, "%s: %s", name, strerror(errno));
		return -EIO;
	}
	if (r.line == 0) {
		snprintf(why, why_size, "%s: empty: not a file of records", name);
		return -EBADMSG;
	}
	if (r.run_line) {
		snprintf(why, why_size,
			"%s:%ld: the file ends here, but the run of line %ld has no end: truncated",
			name, r.line, r.run_line);
		return -EBADMSG;
	}
	return 0;
}
