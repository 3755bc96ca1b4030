/*
 * Spoiled records through every format, and compared with others: none may crash (the sanitizers
 * watch), hang, write what is not UTF-8 or a control character, and what is JSON has to stay JSON.
 *   fuzz_reports SITUATIONS [ROUNDS [SEED]]
 * SITUATIONS is the directory of golden ones. The same seed spoils in the same way; what fails is
 * written to fuzz_reports.failed.jsonl, and said with the format.
 */
#include <dirent.h>
#include <stdint.h>
#include <string.h>

#include "compare.h"
#include "printable.h"
#include "reader.h"
#include "reporter.h"

#define FILES_MOST 256

struct text {
	char *data;
	size_t size;
};

static uint64_t state;

/* xorshift64*: https://doi.org/10.18637/jss.v008.i14 */
static uint64_t draw(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return below ? (state * 0x2545f4914f6cdd1d >> 11) % below : 0;
}

static struct text read_all(FILE *in)
{
	struct text t = { 0 };
	FILE *f = open_memstream(&t.data, &t.size);
	int c;

	while ((c = getc(in)) != EOF)
		putc(c, f);
	fclose(f);
	return t;
}

static size_t load(const char *dir, struct text *files)
{
	struct dirent **list;
	int count = scandir(dir, &list, NULL, alphasort);
	size_t n = 0;

	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *path = NULL;
		_cleanup_fclose_ FILE *in = NULL;
		if (asprintf(&path, "%s/%s/records.jsonl", dir, list[i]->d_name) > 0)
			in = fopen(path, "re");
		if (in && n < FILES_MOST)
			files[n++] = read_all(in);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return n;
}

/* --- what is done to JSON --- */

static json_t *hostile_text(void)
{
	static const char *const texts[] = { "", "\n", "\t", "#", "\\", "\"", "'", "`",
		"|", "<script>alert(1)</script>", "]]>", "-->", "</style></script>",
		"\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "@everyone #1",
		"1..2\nok 1", "not ok 1 - no # SKIP", "=1+1", "$(reboot)", "`reboot`",
		"../../etc/passwd", "%s%n", "\xef\xbb\xbf", "\xe2\x80\xae",
		"\xef\xbf\xbe", "\xf0\x9f\x9a\xa2", "e\xcc\x81", "\xc2\x85", "\x1b[31m",
		"\x7f", "{}", "[]", "pass", "regressed", "case", "a.b.c", "/",
		"name=\"x\"} 1" };
	uint64_t kind = draw(ARRAY_SIZE(texts) + 2);
	char noise[40];

	if (kind < ARRAY_SIZE(texts))
		return json_string_nocheck(texts[kind]);
	if (kind == ARRAY_SIZE(texts)) {
		size_t size = 1 + draw(100000);
		_cleanup_free_ char *lots = malloc(size);
		memset(lots, "aW. <"[draw(5)], size);
		return json_stringn(lots, size);
	}
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = 1 + draw(127);
	return json_stringn(noise, draw(sizeof(noise)));
}

static json_t *any_value(void)
{
	static const char *const values[] = { "null", "true", "[]", "{}", "[[[[[[]]]]]]",
		"[1,\"a\",null,{}]", "{\"a\":{\"b\":[]}}", "0", "-1",
		"9223372036854775807", "-9223372036854775808", "1e308", "-0.0",
		"0.0000001", "4294967296" };

	if (draw(2))
		return hostile_text();
	return json_loads(values[draw(ARRAY_SIZE(values))], JSON_DECODE_ANY, NULL);
}

/* Changes one thing somewhere in it. */
static void spoil(json_t *json, int depth)
{
	size_t size =
		json_is_object(json) ? json_object_size(json) : json_array_size(json);
	size_t at = draw(size), i = 0;
	void *iter = json_object_iter(json);

	if (!size)
		return;
	while (iter && i++ < at)
		iter = json_object_iter_next(json, iter);
	_cleanup_free_ char *key = iter ? strdup(json_object_iter_key(iter)) : NULL;
	json_t *value = iter ? json_object_iter_value(iter) : json_array_get(json, at);
	if ((json_is_object(value) || json_is_array(value)) && depth < 8 && draw(3)) {
		spoil(value, depth + 1);
		return;
	}
	if (key && draw(6) == 0)
		json_object_del(json, key);
	else if (key)
		json_object_set_new(json, key, draw(3) ? hostile_text() : any_value());
	else if (draw(3) == 0)
		json_array_remove(json, at);
	else
		json_array_append_new(json, any_value());
}

static void put_line(FILE *f, const char *line, size_t len)
{
	json_auto_t *json = json_loadb(line, len, 0, NULL);
	char *text;

	/* What opens and closes a run is left whole more often: else there is little to see. */
	bool frame = memmem(line, len, "\"type\":\"env\"", 12) ||
		memmem(line, len, "\"type\":\"end\"", 12);
	if (json && draw(frame ? 30 : 3) == 0)
		spoil(json, 0);
	text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	if (text)
		fprintf(f, "%s\n", text);
	else
		fwrite(line, 1, len, f);
	free(text);
}

static struct text spoil_records(const struct text *from)
{
	struct text t = { 0 };
	FILE *f = open_memstream(&t.data, &t.size);

	for (const char *p = from->data, *end = p + from->size; p < end;) {
		const char *stop = memchr(p, '\n', end - p);
		size_t len = stop ? stop + 1 - p : end - p;
		if (draw(40))
			put_line(f, p, len);
		if (draw(40) == 0)
			put_line(f, p, len);
		p += len;
	}
	fclose(f);
	return t;
}

