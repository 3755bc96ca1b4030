/* Devices, hidden paths, names and settings: as asked, inside, and nowhere else. */
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "reference_world.h"

static void rootfs(const char *config)
{
	use(config);
	done(init_rootfs(&in, &f));
}

/* What is there: "c 1:3 0666 0:0". */
static const char *node(const char *path)
{
	static char text[64];
	struct stat st;

	if (lstat(path, &st) < 0)
		return strerror(errno);
	snprintf(text, sizeof(text), "%c %u:%u %04o %u:%u",
		S_ISCHR(st.st_mode)            ? 'c'
			: S_ISBLK(st.st_mode)  ? 'b'
			: S_ISFIFO(st.st_mode) ? 'p'
					       : '?',
		major(st.st_rdev), minor(st.st_rdev), st.st_mode & 07777, st.st_uid,
		st.st_gid);
	return text;
}

static const char *link_of(const char *path)
{
	static char to[256];
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	to[n < 0 ? 0 : n] = '\0';
	return to;
}

#define ROOT    "'root': {'path': 'rootfs'}"
#define LIST(l) "{" ROOT ", 'linux': {'devices': [" l "]}}"

START_TEST(makes_devices)
{
	if (!is_root(__func__))
		return;
	umask(077);
	rootfs(LIST(
		"{'path': '/dev/a/b/', 'type': 'c', 'major': 10, 'minor': 200,"
		"'fileMode': 8630, 'uid': 5, 'gid': 6},"
		"{'path': '/opt/blk', 'type': 'b', 'major': 7, 'minor': 9, 'fileMode': 2541},"
		"{'path': '/dev/p', 'type': 'p'},"
		"{'path': '/dev/ptmx', 'type': 'c', 'major': 5, 'minor': 2},"
		"{'path': '/dev//null', 'type': 'u', 'major': 1, 'minor': 3, 'fileMode': 384},"
		"{'path': '/dev/null', 'type': 'u', 'major': 1, 'minor': 3, 'fileMode': 384}"));
	done(init_devices(&in, &f));
	ck_assert_str_eq(node(ROOTFS "/dev/a/b"), "c 10:200 0666 5:6");
	ck_assert_str_eq(node(ROOTFS "/opt/blk"), "b 7:9 4755 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/p"), "p 0:0 0666 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/null"), "c 1:3 0600 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/zero"), "c 1:5 0666 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/full"), "c 1:7 0666 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/random"), "c 1:8 0666 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/urandom"), "c 1:9 0666 0:0");
	ck_assert_str_eq(node(ROOTFS "/dev/tty"), "c 5:0 0666 0:0");
	ck_assert_str_eq(link_of(ROOTFS "/dev/fd"), "/proc/self/fd");
	ck_assert_str_eq(link_of(ROOTFS "/dev/stderr"), "/proc/self/fd/2");
	ck_assert_str_eq(link_of(ROOTFS "/dev/ptmx"), "pts/ptmx");
	ck_assert_int_eq(
		!!*link_of(ROOTFS "/dev/core"), access("/proc/kcore", F_OK) == 0);
	/* a second time: all is there */
	must(unlink(ROOTFS "/dev/stdin") == 0 &&
			symlink("fd/0", ROOTFS "/dev/stdin") == 0,
		"ln");
	must(chmod(ROOTFS "/dev/zero", 0600) == 0, "chmod");
	done(init_devices(&in, &f));
	ck_assert_str_eq(node(ROOTFS "/dev/zero"), "c 1:5 0666 0:0");
	ck_assert_str_eq(link_of(ROOTFS "/dev/stdin"), "/proc/self/fd/0");
}
END_TEST

static const struct {
	const char *config, *about;
} wrong_devices[] = {
	{ LIST("{'path': '/file', 'type': 'c', 'major': 1, 'minor': 3}"),
		"linux.devices[0]" },
	{ LIST("{'path': '/file', 'type': 'p'}"), "linux.devices[0]" },
	{ LIST("{'path': '/zero', 'type': 'c', 'major': 1, 'minor': 3}"),
		"linux.devices[0]" },
	{ LIST("{'path': '/zero', 'type': 'b', 'major': 1, 'minor': 5}"),
		"linux.devices[0]" },
	{ LIST("{'path': '/link', 'type': 'c', 'major': 1, 'minor': 5}"),
		"linux.devices[0]" },
	{ LIST("{'path': '/', 'type': 'c', 'major': 1, 'minor': 5}"),
		"linux.devices[0]" },
	{ LIST("{'path': '/x', 'type': 'p'}, {'path': '/./x/', 'type': 'p', 'uid': 1}"),
		"linux.devices[1]" },
	{ LIST("{'path': '/x', 'type': 'c', 'major': 1, 'minor': 5}, {'path': '//x', 'type': "
	       "'c', 'major': 1, 'minor': 3}"),
		"linux.devices[1]" },
};

