#include <errno.h>
#include <string.h>

#include "command.h"
#include "exec_process.h"

void exec_options_release(struct exec_options *o)
{
	json_decref(o->env);
	json_decref(o->caps);
	json_decref(o->gids);
}

/* Digits only: no sign, no blank, no octal, and never 2^32-1, which means "no id". */
static int read_id(const char **text, json_int_t *ret)
{
	json_int_t n = 0;
	const char *p = *text;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n >= 0xffffffffLL)
			return -ERANGE;
	}
	if (p == *text)
		return -EINVAL;
	*text = p;
	*ret = n;
	return 0;
}

static void add(json_t **list, json_t *value)
{
	if (!*list)
		*list = json_array();
	json_array_append_new(*list, value);
}

static int add_gid(struct exec_options *o, const char *text, struct failure *f)
{
	json_int_t gid;

	if (read_id(&text, &gid) < 0 || *text)
		return fail(f, 0,
			"--additional-gids %s: must be a number below 4294967295", text);
	add(&o->gids, json_integer(gid));
	return 0;
}

static int add_env(struct exec_options *o, const char *text, struct failure *f)
{
	if (!strchr(text, '=') || *text == '=')
		return fail(f, 0, "--env %s: must be NAME=VALUE", text);
	add(&o->env, json_string(text));
	return 0;
}

int exec_option(struct exec_options *o, int c, struct failure *f)
{
	switch (c) {
	case 'p':
		o->process = optarg;
		return 0;
	case 't':
		o->tty = true;
		return 0;
	case 'e':
		return add_env(o, optarg, f);
	case 'u':
		o->user = optarg;
		return 0;
	case 'g':
		return add_gid(o, optarg, f);
	case 'c':
		add(&o->caps, json_string(optarg));
		return 0;
	case 'w':
		o->cwd = optarg;
		return 0;
	case 'N':
		o->no_new_privs = true;
		return 0;
	case 'L':
		o->label = optarg;
		return 0;
	case 'A':
		o->apparmor = optarg;
		return 0;
	default:
		return -EINVAL;
	}
}

static int set_user(json_t *process, const char *user, struct failure *f)
{
	json_t *object = json_object_get(process, "user");
	json_int_t uid, gid = config_integer(object, "gid", 0);
	const char *p = user;

	int r = read_id(&p, &uid);
	if (r == 0 && *p == ':') {
		p++;
		r = read_id(&p, &gid);
	}
	if (r < 0 || *p)
		return fail(f, 0,
			"--user %.100s: must be UID or UID:GID, numbers below 4294967295",
			user);
	if (!object)
		json_object_set_new(process, "user", object = json_object());
	json_object_set_new(object, "uid", json_integer(uid));
	json_object_set_new(object, "gid", json_integer(gid));
	return 0;
}

static void extend(json_t *object, const char *key, json_t *more)
{
	json_t *list = json_object_get(object, key);

	if (!list)
		json_object_set_new(object, key, list = json_array());
	json_array_extend(list, more);
}

/* What is added can be used, by the program and what it runs as root; it is not inherited
 * (CVE-2022-29162). */
static void add_caps(json_t *process, json_t *caps)
{
	json_t *sets = json_object_get(process, "capabilities");

	if (!sets)
		json_object_set_new(process, "capabilities", sets = json_object());
	extend(sets, "bounding", caps);
	extend(sets, "permitted", caps);
	extend(sets, "effective", caps);
}

static int set_args(json_t *process, char **args, struct failure *f)
{
	json_t *list = json_array();

	for (; *args; args++)
		if (json_array_append_new(list, json_string(*args)) < 0) {
			json_decref(list);
			return fail(f, 0, "the program's arguments must be UTF-8");
		}
	if (!json_array_size(list)) {
		json_decref(list);
		return fail(f, 0, "exec: which program?");
	}
	return json_object_set_new(process, "args", list) < 0 ? fail(f, ENOMEM, "exec")
							      : 0;
}

/* Of the container's process all but its program and terminal. */
static int change(json_t *process, const struct exec_options *o, struct failure *f)
{
	int r = set_args(process, o->args, f);

	if (r == 0 && o->user)
		r = set_user(process, o->user, f);
	if (r == 0 && o->cwd && *o->cwd != '/')
		r = fail(f, 0, "--cwd %s: must be absolute", o->cwd);
	if (r < 0)
		return r;
	json_object_set_new(process, "terminal", json_boolean(o->tty));
	json_object_del(process, "consoleSize");
	if (o->cwd)
		json_object_set_new(process, "cwd", json_string(o->cwd));
	if (o->env)
		extend(process, "env", o->env);
	if (o->caps)
		add_caps(process, o->caps);
	if (o->gids) {
		json_t *user = json_object_get(process, "user");
		if (!user)
			json_object_set_new(process, "user", user = json_object());
		extend(user, "additionalGids", o->gids);
	}
	if (o->no_new_privs)
		json_object_set_new(process, "noNewPrivileges", json_true());
	if (o->label)
		json_object_set_new(process, "selinuxLabel", json_string(o->label));
	if (o->apparmor)
		json_object_set_new(process, "apparmorProfile", json_string(o->apparmor));
	return 0;
}

json_t *exec_process(
	const struct config *c, const struct exec_options *o, struct failure *f)
{
	json_t *process = NULL;

	if (o->process) {
		if (config_load_process(o->process, &process, f) < 0)
			return NULL;
		if (o->tty)
			json_object_set_new(process, "terminal", json_true());
		return process;
	}
	process = c->process ? json_deep_copy(c->process) : json_object();
	if (process && change(process, o, f) == 0)
		return process;
	json_decref(process);
	return NULL;
}
