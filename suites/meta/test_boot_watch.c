/*
 * What is made of what a guest says (suites/boot/watch.c): of lines that are cut, broken or too
 * long, and of guests that panic, hang, fall silent or are gone.
 */
#include <signal.h>

#include "boot/guest.h"
#include "boot_guests.h"
#include "pool.h"

#define READ_MAX 65536 /* bytes that come in at once */

#define PANIC "Kernel panic - not syncing: "
#define BUG   "BUG: kernel NULL pointer dereference, address: 0000000000000008"
#define OOPS  "Oops: 0002 [#1] PREEMPT SMP"
#define VFS   PANIC "VFS: Unable to mount root fs on unknown-block(0,0)"
#define KILL  PANIC "Attempted to kill init! exitcode=0x0000000b"

#define ck_assert_has(text, part) \
	ck_assert_msg(strstr(text, part), "\"%s\" does not say \"%s\"", text, part)

/* --- lines of the port */

static void assert_all_is_heard(void)
{
	static const char *const types[] = { "env", "probe", "end" };

	ck_assert(w.up && w.ended && !w.trouble);
	ck_assert_str_eq(w.garbage, "");
	ck_assert_int_eq(w.exit, 77);
	ck_assert_uint_eq(w.tainted, 0);
	ck_assert_uint_eq(json_array_size(w.records), ARRAY_SIZE(types));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const json_t *record = json_array_get(w.records, i);
		ck_assert_str_eq(
			json_string_value(json_object_get(record, "type")), types[i]);
	}
	ck_assert_uint_eq(json_array_size(w.says), 2);
	ck_assert_str_eq(text_of(w.says, 0), "one");
	ck_assert_str_eq(text_of(w.says, 1), "tw\xc3\xb6");
	ck_assert_uint_eq(json_array_size(w.log), 1);
	ck_assert_str_eq(text_of(w.log, 0), "WARNING: \n");
	ck_assert_uint_eq(json_array_size(w.bad_modules), 1);
	ck_assert_str_eq(text_of(w.bad_modules, 0), "zram: no memory");
}

START_TEST(lines_may_be_cut_anywhere)
{
	static const char all[] = UP MODULE BEAT SAYS("one") SAYS("tw\xc3\xb6") RUN
		"\n" LOG("WARNING: \\n") BEAT OVER("77");

	for (size_t cut = 0; cut < sizeof(all); cut++) {
		watch_port(&w, all, cut);
		watch_port(&w, all + cut, sizeof(all) - 1 - cut);
		assert_all_is_heard();
		teardown();
		setup();
	}
	for (const char *byte = all; *byte; byte++)
		watch_port(&w, byte, 1);
	assert_all_is_heard();
}
END_TEST

/* What is kept of each is told; the lines around it are heard. */
static const struct {
	const char *line, *kept;
} garbage[] = {
	{ "Segmentation fault", "Segmentation fault" },
	{ "{\"type\": \"probe\", \"na", "{\"type\": \"probe\", \"na" },
	{ "{\"a\": 1}", "{\"a\": 1}" },
	{ "{\"guest\": 1}", "{\"guest\": 1}" },
	{ "{\"guest\": \"up\", \"guest\": \"end\"}",
		"{\"guest\": \"up\", \"guest\": \"end\"}" },
	{ "[{\"guest\": \"end\"}]", "[{\"guest\": \"end\"}]" },
	{ "\"end\"", "\"end\"" },
	{ "{\"type\":\"env\"} {\"type\":\"end\"}",
		"{\"type\":\"env\"} {\"type\":\"end\"}" },
	{ "\x1b[31m \xff red\r", "\xef\xbf\xbd[31m \xef\xbf\xbd red\xef\xbf\xbd" },
};

START_TEST(what_is_no_record_is_kept_apart)
{
	port(UP ENV("probe"));
	port(garbage[_i].line);
	port("\nthen something else\n" PROBE("mnt/rro") OVER("3"));
	ck_assert_str_eq(w.garbage, garbage[_i].kept);
	ck_assert_uint_eq(json_array_size(w.records), 2);
	ck_assert(w.up && w.ended);
	ck_assert_has(watch_verdict(&w, 0).cause, garbage[_i].kept);
}
END_TEST

