#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cleanup.h"
#include "image.h"

/* What an image says of itself; all of it is read from a file that may lie. */
struct image_kind {
	size_t at;
	const char *magic;
	const char *machine; /* as uname(2) has it; NULL: of no use on any */
	const char *not_so;  /* why not, then */
	/* NULL, or what is wrong with it; `ret_err` is then -ENOEXEC or -EBADMSG. */
	const char *(*check)(int fd, int *ret_err);
	void (*release)(int fd, char *release, size_t size); /* NULL: it does not say */
};

static bool read_at(int fd, size_t at, void *data, size_t size)
{
	return pread(fd, data, size, at) == (ssize_t)size;
}

/* The setup header of Documentation/arch/x86/boot.rst; its numbers are little endian. */
#define X86_SETUP_SECTS 0x1f1
#define X86_SYSSIZE     0x1f4
#define X86_MAGIC       0x202
#define X86_PROTOCOL    0x206
#define X86_VERSION     0x20e
#define X86_XLOADFLAGS  0x236
#define X86_SLACK       512 /* that the image may be shorter than its header says: rounding */

static const char *check_x86(int fd, int *ret_err)
{
	uint8_t sects;
	uint16_t protocol, flags;
	uint32_t paragraphs;
	struct stat st;

	*ret_err = -EBADMSG;
	if (fstat(fd, &st) < 0 || !read_at(fd, X86_SETUP_SECTS, &sects, sizeof(sects)) ||
		!read_at(fd, X86_SYSSIZE, &paragraphs, sizeof(paragraphs)) ||
		!read_at(fd, X86_PROTOCOL, &protocol, sizeof(protocol)) ||
		!read_at(fd, X86_XLOADFLAGS, &flags, sizeof(flags)))
		return "broken or cut short: it ends within its header";
	int64_t whole = (sects ? sects + 1 : 5) * 512 + (int64_t)le32toh(paragraphs) * 16;
	if (st.st_size + X86_SLACK < whole)
		return "broken or cut short: it ends before its code does";
	*ret_err = -ENOEXEC;
	/* Bit 0: there is a 64-bit entry point. Before 2.12 it could not be said. */
	if (le16toh(protocol) >= 0x20c && !(le16toh(flags) & 1))
		return "a 32-bit kernel, which cannot run this plimsoll";
	return NULL;
}

static void release_x86(int fd, char *release, size_t size)
{
	uint16_t at;

	*release = '\0';
	if (!read_at(fd, X86_VERSION, &at, sizeof(at)) || at == 0)
		return;
	ssize_t n = pread(fd, release, size - 1, 0x200 + le16toh(at));
	release[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; release[i]; i++)
		if (release[i] <= ' ' || release[i] > '~' || release[i] == '/')
			release[i] = '\0';
}

static const struct image_kind kinds[] = {
	{ X86_MAGIC, "HdrS", "x86_64", .check = check_x86, .release = release_x86 },
	{ 56, "ARM\x64", "aarch64" },
	{ 56, "RSC\x05", "riscv64" },
	{ 0, "\177ELF", NULL,
		"an ELF file, as an uncompressed vmlinux is: give the bzImage, in its build "
		"tree arch/x86/boot/bzImage" },
};

/* NULL: no image of a kind that is known. */
static const struct image_kind *find_kind(int fd)
{
	char magic[4];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (read_at(fd, kinds[i].at, magic, sizeof(magic)) &&
			!memcmp(magic, kinds[i].magic, sizeof(magic)))
			return &kinds[i];
	return NULL;
}

bool image_is_known(int fd)
{
	return find_kind(fd);
}

int image_check(int fd, const char *name, char *why, size_t why_size)
{
	const struct image_kind *kind = find_kind(fd);
	const char *wrong = NULL;
	struct utsname us;
	int r = -ENOEXEC;

	uname(&us);
	if (kind && kind->machine && strcmp(kind->machine, us.machine)) {
		snprintf(why, why_size, "%s: a kernel for %s, and this machine is %s",
			name, kind->machine, us.machine);
		return r;
	}
	if (!kind || !kind->machine)
		wrong = kind ? kind->not_so : "not a kernel image that is known";
	else if (kind->check)
		wrong = kind->check(fd, &r);
	if (!wrong)
		return 0;
	snprintf(why, why_size, "%s: %s", name, wrong);
	return r;
}

void image_release(int fd, char *release, size_t size)
{
	const struct image_kind *kind = find_kind(fd);

	*release = '\0';
	if (kind && kind->release)
		kind->release(fd, release, size);
}
