/* Which runs were made on the same kernel, and how to call it in few letters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define TITLE_MOST     24
#define RELEASE_MOST   40
#define VARIATION_MOST 16

void *matrix_room(void *things, size_t count, size_t size)
{
	/* Doubled whenever it is a power of two. */
	if (count & (count - 1))
		return things;
	return reallocarray(things, count ? 2 * count : 1, size);
}

static char *shortened(const char *text, int columns)
{
	char *line = page_line(text, 0);

	if (line)
		page_cut(line, columns);
	return line;
}

int kernel_of(const struct record *env, struct matrix_kernel *ret)
{
	struct matrix_kernel k = {
		.label = shortened(env_text(env, "boot", "label"), TITLE_MOST),
		.release = page_line(env_text(env, "kernel", "release"), 0),
		.machine = page_line(env_text(env, "kernel", "machine"), 0),
		.package = page_line(env_text(env, "kernel", "package"), 0),
		.package_version =
			page_line(env_text(env, "kernel", "package_version"), 0),
		.variation =
			shortened(env_text(env, "boot", "variation"), VARIATION_MOST),
	};

	if (!k.label || !k.release || !k.machine || !k.package || !k.package_version ||
		!k.variation) {
		kernel_free(&k);
		return -ENOMEM;
	}
	*ret = k;
	return 0;
}

void kernel_free(struct matrix_kernel *k)
{
	free(k->label);
	free(k->release);
	free(k->machine);
	free(k->package);
	free(k->package_version);
	free(k->variation);
	free(k->title);
	free(k->name);
	*k = (struct matrix_kernel) { 0 };
}

static int copy(const struct matrix_kernel *k, struct matrix_kernel *ret)
{
	struct matrix_kernel other = {
		.label = strdup(k->label),
		.release = strdup(k->release),
		.machine = strdup(k->machine),
		.package = strdup(k->package),
		.package_version = strdup(k->package_version),
		.variation = strdup(k->variation),
	};

	if (!other.label || !other.release || !other.machine || !other.package ||
		!other.package_version || !other.variation) {
		kernel_free(&other);
		return -ENOMEM;
	}
	*ret = other;
	return 0;
}

/* A guest that never came up may not have told all. */
static bool may_be(const char *a, const char *b)
{
	return !*a || !*b || !strcmp(a, b);
}

static bool same(const struct matrix_kernel *a, const struct matrix_kernel *b)
{
	return !strcmp(a->label, b->label) && !strcmp(a->variation, b->variation) &&
		may_be(a->release, b->release) && may_be(a->machine, b->machine) &&
		may_be(a->package, b->package) &&
		may_be(a->package_version, b->package_version);
}