START_TEST(words_in_the_wrong_shape_do_no_harm)
{
	port("{\"guest\": \"says\"}\n{\"guest\": \"says\", \"text\": 1}\n"
	     "{\"guest\": \"module\", \"text\": []}\n{\"guest\": \"file\", \"path\": 1}\n"
	     "{\"guest\": \"file\", \"path\": \"/etc/motd\", \"text\": \"\"}\n"
	     "{\"guest\": \"dance\"}\n" TROUBLE
	     "{\"guest\": \"trouble\", \"stage\": \"two\"}\n");
	ck_assert(!w.up && !w.ended && w.trouble);
	ck_assert_uint_eq(json_array_size(w.says) + json_array_size(w.bad_modules), 0);
	ck_assert_has(watch_verdict(&w, 0).detail, "set up: pipe: Too many");
	for (int i = 0; i < 1000; i++)
		port(SAYS("again") LOG("and again") MODULE);
	ck_assert_uint_le(json_array_size(w.says), 100);
	ck_assert_uint_le(json_array_size(w.log), 100);
	ck_assert_uint_le(json_array_size(w.bad_modules), 100);
	port("{\"guest\": \"end\"}\n");
	ck_assert(w.ended);
	ck_assert_int_eq(w.exit, 0);
}
END_TEST

/* `len` bytes in one string of a record, as they come in, without the newline. */
static void send_long_record(size_t len)
{
	static const char head[] = "{\"type\":\"probe\",\"detail\":\"", tail[] = "\"}";
	static char data[READ_MAX];
	size_t left = len - strlen(head) - strlen(tail);

	memset(data, 'x', sizeof(data));
	port(head);
	for (size_t n; left; left -= n) {
		n = left < sizeof(data) ? left : sizeof(data);
		watch_port(&w, data, n);
	}
	port(tail);
}

START_TEST(a_line_ends_somewhere)
{
	send_long_record(GUEST_LINE_MAX);
	port("\n");
	ck_assert_uint_eq(json_array_size(w.records), 1);
	ck_assert_str_eq(w.garbage, "");
	send_long_record(GUEST_LINE_MAX + 1);
	port("\n");
	ck_assert_uint_eq(json_array_size(w.records), 1);
	ck_assert_has(w.garbage, "{\"type\":\"probe\",\"detail\":\"xxx");
}
END_TEST

/* Its end may look like a line of its own, wherever it is cut. */
START_TEST(the_end_of_a_long_line_is_no_line)
{
	static char line[2 * GUEST_LINE_MAX];

	memset(line, 'x', sizeof(line));
	watch_port(&w, line, sizeof(line));
	ck_assert_has(w.garbage, "xxx");
	port(UP);
	ck_assert(!w.up);
	for (size_t i = 0; i < 4 * sizeof(line) / READ_MAX; i++)
		watch_port(&w, line, READ_MAX);
	ck_assert_uint_le(w.line.room, 4 * GUEST_LINE_MAX);
	port(OVER("0") ENV("probe") UP);
	ck_assert(w.up && !w.ended);
	ck_assert_uint_eq(json_array_size(w.records), 1);
}
END_TEST

/* --- the verdict */

#define AT_UP    (WATCH_UP_MS + 1)
#define KILLED   SIGKILL /* as waitpid(2) says it */
#define FAILED   (1 << 8)
#define NO_CAUSE "\n" /* there must be none */

