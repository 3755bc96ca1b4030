/* Cases as data: patches, matchers, lines, and what a case may not be; tests of suites/oci. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"
#include "cleanup.h"
#include "match.h"
#include "patch.h"
#include "strict.h"

static char why[1024];

static json_t *json_of(const char *text)
{
	json_error_t err;
	json_t *json = json_loads(text, JSON_DECODE_ANY, &err);

	ck_assert_msg(json != NULL, "%s: %s", text, err.text);
	return json;
}

static void assert_json(const json_t *got, const char *want)
{
	json_auto_t *wanted = json_of(want);
	_cleanup_free_ char *text = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS);

	ck_assert_msg(json_equal(got, wanted), "wanted %s, got %s", want, text);
}

/* --- patch: the examples of RFC 7396, appendix A, that are objects at the top --- */

static const struct {
	const char *doc, *patch, *result;
} merges[] = {
	{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
	{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
	{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
	{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
		"{\"a\":{\"b\":\"d\"}}" },
	{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
	{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
	{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
	{ "{\"a\":\"b\"}", "{\"a\":{\"c\":1}}", "{\"a\":{\"c\":1}}" },
};

START_TEST(merge_is_rfc_7396)
{
	json_auto_t *doc = json_of(merges[_i].doc), *patch = json_of(merges[_i].patch);
	json_auto_t *before = json_deep_copy(patch);

	ck_assert_int_eq(patch_merge(doc, patch), 0);
	assert_json(doc, merges[_i].result);
	ck_assert_msg(json_equal(patch, before), "the patch itself was changed");
}
END_TEST

#define OP(op, path, value) \
	"[{\"op\":\"" op "\",\"path\":\"" path "\",\"value\":" value "}]"
#define REMOVE(path) "[{\"op\":\"remove\",\"path\":\"" path "\"}]"

/* `result` NULL: to be refused, with `path` of the operation in the sentence. */
static const struct {
	const char *doc, *patch, *result;
} patches[] = {
	{ "{\"a\":1}", OP("add", "/b", "2"), "{\"a\":1,\"b\":2}" },
	{ "{\"a\":1}", OP("add", "/a", "2"), "{\"a\":2}" },
	{ "{\"a\":1}", OP("replace", "/a", "[2]"), "{\"a\":[2]}" },
	{ "{\"a\":1}", REMOVE("/a"), "{}" },
	{ "{\"a\":{\"b\":{\"c\":1}}}", REMOVE("/a/b/c"), "{\"a\":{\"b\":{}}}" },
	{ "{\"a\":[1,2,3]}", REMOVE("/a/0"), "{\"a\":[2,3]}" },
	{ "{\"a\":[1,2,3]}", REMOVE("/a/-1"), "{\"a\":[1,2]}" },
	{ "{\"a\":[1,2,3]}", OP("replace", "/a/-1", "9"), "{\"a\":[1,2,9]}" },
	{ "{\"a\":[{\"b\":1},{\"b\":2}]}", OP("replace", "/a/-1/b", "9"),
		"{\"a\":[{\"b\":1},{\"b\":9}]}" },
	{ "{\"a\":[1,2]}", OP("add", "/a/-", "3"), "{\"a\":[1,2,3]}" },
	{ "{\"a\":[1,2]}", OP("add", "/a/0", "0"), "{\"a\":[0,1,2]}" },
	{ "{\"a\":[1,2]}", OP("add", "/a/2", "3"), "{\"a\":[1,2,3]}" },
	{ "{\"a/b\":1,\"m~n\":2}", REMOVE("/a~1b"), "{\"m~n\":2}" },
	{ "{\"a/b\":1,\"m~n\":2}", REMOVE("/m~0n"), "{\"a/b\":1}" },
	{ "{\"~1\":1,\"/\":2}", REMOVE("/~01"), "{\"/\":2}" },
	{ "{\"\":1}", REMOVE("/"), "{}" },
	{ "{\"a\":1}", REMOVE("/b"), NULL },
	{ "{\"a\":1}", OP("replace", "/b", "2"), NULL },
	{ "{\"a\":1}", OP("add", "/b/c", "2"), NULL },
	{ "{\"a\":1}", OP("add", "/a/c", "2"), NULL },
	{ "{\"a\":[1]}", REMOVE("/a/1"), NULL },
	{ "{\"a\":[1]}", OP("add", "/a/2", "2"), NULL },
	{ "{\"a\":[]}", REMOVE("/a/-1"), NULL },
	{ "{\"a\":[]}", OP("replace", "/a/-1", "2"), NULL },
	{ "{\"a\":[1,2]}", REMOVE("/a/x"), NULL },
	{ "{\"a\":[1,2]}", REMOVE("/a/01"), NULL },
	{ "{\"a\":[1,2]}", REMOVE("/a/"), NULL },
	{ "{\"a\":[1,2]}", REMOVE("/a/-2"), NULL },
	{ "{\"a\":[1,2]}", OP("replace", "/a/-", "3"), NULL },
	{ "{\"a\":[[1],[2]]}", REMOVE("/a/1x/0"), NULL },
	{ "{\"a\":[1,2]}", OP("add", "/a/99999999999999999999", "3"), NULL },
	{ "[{\"op\":1}]", REMOVE("/x"), NULL },
};

START_TEST(patch_is_rfc_6902)
{
	json_auto_t *doc = json_of(patches[_i].doc), *patch = json_of(patches[_i].patch);

	*why = '\0';
	ck_assert_int_eq(patch_check(patch, why, sizeof(why)), 0);
	int r = patch_apply(doc, patch, why, sizeof(why));
	if (patches[_i].result) {
		ck_assert_msg(r == 0, "%s: %s", patches[_i].patch, why);
		assert_json(doc, patches[_i].result);
		return;
	}
	ck_assert_msg(r == -EINVAL, "%s did something", patches[_i].patch);
	ck_assert_ptr_nonnull(strstr(why,
		json_string_value(json_object_get(json_array_get(patch, 0), "path"))));
}
END_TEST

/* The operations before the one that fails are named by none. */
START_TEST(patch_applies_in_order)
{
	json_auto_t *doc = json_of("{\"a\":[]}");
	json_auto_t *patch = json_of("[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":{}},"
				     "{\"op\":\"add\",\"path\":\"/a/-1/b\",\"value\":1},"
				     "{\"op\":\"remove\",\"path\":\"/a/0/b\"}]");

	ck_assert_int_eq(patch_apply(doc, patch, why, sizeof(why)), 0);
	assert_json(doc, "{\"a\":[{}]}");
}
END_TEST

static const char *const bad_patches[] = {
	"[1]", "[{}]", "[{\"op\":\"remove\"}]", "[{\"path\":\"/a\"}]",
	"[{\"op\":\"remove\",\"path\":\"a\"}]", REMOVE(""),
	"[{\"op\":\"add\",\"path\":\"/a\"}]", "[{\"op\":\"replace\",\"path\":\"/a\"}]",
	"[{\"op\":\"move\",\"path\":\"/a\",\"from\":\"/b\"}]", OP("remove", "/a", "1"),
	"[{\"op\":\"add\",\"path\":\"/a\",\"value\":1,\"why\":2}]",
	"[{\"op\":\"remove\",\"path\":\"/a\"},{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]"
};

START_TEST(bad_patch_is_refused)
{
	json_auto_t *patch = json_of(bad_patches[_i]);

	*why = '\0';
	ck_assert_int_eq(patch_check(patch, why, sizeof(why)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "operation "));
}
END_TEST

/* --- match: each matcher both ways --- */

static const struct {
	const char *want, *got;
	bool yes;
} matches[] = {
	{ "1", "1", true },
	{ "1", "2", false },
	{ "1", "\"1\"", false },
	{ "null", "null", true },
	{ "[]", "[]", true },
	{ "[1,2]", "[2,1]", false },
	{ "{\"equals\":{\"a\":1}}", "{\"a\":1}", true },
	{ "{\"equals\":{\"a\":1}}", "{\"a\":1,\"b\":2}", false },
	{ "{\"contains\":\"b\"}", "\"abc\"", true },
	{ "{\"contains\":\"x\"}", "\"abc\"", false },
	{ "{\"contains\":1}", "\"1\"", false },
	{ "{\"contains\":\"a\"}", "[\"a\",\"b\"]", true },
	{ "{\"contains\":\"a\"}", "[\"abc\"]", false },
	{ "{\"contains\":[\"b\",\"a\"]}", "[\"a\",\"b\",\"c\"]", true },
	{ "{\"contains\":[\"a\",\"x\"]}", "[\"a\",\"b\"]", false },
	{ "{\"contains\":[]}", "[]", true },
	{ "{\"contains\":[]}", "1", false },
	{ "{\"contains\":\"a\"}", "{\"a\":1}", false },
	{ "{\"absent\":\"x\"}", "\"abc\"", true },
	{ "{\"absent\":\"b\"}", "\"abc\"", false },
	{ "{\"absent\":\"a\"}", "[\"b\"]", true },
	{ "{\"absent\":\"a\"}", "[\"a\"]", false },
	{ "{\"matches\":\"^[a-c]+$\"}", "\"abc\"", true },
	{ "{\"matches\":\"^[a-c]+$\"}", "\"abcd\"", false },
	{ "{\"matches\":\"^4[0-9]$\"}", "42", true },
	{ "{\"matches\":\"^4[0-9]$\"}", "52", false },
	{ "{\"matches\":\".\"}", "[\"a\"]", false },
	{ "{\"matches\":\"^b$\"}", "\"a\\nb\\nc\"", true },
	{ "{\"subset\":{\"a\":1}}", "{\"a\":1,\"b\":2}", true },
	{ "{\"subset\":{\"a\":2}}", "{\"a\":1,\"b\":2}", false },
	{ "{\"subset\":{\"c\":1}}", "{\"a\":1}", false },
	{ "{\"subset\":{}}", "[]", false },
	{ "{\"subset\":{\"a\":{\"b\":{\"matches\":\"x\"}}}}",
		"{\"a\":{\"b\":\"xy\",\"c\":1}}", true },
	{ "{\"subset\":{\"a\":{\"b\":{\"matches\":\"x\"}}}}", "{\"a\":{\"b\":\"y\"}}",
		false },
	{ "{\"errno\":\"EROFS\"}", "\"EROFS\"", true },
	{ "{\"errno\":\"EROFS\"}", "\"ok\"", false },
	{ "{\"errno\":[\"EPERM\",\"EACCES\"]}", "\"EACCES\"", true },
	{ "{\"errno\":[\"EPERM\",\"EACCES\"]}", "\"EROFS\"", false },
};

START_TEST(matcher_tells_apart)
{
	json_auto_t *want = json_of(matches[_i].want), *got = json_of(matches[_i].got);

	ck_assert_msg(match_check(want, why, sizeof(why)) == 0, "%s: %s",
		matches[_i].want, why);
	ck_assert_msg(match(want, got) == matches[_i].yes, "%s on %s", matches[_i].want,
		matches[_i].got);
}
END_TEST

/* What was not seen is not as expected, whatever is expected. */
START_TEST(nothing_matches_nothing)
{
	json_auto_t *want = json_of(matches[_i].want);

	ck_assert(!match(want, NULL));
}
END_TEST

static const char *const bad_matchers[] = { "{}", "{\"equal\":1}",
	"{\"equals\":1,\"contains\":2}", "{\"matches\":\"[\"}", "{\"matches\":1}",
	"{\"matches\":\"(\"}", "{\"subset\":1}", "{\"subset\":[]}" };

START_TEST(bad_matcher_is_refused)
{
	json_auto_t *want = json_of(bad_matchers[_i]);

	ck_assert_int_eq(match_check(want, why, sizeof(why)), -EINVAL);
}
END_TEST

/* --- json_line --- */

static const char lines_text[] = "\n"                                            /* 1 */
				 "{\n"                                           /* 2 */
				 "  \"one\": 1,\n"                               /* 3 */
				 "  \"nested\": {\"a\": {\n"                     /* 4 */
				 "    \"b\":\n"                                  /* 5 */
				 "      \"}{][,:\\\"\",\n"                       /* 6 */
				 "    \"c\": 2}},\n"                             /* 7 */
				 "  \"list\": [1, [2,\n"                         /* 8 */
				 "    3], {\n"                                   /* 9 */
				 "    \"x\": true}, {\"at\": 1,\n"               /* 10 */
				 "    \"bogus\": null}],\n"                      /* 11 */
				 "  \"o\": {\"host:write/vol\": 1,\n"            /* 12 */
				 "    \"host:write/vol/sub\": 2,\n"              /* 13 */
				 "    \"host\": {\"write\": 3}, \"q\\\"\": 4,\n" /* 14 */
				 "    \"caf\\u00e9\": 5},\n"                     /* 15 */
				 "  \"empty\": {}, \"void\": [],\n"              /* 16 */
				 "  \"\\/s\": 1e3\n"                             /* 17 */
				 "}\n";

static const struct {
	const char *pointer;
	int line;
} lines[] = { { "", 2 }, { "/one", 3 }, { "/nested", 4 }, { "/nested/a", 4 },
	{ "/nested/a/b", 5 }, { "/nested/a/c", 7 }, { "/list", 8 }, { "/list/0", 8 },
	{ "/list/1", 8 }, { "/list/1/1", 9 }, { "/list/2/x", 10 }, { "/list/3", 10 },
	{ "/list/3/at", 10 }, { "/list/3/bogus", 11 }, { "/o/host:write/vol", 12 },
	{ "/o/host:write/vol/sub", 13 }, { "/o/host/write", 14 }, { "/o/q\"", 14 },
	{ "/o/caf\xc3\xa9", 15 }, { "/empty", 16 }, { "/void", 16 }, { "//s", 17 },
	/* What is not there has the line of what it is not in. */
	{ "/none", 2 }, { "/nested/none", 4 }, { "/empty/none", 16 }, { "/void/0", 16 },
	{ "/list/9", 8 }, { "/one/none", 3 } };

START_TEST(line_of_a_key)
{
	ck_assert_msg(json_line(lines_text, lines[_i].pointer) == lines[_i].line,
		"%s: line %d", lines[_i].pointer,
		json_line(lines_text, lines[_i].pointer));
}
END_TEST

/* --- case: each error names file, line and key --- */

static struct fixtures fx;

static void make_dir(void)
{
	char path[PATH_MAX + 16];

	strcpy(fx.dir, "/tmp/oci-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fx.dir));
	snprintf(path, sizeof(path), "%s/cases", fx.dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void remove_dir(void)
{
	static const char *const names[] = { "cases/t.json", "cases", "" };
	char path[PATH_MAX + 16];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", fx.dir, names[i]);
		remove(path);
	}
}

static int load_bytes(const char *text, size_t len, struct kase *ret_case)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/cases/t.json", fx.dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), len);
	close(fd);
	*why = '\0';
	return case_load(&fx, "cases/t.json", ret_case, why, sizeof(why));
}

static int load(const char *text)
{
	struct kase k;
	int r = load_bytes(text, strlen(text), &k);

	if (r == 0)
		case_free(&k);
	return r;
}

#define HEAD       "{\n\"must\": \"m\",\n\"id\": \"X-1\",\n\"spec\": \"s\",\n"
#define OBSERVE    "\"observe\": {\"pid\": 1},\n"
#define WITHOUT    "\"without\": [{\"op\": \"remove\", \"path\": \"/x\"}]\n"
#define CASE(line) HEAD line "\n" OBSERVE WITHOUT "}\n"

static const char *const good_cases[] = { CASE(""), CASE("\"requires\": [\"mnt/rro\"],"),
	CASE("\"requires\": [\"mnt/rro\"], \"otherwise\": \"refuse\","),
	CASE("\"otherwise\": \"refuse\","),
	CASE("\"steps\": [{\"do\": \"create\", \"fds\": 2, \"open\": \"@a\"}],"),
	CASE("\"rootfs\": {\"links\": [{\"at\": \"dev\", \"to\": \"@a\"}]},"),
	CASE("\"steps\": [\"create\", {\"do\": \"delete\", \"as\": \"again\"}],"),
	CASE("\"host\": {\"dirs\": [{\"at\": \"a/b..c\", \"owner\": \"0:7\", "
	     "\"mode\": \"0755\"}]},") };

START_TEST(good_case_is_read)
{
	ck_assert_msg(load(good_cases[_i]) == 0, "%s", why);
}
END_TEST

START_TEST(case_is_what_it_says)
{
	struct kase k;

	ck_assert_int_eq(load_bytes(CASE(""), strlen(CASE("")), &k), 0);
	ck_assert_str_eq(k.name, "t");
	ck_assert_str_eq(k.file, "fixtures/cases/t.json");
	ck_assert_str_eq(k.level, "must");
	ck_assert_str_eq(k.obligation, "m");
	ck_assert_int_eq(k.line, 2);
	ck_assert(case_disproof_in_config(&k));
	case_free(&k);
}
END_TEST

/* `says` holds the line, and the key that is complained about. */
static const struct {
	const char *text, *says;
} bad_cases[] = {
	{ CASE("\"musst\": 1,"), ":5: /musst: unknown key" },
	{ CASE("\"id\": \"X-2\","), ":5: duplicate object key near '\"id\"'" },
	{ CASE("\"should\": \"m\","), ":5: /should: a second level" },
	{ "{\n\"id\": \"X\", \"spec\": \"s\",\n" OBSERVE WITHOUT "}",
		":1: : one of \"must\", \"should\", \"may\" is missing" },
	{ "{\n\"must\": \"m\", \"id\": \"X\",\n" OBSERVE WITHOUT "}",
		":1: : the key \"spec\" is missing" },
	{ "{\n\"must\": \"m\", \"spec\": \"s\",\n" OBSERVE WITHOUT "}",
		":1: : the key \"id\" is missing" },
	{ HEAD WITHOUT "}", ":1: : the key \"observe\" is missing" },
	{ HEAD "\"observe\": {\"pid\": 1}\n}", ":1: : the key \"without\" is missing" },
	{ CASE("\"since\": 1,"), ":5: /since: must be a string" },
	{ CASE("\"host\": [],"), ":5: /host: must be an object" },
	{ CASE("\"host\":\n{\"pipes\": []},"), ":6: /host/pipes: unknown key" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"a\"},\n{\"mode\": \"755\"}]},"),
		":6: /host/dirs/1: the key \"at\" is missing" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"a\"},\n{\"at\": \"b\",\n\"size\": 1}]},"),
		":7: /host/dirs/1/size: unknown key" },
	{ CASE("\"host\": {\"dirs\": [1]},"), ":5: /host/dirs/0: must be an object" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"../a\"}]},"),
		":5: /host/dirs/0/at: must be" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"a/..\"}]},"),
		":5: /host/dirs/0/at: must be" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"/a\"}]},"),
		":5: /host/dirs/0/at: must be" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"\"}]},"),
		":5: /host/dirs/0/at: must be" },
	{ CASE("\"host\": {\"dirs\": [{\"at\": \"a\", \"owner\": \"root\"}]},"),
		":5: /host/dirs/0/owner: must be UID:GID" },
	{ CASE("\"host\": {\"files\": [{\"at\": \"a\", \"mode\": \"u+x\"}]},"),
		":5: /host/files/0/mode: must be a mode in octal" },
	{ CASE("\"host\": {\"namespaces\": [{\"at\": \"a\", \"type\": \"mnt\"}]},"),
		":5: /host/namespaces/0/type: must be mount, network" },
	{ CASE("\"host\": {\"links\": [{\"at\": \"a\"}]},"),
		":5: /host/links/0: the key \"to\" is missing" },
	{ CASE("\"rootfs\":\n{\"mounts\": []},"), ":6: /rootfs/mounts: unknown key" },
	{ CASE("\"rootfs\": {\"links\": [{\"at\": \"../a\", \"to\": \"b\"}]},"),
		":5: /rootfs/links/0/at: must be" },
	{ CASE("\"steps\": [{\"do\": \"create\", \"open\": \"@a\"}],"),
		":5: /steps/0: \"open\" says nothing without" },
	{ CASE("\"requires\": [\"mnt/rro\",\n\"mnt/none\"],"),
		":6: /requires/1: there is no probe \"mnt/none\"" },
	{ CASE("\"requires\": [1],"), ":5: /requires/0: must be the name of a probe" },
	{ CASE("\"requires\": [\"mnt/rro\"],\n\"otherwise\": \"fail\","),
		":6: /otherwise: may only be \"refuse\"" },
	{ CASE("\"steps\": [\"create\",\n\"destroy\"],"),
		":6: /steps/1: \"destroy\" is no step" },
	{ CASE("\"steps\": [{\"do\": \"create\",\n\"with\": 1}],"),
		":6: /steps/0/with: unknown key" },
	{ CASE("\"steps\": [{\"as\": \"a\"}],"),
		":5: /steps/0: the key \"do\" is missing" },
	{ CASE("\"steps\": [7],"), ":5: /steps/0: must be an object" },
	{ HEAD "\"observe\": {},\n" WITHOUT "}", ":5: /observe: observes nothing" },
	{ HEAD "\"observe\": {\n\"smell/vol\": 1},\n" WITHOUT "}",
		":6: /observe/smell/vol: there is no fact \"smell\"" },
	{ HEAD "\"observe\": {\n\"host:pid\": 1},\n" WITHOUT "}",
		":6: /observe/host:pid: a host: fact is FACT/PATH" },
	{ HEAD "\"observe\": {\n\"pause:exit\": 1},\n" WITHOUT "}",
		":6: /observe/pause:exit: there is no step \"pause\"" },
	{ HEAD "\"observe\": {\n\"create:smell\": 1},\n" WITHOUT "}",
		":6: /observe/create:smell: a step shows" },
	{ HEAD "\"observe\": {\"pid\": 1,\n\"cwd\": {\"matches\": \"(\"}},\n" WITHOUT "}",
		":6: /observe/cwd: \"matches\" needs" },
	{ HEAD "\"observe\": {\"pid\": 1,\n\"cwd\": {\"like\": 1}},\n" WITHOUT "}",
		":6: /observe/cwd: an object must be one matcher" },
	{ HEAD "\"observe\": {\"a\\nb\": 1},\n" WITHOUT "}",
		"a fact's name has no line breaks" },
	{ HEAD OBSERVE "\"without\": []}", ":6: /without: is empty" },
	{ HEAD OBSERVE "\"without\": [{\"op\": \"copy\", \"path\": \"/a\"}]}",
		":6: /without: operation 0 is \"copy\"" },
	{ HEAD OBSERVE "\"without\": [{\"op\": \"add\", \"path\": \"/rootfs/dirs/-\", "
		       "\"value\": 1}]}",
		":6: /without: operation 0 may only remove from /rootfs" },
	{ HEAD OBSERVE, ":6: string or '}' expected near end of file" },
	{ HEAD "\"since\": \"1.", ":5: premature end of input" },
	{ HEAD "\"since\": \"\xff\"", ":5: unable to decode byte 0xff" },
	{ CASE("\"since\": \"a\\u0000b\","), ":5: \\u0000 is not allowed" },
	{ "[]", ":1: : must be an object" },
	{ "", ":1: '[' or '{' expected near end of file" },
	{ "7", ":1: '[' or '{' expected" },
};

