/*
 * One JSON document (RFC 8259), for tools that do not read JSON Lines:
 *
 *   {"format":1,"runs":[{"env":{},"records":[],"end":{}}],"complete":true}
 *
 * The objects are the records, as fixtures/schema/record.json says. "complete" stands last, as
 * only the end knows it; it is false if records are missing, and the run that was cut short
 * then has no "end".
 */
#include <errno.h>

#include "line.h"
#include "reporter.h"

struct json_state {
	size_t runs, records; /* so far; of the run at hand */
	bool in_run;
	bool broken; /* a run had no end */
};

static int begin(void *state, const struct report_to *to)
{
	return fputs("{\"format\":1,\"runs\":[", to->out) < 0 ? -EIO : 0;
}

static void close_records(struct json_state *s, FILE *out)
{
	fputs("\n]", out);
	s->in_run = false;
}

static void open_run(struct json_state *s, FILE *out)
{
	if (s->in_run) {
		close_records(s, out);
		putc('}', out);
		s->broken = true;
	}
	fputs(s->runs++ ? ",\n{\"env\":" : "\n{\"env\":", out);
	s->records = 0;
	s->in_run = true;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct json_state *s = state;

	if (rec->type == RECORD_ENV) {
		open_run(s, to->out);
	} else if (rec->type == RECORD_END) {
		close_records(s, to->out);
		fputs(",\"end\":", to->out);
	} else {
		fputs(s->records++ ? ",\n" : "\n", to->out);
	}
	int r = line_json(rec->json, to->out);
	if (rec->type == RECORD_ENV)
		fputs(",\"records\":[", to->out);
	else if (rec->type == RECORD_END)
		putc('}', to->out);
	return r == 0 && to->live && fflush(to->out) == EOF ? -errno : r;
}

static int end(void *state, const struct report_to *to)
{
	struct json_state *s = state;
	bool complete = !s->in_run && !s->broken && !to->cut_short;

	if (s->in_run) {
		close_records(s, to->out);
		putc('}', to->out);
	}
	fprintf(to->out, "%s],\"complete\":%s}\n", s->runs ? "\n" : "",
		complete ? "true" : "false");
	return ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_json = {
	.about = "the records, grouped by run, as one JSON document",
	.state_size = sizeof(struct json_state),
	.begin = begin,
	.record = record,
	.end = end,
};
