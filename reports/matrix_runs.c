/* Kernels x runtimes: what became of each pair. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

static int runtime_place(struct matrix_runs *r, const char *runtime, size_t *ret)
{
	_cleanup_free_ char *name = page_line(runtime, 0);

	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < r->runtime_count; i++) {
		if (strcmp(r->runtimes[i], name) != 0)
			continue;
		*ret = i;
		return 0;
	}
	char **list = matrix_room(r->runtimes, r->runtime_count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r->runtimes = list;
	list[r->runtime_count] = TAKE_PTR(name);
	*ret = r->runtime_count++;
	return 0;
}

static struct runs_cell *cell_at(
	const struct matrix_runs *r, size_t kernel, size_t runtime)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (r->cells[i].kernel == kernel && r->cells[i].runtime == runtime)
			return &r->cells[i];
	return NULL;
}

struct wanted {
	const struct matrix_runs *r;
	size_t runtime;
};

static bool taken(const void *ctx, size_t i)
{
	const struct wanted *w = ctx;

	return cell_at(w->r, i, w->runtime) != NULL;
}

/* The kernel that the run has already, or the first where this runtime has no run yet. */
static int kernel_place(const struct matrix_runs *r, struct matrix_kernels *ks,
	struct matrix_run *run, size_t runtime)
{
	const struct wanted w = { r, runtime };

	if (run->place != NOWHERE && !taken(&w, run->place))
		return 0;
	return kernels_place(ks, &run->kernel, taken, &w, &run->place);
}

static bool is_cell(const struct matrix_runs *r, size_t i, const struct matrix_run *run,
	size_t runtime)
{
	return i < r->cell_count && r->cells[i].run == run->number &&
		r->cells[i].runtime == runtime;
}

/* The cell of this run and runtime, in run->cell. */
static int open_cell(struct matrix_runs *r, struct matrix_kernels *ks,
	struct matrix_run *run, size_t runtime)
{
	if (is_cell(r, run->cell, run, runtime))
		return 0;
	for (run->cell = 0; run->cell < r->cell_count; run->cell++)
		if (is_cell(r, run->cell, run, runtime))
			return 0;
	struct runs_cell *cells = matrix_room(r->cells, r->cell_count, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	r->cells = cells;
	int error = kernel_place(r, ks, run, runtime);
	if (error < 0)
		return error;
	ks->list[run->place].in_runs = true;
	cells[r->cell_count++] = (struct runs_cell) {
		.run = run->number,
		.kernel = run->place,
		.runtime = runtime,
	};
	return 0;
}

int runs_begin(struct matrix_runs *r, struct matrix_kernels *ks, struct matrix_run *run)
{
	size_t runtime;
	int error = runtime_place(r, run->runtime, &runtime);

	return error < 0 ? error : open_cell(r, ks, run, runtime);
}

static enum found found_of(const struct record *rec)
{
	static const enum found kinds[KIND_COUNT] = {
		[KIND_NONE] = FOUND_FAIL,
		[KIND_SILENTLY_IGNORED] = FOUND_SILENT,
		[KIND_WRONG] = FOUND_WRONG,
		[KIND_REFUSED] = FOUND_REFUSED,
		[KIND_CLAIM_FALSE] = FOUND_CLAIM_FALSE,
		[KIND_CLAIM_MISSING] = FOUND_CLAIM_MISSING,
		[KIND_RESIDUE] = FOUND_RESIDUE,
	};
	static const char due[] = "refused, as it has to be where ";

	switch (rec->outcome) {
	case OUTCOME_FAIL:
		return kinds[rec->kind];
	case OUTCOME_ERROR:
		return FOUND_ERROR;
	case OUTCOME_DENIED:
		return FOUND_DENIED;
	case OUTCOME_ABSENT:
		return FOUND_ABSENT;
	default:
		return strncmp(rec->detail, due, strlen(due)) ? FOUND_COUNT : FOUND_DUE;
	}
}

static int note(struct matrix_runs *r, struct runs_cell *cell, enum found found,
	const struct record *rec)
{
	cell->found[found]++;
	return findings_add(&r->findings, found, cell->runtime, cell->kernel, rec);
}

static int note_case(
	struct matrix_runs *r, struct runs_cell *cell, const struct record *rec)
{
	enum found found = found_of(rec);
	int error = 0;

	if (!cell->version &&
		!(cell->version = page_line(record_text(rec, "runtime_version"), 0)))
		return -ENOMEM;
	cell->kept += rec->outcome == OUTCOME_PASS;
	if (found < FOUND_COUNT)
		error = note(r, cell, found, rec);
	if (error == 0 && json_array_size(json_object_get(rec->json, "kernel_log")))
		error = note(r, cell, FOUND_WARNED, rec);
	return error;
}

int runs_record(struct matrix_runs *r, struct matrix_kernels *ks, struct matrix_run *run,
	const struct record *rec)
{
	const char *name = *run->runtime ? run->runtime : rec->runtime;
	size_t runtime;

	int error = runtime_place(r, name, &runtime);
	if (error < 0 || (error = open_cell(r, ks, run, runtime)) < 0)
		return error;
	return note_case(r, &r->cells[run->cell], rec);
}

int runs_proof(
	struct matrix_runs *r, const struct matrix_run *run, const struct record *rec)
{
	if (rec->outcome == OUTCOME_PASS || run->cell == NOWHERE)
		return 0;
	return note(r, &r->cells[run->cell], FOUND_UNPROVED, rec);
}

void runs_end(struct matrix_runs *r, const struct matrix_run *run)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (r->cells[i].run == run->number)
			r->cells[i].trouble = run->trouble;
}

void runs_free(struct matrix_runs *r)
{
	for (size_t i = 0; i < r->runtime_count; i++) {
		free(r->runtimes[i]);
		free(r->titles ? r->titles[i] : NULL);
	}
	for (size_t i = 0; i < r->cell_count; i++)
		free(r->cells[i].version);
	free(r->runtimes);
	free(r->titles);
	free(r->cells);
	findings_free(&r->findings);
	*r = (struct matrix_runs) { 0 };
}
