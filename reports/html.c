/*
 * One page of HTML: the verdict on top, then what is wrong, the matrix, and behind each of its
 * cells the evidence. It needs no script to be read and asks nobody for anything.
 */
#include <errno.h>
#include <string.h>

#include "html.h"

static int begin(void *state, const struct report_to *to)
{
	struct html *h = state;
	const struct table_options opt = { .evidence = html_evidence, .ctx = h };

	int r = table_init(&h->table, &opt);
	if (r < 0)
		table_free(&h->table);
	return r;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct html *h = state;
	uint32_t before = h->table.answer_count;

	if (rec->type == RECORD_ENV &&
		(html_file(h, to->source ? to->source : "") < 0 ||
			html_compared_add(h, rec) < 0))
		return -ENOMEM;
	int r = table_take(&h->table, to, rec);
	if (r < 0 || h->table.answer_count == before)
		return r;
	if ((rec->change != CHANGE_NONE || h->table.is_diff || h->table.is_against) &&
		html_tale_add(&h->tales, before, rec) < 0)
		return -ENOMEM;
	return html_cause_add(&h->causes, before, rec);
}

static int lost(void *state, const struct report_to *to, const char *why)
{
	return html_lost_add(state, to->source ? to->source : "", why);
}

static int page(struct html *h)
{
	int r;

	if ((r = html_head(h)) < 0 || (r = html_wrong(h)) < 0 || (r = html_lost(h)) < 0 ||
		(r = html_matrix(h)) < 0 ||
		(h->mode != HTML_DIFF && (r = html_time(h)) < 0) ||
		(r = html_rows(h)) < 0)
		return r;
	fprintf(h->out, "</main>\n<script>%s</script>\n</body>\n</html>\n", html_js);
	return 0;
}

static int render(struct html *h, const struct report_to *to)
{
	int r = table_finish(&h->table, to);

	h->out = to->out;
	h->cut_short = to->cut_short || h->table.open;
	h->grouped = h->table.run_count > HTML_RUNS_MOST ||
		(to->fleet && h->table.run_count > 1);
	if (r == 0 && h->grouped)
		r = table_group(&h->table);
	for (size_t i = 0; i < TABLE_COUNT && r == 0; i++)
		r = html_view_init(&h->views[i], &h->table, i);
	if (r < 0 || (r = html_runs_name(h)) < 0)
		return r;
	html_compared_count(h);
	return page(h);
}

static int end(void *state, const struct report_to *to)
{
	struct html *h = state;

	int r = render(h, to);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		html_view_free(&h->views[i]);
	html_causes_free(&h->causes);
	html_tales_free(&h->tales);
	html_compared_free(h);
	html_files_free(h);
	table_free(&h->table);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_html = {
	.about = "for people: one page, a matrix whose cells open what was seen",
	.state_size = sizeof(struct html),
	.begin = begin,
	.record = record,
	.end = end,
	.lost = lost,
};
