/*
 * A feature file for the local source of Kubernetes' node-feature-discovery (directory features.d):
 * each line becomes a label of this node, below feature.node.kubernetes.io/, which has to be
 * written (its feature gate DisableAutoPrefix):
 *
 *   plimsoll.mnt.rro=true                            a capability that was shown to work
 *   plimsoll.idmap.path.on.var.lib.kubelet=true      of a directory
 *   plimsoll.profile.kubernetes-userns=ready         or ready-except, not-ready, unknown
 *
 * Capabilities are those that root has: the kubelet and the runtime are root, and make what
 * they need before a container becomes somebody else. A profile says by itself as whom it was asked.
 * What does not pass has no line. The answers to several runs of one kernel are joined: a
 * later run's replaces an earlier one's; within a run the worse counts. Nothing is told of a guest,
 * of several kernels, or of a report that is cut short: nodeSelectors would believe it.
 *
 * A key's name is a label's (Kubernetes: 63 characters, alphanumeric at both ends, "-", "_" and "."
 * between); what has another name is left out and counted in a comment. A file larger
 * than 64 KiB is ignored as a whole, so one that would be is refused here. No line has a
 * directive ("# +no-label", "# +expiry-time"): answers hold until the next boot, so make the file
 * anew at each. Files that begin with a dot are ignored; ours is written in one go and renamed.
 */
#include <errno.h>
#include <string.h>

#include "reporter.h"

#define PREFIX    "feature.node.kubernetes.io/"
#define NAME_MOST 63
#define FILE_MOST 65536
/* As many as could stand in the file, and as many that may not. */
#define NAMES_MOST (2 * FILE_MOST / sizeof(PREFIX))

struct nfd_state {
	json_t *labels;    /* name -> value, "" for what does not hold */
	json_t *fresh;     /* name -> true: those of the run at hand */
	struct record env; /* of the first run; .json is NULL before it */
	size_t left_out;
	bool in_run;
	const char *refused; /* why nothing is told, or NULL */
};

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A path's slashes become dots, so it may have none of its own. */
static bool add_path(char *name, const char *before, const char *path)
{
	size_t len = strlen(name) + strlen(before);

	if (len + strlen(path) > NAME_MOST || strchr(path, '.'))
		return false;
	strcat(name, before);
	for (; *path; path++)
		name[len++] = *path == '/' ? '.' : *path;
	name[len] = '\0';
	return true;
}

static bool is_label(const char *name)
{
	size_t len = strlen(name);

	for (const char *p = name; *p; p++)
		if (!is_alphanumeric(*p) && !strchr("-_.", *p))
			return false;
	return len > 0 && len <= NAME_MOST && is_alphanumeric(name[len - 1]);
}

static bool name_probe(const struct record *rec, char *name)
{
	const char *subject = rec->subject;

	/* Those of profiles are not to be forged. */
	if (!strncmp(rec->name, "profile/", strlen("profile/")))
		return false;
	strcpy(name, "plimsoll");
	if (!add_path(name, ".", rec->name))
		return false;
	if (*subject && !add_path(name, *subject == '/' ? ".on" : ".on.", subject))
		return false;
	return is_label(name);
}

static bool name_profile(const struct record *rec, char *name)
{
	int len = snprintf(name, NAME_MOST + 1, "plimsoll.profile.%s", rec->name);

	return len <= NAME_MOST && is_label(name);
}

/* How little there is to it; "" is what does not hold. */
static int weight(const char *value)
{
	static const char *const lightest_first[] = { "true", "ready", "ready-except",
		"unknown", "not-ready" };
	size_t i = 0;

	while (i < ARRAY_SIZE(lightest_first) && strcmp(value, lightest_first[i]))
		i++;
	return i;
}

