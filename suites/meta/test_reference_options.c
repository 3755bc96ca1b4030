/* The words of mounts[].options. */
#include <check.h>
#include <errno.h>
#include <string.h>

#undef fail /* an old word of Check */

#include "mount.h"
#include "uapi/mount.h"

static struct mount_options o;
static struct failure why;

static int read_list(const char *list)
{
	json_t *json = json_loads(list, 0, NULL);

	ck_assert_ptr_nonnull(json);
	o = (struct mount_options) { 0 };
	why = (struct failure) { 0 };
	int r = mount_options_read(json, &o, &why);
	/* Data is borrowed: nobody reads it after this, but in one test. */
	json_decref(json);
	return r;
}

/* The specification's table, 1.3. */
static const char *const specified[] = { "async", "atime", "bind", "defaults", "dev",
	"diratime", "dirsync", "exec", "idmap", "iversion", "lazytime", "loud", "mand",
	"noatime", "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand",
	"norelatime", "nostrictatime", "nosuid", "nosymfollow", "private", "ratime",
	"rbind", "rdev", "rdiratime", "relatime", "remount", "rexec", "ridmap",
	"rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime",
	"rnosuid", "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw", "rshared",
	"rslave", "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared",
	"silent", "slave", "strictatime", "suid", "symfollow", "sync", "tmpcopyup",
	"unbindable", NULL };

START_TEST(every_word_is_known)
{
	const char *const *names = mount_option_names();
	char list[64];
	size_t i;

	for (i = 0; specified[i]; i++) {
		ck_assert_ptr_nonnull(names[i]);
		ck_assert_str_eq(names[i], specified[i]);
		ck_assert(i == 0 || strcmp(specified[i - 1], specified[i]) < 0);
		snprintf(list, sizeof(list), "[\"%s\"]", specified[i]);
		ck_assert_msg(read_list(list) == 0, "%s", why.text);
		ck_assert_int_eq(o.data_count, 0);
	}
	ck_assert_ptr_null(names[i]);
}
END_TEST

#define ATIME     MOUNT_ATTR__ATIME
#define NOATIME   MOUNT_ATTR_NOATIME
#define STRICT    MOUNT_ATTR_STRICTATIME
#define ALL_PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static const struct {
	const char *list;
	uint64_t set, clear, rec_set, rec_clear;
} attributes[] = {
	{ "[]" },
	{ "[\"defaults\"]" },
	{ "[\"ro\"]", MOUNT_ATTR_RDONLY },
	{ "[\"ro\", \"rw\"]", 0, MOUNT_ATTR_RDONLY },
	{ "[\"rw\", \"ro\"]", MOUNT_ATTR_RDONLY },
	{ "[\"nosuid\", \"nodev\", \"noexec\"]", ALL_PLAIN },
	{ "[\"suid\", \"dev\", \"exec\"]", 0, ALL_PLAIN },
	{ "[\"nosymfollow\", \"nodiratime\"]",
		MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NODIRATIME },
	{ "[\"symfollow\", \"diratime\"]", 0,
		MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NODIRATIME },
	{ "[\"noatime\"]", NOATIME, ATIME },
	{ "[\"noatime\", \"strictatime\"]", STRICT, ATIME },
	{ "[\"strictatime\", \"relatime\"]", 0, ATIME },
	{ "[\"noatime\", \"atime\"]", 0, ATIME },
	{ "[\"noatime\", \"nostrictatime\"]", NOATIME, ATIME },
	{ "[\"strictatime\", \"nostrictatime\"]", 0, ATIME },
	{ "[\"strictatime\", \"norelatime\"]", STRICT, ATIME },
	{ "[\"atime\"]", 0, ATIME },
	{ "[\"rbind\", \"rro\"]", 0, 0, MOUNT_ATTR_RDONLY },
	{ "[\"rbind\", \"rrw\"]", 0, 0, 0, MOUNT_ATTR_RDONLY },
	{ "[\"ro\", \"rro\"]", MOUNT_ATTR_RDONLY, 0, MOUNT_ATTR_RDONLY },
	{ "[\"rw\", \"rro\"]", 0, MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY },
	{ "[\"rnosuid\", \"rnodev\", \"rnoexec\"]", 0, 0, ALL_PLAIN },
	{ "[\"rsuid\", \"rdev\", \"rexec\"]", 0, 0, 0, ALL_PLAIN },
	{ "[\"rnoatime\", \"rnodiratime\"]", 0, 0, NOATIME | MOUNT_ATTR_NODIRATIME,
		ATIME },
	{ "[\"rstrictatime\"]", 0, 0, STRICT, ATIME },
	{ "[\"rnoatime\", \"ratime\", \"rdiratime\"]", 0, 0, 0,
		ATIME | MOUNT_ATTR_NODIRATIME },
	{ "[\"rnoatime\", \"rrelatime\"]", 0, 0, 0, ATIME },
	{ "[\"rnosymfollow\"]", 0, 0, MOUNT_ATTR_NOSYMFOLLOW },
	{ "[\"rsymfollow\"]", 0, 0, 0, MOUNT_ATTR_NOSYMFOLLOW },
};