static struct text spoil_bytes(const struct text *from)
{
	struct text t = { malloc(from->size + 1), from->size };

	memcpy(t.data, from->data, from->size);
	for (uint64_t n = 1 + draw(8); t.size && n; n--)
		t.data[draw(t.size)] = draw(256);
	if (draw(4) == 0)
		t.size = draw(t.size + 1);
	return t;
}

/* --- what comes of it --- */

struct rendering {
	const struct reporter *reporter;
	struct report_to to;
	void *state;
	int err;
};

static int take(void *ctx, const struct record *rec)
{
	struct rendering *r = ctx;

	if (!r->err)
		r->err = r->reporter->record(r->state, &r->to, rec);
	return 0;
}

static struct text render(const struct reporter *reporter, const struct text *records)
{
	static const int widths[] = { 0, 1, 20, 80, 200 };
	struct rendering r = { .reporter = reporter,
		.to = { .columns = widths[draw(ARRAY_SIZE(widths))],
			.source = draw(2) ? "some/file.jsonl" : NULL },
		.state = calloc(1, reporter->state_size + 1) };
	struct text out = { 0 };
	char why[1024] = "";

	FILE *in = fmemopen(records->data, records->size ? records->size : 1, "r");
	r.to.out = open_memstream(&out.data, &out.size);
	r.err = reporter->begin(r.state, &r.to);
	r.to.cut_short = records_read(in, "spoiled", take, &r, why, sizeof(why)) < 0;
	int err = reporter->end(r.state, &r.to);
	fclose(r.to.out);
	fclose(in);
	free(r.state);
	if (r.err || err)
		out.size = 0; /* told as an error: nobody takes it for a report */
	return out;
}

static const char *wrong_with(const char *format, const struct text *out)
{
	_cleanup_free_ char *clean = printable(out->data, out->size);

	if (!out->size || !strcmp(format, "jsonl"))
		return NULL;
	/* What csv ends its lines with is the one control character that may be there. */
	for (size_t i = 0; !strcmp(format, "csv") && i < out->size; i++)
		if (out->data[i] == '\r')
			return NULL;
	if (strlen(clean) != out->size || memcmp(clean, out->data, out->size) != 0)
		return "it holds a control character, or what is not UTF-8";
	if (!strcmp(format, "json") || !strcmp(format, "kcidb")) {
		json_auto_t *json = json_loadb(out->data, out->size, 0, NULL);
		return json ? NULL : "it is not JSON";
	}
	return NULL;
}

static int read_from(const struct text *records, record_fn fn, void *ctx)
{
	char why[1024];
	FILE *in = fmemopen(records->data, records->size ? records->size : 1, "r");
	int r = records_read(in, "spoiled", fn, ctx, why, sizeof(why));

	fclose(in);
	return r;
}

static int write_line(void *ctx, const struct record *rec)
{
	return record_write(rec, ctx);
}

static int compare_line(void *ctx, const struct record *rec)
{
	void **both = ctx;

	return compare_record(both[0], rec, write_line, both[1]);
}

/* What changed between two, as far as each can be read, as records. */
static struct text compared(const struct text *old, const struct text *new)
{
	const struct compare_options options = {
		.file = "old", .all = draw(2), .baseline = draw(3) == 0, .some = draw(2)
	};
	struct text out = { 0 };
	void *both[] = { compare_new(&options), open_memstream(&out.data, &out.size) };

	read_from(old, compare_old, both[0]);
	if (draw(4))
		read_from(new, compare_expect, both[0]);
	int r = read_from(new, compare_line, both);
	if (r == 0)
		compare_finish(both[0], write_line, both[1]);
	free(compare_names(both[0], draw(2)));
	compare_free(both[0]);
	fclose(both[1]);
	return out;
}

static bool keeps(const struct text *records, long round)
{
	bool good = true;

	for (size_t i = 0; i < reporter_count; i++) {
		struct text out = render(reporter_table[i].reporter, records);
		const char *wrong = wrong_with(reporter_table[i].name, &out);
		if (wrong)
			printf("round %ld, format %s: %s\n", round,
				reporter_table[i].name, wrong);
		good = good && !wrong;
		free(out.data);
	}
	return good;
}

static void keep(const struct text *records)
{
	_cleanup_fclose_ FILE *f = fopen("fuzz_reports.failed.jsonl", "we");

	if (f)
		fwrite(records->data, 1, records->size, f);
}

int main(int argc, char **argv)
{
	static struct text files[FILES_MOST];
	long rounds = argc > 2 ? atol(argv[2]) : 100;
	size_t count = argc > 1 ? load(argv[1], files) : 0;
	bool good = true;

	if (!count) {
		fprintf(stderr, "usage: fuzz_reports SITUATIONS [ROUNDS [SEED]]\n");
		return 2;
	}
	state = argc > 3 ? strtoull(argv[3], NULL, 0) | 1 : 1;
	for (long round = 0; round < rounds && good; round++) {
		const struct text *from = &files[draw(count)];
		struct text spoiled = draw(4) ? spoil_records(from) : spoil_bytes(from);
		struct text changes = draw(2) ? compared(from, &spoiled)
					      : compared(&spoiled, &files[draw(count)]);
		good = keeps(&spoiled, round) && keeps(&changes, round);
		if (!good)
			keep(&spoiled);
		free(spoiled.data);
		free(changes.data);
	}
	for (size_t i = 0; i < count; i++)
		free(files[i].data);
	printf("%ld rounds, %zu situations, %zu formats\n", rounds, count,
		reporter_count);
	return good ? 0 : 1;
}
