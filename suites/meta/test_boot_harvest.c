/*
 * What is kept of a guest: a run of records that is whole, however it ended and whatever it says
 * (suites/boot/harvest.c), and its files (capture.c).
 */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "boot/capture.h"
#include "boot/harvest.h"
#include "boot_guests.h"
#include "exit.h"
#include "reader.h"

static const struct emulator emulator = { .console = "ttyS0" };
static const struct boot_options options = {
	.verb = "run",
	.machine = { .emulator = &emulator },
};
static const struct boot_options no_emulator = { .verb = "run" };
static char release[] = "6.12.1", package[] = "linux-image-6.12", version[] = "6.12.1-1",
	    label[] = "6.12", plain[] = "plain", unified[] = "unified", none[] = "",
	    nobody[] = "nobody", runc[] = "runc";
static const struct kernel kernel = { .release = release,
	.package = package,
	.package_version = version,
	.config_sha256 = "abcd" };
static const struct kernel host = { .host = true };
static const struct plan_kernel named = { label, NULL }, unnamed = { 0 };
static const struct plan_runtime runtime = { .name = runc };
static const struct plan_variation variation = {
	.name = plain, .cgroup = unified, .append = none, .user = nobody
};
static const struct machine machine = { .memory = 512, .cpus = 1 };
static const struct boot guest_boot = {
	.opt = &options,
	.named = &named,
	.kernel = &kernel,
	.runtime = &runtime,
	.variation = &variation,
};

struct reread {
	struct exit_count count;
	json_int_t exit; /* as the run says */
};

static int count_record(void *ctx, const struct record *rec)
{
	struct reread *r = ctx;

	exit_count_record(&r->count, rec);
	if (rec->type == RECORD_END)
		r->exit = json_integer_value(json_object_get(rec->json, "exit"));
	return 0;
}

/* Written and read as a report is: it is whole, and ends as it has to. */
static void assert_reads(const json_t *run, enum exit_code code)
{
	_cleanup_fclose_ FILE *f = tmpfile();
	struct reread r = { .exit = -1 };
	char why[512] = "";
	size_t i;
	json_t *json;

	ck_assert_ptr_nonnull(f);
	json_array_foreach(run, i, json) {
		struct record rec = { .json = json };
		ck_assert_int_eq(record_write(&rec, f), 0);
	}
	rewind(f);
	int ret = records_read(f, "the run", count_record, &r, why, sizeof(why));
	ck_assert_msg(ret == 0, "%s", why);
	ck_assert_int_eq(exit_code_of(&r.count), code);
	ck_assert_int_eq(r.exit, code);
}

static json_t *harvest_guest(void)
{
	struct cargo cargo = { .modules = json_pack("[s]", "overlay"),
		.missing = json_pack("[s]", "fuse") };
	struct seen seen = { .watch = &w,
		.cargo = &cargo,
		.machine = &machine,
		.verdict = watch_verdict(&w, 0),
		.ms = 1234.5678 };
	json_t *run = harvest(&guest_boot, &seen);

	json_decref(cargo.modules);
	json_decref(cargo.missing);
	return run;
}

/* The text at a/b of a record; "(none)" if there is none. */
static const char *said(const json_t *run, size_t i, const char *a, const char *b)
{
	const json_t *value = json_object_get(json_array_get(run, i), a);

	value = b ? json_object_get(value, b) : value;
	return json_is_string(value) ? json_string_value(value) : "(none)";
}

static void assert_origin(const json_t *run)
{
	ck_assert_str_eq(said(run, 0, "type", NULL), "env");
	ck_assert_str_eq(said(run, 0, "verb", NULL), "run");
	ck_assert_str_eq(said(run, 0, "kernel", "release"), "6.12.1");
	ck_assert_str_eq(said(run, 0, "kernel", "package"), package);
	ck_assert_str_eq(said(run, 0, "kernel", "package_version"), version);
	ck_assert_str_eq(said(run, 0, "kernel", "config_sha256"), "abcd");
	ck_assert_str_eq(
		said(run, 0, "kernel", "cmdline"), "console=ttyS0 panic=-1 quiet");
	ck_assert_str_eq(said(run, 0, "boot", "accel"), "tcg");
	ck_assert_str_eq(said(run, 0, "boot", "label"), "6.12");
	ck_assert_str_eq(said(run, 0, "boot", "variation"), "plain");
	ck_assert_str_eq(said(run, 0, "boot", "runtime"), "runc");
	ck_assert_str_eq(said(run, 0, "boot", "cgroup"), "unified");
	ck_assert_str_eq(said(run, 0, "boot", "user"), "nobody");
}

