#include <errno.h>
#include <string.h>

#include "page.h"
#include "spool.h"
#include "table.h"
#include "text.h"

/* More askers of one run than anybody has share a column: the rest is a forgery. */
#define COLUMNS_MOST 1000

/* What is said of the record at hand: a stream that is used again and again. */
struct table_said {
	FILE *f;
	char *text;
	size_t size;
};

/* Room for one more of `count` things, doubled whenever that is a power of two. */
static int room_for(void *things, size_t count, size_t size)
{
	void **list = things;

	if (count & (count - 1))
		return 0;
	void *larger = reallocarray(*list, count ? 2 * count : 1, size);
	if (!larger)
		return -ENOMEM;
	*list = larger;
	return 0;
}

int table_init(struct table *t, const struct table_options *opt)
{
	*t = (struct table) { .opt = *opt };
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (!(t->parts[i].index = json_object()))
			return -ENOMEM;
	t->spool = spool_open();
	if (!t->spool)
		return -errno;
	t->said = calloc(1, sizeof(*t->said));
	if (!t->said || !(t->said->f = open_memstream(&t->said->text, &t->said->size)))
		return -ENOMEM;
	return 0;
}

static void free_part(struct table_part *part)
{
	for (size_t i = 0; i < part->row_count; i++) {
		struct table_row *row = &part->rows[i];
		char *texts[] = { row->name, row->subject, row->about, row->id,
			row->level, row->spec, row->file, row->since, row->man,
			row->kconfig, row->source };
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
			free(texts[k]);
		free(row->cells);
	}
	for (size_t i = 0; i < part->column_count; i++) {
		free(part->columns[i].who);
		free(part->columns[i].version);
		free(part->columns[i].title);
	}
	free(part->rows);
	free(part->columns);
	json_decref(part->index);
}

void table_free(struct table *t)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		free_part(&t->parts[i]);
	for (size_t i = 0; i < t->run_count; i++) {
		struct table_run *run = &t->runs[i];
		char *texts[] = { run->label, run->release, run->machine, run->os,
			run->package, run->package_version, run->accel, run->verb,
			run->plimsoll, run->time, run->cgroup, run->source, run->runtime,
			run->was, run->was_time, run->was_source, run->trouble };
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
			free(texts[k]);
	}
	free(t->runs);
	free(t->answers);
	free(t->slots);
	if (t->spool)
		fclose(t->spool);
	if (t->said && t->said->f)
		fclose(t->said->f);
	if (t->said)
		free(t->said->text);
	free(t->said);
	*t = (struct table) { 0 };
}

/* --- runs --- */

static char *label_of(const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *variation = env_text(env, "boot", "variation");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%s%s", *label ? label : env_text(env, "kernel", "release"),
		    *variation ? " " : "", variation) < 0)
		return NULL;
	return page_line(page_named(text), 0);
}

static int open_run(struct table *t, const struct report_to *to, const struct record *env)
{
	const char *was = env_text(env, "compared_with", "label");
	struct table_run run = { .boot = TABLE_NONE,
		.like = t->run_count,
		.count = 1,
		.label = label_of(env),
		.trouble = strdup("") };
	const struct {
		char **text;
		const char *value;
	} texts[] = {
		{ &run.release, env_text(env, "kernel", "release") },
		{ &run.machine, env_text(env, "kernel", "machine") },
		{ &run.package, env_text(env, "kernel", "package") },
		{ &run.package_version, env_text(env, "kernel", "package_version") },
		{ &run.accel, env_text(env, "boot", "accel") },
		{ &run.runtime, env_text(env, "boot", "runtime") },
		{ &run.os, record_text(env, "os") },
		{ &run.verb, record_text(env, "verb") },
		{ &run.plimsoll, record_text(env, "plimsoll") },
		{ &run.time, record_text(env, "time") },
		{ &run.cgroup, record_text(env, "cgroup") },
		{ &run.source, to->source ? to->source : "" },
		{ &run.was, *was ? was : env_text(env, "compared_with", "release") },
		{ &run.was_time, env_text(env, "compared_with", "time") },
		{ &run.was_source, env_text(env, "compared_with", "file") },
	};
	bool whole = run.label && run.trouble;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		whole = (*texts[i].text = page_line(texts[i].value, 0)) && whole;
	if (room_for(&t->runs, t->run_count, sizeof(run)) < 0)
		whole = false;
	if (whole) {
		t->runs[t->run_count++] = run;
		t->open = true;
		t->number = 0;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*texts[i].text);
	free(run.label);
	free(run.trouble);
	return -ENOMEM;
}

