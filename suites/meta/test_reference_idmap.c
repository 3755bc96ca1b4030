/* Id-mapped mounts, and mounts in a user namespace. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "id_map.h"
#include "reference_mounts.h"
#include "uapi/unistd.h"

#define MAP(type, from, to, n)                                                           \
	"'" type "Mappings': [{'containerID': " #from ", 'hostID': " #to ", 'size': " #n \
	"}]"
#define MAPS      MAP("uid", 1000, 3000, 1) "," MAP("gid", 2000, 4000, 1)
#define OVERFLOWN 65534

/* What the kernel can: id-mapped tmpfs came with 6.3. */
static bool skipped(void)
{
	if (not_root())
		return true;
	json_t *map =
		json_pack("[{s:i,s:i,s:i}]", "containerID", 0, "hostID", 1, "size", 1);
	int userns = id_map_userns(map, map, &why);
	ck_assert_msg(userns >= 0, "%s", why.text);
	json_decref(map);
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = userns };
	int mnt = mount_new("tmpfs", "none", NULL, 0, &why);
	int r = sys_mount_setattr(mnt, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (r < 0)
		fprintf(stderr, "skipped: this kernel maps no ids of a tmpfs\n");
	close(mnt);
	close(userns);
	return r < 0;
}

static void owned(const char *path, uid_t uid, gid_t gid)
{
	put(path, "");
	ck_assert_int_eq(chown(path, uid, gid), 0);
}

static void owned_volume(void)
{
	volume();
	owned(VOL "/file", 1000, 2000);
	owned(VOL "/other", 5, 6);
	owned(VOL "/sub/file", 1000, 2000);
}

static void is_owned(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	ck_assert_msg(lstat(path, &st) == 0, "%s: %s", path, strerror(errno));
	ck_assert_msg(st.st_uid == uid && st.st_gid == gid, "%s: %u:%u", path, st.st_uid,
		st.st_gid);
}

/* No descriptor, no process is left. */
static void nothing_left(int before)
{
	int now = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(now, before);
	close(now);
	ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
}

START_TEST(owners_are_those_of_the_map)
{
	if (skipped())
		return;
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(before);
	owned_volume();
	mounted("{'destination':'/a','source':'vol','options':['rbind','idmap']," MAPS
		"},"
		"{'destination':'/b','source':'vol','options':['rbind','ridmap','rro']," MAPS
		"},{'destination':'/c','source':'vol','options':['rbind']," MAPS
		"},{'destination':'/f','source':'vol/file','options':['bind','idmap'],"
		"'uidMappings':[{'containerID':0,'hostID':0,'size':5},"
		"{'containerID':1000,'hostID':70000,'size':65000}],"
		"'gidMappings':[{'containerID':2000,'hostID':8,'size':1}]},"
		"{'destination':'/plain','source':'vol','options':['rbind']}");
	is_owned(ROOTFS "/a/file", 3000, 4000);
	is_owned(ROOTFS "/a/other", OVERFLOWN, OVERFLOWN);
	is_owned(ROOTFS "/a/sub/file", 1000, 2000);
	is_owned(ROOTFS "/b/file", 3000, 4000);
	is_owned(ROOTFS "/b/sub/file", 3000, 4000);
	ck_assert_int_eq(writing(ROOTFS "/b/sub"), EROFS);
	is_owned(ROOTFS "/c/file", 3000, 4000);
	is_owned(ROOTFS "/c/sub/file", 1000, 2000);
	is_owned(ROOTFS "/f", 70000, 8);
	is_owned(ROOTFS "/plain/file", 1000, 2000);
	is_owned(VOL "/file", 1000, 2000);
	nothing_left(before);
}
END_TEST

