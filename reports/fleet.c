/*
 * Many nodes, for people: a file is a node. Those with the same answers are one group; the largest
 * stands first, and of each other group what it answers otherwise.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#define GROUPS_MOST 40 /* that are shown; of the others there are only the names */
#define RANGES_MOST 16
#define KINDS_MOST  8 /* of kernels, of systems */

/* --- what a group is made of --- */

struct counted {
	const char *name;
	size_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct counted *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strverscmp(one->name, other->name);
}

/* "5.10.0-30 (20), 6.1.0 (8)", of an object of counts. NULL without memory. */
static char *in_words(json_t *counts)
{
	_cleanup_free_ struct counted *list =
		calloc(json_object_size(counts) + 1, sizeof(*list));
	char *text = NULL;
	size_t size, n = 0;
	const char *name;
	json_t *count;

	FILE *out = list ? open_memstream(&text, &size) : NULL;
	if (!out)
		return NULL;
	json_object_foreach(counts, name, count)
		list[n++] = (struct counted) { name, json_integer_value(count) };
	qsort(list, n, sizeof(*list), by_count);
	for (size_t i = 0; i < n && i < KINDS_MOST; i++) {
		fprintf(out, "%s%s", i ? ", " : "", list[i].name);
		if (n > 1)
			fprintf(out, " (%zu)", list[i].count);
	}
	if (n > KINDS_MOST)
		fprintf(out, " and %zu more", n - KINDS_MOST);
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}

static void count_one(json_t *counts, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(counts, name));

	if (*name)
		json_object_set_new(counts, name, json_integer(n + 1));
}

static void put_counts(const struct page *p, const char *label, json_t *counts)
{
	_cleanup_free_ char *text = in_words(counts);

	page_item(p, label, text ? text : "");
}

static void put_kernels(
	const struct page *p, const struct fleet *f, const struct fleet_group *g)
{
	json_auto_t *kernels = json_object(), *systems = json_object();

	for (size_t i = 0; i < g->count; i++) {
		const struct table_run *run = &f->table.runs[g->runs[i]];
		count_one(kernels, run->release);
		count_one(systems, run->os);
	}
	put_counts(p, json_object_size(kernels) > 1 ? "kernels" : "kernel", kernels);
	put_counts(p, json_object_size(systems) > 1 ? "systems" : "system", systems);
}

static void put_runtimes(
	const struct page *p, const struct fleet *f, const struct fleet_group *g)
{
	const struct table_column *columns = f->table.parts[TABLE_CASES].columns;
	json_auto_t *runtimes = json_object();

	for (size_t i = 0; i < g->count; i++) {
		size_t run = g->runs[i];
		for (size_t c = f->from[TABLE_CASES][run]; c < f->to[TABLE_CASES][run];
			c++) {
			_cleanup_free_ char *name = NULL;
			if (asprintf(&name, "%s%s%s", columns[c].who,
				    *columns[c].version ? ": " : "",
				    columns[c].version) >= 0)
				count_one(runtimes, name);
		}
	}
	put_counts(p, json_object_size(runtimes) > 1 ? "runtimes" : "runtime", runtimes);
}

/* "612 answers: 3 fail (1 silently ignored), 12 absent, 597 pass" */
static char *answers_of(const struct fleet *f, enum table_kind part, size_t run)
{
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	size_t counts[OUTCOME_COUNT] = { 0 }, all = 0, silent = 0, size;
	const char *before = ": ";
	char *text = NULL;

	for (size_t c = f->from[part][run]; c < f->to[part][run]; c++) {
		const struct table_column *column = &f->table.parts[part].columns[c];
		for (size_t i = 0; i < OUTCOME_COUNT; i++) {
			counts[i] += column->counts[i];
			all += column->counts[i];
		}
		silent += column->silent;
	}
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	if (all)
		fprintf(out, "%zu answer%s", all, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (!counts[order[i]])
			continue;
		fprintf(out, "%s%zu %s", before, counts[order[i]],
			outcome_name(order[i]));
		if (order[i] == OUTCOME_FAIL && silent)
			fprintf(out, " (%zu silently ignored)", silent);
		before = ", ";
	}
	fclose(out);
	return text;
}

static void put_answers(const struct page *p, const struct fleet *f, size_t run)
{
	static const char *const labels[TABLE_COUNT] = {
		[TABLE_CASES] = "cases",
		[TABLE_PROBES] = "probes",
		[TABLE_PROFILES] = "profiles",
	};

	for (size_t part = 0; part < TABLE_COUNT; part++) {
		_cleanup_free_ char *text = answers_of(f, part, run);
		page_item(p, labels[part], text ? text : "");
	}
}

static void put_nodes(const struct page *p, const struct fleet *f, size_t from, size_t to)
{
	_cleanup_free_ char **names = NULL, *text = NULL;
	size_t all = 0, n = 0;

	for (size_t g = from; g < to; g++)
		all += f->groups[g].count;
	if (!(names = calloc(all + 1, sizeof(*names))))
		return;
	for (size_t g = from; g < to; g++)
		for (size_t i = 0; i < f->groups[g].count; i++)
			names[n++] = f->names[f->groups[g].runs[i]];
	text = fleet_ranges(names, n, RANGES_MOST);
	/* As long as they are: a name that is cut names nobody. */
	fputs("      nodes:    ", p->out);
	page_wrap(p, 16, 16, text ? text : "");
}

