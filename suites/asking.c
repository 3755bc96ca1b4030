#include <errno.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "options.h"
#include "record.h"

#define ASKERS_MAX 2

struct asking {
	const struct asking_options *opt;
	const struct env *env;
	struct sink *sink;
	struct asker askers[ASKERS_MAX];
	size_t asker_count;
	struct question *questions;
	struct verdict *verdicts;
	double *ms; /* negative until answered */
	size_t count, told;
};

const struct probe_entry *probe_find(const char *name)
{
	for (size_t i = 0; i < probe_count; i++)
		if (!strcmp(probe_table[i].name, name))
			return &probe_table[i];
	return NULL;
}

const char *asking_path(void)
{
	struct stat st;

	return stat("/var/lib", &st) == 0 && S_ISDIR(st.st_mode) ? "/var/lib" : "/";
}

/* In a user namespace the user may not be mapped; a child finds out by trying. */
static bool can_become(const struct passwd *pw)
{
	int status;

	if (geteuid() != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		_exit(setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
			setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Ourselves, and an unprivileged user if we can become one. */
static int choose_askers(struct asking *k, char *why, size_t size)
{
	const char *name = k->opt->as ? k->opt->as : "nobody";
	struct passwd nobody = { .pw_uid = 65534, .pw_gid = 65534 };
	const struct passwd *pw = getpwnam(name);

	if (!pw && k->opt->as) {
		snprintf(why, size, "there is no user \"%s\"", name);
		return -EINVAL;
	}
	if (!pw)
		pw = &nobody;
	k->askers[k->asker_count++] = (struct asker) { .name = env_asker(k->env) };
	if (can_become(pw)) {
		k->askers[k->asker_count++] =
			(struct asker) { "user", true, pw->pw_uid, pw->pw_gid };
	} else if (k->opt->as) {
		snprintf(why, size, "cannot become \"%s\": that takes root", name);
		return -EINVAL;
	}
	return 0;
}

static int check_names(const struct asking_options *opt, char *why, size_t size)
{
	for (size_t i = 0; i < opt->name_count; i++) {
		bool any = false;
		for (size_t k = 0; k < probe_count && !any; k++)
			any = fnmatch(opt->names[i], probe_table[k].name, 0) == 0;
		if (!any) {
			snprintf(why, size,
				"there is no probe \"%s\" (plimsoll list shows them)",
				opt->names[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_paths(const struct asking_options *opt, char *why, size_t size)
{
	struct stat st;

	for (size_t i = 0; i < opt->path_count; i++) {
		int err = stat(opt->paths[i], &st) < 0 ? errno
			: S_ISDIR(st.st_mode)          ? 0
						       : ENOTDIR;
		if (err) {
			snprintf(
				why, size, "--path %s: %s", opt->paths[i], strerror(err));
			return -EINVAL;
		}
	}
	return 0;
}

static void add(struct asking *k, const struct probe_entry *entry, const char *path)
{
	for (size_t i = 0; i < k->asker_count; i++)
		k->questions[k->count++] = (struct question) {
			.entry = entry, .asker = &k->askers[i], .path = path
		};
}

static int choose_questions(struct asking *k)
{
	size_t paths = k->opt->path_count ? k->opt->path_count : 1;

	k->questions = calloc(probe_count * paths * ASKERS_MAX, sizeof(*k->questions));
	if (!k->questions)
		return -ENOMEM;
	for (size_t i = 0; i < probe_count; i++) {
		const struct probe_entry *entry = &probe_table[i];
		if (!option_names(k->opt->names, k->opt->name_count, entry->name))
			continue;
		if (!(entry->probe->needs & PROBE_NEEDS_PATH)) {
			add(k, entry, NULL);
			continue;
		}
		for (size_t p = 0; p < k->opt->path_count; p++)
			add(k, entry, k->opt->paths[p]);
		if (!k->opt->path_count)
			add(k, entry, asking_path());
	}
	return 0;
}

static json_t *probe_record(const struct question *q, const struct verdict *v, double ms)
{
	json_t *json = record_new(RECORD_PROBE);

	record_set(json, "name", q->entry->name);
	record_set(json, "asker", q->asker->name);
	record_set(json, "subject", q->path);
	record_set(json, "about", q->entry->probe->about);
	record_set(json, "man", q->entry->probe->man);
	record_set(json, "since", q->entry->probe->since);
	record_set(json, "kconfig", q->entry->probe->kconfig);
	record_set_verdict(json, v);
	record_set_ms(json, ms);
	return json;
}

/* A sabotage is noticed when the verdict is not `pass` any more. */
static json_t *proof_record(const struct question *q, const struct verdict *v, double ms)
{
	json_t *json = record_new(RECORD_PROOF);
	char detail[700];

	record_set(json, "of", "probe");
	record_set(json, "name", q->entry->name);
	record_set(json, "asker", q->asker->name);
	record_set(json, "subject", q->path);
	record_set(json, "call", q->taken->name);
	record_set(json, "answer", errno_name(q->taken_err));
	record_set(json, "outcome",
		outcome_name(v->outcome == OUTCOME_PASS ? OUTCOME_FAIL : OUTCOME_PASS));
	snprintf(detail, sizeof(detail), "the verdict was %s: %s",
		outcome_name(v->outcome), v->detail);
	record_set(json, "detail", detail);
	record_set_ms(json, ms);
	return json;
}

/* Answers come as they will; they are told in the order of the questions. */
static void answered(void *ctx, size_t index, const struct verdict *v, double ms)
{
	struct asking *k = ctx;

	k->verdicts[index] = *v;
	k->ms[index] = ms;
	for (; k->told < k->count && k->ms[k->told] >= 0; k->told++) {
		const struct question *q = &k->questions[k->told];
		sink_record(k->sink,
			(q->taken ? proof_record : probe_record)(
				q, &k->verdicts[k->told], k->ms[k->told]));
	}
	sink_progress(k->sink, k->told, k->count, k->questions[index].entry->name);
}

static int ask_questions(struct asking *k)
{
	struct ask_options opt = { .env = k->env,
		.workers = k->opt->workers,
		.deadline_ms = k->opt->deadline_ms };

	k->verdicts = calloc(k->count, sizeof(*k->verdicts));
	k->ms = calloc(k->count, sizeof(*k->ms));
	if (k->count && (!k->verdicts || !k->ms))
		return -ENOMEM;
	for (size_t i = 0; i < k->count; i++)
		k->ms[i] = -1;
	return ask_all(k->questions, k->count, &opt, answered, k);
}

static void forget(struct asking *k)
{
	free(k->questions);
	free(k->verdicts);
	free(k->ms);
	k->questions = NULL;
	k->verdicts = NULL;
	k->ms = NULL;
}

/* For every question that passed: each of its calls taken away, in each way. */
static int prove(const struct asking *asked)
{
	static const int answers[] = { ENOSYS, EPERM, EINVAL };
	struct asking k = { .opt = asked->opt, .env = asked->env, .sink = asked->sink };

	k.questions =
		calloc(asked->count * 4 * ARRAY_SIZE(answers), sizeof(*k.questions));
	if (!k.questions)
		return -ENOMEM;
	for (size_t i = 0; i < asked->count; i++) {
		if (asked->verdicts[i].outcome != OUTCOME_PASS)
			continue;
		const struct call *call = asked->questions[i].entry->probe->calls;
		for (; call->name; call++) {
			for (size_t e = 0; e < ARRAY_SIZE(answers); e++) {
				struct question *q = &k.questions[k.count++];
				*q = asked->questions[i];
				q->taken = call;
				q->taken_err = answers[e];
			}
		}
	}
	int r = ask_questions(&k);
	forget(&k);
	return r;
}

int asking_run(const struct asking_options *opt, const struct env *env, struct sink *sink,
	char *why, size_t why_size)
{
	struct asking k = { .opt = opt, .env = env, .sink = sink };
	int r;

	if ((r = check_names(opt, why, why_size)) < 0 ||
		(r = check_paths(opt, why, why_size)) < 0 ||
		(r = choose_askers(&k, why, why_size)) < 0)
		return r;
	r = choose_questions(&k);
	if (r == 0)
		r = ask_questions(&k);
	if (r == 0 && opt->prove)
		r = prove(&k);
	if (r < 0)
		snprintf(why, why_size, "cannot ask: %s", strerror(-r));
	forget(&k);
	return r;
}

static void keep(void *ctx, size_t index, const struct verdict *v, double ms)
{
	*(struct verdict *)ctx = *v;
}

bool asking_one(const char *name, const struct env *env, struct verdict *ret_verdict)
{
	const struct probe_entry *entry = probe_find(name);
	struct asker self = { .name = env_asker(env) };
	struct question q = { .entry = entry, .asker = &self, .path = asking_path() };
	struct ask_options opt = { .env = env, .workers = 1 };
	struct verdict v = { .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS };

	if (!entry)
		return false;
	int r = ask_all(&q, 1, &opt, keep, &v);
	if (r < 0)
		VERDICT_TEXT(v.detail, "cannot ask: %s", strerror(-r));
	*ret_verdict = v;
	return true;
}
