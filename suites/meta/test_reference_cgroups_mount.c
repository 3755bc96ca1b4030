/* The cgroup file system as a container has it. Everything happens in a child. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "cgroups_of_tests.h"
#include "uapi/mount.h"

#define PLACE "/tmp"

/* Nothing can be made there, and for no other reason than this. */
static bool refuses(int dir, const char *name, int err)
{
	return mkdirat(dir, name, 0755) < 0 && errno == err;
}

/* The directory of a hierarchy in the mount; the mount itself where it is unified. */
static int inner(const struct hierarchy *h)
{
	return open(cg.unified ? PLACE : strrchr(h->mount, '/') + 1,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What is wrong with it; 0: nothing. */
static int inspect(bool ro)
{
	char self[16], procs[64];

	if (chdir(PLACE) < 0)
		return 10;
	if (ro && !refuses(AT_FDCWD, "sub", EROFS))
		return 11;
	snprintf(self, sizeof(self), "%d", getpid());
	for (size_t i = 0; i < cg.count; i++) {
		_cleanup_close_ int dir = inner(&cg.list[i]);
		if (dir < 0)
			return 12;
		/* Its top is the container's own: we are in there, and nobody else. */
		if (cgfs_read(dir, "cgroup.procs", procs, sizeof(procs)) < 0 ||
			strcmp(procs, self))
			return 13;
		if (ro && !refuses(dir, "sub", EROFS))
			return 14;
		if (!ro &&
			(mkdirat(dir, "sub", 0755) < 0 ||
				unlinkat(dir, "sub", AT_REMOVEDIR) < 0))
			return 15;
		if (cgfs_write(dir, "notify_on_release", "0") == 0 && ro)
			return 16;
	}
	return 0;
}

static int in_child(bool own, bool ro)
{
	unsigned long attr =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (ro ? MOUNT_ATTR_RDONLY : 0);

	if (cgroups_join(&cg, getpid(), NULL, &f) < 0)
		return 1;
	if (unshare(CLONE_NEWNS | (own ? CLONE_NEWCGROUP : 0)) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", PLACE, "tmpfs", 0, NULL) < 0)
		return 2;
	_cleanup_close_ int at = open(PLACE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (cgroups_mount(&cg, at, own, attr, proc, &f) < 0) {
		fprintf(stderr, "%s\n", f.text);
		return 3;
	}
	return inspect(ro);
}

/* The cgroup lines of our mounts: options of super blocks are the whole machine's. */
static void host_mounts(char *ret, size_t size)
{
	char line[4096];
	size_t len = 0;

	_cleanup_fclose_ FILE *in = fopen("/proc/self/mountinfo", "re");
	while (in && fgets(line, sizeof(line), in))
		if (strstr(line, " - cgroup") && len + strlen(line) < size)
			len += sprintf(ret + len, "%s", line);
}

static void try(bool own, bool ro)
{
	static char before[16384], after[16384];
	int status;

	if (!able())
		return;
	host_mounts(before, sizeof(before));
	ck_assert_msg(create(NULL) == 0, "%s", f.text);
	pid_t pid = fork();
	if (pid == 0)
		_exit(in_child(own, ro));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "exit %d", WEXITSTATUS(status));
	host_mounts(after, sizeof(after));
	ck_assert_str_eq(before, after);
}

START_TEST(fresh_in_a_namespace_of_its_own)
{
	try(true, false);
}
END_TEST

START_TEST(fresh_and_read_only)
{
	try(true, true);
}
END_TEST

START_TEST(bound_from_the_host)
{
	try(false, false);
}
END_TEST

START_TEST(bound_and_read_only)
{
	try(false, true);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("mounts of cgroups");
	TCase *tc = tcase_create("mounts");

	add_fixtures(tc);
	tcase_add_test(tc, fresh_in_a_namespace_of_its_own);
	tcase_add_test(tc, fresh_and_read_only);
	tcase_add_test(tc, bound_from_the_host);
	tcase_add_test(tc, bound_and_read_only);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
