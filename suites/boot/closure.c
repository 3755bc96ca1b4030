#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "closure.h"
#include "elf_file.h"
#include "sysroot.h"

#define CONFS_MAX 128 /* files of ld.so.conf: they may include each other */
#define DEPTH_MAX 5   /* scripts whose interpreter is a script, as in the kernel */
#define SHEBANG   256 /* bytes of a script that the kernel looks at */
#define CACHE     "/etc/ld.so.cache"
#define MUSL      "ld-musl-"

struct strings {
	char **at;
	size_t count;
};

static int strings_add(struct strings *s, const char *text, size_t len)
{
	char **at = reallocarray(s->at, s->count + 1, sizeof(*at));

	if (!at)
		return -ENOMEM;
	s->at = at;
	at[s->count] = strndup(text, len);
	return at[s->count++] ? 0 : -ENOMEM;
}

static bool strings_have(const struct strings *s, const char *text)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->at[i], text))
			return true;
	return false;
}

static void strings_free(struct strings *s)
{
	while (s->count)
		free(s->at[--s->count]);
	free(s->at);
	s->at = NULL;
}

/* The length of the directory's name in a path with a slash. */
static int dir_length(const char *path)
{
	int len = strrchr(path, '/') - path;

	return len ? len : 1;
}

/* A program, an interpreter or a library. */
struct object {
	struct object *next;
	const char *root;            /* of the system where it was found */
	char here[PATH_MAX];         /* its path in there */
	char place[PATH_MAX];        /* its path in the end */
	char file[PATH_MAX];         /* on this machine, links resolved */
	const char *name;            /* by which it was asked for */
	const struct object *loader; /* the first that needed it */
	struct elf_file elf;
};

struct closure {
	char root[PATH_MAX]; /* of the sysroot */
	closure_fn fn;
	void *ctx;
	struct strings reported;
	/* Of the program at hand: a script has several. */
	struct object *program, *last; /* itself, its interpreter, libraries */
	struct strings conf_dirs;      /* where its loader looks: by ld.so.conf */
	struct strings usual_dirs;     /* then, as it was built */
	char lib[PATH_MAX];            /* $LIB */
	bool musl;
	int confs_left;
	const struct object *by_cache; /* is found by ld.so.cache only; or NULL */
	char passed[PATH_MAX]; /* has the name of what is looked for, but does not fit */
	char *why;
	size_t why_size;
};

static int _printf_(3, 4) fail(struct closure *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, c->why_size, fmt, ap);
	va_end(ap);
	return err;
}

static const char *system_name(const struct closure *c)
{
	return *c->root ? c->root : "this machine";
}

static int fail_needed(struct closure *c, int err, const char *by, const char *name)
{
	if (err == -ENOENT)
		return fail(c, err, "%s needs %s, which %s has not", by, name,
			system_name(c));
	return fail(c, err, "%s needs %s: %s", by, name, strerror(-err));
}

static int report(struct closure *c, const char *place, const char *file)
{
	if (strings_have(&c->reported, place))
		return 0;
	int r = strings_add(&c->reported, place, strlen(place));
	return r == 0 ? c->fn(c->ctx, place, file) : r;
}

static void object_free(struct object *o)
{
	elf_file_free(&o->elf);
	free(o);
}

/*
 * Takes it to the others, if it is for the same machine as the first of them: what is not is
 * passed over, as the loader does. Or -errno without a sentence.
 */
static int add_object(struct closure *c, const char *root, const char *here,
	const char *place, const char *file)
{
	struct object *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->root = root;
	strcpy(o->here, here);
	strcpy(o->file, file);
	int r = snprintf(o->place, PATH_MAX, "%s", place) < PATH_MAX ? 0 : -ENAMETOOLONG;
	if (r == 0)
		r = elf_file_read(file, &o->elf);
	if (r == 0 && c->program &&
		(!o->elf.movable || o->elf.abi != c->program->elf.abi))
		r = -ENOEXEC;
	if (r < 0) {
		object_free(o);
		return r;
	}
	*(c->last ? &c->last->next : &c->program) = o;
	c->last = o;
	return 0;
}

/* --- the directories that a loader looks in --- */

