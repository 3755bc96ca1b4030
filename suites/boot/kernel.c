#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "archive.h"
#include "cleanup.h"
#include "image.h"
#include "kernel.h"
#include "printable.h"

#define PARTS_MAX 16 /* files joined by "+" */
#define TEXT_MAX  (1u << 20)
#define TEXTS_MAX 512 /* named like a configuration: a build tree is full of them */
#define NAMES_MAX 5   /* kernels that are named where there are too many */

#define BUILTIN "modules.builtin"

static bool read_at(int fd, size_t at, void *data, size_t size)
{
	return pread(fd, data, size, at) == (ssize_t)size;
}

/* --- the search --- */

struct text {
	char *path; /* within its part, or as if it were */
	char *data;
	size_t size;
};

struct search {
	struct kernel k;
	char *parts[PARTS_MAX];
	size_t part_count;
	const char *part; /* the one at hand */
	char *image;      /* the path within its part; of the first that is found */
	char *image_name; /* for sentences */
	char *image_disk; /* where it stands; NULL: in an archive */
	size_t image_count;
	char *names; /* of images, up to NAMES_MAX of them */
	char *dud;   /* what is named like an image, and is none */
	char *link;  /* likewise, a link: on disk */
	struct text texts[TEXTS_MAX];
	size_t text_count;
	char *package, *package_version; /* of the part at hand */
	bool beside;                     /* only what goes with an image counts now */
	char *why;
	size_t why_size;
};

static void search_free(struct search *s)
{
	kernel_close(&s->k);
	for (size_t i = 0; i < s->part_count; i++)
		free(s->parts[i]);
	for (size_t i = 0; i < s->text_count; i++) {
		free(s->texts[i].path);
		free(s->texts[i].data);
	}
	free(s->image);
	free(s->image_name);
	free(s->image_disk);
	free(s->names);
	free(s->dud);
	free(s->link);
	free(s->package);
	free(s->package_version);
}

_printf_(3, 4) static int fail(struct search *s, int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->why, s->why_size, format, args);
	va_end(args);
	return r;
}

static bool is_image_name(const char *base)
{
	return !strncmp(base, "vmlinuz", 7) || !strcmp(base, "bzImage") ||
		!strcmp(base, "Image");
}

static bool is_text_name(const char *base)
{
	return !strcmp(base, "config") || !strcmp(base, ".config") ||
		!strncmp(base, "config-", 7) || !strcmp(base, BUILTIN);
}

static bool same_contents(int a, int b, size_t size)
{
	char one[65536], other[65536];
	struct stat st;

	if (fstat(a, &st) < 0 || (size_t)st.st_size != size)
		return false;
	for (size_t at = 0; at < size; at += sizeof(one)) {
		size_t n = size - at < sizeof(one) ? size - at : sizeof(one);
		if (!read_at(a, at, one, n) || !read_at(b, at, other, n) ||
			memcmp(one, other, n))
			return false;
	}
	return true;
}

/* The list of names goes on, as long as it is not too long. */
static int name_image(struct search *s, const char *path)
{
	_cleanup_free_ char *before = TAKE_PTR(s->names);

	if (++s->image_count > NAMES_MAX) {
		s->names = TAKE_PTR(before);
		return 0;
	}
	int n = asprintf(&s->names, "%s%s%s", before ? before : "", before ? ", " : "",
		*path ? path : s->part);
	if (n < 0)
		s->names = NULL;
	return n < 0 ? -ENOMEM : 0;
}

/* One kernel may stand at several places, /boot and /usr/lib/modules; it is one for all that. */
static int add_image(
	struct search *s, const char *path, const char *disk, int fd, size_t size)
{
	_cleanup_close_ int image = fd;