static const struct guest {
	const char *name, *port, *console, *qemu;
	int status;
	double now, last; /* when it is looked at, and when it said its last word; ms */
	bool host;
	enum fault fault; /* none: it went well */
	const char *stage, *detail, *cause;
} guests[] = {
	{ "well", UP RUN OVER("0") },
	{ "well, without a word of a kernel that warned", UP RUN LOG("W") OVER("4") },
	{ "well; a process writes on the console", UP RUN OVER("0"),
		.console = VFS "\n" },
	{ "well, at the last moment", UP RUN OVER("0"), .now = TIMEOUT_MS + 1 },

	{ "panic before its init", "", "[    1.2] " VFS "\r\n", .fault = FAULT_KERNEL,
		.stage = "boot", .detail = "panicked after 0 records: " VFS,
		.cause = "unproven: the initramfs was not used" },
	{ "panic after records", UP ENV("run") PASSED, PANIC "sysrq triggered crash\r\n",
		.fault = FAULT_KERNEL, .stage = "run",
		.detail = "panicked after 2 records: " PANIC "sysrq triggered crash",
		.cause = NO_CAUSE },
	{ "panic of a BUG", UP ENV("run") PASSED "{\"type\":\"ca",
		"BUG: an older one\n[ 2.1] " BUG "\r\n[ 2.2] " OOPS "\r\n[ 2.3] " PANIC
		"Fatal exception\r\n[ 2.4] Kernel Offset: disabled\r\n",
		.fault = FAULT_KERNEL, .stage = "run",
		.detail = PANIC "Fatal exception; before that: " BUG },
	{ "panic as our init dies", UP ENV("run"), KILL "\n", .fault = FAULT_KERNEL,
		.stage = "run", .detail = "after 1 records: " KILL, .cause = NO_CAUSE },
	{ "panic, and it hangs", UP, PANIC "x\n", .now = AT_UP + WATCH_SILENT_MS,
		.fault = FAULT_KERNEL, .stage = "run", .detail = PANIC "x" },

	{ "oops with a BUG", UP RUN OOPSED, BUG "\n" OOPS "\n", .fault = FAULT_KERNEL,
		.stage = "run", .detail = "oopsed meanwhile: " BUG },
	{ "oops without", UP RUN OOPSED, OOPS "\n", .fault = FAULT_KERNEL, .stage = "run",
		.detail = "oopsed meanwhile: " OOPS },
	{ "oops in silence", UP RUN OOPSED, .fault = FAULT_KERNEL, .stage = "run",
		.detail = "the kernel oopsed meanwhile" },
	{ "oops that took the command along", UP ENV("run") OOPSED, .fault = FAULT_KERNEL,
		.stage = "run", .detail = "the kernel oopsed meanwhile" },

	{ "never up, never anything", "", .now = AT_UP, .fault = FAULT_KERNEL,
		.stage = "boot",
		.detail =
			"90 seconds went by before plimsoll in it said a word; its console "
			"stayed empty, too",
		.cause = "CONFIG_SERIAL_8250" },
	{ "never up", "", "[    0.0] Linux version 6.12.1\n", .now = AT_UP,
		.fault = FAULT_KERNEL, .stage = "boot",
		.detail = "90 seconds went by before plimsoll in it said a word",
		.cause = "CONFIG_SERIAL_8250" },
	{ "fallen silent", UP ENV("run") PASSED PASSED, .last = 7000,
		.now = 7000 + WATCH_SILENT_MS, .fault = FAULT_KERNEL, .stage = "run",
		.detail = "fell silent for 60 seconds after 3 records" },
	{ "too slow", UP ENV("run") BEAT, .last = TIMEOUT_MS - 1, .now = TIMEOUT_MS,
		.fault = FAULT_HARNESS, .stage = "run",
		.detail = "not done within 300 seconds" },

	{ "not to be set up", UP TROUBLE, .fault = FAULT_HARNESS, .stage = "setup",
		.detail = "the guest could not be set up: pipe: Too many" },
	{ "QEMU fails", "", .qemu = "a\nqemu-system-x86_64: no\x01 memory\n\n",
		.status = FAILED, .fault = FAULT_HARNESS, .stage = "boot",
		.detail =
			"QEMU failed with exit status 1; QEMU said: qemu-system-x86_64: "
			"no\xef\xbf\xbd memory" },
	{ "QEMU fails in silence", UP ENV("run"), .status = FAILED,
		.fault = FAULT_HARNESS, .stage = "run", .detail = "exit status 1" },
	{ "QEMU is killed", UP ENV("run"), .status = KILLED, .fault = FAULT_HARNESS,
		.stage = "run", .detail = "QEMU was ended by signal 9 (Killed)" },
	{ "off before a word", "", .fault = FAULT_KERNEL, .stage = "boot",
		.detail = "the machine went off before plimsoll in it said a word; its "
			  "console stayed empty, too" },
	{ "off before a word, QEMU warns", "", "Linux version\n", .qemu = "no TSC\n",
		.fault = FAULT_KERNEL, .stage = "boot",
		.detail =
			"went off; QEMU said: no TSC: before plimsoll in it said a word" },
	{ "off in the middle", UP ENV("run") PASSED, .fault = FAULT_HARNESS,
		.stage = "run",
		.detail = "the machine went off after 2 records, without a word of why" },

	{ "no record, for a reason",
		UP SAYS("plimsoll run: no runtime") SAYS("usage: ") OVER("2"),
		.qemu = "no TSC\n", .fault = FAULT_HARNESS, .stage = "run",
		.detail =
			"exit status 2 and without a record: plimsoll run: no runtime" },
	{ "no record, without a reason", UP OVER("139"), .qemu = "no TSC\n",
		.fault = FAULT_HARNESS, .stage = "run",
		.detail = "the command ended with exit status 139 and without a record" },
	{ "the command dies", UP ENV("run") PASSED SAYS("killed") OVER("137"),
		.fault = FAULT_HARNESS, .stage = "run",
		.detail = "exit status 137, but its 2 records are no whole run: killed" },
	{ "a record is lost", UP ENV("run") END("2") OVER("0"), .fault = FAULT_HARNESS,
		.stage = "run", .detail = "its 2 records are no whole run" },
	{ "a record is none", UP ENV("run") "{\"type\":\"case\",x}\n" END("2") OVER("0"),
		.fault = FAULT_HARNESS, .stage = "run",
		.detail = "its 2 records are no whole run",
		.cause = "no record: {\"type\":\"case\",x}" },
	{ "one record too many", UP ENV("run") PASSED PASSED END("2") OVER("0"),
		.fault = FAULT_HARNESS, .stage = "run",
		.detail = "its 4 records are no whole run" },

	{ "host, well", RUN, .host = true },
	{ "host, quiet for long", ENV("run"), .host = true, .now = TIMEOUT_MS - 1,
		.fault = FAULT_HARNESS, .stage = "run", .detail = "no whole run" },
	{ "host, for its own reason", "", .qemu = "hint\nplimsoll run: no\n",
		.status = FAILED, .host = true, .fault = FAULT_HARNESS, .stage = "run",
		.detail = "exit status 1 and without a record: plimsoll run: no" },
};

