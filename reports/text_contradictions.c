/* Witnesses that do not agree with what a probe saw: said once for each probe. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool told_before(const struct run *run, size_t at)
{
	const json_t *here = json_object_get(run->recs[at].json, "contradictions");

	for (size_t i = 0; i < at; i++)
		if (run->recs[i].type == RECORD_PROBE &&
			!strcmp(run->recs[i].name, run->recs[at].name) &&
			json_equal(json_object_get(run->recs[i].json, "contradictions"),
				here))
			return true;
	return false;
}

static void put(const struct page *p, const struct record *rec)
{
	_cleanup_free_ char *name = page_line(rec->name, 0);
	size_t i;
	json_t *text;

	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name ? name : "", 28);
	fputs("  ", p->out);
	json_array_foreach(json_object_get(rec->json, "contradictions"), i, text)
		page_wrap(p, 32, 32,
			json_string_value(text) ? json_string_value(text) : "");
}

int text_contradictions(const struct page *p, const struct run *run)
{
	bool begun = false;

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_PROBE ||
			!json_array_size(json_object_get(rec->json, "contradictions")) ||
			told_before(run, i))
			continue;
		if (!begun)
			page_heading(p, INK_YELLOW, "CONTRADICTIONS",
				"witnesses that do not agree with what was seen, which is believed");
		begun = true;
		put(p, rec);
	}
	return 0;
}
