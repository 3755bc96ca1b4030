/* The root of a container: what is left of the host, what comes through, what not. */
#include "reference_world.h"

static void enter(const char *config)
{
	use(config);
	done(init_rootfs(&in, &f));
	done(init_pivot(&in, &f));
}

/* "/" and the rootfs are the same, and in.rootfs is that; nothing is of the host. */
static void assert_inside(void)
{
	struct stat root, proc, fd;

	ck_assert_int_eq(stat("/", &root), 0);
	ck_assert_int_eq(fstat(in.rootfs, &fd), 0);
	ck_assert_int_eq(stat("/proc", &proc), 0);
	ck_assert(root.st_ino == fd.st_ino && root.st_dev == fd.st_dev);
	ck_assert_int_eq(access("/inside", F_OK), 0);
	ck_assert_int_eq(access("/../../tmp", F_OK), -1);
	for (int up = 0; up < 20; up++)
		ck_assert_int_eq(chdir(".."), 0);
	ck_assert_int_eq(access("inside", F_OK), 0);
}

START_TEST(pivots)
{
	if (!is_root(__func__))
		return;
	put(ROOTFS "/inside", "");
	enter("{'root': {'path': 'rootfs'}}");
	assert_inside();
	/* "/" and what the host had on /proc */
	ck_assert_str_ne(mount_line("/"), "");
	ck_assert_str_eq(mount_line("/tmp"), "");
	ck_assert_str_eq(mount_line("/sys"), "");
	ck_assert_int_eq(mount_count(), 2);
}
END_TEST

static void map_root(void)
{
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 0 1");
	put("/proc/self/gid_map", "0 0 1");
}

/* May an unprivileged creator of namespaces mount a procfs: is there one to be seen that is
 * whole? */
static bool proc_can_be_mounted(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) < 0)
			_exit(2);
		map_root();
		pid = fork();
		if (pid == 0)
			_exit(syscall(SYS_mount, "proc", "/mnt", "proc", 0, NULL) != 0);
		_exit(waitpid(pid, &status, 0) != pid || status != 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

/* A /proc in the container that is not whole, and a place to try another. */
static void fill_moved(void)
{
	put(ROOTFS "/inside", "");
	must(mkdir(ROOTFS "/mnt", 0755) == 0, "mkdir");
	must(mount("tmpfs", ROOTFS "/proc/sys", "tmpfs", MS_RDONLY, NULL) == 0, "cover");
}

START_TEST(moves_without_pivot)
{
	if (!is_root(__func__))
		return;
	fill_moved();
	must(mkdir("/tmp/a b\n", 0755) == 0, "mkdir");
	must(mount("tmpfs", "/tmp/a b\n", "tmpfs", 0, NULL) == 0, "odd name");
	must(mount("/proc", "/tmp/a b\n", NULL, MS_BIND, NULL) == 0, "twice");
	ck_assert(proc_can_be_mounted());
	in.no_pivot = true;
	enter("{'root': {'path': 'rootfs'}}");
	assert_inside();
	ck_assert_int_eq(mount_count(), 3);
	ck_assert(!proc_can_be_mounted());
	/* and entering it as a stranger does not lead below it */
	must(setns(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), CLONE_NEWNS) == 0,
		"setns");
	ck_assert_int_eq(mount_count(), 3);
	assert_inside();
}
END_TEST