/* As fleet.c does it. */
static struct verdict verdict_of(const struct guest *g)
{
	if (g->host) {
		w.beats = false;
		w.up = true;
	}
	port(g->port);
	if (g->console)
		console(g->console);
	if (g->qemu)
		watch_qemu(&w, g->qemu, strlen(g->qemu));
	w.started = 0;
	w.last = g->last;
	watch_left(&w, g->now);
	if (g->host) {
		ck_assert_ptr_null(w.late);
		w.ended = true;
		w.exit = g->status >> 8;
	}
	return watch_verdict(&w, g->status);
}

START_TEST(the_verdict_says_what_happened)
{
	const struct guest *g = &guests[_i];
	struct verdict v = verdict_of(g);

	ck_assert_msg(v.outcome == (g->fault ? OUTCOME_ERROR : OUTCOME_PASS),
		"%s: %s: %s", g->name, outcome_name(v.outcome), v.detail);
	ck_assert_msg(v.fault == g->fault, "%s: %s: %s", g->name, fault_name(v.fault),
		v.detail);
	ck_assert_str_eq(v.stage, g->stage ? g->stage : "");
	if (g->detail)
		ck_assert_has(v.detail, g->detail);
	else
		ck_assert_str_eq(v.detail, "");
	if (g->cause && !strcmp(g->cause, NO_CAUSE))
		ck_assert_str_eq(v.cause, "");
	else if (g->cause)
		ck_assert_has(v.cause, g->cause);
	ck_assert(g->console || !strstr(v.detail, "panic"));
}
END_TEST

static void assert_late(double now, const char *why)
{
	ck_assert_int_eq(watch_left(&w, now), 0);
	ck_assert_str_eq(w.late, why);
}

START_TEST(three_deadlines)
{
	w.started = w.last = 1000;
	ck_assert_int_eq(watch_left(&w, 1000), WATCH_UP_MS + 1);
	ck_assert_int_eq(watch_left(&w, WATCH_UP_MS + 999), 2);
	ck_assert_ptr_null(w.late);
	assert_late(WATCH_UP_MS + 1000, "boot");
	assert_late(TIMEOUT_MS + 1000, "boot");

	w.late = NULL;
	w.up = true;
	w.last = 5000;
	ck_assert_int_eq(watch_left(&w, 5000), WATCH_SILENT_MS + 1);
	ck_assert_int_eq(watch_left(&w, WATCH_SILENT_MS + 4999), 2);
	assert_late(WATCH_SILENT_MS + 5000, "silence");

	w.late = NULL;
	w.last = TIMEOUT_MS;
	ck_assert_int_eq(watch_left(&w, TIMEOUT_MS), 1001);
	assert_late(TIMEOUT_MS + 1000, "time");

	/* Who does not beat may be silent; the time is up all the same. */
	w.late = NULL;
	w.beats = false;
	w.last = 1000;
	ck_assert_int_eq(watch_left(&w, TIMEOUT_MS), 1001);
	assert_late(TIMEOUT_MS + 1000, "time");

	/* One whose time is shorter than that of a boot. */
	w.late = NULL;
	w.up = false;
	w.timeout_ms = 10000;
	ck_assert_int_eq(watch_left(&w, 1000), 10001);
	assert_late(11000, "boot");
	ck_assert_has(watch_verdict(&w, KILLED).detail, "10 seconds went by");
}
END_TEST

