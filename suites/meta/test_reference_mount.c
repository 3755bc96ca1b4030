/* mounts[]: what they do on real mounts; bad ones. */
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "reference_mounts.h"

START_TEST(a_tmpfs_is_what_the_options_say)
{
	struct statvfs fs;
	struct stat st;

	if (not_root())
		return;
	mounted(TMPFS("/a",
		"'size=1M','mode=0711','uid=7','gid=8','nosuid','noexec'") "," TMPFS("/b",
		"'ro'") "," TMPFS("c/./d",
		"'nodev','noatime','nodiratime'") "," TMPFS("/e",
		"'nosymfollow','strictatime','rro'"));
	ck_assert_int_eq(statvfs(ROOTFS "/a", &fs), 0);
	ck_assert_uint_eq(fs.f_blocks * fs.f_frsize, 1 << 20);
	ck_assert_uint_eq(fs.f_flag & (ST_NOSUID | ST_NOEXEC | ST_NODEV | ST_RDONLY),
		ST_NOSUID | ST_NOEXEC);
	ck_assert(fs.f_flag & ST_RELATIME);
	ck_assert_int_eq(stat(ROOTFS "/a", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0711);
	ck_assert(st.st_uid == 7 && st.st_gid == 8);
	ck_assert_int_eq(writing(ROOTFS "/a"), 0);
	ck_assert_int_eq(writing(ROOTFS "/b"), EROFS);
	unsigned long c = flags_of(ROOTFS "/c/d");
	ck_assert((c & ST_NODEV) && (c & ST_NOATIME) && (c & ST_NODIRATIME));
	unsigned long e = flags_of(ROOTFS "/e");
	ck_assert((e & ST_NOSYMFOLLOW) && (e & ST_RDONLY));
	ck_assert(!(e & (ST_RELATIME | ST_NOATIME)));
}
END_TEST

START_TEST(a_tmpfs_has_the_mode_of_what_it_covers)
{
	struct stat st;

	if (not_root())
		return;
	ck_assert_int_eq(mkdir(ROOTFS "/old", 0700), 0);
	ck_assert_int_eq(chmod(ROOTFS "/old", 02750), 0);
	mounted(TMPFS("/old") "," TMPFS("/new") "," TMPFS("/new/in"));
	ck_assert_int_eq(stat(ROOTFS "/old", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 02750);
	ck_assert_int_eq(stat(ROOTFS "/new", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 01777);
}
END_TEST

START_TEST(flags_of_the_super_block_are_set)
{
	if (not_root())
		return;
	mounted(TMPFS("/a", "'sync','dirsync','lazytime','silent'") "," TMPFS(
		"/b", "'sync','async','loud','nolazytime','noiversion'") "," TMPFS("/c",
		"'iversion','mode=700','mand'"));
	const char *a = mountinfo(ROOTFS "/a");
	ck_assert(strstr(a, "sync") && strstr(a, "dirsync") && strstr(a, "lazytime"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/b"), "sync"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/c"), "mode=700"));
}
END_TEST

START_TEST(a_bind_has_its_attributes_and_the_source_keeps_its_own)
{
	if (not_root())
		return;
	volume();
	mounted(BIND("/a", "'rbind','ro','nosuid','noatime'") "," BIND("/b", "'bind'"));
	ck_assert_int_eq(writing(ROOTFS "/a"), EROFS);
	ck_assert_int_eq(writing(ROOTFS "/a/sub"), 0);
	ck_assert(
		flags_of(ROOTFS "/a") & ST_NOSUID && flags_of(ROOTFS "/a") & ST_NOATIME);
	ck_assert(!(flags_of(ROOTFS "/a/sub") & ST_NOSUID));
	ck_assert_int_eq(writing(ROOTFS "/b"), 0);
	ck_assert(!is_there(ROOTFS "/b/sub/sub"));
	ck_assert_int_eq(writing(VOL), 0);
}
END_TEST

START_TEST(rro_is_read_only_below_and_leaves_the_source)
{
	if (without_setattr())
		return;
	volume();
	mounted(BIND("/a", "'rbind','rro'") "," BIND(
		"/b", "'rbind','ro','rro','rnosuid'") "," BIND("/c",
		"'rbind','rw','rro'") "," BIND("/d", "'rbind','ro'") "," M("/e", "bind",
		"rootfs/a", "'rbind','rrw'"));
	static const char *const below[] = { "", "/sub", "/sub/sub" };
	static const char *const to[] = { ROOTFS "/a", ROOTFS "/b", ROOTFS "/c", VOL,
		ROOTFS "/e" };
	for (size_t i = 0; i < ARRAY_SIZE(to); i++)
		for (size_t j = 0; j < ARRAY_SIZE(below); j++) {
			char path[128];
			snprintf(path, sizeof(path), "%s%s", to[i], below[j]);
			ck_assert_msg(writing(path) == (i < 3 ? EROFS : 0), "%s", path);
			ck_assert(
				(flags_of(path) & ST_NOSUID) == (i == 1 ? ST_NOSUID : 0));
		}
	ck_assert_int_eq(writing(ROOTFS "/d/sub"), 0);
}
END_TEST

START_TEST(atime_goes_all_the_way_down)
{
	if (without_setattr())
		return;
	volume();
	mounted(BIND("/a", "'rbind','rnoatime','rnodiratime','rnosymfollow'") "," BIND(
		"/b", "'rbind','rstrictatime','rnodev','rnoexec'") "," M("/c", "bind",
		"rootfs/a", "'rbind','ratime','rdiratime','rsymfollow'") "," M("/d",
		"bind", "rootfs/b", "'rbind','rrelatime','rdev','rexec'"));
	unsigned long a = flags_of(ROOTFS "/a/sub/sub"),
		      b = flags_of(ROOTFS "/b/sub/sub");
	unsigned long c = flags_of(ROOTFS "/c/sub/sub"),
		      d = flags_of(ROOTFS "/d/sub/sub");
	ck_assert((a & ST_NOATIME) && (a & ST_NODIRATIME) && (a & ST_NOSYMFOLLOW));
	ck_assert(!(b & (ST_NOATIME | ST_RELATIME)) && (b & ST_NODEV) && (b & ST_NOEXEC));
	ck_assert(!(c & (ST_NOATIME | ST_NODIRATIME | ST_NOSYMFOLLOW)) &&
		(c & ST_RELATIME));
	ck_assert(!(d & (ST_NODEV | ST_NOEXEC)) && (d & ST_RELATIME));
}
END_TEST

START_TEST(files_and_links_are_sources)
{
	struct stat st;

	if (not_root())
		return;
	tmpfs_at(VOL);
	put(VOL "/file", "text");
	ck_assert_int_eq(symlink(VOL "/file", BUNDLE "/to-file"), 0);
	ck_assert_int_eq(mkfifo(ROOTFS "/fifo", 0600), 0);
	mounted(M("/etc/file", "none", "vol/file", "'bind','ro'") "," M("/fifo", "bind",
		"to-file", "'bind'") "," M("/null", "bind", "/dev/null", "'rbind','ro'"));
	ck_assert_int_eq(stat(ROOTFS "/etc/file", &st), 0);
	ck_assert_int_eq(st.st_size, 4);
	ck_assert(flags_of(ROOTFS "/etc/file") & ST_RDONLY);
	ck_assert_int_eq(stat(ROOTFS "/fifo", &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_eq(stat(ROOTFS "/null", &st), 0);
	ck_assert(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}
END_TEST

START_TEST(propagation_is_as_asked_for)
{
	if (not_root())
		return;
	volume();
	ck_assert_int_eq(mount(NULL, VOL, NULL, MS_SHARED | MS_REC, NULL), 0);
	mounted(BIND("/p", "'rbind','private'") "," BIND("/rp",
		"'rbind','rprivate'") "," BIND("/s", "'rbind','slave'") "," BIND("/rs",
		"'rbind','rslave'") "," BIND("/sh", "'rbind','rshared'") "," BIND("/u",
		"'rbind','runbindable'") "," TMPFS("/t", "'shared'"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/p"), "shared:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/p/sub"), "shared:"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/rp/sub"), "shared:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/s"), "master:"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/s/sub"), "master:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/rs/sub/sub"), "master:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/sh/sub"), "shared:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/u/sub"), "unbindable"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/t"), "shared:"));
	tmpfs_at(VOL "/late");
	ck_assert_str_eq(mountinfo(ROOTFS "/rp/late"), "");
	ck_assert_str_ne(mountinfo(ROOTFS "/rs/late"), "");
	tmpfs_at(ROOTFS "/rs/sub/late");
	ck_assert_str_eq(mountinfo(VOL "/sub/late"), "");
	tmpfs_at(ROOTFS "/sh/sub/later");
	ck_assert_str_ne(mountinfo(VOL "/sub/later"), "");
}
END_TEST

START_TEST(a_remount_changes_what_is_there)
{
	struct statvfs fs;

	if (not_root())
		return;
	volume();
	mounted(BIND("/a", "'rbind','nosuid'") "," M("/a", "none", "none",
		"'remount','bind','ro','nodev'") "," TMPFS("/t", "'noexec'") "," M("/t",
		"none", "none", "'remount','size=2M','sync','nosuid'"));
	unsigned long a = flags_of(ROOTFS "/a");
	ck_assert((a & ST_RDONLY) && (a & ST_NOSUID) && (a & ST_NODEV));
	ck_assert_int_eq(writing(VOL), 0);
	ck_assert_int_eq(statvfs(ROOTFS "/t", &fs), 0);
	ck_assert_uint_eq(fs.f_blocks * fs.f_frsize, 2 << 20);
	ck_assert((fs.f_flag & ST_NOEXEC) && (fs.f_flag & ST_NOSUID));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/t"), "sync"));
	refused(M("/t/none", "none", "none", "'remount','ro'"), "destination: /t/none");
	refused(M("/tmp", "none", "none", "'remount','ro'"), "mounts[0]");
}
END_TEST

START_TEST(kernels_own_file_systems)
{
	struct stat st;

	if (not_root())
		return;
	ck_assert_int_eq(unshare(CLONE_NEWIPC), 0);
	mounted(M("/proc", "proc", "proc", "'nosuid','hidepid=invisible'") "," M(
		"/sys", "sysfs", "sysfs", "'ro','nosuid'") "," TMPFS("/dev",
		"'mode=755','strictatime'") "," M("/dev/pts", "devpts", "devpts",
		"'nosuid','newinstance','ptmxmode=0666','mode=0620','gid=5'") "," M("/dev/mqueue",
		"mqueue", "mqueue",
		"'nodev'") "," M("/sys/kernel", "tmpfs", "x", "'size=4k'"));
	ck_assert(is_there(ROOTFS "/proc/self/status"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/proc"), "hidepid=invisible"));
	ck_assert(flags_of(ROOTFS "/sys") & ST_RDONLY);
	ck_assert_int_eq(stat(ROOTFS "/dev/pts/ptmx", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFCHR | 0666);
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/dev/mqueue"), " - mqueue "));
}
END_TEST

START_TEST(an_overlay_has_long_options)
{
	static char long_dir[220], list[2048];

	if (not_root())
		return;
	int context = sys_fsopen("overlay", FSOPEN_CLOEXEC);
	if (context < 0) {
		fprintf(stderr, "skipped: this kernel has no overlay\n");
		return;
	}
	close(context);
	tmpfs_at(BUNDLE "/o");
	memset(long_dir, 'x', sizeof(long_dir) - 1);
	snprintf(list, sizeof(list), BUNDLE "/o/%s", long_dir);
	ck_assert_int_eq(mkdir(list, 0755), 0);
	ck_assert_int_eq(mkdir(BUNDLE "/o/up", 0755), 0);
	ck_assert_int_eq(mkdir(BUNDLE "/o/work", 0755), 0);
	ck_assert_int_eq(mkdir(BUNDLE "/o/low", 0755), 0);
	put(BUNDLE "/o/low/file", "");
	snprintf(list, sizeof(list),
		M("/o", "overlay", "overlay",
			"'lowerdir=%s/o/%s:%s/o/low','upperdir=%s/o/up','workdir=%s/o/work',"
			"'nosuid','noatime','nosymfollow'"),
		BUNDLE, long_dir, BUNDLE, BUNDLE, BUNDLE);
	mounted(list);
	ck_assert(is_there(ROOTFS "/o/file"));
	ck_assert_int_eq(writing(ROOTFS "/o"), 0);
	unsigned long o = flags_of(ROOTFS "/o");
	ck_assert((o & ST_NOSUID) && (o & ST_NOATIME) && (o & ST_NOSYMFOLLOW));
}
END_TEST

START_TEST(what_lies_there_is_copied_up)
{
	static const char about[] = { 1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0 };
	char text[64] = { 0 };
	struct stat st;

	if (not_root())
		return;
	ck_assert_int_eq(mkdir(ROOTFS "/etc", 0750), 0);
	ck_assert_int_eq(mkdir(ROOTFS "/etc/d", 0511), 0);
	put(ROOTFS "/etc/d/file", "content");
	ck_assert_int_eq(chown(ROOTFS "/etc/d/file", 12, 34), 0);
	ck_assert_int_eq(chmod(ROOTFS "/etc/d/file", 06755), 0);
	ck_assert_int_eq(chown(ROOTFS "/etc", 56, 78), 0);
	ck_assert_int_eq(setxattr(ROOTFS "/etc/d/file", "security.capability", about,
				 sizeof(about), 0),
		0);
	ck_assert_int_eq(symlink("/nowhere", ROOTFS "/etc/link"), 0);
	ck_assert_int_eq(lchown(ROOTFS "/etc/link", 1, 2), 0);
	ck_assert_int_eq(mknod(ROOTFS "/etc/null", S_IFCHR | 0666, makedev(1, 3)), 0);
	ck_assert_int_eq(chmod(ROOTFS "/etc/null", 0606), 0);
	mounted(TMPFS("/etc", "'tmpcopyup','ro','nosuid'") "," TMPFS(
		"/new", "'tmpcopyup','mode=700'"));
	ck_assert_int_eq(writing(ROOTFS "/etc"), EROFS);
	ck_assert_int_eq(stat(ROOTFS "/etc", &st), 0);
	ck_assert(st.st_mode == (S_IFDIR | 0750) && st.st_uid == 56 && st.st_gid == 78);
	ck_assert_int_eq(stat(ROOTFS "/etc/d", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0511);
	ck_assert_int_eq(stat(ROOTFS "/etc/d/file", &st), 0);
	ck_assert(st.st_mode == (S_IFREG | 06755) && st.st_uid == 12 && st.st_gid == 34);
	ck_assert_int_eq(
		getxattr(ROOTFS "/etc/d/file", "security.capability", text, sizeof(text)),
		sizeof(about));
	ck_assert_int_eq(readlink(ROOTFS "/etc/link", text, sizeof(text)), 8);
	ck_assert_int_eq(lstat(ROOTFS "/etc/link", &st), 0);
	ck_assert(st.st_uid == 1 && st.st_gid == 2);
	ck_assert_int_eq(stat(ROOTFS "/etc/null", &st), 0);
	ck_assert(st.st_mode == (S_IFCHR | 0606) && st.st_rdev == makedev(1, 3));
	ck_assert_int_eq(stat(ROOTFS "/new", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
}
END_TEST

START_TEST(destinations_stay_inside)
{
	if (not_root())
		return;
	tmpfs_at("/tmp/outside");
	ck_assert_int_eq(symlink("/tmp/outside/a", ROOTFS "/absolute"), 0);
	ck_assert_int_eq(symlink("../../../../../tmp/outside/b", ROOTFS "/climbing"), 0);
	ck_assert_int_eq(symlink("/tmp/outside/f", ROOTFS "/file"), 0);
	put(BUNDLE "/f", "text");
	mounted(TMPFS("/absolute") "," TMPFS("climbing/../c") "," TMPFS("../../x") "," M(
		"/file", "bind", "f", "'bind'"));
	ck_assert_str_ne(mountinfo(ROOTFS "/tmp/outside/a"), "");
	ck_assert_str_ne(mountinfo(ROOTFS "/tmp/outside/c"), "");
	ck_assert_str_ne(mountinfo(ROOTFS "/tmp/outside/f"), "");
	ck_assert_str_ne(mountinfo(ROOTFS "/x"), "");
	ck_assert(!is_there("/tmp/outside/a") && !is_there("/tmp/outside/b"));
	ck_assert(!is_there("/tmp/outside/c") && !is_there("/tmp/outside/f"));
	ck_assert(!is_there(BUNDLE "/x"));
}
END_TEST

START_TEST(proc_and_sys_are_reached_by_no_link)
{
	if (not_root())
		return;
	ck_assert_int_eq(mkdir(ROOTFS "/other", 0755), 0);
	ck_assert_int_eq(symlink("other", ROOTFS "/proc"), 0);
	ck_assert_int_eq(symlink("/none", ROOTFS "/sys"), 0);
	refused(M("/proc", "proc", "proc"), "a link is on the way to /proc");
	refused(M("/sys", "sysfs", "sysfs"), "a link is on the way to /sys");
	refused(M("/proc/x", "proc", "proc"), "mounts[0]: destination");
	ck_assert_str_eq(mountinfo(ROOTFS "/other"), "");
	ck_assert(!is_there(ROOTFS "/none"));
	refused(M("/p", "proc", "proc") "," TMPFS("/p"),
		"mounts[1]: destination: /p would hide");
	refused(BIND("/p", "'bind'"), "open_tree(vol)");
}
END_TEST

START_TEST(a_mount_at_the_top_is_the_root)
{
	if (not_root())
		return;
	tmpfs_at(VOL);
	put(VOL "/file", "");
	mounted(BIND("/", "'bind','nosuid'") "," TMPFS("/in", "'mode=700'"));
	ck_assert(is_there(VOL "/in") && is_there(ROOTFS "/../rootfs/in"));
	ck_assert_str_ne(mountinfo(ROOTFS "/in"), "");
}
END_TEST

static const struct {
	const char *list, *why;
} bad[] = {
	{ BIND("/a", "'bind','size=1M'"), "mounts[0]: options: size=1M" },
	{ TMPFS("/a") "," TMPFS("/b", "'bogus'"), "mounts[1]: fsconfig(tmpfs, bogus)" },
	{ TMPFS("/b", "'bogus=1'"), "Unknown parameter 'bogus'" },
	{ TMPFS("/b", "'size=banana'"), "fsconfig(tmpfs, size)" },
	{ M("/a", "nofs", "none"), "fsopen(nofs): No such device" },
	{ M("/a", "bind", "/etc"), "without bind or rbind" },
	{ M("/a", "bind", "/none/such", "'rbind'"),
		"open_tree(/none/such): No such file" },
	{ "{'destination':'/a','options':['bind']}", "source" },
	{ "{'destination':'/a'}", "type" },
	{ "{'type':'tmpfs'}", "destination" },
	{ TMPFS("/file"), "destination: /file: Not a directory" },
	{ M("/dir", "bind", "/dev/null", "'bind'"), "destination: /dir: Is a directory" },
	{ M("/a", "proc", "proc", "'tmpcopyup'"), "tmpcopyup" },
	{ M("/a", "cgroup", "cgroup", "'nsdelegate'"), "nsdelegate" },
	{ TMPFS("/loop/x"), "destination: /loop/x: Too many levels" },
};

START_TEST(bad_ones_are_refused)
{
	if (not_root())
		return;
	put(ROOTFS "/file", "");
	ck_assert_int_eq(mkdir(ROOTFS "/dir", 0755), 0);
	ck_assert_int_eq(symlink("loop", ROOTFS "/loop"), 0);
	refused(bad[_i].list, bad[_i].why);
}
END_TEST

START_TEST(cgroups_get_their_attributes)
{
	if (not_root())
		return;
	refused(M("/c", "cgroup", "cgroup", "'ro','nosuid','rnodev','relatime'"),
		"mounts[0]: cgroups_mount: own 0, attr 0x7");
}
END_TEST

START_TEST(a_label_is_a_context)
{
	struct init in = { .parent = -1 };

	if (not_root() || access("/sys/fs/selinux", F_OK) == 0)
		return;
	ck_assert_int_lt(mounts_of("{'linux':{'mountLabel':'u:r:t:s0:c1,c2'},'mounts':["
				   "{'destination':'/a','type':'tmpfs'}]}",
				 &in),
		0);
	ck_assert_ptr_nonnull(strstr(why.text, "mounts[0]: fsconfig(tmpfs, context)"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference mount");
	TCase *t = tcase_create("mount");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, private_tmp, NULL);
	tcase_add_test(t, a_tmpfs_is_what_the_options_say);
	tcase_add_test(t, a_tmpfs_has_the_mode_of_what_it_covers);
	tcase_add_test(t, flags_of_the_super_block_are_set);
	tcase_add_test(t, a_bind_has_its_attributes_and_the_source_keeps_its_own);
	tcase_add_test(t, rro_is_read_only_below_and_leaves_the_source);
	tcase_add_test(t, atime_goes_all_the_way_down);
	tcase_add_test(t, files_and_links_are_sources);
	tcase_add_test(t, propagation_is_as_asked_for);
	tcase_add_test(t, a_remount_changes_what_is_there);
	tcase_add_test(t, kernels_own_file_systems);
	tcase_add_test(t, an_overlay_has_long_options);
	tcase_add_test(t, what_lies_there_is_copied_up);
	tcase_add_test(t, destinations_stay_inside);
	tcase_add_test(t, proc_and_sys_are_reached_by_no_link);
	tcase_add_test(t, a_mount_at_the_top_is_the_root);
	tcase_add_loop_test(t, bad_ones_are_refused, 0, ARRAY_SIZE(bad));
	tcase_add_test(t, cgroups_get_their_attributes);
	tcase_add_test(t, a_label_is_a_context);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
