/* What a host misses for the workloads that were asked about, and what is to be done. */
#include <errno.h>
#include <string.h>

#include "text.h"

/* More of them are a line each: who wants to know more asks about one. */
#define DETAILED_MOST 3

#define NAME_WIDTH_MOST 40
#define VERDICT_WIDTH   14

static const struct {
	const char *ready, *title, *counted;
	enum ink ink;
} words[] = {
	{ "not-ready", "NOT READY", "not ready", INK_RED },
	{ "unknown", "NOT KNOWN", "not known", INK_MAGENTA },
	{ "ready-except", "READY EXCEPT", "ready except", INK_YELLOW },
	{ "ready", "READY", "ready", INK_GREEN },
};

/* One miss, and the answer that it is made of; NULL: the records do not have it. */
struct miss {
	const json_t *json;
	const struct record *answer;
	bool done;
};

/* What was explained already, and under which profile. */
struct told {
	const struct record **answers, **profiles;
	size_t count;
};

static const char *miss_text(const struct miss *m, const char *key)
{
	const char *text = json_string_value(json_object_get(m->json, key));

	return text ? text : "";
}

static size_t word_of(const struct record *profile)
{
	const char *ready = record_text(profile, "ready");
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(words) && strcmp(words[i].ready, ready))
		i++;
	return i;
}

static size_t count_profiles(const struct run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->count; i++)
		n += run->recs[i].type == RECORD_PROFILE;
	return n;
}

/* "10 of 12 required"; "" if there are none. */
static void counted(
	char *text, size_t size, const struct record *profile, const char *key)
{
	const json_t *counts = json_object_get(profile->json, key);
	json_int_t all = json_integer_value(json_object_get(counts, "all"));

	*text = '\0';
	if (all)
		snprintf(text, size, "%lld of %lld %s",
			(long long)json_integer_value(json_object_get(counts, "met")),
			(long long)all, key);
}

/* --- one profile in detail --- */

static const struct record *answer_of(
	const struct run *run, const struct record *profile, const struct miss *m)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type == RECORD_PROBE &&
			!strcmp(rec->name, miss_text(m, "probe")) &&
			!strcmp(rec->subject, miss_text(m, "subject")) &&
			!strcmp(rec->asker, profile->asker))
			return rec;
	}
	return NULL;
}

/* What to do. Of what the kernel does not offer: with which one it would be there. */
static char *remedy_of(const struct record *rec)
{
	const char *since = record_text(rec, "since");
	const char *kconfig = record_text(rec, "kconfig");
	char *text = NULL;

	if (*rec->remedy || rec->outcome != OUTCOME_ABSENT || rec->fault != FAULT_KERNEL)
		return strdup(rec->remedy);
	if (asprintf(&text, "another kernel: this one does not have it%s%s%s%s%s",
		    *since ? ". Linux has it since " : "", since,
		    *kconfig ? *since ? ", if" : ". It is" : "",
		    *kconfig ? " built with " : "", kconfig) < 0)
		return NULL;
	return text;
}

/* Would the same change mend both? */
static bool is_same_cause(const struct record *a, const struct record *b)
{
	if (!a || !b)
		return false;
	if (a == b)
		return true;
	return a->outcome == b->outcome && (*a->cause || *a->remedy) &&
		!strcmp(a->cause, b->cause) && !strcmp(a->remedy, b->remedy);
}

/* The name, its outcome and what it would be good for, then why this workload wants it. */
static void name_miss(const struct page *p, const struct miss *m)
{
	const char *subject = miss_text(m, "subject");
	bool loads = json_is_true(json_object_get(m->json, "loads"));
	const char *word = loads ? "not asked" : miss_text(m, "outcome");
	int outcome = outcome_from_name(miss_text(m, "outcome"));
	_cleanup_free_ char *name = NULL, *rest = NULL, *why = NULL;

	if (asprintf(&name, "%s%s%s", miss_text(m, "probe"), *subject ? " on " : "",
		    subject) < 0 ||
		asprintf(&rest, ", %s%s%s", miss_text(m, "level"), m->answer ? ": " : "",
			m->answer ? m->answer->about : "") < 0 ||
		asprintf(&why, "%s (%s)", miss_text(m, "reason"),
			miss_text(m, "source")) < 0)
		return;
	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name, 0);
	fputs("  ", p->out);
	page_ink(p, outcome_ink(outcome < 0 ? OUTCOME_ERROR : outcome), word, 0);
	int at = 4 + page_width(name) + page_width(word);
	page_wrap(p, at, 6, rest);
	page_item(p, "needed", why);
}

