/* The fields of config.json: what is taken, and what is said of each thing that is wrong. */
#include "config_text.h"

START_TEST(table_is_sorted)
{
	for (size_t i = 1; i < shape_count; i++)
		ck_assert_msg(strcmp(shape_table[i - 1].path, shape_table[i].path) < 0,
			"%s", shape_table[i].path);
	/* What is in it can be reached. */
	for (size_t i = 1; i < shape_count; i++) {
		char parent[128];
		bool there = false;
		strcpy(parent, shape_table[i].path);
		size_t n = strlen(parent);
		if (parent[n - 1] == ']' || parent[n - 1] == '}')
			parent[n - 2] = '\0';
		else if (strrchr(parent, '.'))
			*strrchr(parent, '.') = '\0';
		else
			parent[0] = '\0';
		for (size_t k = 0; k < i; k++)
			there |= !strcmp(shape_table[k].path, parent);
		ck_assert_msg(there, "%s", shape_table[i].path);
	}
}
END_TEST

/* clang-format off */
#define TEN "1234567890"
#define ID  ": must be an integer from 0 to 4294967294"
#define U64 ": must be an integer from 0 to 18446744073709551615"
#define ABS ": must be an absolute path"
#define NOT ": Operation not supported"
/* What the base has at a place instead, and what has to be said: NULL where it is good; what
 * begins with a colon or a bracket, behind that place. */