START_TEST(a_fresh_file_system_is_mapped)
{
	struct statvfs fs;
	struct stat st;

	if (skipped())
		return;
	ck_assert_int_eq(mkdir(ROOTFS "/b", 0750), 0);
	ck_assert_int_eq(chmod(ROOTFS "/b", 0750), 0);
#define TO_9 MAP("uid", 0, 9, 10) "," MAP("gid", 0, 9, 10)
	mounted("{'destination':'/a','type':'tmpfs','options':['size=1M','mode=711','noexec']," TO_9
		"},{'destination':'/b','type':'tmpfs','options':['idmap','ro']," TO_9
		"}");
	is_owned(ROOTFS "/a", 9, 9);
	ck_assert_int_eq(stat(ROOTFS "/a", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0711);
	ck_assert_int_eq(statvfs(ROOTFS "/a", &fs), 0);
	ck_assert_uint_eq(fs.f_blocks * fs.f_frsize, 1 << 20);
	ck_assert(fs.f_flag & ST_NOEXEC);
	ck_assert_int_eq(stat(ROOTFS "/b", &st), 0);
	ck_assert(st.st_mode == (S_IFDIR | 0750) && st.st_uid == 9);
	ck_assert_int_eq(writing(ROOTFS "/b"), EROFS);
}
END_TEST

static const struct {
	const char *list, *why;
} bad[] = {
	{ "{'destination':'/a','source':'vol','options':['bind','idmap']," MAP(
		  "uid", 0, 1, 1) "}",
		"mounts[0]: uidMappings without gidMappings" },
	{ "{'destination':'/a','source':'vol','options':['bind']," MAP(
		  "gid", 0, 1, 1) ",'uidMappings':[]}",
		"gidMappings without uidMappings" },
	{ "{'destination':'/a','source':'vol','options':['bind','idmap']}",
		"mounts[0]: idmap: there are no uidMappings" },
	{ "{'destination':'/a','source':'vol','options':['bind','ridmap']}",
		"ridmap: there" },
	{ "{'destination':'/a','source':'/proc','options':['bind','idmap']," MAPS "}",
		"mounts[0]: mount_setattr(/proc, idmap): this kernel cannot id-map the file system (proc)" },
	{ "{'destination':'/a','source':'/proc','options':['rbind','ridmap']," MAPS "}",
		"or one below" },
	{ "{'destination':'/a','type':'proc'," MAPS "}",
		"this kernel cannot id-map the file system (proc)" },
	{ "{'destination':'/a','type':'cgroup2'," MAPS "}", "cannot be id-mapped" },
	{ "{'destination':'/a','source':'vol','options':['bind','idmap'],'uidMappings':["
	  "{'containerID':0,'hostID':1,'size':9},{'containerID':5,'hostID':100,'size':9}]," MAP(
		  "gid", 0, 1, 1) "}",
		"uidMappings, gidMappings: write(/proc/PID/uid_map, \"0 1 9 ...\")" },
	{ "{'destination':'/a','source':'vol','options':['bind','idmap']," MAPS "},"
	  "{'destination':'/b','source':'rootfs/a','options':['bind','idmap']," MAPS "}",
		"mounts[1]: mount_setattr(rootfs/a, idmap): id-mapped already" },
};

START_TEST(bad_ones_are_refused)
{
	if (skipped())
		return;
	owned_volume();
	refused(bad[_i].list, bad[_i].why);
	if (_i != 9)
		ck_assert_str_eq(mountinfo(ROOTFS "/a"), "");
	ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
}
END_TEST

START_TEST(a_kernel_that_cannot_is_an_error)
{
	static const int calls[] = { SYS_mount_setattr, SYS_open_tree };
	static const char *const said[] = { "idmap): this kernel has no",
		"open_tree(vol)" };

	if (skipped())
		return;
	owned_volume();
	without(calls[_i], ENOSYS);
	refused("{'destination':'/a','source':'vol','options':['bind','idmap']," MAPS "}",
		said[_i]);
	ck_assert_str_eq(mountinfo(ROOTFS "/a"), "");
}
END_TEST

/* A user namespace of container ids 0 to 65535 from 100000 on; we may enter it. */
static int shifted(void)
{
	json_t *map = json_pack(
		"[{s:i,s:i,s:i}]", "containerID", 0, "hostID", 100000, "size", 65536);
	int fd = id_map_userns(map, map, &why);

	ck_assert_msg(fd >= 0, "%s", why.text);
	json_decref(map);
	return fd;
}

static int userns = -1;

static int serve(size_t index, struct failure *f)
{
	int bundle = open(BUNDLE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = mount_source(config, index, bundle, userns, f);

	close(bundle);
	return fd;
}

START_TEST(the_container_is_the_default_map)
{
	struct init in = { .userns = true, .served = true };

	if (skipped())
		return;
	owned_volume();
	userns = shifted();
	parent = serve;
	int r = mounts_of(
		"{'mounts':[{'destination':'/a','source':'vol','options':['rbind','ridmap']},"
		"{'destination':'/t','type':'tmpfs'}]}",
		&in);
	ck_assert_msg(r == 0, "%s", why.text);
	is_owned(ROOTFS "/a/file", 101000, 102000);
	is_owned(ROOTFS "/a/sub/file", 101000, 102000);
}
END_TEST

START_TEST(a_clone_of_the_parent_is_no_peer)
{
	struct init in = { .userns = true, .served = true };

	if (not_root())
		return;
	volume();
	ck_assert_int_eq(mount(NULL, VOL, NULL, MS_SHARED | MS_REC, NULL), 0);
	parent = serve;
	int r = mounts_of(
		"{'mounts':[{'destination':'/a','source':'vol','options':['rbind']},"
		"{'destination':'/b','source':'vol','options':['rbind','rshared']}]}",
		&in);
	ck_assert_msg(r == 0, "%s", why.text);
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/a/sub"), "master:"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/a/sub"), "shared:"));
	ck_assert_ptr_nonnull(strstr(mountinfo(ROOTFS "/b/sub"), "shared:"));
	tmpfs_at(ROOTFS "/b/sub/late");
	ck_assert_str_eq(mountinfo(VOL "/sub/late"), "");
	r = mounts_of("{'linux':{'rootfsPropagation':'rprivate'},'mounts':["
		      "{'destination':'/c','source':'vol','options':['rbind']}]}",
		&in);
	ck_assert_msg(r == 0, "%s", why.text);
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/c/sub"), "master:"));
	ck_assert_ptr_null(strstr(mountinfo(ROOTFS "/c/sub"), "shared:"));
}
END_TEST

