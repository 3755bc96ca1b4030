/* Records in, records out, and what becomes of hostile text: tests of reports/. */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "exit.h"
#include "page.h"
#include "printable.h"
#include "reader.h"
#include "reporter.h"

#define ENV     "{\"type\":\"env\",\"format\":1,\"verb\":\"probe\"}\n"
#define RUN_ENV "{\"type\":\"env\",\"format\":1,\"verb\":\"run\"}\n"
#define END(n)  "{\"type\":\"end\",\"records\":" #n ",\"exit\":0}\n"
#define PROBE(outcome)                                                 \
	"{\"type\":\"probe\",\"name\":\"mnt/rro\",\"asker\":\"root\"," \
	"\"about\":\"a\",\"outcome\":\"" outcome "\"}\n"
#define CASE(outcome, kind)                                              \
	"{\"type\":\"case\",\"name\":\"mount/ro\",\"runtime\":\"runc\"," \
	"\"about\":\"a\",\"outcome\":\"" outcome "\",\"kind\":\"" kind "\"}\n"

#define BOOT(outcome) \
	"{\"type\":\"boot\",\"name\":\"6.12\",\"outcome\":\"" outcome "\"}\n"

static char why[512];

static int count_record(void *ctx, const struct record *rec)
{
	exit_count_record(ctx, rec);
	return 0;
}

static int read_bytes(const char *bytes, size_t len, record_fn fn, void *ctx)
{
	FILE *in = len ? fmemopen((void *)(uintptr_t)bytes, len, "r")
		       : fopen("/dev/null", "r");

	ck_assert_ptr_nonnull(in);
	*why = '\0';
	int r = records_read(in, "in", fn, ctx, why, sizeof(why));
	fclose(in);
	return r;
}

static int read_text(const char *text, struct exit_count *count)
{
	*count = (struct exit_count) { 0 };
	return read_bytes(text, strlen(text), count_record, count);
}

/* --- printable --- */