static const struct {
	const char *at, *value, *said;
} changes[] = {
	{ "ociVersion", "1", ": must be a string" },
	{ "ociVersion", "null", ": is missing" },
	{ "ociVersion", "''", ": must be a version like 1.2.0" },
	{ "ociVersion", "'1.0'", ": must be a version like 1.2.0" },
	{ "ociVersion", "'1.0.01'", ": must be a version like 1.2.0" },
	{ "ociVersion", "'1.0.0-'", ": must be a version like 1.2.0" },
	{ "ociVersion", "'1.0.0-rc.01'", ": must be a version like 1.2.0" },
	{ "ociVersion", "'2.0.0'", ": only versions 1.x are known here" },
	{ "ociVersion", "'0.9.0'", ": only versions 1.x are known here" },
	{ "ociVersion", "'10.0.0'", ": only versions 1.x are known here" },
	{ "ociVersion", "'1.0.0-rc5+dev.01'", NULL },
	{ "ociVersion", "'1.99.0'", NULL },
	/* What nobody has defined, and what is defined for others. */
	{ "unknown", "{'process': 7}", NULL },
	{ "linux.unknown", "[]", NULL },
	{ "", "{'process.args': 5, '': 5, 'mounts[]': 5, 'linux.resources.pids': 1}", NULL },
	{ "", "{'windows': 1, 'vm': 'a', 'zos': 2, 'solaris': [], 'freebsd': 1}", NULL },
	{ "process", "{'user': {'username': 5}, 'commandLine': 5}", NULL },
	{ "linux.intelRdt", "{}", NOT },
	{ "linux.netDevices", "{'a': {}}", NOT },
	{ "linux.memoryPolicy", "{'mode': 'MPOL_BIND'}", NOT },
	{ "linux.intelRdt", "null", NULL },
	/* Absent, null, empty. */
	{ "", "{'process': null, 'hooks': null, 'mounts': null, 'annotations': null}", NULL },
	{ "linux", "null", NULL },
	{ "root", "null", ": is missing" },
	{ "root", "[]", ": must be an object" },
	{ "root.path", "null", ": is missing" },
	{ "root.path", "''", ": must not be empty" },
	{ "root.path", "5", ": must be a string" },
	{ "root.readonly", "1", ": must be true or false" },
	{ "hostname", "''", NULL },
	{ "hostname", "0", ": must be a string" },
	{ "linux", "{'rootfsPropagation': '', 'cgroupsPath': '', 'mountLabel': ''}", NULL },
	{ "domainname", "'" TEN TEN TEN TEN TEN TEN "1234'", NULL },
	{ "domainname", "'" TEN TEN TEN TEN TEN TEN "12345'", ": must be of at most 64 bytes" },
	{ "annotations", "{'a.b': null}", "[\"a.b\"]: must be a string" },
	{ "annotations", "{'a\\nb\\u00e9': 1}", "[\"a?b??\"]: must be a string" },
	{ "annotations", "{'': 'a'}", ": a key must not be empty" },
	{ "annotations", "{'a': ''}", NULL },
	/* process */
	{ "process.args", "null", ": is missing" },
	{ "process.args", "[]", ": must not be empty" },
	{ "process.args", "'sh'", ": must be a list" },
	{ "process.args", "['sh', 1]", "[1]: must be a string" },
	{ "process.args", "['sh', null]", "[1]: must be a string" },
	{ "process.cwd", "'a'", ABS },
	{ "process.cwd", "''", ABS },
	{ "process.cwd", "null", ": is missing" },
	{ "process.env", "{}", ": must be a list" },
	{ "process.terminal", "'yes'", ": must be true or false" },
	{ "process.consoleSize", "{'height': -1}", NULL },
	{ "process", "{'terminal': true, 'consoleSize': {'height': 1}}",
		".consoleSize.width: is missing" },
	{ "process", "{'terminal': true, 'consoleSize': {'height': 65536, 'width': 1}}",
		".consoleSize.height: must be an integer from 0 to 65535" },
	{ "process.user.uid", "-1", ID },
	{ "process.user.uid", "4294967295", ID },
	{ "process.user.gid", "4294967296", ID },
	{ "process.user.uid", "1.0", ID },
	{ "process.user.uid", "'0'", ID },
	{ "process.user.gid", "null", ": is missing" },
	{ "process.user", "{'uid': 4294967294, 'umask': 511}", NULL },
	{ "process.user.umask", "512", ": must be an integer from 0 to 511" },
	{ "process.user.additionalGids", "[1, 'a']", "[1]" ID },
	{ "process.oomScoreAdj", "-1001", ": must be an integer from -1000 to 1000" },
	{ "process.capabilities.bounding", "['CAP_NEWER_2']", NULL },
	{ "process.capabilities.ambient", "['chown']",
		"[0]: must be the name of a capability, CAP_..." },
	{ "process.rlimits", "[{'type': 'RLIMIT_NO', 'soft': 1, 'hard': 1}]",
		"[0].type: must be one of RLIMIT_AS, " },
	{ "process.rlimits", "[{'type': 'RLIMIT_AS', 'soft': 2, 'hard': 1}]",
		"[0].soft: must not be above hard" },
	{ "process.rlimits", "[{'type': 'RLIMIT_AS', 'soft': -1, 'hard': 1}]", "[0].soft" U64 },
	{ "process.rlimits", "[{'type': 'RLIMIT_AS', 'soft': 1, 'hard': 1},"
		"{'type': 'RLIMIT_AS', 'soft': 1, 'hard': 1}]", "[1].type: is there twice" },
	{ "process.scheduler", "{'policy': 'SCHED_FOO'}",
		".policy: must be one of SCHED_BATCH, " },
	{ "process.scheduler", "{'policy': 'SCHED_FIFO', 'flags': ['A']}",
		".flags[0]: must be one of SCHED_FLAG_DL_OVERRUN, " },
	{ "process.scheduler", "{'policy': 'SCHED_OTHER', 'priority': 1}",
		".priority: is not for SCHED_OTHER" },
	{ "process.ioPriority", "{'class': 'IOPRIO_CLASS_BE', 'priority': 8}",
		".priority: must be an integer from 0 to 7" },
	{ "process.execCPUAffinity.initial", "'0\\n1'", ": must be a list like 0-3,7" },
	/* hooks */
	{ "hooks.poststop", "[{'path': 'true'}]", "[0].path" ABS },
	{ "hooks.poststart", "[{'args': ['a']}]", "[0].path: is missing" },
	{ "hooks.createRuntime", "[{'path': '/a', 'timeout': 0}]",
		"[0].timeout: must be an integer from 1 to 2147483647" },
	{ "hooks.startContainer", "{}", ": must be a list" },
	/* mounts */
	{ "mounts", "[{'type': 'proc'}]", "[0].destination: is missing" },
	{ "mounts", "[{'destination': ''}]", "[0].destination: must not be empty" },
	{ "mounts", "[{'destination': 'a/b', 'source': '', 'type': ''}]", NULL },
	{ "mounts", "[{'destination': '/a', 'options': ['ro', 5]}]",
		"[0].options[1]: must be a string" },
	{ "mounts", "[{'destination': '/a',"
		"'uidMappings': [{'containerID': 0, 'hostID': 0, 'size': 1}]}]",
		"[0].uidMappings and gidMappings: there must be both or neither" },
	{ "mounts", "[{'destination': '/a', 'options': ['idmap']}]", NULL },
	{ "", "{'mounts': [{'destination': '/a', 'options': ['ridmap']}], 'linux': null}",
		"mounts[0].options: idmap needs uidMappings and gidMappings, or a user "
		"namespace" },
	/* linux */
	{ "linux.namespaces", "[{'type': 'net'}]", "[0].type: must be one of cgroup, ipc, " },
	{ "linux.namespaces", "[{'type': 'user'}, {'type': 'user'}]",
		"[1].type: is there twice" },
	{ "linux.namespaces", "[{'type': 'pid', 'path': 'a'}]", "[0].path" ABS },
	{ "linux.namespaces", "[{'type': 'pid', 'path': ''}]", "[0].path" ABS },
	{ "linux.namespaces", "[{'type': 'user', 'path': '/a'}, {'type': 'time'}]", NULL },
	{ "linux", "{'namespaces': []}", ".uidMappings: there is no user namespace" },
	{ "linux.uidMappings", "null", ": is missing" },
	{ "linux.gidMappings", "[]", ": is missing" },
	{ "linux.uidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 0}]",
		"[0].size: must be an integer from 1 to 4294967295" },
	{ "linux.uidMappings", "[{'containerID': 1, 'hostID': 0, 'size': 4294967295}]",
		"[0].size: goes beyond the last id" },
	{ "linux.uidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 4294967295}]", NULL },
	{ "linux.gidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 9},"
		"{'containerID': 9, 'hostID': 8, 'size': 1}]",
		"[1].hostID: overlaps that of [0]" },
	{ "linux.timeOffsets", "{'monotonic': {'secs': -5, 'nanosecs': 1}}", NULL },
	{ "linux.timeOffsets", "{'realtime': {'secs': 5}}",
		": a key must be monotonic or boottime" },
	{ "linux.timeOffsets", "{'boottime': {'nanosecs': 1000000000}}",
		"[\"boottime\"].nanosecs: must be an integer from 0 to 999999999" },
	{ "linux", "{'timeOffsets': {'boottime': {}}, 'namespaces': [{'type': 'user'}]}",
		".timeOffsets: there is no new time namespace" },
	{ "linux.maskedPaths", "['a']", "[0]" ABS },
	{ "linux.readonlyPaths", "['']", "[0]" ABS },
	{ "linux.rootfsPropagation", "'rshared'", NULL },
	{ "linux.rootfsPropagation", "'SHARED'", ": must be one of private, " },
	{ "linux.personality.domain", "'LINUX64'", ": must be one of LINUX, LINUX32" },
	{ "linux.personality", "{'domain': 'LINUX', 'flags': ['A']}",
		".flags[0]: there is none that is known" },
	{ "linux.sysctl", "{'net.a': 1}", "[\"net.a\"]: must be a string" },
	{ "linux.devices", "[{'path': '/dev/a', 'type': 'c', 'major': 1}]",
		"[0].minor: is missing" },
	{ "linux.devices", "[{'path': '/a', 'type': 'p', 'fileMode': 4516}]", NULL },
	{ "linux.devices", "[{'path': '/a', 'type': 'p', 'fileMode': 8612}]",
		"[0].fileMode: is that of another type" },
	{ "linux.devices", "[{'path': 'a', 'type': 'p'}]", "[0].path" ABS },
	{ "linux.devices", "[{'path': '/a', 'type': 'd'}]", "[0].type: must be one of b, c, p, u" },
	{ "linux.devices", "[{'path': '/a', 'type': 'b', 'major': 4096, 'minor': 0}]",
		"[0].major: must be an integer from 0 to 4095" },
	{ "linux.devices", "[{'path': '/a', 'type': 'p'}, {'path': '/a', 'type': 'p'}]",
		"[1].path: is there twice" },
	/* resources */
	{ "linux.resources", "{'blockIO': {'weight': 0}, 'pids': {'limit': null}}", NULL },
	{ "linux.resources.blockIO.weight", "9", ": must be an integer from 10 to 1000" },
	{ "linux.resources.blockIO.weightDevice", "[{'major': 1, 'minor': 1}]",
		"[0]: must have weight or leafWeight" },
	{ "linux.resources.blockIO.throttleReadBpsDevice", "[{'major': 1, 'minor': 1}]",
		"[0].rate: is missing" },
	{ "linux.resources.memory.limit", "-2",
		": must be an integer from -1 to 9223372036854775807" },
	{ "linux.resources.devices", "[{'access': 'rwx', 'allow': true}]",
		"[0].access: must be made of r, w and m" },
	{ "linux.resources.devices", "[{'access': 'rw'}]", "[0].allow: is missing" },
	{ "linux.resources.hugepageLimits", "[{'pageSize': '02MB', 'limit': 1}]",
		"[0].pageSize: must be a size like 64KB, 2MB or 1GB" },
	{ "linux.resources.cpu.cpus", "'0-1;2'", ": must be a list like 0-3,7" },
	{ "linux.resources.unified", "{'../memory.max': '1'}",
		": a key must be the name of a file in the cgroup" },
	{ "linux.resources.rdma", "{'mlx': {}}",
		": an entry must have hcaHandles or hcaObjects" },
	/* seccomp */
	{ "linux.seccomp.defaultAction", "null", ": is missing" },
	{ "linux.seccomp.syscalls", "[{'names': [], 'action': 'SCMP_ACT_LOG'}]",
		"[0].names: must not be empty" },
	{ "linux.seccomp.syscalls", "[{'names': ['a'], 'action': 'SCMP_ACT_LOG', 'errnoRet': 1}]",
		"[0].errnoRet: is not for SCMP_ACT_LOG" },
	{ "linux.seccomp", "{'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_NOTIFY'}]}",
		".listenerPath: is missing for SCMP_ACT_NOTIFY" },
	{ "linux.seccomp.listenerMetadata", "'a'", ": there is no listenerPath" },
	{ "linux.seccomp.syscalls", "[{'names': ['a'], 'action': 'SCMP_ACT_LOG',"
		"'args': [{'index': 1, 'value': 1, 'op': 'EQ'}]}]",
		"[0].args[0].op: must be one of SCMP_CMP_EQ, " },
	{ "linux.seccomp.flags", "['TSYNC']", "[0]: must be one of SECCOMP_FILTER_FLAG_LOG, " },
};
/* clang-format on */

