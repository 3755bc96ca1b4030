#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "plan.h"
#include "runtime.h"
#include "strict.h"

/* A matrix file that is being read into a plan. */
struct matrix {
	struct strict strict;
	const char *base;
	struct plan *plan;
};

#define AT_MAX 256 /* bytes of a pointer into the file: names are no longer than 100 */

/* --- the plan --- */

/* Room for one more element at the end of a list. */
static void *grow(void *list, size_t count, size_t size)
{
	char *longer = reallocarray(list, count + 1, size);

	if (longer)
		memset(longer + count * size, 0, size);
	return longer;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void kernel_free(struct plan_kernel *k)
{
	free(k->name);
	free(k->source);
}

static void runtime_free(struct plan_runtime *r)
{
	free(r->name);
	free(r->path);
	free(r->sysroot);
}

static void variation_free(struct plan_variation *v)
{
	free(v->name);
	free(v->cgroup);
	free(v->append);
	free(v->lsm);
	json_decref(v->sysctl);
	free(v->user);
	*v = (struct plan_variation) { 0 };
}

int plan_add_kernel(struct plan *plan, const char *name, const char *source)
{
	struct plan_kernel *list = grow(plan->kernels, plan->kernel_count, sizeof(*list));

	if (!list)
		return -ENOMEM;
	plan->kernels = list;
	struct plan_kernel k = { copy(name), strdup(source) };
	if (!k.source || (name && !k.name)) {
		kernel_free(&k);
		return -ENOMEM;
	}
	list[plan->kernel_count++] = k;
	return 0;
}

int plan_add_runtime(
	struct plan *plan, const char *name, const char *path, const char *sysroot)
{
	struct plan_runtime *list =
		grow(plan->runtimes, plan->runtime_count, sizeof(*list));

	if (!list)
		return -ENOMEM;
	plan->runtimes = list;
	struct plan_runtime r = { copy(name), strdup(path ?: ""), strdup(sysroot ?: "") };
	if (!r.path || !r.sysroot || (name && !r.name)) {
		runtime_free(&r);
		return -ENOMEM;
	}
	list[plan->runtime_count++] = r;
	return 0;
}

int plan_add_variation(struct plan *plan, struct plan_variation *v)
{
	struct plan_variation *list =
		grow(plan->variations, plan->variation_count, sizeof(*list));

	if (list)
		plan->variations = list;
	v->cgroup = v->cgroup ?: strdup("unified");
	v->append = v->append ?: strdup("");
	if (!list || !v->cgroup || !v->append) {
		variation_free(v);
		return -ENOMEM;
	}
	list[plan->variation_count++] = *v;
	*v = (struct plan_variation) { 0 };
	return 0;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->kernel_count; i++)
		kernel_free(&plan->kernels[i]);
	for (size_t i = 0; i < plan->runtime_count; i++)
		runtime_free(&plan->runtimes[i]);
	for (size_t i = 0; i < plan->variation_count; i++)
		variation_free(&plan->variations[i]);
	for (size_t i = 0; i < plan->command_count; i++)
		free(plan->command[i]);
	free(plan->kernels);
	free(plan->runtimes);
	free(plan->variations);
	free(plan->command);
	*plan = (struct plan) { 0 };
}

/* --- what texts have to be --- */

static bool is_word(const char *text)
{
	const char *c = text;

	while (*c > ' ' && *c <= '~')
		c++;
	return *text && !*c;
}

/* It becomes part of a table, of a file's name, of NAME=PATH. */
static bool is_name(const char *text)
{
	return is_word(text) && !strpbrk(text, "/=") && strlen(text) <= 100;
}

static bool is_line(const char *text)
{
	while ((unsigned char)*text >= ' ' && *text != '\x7f')
		text++;
	return !*text;
}

static bool is_not_empty(const char *text)
{
	return *text;
}

static bool is_lsm(const char *text)
{
	return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_,")];
}

static bool is_cgroup(const char *text)
{
	return !strcmp(text, "unified") || !strcmp(text, "hybrid") || !strcmp(text, "v1");
}

static const struct strict_form path_form = { "a path", is_not_empty };
static const struct strict_form cgroup_form = { "unified, hybrid or v1", is_cgroup };
static const struct strict_form line_form = { "one line", is_line };
static const struct strict_form lsm_form = { "names with commas between", is_lsm };
static const struct strict_form word_form = { "one word", is_word };

