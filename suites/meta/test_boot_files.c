/* What goes into a guest: the files of an initramfs, and its cpio; tests of suites/boot. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/archive.h"
#include "boot/initramfs.h"
#include "boot_files.h"
#include "cleanup.h"

static struct initramfs *fs;

static void setup_initramfs(void)
{
	setup();
	fs = initramfs_new(why, sizeof(why));
	ck_assert_msg(fs != NULL, "%s", why);
}

static void teardown_initramfs(void)
{
	initramfs_free(fs);
	teardown();
}

static void dir(const char *path, mode_t mode)
{
	ck_assert_msg(initramfs_dir(fs, path, mode, why, sizeof(why)) == 0, "%s", why);
}

static void link_to(const char *path, const char *target)
{
	ck_assert_msg(initramfs_link(fs, path, target, why, sizeof(why)) == 0, "%s", why);
}

static void data(const char *path, mode_t mode, const char *text)
{
	ck_assert_msg(
		initramfs_data(fs, path, mode, text, strlen(text), why, sizeof(why)) == 0,
		"%s", why);
}

/* Adds "PATH MODE [-> TARGET | SIZE: FIRST LINE]\n" to what was seen. */
static int see_entry(void *ctx, const struct archive_file *file)
{
	size_t len = strlen(seen), size = 0;
	char text[64] = "", *at_end = seen + len;

	if (S_ISREG(file->mode)) {
		_cleanup_close_ int fd = archive_contents(file, &size);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_ge(read(fd, text, sizeof(text) - 1), 0);
		text[strcspn(text, "\n")] = '\0';
	}
	at_end += sprintf(at_end, "%s %o", file->path, file->mode);
	if (file->link)
		sprintf(at_end, " -> %s\n", file->link);
	else if (S_ISREG(file->mode) && text[0] == ELFMAG0)
		sprintf(at_end, " %zu: ELF\n", size);
	else if (S_ISREG(file->mode))
		sprintf(at_end, " %zu: %s\n", size, text);
	else
		strcpy(at_end, "\n");
	return 0;
}

/* Ends the initramfs and reads it back. */
static void assert_initramfs(const char *want)
{
	char path[64], magic[7] = "";
	_cleanup_close_ int fd = initramfs_finish(TAKE_PTR(fs), why, sizeof(why));

	ck_assert_msg(fd >= 0, "%s", why);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	ck_assert_int_eq(pread(fd, magic, 6, 0), 6);
	ck_assert_str_eq(magic, "070701");
	*seen = '\0';
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ck_assert_msg(
		archive_walk(path, see_entry, NULL, why, sizeof(why)) == 0, "%s", why);
	ck_assert_str_eq(seen, want);
}

START_TEST(all_kinds_are_written)
{
	put_text("f", "from a descriptor", 0644);
	_cleanup_close_ int fd = open(at("f"), O_RDONLY | O_CLOEXEC);

	data("/init", 0755, "#!/bin/sh\n");
	dir("/", 0700);
	dir("/tmp", 01777);
	link_to("/bin/sh", "busybox");
	ck_assert_int_eq(initramfs_fd(fs, "/a/b/c", 0640, fd, why, sizeof(why)), 0);
	data("/empty", 0400, "");
	assert_initramfs("init 100755 10: #!/bin/sh\n"
			 "tmp 41777\n"
			 "bin 40755\nbin/sh 120777 -> busybox\n"
			 "a 40755\na/b 40755\na/b/c 100640 17: from a descriptor\n"
			 "empty 100400 0: \n");
}
END_TEST

START_TEST(what_is_there_is_left)
{
	data("/d/f", 0644, "first");
	data("/d/f", 0600, "second");
	link_to("/d/l", "f");
	link_to("/d/l", "g");
	link_to("/d/f", "g");
	data("/d/l", 0644, "third");
	dir("/d", 0700); /* nobody had asked for it */
	dir("/d", 0711);
	assert_initramfs("d 40755\nd/f 100644 5: first\nd/l 120777 -> f\nd 40700\n");
}
END_TEST