START_TEST(bad_case_is_refused)
{
	ck_assert_int_eq(load(bad_cases[_i].text), -EINVAL);
	ck_assert_msg(!strncmp(why, "fixtures/cases/t.json:", 22), "%s", why);
	ck_assert_msg(strstr(why, bad_cases[_i].says) != NULL, "wanted %s, got %s",
		bad_cases[_i].says, why);
}
END_TEST

/* A case that is cut off anywhere is refused, and never read beyond. */
START_TEST(every_cut_is_refused)
{
	const char *text = CASE("\"requires\": [\"mnt/rro\"], \"since\": \"\\u00e9\",");
	struct kase k;

	for (size_t len = 0; len < strlen(text) - 2; len++) {
		ck_assert_msg(load_bytes(text, len, &k) == -EINVAL, "cut after %zu", len);
		ck_assert(!strncmp(why, "fixtures/cases/t.json:", 22));
	}
}
END_TEST

START_TEST(big_case_is_refused)
{
	const size_t size = 2 << 20;
	_cleanup_free_ char *text = malloc(size);
	struct kase k;

	memset(text, ' ', size);
	ck_assert_int_eq(load_bytes(text, size, &k), -EFBIG);
	ck_assert_str_eq(why, "fixtures/cases/t.json: File too large");
}
END_TEST

