/* The head of the document, and the top of the page: the verdict and what was measured. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "html_verdict.h"

/* Of kernels, runtimes and others: the rest is counted. */
#define NAMES_MOST 8

#define MARK                                                                        \
	"<svg class=\"mark\" viewBox=\"0 0 32 20\" width=\"32\" height=\"20\" "     \
	"aria-hidden=\"true\"><circle cx=\"16\" cy=\"10\" r=\"7.5\" fill=\"none\" " \
	"stroke=\"currentColor\" stroke-width=\"2.5\"/><path d=\"M2 10h28\" "       \
	"stroke=\"currentColor\" stroke-width=\"2.5\" stroke-linecap=\"round\"/></svg>"

static void put_document(FILE *f, const char *verdict)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		f);
	fprintf(f,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\">\n",
		html_css_sha256, html_js_sha256);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n",
		f);
	fprintf(f,
		"<title>%s - plimsoll</title>\n<style>%s</style>\n</head>\n<body>\n"
		"<a class=\"skip\" href=\"#matrix\">Skip to the matrix</a>\n<main>\n",
		verdict, html_css);
}

static void put_alarm(const struct html *h)
{
	if (h->cut_short)
		fputs("<p class=\"alarm\"><b>Cut short</b> Records are missing: what was "
		      "read ends too early. What follows is not the whole.</p>\n",
			h->out);
	if (!h->lost_count)
		return;
	fputs("<p class=\"alarm\"><b>Not read</b> ", h->out);
	if (h->file_count == 1)
		fputs("The file", h->out);
	else
		fprintf(h->out, "%zu of %zu files", h->lost_count, h->file_count);
	fputs(" could not be read: <a href=\"#lost\">which, and why</a>.</p>\n", h->out);
}

/* --- what was measured --- */

/* A set of texts in the order in which they came. */
struct names {
	json_t *seen;
	const char *label, *last; /* behind the first name, before the others */
	size_t count;
};

/* True if it is to be written: it is new and one of the first. */
static bool is_new(struct names *n, FILE *f, const char *key)
{
	if (!*key || json_object_get(n->seen, key))
		return false;
	json_object_set_new(n->seen, key, json_true());
	if (n->count++ >= NAMES_MOST)
		return false;
	if (n->count == 1)
		fprintf(f, "<div><dt>%s</dt><dd>", n->label);
	else
		fputs(n->last, f);
	return true;
}

static void end_names(struct names *n, FILE *f)
{
	if (n->count > NAMES_MOST)
		fprintf(f, " and %zu more", n->count - NAMES_MOST);
	if (n->count)
		fputs("</dd></div>\n", f);
	json_decref(n->seen);
}

static void put_kernel(FILE *f, const struct table_run *run)
{
	const char *const more[] = { strcmp(run->label, run->release) ? run->release : "",
		run->machine, run->package, run->package_version };
	bool begun = false;

	fputs("<b>", f);
	html_text(f, *run->label ? run->label : "release not recorded");
	fputs("</b>", f);
	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		if (!*more[i])
			continue;
		fputs(begun ? " " : " <span>", f);
		html_text(f, more[i]);
		begun = true;
	}
	fputs(begun ? "</span>" : "", f);
}

static void put_kernels(const struct html *h)
{
	struct names n = { json_object(), "Kernel", "<br>", 0 };

	for (size_t i = 0; i < h->table.run_count; i++) {
		const struct table_run *run = &h->table.runs[i];
		_cleanup_free_ char *key = NULL;
		if (asprintf(&key, "%s\n%s\n%s", run->label, run->release,
			    run->package_version) > 0 &&
			is_new(&n, h->out, key))
			put_kernel(h->out, run);
	}
	end_names(&n, h->out);
}