START_TEST(links_are_followed)
{
	link_to("/lib", "usr/lib");
	link_to("/usr/lib", "/usr/lib64/.");
	data("/lib/x/a", 0644, "a");
	data("/lib/x/../y//b", 0644, "b");
	data("/usr/lib64/x/a", 0644, "again");
	link_to("/to", "later");
	data("/to", 0644, "c");
	assert_initramfs("lib 120777 -> usr/lib\n"
			 "usr 40755\nusr/lib 120777 -> /usr/lib64/.\n"
			 "usr/lib64 40755\nusr/lib64/x 40755\nusr/lib64/x/a 100644 1: a\n"
			 "usr/lib64/y 40755\nusr/lib64/y/b 100644 1: b\n"
			 "to 120777 -> later\nlater 100644 1: c\n");
}
END_TEST

/* To those who will run there /root is the top. */
START_TEST(links_lead_within_the_guests_root)
{
	link_to("/root/lib", "/usr/lib");
	link_to("/root/up", "../../../..");
	data("/root/lib/a", 0644, "a");
	data("/root/up/b", 0644, "b");
	assert_initramfs("root 40755\nroot/lib 120777 -> /usr/lib\n"
			 "root/up 120777 -> ../../../..\n"
			 "root/usr 40755\nroot/usr/lib 40755\n"
			 "root/usr/lib/a 100644 1: a\nroot/b 100644 1: b\n");
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
	char name[PATH_MAX + 2];

	memset(name, '/', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	data("/f", 0644, "f");
	dir("/d", 0755);
	link_to("/loop", "/loop");
	ck_assert_int_eq(initramfs_dir(fs, "/f/d", 0755, why, sizeof(why)), -ENOTDIR);
	ck_assert_str_eq(why, "/f/d cannot be put into the initramfs: Not a directory");
	ck_assert_int_eq(initramfs_dir(fs, "/f", 0755, why, sizeof(why)), -ENOTDIR);
	ck_assert_int_eq(initramfs_data(fs, "/d", 0, "", 0, why, sizeof(why)), -EISDIR);
	ck_assert_int_eq(initramfs_dir(fs, "/loop/d", 0, why, sizeof(why)), -ELOOP);
	ck_assert_int_eq(initramfs_dir(fs, "d", 0755, why, sizeof(why)), -EINVAL);
	ck_assert_int_eq(initramfs_dir(fs, name, 0, why, sizeof(why)), -ENAMETOOLONG);
	ck_assert_int_lt(initramfs_fd(fs, "/x", 0644, -1, why, sizeof(why)), 0);
}
END_TEST

static int program(const char *path, const char *file, const char *sysroot)
{
	return initramfs_program(
		fs, "/root", path, at(file), at(sysroot), why, sizeof(why));
}

START_TEST(program_brings_its_libraries)
{
	put_loader();
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so" } });
	put_elf("sys/bin/q", (struct elf) { LD_SO, .needed = { "liba.so" } });
	put_elf("sys/usr/lib/liba.so", (struct elf) { 0 });
	link_to("/root/lib", "usr/lib");
	ck_assert_msg(program("/p", "sys/bin/p", "sys") == 0, "%s", why);
	ck_assert_msg(program("/q", "sys/bin/q", "sys") == 0, "%s", why);
	assert_initramfs("root 40755\nroot/lib 120777 -> usr/lib\n"
			 "root/p 100755 4096: ELF\n"
			 "root/usr 40755\nroot/usr/lib 40755\n"
			 "root/usr/lib/ld-test.so.2 100755 4096: ELF\n"
			 "root/usr/lib/liba.so 100755 4096: ELF\n"
			 "root/q 100755 4096: ELF\n");
}
END_TEST

/* Two systems can share a tree only as far as their files are the same. */
START_TEST(libraries_of_two_systems_do_not_mix)
{
	put_loader();
	put_elf("sys/bin/p", (struct elf) { LD_SO, .needed = { "liba.so" } });
	put_elf("sys/lib/liba.so", (struct elf) { .soname = "liba.so" });
	put_elf("two" LD, (struct elf) { .soname = "ld-test.so.2" });
	put_elf("two/bin/q", (struct elf) { LD_SO, .needed = { "liba.so" } });
	put_elf("two/lib/liba.so", (struct elf) { .soname = "liba.so" });
	ck_assert_msg(program("/p", "sys/bin/p", "sys") == 0, "%s", why);
	ck_assert_msg(program("/q", "two/bin/q", "two") == 0, "%s", why);
	put_elf("two/lib/liba.so", (struct elf) { .soname = "liba.so", .rpath = "/x" });
	ck_assert_int_eq(program("/q", "two/bin/q", "two"), -EEXIST);
	ck_assert_ptr_nonnull(strstr(why, "/root/lib/liba.so cannot be both "));
	ck_assert_int_eq(program("/r", "two/bin/none", "two"), -ENOENT);
}
END_TEST

START_TEST(tree_comes_as_it_is)
{
	put_loader();
	put_elf("sys/lib/liba.so", (struct elf) { 0 });
	put_elf("tree/bin/p",
		(struct elf) { LD_SO, .needed = { "liba.so", "libb.so" },
			.runpath = "$ORIGIN/../lib" });
	put_elf("tree/lib/libb.so", (struct elf) { .needed = { "liba.so" } });
	put_text("tree/a/script", "#!/usr/bin/unknown\n", 0755);
	put_text("tree/a/text", "text", 0604);
	put_symlink("/elsewhere", "tree/a/link");
	ck_assert_int_eq(mkfifo(at("tree/a/fifo"), 0644), 0);
	ck_assert_int_eq(chmod(at("tree"), 0750), 0);
	int r = initramfs_tree(
		fs, "/root", "/root/opt", at("tree"), root, why, sizeof(why));
	ck_assert_msg(r == 0, "%s", why);
	assert_initramfs("root 40755\nroot/opt 40750\nroot/opt/a 40755\n"
			 "root/opt/a/link 120777 -> /elsewhere\n"
			 "root/opt/a/script 100755 19: #!/usr/bin/unknown\n"
			 "root/opt/a/text 100604 4: text\n"
			 "root/opt/bin 40755\nroot/opt/bin/p 100755 4096: ELF\n"
			 "root/lib 40755\nroot/lib/ld-test.so.2 100755 4096: ELF\n"
			 "root/lib/liba.so 100755 4096: ELF\n"
			 "root/opt/lib 40755\nroot/opt/lib/libb.so 100755 4096: ELF\n");
}
END_TEST

START_TEST(tree_is_a_directory)
{
	put_text("f", "", 0644);
	ck_assert_int_eq(
		initramfs_tree(fs, "", "/f", at("f"), "", why, sizeof(why)), -ENOTDIR);
	ck_assert_int_eq(
		initramfs_tree(fs, "", "/f", at("none"), "", why, sizeof(why)), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, "/none: No such file"));
}
END_TEST

