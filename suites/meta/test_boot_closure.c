/* Which libraries a program needs; tests of suites/boot. */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/closure.h"
#include "boot_files.h"
#include "cleanup.h"

#define MUSL "/lib/ld-musl-test.so.1"

/* Adds "PATH <- FILE\n" to what was seen, FILE without the base. */
static int see(void *ctx, const char *path, const char *file)
{
	size_t len = strlen(seen),
	       skip = strncmp(file, base, strlen(base)) ? 0 : strlen(base);

	snprintf(seen + len, sizeof(seen) - len, "%s <- %s\n", path, file + skip);
	return 0;
}

static int closure(const char *program, const char *place, const char *sysroot)
{
	*seen = *why = '\0';
	return closure_walk(program, place, sysroot, see, NULL, why, sizeof(why));
}

/* The whole closure of a program in the sysroot. */
static void assert_closure(const char *program, const char *place, const char *want)
{
	int r = closure(at(program), place, root);

	ck_assert_msg(r == 0, "%s: %s", program, why);
	ck_assert_str_eq(seen, want);
}

static void assert_fails(const char *program, int want, const char *says)
{
	int r = closure(at(program), "/bin/p", root);

	ck_assert_msg(r == want, "%s: %d instead of %d: %s", program, r, want, why);
	ck_assert_msg(strstr(why, says) != NULL, "wanted %s, got %s", says, why);
}

#define P_AND_LD "/bin/p <- /sys/bin/p\n" LD " <- /sys" LD "\n"

#ifdef __GLIBC__
static const char *const own_programs[] = { "/proc/self/exe", "/bin/sh" };

static FILE *trace(const char *program, pid_t *ret_child)
{
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	*ret_child = fork();
	if (*ret_child == 0) {
		setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
		dup2(pipes[1], STDOUT_FILENO);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	return fdopen(pipes[0], "r");
}

/* "NAME => PATH (ADDRESS)", "PATH (ADDRESS)" or "linux-vdso.so.1 (ADDRESS)". */
static size_t assert_has_line(const char *line)
{
	char path[PATH_MAX], wanted[PATH_MAX + 16];
	const char *arrow = strstr(line, "=> ");

	if (sscanf(arrow ? arrow + 3 : line, " %4095s", path) != 1 || *path != '/')
		return 0;
	snprintf(wanted, sizeof(wanted), "\n%s <- ", path);
	ck_assert_msg(strstr(seen, wanted) != NULL, "%s is not in%s", path, seen);
	return 1;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

/* Besides: the program itself, libgcc_s.so.1 and the cache. */
START_TEST(closure_is_what_the_loader_says)
{
	char line[PATH_MAX + 256];
	size_t n = 0;
	pid_t child;
	int status;

	ck_assert_int_eq(closure(own_programs[_i], "/p", ""), 0);
	_cleanup_fclose_ FILE *in = trace(own_programs[_i], &child);
	while (fgets(line, sizeof(line), in))
		n += assert_has_line(line);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_uint_ge(n, 2);
	size_t more = 1 + !!strstr(seen, "\n/etc/ld.so.cache <- ");
	ck_assert_uint_ge(count_lines(seen), n + more);
	ck_assert_uint_le(count_lines(seen), n + more + 1);
}
END_TEST
#endif

START_TEST(static_program_is_alone)
{
	put_elf("sys/bin/p", (struct elf) { .soname = "p" });
	assert_closure("sys/bin/p", "/bin/q", "/bin/q <- /sys/bin/p\n");
}
END_TEST

START_TEST(libraries_come_once_and_breadth_first)
{
	put_loader();
	put_elf("sys/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so.1", "libb.so.1" } });
	put_elf("sys/lib/liba.so.1.2",
		(struct elf) { .soname = "liba.so.1", .needed = { "libc.so.6" } });
	put_symlink("liba.so.1.2", "sys/lib/liba.so.1");
	put_elf("sys/usr/lib/libb.so.1",
		(struct elf) { .needed = { "liba.so.1", "libc.so.6" } });
	put_elf("sys/lib/libc.so.6", (struct elf) { .needed = { "ld-test.so.2" } });
	put_elf("sys/lib/libgcc_s.so.1", (struct elf) { .needed = { "libc.so.6" } });
	assert_closure("sys/bin/p", "/bin/p",
		P_AND_LD "/lib/liba.so.1 <- /sys/lib/liba.so.1.2\n"
			 "/usr/lib/libb.so.1 <- /sys/usr/lib/libb.so.1\n"
			 "/lib/libc.so.6 <- /sys/lib/libc.so.6\n"
			 "/lib/libgcc_s.so.1 <- /sys/lib/libgcc_s.so.1\n");
}
END_TEST