static void put_whos(const struct html *h, enum table_kind kind, const char *label)
{
	const struct html_view *v = &h->views[kind];
	struct names n = { json_object(), label, kind == TABLE_CASES ? "<br>" : ", ", 0 };

	for (size_t i = 0; i < v->count; i++) {
		const struct table_column *c = html_column(v, i);
		_cleanup_free_ char *key = NULL;
		if (asprintf(&key, "%s\n%s", c->who, c->version) < 0 ||
			!is_new(&n, h->out, key))
			continue;
		fputs("<b>", h->out);
		html_text(h->out, *c->who ? c->who : "not recorded");
		fputs("</b>", h->out);
		if (*c->version && strcmp(c->version, c->who) != 0) {
			fputs(" <span>", h->out);
			html_text(h->out, c->version);
			fputs("</span>", h->out);
		}
	}
	end_names(&n, h->out);
}

/* Different texts of all runs. */
static void put_texts(const struct html *h, const char *label,
	const char *(*get)(const struct table_run *run))
{
	struct names n = { json_object(), label, ", ", 0 };

	for (size_t i = 0; i < h->table.run_count; i++) {
		const char *text = get(&h->table.runs[i]);
		if (is_new(&n, h->out, text))
			html_text(h->out, text);
	}
	end_names(&n, h->out);
}

static const char *get_os(const struct table_run *run)
{
	return run->os;
}

static const char *get_plimsoll(const struct table_run *run)
{
	return run->plimsoll;
}

static const char *get_cgroup(const struct table_run *run)
{
	return run->cgroup;
}

static const char *get_accel(const struct table_run *run)
{
	if (!strcmp(run->accel, "tcg"))
		return "in guests, emulated (QEMU, tcg)";
	if (!strcmp(run->accel, "kvm"))
		return "in guests (QEMU, kvm)";
	return !strcmp(run->accel, "none") ? "not booted" : "on the machine itself";
}

/* "2026-11-22 12:00:00 UTC" */
static void put_time(FILE *f, const char *time)
{
	struct tm tm;
	const char *end = strptime(time, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end && !*end)
		fprintf(f, "%.10s %.8s UTC", time, time + 11);
	else
		html_text(f, time);
}

static void put_times(const struct html *h)
{
	const char *first = "", *last = "";

	for (size_t i = 0; i < h->table.run_count; i++) {
		const char *time = h->table.runs[i].time;
		if (!*first || strcmp(time, first) < 0)
			first = time;
		if (strcmp(time, last) > 0)
			last = time;
	}
	if (!*last)
		return;
	fputs("<div><dt>When</dt><dd>", h->out);
	put_time(h->out, first);
	if (strcmp(first, last) != 0) {
		fputs(" to ", h->out);
		put_time(h->out, last);
	}
	fprintf(h->out, ", %zu run%s</dd></div>\n", h->table.run_count,
		h->table.run_count == 1 ? "" : "s");
}

static void put_facts(const struct html *h)
{
	if (!h->table.run_count)
		return;
	fputs("<dl>\n", h->out);
	put_kernels(h);
	put_whos(h, TABLE_CASES, "Runtime");
	put_whos(h, TABLE_PROBES, "Asked as");
	put_texts(h, "System", get_os);
	put_texts(h, "Cgroups", get_cgroup);
	put_texts(h, "Where", get_accel);
	if (h->mode != HTML_DIFF)
		put_times(h);
	put_texts(h, "plimsoll", get_plimsoll);
	fputs("</dl>\n", h->out);
}

/* --- counts: a bar for each part --- */

#define BAR                                                                        \
	"<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" " \
	"aria-hidden=\"true\">"

static void put_rect(FILE *f, char letter, double at, double width)
{
	fprintf(f, "<rect class=\"%c\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"10\"/>",
		letter, at, width);
}

static void put_bar(FILE *f, const struct html_view *v, size_t all)
{
	double at = 0;

	fputs(BAR, f);
	for (size_t i = LOOK_COUNT; i-- > 0;) {
		double width = 1000.0 * v->cells[i] / all;
		if (!v->cells[i])
			continue;
		put_rect(f, html_looks[i].letter, at, width);
		at += width;
	}
	fputs("</svg>\n", f);
}

