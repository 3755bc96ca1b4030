#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "config_shape.h"

/* A text that grows. */
struct text {
	char *at;
	size_t length, room;
};

static void text_free(struct text *t)
{
	free(t->at);
}

static int text_grow(struct text *t, size_t more)
{
	if (t->room - t->length >= more)
		return 0;
	size_t room = 2 * (t->length + more);
	char *at = realloc(t->at, room);
	if (!at)
		return -ENOMEM;
	t->at = at;
	t->room = room;
	return 0;
}

static int text_add(struct text *t, const char *from, size_t length)
{
	int r = text_grow(t, length);

	if (r == 0 && length > 0) {
		memcpy(t->at + t->length, from, length);
		t->length += length;
	}
	return r;
}

/* Reads to the end, waiting for a writer. 0 or -errno. */
static int text_read(struct text *t, int fd)
{
	while (t->length <= CONFIG_MAX) {
		if (text_grow(t, 16384) < 0)
			return -ENOMEM;
		ssize_t n = read(fd, t->at + t->length, 16384);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd) { fd, POLLIN }, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -errno;
		t->length += n > 0 ? n : 0;
	}
	return -EFBIG;
}

/*
 * The whole of a file. What is no regular file is not waited for: a fifo in a bundle would
 * hold us up for good. `pipe`: one that a caller names on the command line may be a pipe.
 */
static int read_file(
	int dirfd, const char *name, bool pipe, struct text *ret, struct failure *f)
{
	_cleanup_close_ int fd =
		openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "%s", name);
	if (S_ISDIR(st.st_mode))
		return fail(f, EISDIR, "%s", name);
	if (!S_ISREG(st.st_mode) && !(pipe && S_ISFIFO(st.st_mode)))
		return fail(f, 0, "%s: is not a regular file", name);
	int r = text_read(ret, fd);
	return r < 0 ? fail(f, -r, "%s", name) : 0;
}

/* Is this run of digits above INT64_MAX and no more than UINT64_MAX? */
static bool is_wide(const char *digits, size_t length)
{
	static const char signed_max[] = "9223372036854775807";
	static const char unsigned_max[] = "18446744073709551615";

	if (length == strlen(signed_max))
		return memcmp(digits, signed_max, length) > 0;
	return length == strlen(unsigned_max) &&
		memcmp(digits, unsigned_max, length) <= 0;
}

/* Behind a string of JSON, or at the end of it all. */
static size_t skip_string(const struct text *t, size_t at)
{
	for (at++; at < t->length && t->at[at] != '"'; at++)
		if (t->at[at] == '\\')
			at++;
	return at < t->length ? at + 1 : t->length;
}

static size_t skip_digits(const struct text *t, size_t at)
{
	while (at < t->length && t->at[at] >= '0' && t->at[at] <= '9')
		at++;
	return at;
}

/* Copies it with each integer that jansson cannot hold as a string, see shape_is_wide(). */
static int widen(const struct text *from, struct text *to)
{
	size_t at = 0, copied = 0;
	int r = 0;

	while (at < from->length && r == 0) {
		char c = from->at[at];
		size_t next = c == '"' ? skip_string(from, at) : skip_digits(from, at);
		if (c != '"' && next > at && is_wide(from->at + at, next - at) &&
			!(at > 0 && strchr("-.eE+", from->at[at - 1])) &&
			!(next < from->length && strchr(".eE", from->at[next]))) {
			if ((r = text_add(to, from->at + copied, at - copied)) < 0 ||
				(r = text_add(to, "\"\\u0000", 7)) < 0 ||
				(r = text_add(to, from->at + at, next - at)) < 0)
				break;
			r = text_add(to, "\"", 1);
			copied = next;
		}
		at = next > at ? next : at + 1;
	}
	return r < 0 ? r : text_add(to, from->at + copied, from->length - copied);
}

