/* What is said of the guest, and by its kernel: consoles and logs, which may hold anything. */
#include <string.h>

#include "text.h"

#define LINE_MOST    200 /* characters of a line */
#define CONSOLE_MOST 15  /* lines: the last ones, where the trouble is */
#define LOG_MOST     8   /* lines: the first ones, where a warning begins */
#define WARNED_MOST  12  /* checks */

static void lines(const struct page *p, const char *label, const json_t *array,
	size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const json_t *text = json_array_get(array, i);
		_cleanup_free_ char *line = page_line(json_string_value(text), LINE_MOST);
		if (!line || !*line)
			continue;
		page_item(p, label, line);
		label = "";
	}
}

void text_boot_items(const struct page *p, const struct record *rec, size_t console)
{
	const json_t *array = json_object_get(rec->json, "console");
	size_t all = json_array_size(array);

	page_item(p, "stage", rec->stage);
	page_item(p, "seen", rec->detail);
	page_item(p, "fault", fault_name(rec->fault));
	page_item(p, "cause", rec->cause);
	page_item(p, "remedy", rec->remedy);
	lines(p, "console", array, all > console ? all - console : 0, all);
}

void text_boot(const struct page *p, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_BOOT || rec->outcome == OUTCOME_PASS)
			continue;
		page_heading(p, outcome_ink(rec->outcome), "ERROR",
			"the guest did not run to its end: what it was not asked is not known");
		fputs("  ", p->out);
		page_ink(p, INK_BOLD, rec->name, 0);
		putc('\n', p->out);
		text_boot_items(p, rec, CONSOLE_MOST);
	}
}

void text_log(const struct page *p, const struct record *rec)
{
	const json_t *log = json_object_get(rec->json, "kernel_log");
	size_t all = json_array_size(log);
	char more[64];

	lines(p, "log", log, 0, all > LOG_MOST ? LOG_MOST : all);
	if (all <= LOG_MOST)
		return;
	snprintf(more, sizeof(more), "%zu more, see the records", all - LOG_MOST);
	page_item(p, "", more);
}

/* The others show their log where they are shown. */
static bool is_shown_here(const struct record *rec)
{
	bool told = rec->outcome != OUTCOME_PASS;

	if (json_array_size(json_object_get(rec->json, "kernel_log")) == 0)
		return false;
	switch (rec->type) {
	case RECORD_CASE: /* those that were not asked are but names */
		return rec->outcome != OUTCOME_FAIL && rec->outcome != OUTCOME_ERROR;
	case RECORD_PROBE:
	case RECORD_PROOF:
		return !told;
	default:
		return false;
	}
}

static void one_warning(const struct page *p, const struct record *rec)
{
	const char *call = record_text(rec, "call");
	_cleanup_free_ char *name = NULL;

	if (asprintf(&name, "%s%s%s%s%s%s%s%s%s", rec->name, *rec->subject ? " on " : "",
		    rec->subject, *rec->asker ? " as " : "", rec->asker,
		    *rec->runtime ? " of " : "", rec->runtime, *call ? " without " : "",
		    call) < 0)
		return;
	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name, 0);
	putc('\n', p->out);
	text_log(p, rec);
}

void text_warnings(const struct page *p, const struct run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++) {
		if (!is_shown_here(&run->recs[i]))
			continue;
		if (count == 0)
			page_heading(p, INK_YELLOW, "KERNEL WARNINGS",
				"while these were asked");
		if (count++ < WARNED_MOST)
			one_warning(p, &run->recs[i]);
	}
	if (count > WARNED_MOST)
		fprintf(p->out, "  and %zu more, see the records\n", count - WARNED_MOST);
}
