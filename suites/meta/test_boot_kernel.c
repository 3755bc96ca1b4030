/*
 * What kernels come in: packages, archives, directories, images, whole and broken; the order
 * of modules. All inputs are made here, of a few hundred bytes each; tests of suites/boot.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/archive.h"
#include "boot/kernel.h"
#include "boot_inputs.h"
#include "cleanup.h"

#define CONFIG \
	"#\n# Linux\n#\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=\"m\"\n"
/* sha256sum of it */
#define CONFIG_SHA256 "1250d162f574e71408c059eb55af006f8921e5d48f86c27ee1977ba8a8afa755"

static char why[1024];
static struct kernel kernel;

/* --- files --- */

static void save_part(const char *path, const struct bytes *b, size_t len)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, b->data, len), len);
}

static void save(const char *path, const struct bytes *b)
{
	save_part(path, b, b->len);
}

static void save_text(const char *path, const char *text)
{
	struct bytes b = { .len = 0 };

	add(&b, text, strlen(text));
	save(path, &b);
}

static void make_dirs(const char *path)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = strchr(copy, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0755);
		*p = '/';
	}
	mkdir(copy, 0755);
}

static struct bytes data_tar(const char *release, const struct bytes *kernel_image)
{
	struct bytes b = { .len = 0 },
		     overlay = MODULE("license=GPL\0depends=\0name=overlay");
	char path[128];

	snprintf(path, sizeof(path), "./boot/vmlinuz-%s", release);
	if (kernel_image)
		tar(&b, path, kernel_image);
	snprintf(path, sizeof(path), "./boot/config-%s", release);
	tar_text(&b, path, CONFIG);
	tar_text(&b, "./boot/config-9.9.9", "#\nCONFIG_A=m\n");
	snprintf(path, sizeof(path), "./lib/modules/%s/kernel/fs/overlay.ko", release);
	tar(&b, path, &overlay);
	snprintf(path, sizeof(path), "./lib/modules/%s/modules.builtin", release);
	tar_text(&b, path, "kernel/fs/ext4/ext4.ko\nkernel/lib/crc-32.ko\n");
	tar_end(&b);
	return b;
}

static struct bytes deb(const char *data_name, const struct bytes *data)
{
	static const struct bytes version = { "2.0\n", 4 };
	struct bytes b = { "!<arch>\n", 8 }, control = { .len = 0 };

	tar_text(&control, "./control",
		"Package: linux-me\nVersion: 1.2.3-4\nSource: linux\n");
	tar_end(&control);
	ar(&b, "debian-binary", &version);
	ar(&b, "control.tar", &control);
	ar(&b, data_name, data);
	return b;
}

static struct bytes good_deb(void)
{
	struct bytes own = image(), data = data_tar(RELEASE, &own);

	return deb("data.tar", &data);
}

/* --- opening --- */

static int try(const char *source)
{
	*why = '\0';
	return kernel_open(source, &kernel, why, sizeof(why));
}

static void assert_opens(const char *source)
{
	int r = try(source);

	ck_assert_msg(r == 0, "%s: %d, %s", source, r, why);
	ck_assert_str_eq(kernel.source, source);
}

static void assert_refused(const char *source, int err, const char *says)
{
	int r = try(source);

	ck_assert_msg(r == err, "%s: %d, not %d (%s)", source, r, err, why);
	ck_assert_msg(strstr(why, says), "\"%s\" does not say \"%s\"", why, says);
	ck_assert_msg(!strncmp(why, source, strlen(source)), "\"%s\": of what?", why);
}

static void assert_image(const struct bytes *own)
{
	char data[65536];

	ck_assert_int_eq(lseek(kernel.image, 0, SEEK_CUR), 0);
	ck_assert_int_eq(read(kernel.image, data, sizeof(data)), own->len);
	ck_assert_mem_eq(data, own->data, own->len);
}

static void assert_complete(void)
{
	ck_assert_str_eq(kernel.release, RELEASE);
	ck_assert_ptr_nonnull(kernel.config);
	ck_assert_str_eq(kernel.config, CONFIG);
	ck_assert_str_eq(kernel.config_sha256, CONFIG_SHA256);
	ck_assert_uint_eq(kernel.module_count, 1);
	ck_assert_ptr_nonnull(kernel.builtin);
	ck_assert_int_eq(kernel_config(&kernel, "A"), 'y');
	ck_assert_int_eq(kernel_config(&kernel, "B"), 'm');
	ck_assert_int_eq(kernel_config(&kernel, "C"), 'n');
	ck_assert_int_eq(kernel_config(&kernel, "D"), 'y');
	ck_assert_int_eq(kernel_config(&kernel, ""), 'n');
}

