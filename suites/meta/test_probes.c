/*
 * Who is asking, what an errno means to them, captured machines: tests of probes/.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"

/* --- a captured machine: a directory with the files of /proc and /sys in it */

static char machine[] = "/tmp/test-probes.XXXXXX";

static void make_machine(void)
{
	strcpy(machine + strlen(machine) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(machine));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_machine(void)
{
	nftw(machine, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", machine, path);
	for (char *slash = full + strlen(machine) + 1; (slash = strchr(slash, '/'));
		slash++) {
		*slash = '\0';
		ck_assert(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	FILE *f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* Who asks there; nothing of the real machine is looked at. */
static struct env asker_of(uint64_t caps, int seccomp)
{
	struct env env = { .uid = 1000, .gid = 1000, .caps = caps, .seccomp = seccomp };

	strcpy(env.prefix, machine);
	put("/proc/self/uid_map", "         0          0 4294967295\n");
	put("/proc/self/gid_map", "         0          0 4294967295\n");
	put("/proc/self/mountinfo", "1 1 0:1 / / rw - ext4 /dev/root rw\n");
	return env;
}

static struct verdict refused(const struct env *env, const char *stage, int err)
{
	struct ask a = { .env = env, .cgroup = -1 };

	return answer_refused(&a, stage, err);
}

#define ck_assert_has(text, part) \
	ck_assert_msg(strstr(text, part), "\"%s\" does not say \"%s\"", text, part)

/* --- the errno table */

static const struct {
	int err;
	enum outcome outcome;
	enum fault fault;
} meanings[] = {
	{ ENOSYS, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EINVAL, OUTCOME_ABSENT, FAULT_KERNEL },
	{ E2BIG, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EOPNOTSUPP, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENODEV, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENOENT, OUTCOME_ABSENT, FAULT_KERNEL },
	{ ENOTTY, OUTCOME_ABSENT, FAULT_KERNEL },
	{ EPERM, OUTCOME_DENIED, FAULT_POLICY },
	{ EACCES, OUTCOME_DENIED, FAULT_POLICY },
	{ EROFS, OUTCOME_DENIED, FAULT_POLICY },
	{ ENOSPC, OUTCOME_DENIED, FAULT_POLICY },
	{ EUSERS, OUTCOME_DENIED, FAULT_POLICY },
	{ EDQUOT, OUTCOME_DENIED, FAULT_POLICY },
	{ EMFILE, OUTCOME_DENIED, FAULT_POLICY },
	{ EIO, OUTCOME_ERROR, FAULT_HARNESS },
	{ ENOMEM, OUTCOME_ERROR, FAULT_HARNESS },
	{ EFAULT, OUTCOME_ERROR, FAULT_HARNESS },
	{ 4095, OUTCOME_ERROR, FAULT_HARNESS },
};

START_TEST(test_errno)
{
	struct env env = asker_of(0, 0);
	struct verdict v = refused(&env, "frobnicate(it)", meanings[_i].err);

	ck_assert_int_eq(v.outcome, meanings[_i].outcome);
	ck_assert_int_eq(v.fault, meanings[_i].fault);
	ck_assert_int_eq(v.err, meanings[_i].err);
	ck_assert_str_eq(v.stage, "frobnicate(it)");
	ck_assert_has(v.detail, "frobnicate(it)");
	ck_assert_int_eq(*v.cause != '\0', v.outcome == OUTCOME_DENIED);
	ck_assert_int_eq(*v.remedy != '\0', v.outcome == OUTCOME_DENIED);
}
END_TEST

/* Under a filter "no such call" is believed only when the kernel's symbols say so too. */
START_TEST(test_filter_doubt)
{
	struct env env = asker_of(0, 2);

	ck_assert_int_eq(refused(&env, "frobnicate", ENOSYS).outcome, OUTCOME_DENIED);
	put("/proc/kallsyms", "0 T __x64_sys_read\n0 T __x64_sys_frobnicate\n");
	ck_assert_int_eq(refused(&env, "frobnicate", ENOSYS).outcome, OUTCOME_DENIED);
	ck_assert_has(refused(&env, "frobnicate", ENOSYS).cause, "unproven: ");
	put("/proc/kallsyms", "0 T __x64_sys_read\n0 T __x64_sys_frobnicate2\n");
	ck_assert_int_eq(refused(&env, "frobnicate", ENOSYS).outcome, OUTCOME_ABSENT);
	put("/proc/kallsyms", "0 T __x64_sys_read\n0 W __x64_sys_frobnicate\n");
	ck_assert_int_eq(refused(&env, "frobnicate", ENOSYS).outcome, OUTCOME_ABSENT);
	put("/proc/kallsyms", "0 T __x64_sys_frobnicate\n");
	env.seccomp = 0;
	ck_assert_int_eq(refused(&env, "frobnicate", ENOSYS).outcome, OUTCOME_ABSENT);
}
END_TEST

/* --- causes that only a captured machine can have here */

START_TEST(test_debian_sysctl)
{
	struct env env = asker_of(0, 0);

	put("/proc/sys/kernel/unprivileged_userns_clone", "1\n");
	ck_assert_has(refused(&env, "unshare(user)", EPERM).cause, "unproven: ");
	put("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
	struct verdict v = refused(&env, "unshare(user,mnt)", EPERM);
	ck_assert_has(v.cause, "kernel.unprivileged_userns_clone is 0");
	ck_assert_has(v.remedy, "sysctl -w kernel.unprivileged_userns_clone=1");

	/* Root of the initial user namespace is not meant by it; of another, it is. */
	env.caps = 1ULL << CAP_SYS_ADMIN;
	ck_assert_has(refused(&env, "unshare(user)", EPERM).cause, "unproven: ");
	env.own_userns = true;
	ck_assert_has(refused(&env, "unshare(user)", EPERM).cause, "userns_clone is 0");
}
END_TEST

START_TEST(test_ubuntu_sysctl)
{
	struct env env = asker_of(0, 0);

	put("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
	put("/proc/self/attr/apparmor/current", "unprivileged_userns (enforce)\n");
	struct verdict v = refused(&env, "write(uid_map)", EPERM);
	ck_assert_int_eq(v.outcome, OUTCOME_DENIED);
	ck_assert_has(v.cause, "apparmor_restrict_unprivileged_userns is 1");
	ck_assert_has(v.remedy, "AppArmor profile");

	put("/proc/self/attr/apparmor/current", "unconfined\n");
	ck_assert_has(refused(&env, "unshare(user)", EACCES).cause, "apparmor_restrict");
	/* A profile of the program's own decides by itself; the sysctl is not proven. */
	put("/proc/self/attr/apparmor/current", "docker-default (enforce)\n");
	ck_assert_has(refused(&env, "unshare(user)", EACCES).cause, "unproven: ");
	put("/proc/self/attr/apparmor/current", "unconfined\n");
	put("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0\n");
	ck_assert_has(refused(&env, "unshare(user)", EACCES).cause, "unproven: ");
}
END_TEST

START_TEST(test_unmapped_id)
{
	struct env env = asker_of(0, 0);

	put("/proc/self/uid_map", "0 1000 1\n5000 100000 10\n");
	env.uid = 5009;
	ck_assert_has(refused(&env, "unshare(user)", EPERM).cause, "unproven: ");
	env.uid = 5010;
	ck_assert_has(refused(&env, "unshare(user)", EPERM).cause, "is not mapped");
}
END_TEST

/* --- who is asking */

#define STATUS(caps, nnp, seccomp, filters)                                            \
	"Name:\tplimsoll\nCapEff:\t" caps "\nNoNewPrivs:\t" nnp "\nSeccomp:\t" seccomp \
	"\n" filters "Speculation_Store_Bypass:\tthread vulnerable\n"

START_TEST(test_env_read)
{
	struct env env;

	asker_of(0, 0);
	ck_assert_int_eq(env_read(&env, machine), -ENOENT);
	put("/proc/self/status",
		STATUS("000001fffeffffff", "0", "0", "Seccomp_filters:\t0\n"));
	ck_assert_int_eq(env_read(&env, machine), 0);
	ck_assert(
		env_has_cap(&env, CAP_SYS_ADMIN) && !env_has_cap(&env, CAP_SYS_RESOURCE));
	ck_assert(!env.own_userns && !env.no_new_privs);
	ck_assert_int_eq(env.seccomp, 0);
	ck_assert_int_eq(env.filters, 0);

	/* In a container, on a kernel that does not count filters (before 5.9). */
	put("/proc/self/status", STATUS("0000000000000000", "1", "2", ""));
	put("/proc/self/uid_map", "         0     100000      65536\n");
	ck_assert_int_eq(env_read(&env, machine), 0);
	ck_assert(env.own_userns && env.no_new_privs);
	ck_assert_int_eq(env.seccomp, 2);
	ck_assert_int_eq(env.filters, -1);
	env.uid = 0;
	ck_assert_str_eq(env_asker(&env), "userns");
	env.uid = 1000;
	ck_assert_str_eq(env_asker(&env), "user");

	put("/proc/self/status", "Name:\tsomething else\n");
	ck_assert_int_eq(env_read(&env, machine), 0);
	ck_assert_int_eq(env.seccomp, -1);
}
END_TEST

START_TEST(test_env_files)
{
	struct env env = asker_of(0, 0);
	char text[4];

	ck_assert_int_eq(env_number(&env, "/proc/sys/n"), -ENOENT);
	put("/proc/sys/n", "42\n");
	ck_assert_int_eq(env_number(&env, "/proc/sys/n"), 42);
	put("/proc/sys/n", "42 43\n");
	ck_assert_int_eq(env_number(&env, "/proc/sys/n"), -EINVAL);
	put("/proc/sys/n", "");
	ck_assert_int_eq(env_number(&env, "/proc/sys/n"), -EINVAL);
	put("/proc/sys/n", "longer than that\n");
	ck_assert_int_eq(env_file(&env, "/proc/sys/n", text, sizeof(text)), 3);
	ck_assert_str_eq(text, "lon");
}
END_TEST

/* --- where cgroups are, on machines of every kind */

#define SYSFS       "22 1 0:21 / /sys rw - sysfs sysfs rw\n"
#define FILESYSTEMS "nodev\tsysfs\nnodev\tcgroup\nnodev\tcgroup2\n\text4\n"
#define NO_CGROUP2  "nodev\tsysfs\n\text4\n"
#define SOME_V1 \
	"#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t2\t1\t1\nmemory\t3\t1\t1\n"

static const struct machine {
	const char *name, *mountinfo, *own_cgroup, *filesystems;
	enum cgroup_layout layout;
	const char *mount, *own;
	enum outcome v2;
	const char *cause;
} machines[] = {
	{ "unified",
		SYSFS
		"30 22 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
		"0::/user.slice/user-1000.slice/session-2.scope\n", FILESYSTEMS,
		CGROUP_UNIFIED, "/sys/fs/cgroup",
		"/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope", OUTCOME_PASS,
		"" },
	{ "unified, and a v1 hierarchy elsewhere for one program",
		SYSFS "29 22 0:25 / /run/old rw - cgroup net_cls rw,net_cls\n"
		      "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		"1:net_cls:/\n0::/\n", FILESYSTEMS, CGROUP_UNIFIED, "/sys/fs/cgroup",
		"/sys/fs/cgroup", OUTCOME_PASS, "" },
	{ "hybrid",
		SYSFS "30 22 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
		      "31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
		      "32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		"3:memory:/a\n2:cpu:/\n0::/init.scope\n", FILESYSTEMS, CGROUP_HYBRID,
		"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/init.scope",
		OUTCOME_DENIED, "hybrid" },
	{ "v1",
		SYSFS "30 22 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
		      "32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		"3:memory:/\n2:cpu:/\n", FILESYSTEMS, CGROUP_V1, "", "", OUTCOME_DENIED,
		"version 1" },
	{ "none mounted", SYSFS, "0::/\n", FILESYSTEMS, CGROUP_NONE, "", "",
		OUTCOME_DENIED, "not mounted on /sys/fs/cgroup" },
	{ "a kernel without", SYSFS, NULL, NO_CGROUP2, CGROUP_NONE, "", "",
		OUTCOME_ABSENT, "" },
	{ "none mounted, and /proc masked", SYSFS, NULL, NULL, CGROUP_NONE, "", "",
		OUTCOME_DENIED, "unproven: " },
	{ "cgroup2 somewhere else", "30 22 0:26 / /mnt/cg rw - cgroup2 cgroup2 rw\n",
		"0::/\n", FILESYSTEMS, CGROUP_UNIFIED, "/mnt/cg", "/mnt/cg",
		OUTCOME_DENIED, "not mounted on /sys/fs/cgroup" },
	{ "a container without a cgroup namespace",
		SYSFS "30 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
		"0::/docker/abc\n", FILESYSTEMS, CGROUP_UNIFIED, "/sys/fs/cgroup",
		"/sys/fs/cgroup", OUTCOME_PASS, "" },
	{ "a neighbour whose name begins the same",
		SYSFS "30 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
		"0::/docker/abcdef\n", FILESYSTEMS, CGROUP_UNIFIED, "/sys/fs/cgroup", "",
		OUTCOME_PASS, "" },
	{ "a process outside of its cgroup namespace",
		SYSFS "30 22 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
		"0::/../other\n", FILESYSTEMS, CGROUP_UNIFIED, "/sys/fs/cgroup", "",
		OUTCOME_PASS, "" },
};

static struct env captured(const struct machine *m)
{
	struct env env = asker_of(0, 0);

	put("/proc/self/mountinfo", m->mountinfo);
	put("/proc/cgroups", SOME_V1);
	if (m->own_cgroup)
		put("/proc/self/cgroup", m->own_cgroup);
	if (m->filesystems)
		put("/proc/filesystems", m->filesystems);
	return env;
}

START_TEST(test_env_cgroup)
{
	const struct machine *m = &machines[_i];
	struct env env = captured(m);
	struct env_cgroup cg;

	ck_assert_int_eq(env_cgroup(&env, &cg), 0);
	ck_assert_msg(cg.layout == m->layout, "%s: said to be %s", m->name,
		cgroup_layout_name(cg.layout));
	ck_assert_str_eq(cg.mount, m->mount);
	ck_assert_str_eq(cg.own, m->own);
}
END_TEST

extern const struct probe probe_cgroup_v2;

START_TEST(test_cgroup_v2)
{
	const struct machine *m = &machines[_i];
	struct env env = captured(m);
	struct ask a = { .env = &env, .cgroup = -1 };
	struct verdict v = probe_cgroup_v2.ask(&a);

	ck_assert_msg(v.outcome == m->v2, "%s: %s: %s", m->name, outcome_name(v.outcome),
		v.detail);
	ck_assert_has(v.cause, m->cause);
	ck_assert_int_eq(*v.remedy != '\0', v.outcome == OUTCOME_DENIED);
}
END_TEST

/* --- a machine that was there: a guest that ci/kernels' 6.12 was booted in */

/*
 * What env.c and cause.c read of it, made by
 *   plimsoll boot --accel tcg --capture DIR ~/.cache/plimsoll/kernels/6.12 -- probe ns/user
 * and thinned out.
 */
#define GUEST PLIMSOLL_KERNELS "/6.12"

START_TEST(test_captured_guest)
{
	struct env env;
	struct env_cgroup cg;

	ck_assert_int_eq(env_read(&env, GUEST), 0);
	for (int cap = 0; cap <= CAP_CHECKPOINT_RESTORE; cap++)
		ck_assert_msg(env_has_cap(&env, cap), "capability %d is not there", cap);
	ck_assert_int_eq(env.seccomp, 0);
	ck_assert_int_eq(env.filters, 0);
	ck_assert(!env.own_userns && !env.no_new_privs);
	env.uid = env.gid = 0; /* a process of ours can ask as itself only */
	ck_assert_str_eq(env_asker(&env), "root");

	ck_assert_int_eq(env_cgroup(&env, &cg), 0);
	ck_assert_int_eq(cg.layout, CGROUP_UNIFIED);
	ck_assert_str_eq(cg.mount, "/sys/fs/cgroup");
	ck_assert_str_eq(cg.own, "/sys/fs/cgroup");
	struct ask a = { .env = &env, .cgroup = -1 };
	struct verdict v = probe_cgroup_v2.ask(&a);
	ck_assert_int_eq(v.outcome, OUTCOME_PASS);
	ck_assert_has(v.detail, "cpuset cpu io memory hugetlb pids");
}
END_TEST

/* Debian's knob is there, Ubuntu's is not; either is told from a refusal elsewhere. */
START_TEST(test_captured_sysctls)
{
	struct env env;

	ck_assert_int_eq(env_read(&env, GUEST), 0);
	ck_assert_int_eq(env_number(&env, "/proc/sys/kernel/overflowuid"), 65534);
	ck_assert_int_gt(env_number(&env, "/proc/sys/user/max_user_namespaces"), 0);
	ck_assert_int_eq(
		env_number(&env, "/proc/sys/kernel/unprivileged_userns_clone"), 1);
	ck_assert_int_eq(
		env_number(
			&env, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
		-ENOENT);
	env.uid = env.gid = 1000;
	env.caps = 0;
	struct verdict v = refused(&env, "unshare(user)", EPERM);
	ck_assert_int_eq(v.outcome, OUTCOME_DENIED);
	ck_assert_has(v.cause, "unproven: ");
	ck_assert_has(refused(&env, "mount", EPERM).cause, "lacks CAP_SYS_ADMIN");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("probes");
	TCase *replay = tcase_create("captured machines");

	tcase_add_checked_fixture(replay, make_machine, remove_machine);
	tcase_add_loop_test(replay, test_errno, 0, ARRAY_SIZE(meanings));
	tcase_add_test(replay, test_filter_doubt);
	tcase_add_test(replay, test_debian_sysctl);
	tcase_add_test(replay, test_ubuntu_sysctl);
	tcase_add_test(replay, test_unmapped_id);
	tcase_add_test(replay, test_env_read);
	tcase_add_test(replay, test_env_files);
	tcase_add_loop_test(replay, test_env_cgroup, 0, ARRAY_SIZE(machines));
	tcase_add_loop_test(replay, test_cgroup_v2, 0, ARRAY_SIZE(machines));
	tcase_add_test(replay, test_captured_guest);
	tcase_add_test(replay, test_captured_sysctls);
	suite_add_tcase(s, replay);
	return s;
}

#include "run_tests.h"