/* --- paths --- */

/* `path` below `base`, unless it is absolute or there is no base. */
static char *below(const char *base, const char *path)
{
	char *full;

	if (!*base || *path == '/')
		return strdup(path);
	return asprintf(&full, "%s/%s", base, path) < 0 ? NULL : full;
}

/* What in a path a glob would take for a pattern loses that meaning. */
static char *escaped(const char *path)
{
	char *text = malloc(2 * strlen(path) + 1), *to = text;

	if (!text)
		return NULL;
	while (*path) {
		if (strchr("*?[\\", *path))
			*to++ = '\\';
		*to++ = *path++;
	}
	*to = '\0';
	return text;
}

/* One that did not match one path: the pattern, and how many it matched. */
struct mismatch {
	const char *pattern;
	size_t len;
	size_t count;
};

/* How many paths `len` bytes of the pattern match, or -ENOMEM; if it is one: which. */
static int match_paths(const char *base, const char *pattern, size_t len, char **ret_path)
{
	glob_t found = { 0 };

	_cleanup_free_ char *literal = escaped(base);
	_cleanup_free_ char *part = strndup(pattern, len);
	_cleanup_free_ char *full = literal && part ? below(literal, part) : NULL;
	if (!full)
		return -ENOMEM;
	int r = glob(full, 0, NULL, &found);
	if (r == 0 && found.gl_pathc == 1 && !(*ret_path = strdup(found.gl_pathv[0])))
		r = GLOB_NOSPACE;
	int count = r == GLOB_NOSPACE ? -ENOMEM : r == 0 ? (int)found.gl_pathc : 0;
	globfree(&found);
	return count;
}

/* What lies furthest on is what is wrong: all before it was found. */
static void note(struct mismatch *m, const char *pattern, size_t len, size_t count)
{
	if (pattern > m->pattern || (pattern == m->pattern && count > m->count))
		*m = (struct mismatch) { pattern, len, count };
}

/* The last "+" in the first `len` bytes; 0 if there is none behind the first byte. */
static size_t last_plus(const char *text, size_t len)
{
	while (len && text[--len] != '+')
		;
	return len;
}

/*
 * Resolves one glob, or several joined by "+". Long ones are tried first: in the name of a
 * package a "+" is nothing special. 0, -ENOENT with the mismatch, or -ENOMEM.
 */
static int resolve(
	const char *base, const char *pattern, char **ret_paths, struct mismatch *m)
{
	note(m, pattern, strlen(pattern), 0);
	for (size_t len = strlen(pattern); len; len = last_plus(pattern, len)) {
		_cleanup_free_ char *path = NULL, *rest = NULL;
		int n = match_paths(base, pattern, len, &path);
		if (n < 0)
			return n;
		if (n != 1) {
			note(m, pattern, len, n);
			continue;
		}
		if (!pattern[len]) {
			*ret_paths = TAKE_PTR(path);
			return 0;
		}
		int r = resolve(base, pattern + len + 1, &rest, m);
		if (r == 0 && asprintf(ret_paths, "%s+%s", path, rest) < 0)
			r = -ENOMEM;
		if (r != -ENOENT)
			return r;
	}
	return -ENOENT;
}

/* --- the members of the file --- */

/* Takes the member `name` of an object, which stands at `at`. */
typedef int (*take_fn)(
	const struct matrix *m, const char *at, const char *name, const json_t *value);

/* Is one of the plan's kernels, runtimes or variations, whose names come first, called so? */
static bool is_taken(const void *list, size_t count, size_t size, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		const char *taken = *(char *const *)((const char *)list + i * size);
		if (taken && !strcmp(taken, name))
			return true;
	}
	return false;
}

static int refuse_taken(const struct matrix *m, const char *at)
{
	return strict_complain(&m->strict, at, "there is one of this name already");
}

static int refuse_mismatch(
	const struct matrix *m, const char *at, const struct mismatch *wrong)
{
	char count[32] = "nothing";

	if (wrong->count)
		snprintf(count, sizeof(count), "%zu paths", wrong->count);
	return strict_complain(&m->strict, at, "\"%.*s\" matches %s%s%s", (int)wrong->len,
		wrong->pattern, count, *m->base ? " in " : "", m->base);
}

