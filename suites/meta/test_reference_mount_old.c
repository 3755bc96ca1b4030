/* mounts[] on kernels that have less, and with little to do it with. */
#include <sys/resource.h>
#include <time.h>

#include "reference_mounts.h"
#include "uapi/unistd.h"

/* A kernel without mount_setattr(2): 5.11 and older. */
START_TEST(without_mount_setattr_nothing_is_less)
{
	if (not_root())
		return;
	volume();
	ck_assert_int_eq(mount(NULL, VOL, NULL,
				 MS_REMOUNT | MS_BIND | MS_NOEXEC | MS_NOATIME, NULL),
		0);
	put(VOL "/file", "");
	without(SYS_mount_setattr, ENOSYS);
	mounted(BIND("/a", "'rbind','ro','nosuid','rprivate'") "," M("/f", "bind",
		"vol/file",
		"'bind','nodev'") "," TMPFS("/t", "'nosymfollow','ro','slave'"));
	unsigned long a = flags_of(ROOTFS "/a"), f = flags_of(ROOTFS "/f");
	ck_assert((a & ST_RDONLY) && (a & ST_NOSUID));
	ck_assert((a & ST_NOEXEC) && (a & ST_NOATIME));
	ck_assert((f & ST_NODEV) && (f & ST_NOEXEC));
	ck_assert((flags_of(ROOTFS "/t") & ST_NOSYMFOLLOW));
	ck_assert((flags_of(ROOTFS "/t") & ST_RDONLY));
	ck_assert_int_eq(writing(VOL), 0);
	refused(BIND("/b", "'rbind','rro'"),
		"mounts[0]: mount_setattr(/b, rro): this kernel has no mount_setattr");
	ck_assert_str_eq(mountinfo(ROOTFS "/b"), "");
}
END_TEST

START_TEST(a_filter_that_refuses_is_an_error)
{
	if (not_root())
		return;
	volume();
	without(SYS_mount_setattr, EPERM);
	refused(BIND("/b", "'rbind','rro'"),
		"mount_setattr(/b, rro): Operation not permitted");
	refused(BIND("/b", "'rbind','ro'"), "mount_setattr(/b, ro): Operation not");
}
END_TEST

/* 5.1 and older. */
START_TEST(without_descriptors_mount_does_it)
{
	if (not_root())
		return;
	volume();
	put(VOL "/file", "");
	without(SYS_fsopen, ENOSYS);
	without(SYS_open_tree, ENOSYS);
	without(SYS_fspick, ENOSYS);
	mounted(BIND("/a", "'rbind','ro','nosuid','slave'") "," M(
		"/f", "bind", "vol/file", "'bind','nodev'") "," TMPFS("/t",
		"'size=1M','noatime','sync'") "," M("/t", "none", "none",
		"'remount','size=2M','nosuid'"));
	ck_assert_int_eq(writing(ROOTFS "/a"), EROFS);
	ck_assert_int_eq(writing(ROOTFS "/a/sub"), 0);
	ck_assert(flags_of(ROOTFS "/f") & ST_NODEV);
	struct statvfs fs;
	ck_assert_int_eq(statvfs(ROOTFS "/t", &fs), 0);
	ck_assert_uint_eq(fs.f_blocks * fs.f_frsize, 2 << 20);
	ck_assert((fs.f_flag & ST_NOATIME) && (fs.f_flag & ST_NOSUID));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/t"), "sync"));
}
END_TEST

START_TEST(many_mounts_need_few_descriptors)
{
	static char list[60000];
	struct rlimit few = { 20, 20 };
	struct timespec a, b;
	size_t len = 0;

	if (without_setattr())
		return;
	volume();
	for (int i = 0; i < 200; i++)
		len += snprintf(list + len, sizeof(list) - len,
			"%s{'destination':'/m/%d/x','type':'%s','source':'vol','options':[%s]}",
			i ? "," : "", i, i % 2 ? "tmpfs" : "bind",
			i % 2 ? "'mode=700','nosuid'" : "'rbind','rro','rprivate'");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	mounted(list);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert_int_lt(
		(b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000, 3000);
	ck_assert_int_eq(writing(ROOTFS "/m/198/x/sub/sub"), EROFS);
	ck_assert_str_ne(mountinfo(ROOTFS "/m/199/x"), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference mount_old");
	TCase *t = tcase_create("mount_old");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, private_tmp, NULL);
	tcase_add_test(t, without_mount_setattr_nothing_is_less);
	tcase_add_test(t, a_filter_that_refuses_is_an_error);
	tcase_add_test(t, without_descriptors_mount_does_it);
	tcase_add_test(t, many_mounts_need_few_descriptors);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