/* 2,048 levels are the end of what jansson reads; a few less must not end us. */
START_TEST(deep_case_is_refused_or_read)
{
	static const struct {
		int depth, r;
	} depths[] = { { 2000, 0 }, { 4000, -EINVAL }, { 100000, -EINVAL } };

	for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
		size_t size = 2 * depths[i].depth;
		_cleanup_free_ char *brackets = malloc(size), *text = NULL;
		struct kase k = { 0 };

		memset(brackets, '[', size / 2);
		memset(brackets + size / 2, ']', size / 2);
		int len = asprintf(&text,
			HEAD "\"config\": {\"a\": %.*s},\n" OBSERVE WITHOUT "}",
			(int)size, brackets);
		ck_assert_int_eq(load_bytes(text, len, &k), depths[i].r);
		if (depths[i].r)
			ck_assert_ptr_nonnull(strstr(why, "fixtures/cases/t.json:5: "));
		case_free(&k);
	}
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	char path[PATH_MAX + 16];
	struct kase k;

	ck_assert_int_eq(case_load(&fx, "cases/t.json", &k, why, sizeof(why)), -ENOENT);
	ck_assert_str_eq(why, "fixtures/cases/t.json: No such file or directory");
	snprintf(path, sizeof(path), "%s/cases/t.json", fx.dir);
	ck_assert_int_eq(mkfifo(path, 0644), 0);
	ck_assert_int_lt(case_load(&fx, "cases/t.json", &k, why, sizeof(why)), 0);
	ck_assert_int_eq(remove(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(case_load(&fx, "cases/t.json", &k, why, sizeof(why)), -EISDIR);
}
END_TEST

/* --- fixtures --- */

START_TEST(given_fixtures_have_a_base)
{
	struct fixtures found;
	char given[PATH_MAX + 2];

	ck_assert_int_eq(fixtures_find(fx.dir, &found, why, sizeof(why)), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, fx.dir));
	ck_assert_ptr_nonnull(strstr(why, "base/config.json"));
	memset(given, 'x', sizeof(given) - 1);
	given[sizeof(given) - 1] = '\0';
	ck_assert_int_eq(fixtures_find(given, &found, why, sizeof(why)), -ENOENT);
}
END_TEST