START_TEST(words_are_attributes)
{
	ck_assert_msg(read_list(attributes[_i].list) == 0, "%s", why.text);
	ck_assert_uint_eq(o.set, attributes[_i].set);
	ck_assert_uint_eq(o.clear, attributes[_i].clear);
	ck_assert_uint_eq(o.rec_set, attributes[_i].rec_set);
	ck_assert_uint_eq(o.rec_clear, attributes[_i].rec_clear);
}
END_TEST

START_TEST(words_are_flags)
{
	ck_assert_int_eq(read_list("[\"bind\", \"idmap\", \"rslave\"]"), 0);
	ck_assert(
		o.bind && !o.rbind && o.idmap && !o.ridmap && !o.remount && !o.tmpcopyup);
	ck_assert(o.propagation == MS_SLAVE && o.rec_propagation);
	ck_assert_int_eq(read_list("[\"rbind\", \"ridmap\", \"shared\"]"), 0);
	ck_assert(!o.bind && o.rbind && !o.idmap && o.ridmap);
	ck_assert(o.propagation == MS_SHARED && !o.rec_propagation);
	ck_assert_int_eq(read_list("[\"tmpcopyup\", \"private\", \"rprivate\"]"), 0);
	ck_assert(o.tmpcopyup && o.propagation == MS_PRIVATE && o.rec_propagation);
	ck_assert_int_eq(read_list("[\"remount\", \"runbindable\", \"silent\"]"), 0);
	ck_assert(o.remount && o.propagation == MS_UNBINDABLE);
	ck_assert_int_eq(
		read_list("[\"sync\", \"dirsync\", \"lazytime\", \"async\"]"), 0);
	ck_assert_uint_eq(o.sb_set, MS_DIRSYNC | MS_LAZYTIME);
	ck_assert_uint_eq(o.sb_clear, MS_SYNCHRONOUS);
}
END_TEST

START_TEST(the_rest_is_data)
{
	json_t *list = json_array();

	for (int i = 0; i < 64; i++)
		json_array_append_new(list, json_sprintf("key%d=a,b=%d", i, i));
	json_array_append_new(list, json_string("ro"));
	o = (struct mount_options) { 0 };
	ck_assert_int_eq(mount_options_read(list, &o, &why), 0);
	ck_assert_int_eq(o.data_count, 64);
	ck_assert_str_eq(o.data[63], "key63=a,b=63");
	json_array_append_new(list, json_string("RO"));
	o.data_count = 7;
	ck_assert_int_eq(mount_options_read(list, &o, &why), -E2BIG);
	ck_assert_int_eq(o.data_count, 7);
	json_decref(list);
}
END_TEST

static const struct {
	const char *list, *why;
} contradictions[] = {
	{ "[\"bind\", \"size=1M\"]", "size=1M is for a file system, this is a bind" },
	{ "[\"ro\", \"rbind\", \"whatever\"]", "whatever" },
	{ "[\"bind\", \"silent\", \"sync\"]", "options: sync" },
	{ "[\"rbind\", \"tmpcopyup\"]", "tmpcopyup" },
	{ "[\"remount\", \"idmap\"]", "remount" },
	{ "[\"remount\", \"tmpcopyup\"]", "remount" },
	{ "[\"private\", \"slave\"]", "slave" },
	{ "[\"rshared\", \"runbindable\"]", "runbindable" },
	{ "[\"rbind\", \"ro\", \"rrw\"]", "opposite" },
	{ "[\"rbind\", \"noatime\", \"rrelatime\"]", "opposite" },
	{ "[\"\"]", "no name" },
	{ "[\"=1\"]", "no name" },
	{ "[1]", "options[0]" },
};

START_TEST(contradictions_are_refused)
{
	ck_assert_int_eq(read_list(contradictions[_i].list), -EINVAL);
	ck_assert_msg(strstr(why.text, contradictions[_i].why) != NULL, "%s", why.text);
}
END_TEST

START_TEST(attributes_have_names)
{
	char names[64], few[8];
	json_t *list = json_pack(
		"[ssssss]", "rbind", "ro", "rro", "rprivate", "rnosuid", "size=1");

	mount_options_attributes(list, true, names, sizeof(names));
	ck_assert_str_eq(names, "rro,rnosuid");
	mount_options_attributes(list, false, names, sizeof(names));
	ck_assert_str_eq(names, "ro");
	mount_options_attributes(list, true, few, sizeof(few));
	ck_assert_str_eq(few, "rro,rno");
	json_decref(list);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference options");
	TCase *t = tcase_create("options");

	tcase_add_test(t, every_word_is_known);
	tcase_add_loop_test(t, words_are_attributes, 0, ARRAY_SIZE(attributes));
	tcase_add_test(t, words_are_flags);
	tcase_add_test(t, the_rest_is_data);
	tcase_add_loop_test(t, contradictions_are_refused, 0, ARRAY_SIZE(contradictions));
	tcase_add_test(t, attributes_have_names);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