static int add_dir(struct strings *dirs, const char *path, size_t len)
{
	while (len > 1 && path[len - 1] == '/')
		len--;
	return strings_add(dirs, path, len);
}

static int read_conf(struct closure *c, const char *path);

/*
 * The files that match, sorted as ldconfig(8) has them. A relative pattern is one in the
 * directory of the file that includes it.
 */
static int include(struct closure *c, const char *conf, const char *pattern)
{
	const char *name = basename(pattern);
	struct dirent **entries = NULL;
	char dir[PATH_MAX], path[PATH_MAX];
	int count = 0, r = 0;

	snprintf(dir, sizeof(dir), "%.*s/%.*s", *pattern == '/' ? 0 : dir_length(conf),
		conf, (int)(name - pattern), pattern);
	if (sysroot_resolve(c->root, dir, path) == 0)
		count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (r == 0 && !fnmatch(name, entries[i]->d_name, FNM_PERIOD))
			r = read_conf(c, path);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int read_conf_line(struct closure *c, const char *conf, char *line)
{
	char *save, *word;
	int r = 0;

	line[strcspn(line, "#\n")] = '\0';
	word = strtok_r(line, " \t\r", &save);
	if (!word || !strcmp(word, "hwcap"))
		return 0;
	if (strcmp(word, "include"))
		return add_dir(&c->conf_dirs, word, strcspn(word, "="));
	while (r == 0 && (word = strtok_r(NULL, " \t\r", &save)))
		r = include(c, conf, word);
	return r;
}

/* One that is not there has nothing to say. */
static int read_conf(struct closure *c, const char *path)
{
	_cleanup_free_ char *line = NULL;
	char file[PATH_MAX];
	size_t size = 0;
	int r = 0;

	if (c->confs_left-- <= 0 || sysroot_file(c->root, path, file) < 0)
		return 0;
	_cleanup_fclose_ FILE *in = fopen(file, "re");
	while (in && r == 0 && getline(&line, &size, in) >= 0)
		r = read_conf_line(c, path, line);
	return r;
}

/*
 * Those built into glibc's loader depend on how it was built, and that shows in where it
 * stands itself (/usr/lib/x86_64-linux-gnu, /usr/lib64).
 */
static int add_glibc_dirs(struct closure *c, const struct object *interp)
{
	char own[PATH_MAX], with_usr[PATH_MAX + 4];

	snprintf(own, sizeof(own), "%.*s", dir_length(interp->here), interp->here);
	const char *plain = path_below("/usr", own) ? path_below("/usr", own) : own;
	snprintf(with_usr, sizeof(with_usr), "/usr%s", plain);
	snprintf(c->lib, sizeof(c->lib), "%s", plain + 1);
	const char *const usual[] = { plain, with_usr, "/lib64", "/usr/lib64", "/lib",
		"/usr/lib" };
	int r = read_conf(c, "/etc/ld.so.conf");
	for (size_t i = 0; i < ARRAY_SIZE(usual) && r == 0; i++)
		r = add_dir(&c->usual_dirs, usual[i], strlen(usual[i]));
	return r;
}

/* musl's loader stands in PREFIX/lib, and its path file in PREFIX/etc. */
static void musl_path_file(const char *interp, char path[PATH_MAX])
{
	const char *base = basename(interp);
	int prefix = dir_length(interp);

	while (prefix > 0 && interp[--prefix] != '/')
		;
	snprintf(path, PATH_MAX, "%.*s/etc/%.*s.path", prefix, interp,
		(int)strcspn(base, "."), base);
}

static int add_musl_dirs(struct closure *c, const struct object *interp)
{
	char path[PATH_MAX], file[PATH_MAX], list[4096] = "";
	const char *dir = "/lib:/usr/local/lib:/usr/lib";
	int r = 0;

	musl_path_file(interp->place, path);
	_cleanup_fclose_ FILE *in =
		sysroot_file(c->root, path, file) < 0 ? NULL : fopen(file, "re");
	if (in) {
		list[fread(list, 1, sizeof(list) - 1, in)] = '\0';
		dir = list;
		r = report(c, path, file);
	}
	for (size_t len; *dir && r == 0; dir += len + (dir[len] != '\0')) {
		len = strcspn(dir, ":\n");
		r = len ? add_dir(&c->usual_dirs, dir, len) : 0;
	}
	return r;
}

/* --- finding a library --- */

struct wanted {
	const char *name;
	const struct object *by;
};

/* 1: it is there and is taken, 0: it is not, or does not fit; or -errno. */
static int try_file(struct closure *c, const struct wanted *w, const char *root,
	const char *here, const char *place)
{
	char file[PATH_MAX];

	if (sysroot_file(root, here, file) < 0)
		return 0;
	int r = add_object(c, root, here, place, file);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		strcpy(c->passed, here);
		return 0;
	}
	c->last->name = w->name;
	c->last->loader = w->by;
	r = report(c, place, file);
	return r ? r : 1;
}

