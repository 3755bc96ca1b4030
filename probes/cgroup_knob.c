#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"
#include "cgroup_control.h"
#include "cgroup_knob.h"
#include "record.h"

void knob_note(struct verdict *v, const char *fmt, ...)
{
	size_t len = strlen(v->detail);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->detail + len, sizeof(v->detail) - len, fmt, ap);
	va_end(ap);
}

/* The controller is not to be had, but the kernel may say that it has the file. */
static struct verdict no_controller(const struct ask *a, enum controller_state state,
	const char *controller, const char *file)
{
	static const char *const words[CONTROLLER_STATES] = {
		[CONTROLLER_UNKNOWN] = "unknown to this kernel (EINVAL)",
		[CONTROLLER_DISABLED] = "disabled at boot (EINVAL)",
		[CONTROLLER_BOUND_TO_V1] = "bound to v1 (ENOENT)",
		[CONTROLLER_WITHHELD] = "not handed down to here (ENOENT)",
	};
	char detail[200], list[1024];

	snprintf(detail, sizeof(detail), "the %s controller is %s", controller,
		words[state]);
	struct verdict v = controller_missing(a, state, controller, detail);
	if (v.outcome == OUTCOME_DENIED && file &&
		env_file(a->env, "/sys/kernel/cgroup/delegate", list, sizeof(list)) > 0 &&
		has_word(list, file))
		knob_note(&v, "; the kernel has %s: /sys/kernel/cgroup/delegate lists it",
			file);
	VERDICT_TEXT(v.stage, "write(cgroup.subtree_control)");
	v.err = state == CONTROLLER_UNKNOWN || state == CONTROLLER_DISABLED ? EINVAL
									    : ENOENT;
	return v;
}

/* The controller is this process's own cgroup's to hand on. */
static int own_cgroup(const struct ask *a, const char *controller, struct leaf *ret_leaf,
	struct verdict *ret_refused)
{
	char remedy[200];

	_cleanup_close_ int own = openat(a->cgroup, "..", O_PATH | O_CLOEXEC);
	/* Only the root has no type. */
	if (own >= 0 && faccessat(own, "cgroup.type", F_OK, 0) == 0) {
		*ret_leaf = (struct leaf) { TAKE_FD(own), false };
		return 0;
	}
	snprintf(remedy, sizeof(remedy),
		"echo +%s > cgroup.subtree_control in the root cgroup, as an init system does",
		controller);
	*ret_refused = answer_denied("cgroup",
		"the root cgroup, in which this process is, does not hand the controller down",
		remedy, "the %s controller is handed down to no cgroup", controller);
	return -1;
}

int leaf_make(const struct ask *a, const char *controller, const char *file,
	struct leaf *ret_leaf, struct verdict *ret_refused)
{
	enum controller_state state = CONTROLLER_WORKS;
	char list[512];

	if (mkdirat(a->cgroup, "leaf", 0755) < 0) {
		*ret_refused = cgroup_refused(a, "mkdirat(cgroup)", errno);
		return -1;
	}
	if (controller && controller_enable(a, controller, &state, ret_refused) < 0)
		return -1;
	if (state == CONTROLLER_LISTED)
		return own_cgroup(a, controller, ret_leaf, ret_refused);
	if (state != CONTROLLER_WORKS) {
		*ret_refused = no_controller(a, state, controller, file);
		return -1;
	}
	_cleanup_close_ int dir = openat(a->cgroup, "leaf", O_PATH | O_CLOEXEC);
	int r = cgroup_read(dir, "cgroup.controllers", list, sizeof(list));
	if (r < 0) {
		*ret_refused = cgroup_refused(a, "read(cgroup.controllers)", -r);
		return -1;
	}
	if (controller && !has_word(list, controller)) {
		*ret_refused =
			answer_fail("\"+%s\" was accepted, but the cgroup below does not "
				    "have the controller",
				controller);
		return -1;
	}
	*ret_leaf = (struct leaf) { TAKE_FD(dir), true };
	return 0;
}