static char top[] = "/tmp/plimsoll-boot.XXXXXX";

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(top));
	ck_assert_int_eq(chdir(top), 0);
}

static void teardown(void)
{
	char *const roots[] = { top, NULL };

	kernel_close(&kernel);
	ck_assert_int_eq(chdir("/"), 0);
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *ent; fts && (ent = fts_read(fts));)
		if (ent->fts_info != FTS_D)
			remove(ent->fts_accpath);
	fts_close(fts);
}

START_TEST(deb_is_read)
{
	struct bytes own = image(), b = good_deb();

	save("a.deb", &b);
	assert_opens("a.deb");
	assert_complete();
	assert_image(&own);
	ck_assert_str_eq(kernel.package, "linux-me");
	ck_assert_str_eq(kernel.package_version, "1.2.3-4");
	ck_assert(!kernel.host);
}
END_TEST

START_TEST(compressed_deb_is_read)
{
	struct bytes own = image(), data = data_tar(RELEASE, &own), gz;

	gzip(&gz, &data);
	struct bytes b = deb("data.tar.gz", &gz);
	save("a.deb", &b);
	assert_opens("a.deb");
	assert_complete();
}
END_TEST

/* Wherever it is cut, between its members too; before the first it is not even an archive. */
START_TEST(cut_deb_is_broken)
{
	struct bytes b = good_deb();

	for (size_t len = 8; len < b.len; len += len < 400 ? 1 : 61) {
		save_part("a.deb", &b, len);
		assert_refused("a.deb", -EBADMSG, "broken or cut short");
	}
	save_part("a.deb", &b, b.len - 1);
	assert_refused("a.deb", -EBADMSG, "broken or cut short");
}
END_TEST

START_TEST(other_files_are_refused)
{
	struct bytes text = { "hello, world\n", 13 }, gz, elf = MODULE("name=x"),
		     foreign = on_x86() ? arm64_image() : bzimage(), empty = { "", 0 };

	assert_refused("missing", -ENOENT, "No such file");
	save("file", &text);
	assert_refused("file", -EINVAL, "neither");
	save("file", &empty);
	assert_refused("file", -EINVAL, "neither");
	gzip(&gz, &text);
	save("file", &gz);
	assert_refused("file", -EINVAL, "neither");
	save("file", &elf);
	assert_refused("file", -ENOEXEC, "arch/x86/boot/bzImage");
	save("file", &foreign);
	assert_refused("file", -ENOEXEC, "and this machine is");
	mkdir("dir", 0755);
	assert_refused("dir", -EINVAL, "no kernel in it");
	save("dir/vmlinuz", &text);
	assert_refused("dir", -ENOEXEC, "vmlinuz is no kernel image");
	save("dir/vmlinuz", &foreign);
	assert_refused("dir", -ENOEXEC, "and this machine is");
}
END_TEST

/* What the header says is not to be believed. */
START_TEST(bzimage_may_lie)
{
	struct bytes b = bzimage();

	if (!on_x86())
		return;
	memcpy(b.data + 0x20e, "\xff\xff", 2);
	save("image", &b);
	assert_opens("image");
	ck_assert_str_eq(kernel.release, "");
	kernel_close(&kernel);
	memcpy(b.data + 0x20e, "\xff\x07", 2); /* its last byte */
	b.data[b.len - 1] = 'x';
	save("image", &b);
	assert_opens("image");
	ck_assert_str_eq(kernel.release, "x");
	kernel_close(&kernel);
	b = bzimage();
	b.data[0x236] = 0;
	save("image", &b);
	assert_refused("image", -ENOEXEC, "32-bit");
	b = bzimage();
	save_part("image", &b, 0x220);
	assert_refused("image", -EBADMSG, "header");
	b.data[0x1f4 + 2] = 1;
	save("image", &b);
	assert_refused("image", -EBADMSG, "cut short");
}
END_TEST

START_TEST(several_kernels_are_named)
{
	struct bytes one = image(), other = image();
	char name[32];

	mkdir("dir", 0755);
	save("dir/vmlinuz-1", &one);
	save("dir/vmlinuz-2", &one);
	assert_opens("dir");
	kernel_close(&kernel);
	other.data[300] = 'x';
	save("dir/vmlinuz-2", &other);
	assert_refused("dir", -EINVAL, "several kernels: vmlinuz-1, vmlinuz-2; name one");
	for (int i = 3; i <= 7; i++) {
		snprintf(name, sizeof(name), "dir/vmlinuz-%d", i);
		save(name, &other);
	}
	assert_refused("dir", -EINVAL, "vmlinuz-5 and 2 more; name one");
}
END_TEST

