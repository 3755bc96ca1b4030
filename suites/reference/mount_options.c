#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mount.h"
#include "uapi/mount.h"

enum kind {
	NOTHING, /* asks for what is so anyway */
	SET,
	CLEAR,
	ATIME,    /* a value of the field MOUNT_ATTR__ATIME */
	NO_ATIME, /* not that value: the kernel's default */
	PROPAGATION,
	SB_SET,
	SB_CLEAR,
	FLAG, /* a bool of struct mount_options */
};

struct option {
	const char *name;
	enum kind kind;
	uint64_t value;
	bool recursive;
};

#define FLAG_OF(member) FLAG, offsetof(struct mount_options, member)

/* config.md, "Linux mount options"; sorted. */
static const struct option table[] = {
	{ "async", SB_CLEAR, MS_SYNCHRONOUS },
	{ "atime", NO_ATIME, MOUNT_ATTR_NOATIME },
	{ "bind", FLAG_OF(bind) },
	{ "defaults", NOTHING },
	{ "dev", CLEAR, MOUNT_ATTR_NODEV },
	{ "diratime", CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "dirsync", SB_SET, MS_DIRSYNC },
	{ "exec", CLEAR, MOUNT_ATTR_NOEXEC },
	{ "idmap", FLAG_OF(idmap) },
	{ "iversion", SB_SET, MS_I_VERSION },
	{ "lazytime", SB_SET, MS_LAZYTIME },
	{ "loud", SB_CLEAR, MS_SILENT },
	{ "mand", SB_SET, MS_MANDLOCK },
	{ "noatime", ATIME, MOUNT_ATTR_NOATIME },
	{ "nodev", SET, MOUNT_ATTR_NODEV },
	{ "nodiratime", SET, MOUNT_ATTR_NODIRATIME },
	{ "noexec", SET, MOUNT_ATTR_NOEXEC },
	{ "noiversion", SB_CLEAR, MS_I_VERSION },
	{ "nolazytime", SB_CLEAR, MS_LAZYTIME },
	{ "nomand", SB_CLEAR, MS_MANDLOCK },
	{ "norelatime", NO_ATIME, MOUNT_ATTR_RELATIME },
	{ "nostrictatime", NO_ATIME, MOUNT_ATTR_STRICTATIME },
	{ "nosuid", SET, MOUNT_ATTR_NOSUID },
	{ "nosymfollow", SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "private", PROPAGATION, MS_PRIVATE },
	{ "ratime", NO_ATIME, MOUNT_ATTR_NOATIME, true },
	{ "rbind", FLAG_OF(rbind) },
	{ "rdev", CLEAR, MOUNT_ATTR_NODEV, true },
	{ "rdiratime", CLEAR, MOUNT_ATTR_NODIRATIME, true },
	{ "relatime", ATIME, MOUNT_ATTR_RELATIME },
	{ "remount", FLAG_OF(remount) },
	{ "rexec", CLEAR, MOUNT_ATTR_NOEXEC, true },
	{ "ridmap", FLAG_OF(ridmap) },
	{ "rnoatime", ATIME, MOUNT_ATTR_NOATIME, true },
	{ "rnodev", SET, MOUNT_ATTR_NODEV, true },
	{ "rnodiratime", SET, MOUNT_ATTR_NODIRATIME, true },
	{ "rnoexec", SET, MOUNT_ATTR_NOEXEC, true },
	{ "rnorelatime", NO_ATIME, MOUNT_ATTR_RELATIME, true },
	{ "rnostrictatime", NO_ATIME, MOUNT_ATTR_STRICTATIME, true },
	{ "rnosuid", SET, MOUNT_ATTR_NOSUID, true },
	{ "rnosymfollow", SET, MOUNT_ATTR_NOSYMFOLLOW, true },
	{ "ro", SET, MOUNT_ATTR_RDONLY },
	{ "rprivate", PROPAGATION, MS_PRIVATE, true },
	{ "rrelatime", ATIME, MOUNT_ATTR_RELATIME, true },
	{ "rro", SET, MOUNT_ATTR_RDONLY, true },
	{ "rrw", CLEAR, MOUNT_ATTR_RDONLY, true },
	{ "rshared", PROPAGATION, MS_SHARED, true },
	{ "rslave", PROPAGATION, MS_SLAVE, true },
	{ "rstrictatime", ATIME, MOUNT_ATTR_STRICTATIME, true },
	{ "rsuid", CLEAR, MOUNT_ATTR_NOSUID, true },
	{ "rsymfollow", CLEAR, MOUNT_ATTR_NOSYMFOLLOW, true },
	{ "runbindable", PROPAGATION, MS_UNBINDABLE, true },
	{ "rw", CLEAR, MOUNT_ATTR_RDONLY },
	{ "shared", PROPAGATION, MS_SHARED },
	{ "silent", SB_SET, MS_SILENT },
	{ "slave", PROPAGATION, MS_SLAVE },
	{ "strictatime", ATIME, MOUNT_ATTR_STRICTATIME },
	{ "suid", CLEAR, MOUNT_ATTR_NOSUID },
	{ "symfollow", CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "sync", SB_SET, MS_SYNCHRONOUS },
	{ "tmpcopyup", FLAG_OF(tmpcopyup) },
	{ "unbindable", PROPAGATION, MS_UNBINDABLE },
};

