/* Inputs for tests of suites/boot, made in memory: archives, images, modules. */
#ifndef PLIMSOLL_BOOT_INPUTS_H
#define PLIMSOLL_BOOT_INPUTS_H

#include <check.h>
#include <elf.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define RELEASE "1.2.3+me"

struct bytes {
	char data[65536];
	size_t len;
};

static void add(struct bytes *b, const void *data, size_t len)
{
	ck_assert_uint_le(b->len + len, sizeof(b->data));
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void pad(struct bytes *b, size_t to)
{
	while (b->len % to)
		b->data[b->len++] = '\0';
}

/* A member of a tar (POSIX ustar), a file. */
static void tar(struct bytes *b, const char *path, const struct bytes *file)
{
	char header[512] = "";
	unsigned int sum = 0;

	snprintf(header, 100, "%s", path);
	snprintf(header + 100, 8, "0000644");
	snprintf(header + 108, 8, "0000000");
	snprintf(header + 116, 8, "0000000");
	snprintf(header + 124, 12, "%011o", (unsigned int)file->len);
	snprintf(header + 136, 12, "00000000000");
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	add(b, header, sizeof(header));
	add(b, file->data, file->len);
	pad(b, 512);
}

static void tar_text(struct bytes *b, const char *path, const char *text)
{
	struct bytes file = { .len = 0 };

	add(&file, text, strlen(text));
	tar(b, path, &file);
}

static void tar_end(struct bytes *b)
{
	static const char zeros[1024];

	add(b, zeros, sizeof(zeros));
}

static void ar(struct bytes *b, const char *name, const struct bytes *file)
{
	char header[61];

	snprintf(header, sizeof(header), "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0,
		"100644", file->len);
	add(b, header, 60);
	add(b, file->data, file->len);
	pad(b, 2);
}

static uint32_t crc32(const struct bytes *b)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < b->len; i++) {
		crc ^= (unsigned char)b->data[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

/* In a gzip file that compresses nothing (RFC 1951, section 3.2.4). */
static void gzip(struct bytes *ret, const struct bytes *b)
{
	uint16_t len = htole16(b->len), not_len = ~len;
	uint32_t crc = htole32(crc32(b)), size = htole32(b->len);

	ret->len = 0;
	add(ret, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
	add(ret, &len, sizeof(len));
	add(ret, &not_len, sizeof(not_len));
	add(ret, b->data, b->len);
	add(ret, &crc, sizeof(crc));
	add(ret, &size, sizeof(size));
}

static bool on_x86(void)
{
	struct utsname us;

	uname(&us);
	return !strcmp(us.machine, "x86_64");
}

static struct bytes bzimage(void)
{
	static const char version[] = RELEASE " (me@here) #1";
	struct bytes b = { .len = 5 * 512 };

	b.data[0x1f1] = 4; /* sectors of setup after the first */
	memcpy(b.data + 0x202, "HdrS\x0f\x02", 6);
	memcpy(b.data + 0x20e, "\x00\x02", 2); /* the version stands at 0x400 */
	b.data[0x236] = 1;                     /* 64-bit */
	memcpy(b.data + 0x400, version, sizeof(version));
	return b;
}

static struct bytes arm64_image(void)
{
	struct bytes b = { .len = 512 };

	memcpy(b.data + 56, "ARM\x64", 4);
	return b;
}

/* One that this machine could boot. */
static struct bytes image(void)
{
	return on_x86() ? bzimage() : arm64_image();
}

/* A module is an ELF file with a section .modinfo; ours has nothing else in it. */
static struct bytes module(const char *info, size_t info_len)
{
	static const char names[] = "\0.shstrtab\0.modinfo";
	struct bytes b = { .len = 0 };
	Elf64_Ehdr h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
		.e_type = htole16(ET_REL),
		.e_shoff = htole64(sizeof(h)),
		.e_ehsize = htole16(sizeof(h)),
		.e_shentsize = htole16(sizeof(Elf64_Shdr)),
		.e_shnum = htole16(3),
		.e_shstrndx = htole16(1) };
	size_t at = sizeof(h) + 3 * sizeof(Elf64_Shdr);
	Elf64_Shdr sections[3] = {
		{ .sh_name = 0 },
		{ .sh_name = htole32(1),
			.sh_type = htole32(SHT_STRTAB),
			.sh_offset = htole64(at),
			.sh_size = htole64(sizeof(names)) },
		{ .sh_name = htole32(11),
			.sh_type = htole32(SHT_PROGBITS),
			.sh_offset = htole64(at + sizeof(names)),
			.sh_size = htole64(info_len) },
	};

	add(&b, &h, sizeof(h));
	add(&b, sections, sizeof(sections));
	add(&b, names, sizeof(names));
	add(&b, info, info_len);
	return b;
}

#define MODULE(info) module(info, sizeof(info))

#endif
