/*
 * process_inside(): what a process is afterwards. Each is tried in a child, as it cannot
 * be undone.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "reference_process.h"

#define ROOT "\"user\": {\"uid\": 0, \"gid\": 0}, \"cwd\": \"/\""
#define USER "\"user\": {\"uid\": 1000, \"gid\": 1001}, \"cwd\": \"/\""

static char *const *env;

static int inside(const char *text)
{
	_cleanup_free_ char *whole = NULL;

	ck_assert_int_gt(asprintf(&whole, "{%s}", text), 0);
	json_t *json = parse(whole);
	struct process_inside p = { .process = json, .proc = proc };
	int r = process_inside(&p, &env, &f);
	json_decref(json);
	return r;
}

static void inside_works(const char *text)
{
	int r = inside(text);

	ck_assert_msg(r == 0, "%s", f.text);
}

static void inside_fails(const char *text, const char *why)
{
	ck_assert_int_lt(inside(text), 0);
	ck_assert_str_eq(f.text, why);
}

/* A line of /proc/self/status, without blanks at its ends. */
static const char *status_of(const char *key)
{
	static char line[512];
	int fd = openat(proc, "self/status", O_RDONLY | O_CLOEXEC);
	FILE *file = fdopen(fd, "re");
	size_t length = strlen(key);

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, length) == 0 && line[length] == ':') {
			char *end = line + strlen(line);
			while (strchr(" \t\n", end[-1]) && end > line + length + 1)
				*--end = '\0';
			fclose(file);
			return line + length + 1 + strspn(line + length + 1, " \t");
		}
	ck_abort_msg("no %s in status", key);
}

static void assert_caps(
	uint64_t inh, uint64_t prm, uint64_t eff, uint64_t bnd, uint64_t amb)
{
	ck_assert_uint_eq(strtoull(status_of("CapInh"), NULL, 16), inh);
	ck_assert_uint_eq(strtoull(status_of("CapPrm"), NULL, 16), prm);
	ck_assert_uint_eq(strtoull(status_of("CapEff"), NULL, 16), eff);
	ck_assert_uint_eq(strtoull(status_of("CapBnd"), NULL, 16), bnd);
	ck_assert_uint_eq(strtoull(status_of("CapAmb"), NULL, 16), amb);
}

/* 0 CHOWN, 5 KILL, 10 NET_BIND_SERVICE, 21 SYS_ADMIN, 24 SYS_RESOURCE */
#define SETS                                                              \
	"\"capabilities\": {\"bounding\": [\"CAP_KILL\", \"CAP_CHOWN\"]," \
	"\"permitted\": [\"CAP_NET_BIND_SERVICE\", \"CAP_CHOWN\"],"       \
	"\"effective\": [\"CAP_CHOWN\"],"                                 \
	"\"inheritable\": [\"CAP_NET_BIND_SERVICE\", \"CAP_KILL\"],"      \
	"\"ambient\": [\"CAP_NET_BIND_SERVICE\", \"CAP_KILL\", \"CAP_CHOWN\"]}"

static void caps_root(void)
{
	enter_root();
	inside_works(ROOT "," SETS);
	assert_caps(0x420, 0x401, 0x1, 0x21, 0x400);
	ck_assert_str_eq(status_of("NoNewPrivs"), "0");
}

