/*
 * Who is asking, what an errno means to them, captured machines, and an engine that outlives
 * whatever its questions do: tests of probes/.
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

/* --- the engine */

/* Long enough for a flood on a slow machine under a sanitizer. */
#define DEADLINE_MS 2000

static struct verdict ask_well(const struct ask *a)
{
	return answer_pass("well");
}

static struct verdict ask_hanging(const struct ask *a)
{
	while (pause() < 0)
		;
	return answer_pass("woken");
}

static struct verdict ask_crashing(const struct ask *a)
{
	raise(SIGABRT);
	return answer_pass("survived");
}

static struct verdict ask_killed(const struct ask *a)
{
	raise(SIGKILL);
	return answer_pass("survived");
}

static struct verdict ask_quiet(const struct ask *a)
{
	_exit(3);
}

/* Writes `len` bytes to the pipe that the answer is expected on, wherever that is. */
static void write_to_pipes(size_t len)
{
	static const char garbage[4096] = "garbage";
	struct stat st;

	for (int fd = 3; fd < 64; fd++) {
		if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode) ||
			(fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
			continue;
		for (size_t n = 0; n < len; n += sizeof(garbage))
			if (write(fd, garbage,
				    len < sizeof(garbage) ? len : sizeof(garbage)) < 0)
				break;
	}
}

static struct verdict ask_flooding(const struct ask *a)
{
	write_to_pipes(64u << 20);
	return answer_pass("flooded");
}

static struct verdict ask_garbage(const struct ask *a)
{
	write_to_pipes(7);
	_exit(0);
}

/* What it leaves behind holds the pipe open and never ends by itself. */
static struct verdict ask_forking(const struct ask *a)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			ask_hanging(a);
	return answer_pass("forked");
}

static struct verdict ask_forking_and_hanging(const struct ask *a)
{
	ask_forking(a);
	return ask_hanging(a);
}

static const struct bad {
	const char *name;
	struct verdict (*ask)(const struct ask *a);
	enum outcome outcome;
	const char *detail;
} bads[] = {
	{ "hanging", ask_hanging, OUTCOME_ERROR, "within 2000 ms" },
	{ "crashing", ask_crashing, OUTCOME_ERROR, "signal 6 (SIGABRT)" },
	{ "killed", ask_killed, OUTCOME_ERROR, "signal 9 (SIGKILL)" },
	{ "quiet", ask_quiet, OUTCOME_ERROR, "status 3" },
	{ "flooding", ask_flooding, OUTCOME_ERROR, "flooded" },
	{ "garbage", ask_garbage, OUTCOME_ERROR, "7 bytes of garbage" },
	{ "forking", ask_forking, OUTCOME_PASS, "forked" },
	{ "forking and hanging", ask_forking_and_hanging, OUTCOME_ERROR,
		"within 2000 ms" },
};

struct answers {
	size_t count;
	struct verdict verdicts[2 * ARRAY_SIZE(bads)];
};

static void take_answer(void *ctx, size_t index, const struct verdict *v, double ms)
{
	struct answers *answers = ctx;

	answers->verdicts[index] = *v;
	answers->count++;
}

/* We are the reaper of all that our children leave: in the end there must be nothing alive. */
static void assert_nothing_left(void)
{
	int status;

	while (waitpid(-1, &status, 0) > 0)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(errno, ECHILD);
}

static void ask_bad(const struct bad *const *list, size_t count, unsigned needs,
	struct answers *answers)
{
	struct probe probes[2 * ARRAY_SIZE(bads)] = { 0 };
	struct probe_entry entries[2 * ARRAY_SIZE(bads)];
	struct question questions[2 * ARRAY_SIZE(bads)];
	struct rlimit no_core = { 0, 0 };
	struct env env;

	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	for (size_t i = 0; i < count; i++) {
		probes[i].ask = list[i]->ask;
		probes[i].needs = needs;
		entries[i] = (struct probe_entry) { list[i]->name, &probes[i] };
		questions[i] =
			(struct question) { .entry = &entries[i], .asker = &asker };
	}
	struct ask_options opt = {
		.env = &env, .workers = 4, .deadline_ms = DEADLINE_MS
	};
	ck_assert_int_eq(ask_all(questions, count, &opt, take_answer, answers), 0);
	ck_assert_uint_eq(answers->count, count);
	assert_nothing_left();
}