START_TEST(what_is_missing_is_named)
{
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so.1" } });
	assert_fails("sys/bin/p", -ENOENT, "/sys/bin/p needs " LD ", which ");
	put_loader();
	assert_fails("sys/bin/p", -ENOENT, "/sys/bin/p needs liba.so.1, which ");
	put_elf("sys/lib/liba.so.1", (struct elf) { .needed = { "libb.so.1" } });
	assert_fails("sys/bin/p", -ENOENT, "/sys/lib/liba.so.1 needs libb.so.1, which ");
	put_elf("sys/lib/libb.so.1", (struct elf) { .machine = EM_68K });
	assert_fails("sys/bin/p", -ENOENT, "needs libb.so.1, but /lib/libb.so.1 in ");
	assert_fails("sys/bin/none", -ENOENT, "/sys/bin/none: No such file");
}
END_TEST

START_TEST(other_machines_are_passed_over)
{
	put_loader();
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so.1" } });
	put_elf("sys/lib/liba.so.1", (struct elf) { .machine = EM_68K });
	put_elf("sys/usr/lib/liba.so.1", (struct elf) { 0 });
	assert_closure("sys/bin/p", "/bin/p",
		P_AND_LD "/usr/lib/liba.so.1 <- /sys/usr/lib/liba.so.1\n");
}
END_TEST

/* As in /lib64/ld-linux-x86-64.so.2, which stands in /usr/lib/x86_64-linux-gnu. */
START_TEST(loader_shows_the_usual_directories)
{
	put_elf("sys/usr/lib/test-gnu/ld.so", (struct elf) { 0 });
	put_symlink("../usr/lib/test-gnu/ld.so", "sys" LD);
	put_elf("sys/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so.1", "libb.so.1" },
			.runpath = "/opt/$LIB" });
	put_elf("sys/usr/lib/test-gnu/liba.so.1", (struct elf) { 0 });
	put_elf("sys/opt/lib/test-gnu/libb.so.1", (struct elf) { 0 });
	assert_closure("sys/bin/p", "/bin/p",
		"/bin/p <- /sys/bin/p\n" LD " <- /sys/usr/lib/test-gnu/ld.so\n"
		"/usr/lib/test-gnu/liba.so.1 <- /sys/usr/lib/test-gnu/liba.so.1\n"
		"/opt/lib/test-gnu/libb.so.1 <- /sys/opt/lib/test-gnu/libb.so.1\n");
}
END_TEST

/* $ORIGIN leads from where the program is, and in the guest from where it will be. */
START_TEST(origin_is_the_programs_directory)
{
	put_loader();
	put_elf("sys/app/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so", "libb.so" },
			.runpath = "/none:${ORIGIN}/../lib:$ORIGIN" });
	put_symlink("/app/bin/p", "sys/bin/p");
	put_elf("sys/app/lib/liba.so", (struct elf) { 0 });
	put_elf("sys/app/bin/libb.so", (struct elf) { 0 });
	assert_closure("sys/bin/p", "/opt/x/p",
		"/opt/x/p <- /sys/app/bin/p\n" LD " <- /sys" LD "\n"
		"/opt/x/../lib/liba.so <- /sys/app/lib/liba.so\n"
		"/opt/x/libb.so <- /sys/app/bin/libb.so\n");
}
END_TEST