START_TEST(moves_where_mounts_are_locked)
{
	if (!is_root(__func__))
		return;
	fill_moved();
	must(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
	map_root();
	ck_assert(proc_can_be_mounted());
	in.no_pivot = in.userns = true;
	in.proc = open("/proc", O_PATH | O_CLOEXEC);
	enter("{'root': {'path': 'rootfs'}}");
	assert_inside();
	ck_assert(!proc_can_be_mounted());
}
END_TEST

START_TEST(takes_any_directory)
{
	if (!is_root(__func__))
		return;
	must(mount("tmpfs", ROOTFS, "tmpfs", 0, NULL) == 0, "a mount already");
	must(mkdir(ROOTFS "/sub", 0755) == 0 && mkdir(ROOTFS "/proc", 0755) == 0,
		"mkdir");
	must(mount("/proc", ROOTFS "/proc", NULL, MS_BIND, NULL) == 0, "bind");
	must(mount("tmpfs", ROOTFS "/sub", "tmpfs", 0, NULL) == 0, "and one below");
	put(ROOTFS "/inside", "");
	put(ROOTFS "/sub/also", "");
	in.bundle = ROOTFS;
	in.bundle_fd = open(ROOTFS, O_PATH | O_CLOEXEC);
	enter("{'root': {'path': '.'}}");
	assert_inside();
	ck_assert_int_eq(access("/sub/also", F_OK), 0);
}
END_TEST

START_TEST(refuses_other_roots)
{
	if (!is_root(__func__))
		return;
	put("/tmp/bundle/file", "");
	use("{'root': {'path': 'file'}}");
	refused(init_rootfs(&in, &f), "root.path");
	use("{'root': {'path': 'missing'}}");
	refused(init_rootfs(&in, &f), "root.path");
	use("{}");
	refused(init_rootfs(&in, &f), "root.path");
	use("{'root': {'path': 'rootfs'}, 'linux': {'rootfsPropagation': 'odd'}}");
	refused(init_rootfs(&in, &f), "linux.rootfsPropagation");
	use("{'root': {'path': 'rootfs'}, 'linux': {'rootfsPropagation': 'shared'}}");
	in.no_pivot = true;
	refused(init_rootfs(&in, &f), "linux.rootfsPropagation");
}
END_TEST

START_TEST(keeps_root_readonly)
{
	if (!is_root(__func__))
		return;
	must(mkdir(ROOTFS "/sub", 0755) == 0, "mkdir");
	must(mount("tmpfs", ROOTFS "/sub", "tmpfs", MS_NOSUID, NULL) == 0, "tmpfs");
	must(mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL) == 0,
		"nodev");
	enter("{'root': {'path': 'rootfs', 'readonly': true}}");
	ck_assert_int_eq(mkdir("/new", 0755), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(mkdir("/sub/new", 0755), 0);
	ck_assert_ptr_nonnull(strstr(mount_line("/"), "ro,nodev"));
}
END_TEST

/* A container in a process of its own, beside its host. `say` and `hear`: one byte. */
struct beside {
	pid_t pid;
	int socket;
};

static void say(int socket)
{
	must(write(socket, "", 1) == 1, "write");
}

static bool hear(int socket)
{
	char c;

	return read(socket, &c, 1) == 1;
}

/*
 * Makes a container with this propagation, beside a host whose mounts are all shared.
 * Returns in the container as 0; there `other` is the host's socket.
 */
static struct beside start_beside(const char *propagation)
{
	char config[256];
	int pair[2];

	must(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0, "shared");
	must(mkdir("/tmp/vol", 0755) == 0 && mkdir(ROOTFS "/vol", 0755) == 0 &&
			mkdir(ROOTFS "/in", 0755) == 0 && mkdir(ROOTFS "/out", 0755) == 0,
		"mkdir");
	must(mount("tmpfs", "/tmp/vol", "tmpfs", 0, NULL) == 0, "tmpfs");
	must(mkdir("/tmp/vol/x", 0755) == 0, "mkdir");
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
	struct beside b = { fork(), pair[0] };
	must(b.pid >= 0, "fork");
	close(pair[b.pid == 0 ? 0 : 1]);
	if (b.pid)
		return b;
	b.socket = pair[1];
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	snprintf(config, sizeof(config),
		"{'root': {'path': 'rootfs'}, 'linux': "
		"{'rootfsPropagation': '%s'}}",
		propagation);
	use(config);
	done(init_rootfs(&in, &f));
	must(mount("/tmp/vol", ROOTFS "/vol", NULL, MS_BIND, NULL) == 0, "bind");
	done(init_pivot(&in, &f));
	return b;
}

static const struct {
	const char *name, *tag; /* of "/" in mountinfo */
	bool unbindable, comes, leaves;
} propagations[] = {
	{ "", "master:", false, true, false },
	{ "slave", "master:", false, true, false },
	{ "rslave", "master:", false, true, false },
	{ "shared", "shared:", false, true, true },
	{ "rshared", "shared:", false, true, true },
	{ "private", "- tmpfs", false, false, false },
	{ "rprivate", "- tmpfs", false, false, false },
	{ "unbindable", "unbindable", true, false, false },
};

/* The container's part; 0, or the number of what is wrong. */
static int see(int i, int host)
{
	if (!strstr(mount_line("/"), propagations[i].tag))
		return 1;
	bool bound = mount("/", "/out", NULL, MS_BIND, NULL) == 0;
	if (bound == propagations[i].unbindable)
		return 2;
	if (bound)
		umount2("/out", MNT_DETACH);
	if (mount("tmpfs", "/out", "tmpfs", 0, NULL) < 0 ||
		mount("tmpfs", "/vol/x", "tmpfs", 0, NULL) < 0)
		return 3;
	say(host);
	if (!hear(host))
		return 4;
	return !*mount_line("/in") == propagations[i].comes ? 5 : 0;
}

START_TEST(propagates_as_asked)
{
	int status;

	if (!is_root(__func__))
		return;
	struct beside b = start_beside(propagations[_i].name);
	if (b.pid == 0)
		_exit(see(_i, b.socket));
	if (hear(b.socket)) {
		/* never what the container does to its own root */
		ck_assert_str_eq(mount_line(ROOTFS "/out"), "");
		ck_assert_str_eq(mount_line(ROOTFS "/vol"), "");
		ck_assert_int_eq(!!*mount_line("/tmp/vol/x"), propagations[_i].leaves);
		must(mount("tmpfs", ROOTFS "/in", "tmpfs", 0, NULL) == 0, "tmpfs");
		say(b.socket);
	}
	ck_assert_int_eq(waitpid(b.pid, &status, 0), b.pid);
	ck_assert_msg(status == 0, "%s: %x", propagations[_i].name, status);
	/* and the old root is gone in the container alone */
	ck_assert_str_ne(mount_line("/tmp/vol"), "");
	ck_assert_str_ne(mount_line("/proc"), "");
}
END_TEST

START_TEST(changes_root)
{
	static const char *const refusals[] = { "mounts", "linux.maskedPaths",
		"linux.readonlyPaths", "root.readonly" };

	if (!is_root(__func__))
		return;
	put(ROOTFS "/inside", "");
	use("{'root': {'path': 'rootfs', 'readonly': true}}");
	refused(init_chroot(&in, &f), refusals[3]);
	use("{'root': {'path': 'rootfs'}, 'mounts': [{'destination': '/x'}]}");
	refused(init_chroot(&in, &f), refusals[0]);
	use("{'root': {'path': 'rootfs'}, 'linux': {'maskedPaths': ['/x']}}");
	refused(init_chroot(&in, &f), refusals[1]);
	use("{'root': {'path': 'rootfs'}, 'linux': {'readonlyPaths': ['/x']}}");
	refused(init_chroot(&in, &f), refusals[2]);
	use("{'root': {'path': 'rootfs'}, 'mounts': [], 'linux': {'maskedPaths': []}}");
	done(init_chroot(&in, &f));
	assert_inside();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference rootfs");
	TCase *t = tcase_create("rootfs");

	tcase_add_checked_fixture(t, world, NULL);
	tcase_add_test(t, pivots);
	tcase_add_test(t, moves_without_pivot);
	tcase_add_test(t, moves_where_mounts_are_locked);
	tcase_add_test(t, takes_any_directory);
	tcase_add_test(t, refuses_other_roots);
	tcase_add_test(t, keeps_root_readonly);
	tcase_add_loop_test(t, propagates_as_asked, 0, ARRAY_SIZE(propagations));
	tcase_add_test(t, changes_root);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