/* jansson quotes the text it stumbled on; an error is one line. */
static int fail_text(struct failure *f, const char *name, const json_error_t *e)
{
	char said[sizeof(e->text)];

	snprintf(said, sizeof(said), "%s", e->text);
	for (char *c = said; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return fail(f, 0, "%s:%d: %s", name, e->line, said);
}

static int parse(
	const char *name, const struct text *text, json_t **ret, struct failure *f)
{
	_cleanup_(text_free) struct text wide = { 0 };
	json_error_t e;

	/* An escaped NUL is no part of any name or path; jansson says where it is. */
	bool nul = memmem(text->at, text->length, "\\u0000", 6);
	if (!nul && widen(text, &wide) < 0)
		return fail(f, ENOMEM, "%s", name);
	const struct text *t = nul ? text : &wide;
	json_t *json = json_loadb(t->length ? t->at : "", t->length,
		JSON_REJECT_DUPLICATES | (nul ? 0 : JSON_ALLOW_NUL), &e);
	if (!json)
		return fail_text(f, name, &e);
	*ret = json;
	return 0;
}

int config_load(int dirfd, const char *name, struct config *ret, struct failure *f)
{
	_cleanup_(text_free) struct text text = { 0 };
	json_auto_t *json = NULL;
	int r = read_file(dirfd, name, false, &text, f);

	if (r < 0 || (r = parse(name, &text, &json, f)) < 0 ||
		(r = shape_check(json, "", f)) < 0)
		return r;
	struct config c = {
		.json = json,
		.process = json_object_get(json, "process"),
		.root = json_object_get(json, "root"),
		.mounts = json_object_get(json, "mounts"),
		.hooks = json_object_get(json, "hooks"),
		.os = json_object_get(json, "linux"),
		.length = text.length,
	};
	if ((r = rules_check(&c, f)) < 0)
		return r;
	c.json = TAKE_PTR(json);
	c.text = TAKE_PTR(text.at);
	*ret = c;
	return 0;
}

int config_write(const struct config *c, int fd)
{
	for (size_t done = 0; done < c->length;) {
		ssize_t n = write(fd, c->text + done, c->length - done);
		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? n : 0;
	}
	return 0;
}

int config_load_process(const char *path, json_t **ret, struct failure *f)
{
	_cleanup_(text_free) struct text text = { 0 };
	json_auto_t *json = NULL;
	int r = read_file(AT_FDCWD, path, true, &text, f);

	if (r < 0 || (r = parse(path, &text, &json, f)) < 0)
		return r;
	if ((r = shape_check(json, "process", f)) < 0 ||
		(r = rules_check_process(json, f)) < 0)
		return fail_in(f, "%s", path);
	*ret = TAKE_PTR(json);
	return 0;
}

int config_load_resources(const char *path, json_t **ret, struct failure *f)
{
	_cleanup_(text_free) struct text text = { 0 };
	bool in = !strcmp(path, "-");
	const char *name = in ? "standard input" : path;
	json_auto_t *json = NULL;
	int r = in ? text_read(&text, STDIN_FILENO)
		   : read_file(AT_FDCWD, path, true, &text, f);

	if (r < 0)
		return in ? fail(f, -r, "%s", name) : r;
	if ((r = parse(name, &text, &json, f)) < 0)
		return r;
	if ((r = shape_check(json, "linux.resources", f)) < 0 ||
		(r = rules_check_resources(json, f)) < 0)
		return fail_in(f, "%s", name);
	*ret = TAKE_PTR(json);
	return 0;
}

void config_release(struct config *c)
{
	json_decref(c->json);
	free(c->text);
	*c = (struct config) { 0 };
}

json_t *config_get(const json_t *object, const char *dotted)
{
	char key[64];

	for (;;) {
		size_t n = strcspn(dotted, ".");
		if (n >= sizeof(key))
			return NULL;
		memcpy(key, dotted, n);
		key[n] = '\0';
		json_t *member = json_object_get(object, key);
		if (!dotted[n] || !member)
			return json_is_null(member) ? NULL : member;
		object = member;
		dotted += n + 1;
	}
}

const char *config_string(const json_t *object, const char *dotted)
{
	return json_string_value(config_get(object, dotted));
}

long long config_integer(const json_t *object, const char *dotted, long long otherwise)
{
	const json_t *value = config_get(object, dotted);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool config_true(const json_t *object, const char *dotted)
{
	return json_is_true(config_get(object, dotted));
}

json_t *config_namespace(const struct config *c, const char *type)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(c->os, "namespaces"), i, entry) {
		const char *is = json_string_value(json_object_get(entry, "type"));
		if (is && !strcmp(is, type))
			return entry;
	}
	return NULL;
}

bool config_new_namespace(const struct config *c, const char *type)
{
	const json_t *entry = config_namespace(c, type);

	return entry && !json_object_get(entry, "path");
}
