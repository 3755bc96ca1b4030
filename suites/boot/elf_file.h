/* What an ELF file says of itself, as far as its loader asks; all of it may be a lie. */
#ifndef PLIMSOLL_ELF_FILE_H
#define PLIMSOLL_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
	uint32_t abi;  /* machine, class and byte order: others do not fit */
	bool movable;  /* a library, or a program that is one */
	char *interp;  /* NULL: static, or a library */
	char *strings; /* all that follow are in there */
	size_t strings_size;
	const char *soname, *rpath, *runpath;
	const char **needed;
	size_t needed_count;
};

/* Loads libelf: 0, or -ENOSYS with a sentence in `why`. First of all. */
int elf_file_init(char *why, size_t why_size);

/*
 * 0, or -ENOEXEC: no ELF file that can be run or loaded, or cut short; or another -errno.
 * elf_file_free() it, whatever comes.
 */
int elf_file_read(const char *path, struct elf_file *ret);
void elf_file_free(struct elf_file *e);

#endif