	if (!image_is_known(fd)) {
		if (!s->dud && !(s->dud = strdup(path)))
			return -ENOMEM;
		return 0;
	}
	if (s->image_count > 0)
		return same_contents(s->k.image, fd, size) ? 0 : name_image(s, path);
	s->image = strdup(path);
	s->image_disk = disk ? strdup(disk) : NULL;
	if (!s->image || (disk && !s->image_disk))
		return -ENOMEM;
	if (asprintf(&s->image_name, "%s%s%s", s->part, *path ? ": " : "", path) < 0) {
		s->image_name = NULL;
		return -ENOMEM;
	}
	s->k.image = TAKE_FD(image);
	return name_image(s, path);
}

static int take_image(struct search *s, const struct archive_file *file)
{
	size_t size;

	int fd = archive_contents(file, &size);
	return fd < 0 ? fd : add_image(s, file->path, file->disk, fd, size);
}

/* Of use if there is no image but behind a link that leads out of a directory. */
static int take_link(struct search *s, const struct archive_file *file)
{
	if (s->link || !file->disk)
		return 0;
	s->link = strdup(file->disk);
	return s->link ? 0 : -ENOMEM;
}

static char *read_text(int fd, size_t size)
{
	char *text = malloc(size + 1);

	if (!text || !read_at(fd, 0, text, size)) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

static int add_text(struct search *s, const char *path, int fd, size_t size)
{
	if (s->text_count >= TEXTS_MAX || size > TEXT_MAX)
		return 0;
	struct text text = { strdup(path), read_text(fd, size), size };
	bool useful = text.path && text.data &&
		(!strcmp(basename(path), BUILTIN) || strstr(text.data, "\nCONFIG_"));
	if (useful) {
		s->texts[s->text_count++] = text;
		return 0;
	}
	int r = text.path && text.data ? 0 : -ENOMEM;
	free(text.path);
	free(text.data);
	return r;
}

static int take_text(struct search *s, const struct archive_file *file)
{
	size_t size;
	_cleanup_close_ int fd = archive_contents(file, &size);

	return fd < 0 ? fd : add_text(s, file->path, fd, size);
}

/* What stands behind "Package:" and the like in a deb's control file; NULL: nothing. */
static char *control_field(const char *text, const char *key)
{
	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncasecmp(text, key, strlen(key)))
			continue;
		text += strlen(key);
		text += strspn(text, " \t");
		return strndup(text, strcspn(text, " \t\r\n"));
	}
	return NULL;
}

static int take_control(struct search *s, const struct archive_file *file)
{
	size_t size;
	_cleanup_close_ int fd = archive_contents(file, &size);

	if (fd < 0)
		return fd;
	_cleanup_free_ char *text = size <= TEXT_MAX ? read_text(fd, size) : NULL;
	if (!text || s->package || s->package_version)
		return 0;
	s->package = control_field(text, "Package:");
	s->package_version = control_field(text, "Version:");
	return 0;
}

static int take(void *ctx, const struct archive_file *file)
{
	const char *base = basename(file->path);
	struct search *s = ctx;

	if (S_ISLNK(file->mode))
		return is_image_name(base) && !s->beside ? take_link(s, file) : 0;
	if (!S_ISREG(file->mode))
		return 0;
	if (module_is_file(base))
		return module_keep(&s->k, file);
	if (is_text_name(base))
		return take_text(s, file);
	if (s->beside)
		return 0;
	if (!strcmp(file->path, "DEBIAN/control"))
		return take_control(s, file);
	return is_image_name(base) ? take_image(s, file) : 0;
}

/* --- the parts --- */

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* `*missing` is what was looked for last: the rest behind what is there. */
static int split(struct search *s, const char *rest, const char **missing)
{
	if (rest > *missing)
		*missing = rest;
	if (s->part_count == PARTS_MAX)
		return -ENOENT;
	char **part = &s->parts[s->part_count];
	if (exists(rest)) {
		*part = strdup(rest);
		s->part_count += *part ? 1 : 0;
		return *part ? 0 : -ENOMEM;
	}
	for (const char *p = strchr(rest, '+'); p; p = strchr(p + 1, '+')) {
		_cleanup_free_ char *head = strndup(rest, p - rest);
		if (!head)
			return -ENOMEM;
		if (!exists(head))
			continue;
		*part = head;
		s->part_count++;
		int r = split(s, p + 1, missing);
		if (r != -ENOENT) {
			TAKE_PTR(head);
			return r;
		}
		s->part_count--;
	}
	return -ENOENT;
}

