/* plimsoll boot: probes and suites under other kernels, in QEMU. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/boot.h"
#include "boot/fleet.h"
#include "boot/parallel.h"
#include "guard.h"
#include "runtime.h"
#include "verb.h"

#define LIST_MAX        256
#define LAYOUTS_MAX     3
#define TIMEOUT_DEFAULT 1800000 /* ms; a suite under emulation takes minutes */

struct args {
	struct boot_options boot;
	struct sink_options sink;
	struct plan plan;
	const char *matrix, *base, *sysroot;
	char *modules[LIST_MAX], *take[LIST_MAX];
	const char *layouts[LAYOUTS_MAX];
	size_t layout_count;
	struct plan_variation settings; /* of the command line; its texts are borrowed */
};

static void note(const char *text)
{
	fprintf(stderr, "plimsoll boot: %s\n", text);
}

static int take_sysctl(void *args, char *text, char *why, size_t why_size)
{
	struct plan_variation *v = &((struct args *)args)->settings;
	const char *value = strchr(text, '=');

	if (!value || value == text) {
		snprintf(why, why_size, "NAME=VALUE, not \"%s\"", text);
		return -EINVAL;
	}
	_cleanup_free_ char *name = strndup(text, value - text);
	if (!v->sysctl)
		v->sysctl = json_object();
	if (!name || !v->sysctl)
		return -ENOMEM;
	if (json_object_set_new(v->sysctl, name, json_string(value + 1)) < 0) {
		snprintf(why, why_size, "\"%s\" is not UTF-8", text);
		return -EINVAL;
	}
	return 0;
}

/*
 * [NAME=]PATH, or reference. Of another system: a name is looked up where its programs are, a
 * path below it unless it is there as it is.
 */
static int take_runtime(void *ctx, char *text, char *why, size_t why_size)
{
	struct args *args = ctx;
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin",
		"/usr/sbin", "/usr/bin", "" };
	const char *root = args->sysroot ? args->sysroot : "";
	size_t len = strcspn(text, "=/");
	bool named = text[len] == '=';
	const char *path = named ? text + len + 1 : text, *slash = strrchr(path, '/');
	_cleanup_free_ char *name =
		named ? strndup(text, len) : strdup(slash ? slash + 1 : path);
	char found[PATH_MAX] = "", full[PATH_MAX];
	bool ours = !strcmp(path, RUNTIME_REFERENCE);
	struct stat st;

	if (ours)
		root = "";
	else if (!*root || slash)
		runtime_search(path, found, sizeof(found));
	for (size_t i = 0; i < ARRAY_SIZE(dirs) && *root && !*found; i++) {
		snprintf(full, sizeof(full), "%s%s/%s", root, dirs[i], path);
		if (stat(full, &st) == 0 && S_ISREG(st.st_mode))
			snprintf(found, sizeof(found), "%s", full);
	}
	if (!*found && !ours) {
		snprintf(why, why_size,
			"there is no runtime \"%s\"%s%s: no executable file", path,
			*root ? " below " : "", root);
		return -ENOENT;
	}
	return plan_add_runtime(&args->plan, name, found, root);
}

static const char *const layouts[] = { "unified", "hybrid", "v1", NULL };
static const char *const accels[] = {
	[ACCEL_AUTO] = "auto", [ACCEL_KVM] = "kvm", [ACCEL_TCG] = "tcg", NULL
};