/* A program that was built elsewhere, for the system in the sysroot. */
START_TEST(program_may_stand_outside)
{
	put_loader();
	put_elf("build/p",
		(struct elf) { LD_SO, .needed = { "liba.so", "libb.so" },
			.runpath = "$ORIGIN" });
	put_elf("build/liba.so", (struct elf) { 0 });
	put_elf("sys/lib/libb.so", (struct elf) { 0 });
	assert_closure("build/p", "/bin/p",
		"/bin/p <- /build/p\n" LD " <- /sys" LD "\n"
		"/bin/liba.so <- /build/liba.so\n"
		"/lib/libb.so <- /sys/lib/libb.so\n");
}
END_TEST

/* An RPATH holds for what its owner loads, too, a RUNPATH does not, and rules one out. */
static const struct {
	const char *rpath, *runpath;
	int r;
} paths[] = { { "/x", NULL, 0 }, { NULL, "/x", -ENOENT }, { "/x", "/x", -ENOENT },
	{ "/y", NULL, -ENOENT } };

START_TEST(rpath_is_inherited)
{
	put_loader();
	put_elf("sys/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so" }, .rpath = paths[_i].rpath,
			.runpath = paths[_i].runpath });
	put_elf("sys/x/liba.so", (struct elf) { .needed = { "libb.so" } });
	put_elf("sys/x/libb.so", (struct elf) { 0 });
	int r = closure(at("sys/bin/p"), "/bin/p", root);
	ck_assert_msg(r == paths[_i].r, "%d: %s", r, why);
}
END_TEST

START_TEST(ld_so_conf_is_followed)
{
	put_loader();
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so", "libb.so" } });
	put_text("sys/etc/ld.so.conf",
		"# all of it\ninclude conf.d/*.conf /etc/ld.so.conf\nhwcap 1 nosegneg\n/b/ # b",
		0644);
	put_text("sys/etc/conf.d/a.conf", " /a\n", 0644);
	put_text("sys/etc/conf.d/z", "/z\n", 0644);
	put_elf("sys/a/liba.so", (struct elf) { 0 });
	put_elf("sys/b/liba.so", (struct elf) { 0 });
	put_elf("sys/b/libb.so", (struct elf) { 0 });
	put_elf("sys/z/libb.so", (struct elf) { 0 });
	/* Without its cache ld.so would not find them. */
	assert_fails(
		"sys/bin/p", -ENOENT, "/sys/a/liba.so is in a directory that ld.so ");
	put_text("sys/etc/ld.so.cache", "", 0644);
	assert_closure("sys/bin/p", "/bin/p",
		P_AND_LD "/a/liba.so <- /sys/a/liba.so\n/b/libb.so <- /sys/b/libb.so\n"
			 "/etc/ld.so.cache <- /sys/etc/ld.so.cache\n");
}
END_TEST

START_TEST(musl_has_ways_of_its_own)
{
	put_elf("sys/lib/libc.musl.so", (struct elf) { .soname = "libc.so" });
	put_symlink("libc.musl.so", "sys" MUSL);
	put_elf("sys/bin/p",
		(struct elf) { .interp = MUSL,
			.needed = { "liba.so", "libc.so", "libm.so.6" } });
	put_elf("sys/usr/lib/liba.so",
		(struct elf) { .needed = { "libc.musl-test.so.1" } });
	assert_closure("sys/bin/p", "/bin/p",
		"/bin/p <- /sys/bin/p\n" MUSL " <- /sys/lib/libc.musl.so\n"
		"/usr/lib/liba.so <- /sys/usr/lib/liba.so\n");
	put_text("sys/etc/ld-musl-test.path", "/x:/y\n/z\n", 0644);
	assert_fails("sys/bin/p", -ENOENT, "needs liba.so, which ");
	put_elf("sys/z/liba.so", (struct elf) { 0 });
	assert_closure("sys/bin/p", "/bin/p",
		"/bin/p <- /sys/bin/p\n" MUSL " <- /sys/lib/libc.musl.so\n"
		"/etc/ld-musl-test.path <- /sys/etc/ld-musl-test.path\n"
		"/z/liba.so <- /sys/z/liba.so\n");
}
END_TEST

