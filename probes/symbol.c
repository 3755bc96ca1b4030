#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbol.h"

/* Each name stands between two NULs. */
static struct {
	const char *text; /* NULL: not read yet */
	size_t size;
} names;

/* The head of a BTF blob (Documentation/bpf/btf.rst). */
struct btf_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_len, type_off, type_len, string_off, string_len;
};

/* A read of sysfs brings a page at most. */
static bool read_whole(int fd, char *text, size_t size, off_t at)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(fd, text + done, size - done, at + (off_t)done);
		if (n <= 0)
			return false;
		done += n;
	}
	return true;
}

/*
 * The names of functions are in the strings of the kernel's own type information. It can be
 * mapped since 6.16, which is quicker than to read it.
 */
static int read_btf(const struct env *env)
{
	struct btf_header head;

	_cleanup_close_ int fd = env_open(env, "/sys/kernel/btf/vmlinux", O_RDONLY);
	if (fd < 0 || pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
		head.magic != 0xeb9f || head.string_len > 1 << 28)
		return -1;
	size_t at = (size_t)head.header_len + head.string_off;
	char *all = mmap(NULL, at + head.string_len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (all != MAP_FAILED) {
		names.text = all + at;
		names.size = head.string_len;
		return 0;
	}
	_cleanup_free_ char *text = malloc(head.string_len);
	if (!text || !read_whole(fd, text, head.string_len, (off_t)at))
		return -1;
	names.text = TAKE_PTR(text);
	names.size = head.string_len;
	return 0;
}

/* The same of /proc/kallsyms, which takes a while. */
static int read_kallsyms(const struct env *env)
{
	char line[512], symbol[128], *text = NULL;

	int fd = env_open(env, "/proc/kallsyms", O_RDONLY);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	FILE *out = f ? open_memstream(&text, &names.size) : NULL;
	if (!out)
		return -1;
	putc('\0', out);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %127s", symbol) == 1)
			fwrite(symbol, strlen(symbol) + 1, 1, out);
	fclose(out);
	names.text = text;
	return text ? 0 : -1;
}

int symbol_known(const struct env *env, const char *name)
{
	char between[130];

	if (!names.text && read_btf(env) < 0 && read_kallsyms(env) < 0)
		return -1;
	int len = snprintf(between, sizeof(between), "%c%s", '\0', name);
	return memmem(names.text, names.size, between, len + 1) != NULL;
}