static int try_dir(struct closure *c, const struct wanted *w, const char *root,
	const char *here, const char *place)
{
	char file[PATH_MAX], to[PATH_MAX];

	if (*here != '/' ||
		snprintf(file, sizeof(file), "%s/%s", here, w->name) >= PATH_MAX ||
		snprintf(to, sizeof(to), "%s/%s", place, w->name) >= PATH_MAX)
		return 0;
	return try_file(c, w, root, file, to);
}

/* The length of "$NAME" or "${NAME}", if it is that; else 0. */
static size_t token(const char *text, const char *name)
{
	size_t len = strlen(name);
	bool braces = text[0] == '$' && text[1] == '{';

	if (text[0] != '$' || strncmp(text + 1 + braces, name, len))
		return 0;
	char next = text[1 + braces + len];
	if (braces)
		return next == '}' ? len + 3 : 0;
	return isalnum((unsigned char)next) || next == '_' ? 0 : len + 1;
}

/* `text` of `o`, with $ORIGIN being the directory of `path`; false if it is too long. */
static bool expand(const struct closure *c, const char *text, size_t len,
	const char *path, char to[PATH_MAX])
{
	size_t used = 0;

	for (const char *end = text + len; text < end && used < PATH_MAX;) {
		size_t origin = token(text, "ORIGIN"), lib = token(text, "LIB");
		const char *from = origin ? path : lib ? c->lib : text;
		int n = origin ? dir_length(path) : lib ? (int)strlen(c->lib) : 1;
		used += snprintf(to + used, PATH_MAX - used, "%.*s", n, from);
		text += origin ? origin : lib ? lib : 1;
	}
	while (used > 1 && used < PATH_MAX && to[used - 1] == '/')
		to[--used] = '\0';
	return used > 0 && used < PATH_MAX;
}

/* A directory, or with `whole` a file, that `o` names. */
static int try_named(struct closure *c, const struct wanted *w, const struct object *o,
	const char *text, size_t len, bool whole)
{
	char here[PATH_MAX], place[PATH_MAX];

	if (!expand(c, text, len, o->here, here) ||
		!expand(c, text, len, o->place, place))
		return 0;
	/* The program may stand outside of the system that it belongs to. */
	const char *root = memmem(text, len, "ORIGIN", 6) ? o->root : c->root;
	return whole ? try_file(c, w, root, here, place)
		     : try_dir(c, w, root, here, place);
}

static int try_list(struct closure *c, const struct wanted *w, const struct object *o,
	const char *list)
{
	int r = 0;

	for (size_t len; list && *list && r == 0; list += len + (list[len] != '\0')) {
		len = strcspn(list, ":");
		r = try_named(c, w, o, list, len, false);
	}
	return r;
}

/* An RPATH holds for all that is loaded because of its owner; to musl a RUNPATH is one. */
static int try_rpaths(struct closure *c, const struct wanted *w)
{
	int r = 0;

	if (!c->musl && w->by->elf.runpath)
		return try_list(c, w, w->by, w->by->elf.runpath);
	for (const struct object *o = w->by; o && r == 0; o = o->loader) {
		const char *rpath = o->elf.runpath ? NULL : o->elf.rpath;
		r = try_list(c, w, o, c->musl && !rpath ? o->elf.runpath : rpath);
	}
	return r;
}

static int try_dirs(struct closure *c, const struct wanted *w, const struct strings *dirs)
{
	int r = 0;

	for (size_t i = 0; i < dirs->count && r == 0; i++) {
		const char *path = dirs->at[i];
		r = try_dir(c, w, c->root, path, path);
		if (r > 0 && !strings_have(&c->usual_dirs, path) && !c->by_cache)
			c->by_cache = c->last;
	}
	return r;
}