START_TEST(refuses_wrong_devices)
{
	if (!is_root(__func__))
		return;
	put(ROOTFS "/file", "");
	must(mknod(ROOTFS "/zero", S_IFCHR | 0600, makedev(1, 5)) == 0, "mknod");
	must(symlink("zero", ROOTFS "/link") == 0, "symlink");
	rootfs(wrong_devices[_i].config);
	refused(init_devices(&in, &f), wrong_devices[_i].about);
	ck_assert_str_eq(node(ROOTFS "/zero"), "c 1:5 0600 0:0");
}
END_TEST

START_TEST(stays_in_rootfs)
{
	if (!is_root(__func__))
		return;
	must(mkdir("/tmp/canary", 0755) == 0, "mkdir");
	must(symlink("../../canary", ROOTFS "/dev") == 0, "symlink");
	must(symlink("/tmp/canary", ROOTFS "/out") == 0, "symlink");
	rootfs(LIST("{'path': '/out/x', 'type': 'p'}"));
	refused(init_devices(&in, &f), "/dev");
	ck_assert_int_eq(rmdir("/tmp/canary"), 0);
	must(mkdir("/tmp/canary", 0755) == 0, "mkdir");
	must(unlink(ROOTFS "/dev") == 0, "unlink");
	/* where the kernel leads the other link, or to a refusal, but not out */
	init_devices(&in, &f);
	ck_assert_int_eq(rmdir("/tmp/canary"), 0);
}
END_TEST

START_TEST(leaves_bound_dev_alone)
{
	if (!is_root(__func__))
		return;
	must(mkdir("/tmp/dev", 0755) == 0 && mkdir(ROOTFS "/dev", 0755) == 0, "mkdir");
	must(mknod("/tmp/dev/zero", S_IFCHR | 0600, makedev(1, 5)) == 0, "mknod");
	rootfs("{" ROOT
	       ", 'mounts': [{'destination': '/dev/', 'options': ['rbind']}], 'linux': "
	       "{'devices': [{'path': '/dev/zero', 'type': 'c', 'major': 1, 'minor': 5},"
	       "{'path': '/p', 'type': 'p'}]}}");
	must(mount("/tmp/dev", ROOTFS "/dev", NULL, MS_BIND, NULL) == 0, "bind");
	done(init_devices(&in, &f));
	ck_assert_str_eq(node("/tmp/dev/zero"), "c 1:5 0600 0:0");
	ck_assert_str_eq(node(ROOTFS "/p"), "p 0:0 0666 0:0");
	must(unlink("/tmp/dev/zero") == 0, "unlink");
	refused(init_devices(&in, &f), "linux.devices[0]");
	use("{" ROOT ", 'linux': {}}"); /* was there before: neither */
	done(init_devices(&in, &f));
	ck_assert_int_eq(rmdir("/tmp/dev"), 0); /* empty */
}
END_TEST

/* A node of the host's that mounts[] has put there: not to be changed through it. */
START_TEST(leaves_bound_nodes_alone)
{
	if (!is_root(__func__))
		return;
	must(mkdir(ROOTFS "/dev", 0755) == 0, "mkdir");
	must(mknod("/tmp/zero", S_IFCHR | 0600, makedev(1, 5)) == 0, "mknod");
	put(ROOTFS "/dev/zero", "");
	rootfs("{" ROOT ", 'linux': {}}");
	must(mount("/tmp/zero", ROOTFS "/dev/zero", NULL, MS_BIND, NULL) == 0, "bind");
	done(init_devices(&in, &f));
	use(LIST("{'path': '/dev/zero', 'type': 'c', 'major': 1, 'minor': 5, 'uid': 7}"));
	refused(init_devices(&in, &f), "linux.devices[0].uid");
	use(LIST(
		"{'path': '/dev/zero', 'type': 'c', 'major': 1, 'minor': 5, 'fileMode': 438}"));
	refused(init_devices(&in, &f), "linux.devices[0].fileMode");
	ck_assert_str_eq(node("/tmp/zero"), "c 1:5 0600 0:0");
}
END_TEST