static void put_counts(FILE *f, const struct html_view *v, bool grouped)
{
	static const char *const titles[] = { "Obligations of runtimes",
		"Answers of the kernel", "Workloads" };
	size_t all = 0;

	for (size_t i = 0; i < LOOK_COUNT; i++)
		all += v->cells[i];
	if (!all)
		return;
	fprintf(f, "<div class=\"count\"><h2>%s%s</h2>\n", titles[v->kind],
		grouped ? ", each group of equal runs once" : "");
	put_bar(f, v, all);
	fputs("<ul>", f);
	for (size_t i = LOOK_COUNT; i-- > 0;)
		if (v->cells[i])
			fprintf(f, "<li><i class=\"%c\"></i><b>%zu</b> %s</li>",
				html_looks[i].letter, v->cells[i],
				html_look_title(v->kind, i));
	fputs("</ul></div>\n", f);
}

static void put_change_item(FILE *f, enum change c, size_t count)
{
	const struct html_change *words = &html_change_words[c];

	fprintf(f, "<li><i class=\"%c\"></i><b>%zu</b> %s</li>", words->letter, count,
		words->words);
}

static size_t count_change(const struct html *h, enum change c)
{
	return h->table.changes[c] + (c == CHANGE_SAME ? h->table.left_out : 0);
}

/* Of a comparison: one bar, of all that has an answer. */
static void put_change_counts(const struct html *h)
{
	static const enum change order[] = { CHANGE_SAME, CHANGE_FIXED, CHANGE_NEW,
		CHANGE_GONE, CHANGE_CAUSE, CHANGE_OTHER, CHANGE_UNKNOWN,
		CHANGE_REGRESSED };
	double all = 0, at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		all += count_change(h, order[i]);
	if (!(all > 0))
		return;
	fprintf(h->out, "<div class=\"count\"><h2>%.0f answer%s compared</h2>\n%s", all,
		all > 1 ? "s" : "", BAR);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		double width = 1000.0 * count_change(h, order[i]) / all;
		if (width > 0)
			put_rect(h->out, html_change_words[order[i]].letter, at, width);
		at += width;
	}
	fputs("</svg>\n<ul>", h->out);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (count_change(h, order[i]))
			put_change_item(h->out, order[i], count_change(h, order[i]));
	fputs("</ul></div>\n", h->out);
}

static void put_all_counts(const struct html *h)
{
	fputs("<div class=\"counts\">\n", h->out);
	if (h->mode == HTML_DIFF)
		put_change_counts(h);
	for (size_t i = 0; i < TABLE_COUNT && h->mode != HTML_DIFF; i++)
		put_counts(h->out, &h->views[html_order[i]], h->grouped);
	fputs("</div>\n", h->out);
}

int html_head(const struct html *h)
{
	static const char *const tones[] = { [TONE_BAD] = "bad",
		[TONE_WARN] = "warn",
		[TONE_PLAIN] = "plain",
		[TONE_GOOD] = "good" };
	_cleanup_free_ char *verdict = NULL;
	size_t size;

	FILE *f = open_memstream(&verdict, &size);
	if (!f)
		return -ENOMEM;
	enum tone tone = html_verdict(h, f);
	if (fclose(f) == EOF)
		return -ENOMEM;
	put_document(h->out, verdict);
	fprintf(h->out, "<header class=\"%s\">\n<p class=\"brand\">%s plimsoll</p>\n",
		tones[tone], MARK);
	put_alarm(h);
	fprintf(h->out, "<h1>%s</h1>\n", verdict);
	html_numbers(h, h->out);
	html_compared(h);
	put_all_counts(h);
	put_facts(h);
	fputs("</header>\n", h->out);
	return 0;
}