static int take_kernel(
	const struct matrix *m, const char *at, const char *name, const json_t *value)
{
	struct plan *plan = m->plan;
	const char *source = json_string_value(value);

	if (is_taken(plan->kernels, plan->kernel_count, sizeof(*plan->kernels), name))
		return refuse_taken(m, at);
	int r = strict_value(&m->strict, value, at, JSON_STRING, &path_form);
	if (r < 0)
		return r;
	if (!strcmp(source, "host"))
		return plan_add_kernel(plan, name, source);
	struct mismatch wrong = { source, strlen(source), 0 };
	_cleanup_free_ char *paths = NULL;
	r = resolve(m->base, source, &paths, &wrong);
	if (r == -ENOENT)
		return refuse_mismatch(m, at, &wrong);
	return r < 0 ? r : plan_add_kernel(plan, name, paths);
}

/* The path that the value (of `key`) holds: to a directory, or to a program. */
static int take_path(const struct matrix *m, const char *at, const char *key,
	const json_t *value, bool dir, char **ret_path)
{
	char exact[AT_MAX + 16];
	struct stat st;

	snprintf(exact, sizeof(exact), "%s%s", at, key);
	_cleanup_free_ char *path = below(m->base, json_string_value(value));
	if (!path)
		return -ENOMEM;
	if (stat(path, &st) < 0)
		return strict_complain(
			&m->strict, exact, "%s: %s", path, strerror(errno));
	if (dir && !S_ISDIR(st.st_mode))
		return strict_complain(&m->strict, exact, "%s: no directory", path);
	if (!dir && (!S_ISREG(st.st_mode) || access(path, X_OK) < 0))
		return strict_complain(&m->strict, exact, "%s: no executable file", path);
	*ret_path = TAKE_PTR(path);
	return 0;
}

static int take_runtime(
	const struct matrix *m, const char *at, const char *name, const json_t *value)
{
	static const struct strict_member keys[] = {
		{ "path", JSON_STRING, true, &path_form },
		{ "sysroot", JSON_STRING, false, &path_form },
	};
	struct plan *plan = m->plan;
	_cleanup_free_ char *path = NULL, *sysroot = NULL;
	bool object = json_is_object(value);
	int r;

	if (is_taken(plan->runtimes, plan->runtime_count, sizeof(*plan->runtimes), name))
		return refuse_taken(m, at);
	if (!object && !json_is_string(value))
		return strict_complain(&m->strict, at, "must be a path or an object");
	r = object ? strict_members(&m->strict, value, at, keys, ARRAY_SIZE(keys))
		   : strict_value(&m->strict, value, at, JSON_STRING, &path_form);
	if (r < 0)
		return r;
	if (!object && !strcmp(json_string_value(value), RUNTIME_REFERENCE))
		return plan_add_runtime(plan, name, NULL, NULL);
	const json_t *program = object ? json_object_get(value, "path") : value;
	const json_t *root = json_object_get(value, "sysroot");
	if ((r = take_path(m, at, object ? "/path" : "", program, false, &path)) < 0 ||
		(root && (r = take_path(m, at, "/sysroot", root, true, &sysroot)) < 0))
		return r;
	return plan_add_runtime(plan, name, path, sysroot);
}