/* Every case that is embedded can be read, and so can the base. */
START_TEST(embedded_fixtures_are_whole)
{
	const struct fixtures embedded = { "" };
	char **paths = fixtures_list(&embedded, "cases");
	struct kase k;
	size_t n = 0, len;

	for (; paths[n]; n++) {
		ck_assert_msg(case_load(&embedded, paths[n], &k, why, sizeof(why)) == 0,
			"%s", why);
		ck_assert_msg(
			n == 0 || strcmp(paths[n - 1], paths[n]) < 0, "%s", paths[n]);
		case_free(&k);
	}
	ck_assert_uint_gt(n, 0);
	while (n)
		free(paths[--n]);
	free(paths);
	char *base = fixtures_read(&embedded, "base/config.json", &len);
	ck_assert_ptr_nonnull(base);
	free(base);
	ck_assert_ptr_null(fixtures_read(&embedded, "base/none.json", &len));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("oci");
	TCase *data = tcase_create("data"), *cases = tcase_create("cases");

	tcase_add_loop_test(data, merge_is_rfc_7396, 0, ARRAY_SIZE(merges));
	tcase_add_loop_test(data, patch_is_rfc_6902, 0, ARRAY_SIZE(patches));
	tcase_add_test(data, patch_applies_in_order);
	tcase_add_loop_test(data, bad_patch_is_refused, 0, ARRAY_SIZE(bad_patches));
	tcase_add_loop_test(data, matcher_tells_apart, 0, ARRAY_SIZE(matches));
	tcase_add_loop_test(data, nothing_matches_nothing, 0, ARRAY_SIZE(matches));
	tcase_add_loop_test(data, bad_matcher_is_refused, 0, ARRAY_SIZE(bad_matchers));
	tcase_add_loop_test(data, line_of_a_key, 0, ARRAY_SIZE(lines));
	suite_add_tcase(s, data);
	tcase_add_checked_fixture(cases, make_dir, remove_dir);
	tcase_add_loop_test(cases, good_case_is_read, 0, ARRAY_SIZE(good_cases));
	tcase_add_test(cases, case_is_what_it_says);
	tcase_add_loop_test(cases, bad_case_is_refused, 0, ARRAY_SIZE(bad_cases));
	tcase_add_test(cases, every_cut_is_refused);
	tcase_add_test(cases, big_case_is_refused);
	tcase_add_test(cases, deep_case_is_refused_or_read);
	tcase_add_test(cases, what_is_no_file_is_refused);
	tcase_add_test(cases, given_fixtures_have_a_base);
	tcase_add_test(cases, embedded_fixtures_are_whole);
	suite_add_tcase(s, cases);
	return s;
}

#include "run_tests.h"
