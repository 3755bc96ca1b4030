#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts/fact.h"
#include "printable.h"

const struct fact *fact_find(const char *name, const char **ret_path)
{
	size_t len = strcspn(name, "/");

	for (size_t i = 0; i < fact_count; i++) {
		if (strncmp(fact_table[i].name, name, len) || fact_table[i].name[len])
			continue;
		*ret_path = name + len;
		return fact_table[i].fact;
	}
	return NULL;
}

void say_text(FILE *out, const char *text, size_t len)
{
	_cleanup_free_ char *clean = printable(text, len);

	fputc('"', out);
	for (const char *p = clean; p && *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if ((unsigned char)*p < 0x20)
			fprintf(out, "\\u%04x", *p);
		else
			fputc(*p, out);
	}
	fputc('"', out);
}

void say_string(FILE *out, const char *text)
{
	say_text(out, text, strlen(text));
}

void say_errno(FILE *out, int err)
{
	const char *name = err ? strerrorname_np(err) : "ok";

	say_string(out, name ? name : "unknown errno");
}

/* Up to `size` bytes of a file; its length, or a negative errno. */
static ssize_t load(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len < size && (n = read(fd, buf + len, size - len)) > 0)
		len += n;
	int err = errno;
	close(fd);
	return n < 0 ? -err : (ssize_t)len;
}

void say_file(FILE *out, const char *path)
{
	static char text[64 * 1024];

	ssize_t len = load(path, text, sizeof(text));
	if (len < 0)
		say_errno(out, -len);
	else
		say_text(out, text, len);
}

void say_strings(FILE *out, const char *path)
{
	static char text[64 * 1024];

	ssize_t len = load(path, text, sizeof(text) - 1);
	if (len < 0) {
		say_errno(out, -len);
		return;
	}
	text[len] = '\0';
	fputc('[', out);
	for (ssize_t at = 0; at < len; at += strlen(text + at) + 1) {
		fputs(at ? "," : "", out);
		say_string(out, text + at);
	}
	fputc(']', out);
}