static const struct {
	const char *in, *out;
} texts[] = {
	{ "", "" },
	{ "plain text\n\ttabbed", "plain text\n\ttabbed" },
	{ "\033[31mred", "\xef\xbf\xbd[31mred" },
	{ "a\rb\x7f",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd" },
	{ "\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x9a\xa2",
		"\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x9a\xa2" },
	/* U+009B is CSI: a terminal obeys it as it does ESC [ */
	{ "\xc2\x9b"
	  "2J",
		"\xef\xbf\xbd\xef\xbf\xbd"
		"2J" },
	/* U+202E turns around what follows */
	{ "\xe2\x80\xae"
	  "x",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"x" },
	/* overlong, surrogate, beyond the end, cut short */
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe6\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },
	/* U+FFFD is a character; U+FFFE and U+FFFF are none, and XML must not hold them */
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" },
	{ "\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(printable_replaces)
{
	char *out = printable(texts[_i].in, strlen(texts[_i].in));
	ck_assert_str_eq(out, texts[_i].out);
	free(out);
}
END_TEST

START_TEST(printable_takes_any_bytes)
{
	/* Every pair of bytes: the outcome is a JSON string, so it is valid UTF-8. */
	for (int i = 0; i < 0x10000; i++) {
		const char in[] = { (char)(i >> 8), (char)i, 'x' };
		char *out = printable(in, sizeof(in));
		json_t *json = json_string(out);
		ck_assert_ptr_nonnull(json);
		ck_assert_ptr_nonnull(strchr(out, 'x'));
		json_decref(json);
		free(out);
	}
}
END_TEST

/* --- page --- */

START_TEST(line_is_folded_and_cut)
{
	char *line = page_line("  a\n\n b\t", 0);
	ck_assert_str_eq(line, "a b");
	free(line);
	line = page_line("\xc3\xa9\xc3\xa9\xc3\xa9", 2);
	ck_assert_str_eq(line, "\xc3\xa9\xc3\xa9... [1 more characters]");
	free(line);
	line = page_line("abcdefghij", 10);
	ck_assert_str_eq(line, "abcdefghij");
	page_cut(line, 6);
	ck_assert_str_eq(line, "abc...");
	free(line);
}
END_TEST

/* --- records --- */

START_TEST(record_survives_writing_and_reading)
{
	const struct verdict v = {
		.outcome = OUTCOME_DENIED,
		.fault = FAULT_POLICY,
		.err = EPERM,
		.stage = "unshare(user)",
		.detail = "d\033\xff",
		.cause = "c",
		.remedy = "r",
	};
	struct record rec, again;
	char *text = NULL;
	size_t size;

	json_t *json = record_new(RECORD_PROBE);
	record_set(json, "name", "ns/user");
	record_set(json, "asker", "root");
	record_set(json, "about", "a");
	record_set_verdict(json, &v);
	ck_assert_int_eq(record_decode(json, &rec, why, sizeof(why)), 0);
	FILE *out = open_memstream(&text, &size);
	ck_assert_int_eq(record_write(&rec, out), 0);
	fclose(out);
	ck_assert_ptr_eq(strchr(text, '\n'), text + size - 1);

	ck_assert_int_eq(
		record_decode(json_loads(text, 0, NULL), &again, why, sizeof(why)), 0);
	ck_assert(json_equal(rec.json, again.json));
	ck_assert_int_eq(again.outcome, OUTCOME_DENIED);
	ck_assert_int_eq(again.fault, FAULT_POLICY);
	ck_assert_int_eq(again.kind, KIND_NONE);
	ck_assert_str_eq(again.err, "EPERM");
	ck_assert_str_eq(again.detail, "d\xef\xbf\xbd\xef\xbf\xbd");
	ck_assert_str_eq(again.subject, "");
	record_release(&rec);
	record_release(&again);
	free(text);
}
END_TEST

#define A_CASE                                                                \
	"\"type\":\"case\",\"name\":\"n\",\"runtime\":\"r\",\"about\":\"a\"," \
	"\"outcome\":\"fail\","

#define A_PROFILE                                                                             \
	"\"type\":\"profile\",\"name\":\"n\",\"asker\":\"root\",\"about\":\"a\","             \
	"\"outcome\":\"fail\",\"required\":{\"met\":0,\"all\":1},\"recommended\":{\"met\":0," \
	"\"all\":0},"
#define A_MISS "\"probe\":\"p\",\"reason\":\"r\",\"source\":\"s\",\"outcome\":\"absent\""

static const struct {
	const char *line, *says;
} bad_records[] = {
	{ "[]", "not a JSON object" },
	{ "{}", "\"type\" is missing" },
	{ "{\"type\":\"sonnet\"}", "\"type\" is unknown" },
	{ "{\"type\":\"env\",\"format\":2}", "\"format\"" },
	{ "{\"type\":\"end\"}", "\"records\"" },
	{ "{\"type\":\"probe\",\"outcome\":\"pass\"}", "\"name\" is missing" },
	{ "{\"type\":\"probe\",\"name\":\"n\",\"asker\":\"a\",\"about\":\"a\"}",
		"\"outcome\"" },
	{ "{\"type\":\"probe\",\"name\":1,\"outcome\":\"pass\"}",
		"\"name\" is not a string" },
	{ "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"maybe\"}", "\"outcome\"" },
	{ "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"fail\",\"kind\":\"x\"}",
		"\"kind\"" },
	{ "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"fail\",\"fault\":3}",
		"\"fault\"" },
	{ "{\"type\":\"boot\",\"outcome\":\"pass\"}", "\"name\" is missing" },
	{ "{\"type\":\"boot\",\"name\":\"n\"}", "\"outcome\" is missing" },
	{ "{\"type\":\"boot\",\"name\":\"n\",\"outcome\":\"fail\"}",
		"\"outcome\" of a boot" },
	{ "{\"type\":\"boot\",\"name\":\"n\",\"outcome\":\"absent\"}",
		"\"outcome\" of a boot" },
	{ "{\"type\":\"boot\",\"name\":\"n\",\"outcome\":\"error\",\"console\":\"x\"}",
		"\"console\" is not an array" },
	{ "{\"type\":\"boot\",\"name\":\"n\",\"outcome\":\"error\",\"console\":[1]}",
		"\"console\" holds what is not a string" },
	{ "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"pass\",\"kernel_log\":{}}",
		"\"kernel_log\" is not an array" },
	{ "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"pass\",\"kernel_log\":[null]}",
		"\"kernel_log\" holds what is not a string" },
	{ "{\"type\":\"env\",\"format\":1,\"boot\":\"tcg\"}",
		"\"boot\" is not an object" },
	{ "{\"type\":\"env\",\"format\":1,\"boot\":{}}",
		"\"accel\" of \"boot\" is missing" },
	{ "{\"type\":\"env\",\"format\":1,\"boot\":{\"accel\":1}}",
		"\"accel\" of \"boot\" is not a string" },
	{ "{\"type\":\"env\",\"format\":1,\"boot\":{\"accel\":\"tcg\",\"label\":[]}}",
		"\"label\" of \"boot\" is not a string" },
	{ "{" A_CASE "\"arbiter\":\"pass\"}", "\"arbiter\" is not an object" },
	{ "{" A_CASE "\"arbiter\":{}}", "\"outcome\" of \"arbiter\"" },
	{ "{" A_CASE "\"arbiter\":{\"outcome\":\"maybe\"}}",
		"\"outcome\" of \"arbiter\"" },
	{ "{" A_CASE "\"arbiter\":{\"outcome\":\"pass\",\"detail\":1}}",
		"\"detail\" of \"arbiter\" is not a string" },
	{ "{" A_PROFILE "\"misses\":[]}", "\"ready\"" },
	{ "{" A_PROFILE "\"ready\":\"nearly\",\"misses\":[]}", "\"ready\"" },
	{ "{" A_PROFILE "\"ready\":\"not-ready\"}", "\"misses\" is not an array" },
	{ "{" A_PROFILE "\"ready\":\"not-ready\",\"misses\":[1]}", "\"misses\" holds" },
	{ "{" A_PROFILE "\"ready\":\"not-ready\",\"misses\":[{" A_MISS "}]}",
		"\"misses\" holds" },
	{ "{" A_PROFILE "\"ready\":\"not-ready\",\"misses\":[{" A_MISS
	  ",\"level\":\"required\",\"any\":[1]}]}",
		"\"any\" holds" },
	{ "{" A_PROFILE "\"ready\":\"ready\",\"misses\":[],\"notes\":\"x\"}",
		"\"notes\" is not an array" },
	{ "{" A_PROFILE "\"ready\":\"ready\",\"misses\":[],\"outcome\":\"absent\"}",
		"\"outcome\" of a profile" },
	{ "{" A_PROFILE
	  "\"ready\":\"ready\",\"misses\":[],\"required\":{\"met\":2,\"all\":1}}",
		"\"required\" does not say" },
};

START_TEST(bad_record_is_refused)
{
	struct record rec;

	json_t *json = json_loads(bad_records[_i].line, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(record_decode(json, &rec, why, sizeof(why)), -EBADMSG);
	ck_assert_msg(strstr(why, bad_records[_i].says) != NULL, "%s", why);
}
END_TEST

/* --- reader --- */

static const struct {
	const char *text, *says;
} bad_files[] = {
	{ "\n", "in:1: not a record" },
	{ "hello\n", "in:1: not a record" },
	{ "\033]0;title\007\n", "in:1: not a record" },
	{ ENV, "in:1: the file ends here" },
	{ ENV PROBE("pass"), "in:2: the file ends here" },
	{ ENV "{\"type\":\"pro", "in:2: the line has no end" },
	{ PROBE("pass") END(1), "in:1: a record outside a run" },
	{ ENV PROBE("pass") END(3), "in:3: the end counts 3 records, but there are 2" },
	{ ENV END(1) PROBE("pass"), "in:3: a record outside a run" },
	{ ENV ENV END(1), "in:2: a new run begins" },
	{ ENV END(1) END(1), "in:3: a record outside a run" },
	{ BOOT("pass") END(1), "in:1: a record outside a run" },
	{ ENV BOOT("pass") BOOT("pass") END(3), "in:3: a second \"boot\" in one run" },
	{ ENV "{\"type\":\"end\",\"type\":\"end\",\"records\":1}\n",
		"in:2: not a record: dup" },
};

START_TEST(bad_file_is_refused)
{
	struct exit_count count;

	ck_assert_int_eq(read_text(bad_files[_i].text, &count), -EBADMSG);
	ck_assert_msg(
		!strncmp(why, bad_files[_i].says, strlen(bad_files[_i].says)), "%s", why);
	for (const char *p = why; *p; p++)
		ck_assert_msg(
			(unsigned char)*p >= 0x20, "a control character in: %s", why);
}
END_TEST

START_TEST(empty_file_is_refused)
{
	struct exit_count count = { 0 };

	ck_assert_int_eq(read_bytes("", 0, count_record, &count), -EBADMSG);
	ck_assert_str_eq(why, "in: empty: not a file of records");
}
END_TEST

/* Wherever a file is cut, it is noticed: no prefix of a good file is a good file. */
START_TEST(every_cut_is_noticed)
{
	static const char whole[] = ENV PROBE("pass") PROBE("fail") END(3);
	struct exit_count count;

	ck_assert_int_eq(read_text(whole, &count), 0);
	for (size_t len = 1; len < strlen(whole); len++) {
		count = (struct exit_count) { 0 };
		ck_assert_int_eq(read_bytes(whole, len, count_record, &count), -EBADMSG);
	}
}
END_TEST

static int stop(void *ctx, const struct record *rec)
{
	++*(int *)ctx;
	return -ECANCELED;
}

START_TEST(reading_stops_when_told)
{
	int calls = 0;

	ck_assert_int_eq(
		read_bytes(ENV END(1), strlen(ENV END(1)), stop, &calls), -ECANCELED);
	ck_assert_int_eq(calls, 1);
}
END_TEST

/* --- exit code --- */

static const struct {
	const char *text;
	enum exit_code code;
} exits[] = {
	{ ENV END(1), EXIT_NOTHING_ASKED },
	{ ENV PROBE("pass") END(2), EXIT_OK },
	{ ENV PROBE("absent") PROBE("denied") END(3), EXIT_OK },
	{ ENV PROBE("error") END(2), EXIT_ERROR },
	{ ENV PROBE("error") PROBE("fail") END(3), EXIT_FAILED },
	{ RUN_ENV PROBE("pass") CASE("absent", "") CASE("denied", "") END(4),
		EXIT_NOTHING_ASKED },
	{ RUN_ENV CASE("absent", "") CASE("pass", "") END(3), EXIT_OK },
	{ RUN_ENV CASE("fail", "wrong") END(2), EXIT_FAILED },
	{ RUN_ENV CASE("error", "") CASE("fail", "wrong") CASE("fail", "silently-ignored")
			END(4),
		EXIT_SILENTLY_IGNORED },
	{ ENV END(1) ENV PROBE("pass") END(2), EXIT_OK },
	{ ENV PROBE("fail") END(2) ENV PROBE("pass") END(2), EXIT_FAILED },
	{ ENV "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"fail\"}\n" END(2),
		EXIT_FAILED },
	{ ENV "{\"type\":\"proof\",\"name\":\"n\",\"outcome\":\"pass\"}\n" END(2),
		EXIT_OK },
	/* A guest that booted is no answer; one that did not is an error. */
	{ ENV BOOT("pass") END(2), EXIT_NOTHING_ASKED },
	{ ENV BOOT("error") END(2), EXIT_ERROR },
	{ ENV PROBE("pass") BOOT("pass") END(3), EXIT_OK },
	{ ENV PROBE("pass") BOOT("error") END(3), EXIT_ERROR },
	{ RUN_ENV CASE("fail", "wrong") BOOT("error") END(3), EXIT_FAILED },
	{ RUN_ENV CASE("fail", "silently-ignored") BOOT("error") END(3),
		EXIT_SILENTLY_IGNORED },
	{ ENV BOOT("error") END(2) ENV PROBE("pass") BOOT("pass") END(3), EXIT_ERROR },
};

START_TEST(exit_code_is_that_of_the_records)
{
	struct exit_count count;

	ck_assert_msg(read_text(exits[_i].text, &count) == 0, "%s", why);
	ck_assert_int_eq(exit_code_of(&count), exits[_i].code);
}
END_TEST

/* --- reporters --- */

struct rendering {
	const struct reporter *reporter;
	struct report_to to;
	void *state;
};

static int render_record(void *ctx, const struct record *rec)
{
	struct rendering *r = ctx;
	return r->reporter->record(r->state, &r->to, rec);
}

/* What a format makes of records. free() it. */
static char *render_file(
	FILE *in, const char *name, const char *format, bool colour, int columns)
{
	char *text = NULL;
	size_t size;
	struct rendering r = {
		.reporter = reporter_find(format),
		.to = { .out = open_memstream(&text, &size),
			.colour = colour,
			.columns = columns },
	};

	r.state = calloc(1, r.reporter->state_size + 1);
	ck_assert_int_eq(r.reporter->begin(r.state, &r.to), 0);
	ck_assert_int_eq(records_read(in, name, render_record, &r, why, sizeof(why)), 0);
	ck_assert_int_eq(r.reporter->end(r.state, &r.to), 0);
	fclose(in);
	fclose(r.to.out);
	free(r.state);
	return text;
}

/* Of a golden situation. */
static char *render(const char *situation, const char *format, bool colour, int columns)
{
	char *path = NULL;

	ck_assert_int_gt(
		asprintf(&path, "%s/%s/records.jsonl", PLIMSOLL_GOLDEN, situation), 0);
	FILE *in = fopen(path, "re");
	ck_assert_msg(in != NULL, "%s", path);
	free(path);
	return render_file(in, situation, format, colour, columns);
}

static char *render_text(
	const char *records, const char *format, bool colour, int columns)
{
	FILE *in = fmemopen((void *)(uintptr_t)records, strlen(records), "r");

	ck_assert_ptr_nonnull(in);
	return render_file(in, "text", format, colour, columns);
}

/* Takes our own colours out; another escape stays and is found. */
static void strip_colours(char *text)
{
	char *to = text;

	for (char *from = text; *from;) {
		size_t len = from[0] == '\033' && from[1] == '['
			? 2 + strspn(from + 2, "0123456789;")
			: 0;
		if (len && from[len] == 'm')
			from += len + 1;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

static const char *const situations[] = { "all-pass", "mixed-askers", "one-asker",
	"silently-ignored", "hostile-text", "proofs-missed", "two-runs", "boot-runs",
	"boot-probes", "boot-panic", "kernel-log", "hostile-console" };
static const char *const coloured_formats[] = { "text", "summary", "matrix" };

START_TEST(colours_change_nothing_else)
{
	for (size_t i = 0; i < ARRAY_SIZE(coloured_formats); i++) {
		const char *format = coloured_formats[i];
		char *plain = render(situations[_i], format, false, 0);
		char *coloured = render(situations[_i], format, true, 0);

		ck_assert_str_ne(plain, coloured);
		strip_colours(coloured);
		ck_assert_str_eq(plain, coloured);
		ck_assert_ptr_null(strchr(plain, '\033'));
		free(plain);
		free(coloured);
	}
}
END_TEST

static const struct {
	const char *situation, *format;
	int least; /* what its longest word takes with its margin, or its tally */
} pages[] = {
	{ "mixed-askers", "text", 62 },
	{ "boot-panic", "text", 62 },
	{ "kernel-log", "text", 70 },
	{ "mixed-askers", "matrix", 62 },
	{ "silently-ignored", "matrix", 75 },
	{ "boot-runs", "matrix", 62 },
	{ "boot-probes", "matrix", 62 },
	{ "boot-panic", "matrix", 62 },
};

START_TEST(page_keeps_to_its_width)
{
	for (int columns = pages[_i].least; columns <= 200; columns += 7) {
		char *text =
			render(pages[_i].situation, pages[_i].format, false, columns);
		char *rest = text, *line;
		while ((line = strsep(&rest, "\n")))
			ck_assert_msg(
				page_width(line) <= columns, "%d: %s", columns, line);
		free(text);
	}
}
END_TEST

/* A narrow page has the same table, in blocks. */
START_TEST(matrix_wraps_its_columns)
{
	char *text = render("boot-probes", "matrix", false, 40);
	char *first = strstr(text, "5.10"), *second = strstr(text, "hybrid");

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_nonnull(strstr(first, "\n\n"));
	ck_assert(strstr(first, "\n\n") < second);
	free(text);
}
END_TEST

/* Two runs of one kernel and one runtime stay two, and neither is lost in the other. */
START_TEST(matrix_tells_runs_apart)
{
	static const char text[] =
		RUN_ENV CASE("fail", "wrong") END(2) RUN_ENV CASE("pass", "") END(2);
	char *page = render_text(text, "matrix", false, 0);

	ck_assert_ptr_nonnull(strstr(page, "0 of 1, 1 wrong"));
	ck_assert_ptr_nonnull(strstr(page, "1 of 1\n"));
	ck_assert_ptr_nonnull(strstr(page, "#2"));
	free(page);
}
END_TEST

/* However long the names are that only differ in the middle. */
START_TEST(matrix_titles_are_unambiguous)
{
	static const char text[] = RUN_ENV
		"{\"type\":\"case\",\"name\":\"a/b\",\"about\":\"a\",\"outcome\":\"pass\","
		"\"runtime\":\"/usr/local/a-very-long-name-1-of-a-runtime\"}\n"
		"{\"type\":\"case\",\"name\":\"a/b\",\"about\":\"a\",\"outcome\":\"pass\","
		"\"runtime\":\"/usr/local/a-very-long-name-2-of-a-runtime\"}\n" END(3);
	char *page = render_text(text, "matrix", false, 0);

	ck_assert_ptr_nonnull(strstr(page, " #2"));
	ck_assert_ptr_nonnull(strstr(page, "/usr/local/a-very-long-name-2-of-a-runtime"));
	free(page);
}
END_TEST

/* The records are a fixed point: what jsonl makes of them is what was read. */
START_TEST(jsonl_is_the_records)
{
	char *once = render(situations[_i], "jsonl", false, 0);
	struct exit_count count;

	ck_assert_msg(read_text(once, &count) == 0, "%s", why);
	free(once);
}
END_TEST

START_TEST(every_format_says_what_it_is)
{
	for (size_t i = 0; i < reporter_count; i++) {
		ck_assert_ptr_eq(reporter_find(reporter_table[i].name),
			reporter_table[i].reporter);
		ck_assert(*reporter_table[i].reporter->about);
	}
	ck_assert_ptr_null(reporter_find("no-such-format"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reports");
	TCase *t = tcase_create("reports");

	tcase_add_loop_test(t, printable_replaces, 0, ARRAY_SIZE(texts));
	tcase_add_test(t, printable_takes_any_bytes);
	tcase_add_test(t, line_is_folded_and_cut);
	tcase_add_test(t, record_survives_writing_and_reading);
	tcase_add_loop_test(t, bad_record_is_refused, 0, ARRAY_SIZE(bad_records));
	tcase_add_loop_test(t, bad_file_is_refused, 0, ARRAY_SIZE(bad_files));
	tcase_add_test(t, empty_file_is_refused);
	tcase_add_test(t, every_cut_is_noticed);
	tcase_add_test(t, reading_stops_when_told);
	tcase_add_loop_test(t, exit_code_is_that_of_the_records, 0, ARRAY_SIZE(exits));
	tcase_add_loop_test(t, colours_change_nothing_else, 0, ARRAY_SIZE(situations));
	tcase_add_loop_test(t, page_keeps_to_its_width, 0, ARRAY_SIZE(pages));
	tcase_add_test(t, matrix_wraps_its_columns);
	tcase_add_test(t, matrix_tells_runs_apart);
	tcase_add_test(t, matrix_titles_are_unambiguous);
	tcase_add_loop_test(t, jsonl_is_the_records, 0, ARRAY_SIZE(situations));
	tcase_add_test(t, every_format_says_what_it_is);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