static int find_parts(struct search *s)
{
	const char *missing = s->k.source;

	int r = split(s, s->k.source, &missing);
	if (r != -ENOENT)
		return r;
	if (missing == s->k.source)
		return fail(s, r, "%s: %s", s->k.source, strerror(ENOENT));
	return fail(s, r, "%s: there is no \"%s\"", s->k.source, missing);
}

/* The name in an rpm's lead: "kernel-core-6.11.4-301.fc41", two dashes before the release. */
static int take_rpm_name(struct search *s, int fd)
{
	struct {
		char magic[4], more[6], name[66];
	} lead;

	if (s->package || !read_at(fd, 0, &lead, sizeof(lead)) ||
		memcmp(lead.magic, "\xed\xab\xee\xdb", 4))
		return 0;
	lead.name[sizeof(lead.name) - 1] = '\0';
	char *release = strrchr(lead.name, '-');
	char *version = release ? memrchr(lead.name, '-', release - lead.name) : NULL;
	s->package =
		version ? strndup(lead.name, version - lead.name) : strdup(lead.name);
	s->package_version = version ? strdup(version + 1) : NULL;
	return s->package && (s->package_version || !version) ? 0 : -ENOMEM;
}

static int search_part(struct search *s, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode) && image_is_known(fd))
		return add_image(
			s, "", s->part, fcntl(fd, F_DUPFD_CLOEXEC, 0), st.st_size);
	int r = archive_walk(s->part, take, s, s->why, s->why_size);
	if (r == -EINVAL && S_ISREG(st.st_mode))
		return fail(s, r,
			"%s: neither a kernel image that is known, nor a package or an "
			"archive (deb, rpm, tar, cpio)",
			s->part);
	return r < 0 ? r : take_rpm_name(s, fd);
}