static int check_sysctl(const struct matrix *m, const char *at, const json_t *sysctl)
{
	const char *name;
	json_t *value;
	char deeper[AT_MAX + 128];

	json_object_foreach((json_t *)sysctl, name, value) {
		snprintf(deeper, sizeof(deeper), "%s/sysctl/%s", at, name);
		if (!is_word(name))
			return strict_complain(
				&m->strict, deeper, "must be the name of a sysctl");
		int r = strict_value(&m->strict, value, deeper, JSON_STRING, &line_form);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Copies a text of the object; false if there is no memory. */
static bool copy_member(const json_t *object, const char *key, char **ret_text)
{
	const json_t *value = json_object_get(object, key);

	*ret_text = copy(json_string_value(value));
	return !value || *ret_text;
}

static int take_variation(
	const struct matrix *m, const char *at, const char *name, const json_t *value)
{
	static const struct strict_member keys[] = { { "cgroup", JSON_STRING, false,
							     &cgroup_form },
		{ "append", JSON_STRING, false, &line_form },
		{ "lsm", JSON_STRING, false, &lsm_form }, { "sysctl", JSON_OBJECT },
		{ "user", JSON_STRING, false, &word_form } };
	struct plan *plan = m->plan;
	json_t *sysctl = json_object_get(value, "sysctl");
	int r;

	if (is_taken(plan->variations, plan->variation_count, sizeof(*plan->variations),
		    name))
		return refuse_taken(m, at);
	if ((r = strict_members(&m->strict, value, at, keys, ARRAY_SIZE(keys))) < 0 ||
		(r = check_sysctl(m, at, sysctl)) < 0)
		return r;
	struct plan_variation v = { .name = strdup(name), .sysctl = json_incref(sysctl) };
	if (!v.name || !copy_member(value, "cgroup", &v.cgroup) ||
		!copy_member(value, "append", &v.append) ||
		!copy_member(value, "lsm", &v.lsm) ||
		!copy_member(value, "user", &v.user)) {
		variation_free(&v);
		return -ENOMEM;
	}
	return plan_add_variation(plan, &v);
}

static int take_each(
	const struct matrix *m, const json_t *json, const char *key, take_fn take)
{
	json_t *object = json_object_get(json, key), *value;
	const char *name;
	char at[AT_MAX];
	int r = 0;

	snprintf(at, sizeof(at), "/%s", key);
	if (object && !json_object_size(object))
		return strict_complain(&m->strict, at, "is empty");
	json_object_foreach(object, name, value) {
		snprintf(at, sizeof(at), "/%s/%s", key, name);
		if (!is_name(name))
			return strict_complain(&m->strict, at,
				"a name has at most 100 characters, and no blank, / or =");
		if ((r = take(m, at, name, value)) < 0)
			break;
	}
	return r;
}

static int take_command(const struct matrix *m, const json_t *command)
{
	struct plan *plan = m->plan;
	char at[AT_MAX];
	size_t i;
	json_t *word;

	if (command && !json_array_size(command))
		return strict_complain(&m->strict, "/command", "is empty");
	json_array_foreach((json_t *)command, i, word) {
		snprintf(at, sizeof(at), "/command/%zu", i);
		int r = strict_value(&m->strict, word, at, JSON_STRING, NULL);
		if (r < 0)
			return r;
	}
	if (!command || plan->command)
		return 0;
	plan->command = calloc(json_array_size(command), sizeof(*plan->command));
	if (!plan->command)
		return -ENOMEM;
	json_array_foreach((json_t *)command, i, word)
		if (!(plan->command[plan->command_count++] =
				    strdup(json_string_value(word))))
			return -ENOMEM;
	return 0;
}

static int take_file(const struct matrix *m, const json_t *json)
{
	static const struct strict_member keys[] = { { "kernels", JSON_OBJECT, true },
		{ "runtimes", JSON_OBJECT }, { "variations", JSON_OBJECT },
		{ "command", JSON_ARRAY } };
	int r;

	if ((r = strict_members(&m->strict, json, "", keys, ARRAY_SIZE(keys))) < 0 ||
		(r = take_each(m, json, "kernels", take_kernel)) < 0 ||
		(r = take_each(m, json, "runtimes", take_runtime)) < 0 ||
		(r = take_each(m, json, "variations", take_variation)) < 0)
		return r;
	return take_command(m, json_object_get(json, "command"));
}

/* All of a file, which may be a pipe. Its length, or -errno. */
static ssize_t read_file(const char *path, char **ret_text)
{
	size_t size = 0;

	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	ssize_t len = getdelim(ret_text, &size, '\0', f);
	if (len < 0 && !feof(f))
		return -errno;
	return len < 0 ? 0 : len;
}

int plan_read(
	struct plan *plan, const char *file, const char *base, char *why, size_t why_size)
{
	_cleanup_free_ char *text = NULL;
	ssize_t len = read_file(file, &text);
	struct matrix m = { { file, text, why, why_size }, base, plan };
	json_auto_t *json = len < 0 ? NULL : strict_parse(&m.strict, len);
	int r = len < 0 ? (int)len : json ? take_file(&m, json) : -EINVAL;

	if (len < 0 || r == -ENOMEM)
		snprintf(why, why_size, "%s: %s", file, strerror(-r));
	return r;
}