/* Of several that would do, how those that are not shown answered. */
static void name_others(const struct page *p, const struct run *run, const struct miss *m)
{
	const json_t *any = json_object_get(m->json, "any"), *name;
	_cleanup_free_ char *text = NULL;
	size_t i, size;

	FILE *f = json_array_size(any) ? open_memstream(&text, &size) : NULL;
	if (!f)
		return;
	json_array_foreach(any, i, name) {
		const struct record *found = NULL;
		for (size_t k = 0; k < run->count; k++)
			if (run->recs[k].type == RECORD_PROBE && m->answer &&
				!strcmp(run->recs[k].name, json_string_value(name)) &&
				!strcmp(run->recs[k].asker, m->answer->asker))
				found = &run->recs[k];
		if (strcmp(json_string_value(name), miss_text(m, "probe")) != 0)
			fprintf(f, "%s%s%s%s", ftell(f) ? ", " : "",
				json_string_value(name), found ? " is " : "",
				found ? outcome_name(found->outcome) : "");
	}
	fclose(f);
	_cleanup_free_ char *item = NULL;
	if (asprintf(&item, "one of these would do as well: %s", text) > 0)
		page_item(p, "or", item);
}

static void say_seen(const struct page *p, const struct miss *m)
{
	_cleanup_free_ char *seen = m->answer ? record_seen(m->answer) : NULL;

	if (!m->answer) {
		page_item(p, "seen", "the answer of this probe is not among the records");
		return;
	}
	page_item(p, "seen", seen ? seen : "");
	text_log(p, m->answer);
}

static void say_cause(const struct page *p, const struct record *profile,
	const struct miss *m, struct told *told)
{
	_cleanup_free_ char *above = NULL, *remedy = NULL;

	if (!m->answer)
		return;
	for (size_t i = 0; i < told->count; i++) {
		if (!is_same_cause(told->answers[i], m->answer))
			continue;
		if (asprintf(&above, "as said above of %s for %s", told->answers[i]->name,
			    told->profiles[i]->name) > 0)
			page_item(p, "cause", above);
		return;
	}
	told->answers[told->count] = m->answer;
	told->profiles[told->count++] = profile;
	page_item(p, "cause", m->answer->cause);
	text_fault(p, m->answer);
	remedy = remedy_of(m->answer);
	page_item(p, "remedy", remedy ? remedy : "");
}

/* All that the same change would mend: what was seen of each, then the change, once. */
static void say_family(const struct page *p, const struct run *run,
	const struct record *profile, struct miss *misses, size_t count, size_t head,
	struct told *told)
{
	const char *level = miss_text(&misses[head], "level");

	for (size_t i = head; i < count; i++) {
		struct miss *m = &misses[i];
		if (m->done || strcmp(level, miss_text(m, "level")) ||
			(i != head && !is_same_cause(misses[head].answer, m->answer)))
			continue;
		m->done = true;
		name_miss(p, m);
		name_others(p, run, m);
		say_seen(p, m);
	}
	say_cause(p, profile, &misses[head], told);
}

static void say_met(const struct page *p, const struct record *profile)
{
	char required[64], recommended[64];
	_cleanup_free_ char *text = NULL;
	const json_t *note;
	size_t i;

	counted(required, sizeof(required), profile, "required");
	counted(recommended, sizeof(recommended), profile, "recommended");
	if (asprintf(&text, "%s%s%s, asked as %s", required, *recommended ? ", " : "",
		    recommended, profile->asker) > 0)
		page_item(p, "met", text);
	json_array_foreach(json_object_get(profile->json, "notes"), i, note)
		page_item(p, "note", json_string_value(note));
}

