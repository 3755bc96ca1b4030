#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include "baseline.h"
#include "exit.h"
#include "host.h"
#include "kconfig.h"
#include "output.h"
#include "page.h"
#include "sink.h"

struct sink {
	struct output *outputs[2];
	struct baseline *baseline; /* NULL: there is none */
	struct exit_count count;
	json_t *env; /* the first record, until another follows it */
	json_int_t records;
	bool relay;        /* the runs are not ours: they have their own frames */
	bool in_run;       /* an env was written, its end was not */
	bool progress;     /* stderr is a terminal */
	char trouble[256]; /* what went wrong with the records; "" if nothing */
};

#define ERASE "\r\033[K"

/* There is a progress line to erase: who is ended by a signal does so, too. */
static volatile sig_atomic_t progress_shown;

static void trouble(struct sink *s, const char *fmt, ...) _printf_(2, 3);

static void trouble(struct sink *s, const char *fmt, ...)
{
	va_list ap;

	if (*s->trouble)
		return;
	va_start(ap, fmt);
	vsnprintf(s->trouble, sizeof(s->trouble), fmt, ap);
	va_end(ap);
}

static void erase_progress(void)
{
	if (progress_shown)
		fputs(ERASE, stderr);
	progress_shown = false;
}

/* Leaves the terminal's line clean. All else dies with us, or is the guardian's to remove. */
static void on_signal(int sig)
{
	if (progress_shown && write(STDERR_FILENO, ERASE, strlen(ERASE)) > 0)
		progress_shown = false;
	signal(sig, SIG_DFL);
	raise(sig);
}

/* What our caller wants ignored stays so. */
static void catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (signal(signals[i], on_signal) == SIG_IGN)
			signal(signals[i], SIG_IGN);
}

static int put_record(void *ctx, const struct record *rec)
{
	struct sink *s = ctx;

	exit_count_record(&s->count, rec);
	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++)
		if (s->outputs[i])
			output_record(s->outputs[i], rec);
	return 0;
}

static void take_record(struct sink *s, json_t *json)
{
	struct record rec;
	char why[160];

	if (!json) {
		trouble(s, "out of memory: a record is lost");
		return;
	}
	if (record_decode(json, &rec, why, sizeof(why)) < 0) {
		trouble(s, "a record of our own is wrong: %s", why);
		return;
	}
	/* A format that streams may write to the same terminal. */
	erase_progress();
	s->records++;
	s->in_run = rec.type != RECORD_END;
	if (!s->baseline)
		put_record(s, &rec);
	else if (baseline_record(s->baseline, &rec, put_record, s) < 0)
		trouble(s, "a record could not be held against the baseline");
	record_release(&rec);
}

/* The env record goes first, but not before there is something to report. */
static void begin_run(struct sink *s)
{
	if (s->env)
		take_record(s, TAKE_PTR(s->env));
}

void sink_record(struct sink *s, json_t *json)
{
	begin_run(s);
	take_record(s, json);
}

/* For information only: nothing is decided by a version. */
static void set_kernel(json_t *json)
{
	struct utsname u;
	json_t *kernel = json_object();

	if (uname(&u) < 0 || !kernel) {
		json_decref(kernel);
		return;
	}
	record_set(kernel, "release", u.release);
	record_set(kernel, "version", u.version);
	record_set(kernel, "machine", u.machine);
	json_object_set_new(json, "kernel", kernel);
}

/* PRETTY_NAME of os-release(5); its value may stand in quotes. */
static void set_os(json_t *json, const struct env *env)
{
	static const char key[] = "\nPRETTY_NAME=";
	char text[4096] = "\n";

	if (env_file(env, "/etc/os-release", text + 1, sizeof(text) - 1) < 0)
		return;
	char *value = strstr(text, key);
	if (!value)
		return;
	value += strlen(key);
	value[strcspn(value, "\n")] = '\0';
	size_t len = strlen(value);
	if (len > 1 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
		value[len - 1] = '\0';
		value++;
	}
	record_set(json, "os", value);
}

static json_t *env_record(const char *verb, bool prove, const struct env *env)
{
	json_t *json = record_new(RECORD_ENV);
	json_auto_t *facts = env_facts(env);

	if (!json || !facts) {
		json_decref(json);
		return NULL;
	}
	record_set(json, "plimsoll", PLIMSOLL_VERSION);
	record_set(json, "verb", verb);
	if (prove)
		json_object_set_new(json, "prove", json_true());
	record_set_time(json);
	set_kernel(json);
	set_os(json, env);
	json_object_update(json, facts);
	json_t *host = host_facts(env);
	if (host)
		json_object_set_new(json, "host", host);
	if (*kconfig_source())
		record_set(json, "config", kconfig_source());
	return json;
}

