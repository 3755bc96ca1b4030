/*
 * KCIDB, the database of kernel test reports (kernelci/kcidb-io), I/O schema of major version 5;
 * what is written is in it from 5.0 on. fixtures/schema/kcidb.json says what is taken.
 *
 * A kernel is a build, of a checkout that we know nothing of but its release: whoever submits
 * adds git_commit_hash and the like. A record with a verdict is a test, but for proofs, which
 * test us. misc.fault says who has to act: a case may fail by its runtime. The origin and what
 * begins each id is "plimsoll": whoever submits has an origin of their own to put there:
 *
 *   sed 's/"plimsoll:/"NAME:/g; s/"origin":"plimsoll"/"origin":"NAME"/g'
 *
 * The id of a build is made of what tells kernels apart, so that runs on one kernel are of one
 * build; that of a test of all that was said before it, so that the same records give the same
 * ids. Absent and denied are SKIP; an error is MISS if the harness is at fault, else ERROR; a
 * guest that the kernel did not survive is FAIL. Of records that are missing a test tells that
 * is MISS: without a build, so without any test, there is none.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "line.h"
#include "naming.h"
#include "reporter.h"
#include "spool.h"

#define ORIGIN "plimsoll"

/* FNV-1a, 64 bit. */
#define HASH_START 0xcbf29ce484222325
#define HASH_PRIME 0x100000001b3

/* The schema allows 16384 characters of an excerpt; a line of ours is far below the rest. */
#define EXCERPT_MOST 15000

struct kcidb_state {
	struct naming *naming;
	json_t *built; /* the ids of builds so far -> true */
	FILE *builds;  /* they stand behind the tests, as these come first */
	FILE *checkouts;
	char *environment; /* of the run at hand, JSON */
	char start[32];    /* when it was made, "" if it does not say */
	char build[64];    /* its id; "" before the first run */
	uint64_t said;     /* a hash of all records so far */
	size_t tests;
	bool in_run;
	bool broken; /* a run had no end */
};

/* The end of a text counts, too. */
static void hash(uint64_t *h, const char *text)
{
	do {
		*h ^= (unsigned char)*text;
		*h *= HASH_PRIME;
	} while (*text++);
}

/* ,"key":"text", unless there is none */
static void member(FILE *out, const char *key, const char *text)
{
	if (!*text)
		return;
	fputs_unlocked(",\"", out);
	fputs_unlocked(key, out);
	fputs_unlocked("\":", out);
	line_json_text(text, out);
}

static void member_line(FILE *out, const char *key, const char *text)
{
	_cleanup_free_ char *copy = NULL;

	member(out, key, line_of(text, &copy));
}

/* What the kernel of a run is known by. */
static void put_kernel(const struct record *env, FILE *out)
{
	static const char *const keys[] = { "version", "machine", "package",
		"package_version", "config_sha256", "cmdline" };

	fputs("{\"release\":", out);
	line_json_text(env_text(env, "kernel", "release"), out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		member(out, keys[i], env_text(env, "kernel", keys[i]));
	putc('}', out);
}

static void put_object(FILE *out, const char *before, const char *id)
{
	fprintf(out, "%s\n{\"id\":\"%s\",\"origin\":\"" ORIGIN "\"", before, id);
}

/* An architecture is lower case, digits and "_", or not told. */
static void put_architecture(const char *machine, FILE *out)
{
	for (const char *p = machine; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) &&
			*p != '_')
			return;
	member(out, "architecture", machine);
}

static int put_build(struct kcidb_state *s, const struct record *env)
{
	const char *before = json_object_size(s->built) ? "," : "";
	_cleanup_free_ char *comment = NULL;

	if (json_object_get(s->built, s->build))
		return 0;
	if (json_object_set_new(s->built, s->build, json_true()) < 0 ||
		asprintf(&comment, "Linux %s", env_text(env, "kernel", "release")) < 0)
		return -ENOMEM;
	put_object(s->checkouts, before, s->build);
	member_line(s->checkouts, "comment", comment);
	putc('}', s->checkouts);
	put_object(s->builds, before, s->build);
	member(s->builds, "checkout_id", s->build);
	member_line(s->builds, "comment", comment);
	put_architecture(env_text(env, "kernel", "machine"), s->builds);
	fputs(",\"misc\":", s->builds);
	put_kernel(env, s->builds);
	putc('}', s->builds);
	return 0;
}

static void name_build(struct kcidb_state *s, const struct record *env)
{
	static const char *const keys[] = { "release", "version", "machine",
		"package_version", "config_sha256" };
	uint64_t h = HASH_START;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		hash(&h, env_text(env, "kernel", keys[i]));
	snprintf(s->build, sizeof(s->build), ORIGIN ":%016" PRIx64, h);
}

