#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "cleanup.h"
#include "kernel.h"
#include "late.h"
#include "printable.h"

#define NAME_SIZE 128
#define COUNT_MAX 65536 /* of files */
#define DEPTH_MAX 64    /* of modules that need each other; real ones stay below ten */

/* What is used of libkmod. It is loaded late, as it brings libcrypto along. */
#define LIBKMOD_FUNCTIONS(F)          \
	F(kmod_list_next)             \
	F(kmod_module_get_info)       \
	F(kmod_module_info_free_list) \
	F(kmod_module_info_get_key)   \
	F(kmod_module_info_get_value) \
	F(kmod_module_new_from_path)  \
	F(kmod_module_unref)          \
	F(kmod_new)                   \
	F(kmod_set_log_fn)            \
	F(kmod_unref)

static struct {
	LIBKMOD_FUNCTIONS(LATE_MEMBER)
} lk;

#define SYMBOL(fn) LATE_SYMBOL(lk, fn)
static const struct late_symbol symbols[] = { LIBKMOD_FUNCTIONS(SYMBOL) };
static struct late_library library = LATE_LIBRARY(
	"libkmod.so.2", "libkmod (Debian: libkmod2)", "what modules need is read");

/* --- files --- */

bool module_is_file(const char *base)
{
	static const char *const ends[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };
	size_t len = strlen(base);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (len > strlen(ends[i]) &&
			!strcmp(base + len - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

static int grow(struct kernel *k)
{
	if (k->module_count % 256)
		return 0;
	if (k->module_count >= COUNT_MAX)
		return -EFBIG;
	void *list = reallocarray(k->modules, k->module_count + 256, sizeof(*k->modules));
	if (list)
		k->modules = list;
	return list ? 0 : -ENOMEM;
}

static int store(struct kernel *k, const struct archive_file *file,
	struct kernel_module_file *module)
{
	if (k->store < 0 && (k->store = memfd_create("modules", MFD_CLOEXEC)) < 0)
		return -errno;
	module->offset = lseek(k->store, 0, SEEK_END);
	return module->offset < 0 ? -errno
				  : archive_append(file, k->store, &module->size);
}

int module_keep(struct kernel *k, const struct archive_file *file)
{
	struct kernel_module_file module = { .offset = -1 };

	int r = grow(k);
	if (r == 0 && !file->disk)
		r = store(k, file, &module);
	if (r < 0)
		return r;
	module.path = strdup(file->disk ? file->disk : file->path);
	if (!module.path)
		return -ENOMEM;
	module.within = module.path + strlen(module.path) - strlen(file->path);
	k->modules[k->module_count++] = module;
	return 0;
}

bool module_is_foreign(const char *path, const char *release)
{
	const char *p = strstr(path, "lib/modules/");
	size_t len = strlen(release);

	if (!p || !len)
		return false;
	p += strlen("lib/modules/");
	return strncmp(p, release, len) || p[len] != '/';
}

char *modules_drop_foreign(struct kernel *k)
{
	char *foreign = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < k->module_count; i++) {
		struct kernel_module_file *module = &k->modules[i];
		if (!module_is_foreign(module->within, k->release)) {
			k->modules[kept++] = *module;
			continue;
		}
		free(foreign);
		foreign = module->path;
	}
	k->module_count = kept;
	return foreign;
}

/* --- names --- */

/* "nf_tables" of .../nf-tables.ko.xz; `name` as the kernel writes it. */
static void name_of_path(const char *path, size_t len, char *name)
{
	const char *slash = memrchr(path, '/', len);
	const char *base = slash ? slash + 1 : path;
	size_t most = path + len - base, n = 0;

	while (n < most && n < NAME_SIZE - 1 && strncmp(base + n, ".ko", 3)) {
		name[n] = base[n] == '-' ? '_' : base[n];
		n++;
	}
	name[n] = '\0';
}

static bool is_builtin(const struct kernel *k, const char *name)
{
	char own[NAME_SIZE];

	for (const char *p = k->builtin; p && *p;) {
		size_t len = strcspn(p, "\n");
		name_of_path(p, len, own);
		if (!strcmp(own, name))
			return true;
		p += len + (p[len] == '\n');
	}
	return false;
}

static bool is_added(const struct modules *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->list[i].name, name))
			return true;
	return false;
}

/* --- one module --- */

struct adding {
	struct modules *m;
	const struct kernel *k;
	struct kmod_ctx *kmod;
	bool *begun; /* of k->modules: what it needs is being added */
	int depth;
	size_t tries; /* that are left: modules may be made to be tried for ever */
	char *why;
	size_t why_size;
};

