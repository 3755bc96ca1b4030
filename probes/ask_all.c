/*
 * The engine: which questions share a child, the children, and what becomes of one that does
 * not answer. Forks and network namespaces are what asking costs, so that questions that
 * change nothing (PROBE_SHARES) of one asker and with the same needs are asked by one child,
 * one after another. If it dies, hangs or floods, those it did not get to, and the one it was
 * at, are asked again, each by a child of its own.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "guard.h"
#include "pool.h"
#include "setting.h"

#define DEADLINE_MS 5000
#define BATCH_MOST  64 /* what they say stays far below POOL_OUTPUT_MAX */
#define SAY_FD      3  /* where a child's pipe is, all above it is closed */

/* What a child says of one question. */
struct said {
	size_t index;
	double ms;
	struct verdict verdict;
};

_Static_assert(sizeof(struct said) <= 4096, "a verdict crosses a pipe in one write");

struct batch {
	size_t first, count; /* in engine.order */
};

struct engine {
	const struct question *questions;
	const struct ask_options *opt;
	answer_fn fn;
	void *ctx;
	int deadline_ms;
	size_t *order; /* indices of questions, those that share a child side by side */
	struct batch *batches;
	size_t batch_count;
	bool *answered; /* by index */
};

static void cgroup_name(size_t index, char *name, size_t size)
{
	snprintf(name, size, "%s.%zu", guard_name(), index);
}

static int take_away(const struct call *call, int err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return -ENOMEM;
	int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(err), call->nr, 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* One question, where its namespaces are made. */
static struct verdict ask_here(
	const struct question *q, struct ask a, struct env env, size_t index)
{
	unsigned needs = q->entry->probe->needs;
	struct verdict v;
	char name[64];

	a.path = q->path;
	a.env = &env;
	cgroup_name(index, name, sizeof(name));
	if (((needs & PROBE_NEEDS_SCRATCH) && setting_scratch(&a, &v) < 0) ||
		((needs & PROBE_NEEDS_CGROUP) && setting_cgroup(&a, name, &v) < 0))
		return v;
	if (q->taken) {
		int r = take_away(q->taken, q->taken_err);
		if (r < 0)
			return answer_error("seccomp", -r, "cannot take %s away: %s",
				q->taken->name, strerror(-r));
		if ((r = env_read(&env, env.prefix)) < 0)
			env.seccomp = 2; /* openat itself was taken */
	}
	return q->entry->probe->ask(&a);
}

/* The asker and namespaces of a batch. 0, or -1 with what all of them are answered. */
static int set_up(const struct question *q, const char *prefix, int parent,
	struct ask *ret_ask, struct env *ret_env, struct verdict *ret_refused)
{
	struct ask a = { .env = ret_env, .cgroup = -1 };

	int r = setting_become(q->asker, parent);
	if (r < 0) {
		*ret_refused = answer_error("setresuid", -r, "cannot become %s: %s",
			q->asker->name, strerror(-r));
		return -1;
	}
	if ((r = env_read(ret_env, prefix)) < 0) {
		*ret_refused = answer_error(
			"open(status)", -r, "/proc/self/status: %s", strerror(-r));
		return -1;
	}
	if (q->asker->userns) {
		if (setting_userns(&a, parent, ret_refused) < 0)
			return -1;
		env_read(ret_env, prefix);
		a.own_userns = false;
	}
	if (setting_namespaces(&a, q->entry->probe->needs, parent, ret_refused) < 0)
		return -1;
	*ret_ask = a;
	return 0;
}

/* Not write(2): that may be the call taken away. */
static void say(size_t index, double ms, const struct verdict *v)
{
	struct said said = { index, ms, *v };
	struct iovec iov = { &said, sizeof(said) };

	if (writev(SAY_FD, &iov, 1) != sizeof(said))
		_exit(1);
}

static void job(void *ctx, size_t which, int out)
{
	const struct engine *e = ctx;
	const struct batch *batch = &e->batches[which];
	const size_t *order = e->order + batch->first;
	const struct question *first = &e->questions[order[0]];
	double begun = now_ms();
	struct verdict refused, v;
	struct ask a;
	struct env env;

	if (dup2(out, SAY_FD) < 0)
		_exit(1);
	close_above(SAY_FD);
	bool ready =
		set_up(first, e->opt->env->prefix, getppid(), &a, &env, &refused) == 0;
	a.no_devices = e->opt->no_devices;
	for (size_t i = 0; i < batch->count; i++) {
		v = ready ? ask_here(&e->questions[order[i]], a, env, order[i]) : refused;
		double now = now_ms();
		say(order[i], now - begun, &v);
		begun = now;
		if (i + 1 < batch->count)
			close_above(SAY_FD);
	}
}

/* What a child of one question amounts to that did not answer. */
static struct verdict judge(const struct engine *e, const struct pool_result *r)
{
	if (r->unstarted)
		return answer_error("", 0,
			"not asked: the %d ms for all questions were over",
			e->opt->total_ms);
	if (r->late)
		return answer_error("", 0,
			"no answer within %d ms: the question hung and was killed",
			r->ms < e->deadline_ms ? (int)r->ms : e->deadline_ms);
	if (r->flooded)
		return answer_error(
			"", 0, "the question flooded its pipe and was killed");
	if (WIFSIGNALED(r->status))
		return answer_error("", 0, "the question crashed: signal %d (SIG%s)",
			WTERMSIG(r->status), sigabbrev_np(WTERMSIG(r->status)));
	return answer_error("", 0,
		"the question ended with status %d and %zu bytes of garbage",
		WEXITSTATUS(r->status), r->len);
}

static void answer(struct engine *e, size_t index, const struct verdict *said, double ms)
{
	struct verdict v = *said;
	char name[64];

	if (e->questions[index].entry->probe->needs & PROBE_NEEDS_CGROUP) {
		cgroup_name(index, name, sizeof(name));
		int r = setting_remove_cgroup(name);
		if (r < 0)
			v = answer_error("rmdir(cgroup)", -r,
				"the scratch cgroup %s is left: %s", name, strerror(-r));
	}
	if (e->opt->amend)
		e->opt->amend(e->opt->env, &v);
	e->answered[index] = true;
	e->fn(e->ctx, index, &v, ms);
}

/*
 * Takes the answers in the order in which they were asked for. A child that crashed may have
 * said anything: words are believed only whole, and a lone child's only if it ended well.
 */
static void take_answers(
	struct engine *e, const struct batch *batch, const struct pool_result *result)
{
	struct said said;
	size_t count = result->len / sizeof(said);

	if (result->flooded || result->len % sizeof(said) || count > batch->count)
		return;
	for (size_t i = 0; i < count; i++) {
		memcpy(&said, result->data + i * sizeof(said), sizeof(said));
		if (said.index != e->order[batch->first + i])
			return;
		answer(e, said.index, &said.verdict, said.ms);
	}
}

static void done(void *ctx, size_t which, const struct pool_result *result)
{
	struct engine *e = ctx;
	const struct batch *batch = &e->batches[which];
	size_t first = e->order[batch->first];

	if (batch->count > 1 || (!result->late && !WIFSIGNALED(result->status)))
		take_answers(e, batch, result);
	/* Of many, those without an answer are asked again. */
	if (batch->count > 1 || e->answered[first])
		return;
	struct verdict v = judge(e, result);
	answer(e, first, &v, result->ms);
}

static unsigned long key_of(const struct question *q)
{
	const struct probe *probe = q->entry->probe;

	if (!(probe->needs & PROBE_SHARES) || q->taken)
		return 0;
	return ((unsigned long)(uintptr_t)q->asker << 12) | probe->needs;
}

static const struct question *sorting;

/* Those alone first: they take the longest. */
static int by_key(const void *x, const void *y)
{
	size_t a = *(const size_t *)x, b = *(const size_t *)y;
	unsigned long key_a = key_of(&sorting[a]), key_b = key_of(&sorting[b]);

	if (key_a != key_b)
		return key_a < key_b ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Parts `count` questions into batches; `alone`: each by a child of its own. */
static void make_batches(struct engine *e, size_t count, bool alone)
{
	sorting = e->questions;
	qsort(e->order, count, sizeof(*e->order), by_key);
	e->batch_count = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned long key = key_of(&e->questions[e->order[i]]);
		struct batch *last = &e->batches[e->batch_count - 1];
		if (i > 0 && key && !alone && last->count < BATCH_MOST &&
			key == key_of(&e->questions[e->order[i - 1]]))
			last->count++;
		else
			e->batches[e->batch_count++] = (struct batch) { i, 1 };
	}
}

/* Answers what would load a module without asking, and collects the others. */
static size_t choose(struct engine *e, size_t count)
{
	struct verdict v;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const char *modules = e->questions[i].entry->probe->modules;
		if (modules && e->opt->may_load && !e->opt->may_load(modules, &v))
			answer(e, i, &v, 0);
		else
			e->order[n++] = i;
	}
	return n;
}