/* The package is that of the part which holds the image. */
static int take_part(struct search *s, const char *part)
{
	size_t images = s->image_count;
	_cleanup_close_ int fd = open(part, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail(s, -errno, "%s: %s", part, strerror(errno));
	s->part = part;
	int r = search_part(s, fd);
	if (images == 0 && s->image_count > 0) {
		s->k.package = TAKE_PTR(s->package);
		s->k.package_version = TAKE_PTR(s->package_version);
	}
	free(TAKE_PTR(s->package));
	free(TAKE_PTR(s->package_version));
	return r;
}

/* A directory may have its kernel by a link only, as a root directory has /vmlinuz. */
static int follow_link(struct search *s)
{
	struct stat st;

	if (s->image_count > 0 || !s->link)
		return 0;
	int fd = open(s->link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(s, -errno, "%s: where this link leads: %s", s->link,
			strerror(errno));
	s->part = s->link;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	return add_image(s, "", s->link, fd, st.st_size);
}

/* --- what was found --- */

static int check_count(struct search *s)
{
	if (s->image_count == 1)
		return 0;
	if (s->image_count > NAMES_MAX)
		return fail(s, -EINVAL, "%s: several kernels: %s and %zu more; name one",
			s->k.source, s->names, s->image_count - NAMES_MAX);
	if (s->image_count > 1)
		return fail(s, -EINVAL, "%s: several kernels: %s; name one", s->k.source,
			s->names);
	if (s->dud)
		return fail(s, -ENOEXEC, "%s: %s is no kernel image that is known",
			s->k.source, s->dud);
	return fail(s, -EINVAL, "%s: no kernel in it (vmlinuz*, bzImage or Image)",
		s->k.source);
}

static int check_image(struct search *s)
{
	return image_check(s->k.image, s->image_name, s->why, s->why_size);
}

/* "6.1" of boot/vmlinuz-6.1 or lib/modules/6.1/vmlinuz; "" of others. */
static char *release_of_path(const char *path)
{
	const char *base = basename(path);
	const char *dir = strstr(path, "modules/");

	if (!strncmp(base, "vmlinuz-", 8))
		return strdup(base + 8);
	dir = dir ? dir + strlen("modules/") : base;
	return strndup(dir, dir < base ? strcspn(dir, "/") : 0);
}

static int find_release(struct search *s)
{
	char release[128];

	image_release(s->k.image, release, sizeof(release));
	s->k.release = *release
		? strdup(release)
		: release_of_path(s->image_disk ? s->image_disk : s->image);
	return s->k.release ? 0 : -ENOMEM;
}

/* What is for another release does not go with it; joined on purpose, that is said. */
static int check_modules(struct search *s)
{
	size_t count = s->k.module_count;
	_cleanup_free_ char *foreign = modules_drop_foreign(&s->k);

	if (count > 0 && s->k.module_count == 0 && s->part_count > 1)
		return fail(s, -EINVAL,
			"%s: the kernel is %s, but the modules are not: %s", s->k.source,
			s->k.release, foreign);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* Does the image stand in the directory of `path`, or below it? */
static bool is_above_image(const struct search *s, const char *path)
{
	size_t len = basename(path) - path;

	if (len >= 8 && !strncmp(path + len - 8, "modules/", 8))
		len -= 8;
	return !strncmp(path, s->image, len);
}

/* How surely a text goes with the image; 0: it does not. */
static int text_score(const struct search *s, const char *path, bool builtin)
{
	const char *base = basename(path), *release = s->k.release;
	char own[PATH_MAX];

	if (builtin != !strcmp(base, BUILTIN))
		return 0;
	snprintf(own, sizeof(own), "modules/%s/%s", release, base);
	if (*release && ends_with(path, own))
		return 4;
	if (!strncmp(base, "config-", 7))
		return !*release ? 1 : !strcmp(base + 7, release) ? 4 : 0;
	if (is_above_image(s, path))
		return strchr(path, '/') ? 3 : 2;
	return builtin && !module_is_foreign(path, release) ? 1 : 0;
}

/* NULL: none. */
static struct text *find_text(struct search *s, bool builtin)
{
	struct text *best = NULL;
	int most = 0;

	for (size_t i = 0; i < s->text_count; i++) {
		int score = text_score(s, s->texts[i].path, builtin);
		if (score > most)
			best = &s->texts[i];
		most = score > most ? score : most;
	}
	return best;
}

static int add_file(struct search *s, const char *dir, const char *name, const char *end)
{
	_cleanup_free_ char *path = NULL, *as = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s%s", dir, name, end) < 0 ||
		asprintf(&as, "%s%s", basename(name), end) < 0)
		return -ENOMEM;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return add_text(s, as, fd, st.st_size);
}

static int add_modules(
	struct search *s, const char *dir, const char *name, const char *end)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;

	if (s->k.module_count > 0)
		return 0;
	if (asprintf(&path, "%s/%s%s", dir, name, end) < 0)
		return -ENOMEM;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return archive_walk(path, take, s, s->why, s->why_size);
}

static bool is_build_tree(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/../../../.config", dir);
	return ends_with(dir, "/boot") && exists(path);
}

/* `dir` is that of an image on disk. */
static int look_beside(struct search *s, const char *dir)
{
	const char *release = s->k.release;
	int r = 0;

	s->beside = true;
	if (is_build_tree(dir)) {
		r = add_file(s, dir, "../../../.config", "");
		if (r == 0)
			r = add_modules(s, dir, "../../..", "");
	}
	if (r == 0 && *release && !find_text(s, false))
		r = add_file(s, dir, "config-", release);
	if (r == 0 && !find_text(s, false))
		r = add_file(s, dir, "config", "");
	if (r == 0)
		r = add_modules(s, dir, "modules", "");
	if (r == 0 && *release)
		r = add_modules(s, dir, "../lib/modules/", release);
	if (r == 0 && *release)
		r = add_modules(s, dir, "lib/modules/", release);
	return r;
}

/* First where the image is named, then where it really stands. */
static int complete(struct search *s)
{
	_cleanup_free_ char *named = NULL, *real = NULL;

	if (!s->image_disk)
		return 0;
	named = strdup(s->image_disk);
	real = realpath(s->image_disk, NULL);
	if (!named || !real)
		return -errno;
	char *slash = strrchr(named, '/');
	if (slash)
		*slash = '\0';
	*strrchr(real, '/') = '\0';
	int r = look_beside(s, !slash ? "." : *named ? named : "/");
	if (r == 0 && (s->k.module_count == 0 || !find_text(s, false)))
		r = look_beside(s, *real ? real : "/");
	if (r == 0 && *s->k.release)
		r = add_modules(s, "", "lib/modules/", s->k.release);
	return r;
}

static int take_texts(struct search *s)
{
	struct text *config = find_text(s, false), *builtin = find_text(s, true);

	if (builtin)
		s->k.builtin = TAKE_PTR(builtin->data);
	if (!config)
		return 0;
	SHA256Data((const uint8_t *)config->data, config->size, s->k.config_sha256);
	s->k.config = TAKE_PTR(config->data);
	return 0;
}

static int conclude(struct search *s)
{
	int (*const steps[])(struct search * s) = { follow_link, check_count, check_image,
		find_release, check_modules, complete, take_texts };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && r == 0; i++)
		r = steps[i](s);
	return r;
}