START_TEST(test_bad_question)
{
	const struct bad *bad = &bads[_i];
	struct answers answers = { 0 };

	ask_bad(&bad, 1, 0, &answers);
	ck_assert_msg(answers.verdicts[0].outcome == bad->outcome, "%s: %s: %s",
		bad->name, outcome_name(answers.verdicts[0].outcome),
		answers.verdicts[0].detail);
	ck_assert_has(answers.verdicts[0].detail, bad->detail);
	if (bad->outcome == OUTCOME_ERROR)
		ck_assert_int_eq(answers.verdicts[0].fault, FAULT_HARNESS);
}
END_TEST

/*
 * A good question beside each bad one is answered as if it were alone; also if they say that
 * they may share a child.
 */
START_TEST(test_good_beside_bad)
{
	static const struct bad well = { "well", ask_well, OUTCOME_PASS, "well" };
	const struct bad *list[2 * ARRAY_SIZE(bads)];
	struct answers answers = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bads); i++) {
		list[2 * i] = &bads[i];
		list[2 * i + 1] = &well;
	}
	ask_bad(list, ARRAY_SIZE(list), _i ? PROBE_SHARES : 0, &answers);
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		ck_assert_int_eq(answers.verdicts[i].outcome, list[i]->outcome);
		ck_assert_has(answers.verdicts[i].detail, list[i]->detail);
	}
}
END_TEST

static struct verdict ask_pid(const struct ask *a)
{
	return answer_pass("%d", getpid());
}

/* Two of one asker, and one that does not share. */
START_TEST(test_shared_child)
{
	const struct probe sharing = { .needs = PROBE_SHARES, .ask = ask_pid };
	const struct probe alone = { .ask = ask_pid };
	const struct probe_entry entries[] = { { "a", &sharing }, { "b", &alone },
		{ "c", &sharing } };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entries[0], &asker }, { &entries[1], &asker },
		{ &entries[2], &asker } };
	struct ask_options opt = { .env = &env };
	ck_assert_int_eq(ask_all(questions, 3, &opt, take_answer, &answers), 0);
	ck_assert_uint_eq(answers.count, 3);
	ck_assert_str_eq(answers.verdicts[0].detail, answers.verdicts[2].detail);
	ck_assert_str_ne(answers.verdicts[0].detail, answers.verdicts[1].detail);
}
END_TEST

/* What hangs is cut off at the end of all time; what had no turn says so. */
START_TEST(test_total_time)
{
	const struct probe hanging = { .ask = ask_hanging };
	const struct probe_entry entry = { "hanging", &hanging };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entry, &asker }, { &entry, &asker } };
	struct ask_options opt = { .env = &env, .workers = 1, .total_ms = 100 };
	ck_assert_int_eq(ask_all(questions, 2, &opt, take_answer, &answers), 0);
	ck_assert_uint_eq(answers.count, 2);
	ck_assert_has(answers.verdicts[0].detail, "the question hung");
	ck_assert_has(answers.verdicts[1].detail, "not asked");
	ck_assert_int_eq(answers.verdicts[1].outcome, OUTCOME_ERROR);
}
END_TEST

static bool never_load(const char *modules, struct verdict *ret_refused)
{
	*ret_refused = answer_denied("module", "it would load", NULL, "%s", modules);
	return false;
}

START_TEST(test_may_load)
{
	const struct probe with = { .modules = "fs-nothing", .ask = ask_well };
	const struct probe without = { .ask = ask_well };
	const struct probe_entry entries[] = { { "with", &with },
		{ "without", &without } };
	struct answers answers = { 0 };
	struct env env;

	ck_assert_int_eq(env_read(&env, ""), 0);
	struct asker asker = { .name = env_asker(&env) };
	struct question questions[] = { { &entries[0], &asker },
		{ &entries[1], &asker } };
	struct ask_options opt = { .env = &env, .may_load = never_load };
	ck_assert_int_eq(ask_all(questions, 2, &opt, take_answer, &answers), 0);
	ck_assert_int_eq(answers.verdicts[0].outcome, OUTCOME_DENIED);
	ck_assert_str_eq(answers.verdicts[0].detail, "fs-nothing");
	ck_assert_int_eq(answers.verdicts[1].outcome, OUTCOME_PASS);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("probes");
	TCase *replay = tcase_create("captured machines");
	TCase *engine = tcase_create("engine");

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

	tcase_set_timeout(engine, 20);
	tcase_add_loop_test(engine, test_bad_question, 0, ARRAY_SIZE(bads));
	tcase_add_loop_test(engine, test_good_beside_bad, 0, 2);
	tcase_add_test(engine, test_shared_child);
	tcase_add_test(engine, test_total_time);
	tcase_add_test(engine, test_may_load);
	suite_add_tcase(s, engine);
	return s;
}

#include "run_tests.h"