static void caps_user(void)
{
	gid_t groups[] = { 4, 5 };

	enter_root();
	ck_assert_int_eq(setgroups(2, groups), 0);
	inside_works("\"user\": {\"uid\": 1000, \"gid\": 1001, \"umask\": 63,"
		     "\"additionalGids\": [9, 7, 9]}, \"cwd\": \"/\","
		     "\"noNewPrivileges\": true," SETS);
	assert_caps(0x420, 0x401, 0x1, 0x21, 0x400);
	ck_assert_str_eq(status_of("NoNewPrivs"), "1");
	ck_assert_str_eq(status_of("Uid"), "1000\t1000\t1000\t1000");
	ck_assert_str_eq(status_of("Gid"), "1001\t1001\t1001\t1001");
	ck_assert_str_eq(status_of("Groups"), "7 9 9");
	ck_assert_str_eq(status_of("Umask"), "0077");
	ck_assert_int_eq(prctl(PR_GET_KEEPCAPS), 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
}

static void caps_none(void)
{
	gid_t groups[] = { 4, 5 };

	enter_root();
	umask(027);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0);
	ck_assert_int_eq(setgroups(2, groups), 0);
	inside_works(USER);
	assert_caps(0, 0, 0, 0, 0);
	ck_assert_str_eq(status_of("Groups"), "");
	ck_assert_str_eq(status_of("Umask"), "0027");
}

/* Neither is a failure, and all of it is said. */
static void caps_not_to_be_had(void)
{
	char text[512] = "";
	json_t *json = parse("{\"capabilities\": {\"bounding\": [\"CAP_KILL\"]}}");

	enter_root();
	ck_assert(!process_warning(json, text, sizeof(text)));
	ck_assert_int_eq(prctl(PR_CAPBSET_DROP, 5, 0, 0, 0), 0);
	ck_assert(process_warning(json, text, sizeof(text)));
	ck_assert_str_eq(
		text, "process.capabilities: cannot be granted: CAP_KILL (bounding)");
	json_decref(json);
	inside_works(
		USER ", \"capabilities\": {\"bounding\": [\"CAP_KILL\", \"CAP_CHOWN\"],"
		     "\"permitted\": [\"CAP_CHOWN\", \"CAP_FUTURE\", \"0\"],"
		     "\"effective\": [\"CAP_CHOWN\", \"CAP_SYS_ADMIN\", \"cap_kill\"],"
		     "\"ambient\": [\"CAP_CHOWN\"]}");
	assert_caps(0, 1, 1, 1, 0);
}

static void users(void)
{
	enter_root();
	inside_fails("\"user\": {\"uid\": 4294967295, \"gid\": 0}, \"cwd\": \"/\"",
		"process.user.uid: must be a number from 0 to 4294967294");
	inside_fails("\"user\": {\"uid\": 1, \"gid\": -1}, \"cwd\": \"/\"",
		"process.user.gid: must be a number from 0 to 4294967294");
	inside_fails("\"user\": {\"uid\": 1, \"gid\": 1, \"additionalGids\": [1, -1]},"
		     "\"cwd\": \"/\"",
		"process.user.additionalGids[1]: must be a number from 0 to 4294967294");
	ck_assert_str_eq(status_of("Uid"), "0\t0\t0\t0");
}

static void groups_denied(void)
{
	/* Not in a root of our own: who is in one gets no user namespace. */
	proc = open("/proc", O_PATH | O_CLOEXEC);
	ck_assert_int_eq(unshare(CLONE_NEWUSER), 0);
	put("/proc/self/setgroups", "deny", 0644);
	put("/proc/self/uid_map", "0 0 1", 0644);
	put("/proc/self/gid_map", "0 0 1", 0644);
	inside_fails("\"user\": {\"uid\": 0, \"gid\": 0, \"additionalGids\": [0]},"
		     "\"cwd\": \"/\"",
		"process.user.additionalGids: setgroups: Operation not permitted");
	inside_works(ROOT);
}

#define CWD(path) "\"user\": {\"uid\": 1000, \"gid\": 1}, \"cwd\": \"" path "\""

static void assert_cwd(const char *want)
{
	char cwd[PATH_MAX];

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	ck_assert_str_eq(cwd, want);
}

static void cwd_roots(void)
{
	enter_root();
	inside_works(CWD("/roots"));
	assert_cwd("/roots");
}

/* Not by root: without CAP_DAC_OVERRIDE and the like it may not go there either. */
static void cwd_users(void)
{
	enter_root();
	ck_assert_int_eq(chown("/users", 1000, 1), 0);
	prctl(PR_SET_KEEPCAPS, 1);
	ck_assert_int_eq(syscall(SYS_setfsuid, 5), 0); /* clears the rights to files */
	inside_works(CWD("/users"));
	assert_cwd("/users");
}

