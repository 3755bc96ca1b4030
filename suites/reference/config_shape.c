#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_shape.h"

#define ID_MAX      (UINT32_MAX - 1LL) /* (uid_t)-1 is nobody at all */
#define SECONDS_MAX INT32_MAX

static bool is_absolute(const char *text)
{
	return text[0] == '/';
}

static bool is_uts_name(const char *text)
{
	return strlen(text) <= 64;
}

/* "0-3,7": it is written to files, one line each. */
static bool is_number_list(const char *text)
{
	return text[strspn(text, "0123456789,- ")] == '\0';
}

static bool is_access(const char *text)
{
	return text[strspn(text, "rwm")] == '\0';
}

/* "2MB" */
static bool is_page_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text[0] != '0' && text[digits] &&
		strchr("KMG", text[digits]) && !strcmp(text + digits + 1, "B");
}

/* Unknown ones are to be warned of, not refused; what can be none is a mistake. */
static bool is_capability(const char *text)
{
	return !strncmp(text, "CAP_", 4) && text[4] &&
		text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

#define WORDS(name, ...) static const char *const name[] = { __VA_ARGS__, NULL }

const char *const shape_namespaces[] = { "cgroup", "ipc", "mount", "network", "pid",
	"time", "user", "uts", NULL };
WORDS(propagations, "private", "rprivate", "rshared", "rslave", "runbindable", "shared",
	"slave", "unbindable");
WORDS(device_types, "b", "c", "p", "u");
WORDS(device_rule_types, "a", "b", "c");
WORDS(domains, "LINUX", "LINUX32");
static const char *const no_words[] = { NULL };
WORDS(rlimits, "RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE",
	"RLIMIT_LOCKS", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",
	"RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
	"RLIMIT_SIGPENDING", "RLIMIT_STACK");
WORDS(io_classes, "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE", "IOPRIO_CLASS_RT");
WORDS(policies, "SCHED_BATCH", "SCHED_DEADLINE", "SCHED_FIFO", "SCHED_IDLE", "SCHED_ISO",
	"SCHED_OTHER", "SCHED_RR");
WORDS(policy_flags, "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_PARAMS",
	"SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_RESET_ON_FORK",
	"SCHED_FLAG_UTIL_CLAMP_MAX", "SCHED_FLAG_UTIL_CLAMP_MIN");
WORDS(actions, "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
	"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
	"SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP");
WORDS(operators, "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE",
	"SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE");
WORDS(archs, "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64",
	"SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
	"SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X",
	"SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_X32", "SCMP_ARCH_X86",
	"SCMP_ARCH_X86_64");
WORDS(filter_flags, "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

/* clang-format off */
#define OBJECT     SHAPE_OBJECT
#define MAP        SHAPE_MAP
#define LIST       SHAPE_LIST
#define STRING     SHAPE_STRING
#define BOOLEAN    SHAPE_BOOLEAN
#define UINT64     SHAPE_UINT64
#define REFUSED    SHAPE_REFUSED
#define REQUIRED   .flags = SHAPE_REQUIRED
#define FILLED     .flags = SHAPE_FILLED
#define EMPTY_OK   .flags = SHAPE_EMPTY_UNSET
#define RANGE(a,b) SHAPE_INTEGER, .min = (a), .max = (b)
#define UINT32     RANGE(0, UINT32_MAX)
#define ANY_ID     RANGE(0, ID_MAX)
#define LIMIT      RANGE(-1, INT64_MAX)
#define MAJOR      RANGE(0, 0xfff)   /* mknod(2) would cut off more */
#define MINOR      RANGE(0, 0xfffff)
#define WEIGHT     RANGE(10, 1000), EMPTY_OK
#define ONE_OF(w)  STRING, .words = (w)
#define FORM(f, n) STRING, .form = (f), .form_name = (n)
#define PATH       FORM(is_absolute, "an absolute path")
#define NUMBERS    FORM(is_number_list, "a list like 0-3,7")
#define UTS_NAME   FORM(is_uts_name, "of at most 64 bytes")

#define STRINGS(path) { path, LIST }, { path "[]", STRING }
#define WORD_LIST(path, w) { path, LIST }, { path "[]", ONE_OF(w) }
#define PATHS(path) { path, LIST }, { path "[]", PATH }
#define CAPABILITIES(path) \
	{ path, LIST }, \
	{ path "[]", FORM(is_capability, "the name of a capability, CAP_...") }
#define ID_MAPPINGS(path) \
	{ path, LIST }, \
	{ path "[]", OBJECT }, \
	{ path "[].containerID", ANY_ID, REQUIRED }, \
	{ path "[].hostID", ANY_ID, REQUIRED }, \
	{ path "[].size", RANGE(1, UINT32_MAX), REQUIRED }
#define THROTTLES(path) \
	{ path, LIST }, \
	{ path "[]", OBJECT }, \
	{ path "[].major", MAJOR, REQUIRED }, \
	{ path "[].minor", MINOR, REQUIRED }, \
	{ path "[].rate", UINT64, REQUIRED }
#define HOOKS(path) \
	{ path, LIST }, \
	{ path "[]", OBJECT }, \
	STRINGS(path "[].args"), \
	STRINGS(path "[].env"), \
	{ path "[].path", PATH, REQUIRED }, \
	{ path "[].timeout", RANGE(1, SECONDS_MAX) }

const struct shape shape_table[] = {
	{ "", OBJECT },
	{ "annotations", MAP },
	{ "annotations{}", STRING },
	{ "domainname", UTS_NAME, EMPTY_OK },
	{ "hooks", OBJECT },
	HOOKS("hooks.createContainer"),
	HOOKS("hooks.createRuntime"),
	HOOKS("hooks.poststart"),
	HOOKS("hooks.poststop"),
	HOOKS("hooks.prestart"),
	HOOKS("hooks.startContainer"),
	{ "hostname", UTS_NAME, EMPTY_OK },
	{ "linux", OBJECT },
	{ "linux.cgroupsPath", STRING, EMPTY_OK },
	{ "linux.devices", LIST },
	{ "linux.devices[]", OBJECT },
	{ "linux.devices[].fileMode", RANGE(0, 0177777) },
	{ "linux.devices[].gid", ANY_ID },
	{ "linux.devices[].major", MAJOR },
	{ "linux.devices[].minor", MINOR },
	{ "linux.devices[].path", PATH, REQUIRED },
	{ "linux.devices[].type", ONE_OF(device_types), REQUIRED },
	{ "linux.devices[].uid", ANY_ID },
	ID_MAPPINGS("linux.gidMappings"),
	{ "linux.intelRdt", REFUSED },
	PATHS("linux.maskedPaths"),
	{ "linux.memoryPolicy", REFUSED },
	{ "linux.mountLabel", STRING, EMPTY_OK },
	{ "linux.namespaces", LIST },
	{ "linux.namespaces[]", OBJECT },
	{ "linux.namespaces[].path", PATH },
	{ "linux.namespaces[].type", ONE_OF(shape_namespaces), REQUIRED },
	{ "linux.netDevices", REFUSED },
	{ "linux.personality", OBJECT },
	{ "linux.personality.domain", ONE_OF(domains), REQUIRED },
	WORD_LIST("linux.personality.flags", no_words),
	PATHS("linux.readonlyPaths"),
	{ "linux.resources", OBJECT },
	{ "linux.resources.blockIO", OBJECT },
	{ "linux.resources.blockIO.leafWeight", WEIGHT },
	THROTTLES("linux.resources.blockIO.throttleReadBpsDevice"),
	THROTTLES("linux.resources.blockIO.throttleReadIOPSDevice"),
	THROTTLES("linux.resources.blockIO.throttleWriteBpsDevice"),
	THROTTLES("linux.resources.blockIO.throttleWriteIOPSDevice"),
	{ "linux.resources.blockIO.weight", WEIGHT },
	{ "linux.resources.blockIO.weightDevice", LIST },
	{ "linux.resources.blockIO.weightDevice[]", OBJECT },
	{ "linux.resources.blockIO.weightDevice[].leafWeight", WEIGHT },
	{ "linux.resources.blockIO.weightDevice[].major", MAJOR, REQUIRED },
	{ "linux.resources.blockIO.weightDevice[].minor", MINOR, REQUIRED },
	{ "linux.resources.blockIO.weightDevice[].weight", WEIGHT },
	{ "linux.resources.cpu", OBJECT },
	{ "linux.resources.cpu.burst", UINT64 },
	{ "linux.resources.cpu.cpus", NUMBERS, EMPTY_OK },
	{ "linux.resources.cpu.idle", RANGE(0, 1) },
	{ "linux.resources.cpu.mems", NUMBERS, EMPTY_OK },
	{ "linux.resources.cpu.period", UINT64 },
	{ "linux.resources.cpu.quota", LIMIT },
	{ "linux.resources.cpu.realtimePeriod", UINT64 },
	{ "linux.resources.cpu.realtimeRuntime", LIMIT },
	{ "linux.resources.cpu.shares", UINT64 },
	{ "linux.resources.devices", LIST },
	{ "linux.resources.devices[]", OBJECT },
	{ "linux.resources.devices[].access",
		FORM(is_access, "made of r, w and m"), EMPTY_OK },
	{ "linux.resources.devices[].allow", BOOLEAN, REQUIRED },
	/* -1 is "all", as in lists that were made for older runtimes. */
	{ "linux.resources.devices[].major", RANGE(-1, 0xfff) },
	{ "linux.resources.devices[].minor", RANGE(-1, 0xfffff) },
	{ "linux.resources.devices[].type", ONE_OF(device_rule_types), EMPTY_OK },
	{ "linux.resources.hugepageLimits", LIST },
	{ "linux.resources.hugepageLimits[]", OBJECT },
	{ "linux.resources.hugepageLimits[].limit", UINT64, REQUIRED },
	{ "linux.resources.hugepageLimits[].pageSize",
		FORM(is_page_size, "a size like 64KB, 2MB or 1GB"), REQUIRED },
	{ "linux.resources.memory", OBJECT },
	{ "linux.resources.memory.checkBeforeUpdate", BOOLEAN },
	{ "linux.resources.memory.disableOOMKiller", BOOLEAN },
	{ "linux.resources.memory.kernel", LIMIT },
	{ "linux.resources.memory.kernelTCP", LIMIT },
	{ "linux.resources.memory.limit", LIMIT },
	{ "linux.resources.memory.reservation", LIMIT },
	{ "linux.resources.memory.swap", LIMIT },
	{ "linux.resources.memory.swappiness", RANGE(0, 100) },
	{ "linux.resources.memory.useHierarchy", BOOLEAN },
	{ "linux.resources.network", OBJECT },
	{ "linux.resources.network.classID", UINT32 },
	{ "linux.resources.network.priorities", LIST },
	{ "linux.resources.network.priorities[]", OBJECT },
	{ "linux.resources.network.priorities[].name", STRING,
		.flags = SHAPE_REQUIRED | SHAPE_FILLED },
	{ "linux.resources.network.priorities[].priority", UINT32, REQUIRED },
	{ "linux.resources.pids", OBJECT },
	/* Required by the text; the Go bindings write null for one that is not set. */
	{ "linux.resources.pids.limit", LIMIT },
	{ "linux.resources.rdma", MAP },
	{ "linux.resources.rdma{}", OBJECT },
	{ "linux.resources.rdma{}.hcaHandles", UINT32 },
	{ "linux.resources.rdma{}.hcaObjects", UINT32 },
	{ "linux.resources.unified", MAP },
	{ "linux.resources.unified{}", STRING },
	{ "linux.rootfsPropagation", ONE_OF(propagations), EMPTY_OK },
	{ "linux.seccomp", OBJECT },
	WORD_LIST("linux.seccomp.architectures", archs),
	{ "linux.seccomp.defaultAction", ONE_OF(actions), REQUIRED },
	{ "linux.seccomp.defaultErrnoRet", RANGE(0, UINT16_MAX) },
	WORD_LIST("linux.seccomp.flags", filter_flags),
	{ "linux.seccomp.listenerMetadata", STRING, EMPTY_OK },
	{ "linux.seccomp.listenerPath", STRING, EMPTY_OK },
	{ "linux.seccomp.syscalls", LIST },
	{ "linux.seccomp.syscalls[]", OBJECT },
	{ "linux.seccomp.syscalls[].action", ONE_OF(actions), REQUIRED },
	{ "linux.seccomp.syscalls[].args", LIST },
	{ "linux.seccomp.syscalls[].args[]", OBJECT },
	{ "linux.seccomp.syscalls[].args[].index", RANGE(0, 5), REQUIRED },
	{ "linux.seccomp.syscalls[].args[].op", ONE_OF(operators), REQUIRED },
	{ "linux.seccomp.syscalls[].args[].value", UINT64, REQUIRED },
	{ "linux.seccomp.syscalls[].args[].valueTwo", UINT64 },
	{ "linux.seccomp.syscalls[].errnoRet", RANGE(0, UINT16_MAX) },
	{ "linux.seccomp.syscalls[].names", LIST,
		.flags = SHAPE_REQUIRED | SHAPE_FILLED },
	{ "linux.seccomp.syscalls[].names[]", STRING, FILLED },
	{ "linux.sysctl", MAP },
	{ "linux.sysctl{}", STRING },
	{ "linux.timeOffsets", MAP },
	{ "linux.timeOffsets{}", OBJECT },
	{ "linux.timeOffsets{}.nanosecs", RANGE(0, 999999999) },
	{ "linux.timeOffsets{}.secs", RANGE(INT64_MIN, INT64_MAX) },
	ID_MAPPINGS("linux.uidMappings"),
	{ "mounts", LIST },
	{ "mounts[]", OBJECT },
	{ "mounts[].destination", STRING, .flags = SHAPE_REQUIRED | SHAPE_FILLED },
	ID_MAPPINGS("mounts[].gidMappings"),
	STRINGS("mounts[].options"),
	{ "mounts[].source", STRING },
	{ "mounts[].type", STRING },
	ID_MAPPINGS("mounts[].uidMappings"),
	{ "ociVersion", STRING, REQUIRED },
	{ "process", OBJECT },
	{ "process.apparmorProfile", STRING, EMPTY_OK },
	{ "process.args", LIST, .flags = SHAPE_REQUIRED | SHAPE_FILLED },
	{ "process.args[]", STRING },
	{ "process.capabilities", OBJECT },
	CAPABILITIES("process.capabilities.ambient"),
	CAPABILITIES("process.capabilities.bounding"),
	CAPABILITIES("process.capabilities.effective"),
	CAPABILITIES("process.capabilities.inheritable"),
	CAPABILITIES("process.capabilities.permitted"),
	{ "process.consoleSize", OBJECT, .flags = SHAPE_OF_TERMINAL },
	{ "process.consoleSize.height", RANGE(0, UINT16_MAX), REQUIRED },
	{ "process.consoleSize.width", RANGE(0, UINT16_MAX), REQUIRED },
	{ "process.cwd", PATH, REQUIRED },
	STRINGS("process.env"),
	{ "process.execCPUAffinity", OBJECT },
	{ "process.execCPUAffinity.final", NUMBERS, EMPTY_OK },
	{ "process.execCPUAffinity.initial", NUMBERS, EMPTY_OK },
	{ "process.ioPriority", OBJECT },
	{ "process.ioPriority.class", ONE_OF(io_classes), REQUIRED },
	{ "process.ioPriority.priority", RANGE(0, 7), REQUIRED },
	{ "process.noNewPrivileges", BOOLEAN },
	{ "process.oomScoreAdj", RANGE(-1000, 1000) },
	{ "process.rlimits", LIST },
	{ "process.rlimits[]", OBJECT },
	{ "process.rlimits[].hard", UINT64, REQUIRED },
	{ "process.rlimits[].soft", UINT64, REQUIRED },
	{ "process.rlimits[].type", ONE_OF(rlimits), REQUIRED },
	{ "process.scheduler", OBJECT },
	{ "process.scheduler.deadline", UINT64 },
	WORD_LIST("process.scheduler.flags", policy_flags),
	{ "process.scheduler.nice", RANGE(-20, 19) },
	{ "process.scheduler.period", UINT64 },
	{ "process.scheduler.policy", ONE_OF(policies), REQUIRED },
	{ "process.scheduler.priority", RANGE(0, 99) },
	{ "process.scheduler.runtime", UINT64 },
	{ "process.selinuxLabel", STRING, EMPTY_OK },
	{ "process.terminal", BOOLEAN },
	{ "process.user", OBJECT },
	{ "process.user.additionalGids", LIST },
	{ "process.user.additionalGids[]", ANY_ID },
	{ "process.user.gid", ANY_ID, REQUIRED },
	{ "process.user.uid", ANY_ID, REQUIRED },
	{ "process.user.umask", RANGE(0, 0777) },
	{ "root", OBJECT, REQUIRED },
	{ "root.path", STRING, .flags = SHAPE_REQUIRED | SHAPE_FILLED },
	{ "root.readonly", BOOLEAN },
};
/* clang-format on */
const size_t shape_count = ARRAY_SIZE(shape_table);

/* Where we are: as the table writes it, and with the numbers and keys. */
struct walk {
	char path[128], shown[256];
	struct failure *f;
};

static int check_value(struct walk *w, const struct shape *s, json_t *value);

static int compare(const void *path, const void *entry)
{
	return strcmp(path, ((const struct shape *)entry)->path);
}

static const struct shape *find(const char *path)
{
	return bsearch(path, shape_table, shape_count, sizeof(shape_table[0]), compare);
}

/* A key that is too long for a path is in no table. */
static const struct shape *enter_member(struct walk *w, size_t at, const char *key)
{
	const char *dot = at ? "." : "";

	/* {"process.args": ...} is no way to say {"process": {"args": ...}}. */
	if (!key[0] || key[strcspn(key, ".[{")] || at + strlen(key) + 2 > sizeof(w->path))
		return NULL;
	snprintf(w->path + at, sizeof(w->path) - at, "%s%s", dot, key);
	return find(w->path);
}

/* Appends to what is shown; an error is one line, whatever a key holds. */
static void show(
	struct walk *w, size_t at, const char *before, const char *key, const char *after)
{
	int n = snprintf(
		w->shown + at, sizeof(w->shown) - at, "%s%.80s%s", before, key, after);

	for (int i = 0; i < n && at + i < sizeof(w->shown) - 1; i++)
		if (w->shown[at + i] < ' ' || w->shown[at + i] > '~')
			w->shown[at + i] = '?';
}

bool shape_is_wide(const json_t *value)
{
	return json_string_length(value) > 1 && json_string_value(value)[0] == '\0';
}

/* What a uint64 field holds as a string of ours becomes an integer. */
static int narrow(struct walk *w, json_t *object, const char *key, const json_t *value)
{
	uint64_t wide = strtoull(json_string_value(value) + 1, NULL, 10);

	if (json_object_set_new(object, key, json_integer((json_int_t)wide)) < 0)
		return fail(w->f, ENOMEM, "%s", w->shown);
	return 0;
}

static bool is_unset(const struct shape *s, const json_t *value)
{
	if (json_is_null(value))
		return true;
	if (!(s->flags & SHAPE_EMPTY_UNSET))
		return false;
	if (s->type == SHAPE_STRING)
		return json_is_string(value) && json_string_length(value) == 0;
	return json_is_integer(value) && json_integer_value(value) == 0;
}

static int check_member(
	struct walk *w, const struct shape *s, json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (is_unset(s, value)) {
		json_object_del(object, key);
		return 0;
	}
	if ((s->flags & SHAPE_OF_TERMINAL) && !config_true(object, "terminal"))
		return 0;
	if (s->type == SHAPE_UINT64 && shape_is_wide(value))
		return narrow(w, object, key, value);
	return check_value(w, s, value);
}

/* All that is required of an object's members stands in one piece of the table. */
static int check_required(struct walk *w, size_t at, const json_t *object)
{
	char prefix[sizeof(w->path) + 1];
	size_t n = snprintf(
		prefix, sizeof(prefix), "%.*s%s", (int)at, w->path, at ? "." : "");

	for (size_t i = 0; i < shape_count; i++) {
		const struct shape *s = &shape_table[i];
		if (!(s->flags & SHAPE_REQUIRED) || strncmp(s->path, prefix, n))
			continue;
		const char *name = s->path + n;
		if (!name[strcspn(name, ".[{")] && !json_object_get(object, name))
			return fail(w->f, 0, "%s%s%s: is missing", w->shown,
				w->shown[0] ? "." : "", name);
	}
	return 0;
}

static int check_object(struct walk *w, json_t *object)
{
	size_t at = strlen(w->path), shown = strlen(w->shown);
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value) {
		const struct shape *s = enter_member(w, at, key);
		show(w, shown, shown ? "." : "", key, "");
		int r = s ? check_member(w, s, object, key) : 0;
		if (r < 0)
			return r;
		w->path[at] = w->shown[shown] = '\0';
	}
	return check_required(w, at, object);
}

static int check_map(struct walk *w, json_t *map)
{
	size_t at = strlen(w->path), shown = strlen(w->shown);
	const char *key;
	json_t *value;

	snprintf(w->path + at, sizeof(w->path) - at, "{}");
	const struct shape *s = find(w->path);
	json_object_foreach(map, key, value) {
		show(w, shown, "[\"", key, "\"]");
		int r = check_value(w, s, value);
		if (r < 0)
			return r;
		w->path[at + 2] = w->shown[shown] = '\0';
	}
	w->path[at] = '\0';
	return 0;
}

static int check_list(struct walk *w, json_t *list)
{
	size_t at = strlen(w->path), shown = strlen(w->shown), i;
	char index[24];
	json_t *value;

	snprintf(w->path + at, sizeof(w->path) - at, "[]");
	const struct shape *s = find(w->path);
	json_array_foreach(list, i, value) {
		snprintf(index, sizeof(index), "%zu", i);
		show(w, shown, "[", index, "]");
		int r = check_value(w, s, value);
		if (r < 0)
			return r;
		w->path[at + 2] = w->shown[shown] = '\0';
	}
	w->path[at] = '\0';
	return 0;
}

static int check_word(struct walk *w, const struct shape *s, const char *text)
{
	char all[1024] = "";

	for (size_t i = 0, n = 0; s->words[i]; i++) {
		if (!strcmp(text, s->words[i]))
			return 0;
		n += snprintf(
			all + n, sizeof(all) - n, "%s%s", i ? ", " : "", s->words[i]);
	}
	if (!all[0])
		return fail(w->f, 0, "%s: there is none that is known", w->shown);
	return fail(w->f, 0, "%s: must be one of %s", w->shown, all);
}

static int check_string(struct walk *w, const struct shape *s, const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || shape_is_wide(value))
		return fail(w->f, 0, "%s: must be a string", w->shown);
	if ((s->flags & SHAPE_FILLED) && !text[0])
		return fail(w->f, 0, "%s: must not be empty", w->shown);
	if (s->words)
		return check_word(w, s, text);
	if (s->form && !s->form(text))
		return fail(w->f, 0, "%s: must be %s", w->shown, s->form_name);
	return 0;
}