START_TEST(script_has_its_interpreter)
{
	put_loader();
	put_elf("sys/usr/bin/sh", (struct elf) { LD_SO });
	put_symlink("usr/bin", "sys/bin");
	put_text("sys/usr/bin/s", "#! /bin/sh -e\nexit 0\n", 0755);
	assert_closure("sys/usr/bin/s", "/s",
		"/s <- /sys/usr/bin/s\n/bin/sh <- /sys/usr/bin/sh\n" LD " <- /sys" LD
		"\n");
	put_elf("sys/usr/bin/env", (struct elf) { LD_SO });
	put_text("sys/usr/bin/e", "#!/usr/bin/env -S A=b sh -e\n", 0755);
	assert_closure("sys/usr/bin/e", "/e",
		"/e <- /sys/usr/bin/e\n/usr/bin/env <- /sys/usr/bin/env\n" LD
		" <- /sys" LD "\n/usr/bin/sh <- /sys/usr/bin/sh\n");
}
END_TEST

START_TEST(bad_script_is_refused)
{
	put_text("sys/bin/a", "#!/bin/none\n", 0755);
	assert_fails("sys/bin/a", -ENOENT, "/sys/bin/a needs /bin/none, which ");
	put_text("sys/bin/b", "#!\n/bin/a\n", 0755);
	assert_fails("sys/bin/b", -ENOEXEC, "/sys/bin/b: a script without");
	put_text("sys/bin/c", "#!/bin/c\n", 0755);
	assert_fails("sys/bin/c", -ELOOP, "/sys/bin/c: too many scripts");
	put_text("sys/bin/d", "#!sh", 0755);
	assert_fails("sys/bin/d", -ENOENT, "/sys/bin/d needs sh, which ");
	put_text("sys/bin/e", "text", 0755);
	assert_fails("sys/bin/e", -ENOEXEC, "/sys/bin/e: neither a program nor a script");
	put_text("sys/bin/f", "", 0755);
	assert_fails("sys/bin/f", -ENOEXEC, "/sys/bin/f: neither a program nor a script");
	assert_fails("sys/bin", -EISDIR, "/sys/bin: Is a directory");
}
END_TEST

/* Absolute links, and such as climb, lead within the sysroot. */
START_TEST(links_do_not_lead_out)
{
	char outside[PATH_MAX];

	put_loader();
	put_elf("sys/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so", "libb.so", "libc.so" } });
	put_elf("sys/usr/liba.so", (struct elf) { 0 });
	put_symlink("/usr", "sys/usr/lib");
	put_symlink("../../../../../../../alt/libb.so", "sys/usr/libb.so");
	put_symlink("/usr/lib/./lib//liba.so", "sys/alt/libb.so");
	put_elf("libc.so", (struct elf) { 0 });
	snprintf(outside, sizeof(outside), "%s/libc.so", base);
	put_symlink(outside, "sys/usr/libc.so");
	assert_fails("sys/bin/p", -ENOENT, "/sys/bin/p needs libc.so, which ");
	ck_assert_str_eq(seen,
		P_AND_LD "/usr/lib/liba.so <- /sys/usr/liba.so\n"
			 "/usr/lib/libb.so <- /sys/usr/liba.so\n");
	put_symlink("/loop", "sys/loop");
	assert_fails("sys/loop", -ELOOP, "/sys/loop: ");
}
END_TEST