static const struct option_row options[] = {
	{ .name = "runtime",
		.value = "[NAME=]PATH",
		.kind = OPTION_CALL,
		.take = take_runtime,
		.repeats = true,
		.completes = COMPLETES_RUNTIME,
		.about = "to be held to its obligations; reference: ours",
		.more = "It is taken along with its libraries. The reference is embedded, and is "
			"what runs where none is named. NAME is how records call it." },
	{ .name = "sysroot",
		.value = "DIR",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, sysroot),
		.completes = COMPLETES_DIRECTORY,
		.about = "the runtimes after this are of the system in DIR",
		.more = "Its libraries are used; a name is looked up where its programs are." },
	{ .name = "matrix",
		.value = "FILE",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, matrix),
		.completes = COMPLETES_FILE,
		.about = "kernels, runtimes and variations of this file",
		.more = "fixtures/schema/matrix.json says what is in it." },
	{ .name = "base",
		.value = "DIR",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, base),
		.completes = COMPLETES_DIRECTORY,
		.about = "where its paths begin (default: where it is)" },
	{ .name = "cgroup",
		.value = "LAYOUT",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, layouts),
		.count_at = offsetof(struct args, layout_count),
		.most = LAYOUTS_MAX,
		.completes = COMPLETES_WORDS,
		.words = layouts,
		.about = "layout: unified (default), hybrid or v1",
		.more = "There is a guest for each." },
	{ .name = "lsm",
		.value = "LIST",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, settings.lsm),
		.about = "security modules to switch on, with commas" },
	{ .name = "sysctl",
		.value = "NAME=VALUE",
		.kind = OPTION_CALL,
		.take = take_sysctl,
		.repeats = true,
		.about = "set this in the guest" },
	{ .name = "user",
		.value = "USER",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, settings.user),
		.completes = COMPLETES_USER,
		.about = "who asks in the guest: a name or UID[:GID]" },
	{ .name = "append",
		.value = "TEXT",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, settings.append),
		.about = "more for the kernel's command line" },
	{ .name = "module",
		.value = "NAME",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, modules),
		.count_at = offsetof(struct args, boot.module_count),
		.most = LIST_MAX,
		.about = "load this module, too" },
	{ .name = "take",
		.value = "FILE",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, take),
		.count_at = offsetof(struct args, boot.take_count),
		.most = LIST_MAX,
		.completes = COMPLETES_FILE,
		.about = "take this program along, too" },
	{ .name = "accel",
		.value = "HOW",
		.kind = OPTION_WORD,
		.at = offsetof(struct args, boot.accel),
		.completes = COMPLETES_WORDS,
		.words = accels,
		.about = "how to run it: auto (default), kvm, tcg (emulated)" },
	{ .name = "memory",
		.value = "MIB",
		.kind = OPTION_NUMBER,
		.at = offsetof(struct args, boot.memory),
		.most = 1 << 20,
		.about = "for each guest (default: what it needs)" },
	{ .name = "cpus",
		.value = "N",
		.kind = OPTION_NUMBER,
		.at = offsetof(struct args, boot.cpus),
		.most = 64,
		.about = "for each guest (default: 2 with KVM, else 1)" },
	{ .name = "capture",
		.value = "DIR",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, boot.capture),
		.completes = COMPLETES_DIRECTORY,
		.about = "keep the guest's /proc and /sys there" },
	OPTIONS_SINK(struct args, sink),
	OPTION_FIXTURES(struct args, boot.fixtures, "take these along"),
	OPTION_JOBS(struct args, boot.jobs, "guests at a time (default: what fits)"),
	OPTION_TIMEOUT(struct args, boot.timeout_ms, "for each guest (default: 1800)"),
	{ 0 },
};

/* KERNEL... up to "--"; behind it a verb and its arguments. */
static enum exit_code take_words(struct args *args, int argc, char **argv)
{
	struct operands kernels;

	/* getopt moves "--" in front of the words it has not looked at. */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		args->boot.verb = argv[i + 1];
		args->boot.args = argv + i + 2;
		args->boot.arg_count = argv[i + 1] ? argc - i - 2 : 0;
		argc = i;
	}
	enum exit_code code = options_parse(options, argc, argv, args, &kernels);
	for (size_t i = 0; i < kernels.count && code == EXIT_OK; i++)
		if (plan_add_kernel(&args->plan, NULL, kernels.words[i]) < 0)
			code = verb_error("boot", "out of memory");
	return code;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* One variation of the settings for each cgroup layout; unified alone needs no name. */