START_TEST(a_whole_run_is_passed_on)
{
	port(UP MODULE ENV("run") PASSED PASSED LOG("WARNING: late") END("3") OVER("0"));
	console("much\n");
	json_t *run = harvest_guest();

	ck_assert_uint_eq(json_array_size(run), 5);
	assert_origin(run);
	ck_assert_str_eq(said(run, 0, "kernel", "version"), "#1");
	const json_t *facts = json_object_get(json_array_get(run, 0), "boot");
	ck_assert_int_eq(json_integer_value(json_object_get(facts, "memory")), 512);
	ck_assert_str_eq(text_of(json_object_get(facts, "modules"), 0), "overlay");
	const json_t *missing = json_object_get(facts, "modules_missing");
	ck_assert_uint_eq(json_array_size(missing), 2);
	ck_assert_str_eq(text_of(missing, 0), "fuse");
	ck_assert_str_eq(text_of(missing, 1), "zram: no memory");
	const json_t *boot = json_array_get(run, 3);
	ck_assert_str_eq(said(run, 3, "type", NULL), "boot");
	ck_assert_str_eq(said(run, 3, "name", NULL), "6.12.1");
	ck_assert_str_eq(said(run, 3, "outcome", NULL), "pass");
	ck_assert_ptr_null(json_object_get(boot, "console"));
	ck_assert_str_eq(
		text_of(json_object_get(boot, "kernel_log"), 0), "WARNING: late");
	ck_assert(json_real_value(json_object_get(boot, "ms")) == 1234.567);
	assert_reads(run, EXIT_OK);
	json_decref(run);
}
END_TEST

/* Runs that are cut short, and what guests forge. */

static const struct {
	const char *name, *port;
	size_t records;
	enum exit_code code;
} broken[] = {
	{ "never up", "", 3, EXIT_ERROR },
	{ "nothing but up", UP, 3, EXIT_ERROR },
	{ "only an env", UP ENV("run"), 3, EXIT_ERROR },
	{ "no end", UP ENV("run") PASSED, 4, EXIT_ERROR },
	{ "no end, and the command is over", UP ENV("run") PASSED OVER("0"), 4,
		EXIT_ERROR },
	{ "no env", UP PASSED END("1"), 4, EXIT_ERROR },
	{ "silently ignored before that", UP ENV("run") IGNORED PASSED, 5,
		EXIT_SILENTLY_IGNORED },
	{ "silently ignored, no env", UP IGNORED, 4, EXIT_SILENTLY_IGNORED },
	{ "an env that is none", UP "{\"type\":\"env\",\"format\":2}\n" PASSED, 4,
		EXIT_ERROR },
	{ "an env whose boot is none",
		UP "{\"type\":\"env\",\"format\":1,\"boot\":[]}\n" PASSED, 4,
		EXIT_ERROR },
	{ "an env that comes late", UP PASSED ENV("probe") PASSED, 5, EXIT_ERROR },
	{ "two runs", UP ENV("run") PASSED END("2") ENV("run") PASSED END("2"), 5,
		EXIT_ERROR },
	{ "an end in the middle", UP ENV("run") END("1") PASSED END("3"), 4, EXIT_ERROR },
	{ "a boot of its own",
		UP ENV("run") PASSED
		"{\"type\":\"boot\",\"name\":\"x\",\"outcome\":\"pass\"}\n" END("3"),
		4, EXIT_ERROR },
	{ "what does not decode",
		UP ENV("run") "{\"type\":3}\n{\"type\":\"proof\"}\n{\"type\":\"new\"}\n" CASE(
			"\"outcome\":\"fine\"")
			PASSED CASE("\"outcome\":\"pass\",\"kernel_log\":[1]"),
		4, EXIT_ERROR },
};

START_TEST(a_broken_run_is_made_whole)
{
	port(broken[_i].port);
	console("the last\nlines\n");
	json_t *run = harvest_guest();
	size_t n = json_array_size(run);

	ck_assert_msg(n == broken[_i].records, "%s: %zu records", broken[_i].name, n);
	assert_origin(run);
	ck_assert_str_eq(said(run, n - 2, "type", NULL), "boot");
	ck_assert_str_eq(said(run, n - 2, "outcome", NULL), "error");
	const json_t *lines = json_object_get(json_array_get(run, n - 2), "console");
	ck_assert_str_eq(text_of(lines, 0), "the last");
	ck_assert_str_eq(text_of(lines, 1), "lines");
	for (size_t i = 1; i < n - 2; i++)
		ck_assert_str_eq(said(run, i, "type", NULL), "case");
	assert_reads(run, broken[_i].code);
	json_decref(run);
}
END_TEST