START_TEST(plus_joins_and_names)
{
	struct bytes own = image(), parts = { .len = 0 },
		     modules = data_tar(RELEASE, NULL);

	tar(&parts, "usr/lib/modules/" RELEASE "/vmlinuz", &own);
	tar_end(&parts);
	save("linux+me.tar", &parts);
	save("modules", &modules);
	assert_opens("linux+me.tar");
	ck_assert_uint_eq(kernel.module_count, 0);
	kernel_close(&kernel);
	assert_opens("linux+me.tar+modules");
	assert_complete();
	kernel_close(&kernel);
	assert_opens("modules+linux+me.tar");
	assert_complete();
	assert_refused("linux+me.tar+other", -ENOENT, "there is no \"other\"");
	assert_refused("linux+me.tar+", -ENOENT, "there is no \"\"");
	assert_refused("linux+you.tar", -ENOENT, "No such file");
	assert_refused("modules+modules", -EINVAL, "no kernel in it");
}
END_TEST

/* Modules of another release do not go with a kernel. */
START_TEST(modules_have_to_fit)
{
	struct bytes own = image(), modules = data_tar("4.5.6", NULL);

	save("modules.tar", &modules);
	mkdir("dir", 0755);
	save("dir/vmlinuz-" RELEASE, &own);
	assert_refused("dir+modules.tar", -EINVAL, "the kernel is " RELEASE);
}
END_TEST

/* As ci/kernels leaves it, and as a system has it. */
static const struct {
	const char *image, *config, *modules, *source;
} places[] = {
	{ "d/vmlinuz", "d/config", "d/modules", "d" },
	{ "d/vmlinuz", "d/config", "d/modules", "d/vmlinuz" },
	{ "d/boot/vmlinuz-" RELEASE, "d/boot/config-" RELEASE, "d/lib/modules/" RELEASE,
		"d" },
	{ "d/boot/vmlinuz-" RELEASE, "d/boot/config-" RELEASE, "d/lib/modules/" RELEASE,
		"d/boot/vmlinuz-" RELEASE },
	{ "d/boot/vmlinuz-" RELEASE, "d/boot/config-" RELEASE, "d/lib/modules/" RELEASE,
		"d/boot" },
	{ "d/usr/lib/modules/" RELEASE "/vmlinuz", "d/usr/lib/modules/" RELEASE "/config",
		"d/usr/lib/modules/" RELEASE, "d" },
};

START_TEST(directory_is_read)
{
	struct bytes own = image(), overlay = MODULE("depends="),
		     other = MODULE("depends=");
	char path[256];

	if (!on_x86() && _i < 2)
		return; /* Nothing says the release there. */
	make_dirs("d/boot");
	snprintf(path, sizeof(path), "%s/kernel", places[_i].modules);
	make_dirs(path);
	save(places[_i].image, &own);
	save_text(places[_i].config, CONFIG);
	snprintf(path, sizeof(path), "%s/kernel/overlay.ko", places[_i].modules);
	save(path, &overlay);
	snprintf(path, sizeof(path), "%s/modules.builtin", places[_i].modules);
	save_text(path, "kernel/fs/ext4/ext4.ko\n");
	make_dirs("d/lib/modules/9.9.9");
	save("d/lib/modules/9.9.9/other.ko", &other);
	symlink("boot/vmlinuz-9.9.9", "d/vmlinuz.old");
	assert_opens(places[_i].source);
	assert_complete();
	assert_image(&own);
	ck_assert_ptr_null(kernel.package);
	ck_assert_int_eq(access(kernel.modules[0].path, R_OK), 0);
}
END_TEST

START_TEST(host_is_not_booted)
{
	struct utsname us;

	uname(&us);
	assert_opens("host");
	ck_assert(kernel.host);
	ck_assert_str_eq(kernel.release, us.release);
	ck_assert_int_eq(kernel.image, -1);
}
END_TEST

/* --- modules --- */

#define INFO(text)                 \
	{                          \
		text, sizeof(text) \
	}