static enum exit_code vary(struct args *args)
{
	const struct plan_variation *s = &args->settings;
	bool several = args->layout_count > 1;

	if (args->plan.variation_count) {
		if (s->append || s->lsm || s->sysctl || s->user || args->layout_count)
			return verb_usage("boot",
				"variations come from %s or from the command line, not "
				"from both",
				args->matrix);
		return EXIT_OK;
	}
	if (!args->layout_count)
		args->layouts[args->layout_count++] = "unified";
	for (size_t i = 0; i < args->layout_count; i++) {
		bool name = several || strcmp(args->layouts[i], "unified");
		struct plan_variation v = { .name = copy(name ? args->layouts[i] : NULL),
			.cgroup = strdup(args->layouts[i]),
			.append = strdup(s->append ? s->append : ""),
			.lsm = copy(s->lsm),
			.sysctl = json_incref(s->sysctl),
			.user = copy(s->user) };
		if (plan_add_variation(&args->plan, &v) < 0)
			return verb_error("boot", "out of memory");
	}
	return EXIT_OK;
}

/* What boot says itself may not be said to the verb as well. */
static enum exit_code check_verb(struct args *args)
{
	static const char *const own[] = { "--report", "--format", "--fixtures",
		"--runtime" };
	struct boot_options *opt = &args->boot;
	struct plan *plan = &args->plan;

	if (!opt->verb && plan->command_count) {
		opt->verb = plan->command[0];
		opt->args = plan->command + 1;
		opt->arg_count = plan->command_count - 1;
	}
	if (!opt->verb)
		opt->verb = plan->runtime_count ? "run" : "probe";
	bool run = !strcmp(opt->verb, "run");
	if (!run && strcmp(opt->verb, "probe") && strcmp(opt->verb, "preflight"))
		return verb_usage("boot",
			"a guest can probe, preflight or run, not \"%s\"", opt->verb);
	if (run && !plan->runtime_count &&
		plan_add_runtime(plan, RUNTIME_REFERENCE, NULL, NULL) < 0)
		return verb_error("boot", "out of memory");
	if (!run && plan->runtime_count)
		return verb_usage("boot", "%s needs no --runtime; run does", opt->verb);
	for (size_t i = 0; i < opt->arg_count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(own); k++)
			if (!strncmp(opt->args[i], own[k], strlen(own[k])))
				return verb_usage("boot",
					"%s belongs before the --: it is boot's", own[k]);
	return EXIT_OK;
}

static enum exit_code make_plan(struct args *args)
{
	_cleanup_free_ char *dir = copy(args->matrix);
	char *slash = dir ? strrchr(dir, '/') : NULL;
	char why[1024];

	if (slash)
		*slash = '\0';
	if (args->matrix &&
		plan_read(&args->plan, args->matrix,
			args->base      ? args->base
				: slash ? dir
					: ".",
			why, sizeof(why)) < 0)
		return verb_usage("boot", "%s", why);
	if (!args->plan.kernel_count)
		return verb_usage("boot", "which kernel?");
	enum exit_code code = vary(args);
	return code == EXIT_OK ? check_verb(args) : code;
}

struct opening {
	const char *source;
	struct kernel *kernel;
	int ret;
	char why[1024];
};

static void open_kernel(void *ctx, size_t i)
{
	struct opening *o = &((struct opening *)ctx)[i];

	o->ret = kernel_open(o->source, o->kernel, o->why, sizeof(o->why));
}

/* Side by side: unpacking a package takes a second or more. */
static enum exit_code open_kernels(const struct plan *plan, struct kernel *kernels)
{
	struct opening *sources = calloc(plan->kernel_count, sizeof(*sources));
	enum exit_code code = EXIT_OK;