/* --- rows and columns --- */

static int add_row(struct table_part *part, const char *key, const struct record *rec)
{
	struct table_row row = {
		.first = TABLE_NONE, .last = TABLE_NONE, .missed_first = TABLE_NONE
	};
	const struct {
		char **text;
		const char *value;
	} texts[] = {
		{ &row.name, page_named(rec->name) },
		{ &row.subject, rec->subject },
		{ &row.about, rec->about },
		{ &row.id, rec->id },
		{ &row.level, record_text(rec, "level") },
		{ &row.spec, record_text(rec, "spec") },
		{ &row.file, rec->file },
		{ &row.since, record_text(rec, "since") },
		{ &row.man, record_text(rec, "man") },
		{ &row.kconfig, record_text(rec, "kconfig") },
		{ &row.source, record_text(rec, "source") },
	};
	bool whole = room_for(&part->rows, part->row_count, sizeof(row)) == 0 &&
		json_object_set_new(part->index, key, json_integer(part->row_count)) == 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		whole = (*texts[i].text = page_line(texts[i].value, 0)) && whole;
	if (whole) {
		part->rows[part->row_count++] = row;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*texts[i].text);
	json_object_del(part->index, key);
	return -ENOMEM;
}

/* NULL without memory. */
static struct table_row *row_of(struct table_part *part, const struct record *rec)
{
	_cleanup_free_ char *key = NULL;

	if (asprintf(&key, "%s\n%s", rec->name, rec->subject) < 0)
		return NULL;
	const json_t *known = json_object_get(part->index, key);
	if (!known && add_row(part, key, rec) < 0)
		return NULL;
	return &part->rows[known ? (size_t)json_integer_value(known)
				 : part->row_count - 1];
}

/* The column of this run, at the end of the list; -ENOMEM. */
static int column_of(struct table *t, struct table_part *part, const struct record *rec,
	size_t *ret_column)
{
	const char *said = *rec->runtime ? rec->runtime : rec->asker;
	size_t run = t->run_count - 1, count = 0;
	_cleanup_free_ char *who = page_line(said, 0), *version = NULL;

	if (!who)
		return -ENOMEM;
	for (size_t i = part->column_count; i-- > 0 && part->columns[i].run == run;) {
		if (strcmp(part->columns[i].who, who) != 0 && ++count < COLUMNS_MOST)
			continue;
		*ret_column = i;
		return 0;
	}
	if (count + 1 == COLUMNS_MOST) {
		free(who);
		who = strdup("others");
		if (!who)
			return -ENOMEM;
	}
	version = page_line(record_text(rec, "runtime_version"), 0);
	if (!version ||
		room_for(&part->columns, part->column_count, sizeof(*part->columns)) < 0)
		return -ENOMEM;
	*ret_column = part->column_count++;
	part->columns[*ret_column] = (struct table_column) {
		.run = run, .who = TAKE_PTR(who), .version = TAKE_PTR(version)
	};
	return 0;
}

static struct table_cell *cell_at(struct table_row *row, size_t column)
{
	size_t room = row->room ? row->room : 4;

	while (room <= column)
		room *= 2;
	if (room > row->room) {
		struct table_cell *cells = reallocarray(row->cells, room, sizeof(*cells));
		if (!cells)
			return NULL;
		row->cells = cells;
		for (size_t i = row->room; i < room; i++)
			cells[i] = (struct table_cell) { .answer = TABLE_NONE };
		row->room = room;
	}
	return &row->cells[column];
}

/* --- answers --- */

/* FNV-1a, 64 bits. */
static uint64_t hash_of(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash;
}

/* Two texts may have the same hash: what is kept decides. */
static bool is_kept(const struct table *t, const struct table_answer *a, const char *text,
	size_t size)
{
	_cleanup_free_ char *kept = malloc(size + 1);

	return kept && a->length == size &&
		pread(fileno(t->spool), kept, size, a->offset) == (ssize_t)size &&
		memcmp(kept, text, size) == 0;
}

/* A profile that passes and misses something that is recommended. */
static bool is_except(const struct record *rec)
{
	return rec->type == RECORD_PROFILE &&
		!strcmp(record_text(rec, "ready"), "ready-except");
}

static bool same_verdict(const struct table_answer *a, const struct record *rec)
{
	return a->except == is_except(rec) && a->outcome == rec->outcome &&
		a->kind == rec->kind && a->fault == rec->fault &&
		a->change == rec->change;
}

static void put_slot(struct table *t, uint32_t answer)
{
	uint32_t i = t->answers[answer].hash & (t->slot_count - 1);

	while (t->slots[i] != TABLE_NONE)
		i = (i + 1) & (t->slot_count - 1);
	t->slots[i] = answer;
}