static int open_host(struct search *s)
{
	struct utsname us;

	uname(&us);
	s->k.host = true;
	s->k.release = strdup(us.release);
	return s->k.release ? 0 : -ENOMEM;
}

static int search(struct search *s)
{
	if (!s->k.source)
		return -ENOMEM;
	if (!strcmp(s->k.source, "host"))
		return open_host(s);
	int r = find_parts(s);
	for (size_t i = 0; i < s->part_count && r == 0; i++)
		r = take_part(s, s->parts[i]);
	return r < 0 ? r : conclude(s);
}

/* Names out of an archive are said in `why`. */
static void make_printable(const char *source, int r, char *why, size_t why_size)
{
	if (!*why)
		snprintf(why, why_size, "%s: %s", source, strerror(-r));
	_cleanup_free_ char *text = printable(why, strlen(why));
	snprintf(why, why_size, "%s", text ? text : "out of memory");
}

int kernel_open(const char *source, struct kernel *ret_kernel, char *why, size_t why_size)
{
	_cleanup_(search_free) struct search s = {
		.k = { .source = strdup(source), .image = -1, .store = -1 },
		.why = why,
		.why_size = why_size,
	};

	*why = '\0';
	int r = search(&s);
	if (r < 0) {
		make_printable(source, r, why, why_size);
		return r;
	}
	*ret_kernel = s.k;
	s.k = (struct kernel) { .image = -1, .store = -1 };
	return 0;
}

void kernel_close(struct kernel *k)
{
	/* All zero, it holds none: 0 is no descriptor of ours. */
	if (!k->source)
		return;
	cleanup_close(&k->image);
	cleanup_close(&k->store);
	for (size_t i = 0; i < k->module_count; i++)
		free(k->modules[i].path);
	free(k->modules);
	free(k->source);
	free(k->release);
	free(k->package);
	free(k->package_version);
	free(k->config);
	free(k->builtin);
	*k = (struct kernel) { .image = -1, .store = -1 };
}

char kernel_config(const struct kernel *k, const char *symbol)
{
	size_t len = strlen(symbol);

	if (!k->config)
		return '?';
	for (const char *p = k->config; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, "CONFIG_", 7) && !strncmp(p + 7, symbol, len) &&
			p[7 + len] == '=')
			return strchr("mn", p[8 + len]) ? p[8 + len] : 'y';
	}
	return 'n';
}