static void put_environment(const struct record *env, const char *run, FILE *out)
{
	static const char *const keys[] = { "os", "asker", "cgroup", "plimsoll", "verb" };
	const json_t *boot = json_object_get(env->json, "boot");

	fputs("{\"comment\":", out);
	line_json_text(run, out);
	fputs(",\"misc\":{\"kernel\":", out);
	put_kernel(env, out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		member(out, keys[i], record_text(env, keys[i]));
	if (boot) {
		fputs(",\"boot\":", out);
		line_json(boot, out);
	}
	fputs("}}", out);
}

static int keep_environment(
	struct kcidb_state *s, const struct record *env, const char *run)
{
	size_t size;

	free(TAKE_PTR(s->environment));
	FILE *f = open_memstream(&s->environment, &size);
	if (!f)
		return -errno;
	put_environment(env, run, f);
	return fclose(f) == EOF ? -errno : 0;
}

/* A time that is none is not told, and one that no calendar has becomes the one meant. */
static void keep_start(struct kcidb_state *s, const struct record *env)
{
	struct tm tm = { 0 };
	const char *rest = strptime(record_text(env, "time"), "%Y-%m-%dT%H:%M:%SZ", &tm);
	time_t time = rest && !*rest ? timegm(&tm) : -1;

	*s->start = '\0';
	if (time >= 0 && gmtime_r(&time, &tm) && tm.tm_year < 8000)
		strftime(s->start, sizeof(s->start), "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static int open_run(struct kcidb_state *s, const struct record *env, const char *run)
{
	s->broken |= s->in_run;
	s->in_run = true;
	name_build(s, env);
	keep_start(s, env);
	int r = keep_environment(s, env, run);
	if (r < 0)
		return r;
	hash(&s->said, record_text(env, "time"));
	hash(&s->said, s->environment);
	return put_build(s, env);
}

static const char *status_of(const struct record *rec)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = "PASS",
		[OUTCOME_FAIL] = "FAIL",
		[OUTCOME_ABSENT] = "SKIP",
		[OUTCOME_DENIED] = "SKIP",
		[OUTCOME_ERROR] = "ERROR",
	};

	if (rec->outcome != OUTCOME_ERROR)
		return words[rec->outcome];
	if (rec->type == RECORD_BOOT && rec->fault == FAULT_KERNEL)
		return "FAIL";
	return rec->fault == FAULT_HARNESS ? "MISS" : "ERROR";
}

/*
 * More nodes of a path in a tree: letters, digits, "_", "-", with a dot between them. Of a text
 * with slashes each part is a node.
 */
static void put_nodes(FILE *out, const char *text)
{
	char before = '/';

	if (!*text)
		return;
	putc_unlocked('.', out);
	for (; *text; before = *text++) {
		if (*text != '/')
			putc_unlocked(isalnum((unsigned char)*text) || *text == '-'
					? *text
					: '_',
				out);
		else
			fputs_unlocked(before == '/' ? "_." : ".", out);
	}
	if (before == '/')
		putc_unlocked('_', out);
}

/* A runtime may be given by its path. */
static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void put_path(const struct record *rec, const char *type, FILE *out)
{
	fputs(",\"path\":\"" ORIGIN, out);
	put_nodes(out, type);
	/* The name of a boot is its kernel's: the same test of another build is the same. */
	if (rec->type != RECORD_BOOT)
		put_nodes(out, rec->name);
	put_nodes(out, record_text(rec, "call"));
	put_nodes(out, record_text(rec, "answer"));
	put_nodes(out, *rec->runtime ? last_part(rec->runtime) : rec->asker);
	putc_unlocked('"', out);
}

static void excerpt_of(const struct record *rec, const char *key, FILE *out, size_t *size)
{
	const json_t *lines = json_object_get(rec->json, key), *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		*size += json_string_length(line) + 1;
		if (*size > EXCERPT_MOST)
			return;
		fprintf(out, "%s\n", json_string_value(line));
	}
}

/* What the kernel said. */
static int put_excerpt(const struct record *rec, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, length;

	if (!json_object_get(rec->json, "kernel_log") &&
		!json_object_get(rec->json, "console"))
		return 0;
	FILE *f = open_memstream(&text, &length);
	if (!f)
		return -errno;
	excerpt_of(rec, "kernel_log", f, &size);
	excerpt_of(rec, "console", f, &size);
	if (fclose(f) == EOF)
		return -errno;
	member(out, "log_excerpt", text);
	return 0;
}

