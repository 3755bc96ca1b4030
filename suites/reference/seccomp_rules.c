#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>

#include "seccomp_parts.h"

#define ARGS 6

struct rules {
	scmp_filter_ctx ctx;
	uint32_t fallback; /* the default action */
};

/*
 * An action with its errno. One that takes none and is given one is an error, as the
 * specification demands; the kernel would cut an errno above 4095 to that.
 */
static int read_action(const json_t *name, const json_t *number, const char *field,
	uint32_t *ret, struct failure *f)
{
	const char *text = json_string_value(name);
	uint64_t err = number ? json_integer_value(number) : EPERM;
	uint32_t action;

	if (seccomp_action_of(text, &action) < 0)
		return fail(f, 0, "%s: \"%s\" is no action", field, text ? text : "");
	bool is_errno = action == SCMP_ACT_ERRNO(0);
	if (is_errno || action == SCMP_ACT_TRACE(0)) {
		if (err > (is_errno ? 4095 : UINT16_MAX))
			return fail(f, 0, "%s: %s: the errno is too great", field, text);
		action |= err;
	} else if (number) {
		return fail(f, 0, "%s: %s takes no errno", field, text);
	}
	*ret = action;
	return 0;
}

static int read_arg(const json_t *json, struct scmp_arg_cmp *ret)
{
	int op = seccomp_operator_of(json_string_value(json_object_get(json, "op")));
	json_int_t index = json_integer_value(json_object_get(json, "index"));

	if (op < 0 || index < 0 || index >= ARGS)
		return -EINVAL;
	/* Of MASKED_EQ the first is the mask. */
	*ret = (struct scmp_arg_cmp) {
		.arg = index,
		.op = op,
		.datum_a = json_integer_value(json_object_get(json, "value")),
		.datum_b = json_integer_value(json_object_get(json, "valueTwo")),
	};
	return 0;
}

/* The arguments of one entry of syscalls[]. */
struct conditions {
	unsigned count;
	bool any; /* two are of the same argument: each is a rule of its own */
	struct scmp_arg_cmp list[2 * ARGS];
};

static int read_conditions(
	const json_t *args, const char *field, struct conditions *ret, struct failure *f)
{
	const json_t *arg;
	unsigned seen = 0;
	size_t i;

	*ret = (struct conditions) { 0 };
	json_array_foreach(args, i, arg) {
		struct scmp_arg_cmp *c = &ret->list[i];

		if (i >= ARRAY_SIZE(ret->list))
			return fail(f, 0, "%s.args: are too many", field);
		if (read_arg(arg, c) < 0)
			return fail(f, 0, "%s.args[%zu]: the index or the op is unknown",
				field, i);
		ret->any = ret->any || seen & 1u << c->arg;
		seen |= 1u << c->arg;
		ret->count++;
	}
	return 0;
}

/* -errno as of libseccomp */
static int add_rules(
	const struct rules *r, uint32_t action, int nr, const struct conditions *c)
{
	if (!c->any)
		return seccomp_rule_add_array(r->ctx, action, nr, c->count, c->list);
	for (unsigned i = 0; i < c->count; i++) {
		int err = seccomp_rule_add_array(r->ctx, action, nr, 1, &c->list[i]);

		if (err < 0)
			return err;
	}
	return 0;
}

static int add_names(const struct rules *r, const json_t *names, uint32_t action,
	const struct conditions *c, const char *field, struct failure *f)
{
	const json_t *json;
	size_t i;

	json_array_foreach(names, i, json) {
		const char *name = json_string_value(json);
		int nr = seccomp_syscall_resolve_name(name);

		/* Of another architecture, or newer than libseccomp. */
		if (nr == __NR_SCMP_ERROR)
			continue;
		int err = add_rules(r, action, nr, c);
		if (err < 0)
			return fail(f, -err, "%s: %s: seccomp_rule_add", field, name);
	}
	return 0;
}

static bool is_there(const json_t *names, const char *want)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		if (strcmp(json_string_value(name), want) == 0)
			return true;
	return false;
}

static int add_entry(
	const struct rules *r, const json_t *entry, size_t i, struct failure *f)
{
	const json_t *names = json_object_get(entry, "names");
	struct conditions c;
	uint32_t action;
	char field[64];

	snprintf(field, sizeof(field), "linux.seccomp.syscalls[%zu]", i);
	if (read_action(json_object_get(entry, "action"),
		    json_object_get(entry, "errnoRet"), field, &action, f) < 0 ||
		read_conditions(json_object_get(entry, "args"), field, &c, f) < 0)
		return -f->err;
	if (action == SCMP_ACT_NOTIFY && is_there(names, "write"))
		return fail(
			f, 0, "%s: SCMP_ACT_NOTIFY must not be used for write", field);
	/* libseccomp refuses what would change nothing. */
	if (action == r->fallback)
		return 0;
	return add_names(r, names, action, &c, field, f);
}

static int add_archs(const struct rules *r, const json_t *list, struct failure *f)
{
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name) {
		uint32_t token = seccomp_arch_of(json_string_value(name));
		int err = token ? seccomp_arch_add(r->ctx, token) : -EINVAL;

		if (err < 0 && err != -EEXIST)
			return fail(f, -err,
				"linux.seccomp.architectures[%zu]: seccomp_arch_add(%s)",
				i, json_string_value(name));
	}
	return 0;
}

/*
 * libseccomp writes to a descriptor. A pipe holds the longest program there can be, and
 * unlike a file has nothing to do with RLIMIT_FSIZE, which may be in force already.
 */
static int export_to(
	const struct rules *r, struct seccomp_program *program, struct failure *f)
{
	size_t room = sizeof(program->insns[0]) * (BPF_MAXINSNS - program->count);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return fail(f, errno, "linux.seccomp: pipe2");
	_cleanup_close_ int from = ends[0], to = ends[1];
	int err = seccomp_export_bpf(r->ctx, to);
	if (err < 0)
		return fail(f, -err, "linux.seccomp: seccomp_export_bpf");
	ssize_t size = read(from, &program->insns[program->count], room);
	char rest;
	if (size < 0)
		return fail(f, errno, "linux.seccomp: read(pipe)");
	if (read(from, &rest, 1) == 1)
		return fail(f, E2BIG, "linux.seccomp: the filter is too long");
	program->count += size / sizeof(program->insns[0]);
	return 0;
}

static int add_all(const struct rules *r, const json_t *seccomp, struct failure *f)
{
	const json_t *list = json_object_get(seccomp, "syscalls"), *entry;
	size_t i;

	if (add_archs(r, json_object_get(seccomp, "architectures"), f) < 0)
		return -f->err;
	json_array_foreach(list, i, entry)
		if (add_entry(r, entry, i, f) < 0)
			return -f->err;
	return 0;
}

int seccomp_compile(
	const json_t *seccomp, struct seccomp_program *program, struct failure *f)
{
	struct rules r;

	if (read_action(json_object_get(seccomp, "defaultAction"),
		    json_object_get(seccomp, "defaultErrnoRet"),
		    "linux.seccomp.defaultAction", &r.fallback, f) < 0)
		return -f->err;
	if (r.fallback == SCMP_ACT_NOTIFY)
		return fail(f, 0,
			"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY would stop the "
			"runtime itself");
	if (!(r.ctx = seccomp_init(r.fallback)))
		return fail(f, EINVAL, "linux.seccomp.defaultAction: seccomp_init");
	int err = add_all(&r, seccomp, f);
	if (err == 0)
		err = export_to(&r, program, f);
	seccomp_release(r.ctx);
	return err;
}