static void cwd_made(void)
{
	struct stat st;

	enter_root();
	ck_assert_int_eq(symlink("/x", "/link"), 0);
	inside_works(CWD("/link/new/dir"));
	assert_cwd("/x/new/dir");
	ck_assert_int_eq(stat("/x/new", &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
}

static const struct {
	const char *cwd, *why;
} no_cwd[] = {
	{ "x", "process.cwd: \"x\" is not absolute" },
	{ "/bin/data", "process.cwd: chdir(/bin/data): Not a directory" },
	{ "/bin/data/x", "process.cwd: chdir(/bin/data/x): Not a directory" },
	{ "/proc/self/fd/100", "" },
	{ "/proc/self/fd/100/made", "" },
	{ "/hole", "" },
	{ "/hole/made", "" },
};
static int which;

/* CVE-2024-21626: /proc/self/fd/100 is the host's root. */
static void cwd_refused(void)
{
	char text[256];
	int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	enter_root();
	ck_assert_int_eq(dup2(host, 100), 100);
	ck_assert_int_eq(symlink("/proc/self/fd/100", "/hole"), 0);
	snprintf(text, sizeof(text),
		"\"user\": {\"uid\": 1000, \"gid\": 1}, \"cwd\": \"%s\"",
		no_cwd[which].cwd);
	ck_assert_int_lt(inside(text), 0);
	if (no_cwd[which].why[0])
		ck_assert_str_eq(f.text, no_cwd[which].why);
	ck_assert_ptr_nonnull(strstr(f.text, "process.cwd: "));
	ck_assert_int_eq(faccessat(host, "made", F_OK, 0), -1);
}

static void cwd_outside(void)
{
	ck_assert_int_eq(chdir("/"), 0);
	enter_root();
	ck_assert_int_eq(directory_check(&f), 0);
	ck_assert_int_eq(mkdir("/inner", 0755) | chroot("/inner"), 0);
	ck_assert_int_eq(directory_check(&f), -EXDEV);
	ck_assert_ptr_nonnull(strstr(f.text, "process.cwd: (unreachable)/"));
}

static void signals_and_more(void)
{
	sigset_t set;
	struct sigaction act;

	enter_root();
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	json_t *json = parse("{" ROOT "}");
	json_t *domain = parse("{\"domain\": \"LINUX32\"}");
	struct process_inside p = { .process = json,
		.personality = domain,
		.proc = proc,
		.keyring = "_plimsoll_test" };
	int r = process_inside(&p, &env, &f);
	ck_assert_msg(r == 0, "%s", f.text);
	sigaction(SIGPIPE, NULL, &act);
	ck_assert(act.sa_handler == SIG_DFL);
	ck_assert_uint_eq(strtoull(status_of("SigBlk"), NULL, 16), 0);
	int sig = 1;
	prctl(PR_GET_PDEATHSIG, &sig);
	ck_assert_int_eq(sig, 0);
	ck_assert_int_eq(personality(0xffffffff), PER_LINUX32);
	char name[128] = "";
	if (syscall(SYS_keyctl, 6 /* DESCRIBE */, -3 /* session */, name, 127) >= 0)
		ck_assert_ptr_nonnull(strstr(name, ";3f0b0000;_plimsoll_test"));
	p.personality = parse("{\"domain\": \"BSD\"}");
	ck_assert_int_eq(process_inside(&p, &env, &f), -EINVAL);
	ck_assert_str_eq(f.text, "linux.personality.domain: must be LINUX or LINUX32");
}

static void labels(void)
{
	enter_root();
	inside_works(ROOT ", \"apparmorProfile\": \"\", \"selinuxLabel\": \"\"");
	if (access("/proc/self/attr/apparmor/current", R_OK) < 0 ||
		open("/proc/self/attr/current", O_RDONLY) < 0)
		return;
	char buf[64];
	if (read(open("/proc/self/attr/current", O_RDONLY), buf, sizeof(buf)) >= 0)
		return; /* there is an LSM */
	inside_fails(ROOT ", \"apparmorProfile\": \"x\"",
		"process.apparmorProfile: AppArmor is not enabled on this host: "
		"Operation not supported");
	inside_fails(ROOT ", \"selinuxLabel\": \"a:b:c:s0\"",
		"process.selinuxLabel: SELinux is not enabled on this host: "
		"Operation not supported");
}

static bool is_sealed(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void descriptors(void)
{
	int ends[2];
	struct stat st;

	enter_root();
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(open("/proc/self/status", O_RDONLY), 200), 200);
	for (int fd = 3; fd <= 5; fd++)
		ck_assert_int_eq(dup2(ends[0], fd == ends[0] ? 6 : fd) < 0, 0);
	ck_assert_int_eq(dup2(ends[1], 1), 1);
	ck_assert_int_eq(mknod("/null", S_IFCHR | 0666, 1 << 8 | 3), 0);
	ck_assert_int_eq(dup2(open("/null", O_RDWR), 0), 0);
	fcntl(3, F_SETFD, 0);
	json_t *json = parse("{" USER "}");
	struct process_inside p = { .process = json, .proc = proc, .keep_fds = 1 };
	int r = process_inside(&p, &env, &f);
	ck_assert_msg(r == 0, "%s", f.text);
	ck_assert(!is_sealed(0) && !is_sealed(1) && !is_sealed(3));
	ck_assert(is_sealed(4) && is_sealed(5) && is_sealed(200) && is_sealed(proc));
	ck_assert_int_eq(fstat(1, &st), 0);
	ck_assert_uint_eq(st.st_uid, 1000);
	ck_assert_int_eq(fstat(0, &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
}

/* The whole way: /bin/sh of the host says what it sees. */
static void executed(void)
{
	char path[PATH_MAX], got[256] = "";
	int ends[2];

	proc = open("/proc", O_PATH | O_CLOEXEC);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	if (fork() == 0) {
		json_t *json =
			parse("{\"user\": {\"uid\": 1000, \"gid\": 1000},"
			      "\"cwd\": \"/usr/bin\", \"env\": [\"A=1\", \"HOME=/x\"],"
			      "\"args\": [\"sh\", \"-c\", \"echo $0 $A $HOME $PWD;"
			      "id -u; echo /proc/self/fd/*\", \"zero\"]}");
		struct process_inside p = { .process = json, .proc = proc };

		dup2(ends[1], 1);
		dup(0);
		if (process_find(json, path, &f) == 0 &&
			process_inside(&p, &env, &f) == 0)
			process_exec(json, path, env, &f);
		dprintf(1, "%s", f.text);
		_exit(1);
	}
	close(ends[1]);
	for (ssize_t n, at = 0; (n = read(ends[0], got + at, 255 - at)) > 0;)
		at += n;
	/* 3 is the directory that the shell itself reads. */
	ck_assert_str_eq(got,
		"zero 1 /x /usr/bin\n1000\n/proc/self/fd/0 /proc/self/fd/1 "
		"/proc/self/fd/2 /proc/self/fd/3\n");
}

static void (*const bodies[])(void) = { caps_root, caps_user, caps_none,
	caps_not_to_be_had, users, groups_denied, cwd_roots, cwd_users, cwd_made,
	cwd_outside, signals_and_more, labels, descriptors, executed };

START_TEST(one)
{
	in_child(bodies[_i]);
}
END_TEST

START_TEST(a_cwd_is_refused)
{
	which = _i;
	in_child(cwd_refused);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_process");
	TCase *t = tcase_create("process");

	tcase_add_loop_test(t, one, 0, ARRAY_SIZE(bodies));
	tcase_add_loop_test(t, a_cwd_is_refused, 0, ARRAY_SIZE(no_cwd));
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