static int compare(const void *name, const void *option)
{
	return strcmp(name, ((const struct option *)option)->name);
}

static const struct option *find(const char *name)
{
	return bsearch(name, table, ARRAY_SIZE(table), sizeof(table[0]), compare);
}

const char *const *mount_option_names(void)
{
	static const char *names[ARRAY_SIZE(table) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name;
	return names;
}

void mount_options_attributes(
	const json_t *options, bool recursive, char *ret, size_t size)
{
	const json_t *value;
	size_t i, len = 0;

	*ret = '\0';
	json_array_foreach(options, i, value) {
		const char *text = json_string_value(value);
		const struct option *o = text ? find(text) : NULL;
		if (o && o->kind >= SET && o->kind <= NO_ATIME &&
			o->recursive == recursive && len < size)
			len += snprintf(
				ret + len, size - len, "%s%s", len ? "," : "", o->name);
	}
}

/* As in a list of mount(8), the last word counts. */
static void read_attr(const struct option *o, struct mount_options *ret)
{
	uint64_t *set = o->recursive ? &ret->rec_set : &ret->set;
	uint64_t *clear = o->recursive ? &ret->rec_clear : &ret->clear;

	switch (o->kind) {
	case SET:
		*set |= o->value;
		*clear &= ~o->value;
		break;
	case CLEAR:
		*set &= ~o->value;
		*clear |= o->value;
		break;
	case ATIME:
		*set = (*set & ~MOUNT_ATTR__ATIME) | o->value;
		*clear |= MOUNT_ATTR__ATIME; /* all of the field, the kernel demands */
		break;
	default: /* NO_ATIME; relatime is the default, 0 */
		if ((*set & MOUNT_ATTR__ATIME) == o->value)
			*set &= ~(uint64_t)MOUNT_ATTR__ATIME;
		*clear |= MOUNT_ATTR__ATIME;
	}
}

static int read_propagation(
	const struct option *o, struct mount_options *ret, struct failure *f)
{
	if (ret->propagation && ret->propagation != o->value)
		return fail(
			f, 0, "options: %s, and another propagation before it", o->name);
	ret->propagation = o->value;
	ret->rec_propagation |= o->recursive;
	return 0;
}

static int read_data(const char *text, struct mount_options *ret, struct failure *f)
{
	if (!*text || *text == '=')
		return fail(f, 0, "options: \"%s\" has no name", text);
	if (ret->data_count >= (int)ARRAY_SIZE(ret->data))
		return fail(f, E2BIG, "options: more than %zu for the file system",
			ARRAY_SIZE(ret->data));
	ret->data[ret->data_count++] = (char *)text;
	return 0;
}

static int read_option(const char *text, struct mount_options *ret, struct failure *f)
{
	const struct option *o = find(text);

	if (!o)
		return read_data(text, ret, f);
	switch (o->kind) {
	case NOTHING:
		return 0;
	case PROPAGATION:
		return read_propagation(o, ret, f);
	case SB_SET:
		ret->sb_set |= o->value;
		ret->sb_clear &= ~o->value;
		return 0;
	case SB_CLEAR:
		ret->sb_set &= ~o->value;
		ret->sb_clear |= o->value;
		return 0;
	case FLAG:
		*(bool *)((char *)ret + o->value) = true;
		return 0;
	default:
		read_attr(o, ret);
		return 0;
	}
}

/* The name of what asks for one of these flags of a super block. */
static const char *sb_name(uint64_t flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].kind == SB_SET && table[i].value & flags)
			return table[i].name;
	return "";
}

static int check_bind(const struct mount_options *o, struct failure *f)
{
	/* They would change the source's file system, for everybody, or nothing. */
	if (o->data_count > 0)
		return fail(f, 0, "options: %s is for a file system, this is a bind",
			o->data[0]);
	if (o->sb_set & ~(uint64_t)MS_SILENT)
		return fail(f, 0, "options: %s is for a file system, this is a bind",
			sb_name(o->sb_set & ~(uint64_t)MS_SILENT));
	if (o->tmpcopyup)
		return fail(f, 0, "options: tmpcopyup fills a tmpfs, this is a bind");
	return 0;
}

static int check(const struct mount_options *o, struct failure *f)
{
	/* The recursive ones come last, and would take away what was asked for. */
	if (o->set & o->rec_clear & ~o->rec_set)
		return fail(f, 0, "options: a recursive one is the opposite of another");
	if (o->remount && (o->idmap || o->ridmap))
		return fail(f, 0, "options: a remount cannot be id-mapped");
	if (o->remount && o->tmpcopyup)
		return fail(f, 0, "options: tmpcopyup and remount");
	return o->bind || o->rbind ? check_bind(o, f) : 0;
}

int mount_options_read(
	const json_t *options, struct mount_options *ret, struct failure *f)
{
	struct mount_options o = { 0 };
	const json_t *value;
	size_t i;

	json_array_foreach(options, i, value) {
		const char *text = json_string_value(value);
		int r = text ? read_option(text, &o, f)
			     : fail(f, 0, "options[%zu] is not a string", i);
		if (r < 0)
			return r;
	}
	int r = check(&o, f);
	if (r == 0)
		*ret = o;
	return r;
}