struct verdict knob_absent(const char *controller, const char *file)
{
	struct verdict v = answer_absent(
		"a cgroup that has the %s controller has no %s", controller, file);

	VERDICT_TEXT(v.stage, "openat(%s)", file);
	v.err = ENOENT;
	return v;
}

struct verdict knob_own(const char *file, const char *text)
{
	struct verdict v = answer_pass("this process's own cgroup has %s", file);

	if (text && *text)
		knob_note(&v, ", which reads \"%.200s\"", text);
	knob_note(&v, " (nothing was written, as it is not ours)");
	return v;
}

static struct verdict refused(
	const struct ask *a, const char *call, const char *file, int err)
{
	char stage[64];

	snprintf(stage, sizeof(stage), "%s(%s)", call, file);
	return answer_refused(a, stage, err);
}

int knob_read(const struct ask *a, const struct leaf *leaf, const char *controller,
	const char *file, char *buf, size_t size, struct verdict *ret_refused)
{
	ssize_t n = cgroup_read(leaf->dir, file, buf, size);

	if (n > 0 && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	for (char *at = buf; n > 0 && (at = strchr(at, '\n'));)
		*at = ';';
	if (n >= 0)
		return 0;
	*ret_refused = n == -ENOENT && controller ? knob_absent(controller, file)
						  : refused(a, "read", file, -n);
	return -1;
}

int knob_write(const struct ask *a, const struct leaf *leaf, const char *file,
	const char *value, struct verdict *ret_refused)
{
	int r = write_file(leaf->dir, file, value);

	if (r == 0)
		return 0;
	if (r == -EINVAL || r == -ERANGE)
		*ret_refused = answer_fail("%s is there, but refuses \"%s\" (%s)", file,
			value, errno_name(-r));
	else
		*ret_refused = refused(a, "write", file, -r);
	return -1;
}

int knob_nonsense(const struct ask *a, const struct leaf *leaf, const char *file,
	const char *value, struct verdict *ret_refused)
{
	int r = write_file(leaf->dir, file, value);

	if (r == -EINVAL || r == -ERANGE || r == -ENODEV)
		return 0;
	*ret_refused = r == 0 ? answer_fail("%s accepted \"%s\"", file, value)
			      : refused(a, "write", file, -r);
	return -1;
}

/* What is written has to be what is read. */
static struct verdict try_value(
	const struct ask *a, const struct leaf *leaf, const struct knob *k)
{
	char text[512];
	struct verdict v;

	if (knob_write(a, leaf, k->file, k->write, &v) < 0 ||
		knob_read(a, leaf, k->controller, k->file, text, sizeof(text), &v) < 0)
		return v;
	if (strcmp(text, k->read))
		return answer_fail("\"%s\" was written to %s, but it reads \"%.200s\"",
			k->write, k->file, text);
	if (k->nonsense && knob_nonsense(a, leaf, k->file, k->nonsense, &v) < 0)
		return v;
	v = answer_pass("\"%s\" was written to %s, which reads \"%s\" then", k->write,
		k->file, k->read);
	if (k->nonsense)
		knob_note(&v, "; \"%s\" is refused", k->nonsense);
	return v;
}

/* What is there is only read; nonsense is written. */
static struct verdict look_at(const struct ask *a, const struct leaf *leaf,
	const struct knob *k, const char *text)
{
	struct verdict v;

	if (k->nonsense && knob_nonsense(a, leaf, k->file, k->nonsense, &v) < 0)
		return v;
	v = answer_pass(
		"a cgroup that has the %s controller has %s", k->controller, k->file);
	if (*text)
		knob_note(&v, ", which reads \"%.200s\"", text);
	if (k->nonsense)
		knob_note(&v, "; \"%s\" is refused", k->nonsense);
	return v;
}

struct verdict knob_ask(const struct ask *a, const struct knob *k)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	char text[4096];
	struct verdict v;

	if (leaf_make(a, k->controller, k->file, &leaf, &v) < 0 ||
		knob_read(a, &leaf, k->controller, k->file, text, sizeof(text), &v) < 0)
		return v;
	if (!k->write && k->read && !has_word(text, k->read))
		return answer_fail(
			"%s has no \"%s\": it reads \"%.200s\"", k->file, k->read, text);
	if (!leaf.ours)
		return knob_own(k->file, text);
	if (!k->write)
		return look_at(a, &leaf, k, text);
	v = try_value(a, &leaf, k);
	if (k->restore)
		write_file(leaf.dir, k->file, k->restore);
	return v;
}

