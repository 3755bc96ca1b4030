/*
 * Comma-separated values (RFC 4180: CRLF, a header, doubled quotes), one line for each record
 * that has a verdict, whatever its outcome: for spreadsheets, and whoever pivots. Each
 * cell is one printable line. A cell that a spreadsheet would take for a formula, as it begins
 * with "=", "+", "-" or "@", is led by an apostrophe. A report that is cut short has one line
 * more, of the type "incomplete".
 */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "line.h"
#include "naming.h"
#include "reporter.h"

struct csv_state {
	struct naming *naming;
	struct record env; /* of the run at hand; .json is NULL before the first */
	bool in_run;
};

/* What the cells of one line are made of. */
struct row {
	const struct record *env, *rec;
	const struct naming_name *name;
	char number[32];
};

static const char *of_record(struct row *row, const char *key)
{
	return record_text(row->rec, key);
}

static const char *of_env(struct row *row, const char *key)
{
	return record_text(row->env, key);
}

static const char *of_kernel(struct row *row, const char *key)
{
	return env_text(row->env, "kernel", key);
}

static const char *run_name(struct row *row, const char *key)
{
	return row->name->run;
}

static const char *gate_word(struct row *row, const char *key)
{
	return gate_name(gate_of(row->rec));
}

static const char *change_word(struct row *row, const char *key)
{
	return change_name(row->rec->change);
}

static const char *of_was(struct row *row, const char *key)
{
	return record_was(row->rec, key);
}

static const char *number(struct row *row, const char *key)
{
	const json_t *value = json_object_get(row->rec->json, key);

	if (!json_is_number(value))
		return "";
	snprintf(row->number, sizeof(row->number), "%.10g", json_number_value(value));
	return row->number;
}

static const struct column {
	const char *title;
	const char *(*text)(struct row *row, const char *key);
	const char *key;
} columns[] = {
	{ "run", run_name, NULL },
	{ "kernel", of_kernel, "release" },
	{ "machine", of_kernel, "machine" },
	{ "os", of_env, "os" },
	{ "time", of_env, "time" },
	{ "plimsoll", of_env, "plimsoll" },
	{ "type", of_record, "type" },
	{ "name", of_record, "name" },
	{ "subject", of_record, "subject" },
	{ "asker", of_record, "asker" },
	{ "runtime", of_record, "runtime" },
	{ "runtime_version", of_record, "runtime_version" },
	{ "id", of_record, "id" },
	{ "level", of_record, "level" },
	{ "outcome", of_record, "outcome" },
	{ "kind", of_record, "kind" },
	{ "fault", of_record, "fault" },
	{ "layer", of_record, "layer" },
	{ "ready", of_record, "ready" },
	{ "gate", gate_word, NULL },
	{ "change", change_word, NULL },
	{ "was", of_was, "outcome" },
	{ "stage", of_record, "stage" },
	{ "errno", of_record, "errno" },
	{ "detail", of_record, "detail" },
	{ "cause", of_record, "cause" },
	{ "remedy", of_record, "remedy" },
	{ "call", of_record, "call" },
	{ "answer", of_record, "answer" },
	{ "about", of_record, "about" },
	{ "spec", of_record, "spec" },
	{ "file", of_record, "file" },
	{ "line", number, "line" },
	{ "ms", number, "ms" },
};

static void put_cell(FILE *out, const char *text)
{
	_cleanup_free_ char *copy = NULL;
	const char *line = line_of(text, &copy);
	const char *guard = *line && strchr("=+-@", *line) ? "'" : "";

	if (!strpbrk(line, ",\"")) {
		fputs_unlocked(guard, out);
		fputs_unlocked(line, out);
		return;
	}
	putc_unlocked('"', out);
	fputs_unlocked(guard, out);
	for (; *line; line++) {
		if (*line == '"')
			putc_unlocked('"', out);
		putc_unlocked(*line, out);
	}
	putc_unlocked('"', out);
}

static int begin(void *state, const struct report_to *to)
{
	struct csv_state *s = state;

	if (!(s->naming = naming_new()))
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		fprintf(to->out, "%s%s", i ? "," : "", columns[i].title);
	return fputs("\r\n", to->out) < 0 ? -EIO : 0;
}

static void put_row(struct row *row, FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (i)
			putc_unlocked(',', out);
		put_cell(out, columns[i].text(row, columns[i].key));
	}
	fputs_unlocked("\r\n", out);
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct csv_state *s = state;
	struct naming_name name;

	int r = naming_take(s->naming, rec, &name);
	if (r < 0)
		return r;
	s->in_run = rec->type != RECORD_END;
	if (rec->type == RECORD_ENV) {
		record_release(&s->env);
		s->env = record_ref(rec);
	} else if (s->in_run) {
		struct row row = { .env = &s->env, .rec = rec, .name = &name };
		put_row(&row, to->out);
	}
	return to->live && fflush(to->out) == EOF ? -errno : 0;
}

static void put_incomplete(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *title = columns[i].title;
		fprintf(out, "%s%s", i ? "," : "",
			!strcmp(title, "type") ? "incomplete"
				: !strcmp(title, "detail")
				? "records are missing: what was read ends too early"
				: "");
	}
	fputs("\r\n", out);
}

static int end(void *state, const struct report_to *to)
{
	struct csv_state *s = state;

	if (s->in_run || to->cut_short)
		put_incomplete(to->out);
	naming_free(s->naming);
	record_release(&s->env);
	return ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_csv = {
	.about = "comma-separated values, a line for each verdict",
	.state_size = sizeof(struct csv_state),
	.begin = begin,
	.record = record,
	.end = end,
};