/* Becomes root of a user namespace with a mount namespace of its own. */
static void become_contained(void)
{
	int fd = shifted();

	ck_assert_int_eq(chown(ROOTFS, 100000, 100000), 0);
	ck_assert_int_eq(setns(fd, CLONE_NEWUSER), 0);
	close(fd);
	ck_assert_int_eq(setresgid(0, 0, 0), 0);
	ck_assert_int_eq(setresuid(0, 0, 0), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
}

START_TEST(locked_flags_stay)
{
	if (not_root())
		return;
	tmpfs_at(VOL);
	ck_assert_int_eq(
		mount(NULL, VOL, NULL,
			MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOATIME, NULL),
		0);
	become_contained();
	if (_i)
		without(SYS_mount_setattr, ENOSYS);
	mounted("{'destination':'/a','source':'vol','options':['rbind','ro','noexec']},"
		"{'destination':'/b','source':'vol','options':['bind','rw']},"
		"{'destination':'/t','type':'tmpfs','options':['nosuid','size=1M']}");
	unsigned long a = flags_of(ROOTFS "/a"), all = ST_NOSUID | ST_NODEV | ST_NOEXEC;
	ck_assert_uint_eq(a & all, all);
	ck_assert((a & ST_RDONLY) && (a & ST_NOATIME));
	ck_assert(flags_of(ROOTFS "/b") & ST_NODEV);
	refused("{'destination':'/c','source':'vol','options':['bind','suid']}",
		"mounts[0]: mount_setattr(/c");
	refused("{'destination':'/c','source':'vol','options':['bind','strictatime']}",
		"Operation not permitted");
}
END_TEST

START_TEST(sysfs_of_another_network_is_refused)
{
	if (not_root())
		return;
	become_contained();
	refused("{'destination':'/sys','type':'sysfs','options':['ro']}",
		"(the network namespace belongs to another user namespace)");
	refused("{'destination':'/proc','type':'proc'}", "(the PID namespace belongs");
	ck_assert_str_eq(mountinfo(ROOTFS "/sys"), "");
}
END_TEST

START_TEST(many_need_few_descriptors)
{
	static char list[16384];
	struct rlimit few = { 20, 20 };
	size_t len = 0;

	if (skipped())
		return;
	owned_volume();
	for (int i = 0; i < 40; i++)
		len += snprintf(list + len, sizeof(list) - len,
			"%s{'destination':'/m/%d','source':'vol','options':['bind','idmap']," MAPS
			"}",
			i ? "," : "", i);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	mounted(list);
	is_owned(ROOTFS "/m/39/file", 3000, 4000);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference idmap");
	TCase *t = tcase_create("idmap");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, private_tmp, NULL);
	tcase_add_test(t, owners_are_those_of_the_map);
	tcase_add_test(t, a_fresh_file_system_is_mapped);
	tcase_add_loop_test(t, bad_ones_are_refused, 0, ARRAY_SIZE(bad));
	tcase_add_loop_test(t, a_kernel_that_cannot_is_an_error, 0, 2);
	tcase_add_test(t, the_container_is_the_default_map);
	tcase_add_test(t, a_clone_of_the_parent_is_no_peer);
	tcase_add_loop_test(t, locked_flags_stay, 0, 2);
	tcase_add_test(t, sysfs_of_another_network_is_refused);
	tcase_add_test(t, many_need_few_descriptors);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