static int detail(const struct page *p, const struct run *run,
	const struct record *profile, struct told *told)
{
	const json_t *list = json_object_get(profile->json, "misses");
	size_t count = json_array_size(list), word = word_of(profile);
	struct miss *misses = calloc(count + 1, sizeof(*misses));
	_cleanup_free_ char *title = NULL;

	if (!misses ||
		asprintf(&title, "%s: %s (%s)", profile->name, profile->about,
			record_text(profile, "source")) < 0) {
		free(misses);
		return -ENOMEM;
	}
	page_heading(p, words[word].ink, words[word].title, title);
	say_met(p, profile);
	for (size_t i = 0; i < count; i++) {
		misses[i].json = json_array_get(list, i);
		misses[i].answer = answer_of(run, profile, &misses[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (!misses[i].done)
			say_family(p, run, profile, misses, count, i, told);
	free(misses);
	return 0;
}

/* --- many profiles --- */

static void line(const struct page *p, const struct record *profile, int name_width)
{
	char required[64], recommended[64];
	size_t word = word_of(profile);
	_cleanup_free_ char *text = NULL;

	counted(required, sizeof(required), profile, "required");
	counted(recommended, sizeof(recommended), profile, "recommended");
	if (asprintf(&text, "%s%s%s", required, *recommended ? ", " : "", recommended) <
		0)
		return;
	_cleanup_free_ char *name = page_line(profile->name, 0);
	if (!name)
		return;
	page_cut(name, name_width);
	page_ink(p, INK_BOLD, name, name_width + 2);
	page_ink(p, words[word].ink, words[word].title, VERDICT_WIDTH);
	page_cut(text, p->columns - name_width - 2 - VERDICT_WIDTH);
	page_ink(p, INK_PLAIN, text, 0);
	putc('\n', p->out);
}

static void table(const struct page *p, const struct run *run)
{
	int width = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		int own = rec->type == RECORD_PROFILE ? page_width(rec->name) : 0;
		width = own > width ? own : width;
	}
	width = width > NAME_WIDTH_MOST ? NAME_WIDTH_MOST : width;
	putc('\n', p->out);
	for (size_t i = 0; i < run->count; i++)
		if (run->recs[i].type == RECORD_PROFILE)
			line(p, &run->recs[i], width);
}

int text_profiles(const struct page *p, const struct run *run)
{
	size_t count = count_profiles(run);
	struct told told = { calloc(run->count + 1, sizeof(struct record *)),
		calloc(run->count + 1, sizeof(struct record *)), 0 };
	int r = told.answers && told.profiles ? 0 : -ENOMEM;

	if (count > 1)
		table(p, run);
	for (size_t i = 0; i < run->count && count <= DETAILED_MOST && r == 0; i++)
		if (run->recs[i].type == RECORD_PROFILE)
			r = detail(p, run, &run->recs[i], &told);
	if (count > DETAILED_MOST)
		fputs("\nWhat is missing, why it is needed and what to do: plimsoll preflight "
		      "NAME\n",
			p->out);
	free(told.answers);
	free(told.profiles);
	return r;
}

void text_profiles_tally(const struct page *p, const struct run *run)
{
	size_t all = count_profiles(run), asked = 0, pass = 0,
	       counts[ARRAY_SIZE(words)] = { 0 };
	const char *before = "";

	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		asked += rec->type == RECORD_PROBE;
		pass += rec->type == RECORD_PROBE && rec->outcome == OUTCOME_PASS;
		if (rec->type == RECORD_PROFILE)
			counts[word_of(rec)]++;
	}
	fprintf(p->out, "%zu profile%s: ", all, all == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char text[40];
		if (!counts[i])
			continue;
		snprintf(text, sizeof(text), "%zu %s", counts[i], words[i].counted);
		fputs(before, p->out);
		page_ink(p, words[i].ink, text, 0);
		before = ", ";
	}
	fprintf(p->out, "; %zu of %zu question%s pass\n", pass, asked,
		asked == 1 ? "" : "s");
}
