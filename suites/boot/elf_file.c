#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "elf_file.h"
#include "late.h"

/* What is used of libelf; nowhere else is any of it called. */
#define LIBELF_FUNCTIONS(F)     \
	F(elf_begin)            \
	F(elf_end)              \
	F(elf_getdata_rawchunk) \
	F(elf_version)          \
	F(gelf_getdyn)          \
	F(gelf_getehdr)         \
	F(gelf_getphdr)

static struct {
	LIBELF_FUNCTIONS(LATE_MEMBER)
} le;

#define SYMBOL(fn) LATE_SYMBOL(le, fn)
static const struct late_symbol symbols[] = { LIBELF_FUNCTIONS(SYMBOL) };
static struct late_library library = LATE_LIBRARY("libelf.so.1",
	"libelf of elfutils (Debian: libelf1)", "the libraries of a program are found");

int elf_file_init(char *why, size_t why_size)
{
	int r = late_load(&library, why, why_size);

	if (r == 0)
		le.elf_version(EV_CURRENT);
	return r;
}

static void cleanup_elf(Elf **elf)
{
	if (*elf)
		le.elf_end(*elf);
}

static char *read_text(Elf *elf, uint64_t offset, uint64_t size)
{
	const Elf_Data *data =
		size ? le.elf_getdata_rawchunk(elf, offset, size, ELF_T_BYTE) : NULL;
	char *text = data && data->d_buf ? malloc(data->d_size + 1) : NULL;

	if (text) {
		memcpy(text, data->d_buf, data->d_size);
		text[data->d_size] = '\0';
	}
	return text;
}

/* Where the `size` bytes that will be at `address` are in the file. */
static bool file_offset(Elf *elf, uint64_t address, uint64_t size, uint64_t *ret_offset)
{
	GElf_Phdr seg;

	for (int i = 0; le.gelf_getphdr(elf, i, &seg); i++) {
		uint64_t into = address - seg.p_vaddr;
		if (seg.p_type != PT_LOAD || address < seg.p_vaddr ||
			into >= seg.p_filesz || size > seg.p_filesz - into)
			continue;
		*ret_offset = seg.p_offset + into;
		return true;
	}
	return false;
}

static bool next_entry(Elf_Data *dynamic, int i, GElf_Dyn *d)
{
	return le.gelf_getdyn(dynamic, i, d) && d->d_tag != DT_NULL;
}

static int read_strings(Elf *elf, Elf_Data *dynamic, struct elf_file *e)
{
	uint64_t address = 0, offset;
	GElf_Dyn d;

	for (int i = 0; next_entry(dynamic, i, &d); i++)
		if (d.d_tag == DT_STRTAB)
			address = d.d_un.d_ptr;
		else if (d.d_tag == DT_STRSZ)
			e->strings_size = d.d_un.d_val;
	if (file_offset(elf, address, e->strings_size, &offset))
		e->strings = read_text(elf, offset, e->strings_size);
	return e->strings ? 0 : -ENOEXEC;
}

/* Where the text of an entry goes; NULL: it is of no use here, or memory ran out. */
static const char **place_of(struct elf_file *e, GElf_Sxword tag)
{
	if (tag == DT_SONAME)
		return &e->soname;
	if (tag == DT_RPATH)
		return &e->rpath;
	if (tag == DT_RUNPATH)
		return &e->runpath;
	const char **needed = tag == DT_NEEDED
		? reallocarray(e->needed, e->needed_count + 1, sizeof(*needed))
		: NULL;
	if (!needed)
		return NULL;
	e->needed = needed;
	return &e->needed[e->needed_count++];
}

static int read_dynamic(Elf *elf, const GElf_Phdr *seg, struct elf_file *e)
{
	GElf_Dyn d;

	if (e->strings)
		return 0;
	Elf_Data *dynamic =
		le.elf_getdata_rawchunk(elf, seg->p_offset, seg->p_filesz, ELF_T_DYN);
	if (!dynamic || read_strings(elf, dynamic, e) < 0)
		return -ENOEXEC;
	for (int i = 0; next_entry(dynamic, i, &d); i++) {
		const char **text = place_of(e, d.d_tag);
		if (!text && d.d_tag == DT_NEEDED)
			return -ENOMEM;
		if (text && d.d_un.d_val >= e->strings_size)
			return -ENOEXEC;
		if (text)
			*text = e->strings + d.d_un.d_val;
	}
	return 0;
}

static int read_segment(Elf *elf, const GElf_Phdr *seg, uint64_t size, struct elf_file *e)
{
	if (seg->p_type == PT_LOAD)
		return seg->p_offset > size || seg->p_filesz > size - seg->p_offset
			? -ENOEXEC
			: 0;
	if (seg->p_type == PT_DYNAMIC)
		return read_dynamic(elf, seg, e);
	if (seg->p_type != PT_INTERP || e->interp)
		return 0;
	e->interp = read_text(elf, seg->p_offset, seg->p_filesz);
	return e->interp && *e->interp == '/' ? 0 : -ENOEXEC;
}

static int read_segments(Elf *elf, uint64_t size, struct elf_file *e)
{
	bool loadable = false;
	GElf_Phdr seg;
	int r = 0;

	for (int i = 0; r == 0 && le.gelf_getphdr(elf, i, &seg); i++) {
		loadable = loadable || seg.p_type == PT_LOAD;
		r = read_segment(elf, &seg, size, e);
	}
	return r == 0 && !loadable ? -ENOEXEC : r;
}

int elf_file_read(const char *path, struct elf_file *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	GElf_Ehdr head;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	_cleanup_(cleanup_elf) Elf *elf = le.elf_begin(fd, ELF_C_READ, NULL);
	if (!le.gelf_getehdr(elf, &head) ||
		(head.e_type != ET_EXEC && head.e_type != ET_DYN))
		return -ENOEXEC;
	ret->movable = head.e_type == ET_DYN;
	ret->abi = head.e_machine | (uint32_t)head.e_ident[EI_CLASS] << 16 |
		(uint32_t)head.e_ident[EI_DATA] << 24;
	return read_segments(elf, st.st_size, ret);
}

void elf_file_free(struct elf_file *e)
{
	free(e->interp);
	free(e->strings);
	free(e->needed);
}