static int add(struct adding *a, const char *name, const char *needed_by);

static int copy_stored(int store, off_t offset, size_t size)
{
	_cleanup_close_ int fd = memfd_create("module", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (size > 0) {
		ssize_t n = copy_file_range(store, &offset, fd, NULL, size, 0);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		size -= n;
	}
	return TAKE_FD(fd);
}

/* Decompressed: a descriptor. */
static int open_module(struct adding *a, const struct kernel_module_file *file)
{
	_cleanup_close_ int fd = file->offset < 0
		? open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
		: copy_stored(a->k->store, file->offset, file->size);
	size_t size;

	if (fd < 0) {
		int r = file->offset < 0 ? -errno : fd;
		snprintf(a->why, a->why_size, "%s: %s", file->path, strerror(-r));
		return r;
	}
	return archive_decompress(fd, file->path, &size, a->why, a->why_size);
}

static int append(struct modules *m, const char *name, int *fd)
{
	struct module *list = reallocarray(m->list, m->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	m->list = list;
	list[m->count].name = strdup(name);
	if (!list[m->count].name)
		return -ENOMEM;
	list[m->count++].fd = TAKE_FD(*fd);
	return 0;
}

static void truncate_to(struct modules *m, size_t count)
{
	while (m->count > count) {
		struct module *last = &m->list[--m->count];
		close(last->fd);
		free(last->name);
	}
}

/* --- what it needs --- */

/* Each word of `text` is a module without which it cannot be loaded. */
static int add_hard(struct adding *a, const char *text, const char *needed_by)
{
	int r = 0;

	while (*text && r == 0) {
		size_t len = strcspn(text, ",");
		_cleanup_free_ char *name = strndup(text, len);
		if (!name)
			return -ENOMEM;
		r = *name ? add(a, name, needed_by) : 0;
		text += len + (text[len] == ',');
	}
	return r;
}

/*
 * One that it would rather have. Algorithms of the crypto layer are asked for by their name,
 * for which the kernel's own module is NAME_generic.
 */
static void add_wished(struct adding *a, const char *name)
{
	_cleanup_free_ char *generic = NULL;
	char why[256], *said = a->why;
	size_t said_size = a->why_size;

	a->why = why;
	a->why_size = sizeof(why);
	if (add(a, name, NULL) < 0 && asprintf(&generic, "%s_generic", name) >= 0)
		add(a, generic, NULL);
	a->why = said;
	a->why_size = said_size;
}

/* "pre: a b post: c": what stands behind "pre:" comes before it. */
static int add_soft(struct adding *a, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *word;
	bool pre = false;

	if (!copy)
		return -ENOMEM;
	while ((word = strsep(&rest, " \t\n"))) {
		if (!strcmp(word, "pre:"))
			pre = true;
		else if (!strcmp(word, "post:"))
			pre = false;
		else if (*word && pre)
			add_wished(a, word);
	}
	return 0;
}

static int add_listed(struct adding *a, struct kmod_list *info, const char *name)
{
	int r = 0;

	for (struct kmod_list *l = info; l && r == 0; l = lk.kmod_list_next(info, l)) {
		const char *key = lk.kmod_module_info_get_key(l);
		const char *value = lk.kmod_module_info_get_value(l);
		if (!strcmp(key, "depends"))
			r = add_hard(a, value, name);
		else if (!strcmp(key, "softdep"))
			r = add_soft(a, value);
	}
	return r;
}

/*
 * libkmod ends the program (assert) over section tables that no compiler writes. What it can
 * be given are 64-bit little-endian modules, as all kernels that are booted have.
 */
static bool is_sound(int fd)
{
	struct stat st;
	Elf64_Ehdr h;
	Elf64_Shdr section;

	if (fstat(fd, &st) < 0 || pread(fd, &h, sizeof(h), 0) != sizeof(h))
		return false;
	if (memcmp(h.e_ident, ELFMAG, SELFMAG) || h.e_ident[EI_CLASS] != ELFCLASS64 ||
		h.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	if (h.e_shentsize != sizeof(section) || h.e_shstrndx == SHN_UNDEF ||
		h.e_shstrndx >= h.e_shnum || h.e_shoff > (Elf64_Off)st.st_size)
		return false;
	for (off_t i = 1; i < h.e_shnum; i++)
		if (pread(fd, &section, sizeof(section),
			    h.e_shoff + i * sizeof(section)) != sizeof(section) ||
			section.sh_offset >= (Elf64_Off)st.st_size)
			return false;
	return true;
}

static int add_needed(struct adding *a, int fd, const char *name, const char *path)
{
	struct kmod_module *module = NULL;
	struct kmod_list *info = NULL;
	char own[64];

	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	int r = is_sound(fd) ? lk.kmod_module_new_from_path(a->kmod, own, &module)
			     : -ENOEXEC;
	if (r >= 0)
		r = lk.kmod_module_get_info(module, &info);
	lk.kmod_module_unref(module);
	if (r < 0) {
		snprintf(a->why, a->why_size, "%s: broken, or no kernel module", path);
		return r == -ENOMEM ? r : -ENOEXEC;
	}
	r = add_listed(a, info, name);
	lk.kmod_module_info_free_list(info);
	return r;
}

static int add_file(
	struct adding *a, const struct kernel_module_file *file, const char *name)
{
	_cleanup_close_ int fd = open_module(a, file);

	if (fd < 0)
		return fd;
	int r = add_needed(a, fd, name, file->path);
	return r < 0 ? r : append(a->m, name, &fd);
}

/* k->module_count: there is none. */
static size_t find_file(const struct kernel *k, const char *name)
{
	char own[NAME_SIZE];
	size_t i = 0;

	for (; i < k->module_count; i++) {
		name_of_path(k->modules[i].path, strlen(k->modules[i].path), own);
		if (!strcmp(own, name))
			break;
	}
	return i;
}

static int say_missing(struct adding *a, const char *name, const char *needed_by)
{
	const char *source = a->k->source;

	if (needed_by)
		snprintf(a->why, a->why_size,
			"%s: its module %s needs %s, which is not there", source,
			needed_by, name);
	else
		snprintf(a->why, a->why_size, "%s: this kernel has no module %s%s",
			source, name,
			a->k->module_count > 0 ? "" : ": no modules came with it");
	return -ENOENT;
}

/* One that is begun already and is wished for only is passed over: it will come. */
static int say_circle(struct adding *a, const char *name, const char *needed_by)
{
	if (needed_by)
		snprintf(a->why, a->why_size,
			"%s: its module %s needs %s, which needs it", a->k->source,
			needed_by, name);
	return needed_by ? -ELOOP : 0;
}

static int add_found(struct adding *a, size_t i, const char *name)
{
	size_t count = a->m->count;

	if (a->depth >= DEPTH_MAX || a->tries == 0) {
		snprintf(a->why, a->why_size,
			"%s: its modules need each other without end", a->k->source);
		return -ELOOP;
	}
	a->begun[i] = true;
	a->depth++;
	a->tries--;
	int r = add_file(a, &a->k->modules[i], name);
	a->depth--;
	a->begun[i] = false;
	if (r < 0)
		truncate_to(a->m, count);
	return r;
}

static int add(struct adding *a, const char *asked, const char *needed_by)
{
	char name[NAME_SIZE];

	name_of_path(asked, strlen(asked), name);
	if (is_added(a->m, name) || is_builtin(a->k, name))
		return 0;
	size_t i = find_file(a->k, name);
	if (i == a->k->module_count)
		return say_missing(a, name, needed_by);
	return a->begun[i] ? say_circle(a, name, needed_by) : add_found(a, i, name);
}

static void cleanup_kmod(struct kmod_ctx **ctx)
{
	if (*ctx)
		lk.kmod_unref(*ctx);
}

/* Modules are named by what is in an archive, and by each other. */
static void make_printable(
	const char *source, const char *name, int r, char *why, size_t why_size)
{
	if (!*why)
		snprintf(why, why_size, "%s: module %s: %s", source, name, strerror(-r));
	_cleanup_free_ char *text = printable(why, strlen(why));
	snprintf(why, why_size, "%s", text ? text : "out of memory");
}

int modules_add(struct modules *m, const struct kernel *k, const char *name, char *why,
	size_t why_size)
{
	/* None of this machine's configuration, nor a word on stderr. */
	const char *const no_config = NULL;

	int r = late_load(&library, why, why_size);
	if (r < 0)
		return r;
	_cleanup_(cleanup_kmod) struct kmod_ctx *kmod = lk.kmod_new("/", &no_config);
	_cleanup_free_ bool *begun = calloc(k->module_count + 1, sizeof(*begun));
	struct adding a = { m, k, kmod, begun, 0, 8 * k->module_count + 8, why,
		why_size };
	*why = '\0';
	if (kmod)
		lk.kmod_set_log_fn(kmod, NULL, NULL);
	r = kmod && begun ? add(&a, name, NULL) : -ENOMEM;
	if (r < 0)
		make_printable(k->source, name, r, why, why_size);
	return r;
}

void modules_free(struct modules *m)
{
	truncate_to(m, 0);
	free(TAKE_PTR(m->list));
}
