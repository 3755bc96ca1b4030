#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/syscall.h>

#include "ask.h"
#include "command.h"
#include "config_shape.h"
#include "hooks.h"
#include "mount.h"
#include "seccomp_filter.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/*
 * What this program can do is the same everywhere; whether the kernel below it can is
 * another matter, and goes into annotations. So whoever schedules containers need not try.
 */
/* clang-format off */
#define PROBES(P) \
	P(cgroup, clone_into) P(cgroup, delegation) P(cgroup, freeze) P(cgroup, kill) \
	P(cgroup, v2) P(fs, openat2) P(idmap, proc) P(idmap, tmpfs) \
	P(mnt, mount_setattr) P(mnt, open_tree_attr) P(mnt, rro) P(mnt, rro_clear) \
	P(ns, net_owner) P(ns, user) P(proc, clone3) P(proc, close_range) \
	P(proc, pidfd_open) P(seccomp, user_notif)
#define DECLARE(area, name) extern const struct probe probe_##area##_##name;
#define ENTRY(area, name)   { #area "/" #name, &probe_##area##_##name },

PROBES(DECLARE)
static const struct probe_entry probes[] = { PROBES(ENTRY) };
/* clang-format on */

static int add(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

static json_t *list(const char *const *names)
{
	json_t *json = json_array();

	for (; *names; names++)
		json_array_append_new(json, json_string(*names));
	return json;
}

static json_t *enabled(bool is)
{
	return json_pack("{s:b}", "enabled", (int)is);
}

/* All that libcap has a name for; beyond them it gives numbers. */
static json_t *capabilities(void)
{
	json_t *json = json_array();

	for (cap_value_t i = 0; i < 64; i++) {
		char *name = cap_to_name(i);
		bool known = name && !isdigit((unsigned char)*name);
		for (char *c = name; known && *c; c++)
			*c = toupper((unsigned char)*c);
		if (known)
			json_array_append_new(json, json_string(name));
		cap_free(name);
	}
	return json;
}

static const struct {
	const char *name;
	unsigned long flag;
} filter_flags[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
		SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV |
			SECCOMP_FILTER_FLAG_NEW_LISTENER },
};

/* A kernel that knows the flag goes on to read the filter, and there is none. */
static bool is_supported(const char *flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(filter_flags); i++)
		if (!strcmp(filter_flags[i].name, flag))
			return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				       filter_flags[i].flag, NULL) < 0 &&
				errno == EFAULT;
	return false;
}

static json_t *supported_flags(void)
{
	json_t *json = json_array();

	for (const char *const *flag = seccomp_filter_flags(); *flag; flag++)
		if (is_supported(*flag))
			json_array_append_new(json, json_string(*flag));
	return json;
}

static json_t *seccomp(void)
{
	json_t *json = enabled(true);

	add(json, "actions", list(seccomp_filter_actions()));
	add(json, "operators", list(seccomp_filter_operators()));
	add(json, "archs", list(seccomp_filter_archs()));
	add(json, "knownFlags", list(seccomp_filter_flags()));
	add(json, "supportedFlags", supported_flags());
	return json;
}

static json_t *platform(void)
{
	json_t *json = json_object();

	add(json, "namespaces", list(shape_namespaces));
	add(json, "capabilities", capabilities());
	add(json, "cgroup",
		json_pack("{s:b, s:b, s:b, s:b, s:b}", "v1", 1, "v2", 1, "systemd", 0,
			"systemdUser", 0, "rdma", 1));
	add(json, "seccomp", seccomp());
	add(json, "apparmor", enabled(true));
	add(json, "selinux", enabled(true));
	add(json, "intelRdt", enabled(false));
	add(json, "mountExtensions", json_pack("{s:o}", "idmap", enabled(true)));
	add(json, "netDevices", enabled(false));
	return json;
}

struct answers {
	json_t *annotations;
	const struct question *questions;
};

static int annotate_kernel(
	json_t *annotations, const struct probe_entry *entry, json_t *value)
{
	char key[64];

	snprintf(key, sizeof(key), "org.plimsoll.kernel.%s", entry->name);
	return add(annotations, key, value);
}

static void answered(void *ctx, size_t index, const struct verdict *v, double ms)
{
	const struct answers *answers = ctx;
	char text[700];

	snprintf(text, sizeof(text), "%s%s%s", outcome_name(v->outcome),
		v->outcome == OUTCOME_PASS ? "" : ": ",
		v->outcome == OUTCOME_PASS ? "" : v->detail);
	annotate_kernel(
		answers->annotations, answers->questions[index].entry, json_string(text));
}

/* Each is asked in a process of its own. */
static int ask_kernel(json_t *annotations, struct failure *f)
{
	struct question questions[ARRAY_SIZE(probes)];
	struct answers answers = { annotations, questions };
	struct env env;
	int r = env_read(&env, "");

	if (r < 0)
		return fail(f, -r, "/proc/self/status");
	struct asker self = { .name = env_asker(&env) };
	struct ask_options options = { .env = &env };
	/* Answers come as they will; the places stay. */
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		questions[i] = (struct question) { .entry = &probes[i], .asker = &self };
		annotate_kernel(annotations, &probes[i], json_null());
	}
	r = ask_all(questions, ARRAY_SIZE(probes), &options, answered, &answers);
	return r < 0 ? fail(f, -r, "fork") : 0;
}

static int annotate(json_t *json, struct failure *f)
{
	const struct scmp_version *version = seccomp_version();
	json_t *annotations = json_object();

	add(json, "annotations", annotations);
	add(annotations, "io.github.seccomp.libseccomp.version",
		json_sprintf("%u.%u.%u", version->major, version->minor, version->micro));
	add(annotations, "org.plimsoll.version", json_string(PLIMSOLL_VERSION));
	return ask_kernel(annotations, f);
}

static int features(const struct globals *g, int argc, char **argv, struct failure *f)
{
	json_auto_t *json = json_object();

	if (argc > 1)
		return command_usage(
			&command_features, f, "too many arguments: %s", argv[1]);
	add(json, "ociVersionMin", json_string("1.0.0"));
	add(json, "ociVersionMax", json_string(CONFIG_OCI_VERSION));
	add(json, "hooks", list(hooks_kinds));
	add(json, "mountOptions", list(mount_option_names()));
	add(json, "linux", platform());
	if (annotate(json, f) < 0)
		return 1;
	add(json, "potentiallyUnsafeConfigAnnotations", json_array());
	return command_print(json, f);
}

const struct command command_features = {
	.name = "features",
	.about = "say what this program does, and what the kernel would let it do",
	.usage = "",
	.run = features,
};