/* A host whose nodes may be spoiled. */
static void make_host_dev(void)
{
	static const struct {
		const char *path;
		unsigned minor;
	} nodes[] = { { "/dev/null", 3 }, { "/dev/zero", 5 }, { "/dev/full", 7 },
		{ "/dev/random", 8 }, { "/dev/urandom", 9 } };

	must(mount("tmpfs", "/dev", "tmpfs", 0, "mode=755") == 0, "tmpfs");
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		must(mknod(nodes[i].path, S_IFCHR | 0644, makedev(1, nodes[i].minor)) ==
				0,
			nodes[i].path);
	must(mknod("/dev/tty", S_IFCHR | 0644, makedev(5, 0)) == 0, "tty");
}

START_TEST(binds_in_user_namespace)
{
	if (!is_root(__func__))
		return;
	make_host_dev();
	use(LIST(
		"{'path': '/dev/mine', 'type': 'c', 'major': 1, 'minor': 3, 'fileMode': 384}"));
	must(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 0 1");
	put("/proc/self/gid_map", "0 0 1");
	in.proc = open("/proc", O_PATH | O_CLOEXEC);
	in.userns = true;
	done(init_rootfs(&in, &f));
	refused(init_devices(&in, &f),
		"linux.devices[0]"); /* the host has no /dev/mine */
	use("{" ROOT ", 'linux': {}}");
	done(init_devices(&in, &f));
	ck_assert_str_eq(node(ROOTFS "/dev/null"), node("/dev/null"));
	ck_assert_ptr_nonnull(strstr(mount_line(ROOTFS "/dev/null"), "nosuid,noexec"));
	put(ROOTFS "/dev/null", "it can be opened");
	/* what is left for the next container: something to bind on, nothing else */
	umount2(ROOTFS "/dev/null", MNT_DETACH);
	done(init_devices(&in, &f));
	umount2(ROOTFS "/dev/null", MNT_DETACH);
	put(ROOTFS "/dev/null", "somebody's");
	refused(init_devices(&in, &f), "/dev/null");
	use(LIST(
		"{'path': '/dev/full', 'type': 'c', 'major': 1, 'minor': 7, 'fileMode': 384}"));
	refused(init_devices(&in, &f), "linux.devices[0].fileMode");
	ck_assert_str_eq(node("/dev/full"), "c 1:7 0644 0:0"); /* of the host */
}
END_TEST

static void hide(const char *config)
{
	use(config);
	done(init_rootfs(&in, &f));
	done(init_hide_prepare(&in, &f));
	done(init_pivot(&in, &f));
}

static void fill(void)
{
	must(mkdir(ROOTFS "/dir", 0755) == 0 && mkdir(ROOTFS "/dir2", 0755) == 0,
		"mkdir");
	put(ROOTFS "/dir/secret", "secret");
	put(ROOTFS "/file", "secret");
	put(ROOTFS "/file2", "secret");
	put(ROOTFS "/target", "secret");
	must(symlink("/target", ROOTFS "/link") == 0, "symlink");
	must(symlink("/nothing", ROOTFS "/dangling") == 0, "symlink");
	/* what an image would like to be bound instead */
	must(mkdir(ROOTFS "/dev", 0755) == 0, "mkdir");
	must(symlink("/target", ROOTFS "/dev/null") == 0, "symlink");
}

START_TEST(masks)
{
	struct stat st;

	if (!is_root(__func__))
		return;
	fill();
	hide("{" ROOT
	     ", 'linux': {'maskedPaths': ['/file', '/dir', '/file2', '/dir2', '/link',"
	     "'/dangling', '/missing/x', '/file/x', '/dir', '/file']}}");
	done(init_hide(&in, &f));
	static const char *const files[] = { "/file", "/file2", "/target" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		ck_assert_int_eq(stat(files[i], &st), 0);
		ck_assert(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
		ck_assert_int_eq(size_of(files[i]), 0);
		put(files[i], "gone");
		ck_assert_ptr_nonnull(strstr(mount_line(files[i]), "noexec"));
	}
	ck_assert_int_eq(access("/dir/secret", F_OK), -1);
	ck_assert_int_eq(mkdir("/dir/new", 0755), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(mkdir("/dir2/new", 0755), -1);
	ck_assert_int_eq(mount_count(), 2 + 5); /* each once */
}
END_TEST

START_TEST(hides_nothing_by_halves)
{
	if (!is_root(__func__))
		return;
	must(symlink("loop", ROOTFS "/loop") == 0, "symlink");
	hide("{" ROOT ", 'linux': {'maskedPaths': ['/missing', '/loop']}}");
	refused(init_hide(&in, &f), "linux.maskedPaths[1]");
	use("{" ROOT ", 'linux': {'readonlyPaths': ['/proc/..']}}");
	refused(init_hide(&in, &f), "linux.readonlyPaths[0]");
	/* Where the host could not be asked, only a real one is taken. */
	put("/file", "secret");
	mkdir("/dev", 0755);
	put("/dev/null", "");
	use("{" ROOT ", 'linux': {'maskedPaths': ['/file']}}");
	close(in.null);
	in.null = -1;
	refused(init_hide(&in, &f), "linux.maskedPaths[0]");
	must(unlink("/dev/null") == 0 &&
			mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0,
		"mknod");
	done(init_hide(&in, &f));
	ck_assert_int_eq(size_of("/file"), 0);
}
END_TEST

START_TEST(protects)
{
	if (!is_root(__func__))
		return;
	fill();
	must(mkdir(ROOTFS "/dir/sub", 0755) == 0, "mkdir");
	must(mount("tmpfs", ROOTFS "/dir2", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		     NULL) == 0,
		"tmpfs");
	hide("{" ROOT ", 'linux': {'rootfsPropagation': 'unbindable', 'readonlyPaths': "
	     "['/dir', '/dir2', '/link', '/missing', '/file/x', '/proc/sys']}}");
	done(init_hide(&in, &f));
	ck_assert_int_eq(mkdir("/dir/new", 0755), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(access("/target", W_OK), -1);
	ck_assert_int_eq(access("/proc/sys/kernel/hostname", W_OK), -1);
	ck_assert_int_eq(access("/file", W_OK), 0);
	ck_assert_ptr_nonnull(strstr(mount_line("/dir2"), "ro,nosuid,nodev,noexec"));
	ck_assert_ptr_nonnull(strstr(mount_line("/"), "unbindable"));
	ck_assert_int_eq(mount("/", "/proc", NULL, MS_BIND, NULL), -1);
}
END_TEST

START_TEST(masks_a_thousand)
{
	struct timespec a, b;
	char path[64];

	if (!is_root(__func__))
		return;
	use("{" ROOT ", 'linux': {'maskedPaths': []}}");
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), ROOTFS "/m%d", i);
		if (i % 2)
			must(mkdir(path, 0755) == 0, path);
		else
			put(path, "secret");
		json_array_append_new(json_object_get(world_config.os, "maskedPaths"),
			json_string(path + strlen(ROOTFS)));
	}
	struct rlimit few = { 64, 64 };
	setrlimit(RLIMIT_NOFILE, &few);
	done(init_rootfs(&in, &f));
	done(init_hide_prepare(&in, &f));
	done(init_pivot(&in, &f));
	clock_gettime(CLOCK_MONOTONIC, &a);
	done(init_hide(&in, &f));
	clock_gettime(CLOCK_MONOTONIC, &b);
	long ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
	ck_assert_msg(ms < 5000, "%ld ms", ms);
	if (getenv("V"))
		fprintf(stderr, "1000 masks: %ld ms\n", ms);
	ck_assert_int_eq(size_of("/m998"), 0);
	ck_assert_int_eq(rmdir("/m999"), -1);
	ck_assert_int_eq(mount_count(), 2 + 1000);
}
END_TEST

#define NAMESPACES "'namespaces': [{'type': 'uts'}, {'type': 'network'}, {'type': 'ipc'}]"

START_TEST(names)
{
	char name[65];

	if (!is_root(__func__))
		return;
	use("{'hostname': 'new', 'linux': {}}");
	refused(init_names(&in, &f), "hostname");
	use("{'domainname': 'new', 'linux': {'namespaces': [{'type': 'network'}]}}");
	refused(init_names(&in, &f), "domainname");
	must(gethostname(name, sizeof(name)) == 0, "gethostname");
	ck_assert_str_ne(name, "new");
	use("{'hostname': 'new', 'domainname': 'also', 'linux': {" NAMESPACES "}}");
	done(init_names(&in, &f));
	must(gethostname(name, sizeof(name)) == 0, "gethostname");
	ck_assert_str_eq(name, "new");
	ck_assert_int_eq(size_of("/proc/sys/kernel/domainname"), 5);
	struct ifreq lo = { .ifr_name = "lo" };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCGIFFLAGS, &lo), 0);
	ck_assert(lo.ifr_flags & IFF_UP);
}
END_TEST