struct verdict knob_ask_swap(const struct ask *a, const struct knob *k)
{
	struct verdict v = knob_ask(a, k);

	/* Only knob_absent() has ENOENT and is an absence. */
	if (v.outcome != OUTCOME_ABSENT || v.err != ENOENT ||
		!boot_parameter(a->env, "swapaccount=", "0"))
		return v;
	return answer_denied("sysctl", "the kernel was booted with swapaccount=0",
		"take swapaccount=0 off the kernel command line", "%s", v.detail);
}

struct verdict knob_ask_zswap(const struct ask *a, const struct knob *k)
{
	struct verdict v = knob_ask(a, k);
	char on[8];

	if (v.outcome == OUTCOME_PASS &&
		env_file(a->env, "/sys/module/zswap/parameters/enabled", on, sizeof(on)) >
			0 &&
		*on == 'N')
		knob_note(&v, "; zswap itself is switched off here (zswap.enabled=N)");
	return v;
}

bool knob_find(
	const struct leaf *leaf, const char *begin, const char *end, char *ret_name)
{
	size_t first = strlen(begin), last = strlen(end);
	const struct dirent *e;

	int fd = openat(leaf->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);
		if (len <= first + last || strncmp(e->d_name, begin, first) ||
			strcmp(e->d_name + len - last, end) ||
			memchr(e->d_name + first, '.', len - last - first))
			continue;
		strcpy(ret_name, e->d_name);
		return true;
	}
	return false;
}

struct verdict knob_ask_hugetlb(const struct ask *a, const char *end)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	char file[NAME_MAX + 1], text[64];
	struct verdict v;

	if (leaf_make(a, "hugetlb", NULL, &leaf, &v) < 0)
		return v;
	if (!knob_find(&leaf, "hugetlb.", end, file))
		return answer_absent("a cgroup that has the hugetlb controller has no "
				     "hugetlb.SIZE%s",
			end);
	if (knob_read(a, &leaf, "hugetlb", file, text, sizeof(text), &v) < 0)
		return v;
	if (!leaf.ours)
		return knob_own(file, text);
	if (knob_write(a, &leaf, file, "1", &v) < 0 ||
		knob_nonsense(a, &leaf, file, "many", &v) < 0 ||
		knob_read(a, &leaf, "hugetlb", file, text, sizeof(text), &v) < 0)
		return v;
	if (strcmp(text, "0"))
		return answer_fail(
			"1 byte was written to %s, but it reads \"%s\" and not 0", file,
			text);
	return answer_pass(
		"1 byte was written to %s, which reads 0: it counts whole huge pages; "
		"nonsense is refused",
		file);
}

struct verdict knob_tree_limit(const struct ask *a, const char *file)
{
	char stage[64];

	snprintf(stage, sizeof(stage), "write(%s)", file);
	if (mkdirat(a->cgroup, "leaf", 0755) < 0 ||
		unlinkat(a->cgroup, "leaf", AT_REMOVEDIR) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	int r = write_file(a->cgroup, file, "0");
	if (r < 0)
		return cgroup_refused(a, stage, -r);
	if (mkdirat(a->cgroup, "leaf", 0755) == 0)
		return answer_fail(
			"%s is 0, but a cgroup could be made all the same", file);
	if (errno != EAGAIN)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	return answer_pass(
		"with 0 in %s no cgroup can be made (EAGAIN); before, one could", file);
}