static const struct {
	const char *path;
	struct {
		const char *text;
		size_t len;
	} info;
} module_files[] = {
	{ "alone.ko", INFO("license=GPL\0depends=") },
	{ "nf-nat.ko", INFO("depends=alone") },
	{ "top.ko", INFO("depends=nf_nat,alone\0softdep=pre: crc32c gone post: late") },
	{ "crc32c_generic.ko", INFO("depends=") },
	{ "late.ko", INFO("depends=") },
	{ "circle-a.ko", INFO("depends=circle_b") },
	{ "circle-b.ko", INFO("softdep=pre: circle-a\0depends=alone") },
	{ "both.ko", INFO("depends=circle_b,circle_a") },
	{ "ring_a.ko", INFO("depends=ring_b") },
	{ "ring_b.ko", INFO("depends=ring_a") },
	{ "lame.ko", INFO("depends=alone,gone") },
	{ "easy.ko", INFO("depends=\0softdep=pre: lame") },
	{ "on_builtin.ko", INFO("depends=ext4,crc_32") },
};

/* `order` NULL: refused with `err` and a sentence that says `says`. */
static const struct {
	const char *name, *order, *says;
	int err;
} orders[] = {
	{ "alone", "alone" },
	{ "nf-nat", "alone nf_nat" },
	{ "nf_nat", "alone nf_nat" },
	{ "top", "alone nf_nat crc32c_generic top" },
	{ "circle_a", "alone circle_b circle_a" },
	{ "circle_b", "alone circle_b" }, /* it goes without circle_a, which needs it */
	{ "both", "alone circle_b circle_a both" },
	{ "ring_a", NULL, "which needs it", -ELOOP },
	{ "easy", "easy" },
	{ "on_builtin", "on_builtin" },
	{ "ext4", "" },
	{ "crc-32", "" },
	{ "packed", "alone packed" },
	{ "gone", NULL, "no module gone", -ENOENT },
	{ "", NULL, "no module", -ENOENT },
	{ "lame", NULL, "lame needs gone", -ENOENT },
	{ "text", NULL, "text.ko: broken", -ENOEXEC },
	{ "cut", NULL, "cut.ko.gz: broken or cut short", -EBADMSG },
};

static struct bytes modules_tar(void)
{
	struct bytes b = { .len = 0 }, own = image(), packed = MODULE("depends=alone"),
		     gz;
	char path[64];

	tar(&b, "vmlinuz", &own);
	for (size_t i = 0; i < ARRAY_SIZE(module_files); i++) {
		struct bytes file =
			module(module_files[i].info.text, module_files[i].info.len);
		snprintf(path, sizeof(path), "modules/%s", module_files[i].path);
		tar(&b, path, &file);
	}
	gzip(&gz, &packed);
	tar(&b, "modules/packed.ko.gz", &gz);
	gz.len /= 2;
	tar(&b, "modules/cut.ko.gz", &gz);
	tar_text(&b, "modules/text.ko", "hello\n");
	tar_text(&b, "modules/modules.builtin", "kernel/ext4.ko\nkernel/crc-32.ko\n");
	tar_end(&b);
	return b;
}

static void open_modules(void)
{
	struct bytes b = modules_tar();

	save("modules.tar", &b);
	assert_opens("modules.tar");
	ck_assert_uint_eq(kernel.module_count, ARRAY_SIZE(module_files) + 3);
}

static void assert_order(const struct modules *m, const char *order)
{
	char got[256] = "", magic[4];

	for (size_t i = 0; i < m->count; i++) {
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
			i ? " " : "", m->list[i].name);
		ck_assert_int_eq(
			read(m->list[i].fd, magic, sizeof(magic)), sizeof(magic));
		ck_assert_mem_eq(magic, ELFMAG, SELFMAG);
	}
	ck_assert_str_eq(got, order);
}

START_TEST(modules_are_ordered)
{
	struct modules m = { NULL };

	open_modules();
	*why = '\0';
	int r = modules_add(&m, &kernel, orders[_i].name, why, sizeof(why));
	ck_assert_msg(r == orders[_i].err, "%s: %d, %s", orders[_i].name, r, why);
	assert_order(&m, orders[_i].order ? orders[_i].order : "");
	if (orders[_i].says)
		ck_assert_msg(strstr(why, orders[_i].says), "\"%s\"", why);
	modules_free(&m);
	ck_assert_uint_eq(m.count, 0);
}
END_TEST