static const struct {
	const char *config, *about;
} wrong_keys[] = {
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'kernel.core_pattern': 'x'}}}",
		"core_pattern" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'kernel.shmmax.x': '1'}}}", "shmmax.x" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net/../kernel/core_pattern': 'x'}}}",
		"/../" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net./kernel': 'x'}}}", "net./kernel" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net...x': 'x'}}}", "net...x" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net': 'x'}}}", "sysctl.net" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'': 'x'}}}", "sysctl." },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net.missing': '1'}}}", "net.missing" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'net.ipv4.ip_forward': 'odd'}}}",
		"ip_forward" },
	{ "{'linux': {" NAMESPACES ", 'sysctl': {'user.max_user_namespaces': '1'}}}",
		"user." },
	{ "{'linux': {'namespaces': [{'type': 'user', 'path': '/x'}], 'sysctl': "
	  "{'user.max_user_namespaces': '1'}}}",
		"user." },
	{ "{'linux': {'sysctl': {'net.ipv4.ip_forward': '1'}}}", "network" },
	{ "{'linux': {'sysctl': {'kernel.msgmax': '1'}}}", "ipc" },
	{ "{'linux': {'sysctl': {'fs.mqueue.msg_max': '1'}}}", "ipc" },
	{ "{'linux': {'sysctl': {'kernel.domainname': 'x'}}}", "uts" },
	{ "{'hostname': 'a', 'linux': {" NAMESPACES
	  ", 'sysctl': {'kernel.hostname': 'b'}}}",
		"kernel.hostname" },
	{ "{'domainname': 'a', 'linux': {" NAMESPACES
	  ", 'sysctl': {'kernel.domainname': 'b'}}}",
		"kernel.domainname" },
};