	if (!sources)
		return verb_error("boot", "out of memory");
	for (size_t i = 0; i < plan->kernel_count; i++)
		sources[i] = (struct opening) { plan->kernels[i].source, &kernels[i] };
	parallel_for(plan->kernel_count, open_kernel, sources);
	for (size_t i = 0; i < plan->kernel_count && code == EXIT_OK; i++) {
		int r = sources[i].ret;
		if (r == -EBADMSG || r == -EIO || r == -ENOMEM || r == -ENOSYS)
			code = verb_error("boot", "%s", sources[i].why);
		else if (r < 0)
			code = verb_usage("boot", "%s", sources[i].why);
	}
	free(sources);
	return code;
}

/* By name, or UID[:GID]. */
static bool find_user(const char *user, uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *pw = getpwnam(user);
	unsigned uid, gid;
	char rest;

	if (pw) {
		*ret_uid = pw->pw_uid;
		*ret_gid = pw->pw_gid;
		return true;
	}
	int n = sscanf(user, "%u:%u%c", &uid, &gid, &rest);
	if (n != 2 && sscanf(user, "%u%c", &uid, &rest) != 1)
		return false;
	*ret_uid = uid;
	*ret_gid = n == 2 ? gid : uid;
	return true;
}

static enum exit_code add_boot(const struct args *args, struct boot *b,
	const struct plan_kernel *named, const struct kernel *kernel, size_t variation,
	size_t runtime)
{
	const struct plan *plan = &args->plan;

	*b = (struct boot) { .opt = &args->boot,
		.named = named,
		.kernel = kernel,
		.variation = &plan->variations[variation],
		.runtime = plan->runtime_count ? &plan->runtimes[runtime] : NULL };
	if (b->variation->user && !find_user(b->variation->user, &b->uid, &b->gid))
		return verb_usage("boot", "there is no user \"%s\"", b->variation->user);
	if (kernel->host && b->runtime && *b->runtime->sysroot)
		return verb_usage("boot",
			"%s is of another system: it cannot run on this host itself",
			b->runtime->path);
	return EXIT_OK;
}

/* Kernels, and on each its variations, and under each the runtimes; the host has none. */
static enum exit_code make_boots(const struct args *args, const struct kernel *kernels,
	struct boot *boots, size_t *ret_count)
{
	const struct plan *plan = &args->plan;
	size_t runtimes = plan->runtime_count ? plan->runtime_count : 1;
	enum exit_code code = EXIT_OK;

	for (size_t k = 0; k < plan->kernel_count; k++) {
		size_t variations = kernels[k].host ? 1 : plan->variation_count;
		for (size_t v = 0; v < variations; v++)
			for (size_t r = 0; r < runtimes && code == EXIT_OK; r++)
				code = add_boot(args, &boots[(*ret_count)++],
					&plan->kernels[k], &kernels[k], v, r);
	}
	return code;
}

static enum exit_code find_qemu(struct args *args, const struct kernel *kernels)
{
	static char program[PATH_MAX];
	struct machine *m = &args->boot.machine;
	bool needed = false;

	for (size_t i = 0; i < args->plan.kernel_count; i++)
		needed = needed || !kernels[i].host;
	m->emulator = emulator_find();
	if (needed && !m->emulator) {
		note("no emulator is known for this machine: kernels of x86_64 can be "
		     "booted on x86_64");
		return EXIT_NOTHING_ASKED;
	}
	if (needed && emulator_path(m->emulator, program, sizeof(program)) < 0) {
		fprintf(stderr,
			"plimsoll boot: %s is not on PATH. Install it (Debian: apt-get "
			"install qemu-system-x86).\n",
			m->emulator->program);
		return EXIT_NOTHING_ASKED;
	}
	m->program = program;
	return EXIT_OK;
}

static enum exit_code boot_all(struct args *args, struct boot *boots, size_t count)
{
	char why[1024] = "";