static int set_label(struct nfd_state *s, const char *name, const char *value)
{
	const char *known = json_string_value(json_object_get(s->labels, name));
	bool fresh = json_object_get(s->fresh, name);

	if (fresh && weight(known) >= weight(value))
		return 0;
	if (json_object_size(s->labels) >= NAMES_MOST) {
		s->refused = "there are more names than a feature file can hold";
		return 0;
	}
	if (json_object_set_new(s->labels, name, json_string(value)) < 0 ||
		json_object_set_new(s->fresh, name, json_true()) < 0)
		return -ENOMEM;
	return 0;
}

static bool same_kernel(const struct record *a, const struct record *b)
{
	static const char *const keys[] = { "release", "version", "machine" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcmp(env_text(a, "kernel", keys[i]),
			    env_text(b, "kernel", keys[i])))
			return false;
	return true;
}

static void open_run(struct nfd_state *s, const struct record *env)
{
	if (s->in_run)
		s->refused = "a run was cut short";
	if (json_object_get(env->json, "boot"))
		s->refused = "the answers are a guest's, not this node's";
	if (!s->env.json)
		s->env = record_ref(env);
	else if (!same_kernel(&s->env, env))
		s->refused = "the answers are those of several kernels";
	json_object_clear(s->fresh);
}

static int begin(void *state, const struct report_to *to)
{
	struct nfd_state *s = state;

	s->labels = json_object();
	s->fresh = json_object();
	return s->labels && s->fresh ? 0 : -ENOMEM;
}

static int check(struct nfd_state *s, const struct record *rec)
{
	char name[NAME_MOST + 1];
	const char *value = rec->outcome == OUTCOME_PASS ? "true" : "";
	bool named = false;

	if (s->refused || rec->change == CHANGE_GONE)
		return 0;
	if (rec->type == RECORD_PROBE && !strcmp(rec->asker, "root")) {
		named = name_probe(rec, name);
	} else if (rec->type == RECORD_PROFILE) {
		named = name_profile(rec, name);
		value = record_text(rec, "ready");
	} else {
		return 0;
	}
	if (named)
		return set_label(s, name, value);
	s->left_out += *value != '\0';
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct nfd_state *s = state;

	if (rec->type == RECORD_ENV)
		open_run(s, rec);
	s->in_run = rec->type != RECORD_END;
	return check(s, rec);
}

/* What a file with these lines takes; comments are few and short. */
static size_t file_size(const json_t *labels)
{
	const char *name;
	const json_t *value;
	size_t size = 1000;

	json_object_foreach((json_t *)labels, name, value) {
		if (json_string_length(value))
			size += strlen(PREFIX "=\n") + strlen(name) +
				json_string_length(value);
	}
	return size;
}

static void put_labels(const struct nfd_state *s, FILE *out)
{
	const char *name;
	json_t *value;
	size_t count = 0;

	json_object_foreach(s->labels, name, value) {
		if (!json_string_length(value))
			continue;
		fprintf(out, PREFIX "%s=%s\n", name, json_string_value(value));
		count++;
	}
	if (!count)
		fputs("# Nothing: no question that root asked passes, no profile was asked.\n",
			out);
	if (s->left_out)
		fprintf(out, "# Left out, as their names cannot be labels: %zu.\n",
			s->left_out);
}

static int end(void *state, const struct report_to *to)
{
	struct nfd_state *s = state;
	const char *refused = s->refused;

	fputs("# Made by plimsoll for node-feature-discovery; do not edit.\n", to->out);
	if (s->in_run || to->cut_short)
		refused = "records are missing";
	else if (!refused && file_size(s->labels) > FILE_MOST)
		refused = "it would be larger than the 64 KiB that are read";
	if (refused)
		fprintf(to->out, "# Nothing is told: %s.\n", refused);
	else
		put_labels(s, to->out);
	json_decref(s->labels);
	json_decref(s->fresh);
	record_release(&s->env);
	return ferror(to->out) ? -EIO : 0;
}

const struct reporter reporter_nfd = {
	.about = "a feature file for Kubernetes' node-feature-discovery",
	.state_size = sizeof(struct nfd_state),
	.begin = begin,
	.record = record,
	.end = end,
};
