/* The files that were read: those of which not all could be, and runs that are told by them. */
#include <errno.h>
#include <string.h>

#include "html.h"
#include "page.h"

/* Of those that were lost; and so much of why. */
#define LOST_MOST 300
#define WHY_MOST  300

/* Records of one file come one after another. */
int html_file(struct html *h, const char *source)
{
	if (h->file && !strcmp(h->file, source))
		return 0;
	free(h->file);
	h->file_count++;
	return (h->file = strdup(source)) ? 0 : -ENOMEM;
}

int html_lost_add(struct html *h, const char *source, const char *why)
{
	if (html_file(h, source) < 0 || (!h->lost && !(h->lost = json_array())))
		return -ENOMEM;
	if (h->lost_count++ >= LOST_MOST)
		return 0;
	_cleanup_free_ char *line = page_line(why, WHY_MOST);
	return line && json_array_append_new(h->lost, json_string(line)) == 0 ? 0
									      : -ENOMEM;
}

void html_files_free(struct html *h)
{
	free(h->file);
	json_decref(h->lost);
	json_decref(h->shared);
}

int html_lost(const struct html *h)
{
	json_t *why;
	size_t i;

	if (!h->lost_count)
		return 0;
	fputs("<section id=\"lost\" aria-labelledby=\"lost-title\">\n"
	      "<h2 id=\"lost-title\">Not read</h2>\n"
	      "<p class=\"means\">Files that are not whole, or no files of records: what they "
	      "miss is not on this page.</p>\n<ul>\n",
		h->out);
	json_array_foreach(h->lost, i, why) {
		fputs("<li>", h->out);
		html_text(h->out, json_string_value(why));
		fputs("</li>\n", h->out);
	}
	if (h->lost_count > LOST_MOST)
		fprintf(h->out, "<li>and %zu more</li>\n", h->lost_count - LOST_MOST);
	fputs("</ul>\n</section>\n", h->out);
	return 0;
}

/* --- names of runs --- */

int html_runs_name(struct html *h)
{
	json_auto_t *sources = json_object();

	if (!sources || !(h->shared = json_object()))
		return -ENOMEM;
	for (size_t i = 0; i < h->table.run_count; i++) {
		const struct table_run *run = &h->table.runs[i];
		const char *first =
			json_string_value(json_object_get(sources, run->label));
		if (!first &&
			json_object_set_new(
				sources, run->label, json_string(run->source)) < 0)
			return -ENOMEM;
		if (first && strcmp(first, run->source) != 0 &&
			json_object_set_new(h->shared, run->label, json_true()) < 0)
			return -ENOMEM;
	}
	return 0;
}

void html_run(const struct html *h, FILE *f, const struct table_run *run)
{
	const char *slash = strrchr(run->source, '/');
	const char *file = slash ? slash + 1 : run->source;

	html_text(f, *run->label ? run->label : "a run");
	if (*file && json_object_get(h->shared, run->label)) {
		putc(' ', f);
		html_text(f, file);
	}
}
