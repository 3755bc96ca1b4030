/* Which program it is, its environment, and process_outside(): limits and the like. */
#include <errno.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "reference_process.h"

static int which;

/* What comes of process.env, entries joined by '|'. */
static const struct {
	int uid;
	const char *env, *want;
} envs[] = {
	{ 0, "[]", "HOME=/root" },
	{ 1000, "[\"B=2\", \"A=1\"]", "B=2|A=1|HOME=/home/u" },
	{ 1000, "[\"HOME=\", \"A=1\"]", "A=1|HOME=/home/u" },
	{ 1000, "[\"HOME=/x\", \"A=1\"]", "HOME=/x|A=1" },
	{ 1000, "[\"HOME=/x\", \"HOME=\"]", "HOME=/home/u" },
	{ 7, "[]", "HOME=/" },
	{ 12345, "[]", "HOME=/" },
	{ 0, "[\"HOME=/\", \"A=1\", \"AB=3\", \"A=2=\\n2\", \"E=\"]",
		"HOME=/|AB=3|A=2=\n2|E=" },
	{ 0, "[\"A=1\", \"B\"]", "process.env[1]: \"B\" is no NAME=VALUE" },
	{ 0, "[\"=1\"]", "process.env[0]: \"=1\" is no NAME=VALUE" },
};

static void env_made(void)
{
	char text[512], got[512] = "";
	char **made;

	enter_root();
	snprintf(text, sizeof(text), "{\"user\": {\"uid\": %d, \"gid\": 0}, \"env\": %s}",
		envs[which].uid, envs[which].env);
	json_t *json = parse(text);
	if (environment_make(json, &made, &f) < 0) {
		ck_assert_str_eq(f.text, envs[which].want);
		_exit(0);
	}
	for (size_t i = 0; made[i]; i++)
		sprintf(got + strlen(got), "%s%s", i ? "|" : "", made[i]);
	ck_assert_str_eq(got, envs[which].want);
}

/* process.args[0], the rest of the object, and the path or what is said. */
static const struct {
	const char *name, *more, *want;
} programs[] = {
	{ "run", "", "/bin/run" },
	{ "/bin/run", "", "/bin/run" },
	{ "./run", ", \"cwd\": \"/bin\"", "./run" },
	{ "bin/run", ", \"cwd\": \"/\"", "bin/run" },
	{ "run", ", \"env\": [\"PATH=/x::/bin\"], \"cwd\": \"/users\"", "/bin/run" },
	{ "run", ", \"env\": [\"PATH=/x:\"], \"cwd\": \"/bin\"", "./run" },
	{ "tool", ", \"env\": [\"PATH=/bin:/x\"]", "/x/tool" },
	{ "run", ", \"env\": [\"PATH=/bin\", \"PATH=/none\"]",
		"process.args[0]: \"run\": No such file or directory" },
	{ "run", ", \"env\": [\"PATH=/x:/none\"]",
		"process.args[0]: \"run\": Permission denied" },
	{ "/bin/data", "", "process.args[0]: \"/bin/data\": Permission denied" },
	{ "/bin", "", "process.args[0]: \"/bin\": Permission denied" },
	{ "/bin/none", "", "process.args[0]: \"/bin/none\": No such file or directory" },
	{ "", "", "process.args[0]: \"\": No such file or directory" },
	{ "/bin/exe", "",
		"process.args[0]: \"/bin/exe\": Too many levels of symbolic links" },
	{ "/proc/self/exe", "",
		"process.args[0]: \"/proc/self/exe\": Too many levels of symbolic links" },
};

static void program_found(void)
{
	char text[512], path[PATH_MAX];

	enter_root();
	snprintf(text, sizeof(text), "{\"args\": [\"%s\"]%s}", programs[which].name,
		programs[which].more);
	int r = process_find(parse(text), path, &f);
	ck_assert_str_eq(r < 0 ? f.text : path, programs[which].want);
}

static int outside(const char *text, bool exec)
{
	json_t *json = parse(text);
	int r = process_outside(getpid(), json, exec, &f);

	json_decref(json);
	return r;
}

static void outside_applies(void)
{
	struct rlimit limit;
	cpu_set_t set;
	char score[16] = "";

	sched_getaffinity(0, sizeof(set), &set);
	int before = CPU_COUNT(&set);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
	ck_assert_msg(
		outside("{\"rlimits\": [{\"type\": \"RLIMIT_NOFILE\", \"soft\": 100,"
			"\"hard\": 200}, {\"type\": \"RLIMIT_CORE\", \"soft\": 0,"
			"\"hard\": 0}], \"oomScoreAdj\": 77,"
			"\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\","
			"\"priority\": 5}, \"scheduler\": {\"policy\":"
			"\"SCHED_BATCH\", \"nice\": 7,"
			"\"flags\": [\"SCHED_FLAG_RESET_ON_FORK\"]}}",
			false) == 0,
		"%s", f.text);
	getrlimit(RLIMIT_NOFILE, &limit);
	ck_assert(limit.rlim_cur == 100 && limit.rlim_max == 200);
	getrlimit(RLIMIT_CORE, &limit);
	ck_assert(limit.rlim_cur == 0 && limit.rlim_max == 0);
	ck_assert_int_eq(sched_getscheduler(0), SCHED_BATCH | SCHED_RESET_ON_FORK);
	ck_assert_int_eq(getpriority(PRIO_PROCESS, 0), 7);
	ck_assert_int_eq(syscall(SYS_ioprio_get, 1, 0), 2 << 13 | 5);
	sched_getaffinity(0, sizeof(set), &set);
	ck_assert_int_ge(CPU_COUNT(&set), before);
	ck_assert_int_eq(outside("{\"execCPUAffinity\": {\"final\": \"0\"}}", true), 0);
	sched_getaffinity(0, sizeof(set), &set);
	ck_assert_int_eq(CPU_COUNT(&set), 1);
	ck_assert_int_eq(outside("{}", true), 0);
	FILE *file = fopen("/proc/self/oom_score_adj", "re");
	ck_assert_str_eq(fgets(score, sizeof(score), file), "77\n");
}