START_TEST(refuses_settings)
{
	if (!is_root(__func__))
		return;
	use(wrong_keys[_i].config);
	/* nothing is set if one of them is refused for what it is */
	json_object_set_new(
		json_object_get(world_config.os, "sysctl"), "net.zzz", json_string("1"));
	refused(init_sysctl(&in, &f), wrong_keys[_i].about);
}
END_TEST

START_TEST(sets)
{
	char text[32] = "";

	if (!is_root(__func__))
		return;
	use("{'hostname': 'me', 'linux': {" NAMESPACES
	    ", 'sysctl': {'net.ipv4.ip_forward': '1',"
	    "'net/ipv4/conf/lo/forwarding': '0', 'kernel.msgmax': '4321',"
	    "'kernel.hostname': 'me', 'net.ipv4.ping_group_range': '3 4'}}}");
	done(init_sysctl(&in, &f));
	FILE *set = fopen("/proc/sys/kernel/msgmax", "re");
	must(set && fgets(text, sizeof(text), set), "msgmax");
	fclose(set);
	ck_assert_str_eq(text, "4321\n");
	set = fopen("/proc/sys/net/ipv4/ping_group_range", "re");
	must(set && fgets(text, sizeof(text), set), "ping_group_range");
	fclose(set);
	ck_assert_str_eq(text, "3\t4\n");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference device");
	TCase *t = tcase_create("device");

	tcase_add_checked_fixture(t, world, NULL);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, makes_devices);
	tcase_add_loop_test(t, refuses_wrong_devices, 0, ARRAY_SIZE(wrong_devices));
	tcase_add_test(t, stays_in_rootfs);
	tcase_add_test(t, leaves_bound_dev_alone);
	tcase_add_test(t, leaves_bound_nodes_alone);
	tcase_add_test(t, binds_in_user_namespace);
	tcase_add_test(t, masks);
	tcase_add_test(t, hides_nothing_by_halves);
	tcase_add_test(t, protects);
	tcase_add_test(t, masks_a_thousand);
	tcase_add_test(t, names);
	tcase_add_loop_test(t, refuses_settings, 0, ARRAY_SIZE(wrong_keys));
	tcase_add_test(t, sets);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