START_TEST(modules_are_added_once)
{
	struct modules m = { NULL };

	open_modules();
	ck_assert_int_eq(modules_add(&m, &kernel, "nf_nat", why, sizeof(why)), 0);
	ck_assert_int_eq(modules_add(&m, &kernel, "late", why, sizeof(why)), 0);
	ck_assert_int_eq(modules_add(&m, &kernel, "lame", why, sizeof(why)), -ENOENT);
	ck_assert_int_eq(modules_add(&m, &kernel, "nf-nat", why, sizeof(why)), 0);
	assert_order(&m, "alone nf_nat late");
	modules_free(&m);
}
END_TEST

/* --- archives --- */

static int list_entry(void *ctx, const struct archive_file *file)
{
	char *list = ctx, text[64] = "";
	size_t size = 0;

	if (S_ISREG(file->mode)) {
		_cleanup_close_ int fd = archive_contents(file, &size);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(read(fd, text, sizeof(text) - 1), size);
	}
	sprintf(list + strlen(list), "%s %o %s%s\n", file->path, file->mode, text,
		file->link ? file->link : "");
	return strcmp(file->path, "stop") ? 0 : 7;
}

#define WRITTEN "etc 40755 \netc/a 100600 hello\netc/b 100755 world\netc/c 120777 a\n"

START_TEST(cpio_is_written_and_read)
{
	_cleanup_close_ int fd = open("cpio", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	_cleanup_close_ int data = memfd_create("data", MFD_CLOEXEC);
	struct archive_writing *w = archive_create(fd, why, sizeof(why));
	char list[512] = "";

	ck_assert_msg(w != NULL, "%s", why);
	ck_assert_int_eq(write(data, "world", 5), 5);
	ck_assert_int_eq(archive_put_dir(w, "etc", 0755), 0);
	ck_assert_int_eq(archive_put_data(w, "etc/a", 0600, "hello", 5), 0);
	ck_assert_int_eq(archive_put_fd(w, "etc/b", 0755, data), 0);
	ck_assert_int_eq(archive_put_link(w, "etc/c", "a"), 0);
	ck_assert_int_eq(archive_put_data(w, "stop", 0644, NULL, 0), 0);
	ck_assert_int_eq(archive_put_data(w, "unseen", 0644, NULL, 0), 0);
	ck_assert_int_eq(archive_finish(w), 0);
	ck_assert_int_eq(archive_walk("cpio", list_entry, list, why, sizeof(why)), 7);
	ck_assert_str_eq(list, WRITTEN "stop 100644 \n");
}
END_TEST

START_TEST(decompressed_is_whole_or_refused)
{
	struct bytes text = { "hello", 5 }, gz;
	char got[16] = "";
	size_t size;

	gzip(&gz, &text);
	save("gz", &gz);
	_cleanup_close_ int fd = open("gz", O_RDWR | O_CLOEXEC);
	_cleanup_close_ int plain = archive_decompress(fd, "gz", &size, why, sizeof(why));
	ck_assert_int_ge(plain, 0);
	ck_assert_uint_eq(size, 5);
	ck_assert_int_eq(read(plain, got, sizeof(got)), 5);
	ck_assert_str_eq(got, "hello");
	_cleanup_close_ int again =
		archive_decompress(plain, "it", &size, why, sizeof(why));
	ck_assert_int_ge(again, 0);
	ck_assert_uint_eq(size, 5);
	ck_assert_int_eq(ftruncate(fd, gz.len - 10), 0);
	ck_assert_int_eq(archive_decompress(fd, "gz", &size, why, sizeof(why)), -EBADMSG);
	ck_assert_msg(!strncmp(why, "gz: broken", 10), "\"%s\"", why);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	_cleanup_close_ int none = archive_decompress(fd, "gz", &size, why, sizeof(why));
	ck_assert_int_ge(none, 0);
	ck_assert_uint_eq(size, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("boot_kernel");
	TCase *tc = tcase_create("boot_kernel");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, deb_is_read);
	tcase_add_test(tc, compressed_deb_is_read);
	tcase_add_test(tc, cut_deb_is_broken);
	tcase_add_test(tc, other_files_are_refused);
	tcase_add_test(tc, bzimage_may_lie);
	tcase_add_test(tc, several_kernels_are_named);
	tcase_add_test(tc, plus_joins_and_names);
	tcase_add_test(tc, modules_have_to_fit);
	tcase_add_loop_test(tc, directory_is_read, 0, ARRAY_SIZE(places));
	tcase_add_test(tc, host_is_not_booted);
	tcase_add_loop_test(tc, modules_are_ordered, 0, ARRAY_SIZE(orders));
	tcase_add_test(tc, modules_are_added_once);
	tcase_add_test(tc, cpio_is_written_and_read);
	tcase_add_test(tc, decompressed_is_whole_or_refused);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