/* At most half of the slots are taken. */
static int grow_slots(struct table *t)
{
	if (2 * t->answer_count + 2 <= t->slot_count)
		return 0;
	uint32_t count = t->slot_count ? 2 * t->slot_count : 1024;
	uint32_t *slots = reallocarray(t->slots, count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	t->slots = slots;
	t->slot_count = count;
	memset(slots, 0xff, count * sizeof(*slots));
	for (uint32_t i = 0; i < t->answer_count; i++)
		put_slot(t, i);
	return 0;
}

/* All of the text goes into the file at once, so that pread() sees it. */
static int add_answer(struct table *t, size_t check, const struct record *rec,
	uint64_t hash, const char *text, size_t size, uint32_t *ret)
{
	if (t->answer_count == TABLE_NONE - 1 || size >= UINT32_MAX)
		return -E2BIG;
	if (grow_slots(t) < 0 ||
		room_for(&t->answers, t->answer_count, sizeof(*t->answers)) < 0)
		return -ENOMEM;
	for (size_t done = 0; done < size;) {
		ssize_t n = pwrite(
			fileno(t->spool), text + done, size - done, t->spooled + done);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += n;
	}
	*ret = t->answer_count++;
	t->answers[*ret] = (struct table_answer) {
		.outcome = rec->outcome,
		.kind = rec->kind,
		.fault = rec->fault,
		.change = rec->change,
		.next = TABLE_NONE,
		.check = check,
		.except = is_except(rec),
		.offset = t->spooled,
		.length = size,
		.hash = hash,
	};
	put_slot(t, *ret);
	t->spooled += size;
	return 0;
}

static uint64_t hash_verdict(size_t check, const struct record *rec)
{
	const uint64_t key[] = { check, rec->type, rec->outcome, rec->kind, rec->fault,
		rec->change };

	return hash_of(0xcbf29ce484222325, key, sizeof(key));
}

/* `text`: NULL if the verdict is enough. TABLE_NONE if it was not said before. */
static uint32_t find_answer(const struct table *t, uint32_t check, uint64_t hash,
	const struct record *rec, const char *text, size_t size)
{
	for (uint32_t i = hash & (t->slot_count - 1); t->slot_count;
		i = (i + 1) & (t->slot_count - 1)) {
		if (t->slots[i] == TABLE_NONE)
			break;
		const struct table_answer *a = &t->answers[t->slots[i]];
		if (a->hash == hash && a->check == check && same_verdict(a, rec) &&
			(!text || is_kept(t, a, text, size)))
			return t->slots[i];
	}
	return TABLE_NONE;
}

/* `check` is any number that tells what the record is about from everything else. */
static int answer_of(
	struct table *t, size_t check, const struct record *rec, uint32_t *ret)
{
	uint64_t hash = hash_verdict(check, rec);

	/* Of thousands of nodes nobody writes what is not kept. */
	if (t->opt.by_verdict &&
		(*ret = find_answer(t, check, hash, rec, NULL, 0)) != TABLE_NONE)
		return 0;
	struct table_said *said = t->said;
	rewind(said->f);
	int r = t->opt.evidence(said->f, rec, t->opt.ctx);
	if (r < 0)
		return r;
	if (fflush(said->f) == EOF)
		return -ENOMEM;
	if (!t->opt.by_verdict) {
		hash = hash_of(hash, said->text, said->size);
		*ret = find_answer(t, check, hash, rec, said->text, said->size);
		if (*ret != TABLE_NONE)
			return 0;
	}
	return add_answer(t, check, rec, hash, said->text, said->size, ret);
}

/* Appends an answer to a list that ends in `*last`, unless it is in it. */
static void link_answer(struct table *t, uint32_t *first, uint32_t *last, uint32_t answer)
{
	if (t->answers[answer].count++)
		return;
	if (*first == TABLE_NONE)
		*first = answer;
	else
		t->answers[*last].next = answer;
	*last = answer;
}

/* --- records --- */

static void count(const struct table *t, struct table_column *column,
	const struct table_cell *cell, int by)
{
	const struct table_answer *a = &t->answers[cell->answer];

	if (a->change == CHANGE_GONE)
		return;
	column->counts[a->outcome] += by;
	if (a->kind == KIND_SILENTLY_IGNORED)
		column->silent += by;
}

/* Of a check that was told twice in one run the heavier answer stands. */
static void put_cell(const struct table *t, struct table_column *column,
	struct table_cell *cell, struct table_cell other)
{
	if (cell->answer != TABLE_NONE) {
		if (outcome_weight(t->answers[cell->answer].outcome) >=
			outcome_weight(t->answers[other.answer].outcome))
			return;
		count(t, column, cell, -1);
	}
	*cell = other;
	count(t, column, cell, 1);
}

static int take_check(struct table *t, enum table_kind kind, const struct record *rec)
{
	struct table_part *part = &t->parts[kind];
	struct table_row *row = row_of(part, rec);
	size_t column;
	uint32_t answer;

	if (!row || column_of(t, part, rec, &column) < 0)
		return -ENOMEM;
	int r = answer_of(t, (row - part->rows) * TABLE_COUNT + kind, rec, &answer);
	if (r < 0)
		return r;
	struct table_cell *cell = cell_at(row, column);
	if (!cell)
		return -ENOMEM;
	link_answer(t, &row->first, &row->last, answer);
	put_cell(t, &part->columns[column], cell,
		(struct table_cell) { answer, t->number, rec->ms });
	return 0;
}

static int take_proof(struct table *t, const struct record *rec)
{
	bool of_case = !strcmp(record_text(rec, "of"), "case");
	enum table_kind kind = of_case ? TABLE_CASES : TABLE_PROBES;
	struct table_part *part = &t->parts[kind];
	struct table_row *row = row_of(part, rec);
	uint32_t answer, last;

	if (!row)
		return -ENOMEM;
	row->proofs++;
	if (rec->outcome == OUTCOME_PASS)
		return 0;
	row->missed++;
	int r = answer_of(t, (row - part->rows) * TABLE_COUNT + kind, rec, &answer);
	if (r < 0)
		return r;
	for (last = row->missed_first;
		last != TABLE_NONE && t->answers[last].next != TABLE_NONE;)
		last = t->answers[last].next;
	link_answer(t, &row->missed_first, &last, answer);
	return 0;
}

static int take_boot(struct table *t, const struct record *rec)
{
	struct table_run *run = &t->runs[t->run_count - 1];

	if (rec->outcome == OUTCOME_PASS)
		return 0;
	char *trouble = page_line(rec->detail, 0);
	if (!trouble)
		return -ENOMEM;
	free(run->trouble);
	run->trouble = trouble;
	return answer_of(t, SIZE_MAX - t->run_count, rec, &run->boot);
}

static void note_comparison(struct table *t, const struct record *env)
{
	const json_t *with = json_object_get(env->json, "compared_with");

	if (json_is_true(json_object_get(with, "baseline")))
		t->is_against = true;
	else if (with || env->change != CHANGE_NONE)
		t->is_diff = true;
}

static void close_run(struct table *t, const struct record *end)
{
	json_int_t same = json_integer_value(json_object_get(end->json, "same"));

	/* A number that is none is not believed. */
	t->left_out += same > 0 && same < INT32_MAX ? same : 0;
	t->open = false;
}

int table_take(struct table *t, const struct report_to *to, const struct record *rec)
{
	if (rec->type == RECORD_ENV) {
		note_comparison(t, rec);
		return open_run(t, to, rec);
	}
	t->number++;
	if (rec->type != RECORD_END) {
		t->totals[rec->type][rec->outcome]++;
		t->changes[rec->change]++;
		t->silent +=
			rec->type == RECORD_CASE && rec->kind == KIND_SILENTLY_IGNORED;
	}
	switch (rec->type) {
	case RECORD_CASE:
		return take_check(t, TABLE_CASES, rec);
	case RECORD_PROBE:
		return take_check(t, TABLE_PROBES, rec);
	case RECORD_PROFILE:
		return take_check(t, TABLE_PROFILES, rec);
	case RECORD_PROOF:
		return take_proof(t, rec);
	case RECORD_BOOT:
		return take_boot(t, rec);
	default:
		close_run(t, rec);
		return 0;
	}
}

const struct table_answer *table_at(
	const struct table *t, const struct table_row *row, size_t column)
{
	if (column >= row->room || row->cells[column].answer == TABLE_NONE)
		return NULL;
	return &t->answers[row->cells[column].answer];
}

int table_evidence(const struct table *t, const struct table_answer *answer, FILE *out)
{
	char buf[16384];

	for (size_t done = 0; done < answer->length;) {
		size_t want = answer->length - done;
		ssize_t n = pread(fileno(t->spool), buf,
			want < sizeof(buf) ? want : sizeof(buf), answer->offset + done);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		if (fwrite(buf, 1, n, out) < (size_t)n)
			return -EIO;
		done += n;
	}
	return 0;
}
