/* Inputs for tests of suites/boot, on disk: files, and programs as small as loaders take them. */
#ifndef PLIMSOLL_BOOT_FILES_H
#define PLIMSOLL_BOOT_FILES_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

static char why[1024];
static char seen[1 << 16];
static char base[64]; /* a directory for the test */
static char root[80]; /* a sysroot in there */

static void make_parents(char *path)
{
	char *slash = path + strlen(base);

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* The path of `name` below the base, in a static buffer; its directory is made. */
static char *at(const char *name)
{
	static char paths[4][PATH_MAX];
	static int i;
	char *path = paths[i++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", base, name);
	make_parents(path);
	return path;
}

static void put_file(const char *name, const void *data, size_t len, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), len);
	close(fd);
}

static void put_text(const char *name, const char *text, mode_t mode)
{
	put_file(name, text, strlen(text), mode);
}

static void put_symlink(const char *target, const char *name)
{
	ck_assert_int_eq(symlink(target, at(name)), 0);
}

static void setup(void)
{
	strcpy(base, "/tmp/boot-files.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	snprintf(root, sizeof(root), "%s/sys", base);
	ck_assert_int_eq(mkdir(root, 0755), 0);
	*why = '\0';
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void teardown(void)
{
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- ELF files, as small as a loader takes them --- */

struct elf {
	const char *interp, *soname, *rpath, *runpath;
	const char *needed[4];
	ElfW(Half) machine; /* 0: of this machine */
};

#define ELF_SIZE    4096
#define INTERP_AT   0x200
#define STRINGS_AT  0x400
#define DYNAMIC_AT  0x800
#define STRINGS_LEN (DYNAMIC_AT - STRINGS_AT)

struct making {
	char bytes[ELF_SIZE];
	size_t strings;
	ElfW(Dyn) * next;
};

static void add_entry(struct making *m, ElfW(Sxword) tag, ElfW(Xword) value)
{
	m->next->d_tag = tag;
	m->next++->d_un.d_val = value;
}

static void add_string(struct making *m, ElfW(Sxword) tag, const char *text)
{
	if (!text)
		return;
	add_entry(m, tag, m->strings);
	strcpy(m->bytes + STRINGS_AT + m->strings, text);
	m->strings += strlen(text) + 1;
}

static void add_dynamic(struct making *m, const struct elf *elf)
{
	m->strings = 1;
	m->next = (void *)(m->bytes + DYNAMIC_AT);
	for (size_t i = 0; i < ARRAY_SIZE(elf->needed); i++)
		add_string(m, DT_NEEDED, elf->needed[i]);
	add_string(m, DT_SONAME, elf->soname);
	add_string(m, DT_RPATH, elf->rpath);
	add_string(m, DT_RUNPATH, elf->runpath);
	add_entry(m, DT_STRTAB, 0x10000 + STRINGS_AT);
	add_entry(m, DT_STRSZ, STRINGS_LEN);
	add_entry(m, DT_NULL, 0);
}

static ElfW(Phdr) segment(ElfW(Word) type, size_t offset, size_t size)
{
	return (ElfW(Phdr)) { .p_type = type,
		.p_offset = offset,
		.p_vaddr = 0x10000 + offset,
		.p_filesz = size,
		.p_memsz = size,
		.p_flags = PF_R };
}

static void add_headers(struct making *m, const struct elf *elf)
{
	ElfW(Ehdr) *head = (void *)m->bytes;
	ElfW(Phdr) *seg = (void *)(head + 1);
	_cleanup_close_ int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(read(self, head, sizeof(*head)), sizeof(*head));
	head->e_type = ET_DYN;
	head->e_phoff = sizeof(*head);
	head->e_phnum = elf->interp ? 3 : 2;
	head->e_shoff = head->e_shnum = head->e_shstrndx = 0;
	if (elf->machine)
		head->e_machine = elf->machine;
	*seg++ = segment(PT_LOAD, 0, ELF_SIZE);
	*seg++ = segment(PT_DYNAMIC, DYNAMIC_AT, (char *)m->next - m->bytes - DYNAMIC_AT);
	if (!elf->interp)
		return;
	strcpy(m->bytes + INTERP_AT, elf->interp);
	*seg = segment(PT_INTERP, INTERP_AT, strlen(elf->interp) + 1);
}

static void make_elf(struct making *m, const struct elf *elf)
{
	memset(m, 0, sizeof(*m));
	add_dynamic(m, elf);
	add_headers(m, elf);
}

static void put_elf(const char *name, struct elf elf)
{
	struct making m;

	make_elf(&m, &elf);
	put_file(name, m.bytes, sizeof(m.bytes), 0755);
}

#define LD    "/lib/ld-test.so.2"
#define LD_SO .interp = LD

static void put_loader(void)
{
	put_elf("sys" LD, (struct elf) { .soname = "ld-test.so.2" });
}

#endif