/* Nothing is booted: this machine may be one that QEMU is not known for. */
START_TEST(the_host_has_no_guest)
{
	const struct boot b = { .opt = &no_emulator,
		.named = &unnamed,
		.kernel = &host,
		.variation = &variation };

	w.up = w.ended = true;
	w.beats = false;
	port(ENV("run") PASSED END("2"));
	struct seen seen = { .watch = &w, .verdict = watch_verdict(&w, 0) };
	json_t *run = harvest(&b, &seen);
	ck_assert_uint_eq(json_array_size(run), 4);
	ck_assert_str_eq(said(run, 0, "boot", "accel"), "none");
	ck_assert_str_eq(said(run, 0, "boot", "label"), "(none)");
	ck_assert_str_eq(said(run, 0, "boot", "cgroup"), "(none)");
	ck_assert_str_eq(said(run, 0, "kernel", "cmdline"), "(none)");
	ck_assert_str_eq(said(run, 0, "kernel", "package"), "(none)");
	ck_assert_str_eq(said(run, 2, "name", NULL), "host");
	assert_reads(run, EXIT_OK);
	json_decref(run);

	/* Not even that could be started. */
	seen = (struct seen) { .verdict = { .outcome = OUTCOME_ERROR } };
	run = harvest(&b, &seen);
	ck_assert_uint_eq(json_array_size(run), 3);
	assert_reads(run, EXIT_ERROR);
	json_decref(run);
}
END_TEST

/* --- a capture */

static char dir[] = "/tmp/test-watch.XXXXXX";

static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_dir(void)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_holds(const char *path, const char *want)
{
	char full[PATH_MAX], text[64];

	snprintf(full, sizeof(full), "%s%s", dir, path);
	_cleanup_fclose_ FILE *f = fopen(full, "re");
	ck_assert_msg(f, "%s: %s", full, strerror(errno));
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	ck_assert_str_eq(text, want);
}

START_TEST(a_capture_stays_below)
{
	static const char *const bad[] = { "", "/", "proc/version", "../x", "/..",
		"/../x", "/proc/../../x", "/proc/..", "//x", "/proc//x", "/proc/", "x/..",
		".." };
	char root[sizeof(dir) + 4], long_path[PATH_MAX + 1];

	snprintf(root, sizeof(root), "%s/a/b", dir);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(capture_write(root, bad[i], "x") == -EINVAL, "%s", bad[i]);
	memset(long_path, 'x', PATH_MAX);
	*long_path = '/';
	long_path[PATH_MAX] = '\0';
	ck_assert_int_eq(capture_write(root, long_path, "x"), -EINVAL);
	ck_assert_int_lt(access(root, F_OK), 0);

	ck_assert_int_eq(capture_write(root, "/proc/version", "Linux\n"), 0);
	assert_holds("/a/b/proc/version", "Linux\n");
	ck_assert_int_eq(capture_write(root, "/proc/version", ""), 0);
	assert_holds("/a/b/proc/version", "");
	ck_assert_int_eq(capture_write(root, "/..a/b..", "dots"), 0);
	assert_holds("/a/b/..a/b..", "dots");
	ck_assert_int_eq(capture_write(root, "/proc", "x"), -EISDIR);
	ck_assert_int_eq(capture_write(root, "/proc/version/x", "x"), -ENOTDIR);
}
END_TEST

START_TEST(a_capture_is_written_as_it_comes)
{
	w.capture = dir;
	port("{\"guest\": \"file\", \"path\": \"/../escaped\", \"text\": \"x\"}\n"
	     "{\"guest\": \"file\", \"path\": \"/sys/a\", \"text\": \"1\\n2\\n\"}\n");
	assert_holds("/sys/a", "1\n2\n");
	ck_assert_int_lt(access("/tmp/escaped", F_OK), 0);
	ck_assert_str_eq(w.garbage, "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("boot_harvest");
	TCase *run = tcase_create("run"), *capture = tcase_create("capture");

	tcase_add_checked_fixture(run, setup, teardown);
	tcase_add_test(run, a_whole_run_is_passed_on);
	tcase_add_loop_test(run, a_broken_run_is_made_whole, 0, ARRAY_SIZE(broken));
	tcase_add_test(run, the_host_has_no_guest);
	suite_add_tcase(s, run);

	tcase_add_checked_fixture(capture, setup, teardown);
	tcase_add_checked_fixture(capture, make_dir, remove_dir);
	tcase_add_test(capture, a_capture_stays_below);
	tcase_add_test(capture, a_capture_is_written_as_it_comes);
	suite_add_tcase(s, capture);
	return s;
}

#include "run_tests.h"