/* What is wrong with a file: of `where`, `value` is the new contents. */
static const struct {
	size_t where;
	unsigned long value;
} breaks[] = {
#define SEG(i, field) \
	(sizeof(ElfW(Ehdr)) + (i) * sizeof(ElfW(Phdr)) + offsetof(ElfW(Phdr), field))
#define DYN(i) (DYNAMIC_AT + (i) * sizeof(ElfW(Dyn)) + offsetof(ElfW(Dyn), d_un))
	{ offsetof(ElfW(Ehdr), e_phoff), -1UL / 2 },
	{ offsetof(ElfW(Ehdr), e_phoff), ELF_SIZE }, { SEG(0, p_filesz), 16 },
	{ SEG(0, p_offset), 1 }, { SEG(0, p_vaddr), -1UL }, { SEG(1, p_offset), -1UL },
	{ SEG(1, p_filesz), -1UL / 4 }, { SEG(2, p_offset), -1UL },
	{ SEG(2, p_filesz), 0 }, { SEG(2, p_filesz), ELF_SIZE }, { DYN(0), -1UL },
	{ DYN(0), STRINGS_LEN }, { DYN(1), 0 }, { DYN(2), -1UL }, { DYN(2), ELF_SIZE }
};

START_TEST(broken_elf_is_refused)
{
	struct making m;

	put_loader();
	make_elf(&m, &(struct elf) { LD_SO, .needed = { "liba.so.1" } });
	memcpy(m.bytes + breaks[_i].where, &breaks[_i].value, sizeof(unsigned long));
	put_file("sys/bin/p", m.bytes, sizeof(m.bytes), 0755);
	assert_fails("sys/bin/p", -ENOEXEC, "/sys/bin/p: neither a program nor a script");
}
END_TEST

START_TEST(cut_elf_is_refused)
{
	struct making m;

	make_elf(&m, &(struct elf) { LD_SO, .needed = { "liba.so.1" } });
	for (size_t len = 0; len < ELF_SIZE; len += 7) {
		put_file("sys/bin/p", m.bytes, len, 0755);
		assert_fails("sys/bin/p", -ENOEXEC, "/sys/bin/p: neither");
	}
}
END_TEST

static int stop(void *ctx, const char *path, const char *file)
{
	return --*(int *)ctx ? 0 : -77;
}

START_TEST(callers_word_ends_it)
{
	put_loader();
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so", "libb.so" } });
	put_elf("sys/lib/liba.so", (struct elf) { 0 });
	for (int calls = 1; calls <= 3; calls++) {
		int left = calls;
		ck_assert_int_eq(closure_walk(at("sys/bin/p"), "/bin/p", root, stop,
					 &left, why, sizeof(why)),
			-77);
		ck_assert_int_eq(left, 0);
	}
}
END_TEST

static TCase *closure_tests(void)
{
	TCase *t = tcase_create("closure");

	tcase_add_checked_fixture(t, setup, teardown);
#ifdef __GLIBC__
	tcase_add_loop_test(
		t, closure_is_what_the_loader_says, 0, ARRAY_SIZE(own_programs));
#endif
	tcase_add_test(t, static_program_is_alone);
	tcase_add_test(t, libraries_come_once_and_breadth_first);
	tcase_add_test(t, what_is_missing_is_named);
	tcase_add_test(t, other_machines_are_passed_over);
	tcase_add_test(t, loader_shows_the_usual_directories);
	tcase_add_test(t, origin_is_the_programs_directory);
	tcase_add_test(t, program_may_stand_outside);
	tcase_add_loop_test(t, rpath_is_inherited, 0, ARRAY_SIZE(paths));
	tcase_add_test(t, ld_so_conf_is_followed);
	tcase_add_test(t, musl_has_ways_of_its_own);
	tcase_add_test(t, script_has_its_interpreter);
	tcase_add_test(t, bad_script_is_refused);
	tcase_add_test(t, links_do_not_lead_out);
	tcase_add_loop_test(t, broken_elf_is_refused, 0, ARRAY_SIZE(breaks));
	tcase_add_test(t, cut_elf_is_refused);
	tcase_add_test(t, callers_word_ends_it);
	return t;
}

static Suite *suite(void)
{
	Suite *s = suite_create("boot closure");

	suite_add_tcase(s, closure_tests());
	return s;
}

#include "run_tests.h"
