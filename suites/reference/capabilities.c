#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "capabilities.h"
#include "process.h"

#define BIT(n)  (UINT64_C(1) << (n))
#define NUMBERS 64 /* a set of the kernel has two words */

/* -1: no such name. cap_from_name() takes numbers and small letters, too. */
static int number_of(const char *name)
{
	cap_value_t value;

	if (strncmp(name, "CAP_", 4) != 0 ||
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ||
		cap_from_name(name, &value) < 0)
		return -1;
	return value;
}

static uint64_t bits_of(const json_t *process, const char *set)
{
	const json_t *names =
		json_object_get(json_object_get(process, "capabilities"), set);
	const json_t *name;
	uint64_t bits = 0;
	size_t i;

	json_array_foreach(names, i, name) {
		int n = number_of(json_string_value(name));

		if (n >= 0)
			bits |= BIT(n);
	}
	return bits;
}

/* To the kernel's last, whatever libcap knows. */
static uint64_t bounding_now(void)
{
	uint64_t bits = 0;

	for (int n = 0; n < NUMBERS; n++) {
		int r = prctl(PR_CAPBSET_READ, n, 0, 0, 0);

		if (r < 0)
			break;
		bits |= r ? BIT(n) : 0;
	}
	return bits;
}

static uint64_t bits_in(cap_t caps, cap_flag_t flag)
{
	uint64_t bits = 0;
	cap_flag_value_t value;

	for (int n = 0; n < NUMBERS; n++)
		if (cap_get_flag(caps, n, flag, &value) == 0 && value == CAP_SET)
			bits |= BIT(n);
	return bits;
}

static int now(struct capabilities *ret, struct failure *f)
{
	cap_t caps = cap_get_proc();

	if (!caps)
		return fail(f, errno, "process.capabilities: capget");
	ret->effective = bits_in(caps, CAP_EFFECTIVE);
	ret->permitted = bits_in(caps, CAP_PERMITTED);
	ret->inheritable = bits_in(caps, CAP_INHERITABLE);
	ret->bounding = bounding_now();
	ret->ambient = 0;
	cap_free(caps);
	return 0;
}

int capabilities_wanted(
	const json_t *process, struct capabilities *ret, struct failure *f)
{
	struct capabilities want = { 0 }, have;

	if (now(&have, f) < 0)
		return -f->err;
	want.bounding = bits_of(process, "bounding") & have.bounding;
	want.permitted = bits_of(process, "permitted") & have.permitted;
	want.effective = bits_of(process, "effective") & want.permitted;
	/* What capset(2) permits: from outside the bounding set nothing is added. */
	want.inheritable = bits_of(process, "inheritable") &
		(have.inheritable | (have.permitted & have.bounding));
	want.ambient = bits_of(process, "ambient") & want.permitted & want.inheritable;
	*ret = want;
	return 0;
}

static int put(cap_t caps, cap_flag_t flag, uint64_t bits)
{
	for (cap_value_t n = 0; n < NUMBERS; n++)
		if (bits & BIT(n) && cap_set_flag(caps, flag, 1, &n, CAP_SET) < 0)
			return -1;
	return 0;
}

static int set_three(
	uint64_t effective, uint64_t permitted, uint64_t inheritable, struct failure *f)
{
	cap_t caps = cap_init();

	if (!caps || put(caps, CAP_EFFECTIVE, effective) < 0 ||
		put(caps, CAP_PERMITTED, permitted) < 0 ||
		put(caps, CAP_INHERITABLE, inheritable) < 0 || cap_set_proc(caps) < 0)
		fail(f, errno, "process.capabilities: capset");
	else
		f->err = 0;
	cap_free(caps);
	return -f->err;
}

int capabilities_bound(const struct capabilities *c, struct failure *f)
{
	struct capabilities have;

	if (now(&have, f) < 0 ||
		set_three(have.effective, have.permitted, c->inheritable, f) < 0)
		return -f->err;
	for (int n = 0; n < NUMBERS; n++)
		if (have.bounding & ~c->bounding & BIT(n) &&
			prctl(PR_CAPBSET_DROP, n, 0, 0, 0) < 0)
			return fail(f, errno,
				"process.capabilities.bounding: "
				"prctl(PR_CAPBSET_DROP, %d)",
				n);
	return 0;
}

int capabilities_raise(const struct capabilities *c, struct failure *f)
{
	struct capabilities have;

	if (now(&have, f) < 0 ||
		set_three(have.permitted, have.permitted, c->inheritable, f) < 0)
		return -f->err;
	/* EINVAL: a kernel before 4.3 has no ambient set to be cleared. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
		errno != EINVAL)
		return fail(f, errno, "process.capabilities.ambient: prctl(CLEAR_ALL)");
	for (int n = 0; n < NUMBERS; n++)
		if (c->ambient & BIT(n) &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0) < 0)
			return fail(f, errno,
				"process.capabilities.ambient: "
				"prctl(PR_CAP_AMBIENT_RAISE, %d)",
				n);
	return 0;
}

int capabilities_drop(const struct capabilities *c, struct failure *f)
{
	return set_three(c->effective, c->permitted, c->inheritable, f);
}

/* One that is in `set` and not granted goes into the line, once for each set. */
static void name_missing(
	const json_t *process, const char *set, uint64_t granted, FILE *to)
{
	const json_t *names =
		json_object_get(json_object_get(process, "capabilities"), set);
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name) {
		int n = number_of(json_string_value(name));

		if (n < 0 || !(granted & BIT(n)))
			fprintf(to, "%s%s (%s)", ftell(to) ? ", " : "",
				json_string_value(name), set);
	}
}

bool process_warning(const json_t *process, char *ret, size_t size)
{
	struct capabilities c;
	struct failure ignored;
	_cleanup_free_ char *text = NULL;
	size_t length = 0;

	if (capabilities_wanted(process, &c, &ignored) < 0)
		return false;
	FILE *to = open_memstream(&text, &length);
	if (!to)
		return false;
	name_missing(process, "bounding", c.bounding, to);
	name_missing(process, "permitted", c.permitted, to);
	name_missing(process, "effective", c.effective, to);
	name_missing(process, "inheritable", c.inheritable, to);
	name_missing(process, "ambient", c.ambient, to);
	if (fclose(to) != 0 || length == 0)
		return false;
	snprintf(ret, size, "process.capabilities: cannot be granted: %s", text);
	return true;
}

void process_warn(const json_t *process, struct failure *f)
{
	*f = (struct failure) { 0 };
	if (process)
		process_warning(process, f->text, sizeof(f->text));
}