static void put_misc(const struct record *rec, FILE *out)
{
	static const char *const keys[] = { "name", "id", "level", "subject", "asker",
		"runtime", "runtime_version", "of", "call", "answer", "ready", "kind",
		"fault", "layer", "stage", "errno", "detail", "cause", "remedy", "spec",
		"file" };
	static const char *const objects[] = { "arbiter", "observed", "misses",
		"change" };

	fputs(",\"misc\":{\"outcome\":", out);
	line_json_text(outcome_name(rec->outcome), out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		member(out, keys[i], record_text(rec, keys[i]));
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		const json_t *object = json_object_get(rec->json, objects[i]);
		if (!object)
			continue;
		fprintf(out, ",\"%s\":", objects[i]);
		line_json(object, out);
	}
	putc_unlocked('}', out);
}

static void put_comment(
	const struct record *rec, const struct naming_name *name, FILE *out)
{
	fputs(",\"comment\":", out);
	line_json_text(*rec->about ? rec->about : name->check, out);
}

static void open_test(struct kcidb_state *s, FILE *out)
{
	char id[64];

	snprintf(id, sizeof(id), ORIGIN ":%016" PRIx64 "-%zu", s->said, s->tests + 1);
	put_object(out, s->tests++ ? "," : "", id);
	member(out, "build_id", s->build);
}

static int put_test(struct kcidb_state *s, const struct record *rec,
	const struct naming_name *name, FILE *out)
{
	const char *all[] = { name->type, name->who, name->check, rec->detail,
		outcome_name(rec->outcome) };
	uint64_t bits;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		hash(&s->said, all[i]);
	memcpy(&bits, &rec->ms, sizeof(bits));
	s->said = (s->said ^ bits) * HASH_PRIME;
	open_test(s, out);
	put_path(rec, name->type, out);
	member(out, "status", status_of(rec));
	put_comment(rec, name, out);
	member(out, "start_time", s->start);
	if (rec->ms > 0)
		fprintf(out, ",\"duration\":%.10g", rec->ms / 1000);
	fputs(",\"environment\":", out);
	fputs(s->environment, out);
	int r = put_excerpt(rec, out);
	put_misc(rec, out);
	putc_unlocked('}', out);
	return r;
}

/* A proof tells of a check, not of the kernel; and what is gone was not asked. */
static bool is_of_kernel(const struct record *rec)
{
	return rec->type != RECORD_PROOF && rec->change != CHANGE_GONE;
}

static int begin(void *state, const struct report_to *to)
{
	struct kcidb_state *s = state;

	s->said = HASH_START;
	s->naming = naming_new();
	s->built = json_object();
	if (!s->naming || !s->built)
		return -ENOMEM;
	if (!(s->builds = spool_open()) || !(s->checkouts = spool_open()))
		return -errno;
	return fputs("{\"version\":{\"major\":5,\"minor\":0},\"tests\":[", to->out) < 0
		? -EIO
		: 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	struct kcidb_state *s = state;
	struct naming_name name;

	int r = naming_take(s->naming, rec, &name);
	if (r < 0)
		return r;
	if (rec->type == RECORD_ENV)
		return open_run(s, rec, name.run);
	if (rec->type == RECORD_END)
		s->in_run = false;
	else if (is_of_kernel(rec))
		r = put_test(s, rec, &name, to->out);
	return r == 0 && to->live && fflush(to->out) == EOF ? -errno : r;
}

static void put_missing(struct kcidb_state *s, FILE *out)
{
	open_test(s, out);
	member(out, "path", ORIGIN ".complete");
	member(out, "status", "MISS");
	member(out, "comment", "Records are missing: what was read ends too early");
	putc('}', out);
}

static int put_rest(struct kcidb_state *s, FILE *out)
{
	int r;

	fputs("\n],\"builds\":[", out);
	if ((r = spool_copy(s->builds, out)) < 0)
		return r;
	fputs("\n],\"checkouts\":[", out);
	if ((r = spool_copy(s->checkouts, out)) < 0)
		return r;
	fputs("\n]}\n", out);
	return ferror(out) ? -EIO : 0;
}

static void release(struct kcidb_state *s)
{
	if (s->builds)
		fclose(s->builds);
	if (s->checkouts)
		fclose(s->checkouts);
	naming_free(s->naming);
	json_decref(s->built);
	free(s->environment);
}

static int end(void *state, const struct report_to *to)
{
	struct kcidb_state *s = state;
	int r = 0;

	/* Without a build there is nothing to which a test could belong. */
	if ((s->in_run || s->broken || to->cut_short) && *s->build)
		put_missing(s, to->out);
	if (s->builds && s->checkouts)
		r = put_rest(s, to->out);
	release(s);
	return r;
}

const struct reporter reporter_kcidb = {
	.about = "a submission to KCIDB, the database of kernel test reports",
	.state_size = sizeof(struct kcidb_state),
	.begin = begin,
	.record = record,
	.end = end,
};