/* 1, 0 if it is not there, or -errno. */
static int find(struct closure *c, const struct wanted *w)
{
	c->passed[0] = '\0';
	if (strchr(w->name, '/'))
		return try_named(c, w, w->by, w->name, strlen(w->name), true);
	int r = try_rpaths(c, w);
	if (r == 0)
		r = try_dirs(c, w, &c->conf_dirs);
	return r ? r : try_dirs(c, w, &c->usual_dirs);
}

/* musl's loader is these libraries itself. */
static bool is_part_of_musl(const char *name)
{
	static const char *const parts[] = { "libc.", "libpthread.", "librt.", "libm.",
		"libdl.", "libutil.", "libxnet." };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strncmp(name, parts[i], strlen(parts[i])))
			return true;
	return false;
}

static const struct object *known(const struct closure *c, const char *name)
{
	if (c->musl && is_part_of_musl(name))
		return c->program->next;
	for (const struct object *o = c->program->next; o; o = o->next)
		if (!strcmp(o->name, name) ||
			(o->elf.soname && !strcmp(o->elf.soname, name)))
			return o;
	return NULL;
}

static int add_needed_by(struct closure *c, const struct object *o)
{
	for (size_t i = 0; i < o->elf.needed_count; i++) {
		const struct wanted w = { o->elf.needed[i], o };
		if (known(c, w.name))
			continue;
		int r = find(c, &w);
		if (r == 0 && *c->passed)
			return fail(c, -ENOENT,
				"%s needs %s, but %s in %s is broken or for another machine",
				o->file, w.name, c->passed, system_name(c));
		if (r == 0)
			return fail_needed(c, -ENOENT, o->file, w.name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Breadth first, as the loader does: who asks for a name first says where it is found. */
static int add_all_needed(struct closure *c, const struct object *from)
{
	int r = 0;

	for (const struct object *o = from; o && r == 0; o = o->next)
		r = add_needed_by(c, o);
	return r;
}

/* glibc opens it when a thread is cancelled or ends, and aborts if it is not there. */
static int add_unwinder(struct closure *c)
{
	const struct wanted w = { "libgcc_s.so.1", known(c, "libc.so.6") };

	if (c->musl || !w.by || known(c, w.name))
		return 0;
	int r = find(c, &w);
	return r > 0 ? add_all_needed(c, c->last) : r;
}

static int add_cache(struct closure *c)
{
	char file[PATH_MAX];

	if (!c->by_cache)
		return 0;
	if (sysroot_file(c->root, CACHE, file) < 0)
		return fail(c, -ENOENT,
			"%s is in a directory that ld.so knows by " CACHE
			" only, which %s has not: run ldconfig",
			c->by_cache->file, system_name(c));
	return report(c, CACHE, file);
}

/* --- programs --- */

/*
 * A program or an interpreter by its full name. The packages of a system whose /bin and /lib
 * are links, unpacked one by one, have what stands there in /usr.
 */
static int find_named(const struct closure *c, const char *path, char file[PATH_MAX])
{
	char with_usr[PATH_MAX];

	if (*path != '/')
		return -ENOENT;
	int r = sysroot_file(c->root, path, file);
	if (r != -ENOENT || snprintf(with_usr, PATH_MAX, "/usr%s", path) >= PATH_MAX)
		return r;
	return sysroot_file(c->root, with_usr, file);
}

static int add_interp(struct closure *c, const struct object *program)
{
	const char *path = program->elf.interp;
	char file[PATH_MAX];

	int r = find_named(c, path, file);
	if (r < 0)
		return fail_needed(c, r, program->file, path);
	r = add_object(c, c->root, file + strlen(c->root), path, file);
	if (r < 0)
		return fail(c, r, "%s needs %s, but that in %s is no loader for it",
			program->file, path, system_name(c));
	c->last->name = basename(path);
	return report(c, path, file);
}

static int add_libraries(struct closure *c)
{
	const struct object *interp = c->program->next;

	c->musl = !strncmp(interp->name, MUSL, strlen(MUSL));
	int r = c->musl ? add_musl_dirs(c, interp) : add_glibc_dirs(c, interp);
	if (r == 0)
		r = add_all_needed(c, c->program);
	if (r == 0)
		r = add_unwinder(c);
	return r == 0 ? add_cache(c) : r;
}

static void forget_program(struct closure *c)
{
	for (struct object *next, *o = c->program; o; o = next) {
		next = o->next;
		object_free(o);
	}
	strings_free(&c->conf_dirs);
	strings_free(&c->usual_dirs);
	c->program = c->last = NULL;
	c->by_cache = NULL;
	c->confs_left = CONFS_MAX;
}

/* $ORIGIN of a program is where it really is, not where a link to it is. */
static int walk_elf(struct closure *c, const char *file, const char *place)
{
	const char *inside = path_below(c->root, file);

	forget_program(c);
	int r = add_object(c, inside ? c->root : "", inside ? inside : file, place, file);
	if (r < 0)
		return fail(c, r, "%s: %s", file,
			r == -ENOEXEC ? "neither a program nor a script, or broken"
				      : strerror(-r));
	r = report(c, place, file);
	if (r == 0 && c->program->elf.interp)
		r = add_interp(c, c->program);
	return r == 0 && c->program->elf.interp ? add_libraries(c) : r;
}

static int walk_file(struct closure *c, const char *file, const char *place, int depth);

/* What "#!/usr/bin/env NAME" runs is looked for in the usual PATH. */
static int walk_env(struct closure *c, const char *script, const char *name, int depth)
{
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin",
		"/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	char path[SHEBANG + 32], file[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (sysroot_file(c->root, path, file) == 0)
			return walk_file(c, file, path, depth);
	}
	return fail_needed(c, -ENOENT, script, name);
}

/* `line` is its first, without "#!". */
static int walk_script(
	struct closure *c, const char *script, const char *place, char *line, int depth)
{
	char file[PATH_MAX], *save, *name, *path = strtok_r(line, " \t", &save);

	if (!path)
		return fail(c, -ENOEXEC, "%s: a script without an interpreter", script);
	if (depth == DEPTH_MAX)
		return fail(c, -ELOOP, "%s: too many scripts that run scripts", script);
	int r = report(c, place, script);
	if (r != 0)
		return r;
	r = find_named(c, path, file);
	if (r < 0)
		return fail_needed(c, r, script, path);
	r = walk_file(c, file, path, depth + 1);
	if (r != 0 || strcmp(basename(path), "env"))
		return r;
	do
		name = strtok_r(NULL, " \t", &save);
	while (name && (*name == '-' || strchr(name, '=')));
	return name && *name != '/' ? walk_env(c, script, name, depth + 1) : 0;
}

static int walk_file(struct closure *c, const char *file, const char *place, int depth)
{
	char line[SHEBANG] = "";
	_cleanup_fclose_ FILE *in = fopen(file, "re");

	if (!in || fread(line, 1, sizeof(line) - 1, in) < 2 || strncmp(line, "#!", 2))
		return walk_elf(c, file, place);
	line[strcspn(line, "\n")] = '\0';
	return walk_script(c, file, place, line + 2, depth);
}

static int walk_program(
	struct closure *c, const char *program, const char *place, const char *sysroot)
{
	char file[PATH_MAX];
	int r = sysroot_init(sysroot, c->root);

	if (r < 0)
		return fail(c, r, "%s: %s", sysroot, strerror(-r));
	const char *inside = path_below(sysroot, program);
	r = sysroot_file(inside ? c->root : "", inside ? inside : program, file);
	if (r < 0)
		return fail(c, r, "%s: %s", program, strerror(-r));
	return walk_file(c, file, place, 0);
}

int closure_walk(const char *program, const char *place, const char *sysroot,
	closure_fn fn, void *ctx, char *why, size_t why_size)
{
	struct closure c = { .fn = fn, .ctx = ctx, .why = why, .why_size = why_size };
	int r = elf_file_init(why, why_size);

	if (r < 0)
		return r;
	r = walk_program(&c, program, place, sysroot);
	if (r == -ENOMEM)
		fail(&c, r, "out of memory");
	forget_program(&c);
	strings_free(&c.reported);
	return r;
}