/* Two for each processor: what takes long waits for the kernel, and does not compute. */
static size_t workers_of(const struct ask_options *opt)
{
	return opt->workers ? opt->workers : 2 * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static int run(struct engine *e, double end)
{
	struct pool pool = { .workers = workers_of(e->opt),
		.deadline_ms = e->deadline_ms,
		.end = end,
		.job = job,
		.done = done,
		.ctx = e };

	return pool_run(&pool, e->batch_count);
}

static int ask_chosen(struct engine *e, size_t count)
{
	double end = e->opt->total_ms ? now_ms() + e->opt->total_ms : 0;
	size_t left = 0;

	make_batches(e, count, false);
	int r = run(e, end);
	for (size_t i = 0; i < count; i++)
		if (!e->answered[e->order[i]])
			e->order[left++] = e->order[i];
	if (r < 0 || left == 0)
		return r;
	make_batches(e, left, true);
	return run(e, end);
}

int ask_all(const struct question *questions, size_t count, const struct ask_options *opt,
	answer_fn fn, void *ctx)
{
	_cleanup_free_ size_t *order = calloc(count + 1, sizeof(*order));
	_cleanup_free_ struct batch *batches = calloc(count + 1, sizeof(*batches));
	_cleanup_free_ bool *answered = calloc(count + 1, sizeof(*answered));
	struct engine e = { .questions = questions,
		.opt = opt,
		.fn = fn,
		.ctx = ctx,
		.deadline_ms = opt->deadline_ms ? opt->deadline_ms : DEADLINE_MS,
		.order = order,
		.batches = batches,
		.answered = answered };
	int r;

	if (!order || !batches || !answered)
		return -ENOMEM;
	setting_prepare(opt->env);
	if (opt->env->seccomp == 2 || (count && questions[0].taken))
		call_symbols_read(opt->env);
	for (size_t i = 0; i < count; i++)
		if ((questions[i].entry->probe->needs & PROBE_NEEDS_CGROUP) &&
			(r = guard_start()) < 0)
			return r;
	return ask_chosen(&e, choose(&e, count));
}