START_TEST(each_word_is_a_sign_of_life)
{
	static const char *const words[] = { UP, BEAT, "{", "\n" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		w.last = 0;
		port(words[i]);
		ck_assert(w.last >= w.started);
	}
	w.last = 0;
	console("a console that talks is none\n");
	ck_assert(w.last < w.started);
}
END_TEST

/* --- the console */

START_TEST(last_lines)
{
	static const char hostile[] = "\0one\0\r\n\r\n\n\x1b[2J\x9b two\rtwo\n\xff"
				      "three\t\xe2\x80\xae";
	json_t *lines = watch_last_lines(&w, 5);

	ck_assert_uint_eq(json_array_size(lines), 0);
	json_decref(lines);
	watch_console(&w, hostile, sizeof(hostile) - 1);
	lines = watch_last_lines(&w, 5);
	ck_assert_uint_eq(json_array_size(lines), 3);
	ck_assert_str_eq(text_of(lines, 0), " one ");
	ck_assert_str_eq(
		text_of(lines, 1), "\xef\xbf\xbd[2J\xef\xbf\xbd two\xef\xbf\xbdtwo");
	ck_assert_str_eq(text_of(lines, 2),
		"\xef\xbf\xbdthree\t\xef\xbf\xbd\xef\xbf\xbd"
		"\xef\xbf\xbd");
	json_decref(lines);
	lines = watch_last_lines(&w, 2);
	ck_assert_uint_eq(json_array_size(lines), 2);
	ck_assert_has(text_of(lines, 0), "two");
	json_decref(lines);
}
END_TEST

START_TEST(nothing_hides_a_panic)
{
	static const char hostile[] =
		"\0\xff" BUG "\n\0[ 1.0]\0" PANIC "a\0b\x1b\0\n\0\n";

	for (size_t i = 0; i < sizeof(hostile) - 1; i++)
		watch_console(&w, hostile + i, 1);
	ck_assert_str_eq(watch_verdict(&w, 0).detail,
		"the kernel panicked after 0 records: " PANIC
		"a b\xef\xbf\xbd ; before that: " BUG);
}
END_TEST

START_TEST(a_flood_is_not_kept)
{
	static const char wave[] = "[ 1.0] \0wave\x07 after wave\n";
	char data[READ_MAX];

	console(PANIC "long ago\n");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = wave[i % (sizeof(wave) - 1)];
	for (size_t i = 0; i < (1 << 20) / sizeof(data); i++) {
		watch_console(&w, data, sizeof(data));
		ck_assert_uint_le(w.console.len, 65536);
		ck_assert_uint_le(w.console.room, 8 * READ_MAX);
		ck_assert_uint_eq(strlen(w.console.text), w.console.len);
	}
	console("\nsecond to last\n" PANIC "now");
	json_t *lines = watch_last_lines(&w, 3);
	ck_assert_uint_eq(json_array_size(lines), 3);
	ck_assert_has("[ 1.0]  wave\xef\xbf\xbd after wave", text_of(lines, 0));
	ck_assert_str_eq(text_of(lines, 1), "second to last");
	ck_assert_str_eq(text_of(lines, 2), PANIC "now");
	json_decref(lines);
	ck_assert_has(watch_verdict(&w, 0).detail, "0 records: " PANIC "now");
}
END_TEST

START_TEST(a_flood_on_the_port_ends)
{
	port(UP ENV("run") PASSED);
	w.said = (256 << 20) - strlen(BEAT); /* as if it had said so much already */
	port(BEAT);
	ck_assert_ptr_null(w.late);
	port(BEAT);
	ck_assert_ptr_nonnull(w.late);
	ck_assert_int_eq(watch_left(&w, now_ms()), 0);
	ck_assert_has(watch_verdict(&w, 0).detail, "said more than 256 MiB");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("boot_watch");
	TCase *t = tcase_create("watch");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, lines_may_be_cut_anywhere);
	tcase_add_loop_test(t, what_is_no_record_is_kept_apart, 0, ARRAY_SIZE(garbage));
	tcase_add_test(t, words_in_the_wrong_shape_do_no_harm);
	tcase_add_test(t, a_line_ends_somewhere);
	tcase_add_test(t, the_end_of_a_long_line_is_no_line);
	tcase_add_loop_test(t, the_verdict_says_what_happened, 0, ARRAY_SIZE(guests));
	tcase_add_test(t, three_deadlines);
	tcase_add_test(t, each_word_is_a_sign_of_life);
	tcase_add_test(t, last_lines);
	tcase_add_test(t, nothing_hides_a_panic);
	tcase_add_test(t, a_flood_is_not_kept);
	tcase_add_test(t, a_flood_on_the_port_ends);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