START_TEST(many_files_are_kept_apart)
{
	char path[64];

	for (int twice = 0; twice < 2; twice++)
		for (int i = 0; i < 5000; i++) {
			snprintf(path, sizeof(path), "/%d/%d", i % 10, i);
			data(path, 0644, path);
		}
	_cleanup_close_ int fd = initramfs_finish(TAKE_PTR(fs), why, sizeof(why));
	struct stat st;
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_lt(st.st_size, 5010 * (110 + 2 * 12));
	ck_assert_int_gt(st.st_size, 5010 * 110);
	initramfs_free(NULL);
}
END_TEST

static TCase *initramfs_tests(void)
{
	TCase *t = tcase_create("initramfs");

	tcase_add_checked_fixture(t, setup_initramfs, teardown_initramfs);
	tcase_add_test(t, all_kinds_are_written);
	tcase_add_test(t, what_is_there_is_left);
	tcase_add_test(t, links_are_followed);
	tcase_add_test(t, links_lead_within_the_guests_root);
	tcase_add_test(t, what_cannot_be_is_refused);
	tcase_add_test(t, program_brings_its_libraries);
	tcase_add_test(t, libraries_of_two_systems_do_not_mix);
	tcase_add_test(t, tree_comes_as_it_is);
	tcase_add_test(t, tree_is_a_directory);
	tcase_add_test(t, many_files_are_kept_apart);
	return t;
}

static Suite *suite(void)
{
	Suite *s = suite_create("boot files");

	suite_add_tcase(s, initramfs_tests());
	return s;
}

#include "run_tests.h"
