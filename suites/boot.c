/* plimsoll boot: probes and suites under other kernels, in QEMU. */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/boot.h"
#include "boot/fleet.h"
#include "boot/parallel.h"
#include "guard.h"
#include "options.h"
#include "runtime.h"
#include "verb.h"

#define LIST_MAX        256
#define TIMEOUT_DEFAULT 1800000 /* ms; a suite under emulation takes minutes */

struct args {
	struct boot_options boot;
	struct sink_options sink;
	struct plan plan;
	const char *matrix, *base, *sysroot;
	char *modules[LIST_MAX], *take[LIST_MAX];
	const char *layouts[3];
	size_t layout_count;
	struct plan_variation settings; /* of the command line; its texts are borrowed */
	bool varied;                    /* any of them was given */
};

static void note(const char *text)
{
	fprintf(stderr, "plimsoll boot: %s\n", text);
}

static bool take_accel(const char *text, enum accel *ret)
{
	static const char *const names[] = {
		[ACCEL_AUTO] = "auto", [ACCEL_KVM] = "kvm", [ACCEL_TCG] = "tcg"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(text, names[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool take_number(const char *text, unsigned most, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > most)
		return false;
	*ret = n;
	return true;
}

static bool take_sysctl(struct plan_variation *v, const char *text)
{
	const char *value = strchr(text, '=');

	if (!value || value == text)
		return false;
	_cleanup_free_ char *name = strndup(text, value - text);
	if (!v->sysctl)
		v->sysctl = json_object();
	return name && json_object_set_new(v->sysctl, name, json_string(value + 1)) == 0;
}

static bool take_layout(struct args *args, const char *text)
{
	if ((strcmp(text, "unified") && strcmp(text, "hybrid") && strcmp(text, "v1")) ||
		args->layout_count == ARRAY_SIZE(args->layouts))
		return false;
	args->layouts[args->layout_count++] = text;
	return true;
}

/* What of the guest is set; true if it was such an option with a good value. */
static bool take_setting(struct args *args, int c, char *value)
{
	struct plan_variation *v = &args->settings;

	switch (c) {
	case 'c':
		return take_layout(args, value);
	case 'a':
		v->append = value;
		break;
	case 'l':
		v->lsm = value;
		break;
	case 's':
		if (!take_sysctl(v, value))
			return false;
		break;
	case 'u':
		v->user = value;
		break;
	default:
		return false;
	}
	return args->varied = true;
}

static bool take_machine(struct boot_options *opt, int c, char *value)
{
	switch (c) {
	case 'A':
		return take_accel(value, &opt->accel);
	case 'M':
		return take_number(value, 1 << 20, &opt->memory);
	case 'C':
		return take_number(value, 64, &opt->cpus);
	case 't':
		return option_seconds(value, &opt->timeout_ms);
	case 'j':
		return option_count(value, &opt->jobs);
	}
	return false;
}

/*
 * [NAME=]PATH, or reference. Of another system: a name is looked up where its programs are, a
 * path below it unless it is there as it is.
 */
static enum exit_code take_runtime(struct args *args, const char *text)
{
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
	if (!*found && !ours)
		return verb_usage("boot",
			"there is no runtime \"%s\"%s%s: no executable file", path,
			*root ? " below " : "", root);
	return plan_add_runtime(&args->plan, name, found, root) < 0
		? verb_error("boot", "out of memory")
		: EXIT_OK;
}

/* EXIT_OK for an option that was understood; -1 for one that was not. */
static int take_option(struct args *args, int c, char *value)
{
	struct boot_options *opt = &args->boot;

	if (c == 'R')
		return take_runtime(args, value);
	if (c == 'S')
		args->sysroot = value;
	else if (c == 'm' && opt->module_count < LIST_MAX)
		args->modules[opt->module_count++] = value;
	else if (c == 'T' && opt->take_count < LIST_MAX)
		args->take[opt->take_count++] = value;
	else if (c == 'F')
		opt->fixtures = value;
	else if (c == 'x')
		args->matrix = value;
	else if (c == 'b')
		args->base = value;
	else if (c == 'p')
		opt->capture = value;
	else if (c == 'r')
		args->sink.report = value;
	else if (c == 'f')
		args->sink.format = value;
	else if (!take_setting(args, c, value) && !take_machine(opt, c, value))
		return -1;
	return EXIT_OK;
}

static enum exit_code parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = { { "runtime", required_argument, NULL,
							 'R' },
		{ "sysroot", required_argument, NULL, 'S' },
		{ "module", required_argument, NULL, 'm' },
		{ "take", required_argument, NULL, 'T' },
		{ "fixtures", required_argument, NULL, 'F' },
		{ "matrix", required_argument, NULL, 'x' },
		{ "base", required_argument, NULL, 'b' },
		{ "capture", required_argument, NULL, 'p' },
		{ "report", required_argument, NULL, 'r' },
		{ "format", required_argument, NULL, 'f' },
		{ "cgroup", required_argument, NULL, 'c' },
		{ "append", required_argument, NULL, 'a' },
		{ "lsm", required_argument, NULL, 'l' },
		{ "sysctl", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ "accel", required_argument, NULL, 'A' },
		{ "memory", required_argument, NULL, 'M' },
		{ "cpus", required_argument, NULL, 'C' },
		{ "timeout", required_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' }, { 0 } };
	int c, r;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if ((r = take_option(args, c, optarg)) == EXIT_OK)
			continue;
		return r > 0
			? (enum exit_code)r
			: verb_usage("boot",
				  "%s: unknown option, or its value is missing or off",
				  argv[optind - 1]);
	}
	return EXIT_OK;
}

/* KERNEL... up to "--"; behind it a verb and its arguments. */
static enum exit_code take_words(struct args *args, int argc, char **argv)
{
	/* getopt moves "--" in front of the words it has not looked at. */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		args->boot.verb = argv[i + 1];
		args->boot.args = argv + i + 2;
		args->boot.arg_count = argv[i + 1] ? argc - i - 2 : 0;
		argc = i;
	}
	enum exit_code code = parse(argc, argv, args);
	for (int i = optind; i < argc && code == EXIT_OK; i++)
		if (plan_add_kernel(&args->plan, NULL, argv[i]) < 0)
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
		if (args->varied || args->layout_count)
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
	if (code == EXIT_OK && args.sink.format && !reporter_find(args.sink.format))
		code = verb_usage("boot",
			"there is no format \"%s\" (plimsoll report --formats)",
			args.sink.format);
	if (code == EXIT_OK)
		code = boot(&args);
	plan_free(&args.plan);
	json_decref(args.settings.sysctl);
	return code;
}

const struct verb verb_boot = {
	.about = "boot other kernels in QEMU, and probe, preflight or run there",
	.help = "Usage: plimsoll boot [OPTION]... KERNEL... [-- VERB [ARG]...]\n\n"
		"KERNEL is a .deb or .rpm (A.deb+B.deb: in parts), a bzImage, a directory that\n"
		"holds one, or host: this machine's, not booted. VERB is probe, preflight or run;\n"
		"without --: probe, or with a runtime: run. Installs nothing, writes nothing,\n"
		"needs no root.\n\n"
		"  --runtime [NAME=]PATH  taken along with its libraries (repeatable); reference is\n"
		"                         our own, embedded, and what runs where none is named\n"
		"  --sysroot DIR          the runtimes after this are of the system in DIR\n"
		"  --module NAME          load it, too      --take FILE  take this along, too\n"
		"  --cgroup LAYOUT        unified (default), hybrid, v1 (repeatable: each)\n"
		"  --append TEXT  --lsm LIST  --sysctl NAME=VALUE  --user USER\n"
		"                         for the kernel's command line; in the guest\n"
		"  --matrix FILE          kernels, runtimes, variations; --base DIR: found there\n"
		"  --accel auto|kvm|tcg   --memory MIB  --cpus N  --jobs N (guests at a time)\n"
		"  --timeout S            for each guest, start to end (default: 1800)\n"
		"  --report FILE  --format FORMAT  --fixtures DIR  as for run\n"
		"  --capture DIR          keep the guest's /proc and /sys there\n\n"
		"Examples:\n"
		"  plimsoll boot linux-image-6.12-amd64.deb -- probe --prove 'idmap/*'\n"
		"  plimsoll boot 6.1.deb 6.12.deb --runtime runc --runtime crun --report r.jsonl\n",
	.run = run,
};
