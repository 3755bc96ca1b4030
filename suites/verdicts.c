#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "pool.h"
#include "verdicts.h"

static bool is_same(const struct question *a, const struct question *b)
{
	return a->entry == b->entry && a->asker == b->asker &&
		!strcmp(a->path ? a->path : "", b->path ? b->path : "");
}

int verdicts_add(struct verdicts *v, const struct question *q)
{
	if (v->count == v->room) {
		size_t room = v->room ? 2 * v->room : 64;
		struct question *list = reallocarray(v->questions, room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		v->questions = list;
		v->room = room;
	}
	v->questions[v->count++] = *q;
	return 0;
}

int verdicts_want(struct verdicts *v, const struct question *q, size_t *ret_index)
{
	size_t i = 0;

	while (i < v->count && !is_same(&v->questions[i], q))
		i++;
	if (i == v->count && verdicts_add(v, q) < 0)
		return -ENOMEM;
	*ret_index = i;
	return 0;
}

/* Answers come as they will; they are told in the order of the questions. */
static void answered(void *ctx, size_t index, const struct verdict *verdict, double ms)
{
	struct verdicts *v = ctx;

	v->list[index] = *verdict;
	v->ms[index] = ms;
	for (; v->told < v->count && v->ms[v->told] >= 0; v->told++)
		v->fn(v->ctx, &v->questions[v->told], &v->list[v->told], v->ms[v->told]);
	if (v->sink)
		sink_progress(
			v->sink, v->told, v->count, v->questions[index].entry->name);
}

int verdicts_ask(struct verdicts *v, const struct ask_options *opt, struct sink *sink,
	verdict_fn fn, void *ctx)
{
	v->sink = sink;
	v->fn = fn;
	v->ctx = ctx;
	v->list = calloc(v->count + 1, sizeof(*v->list));
	v->ms = calloc(v->count + 1, sizeof(*v->ms));
	if (!v->list || !v->ms)
		return -ENOMEM;
	for (size_t i = 0; i < v->count; i++)
		v->ms[i] = -1;
	return ask_all(v->questions, v->count, opt, answered, v);
}

void verdicts_free(struct verdicts *v)
{
	free(v->questions);
	free(v->list);
	free(v->ms);
	*v = (struct verdicts) { 0 };
}

/* What a child saw of a place. */
struct sight {
	int err;
	char nearest[PATH_MAX];
};

static int look(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* One step up: "/a/b" is "/a", "/a" is "/", "a" is ".". */
static void step_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		strcpy(path, ".");
	else if (slash == path)
		path[1] = '\0';
	else
		*slash = '\0';
}

static void look_job(void *ctx, size_t index, int out)
{
	const struct place *place = &((const struct place *)ctx)[index];
	struct sight sight = { .err = look(place->path) };

	snprintf(sight.nearest, sizeof(sight.nearest), "%s", place->path);
	while (look(sight.nearest) != 0 && strcmp(sight.nearest, "/") &&
		strcmp(sight.nearest, "."))
		step_up(sight.nearest);
	struct iovec iov = { &sight, sizeof(sight) };
	if (writev(out, &iov, 1) != sizeof(sight))
		return; /* as if it had not looked */
}

static void look_done(void *ctx, size_t index, const struct pool_result *result)
{
	struct place *place = &((struct place *)ctx)[index];
	struct sight sight = { .err = ETIMEDOUT };

	if (result->len == sizeof(sight))
		memcpy(&sight, result->data, sizeof(sight));
	place->err = sight.err;
	place->nearest = *sight.nearest ? strdup(sight.nearest) : NULL;
}

int places_look(struct place *places, size_t count, int ms)
{
	struct pool pool = { .deadline_ms = ms,
		.end = now_ms() + ms,
		.job = look_job,
		.done = look_done,
		.ctx = places };

	return pool_run(&pool, count);
}

void places_free(struct place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(places[i].path);
		free(places[i].nearest);
	}
	free(places);
}