enum exit_code sink_check(const char *verb, const struct sink_options *opt)
{
	const struct baseline_options baseline = { .file = opt->baseline,
		.update = opt->update_baseline };

	return baseline_check(&baseline, verb);
}

static int open_baseline(
	struct sink *s, const struct sink_options *opt, char *why, size_t why_size)
{
	const struct baseline_options options = { .file = opt->baseline,
		.update = opt->update_baseline,
		.some = opt->some,
		.several_kernels = opt->several_kernels,
		.several_runtimes = opt->several_runtimes };

	if (!opt->baseline)
		return 0;
	s->baseline = baseline_open(&options, why, why_size);
	return s->baseline ? 0 : -EINVAL;
}

static int open_outputs(
	struct sink *s, const struct sink_options *opt, char *why, size_t why_size)
{
	bool to_stdout = opt->report && !strcmp(opt->report, "-");

	if (!to_stdout) {
		s->outputs[0] = output_open(
			opt->format ? opt->format : "text", NULL, why, why_size);
		if (!s->outputs[0])
			return -EINVAL;
	}
	if (opt->report) {
		s->outputs[1] = output_open("jsonl", opt->report, why, why_size);
		if (!s->outputs[1])
			return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++)
		if (s->outputs[i])
			output_live(s->outputs[i]);
	return 0;
}

static void close_outputs(struct sink *s)
{
	char why[256];
	bool cut_short = *s->trouble;

	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++) {
		if (output_close(s->outputs[i], cut_short, why, sizeof(why)) < 0)
			trouble(s, "%s", why);
		s->outputs[i] = NULL;
	}
}

void sink_abandon(struct sink *s)
{
	if (!s)
		return;
	erase_progress();
	if (s->records) {
		trouble(s, "abandoned");
		close_outputs(s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++)
		output_discard(s->outputs[i]);
	baseline_close(s->baseline, false, NULL, 0);
	json_decref(s->env);
	free(s);
}

struct sink *sink_open(const char *verb, const struct sink_options *opt,
	const struct env *env, char *why, size_t why_size)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (!s) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	if (open_baseline(s, opt, why, why_size) < 0 ||
		open_outputs(s, opt, why, why_size) < 0) {
		sink_abandon(s);
		return NULL;
	}
	const char *term = getenv("TERM");
	s->progress = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	if (s->progress)
		catch_signals();
	s->relay = !env;
	s->env = env ? env_record(verb, opt->prove, env) : NULL;
	if (env && !s->env)
		trouble(s, "out of memory: no env record");
	return s;
}

void sink_progress(struct sink *s, size_t done, size_t all, const char *what)
{
	struct winsize size;
	_cleanup_free_ char *line = NULL, *text = NULL;

	if (!s->progress)
		return;
	bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col;
	int columns = known ? size.ws_col : 80;
	if (columns < 20 || asprintf(&text, "%zu/%zu %s", done, all, what) < 0 ||
		!(line = page_line(text, 0)))
		return;
	page_cut(line, columns - 1);
	progress_shown = true;
	fprintf(stderr, ERASE "%s", line);
	fflush(stderr);
}

static void end_record(struct sink *s, enum exit_code code)
{
	json_t *json = record_new(RECORD_END);

	if (json) {
		json_object_set_new(json, "records", json_integer(s->records));
		json_object_set_new(json, "exit", json_integer(code));
	}
	sink_record(s, json);
}

/* After the reports: that it stays as it is makes them no less whole. */
static void close_baseline(struct sink *s)
{
	char why[512];

	if (baseline_close(TAKE_PTR(s->baseline), !*s->trouble, why, sizeof(why)) < 0)
		trouble(s, "%s", why);
}

enum exit_code sink_close(struct sink *s, char *why, size_t why_size)
{
	enum exit_code code = exit_code_of(&s->count);

	if (s->baseline)
		code = baseline_status(s->baseline, code);
	erase_progress();
	begin_run(s);
	if (s->relay && s->in_run)
		trouble(s, "a run has no end: its guest's records are not whole");
	/* Without its end the run is what it is: cut short. */
	if (!s->relay && !*s->trouble)
		end_record(s, code);
	if (*s->trouble)
		code = EXIT_ERROR;
	code = output_status(s->outputs[0], code);
	close_outputs(s);
	close_baseline(s);
	snprintf(why, why_size, "%s", s->trouble);
	if (*s->trouble)
		code = EXIT_ERROR;
	free(s);
	return code;
}