#define LIMIT(type, soft, hard) \
	"{\"type\": \"" type "\", \"soft\": " soft ", \"hard\": " hard "}"
#define AFFINITY(list)          "{\"execCPUAffinity\": {\"final\": \"" list "\"}}"
#define NO_LIST(list)           "process.execCPUAffinity.final: \"" list "\" is no list of CPUs"
#define SCHEDULER(policy, more) "{\"scheduler\": {\"policy\": \"" policy "\"" more "}}"

static const struct {
	const char *text, *why;
} wrong[] = {
	{ "{\"rlimits\": [" LIMIT("RLIMIT_CORE", "0", "0") "," LIMIT(
		  "RLIMIT_CORE", "0", "0") "]}",
		"process.rlimits[1].type: RLIMIT_CORE is there twice" },
	{ "{\"rlimits\": [" LIMIT("RLIMIT_CORES", "0", "0") "]}",
		"process.rlimits[0].type: \"RLIMIT_CORES\" is unknown" },
	{ "{\"rlimits\": [" LIMIT("NOFILE", "0", "0") "]}",
		"process.rlimits[0].type: \"NOFILE\" is unknown" },
	{ "{\"rlimits\": [" LIMIT("RLIMIT_CORE", "2", "1") "]}",
		"process.rlimits[0]: RLIMIT_CORE: soft is more than hard" },
	{ "{\"rlimits\": [" LIMIT("RLIMIT_CORE", "-1", "1") "]}",
		"process.rlimits[0]: RLIMIT_CORE: soft is more than hard" },
	{ "{\"rlimits\": [" LIMIT("RLIMIT_NOFILE", "1", "-1") "]}",
		"process.rlimits[0]: prlimit(RLIMIT_NOFILE): Operation not permitted" },
	{ "{\"ioPriority\": {\"class\": \"RT\", \"priority\": 0}}",
		"process.ioPriority.class: is unknown" },
	{ "{\"ioPriority\": {\"class\": \"IOPRIO_CLASS_RT\", \"priority\": 8}}",
		"process.ioPriority.priority: must be from 0 to 7" },
	{ SCHEDULER("FIFO", ""), "process.scheduler.policy: is unknown" },
	{ SCHEDULER("SCHED_ISO", ""),
		"process.scheduler: sched_setattr(SCHED_ISO): Invalid argument" },
	{ SCHEDULER("SCHED_OTHER", ", \"priority\": 3"),
		"process.scheduler: sched_setattr(SCHED_OTHER): Invalid argument" },
	{ SCHEDULER("SCHED_OTHER", ", \"nice\": 20"),
		"process.scheduler.nice: must be from -20 to 19" },
	{ SCHEDULER("SCHED_OTHER", ", \"flags\": [\"SCHED_FLAG_X\"]"),
		"process.scheduler.flags[0]: \"SCHED_FLAG_X\" is unknown" },
	{ SCHEDULER("SCHED_RR", ", \"runtime\": 3"),
		"process.scheduler: runtime, deadline and period are for SCHED_DEADLINE" },
	{ "{\"oomScoreAdj\": 1001}", "process.oomScoreAdj: write(" },
	{ AFFINITY("1-0"), NO_LIST("1-0") },
	{ AFFINITY("0,"), NO_LIST("0,") },
	{ AFFINITY("-1"), NO_LIST("-1") },
	{ AFFINITY("0x1"), NO_LIST("0x1") },
	{ AFFINITY("65536"), NO_LIST("65536") },
	{ AFFINITY("65535"),
		"process.execCPUAffinity.final: sched_setaffinity(65535): "
		"Invalid argument" },
};

static void outside_refuses(void)
{
	ck_assert_int_lt(outside(wrong[which].text, true), 0);
	ck_assert_msg(strncmp(f.text, wrong[which].why, strlen(wrong[which].why)) == 0,
		"%s", f.text);
}

START_TEST(what_is_asked_for_is_set)
{
	in_child(outside_applies);
}
END_TEST

START_TEST(environment)
{
	which = _i;
	in_child(env_made);
}
END_TEST

START_TEST(program)
{
	which = _i;
	in_child(program_found);
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
	which = _i;
	in_child(outside_refuses);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_program");
	TCase *t = tcase_create("program");

	tcase_add_test(t, what_is_asked_for_is_set);
	tcase_add_loop_test(t, environment, 0, ARRAY_SIZE(envs));
	tcase_add_loop_test(t, program, 0, ARRAY_SIZE(programs));
	tcase_add_loop_test(t, what_is_wrong_is_refused, 0, ARRAY_SIZE(wrong));
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