static int check_integer(struct walk *w, const struct shape *s, const json_t *value)
{
	bool wide = s->type == SHAPE_UINT64;
	long long min = wide ? 0 : s->min, n = json_integer_value(value);

	if (json_is_integer(value) && n >= min && (wide || n <= s->max))
		return 0;
	if (wide)
		return fail(w->f, 0, "%s: must be an integer from 0 to %llu", w->shown,
			(unsigned long long)UINT64_MAX);
	return fail(w->f, 0, "%s: must be an integer from %lld to %lld", w->shown, s->min,
		s->max);
}

static int check_container(struct walk *w, const struct shape *s, json_t *value)
{
	bool list = s->type == SHAPE_LIST;

	if (list ? !json_is_array(value) : !json_is_object(value))
		return fail(w->f, 0, "%s%s must be %s", w->shown,
			w->shown[0] ? ":" : "the whole", list ? "a list" : "an object");
	if (list && (s->flags & SHAPE_FILLED) && json_array_size(value) == 0)
		return fail(w->f, 0, "%s: must not be empty", w->shown);
	if (list)
		return check_list(w, value);
	return s->type == SHAPE_MAP ? check_map(w, value) : check_object(w, value);
}

static int check_value(struct walk *w, const struct shape *s, json_t *value)
{
	switch (s->type) {
	case SHAPE_OBJECT:
	case SHAPE_MAP:
	case SHAPE_LIST:
		return check_container(w, s, value);
	case SHAPE_STRING:
		return check_string(w, s, value);
	case SHAPE_BOOLEAN:
		if (json_is_boolean(value))
			return 0;
		return fail(w->f, 0, "%s: must be true or false", w->shown);
	case SHAPE_INTEGER:
	case SHAPE_UINT64:
		return check_integer(w, s, value);
	case SHAPE_REFUSED:
		break;
	}
	return fail(w->f, EOPNOTSUPP, "%s", w->shown);
}

int shape_check(json_t *json, const char *path, struct failure *f)
{
	struct walk w = { .f = f };

	snprintf(w.path, sizeof(w.path), "%s", path);
	snprintf(w.shown, sizeof(w.shown), "%s", path);
	return check_value(&w, find(path), json);
}