/* Askers and runtimes that only the first group has. */
static void put_missing(const struct page *p, const struct fleet *f, size_t run)
{
	size_t first = f->groups[0].runs[0];
	json_auto_t *missing = json_object();

	for (size_t part = 0; part < TABLE_COUNT; part++) {
		const struct table_column *columns = f->table.parts[part].columns;
		for (size_t i = f->from[part][first]; i < f->to[part][first]; i++) {
			bool found = false;
			for (size_t k = f->from[part][run]; k < f->to[part][run]; k++)
				found = found || !strcmp(columns[i].who, columns[k].who);
			if (!found)
				json_object_set_new(
					missing, columns[i].who, json_integer(1));
		}
	}
	put_counts(p, "without", missing);
}

static void put_title(const struct page *p, const struct fleet *f, size_t i)
{
	size_t count = f->groups[i].count, all = f->table.run_count;
	char title[48], meaning[96];

	snprintf(title, sizeof(title), "GROUP %zu", i + 1);
	snprintf(meaning, sizeof(meaning), "%zu of %zu nodes%s", count, all,
		count == all && all > 1 ? ", all alike"
			: !i            ? ""
			: count == 1    ? ", and what it answers otherwise than group 1"
				     : ", and what they answer otherwise than group 1");
	page_heading(p, INK_BOLD, title, meaning);
}

static int put_group(const struct page *p, const struct fleet *f, size_t i)
{
	const struct fleet_group *g = &f->groups[i];

	put_title(p, f, i);
	put_nodes(p, f, i, i + 1);
	put_kernels(p, f, g);
	put_runtimes(p, f, g);
	put_missing(p, f, g->runs[0]);
	page_item(p, "trouble", f->table.runs[g->runs[0]].trouble);
	put_answers(p, f, g->runs[0]);
	if (i)
		return fleet_put_differences(p, f, i);
	return f->group_count > 1 ? fleet_put_wrong(p, f) : fleet_put_lacking(p, f);
}

/* --- the whole --- */

static void put_header(const struct page *p, const struct fleet *f)
{
	const struct table *t = &f->table;
	const char *since = t->runs[0].time, *until = since;
	_cleanup_free_ char *text = NULL;

	for (size_t i = 1; i < t->run_count; i++) {
		if (strcmp(t->runs[i].time, since) < 0)
			since = t->runs[i].time;
		if (strcmp(t->runs[i].time, until) > 0)
			until = t->runs[i].time;
	}
	if (asprintf(&text, "%zu node%s in %zu group%s%s%s%s%s", t->run_count,
		    t->run_count == 1 ? "" : "s", f->group_count,
		    f->group_count == 1 ? "" : "s", *since ? ", " : "", since,
		    strcmp(since, until) ? " to " : "",
		    strcmp(since, until) ? until : "") >= 0)
		page_wrap(p, 0, 2, text);
}

static void put_lost(const struct page *p, const struct fleet *f)
{
	char title[64];

	if (!f->lost_count)
		return;
	snprintf(title, sizeof(title), "%zu NOT READ", f->lost_count);
	page_heading(p, INK_ALARM, title,
		"files that are not whole, or no files of records: what they miss is not below");
	for (size_t i = 0; i < f->lost_count && i < ARRAY_SIZE(f->lost); i++) {
		fputs("  ", p->out);
		page_wrap(p, 2, 4, f->lost[i]);
	}
	if (f->lost_count > ARRAY_SIZE(f->lost))
		fprintf(p->out, "  and %zu more\n", f->lost_count - ARRAY_SIZE(f->lost));
}

static int put_groups(const struct page *p, const struct fleet *f)
{
	char title[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->group_count && i < GROUPS_MOST; i++)
		r = put_group(p, f, i);
	if (r < 0 || f->group_count <= GROUPS_MOST)
		return r;
	snprintf(title, sizeof(title), "%zu MORE GROUPS", f->group_count - GROUPS_MOST);
	page_heading(p, INK_BOLD, title, "none of them larger than those above");
	put_nodes(p, f, GROUPS_MOST, f->group_count);
	return 0;
}

static int render(const struct page *p, struct fleet *f)
{
	int r = f->table.run_count ? fleet_group(f) : 0;

	if (r < 0)
		return r;
	if (f->table.run_count)
		put_header(p, f);
	put_lost(p, f);
	if (!f->table.run_count)
		return 0;
	if ((r = put_groups(p, f)) < 0 || f->group_count == 1)
		return r;
	page_heading(p, INK_BOLD, "ALL NODES", "what passes on none of them");
	return fleet_put_lacking(p, f);
}

static int begin(void *state, const struct report_to *to)
{
	struct fleet *f = state;
	const struct table_options opt = { .evidence = fleet_evidence,
		.by_verdict = true };

	return table_init(&f->table, &opt);
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct fleet *f = state;

	return table_take(&f->table, to, rec);
}

static int lost(void *state, const struct report_to *to, const char *why)
{
	struct fleet *f = state;

	if (f->lost_count++ >= ARRAY_SIZE(f->lost))
		return 0;
	return (f->lost[f->lost_count - 1] = page_line(why, 0)) ? 0 : -ENOMEM;
}

static int end(void *state, const struct report_to *to)
{
	struct fleet *f = state;
	const struct page p = text_page(to);

	int r = table_finish(&f->table, to);
	if (r == 0)
		r = render(&p, f);
	if (to->cut_short)
		page_heading(&p, INK_ALARM, "CUT SHORT",
			"records are missing: what was read ends too early");
	fleet_free(f);
	return r < 0 ? r : ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_fleet = {
	.about =
		"for people: many nodes, a file each; which are alike, how others differ",
	.state_size = sizeof(struct fleet),
	.begin = begin,
	.record = record,
	.end = end,
	.lost = lost,
};
