#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle.h"
#include "facts/fact.h"
#include "observe.h"
#include "steps.h"

static json_t *derive_namespace(
	const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_mount(const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_capabilities(
	const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_no_new_privs(
	const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_seccomp(const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_started(const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_signals(const struct trial *t, const char *path, const json_t *raw);
static json_t *derive_exited(const struct trial *t, const char *path, const json_t *raw);

/* `raw`: the fact that is asked for instead, NULL if none; `keep`: with the same path. */
static const struct derived {
	const char *name, *raw;
	bool keep;
	json_t *(*derive)(const struct trial *t, const char *path, const json_t *raw);
} derived[] = {
	{ "namespace", "ns", true, derive_namespace },
	{ "mount", "mountinfo", false, derive_mount },
	{ "capabilities", "status", false, derive_capabilities },
	{ "noNewPrivileges", "status", false, derive_no_new_privs },
	{ "seccomp", "status", false, derive_seccomp },
	{ "started", NULL, false, derive_started },
	{ "signals", NULL, false, derive_signals },
	{ "exited", NULL, false, derive_exited },
};

/* The OCI word of a namespace type, and its file in /proc/self/ns. */
static const char *ns_file(const char *type)
{
	static const struct {
		const char *type, *file;
	} types[] = { { "mount", "mnt" }, { "network", "net" } };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].type, type))
			return types[i].file;
	return type;
}

static const struct derived *derived_find(const char *key, const char **ret_path)
{
	size_t len = strcspn(key, "/");

	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		if (!strncmp(derived[i].name, key, len) && !derived[i].name[len]) {
			*ret_path = key + len;
			return &derived[i];
		}
	}
	return NULL;
}

/* The raw fact behind a key of the witness's; false if the witness is not needed for it. */
static bool raw_name(const char *key, char *name, size_t size)
{
	const char *path;
	const struct derived *d = derived_find(key, &path);

	if (!d) {
		snprintf(name, size, "%s", key);
		return true;
	}
	if (!d->raw)
		return false;
	if (d->keep)
		snprintf(name, size, "%s/%s", d->raw, *path ? ns_file(path + 1) : "");
	else
		snprintf(name, size, "%s", d->raw);
	return true;
}

int observe_check(const char *key, const json_t *steps, char *why, size_t why_size)
{
	static const char *const shown[] = { "exit", "stderr", "state", "features",
		"pid-file", "left", "init-exe", "init-dirs" };
	const char *path, *colon = strchr(key, ':');

	if (strpbrk(key, "\n\r")) {
		snprintf(why, why_size, "a fact's name has no line breaks");
		return -EINVAL;
	}
	if (!colon) {
		if (derived_find(key, &path) || fact_find(key, &path))
			return 0;
		snprintf(why, why_size, "there is no fact \"%.*s\"",
			(int)strcspn(key, "/"), key);
		return -EINVAL;
	}
	if (!strncmp(key, "host:", 5)) {
		if (fact_find(colon + 1, &path) && *path)
			return 0;
		snprintf(why, why_size, "a host: fact is FACT/PATH");
		return -EINVAL;
	}
	if (!steps_have(steps, key, colon - key)) {
		snprintf(why, why_size, "there is no step \"%.*s\"", (int)(colon - key),
			key);
		return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
		if (!strcmp(colon + 1, shown[i]))
			return 0;
	snprintf(why, why_size,
		"a step shows exit, stderr, state, features, pid-file, left, init-exe or "
		"init-dirs");
	return -EINVAL;
}

void observe_requests(const json_t *observe, FILE *out)
{
	json_auto_t *asked = json_object();
	const char *key;
	char name[PATH_MAX];
	json_t *value;

	json_object_foreach((json_t *)observe, key, value) {
		if (strchr(key, ':') || !raw_name(key, name, sizeof(name)) ||
			json_object_get(asked, name))
			continue;
		json_object_set_new(asked, name, json_true());
		fprintf(out, "%s\n", name);
	}
}

/* In a child: a fact that hangs or crashes on a hostile tree takes only itself along. */
static json_t *look(const struct fact *fact, const char *path)
{
	char *text = NULL;
	size_t size = 0;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	fact->look(f, path);
	fclose(f);
	json_t *value = json_loadb(text, size, JSON_DECODE_ANY, NULL);
	free(text);
	return value;
}

void observe_host(struct trial *t)
{
	const char *key, *rest;
	char path[PATH_MAX];
	json_t *value;

	json_object_foreach((json_t *)t->k->observe, key, value) {
		if (strncmp(key, "host:", 5) || json_object_get(t->evidence, key))
			continue;
		const struct fact *fact = fact_find(key + 5, &rest);
		snprintf(path, sizeof(path), "%s/host%s", t->workspace, rest);
		json_object_set_new(t->evidence, key, look(fact, path));
	}
}

void observe_witness(struct trial *t)
{
	const char *key, *path;
	char name[PATH_MAX];
	json_t *value;

	json_object_foreach((json_t *)t->k->observe, key, value) {
		if (strchr(key, ':'))
			continue;
		const struct derived *d = derived_find(key, &path);
		json_t *raw = raw_name(key, name, sizeof(name))
			? json_object_get(t->channel.facts, name)
			: NULL;
		json_t *got = d ? d->derive(t, path, raw) : json_incref(raw);
		if (got)
			json_object_set_new(t->evidence, key, got);
	}
}

/* The dock's own namespaces are those that the runtime was started in. */
static json_t *derive_namespace(
	const struct trial *t, const char *path, const json_t *raw)
{
	char file[PATH_MAX], own[128];
	const char *seen = json_string_value(raw), *key;
	struct stat st;
	json_t *item;
	size_t i;

	if (!seen || !strchr(seen, '['))
		return json_incref((json_t *)raw);
	snprintf(file, sizeof(file), "/proc/self/ns/%s", ns_file(path + 1));
	ssize_t n = readlink(file, own, sizeof(own) - 1);
	own[n > 0 ? n : 0] = '\0';
	if (!strcmp(own, seen))
		return json_string("inherited");
	json_array_foreach(json_object_get(t->k->host, "namespaces"), i, item) {
		key = json_string_value(json_object_get(item, "at"));
		snprintf(file, sizeof(file), "%s/host/%s", t->workspace, key);
		if (stat(file, &st) == 0 &&
			st.st_ino == strtoull(strchr(seen, '[') + 1, NULL, 10)) {
			snprintf(file, sizeof(file), "@%s", key);
			return json_string(file);
		}
	}
	return json_string("new");
}

static json_t *options_json(const char *options)
{
	json_t *list = json_array();
	char *name, *value, *rest = (char *)options;
	size_t name_len, value_len;

	while (rest &&
		mnt_optstr_next_option(&rest, &name, &name_len, &value, &value_len) == 0)
		json_array_append_new(list,
			json_stringn(name, value ? name_len + 1 + value_len : name_len));
	return list;
}

static json_t *mount_json(struct libmnt_fs *fs)
{
	unsigned long propagation = 0;

	mnt_fs_get_propagation(fs, &propagation);
	return json_pack("{s:s, s:s, s:o, s:o, s:s}", "type", mnt_fs_get_fstype(fs),
		"root", mnt_fs_get_root(fs), "options",
		options_json(mnt_fs_get_vfs_options(fs)), "super_options",
		options_json(mnt_fs_get_fs_options(fs)), "propagation",
		propagation & MS_SHARED               ? "shared"
			: propagation & MS_SLAVE      ? "slave"
			: propagation & MS_UNBINDABLE ? "unbindable"
						      : "private");
}

/* The topmost mount at the path; "none" if nothing is mounted there. */
static json_t *derive_mount(const struct trial *t, const char *path, const json_t *raw)
{
	const char *text = json_string_value(raw);
	_cleanup_fclose_ FILE *f =
		text && *text ? fmemopen((char *)text, strlen(text), "r") : NULL;
	struct libmnt_table *table = mnt_new_table();
	json_t *found = NULL;

	if (!f)
		return NULL;
	if (table && mnt_table_parse_stream(table, f, "mountinfo") == 0) {
		struct libmnt_fs *fs = mnt_table_find_target(
			table, *path ? path : "/", MNT_ITER_BACKWARD);
		found = fs ? mount_json(fs) : json_string("none");
	}
	mnt_unref_table(table);
	return found;
}

/* The line "Key:\tvalue" of /proc/self/status, as a number. */
static bool status_value(
	const json_t *raw, const char *key, int base, unsigned long long *ret)
{
	char line[32];

	snprintf(line, sizeof(line), "\n%s:\t", key);
	const char *at = raw ? strstr(json_string_value(raw) ?: "", line) : NULL;
	if (!at)
		return false;
	*ret = strtoull(at + strlen(line), NULL, base);
	return true;
}

static json_t *cap_names(unsigned long long set)
{
	json_t *list = json_array();

	for (int c = 0; c < 64; c++) {
		if (!(set & (1ULL << c)))
			continue;
		char *name = cap_to_name(c);
		for (char *p = name; p && *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? *p - 32 : *p;
		json_array_append_new(list, json_string(name));
		cap_free(name);
	}
	return list;
}

static json_t *derive_capabilities(
	const struct trial *t, const char *path, const json_t *raw)
{
	static const struct {
		const char *name, *key;
	} sets[] = { { "bounding", "CapBnd" }, { "effective", "CapEff" },
		{ "permitted", "CapPrm" }, { "inheritable", "CapInh" },
		{ "ambient", "CapAmb" } };
	json_t *all = json_object();
	unsigned long long set;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		if (!status_value(raw, sets[i].key, 16, &set)) {
			json_decref(all);
			return NULL;
		}
		json_object_set_new(all, sets[i].name, cap_names(set));
	}
	return all;
}

static json_t *derive_no_new_privs(
	const struct trial *t, const char *path, const json_t *raw)
{
	unsigned long long on;

	return status_value(raw, "NoNewPrivs", 10, &on) ? json_boolean(on) : NULL;
}

static json_t *derive_seccomp(const struct trial *t, const char *path, const json_t *raw)
{
	unsigned long long mode;

	if (!status_value(raw, "Seccomp", 10, &mode))
		return NULL;
	return json_string(mode == 2 ? "filter" : mode == 1 ? "strict" : "none");
}

static json_t *derive_started(const struct trial *t, const char *path, const json_t *raw)
{
	if (!t->channel.begun)
		return json_string("never");
	if (t->channel.begins > 1)
		return json_string("more than once");
	bool after = t->start_ns && t->channel.begun_ns > t->start_ns;
	return json_string(after ? "after start was called" : "before start was called");
}

static json_t *derive_signals(const struct trial *t, const char *path, const json_t *raw)
{
	return t->channel.ready ? json_incref(t->channel.signals) : NULL;
}

static json_t *derive_exited(const struct trial *t, const char *path, const json_t *raw)
{
	char text[32];
	int status;

	if (!t->init || !trial_status(t, t->init, &status))
		return NULL;
	if (WIFEXITED(status))
		return json_integer(WEXITSTATUS(status));
	snprintf(text, sizeof(text), "SIG%s", sigabbrev_np(WTERMSIG(status)));
	return json_string(text);
}