/* {"a": {"b": VALUE}} of "a.b". */
static void nest(const char *at, const char *value, char *patch)
{
	size_t depth = *at != '\0';

	patch += *at ? sprintf(patch, "{\"") : 0;
	for (const char *c = at; *c; c++) {
		depth += *c == '.';
		patch += *c == '.' ? sprintf(patch, "\": {\"") : sprintf(patch, "%c", *c);
	}
	patch += sprintf(patch, "%s%s", *at ? "\": " : "", value);
	memset(patch, '}', depth);
	patch[depth] = '\0';
}

START_TEST(field_is_named)
{
	const char *at = changes[_i].at, *said = changes[_i].said;
	char patch[512], want[512];

	nest(at, changes[_i].value, patch);
	int r = load_patched(patch);
	if (!said) {
		ck_assert_msg(r == 0, "%s: %s", patch, f.text);
		config_release(&config);
		return;
	}
	size_t n = snprintf(want, sizeof(want), "%s%s", at, said);
	ck_assert_msg(r < 0 && r == -f.err, "%s: accepted", patch);
	ck_assert_msg(!strncmp(f.text, want, n) && (want[n - 1] == ' ' || !f.text[n]),
		"%s: %s", patch, f.text);
	ck_assert_ptr_null(strchr(f.text, '\n'));
	ck_assert_ptr_null(config.json);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference_fields");
	TCase *t = tcase_create("fields");

	tcase_add_test(t, table_is_sorted);
	tcase_add_loop_test(t, field_is_named, 0, ARRAY_SIZE(changes));
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