int kernels_place(struct matrix_kernels *ks, const struct matrix_kernel *k,
	bool (*taken)(const void *ctx, size_t i), const void *ctx, size_t *ret)
{
	for (size_t i = 0; i < ks->count; i++) {
		if (!same(&ks->list[i], k) || taken(ctx, i))
			continue;
		*ret = i;
		return 0;
	}
	struct matrix_kernel *list = matrix_room(ks->list, ks->count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	ks->list = list;
	int r = copy(k, &list[ks->count]);
	if (r == 0)
		*ret = ks->count++;
	return r;
}

/* The label; else the release up to what is no digit or dot, which is the distribution's. */
static char *short_title(const struct matrix_kernel *k)
{
	size_t len = strspn(k->release, "0123456789.");

	if (*k->label)
		return strdup(k->label);
	while (len && k->release[len - 1] == '.')
		len--;
	return len && len <= TITLE_MOST
		? strndup(k->release, len)
		: shortened(*k->release ? k->release : "?", TITLE_MOST);
}

static bool same_title(const struct matrix_kernel *a, const struct matrix_kernel *b)
{
	return !strcmp(a->title, b->title) && !strcmp(a->variation, b->variation);
}

/* Two kernels of one title: their releases may tell them apart. */
static int lengthen(struct matrix_kernels *ks, size_t at)
{
	const struct matrix_kernel *k = &ks->list[at];
	bool clash = false;

	for (size_t i = at + 1; i < ks->count && !clash; i++)
		clash = same_title(k, &ks->list[i]) &&
			strcmp(k->release, ks->list[i].release) != 0;
	if (!clash)
		return 0;
	/* The one at hand comes last: it is what the others are compared with. */
	for (size_t i = ks->count; i-- > at;) {
		struct matrix_kernel *other = &ks->list[i];
		char *title;
		if (!same_title(k, other) || !*other->release)
			continue;
		if (!(title = shortened(other->release, RELEASE_MOST)))
			return -ENOMEM;
		free(other->title);
		other->title = title;
	}
	return 0;
}

/* What cannot be told apart is numbered: "6.12 #2". */
static int number(struct matrix_kernels *ks, size_t at)
{
	struct matrix_kernel *k = &ks->list[at];
	size_t count = 1;

	for (size_t i = at + 1; i < ks->count; i++) {
		struct matrix_kernel *other = &ks->list[i];
		char *title;
		if (!same_title(k, other))
			continue;
		if (asprintf(&title, "%s #%zu", k->title, ++count) < 0)
			return -ENOMEM;
		free(other->title);
		other->title = title;
	}
	return 0;
}

int kernels_entitle(struct matrix_kernels *ks)
{
	for (size_t i = 0; i < ks->count; i++)
		if (!(ks->list[i].title = short_title(&ks->list[i])))
			return -ENOMEM;
	for (size_t i = 0; i < ks->count; i++)
		if (lengthen(ks, i) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < ks->count; i++)
		if (number(ks, i) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < ks->count; i++) {
		struct matrix_kernel *k = &ks->list[i];
		if (asprintf(&k->name, "%s%s%s", k->title, *k->variation ? " " : "",
			    k->variation) < 0) {
			k->name = NULL;
			return -ENOMEM;
		}
	}
	return 0;
}

/* "6.12.117+deb12-cloud-amd64 x86_64, 6.12.117-1"; "" for nothing new. */
static char *behind_title(const struct matrix_kernel *k)
{
	/* linux-image-RELEASE says nothing more. */
	const char *package = strstr(k->package, k->release) ? "" : k->package;
	const char *packed = *package || *k->package_version ? ", " : "";
	char *text;

	if (!*packed && !strcmp(k->title, k->release))
		return strdup("");
	if (asprintf(&text, "%s%s%s%s%s%s%s", k->release, *k->machine ? " " : "",
		    k->machine, packed, package,
		    *package && *k->package_version ? " " : "", k->package_version) < 0)
		return NULL;
	return text;
}

static bool told_above(const struct matrix_kernels *ks, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(ks->list[i].title, ks->list[at].title))
			return true;
	return false;
}

void kernels_legend(const struct page *p, const struct matrix_kernels *ks)
{
	bool begun = false;
	int width = 0;

	for (size_t i = 0; i < ks->count; i++)
		if (page_width(ks->list[i].title) > width)
			width = page_width(ks->list[i].title);
	for (size_t i = 0; i < ks->count; i++) {
		_cleanup_free_ char *text = behind_title(&ks->list[i]);
		if (!text || !*text || told_above(ks, i))
			continue;
		if (!begun)
			page_heading(p, INK_BOLD, "KERNELS", "as they are called above");
		begun = true;
		fputs("  ", p->out);
		page_ink(p, INK_PLAIN, ks->list[i].title, width);
		fputs("  ", p->out);
		page_wrap(p, width + 4, width + 4, text);
	}
}

void kernels_free(struct matrix_kernels *ks)
{
	for (size_t i = 0; i < ks->count; i++)
		kernel_free(&ks->list[i]);
	free(ks->list);
	*ks = (struct matrix_kernels) { 0 };
}

int set_add(struct matrix_set *s, size_t kernel)
{
	size_t at = s->count;

	while (at && s->list[at - 1] > kernel)
		at--;
	if (at && s->list[at - 1] == kernel)
		return 0;
	size_t *list = matrix_room(s->list, s->count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	s->list = list;
	memmove(&list[at + 1], &list[at], (s->count - at) * sizeof(*list));
	list[at] = kernel;
	s->count++;
	return 0;
}