	if (!args->sink.format)
		args->sink.format = count > 1 ? "matrix" : "text";
	args->sink.some = args->boot.arg_count > 0;
	args->sink.several_kernels = args->plan.kernel_count > 1;
	args->sink.several_runtimes = args->plan.runtime_count > 1;
	struct sink *sink = sink_open("boot", &args->sink, NULL, why, sizeof(why));
	if (!sink)
		return verb_error("boot", "%s", why);
	int r = fleet_run(boots, count, &args->boot, sink, why, sizeof(why));
	guard_stop();
	if (r < 0) {
		sink_abandon(sink);
		return r == -ENOENT || r == -ENOEXEC ? verb_usage("boot", "%s", why)
						     : verb_error("boot", "%s", why);
	}
	enum exit_code code = sink_close(sink, why, sizeof(why));
	return *why ? verb_error("boot", "%s", why) : code;
}

static enum exit_code boot(struct args *args)
{
	const struct plan *plan = &args->plan;
	struct kernel *kernels = calloc(plan->kernel_count, sizeof(*kernels));
	size_t runtimes = plan->runtime_count ? plan->runtime_count : 1, count = 0;
	struct boot *boots = calloc(
		plan->kernel_count * plan->variation_count * runtimes, sizeof(*boots));

	enum exit_code code = kernels && boots ? open_kernels(plan, kernels)
					       : verb_error("boot", "out of memory");
	if (code == EXIT_OK)
		code = find_qemu(args, kernels);
	if (code == EXIT_OK)
		code = make_boots(args, kernels, boots, &count);
	if (code == EXIT_OK)
		code = boot_all(args, boots, count);
	for (size_t i = 0; kernels && i < plan->kernel_count; i++)
		kernel_close(&kernels[i]);
	free(kernels);
	free(boots);
	return code;
}

static enum exit_code run(int argc, char **argv)
{
	struct args args = { .boot = { .timeout_ms = TIMEOUT_DEFAULT, .note = note } };

	args.boot.modules = args.modules;
	args.boot.take = args.take;
	enum exit_code code = take_words(&args, argc, argv);
	if (code == EXIT_OK)
		code = make_plan(&args);
	if (code == EXIT_OK)
		code = sink_check("boot", &args.sink);
	if (code == EXIT_OK)
		code = boot(&args);
	plan_free(&args.plan);
	json_decref(args.settings.sysctl);
	return code;
}

static const struct verb_example examples[] = {
	{ "plimsoll boot linux-image-6.12-amd64.deb -- probe --prove 'idmap/*'",
		"ask the kernel of this package, and see that the probes can say no" },
	{ "plimsoll boot 6.1.deb 6.12.deb --runtime runc --runtime crun --report r.jsonl",
		"two kernels, two runtimes: four guests, one table, and the records" },
	{ 0 },
};

const struct verb verb_boot = {
	.about = "boot other kernels in QEMU, and probe, preflight or run there",
	.usage = "[OPTION]... KERNEL... [-- VERB [ARG]...]",
	.text = "KERNEL is a .deb or .rpm (A.deb+B.deb: in parts), a bzImage, a directory that "
		"holds one, or host: this machine's, not booted. VERB is probe, preflight or run; "
		"without --: probe, or with a runtime: run. Installs nothing, writes nothing, "
		"needs no root.",
	.options = options,
	.operand = "KERNEL",
	.completes = COMPLETES_FILE,
	.manual =
		"Kernels, variations and runtimes make a matrix: each kernel is booted in each "
		"variation, and each runtime runs in a guest of its own. With several guests "
		"the report is the format matrix, else text. A variation is a layout of "
		"cgroups, with the modules, sysctls, user and command line that are named; "
		"they come from the command line or from a matrix file, not from both.\n\n"
		"plimsoll itself is the first process of the guest. It takes along what it "
		"needs: its libraries, the modules of the kernel, the runtimes with their "
		"libraries, also those of another distribution. KVM is used where it works; "
		"elsewhere guests are emulated, and a suite takes minutes.\n\n"
		"A guest that panics, hangs or cannot be heard is an error with the last lines "
		"of its console. What the kernel warned of meanwhile stands in the records.\n\n"
		"--report, --format, --fixtures and --runtime belong before the --, as they are "
		"boot's.",
	.examples = examples,
	.run = run,
};
