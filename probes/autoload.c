#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

#include "autoload.h"
#include "late.h"
#include "mnt.h"

/* What is used of libkmod. It is loaded late, as it brings libcrypto along. */
#define LIBKMOD_FUNCTIONS(F)           \
	F(kmod_get_dirname)            \
	F(kmod_module_apply_filter)    \
	F(kmod_module_get_initstate)   \
	F(kmod_module_get_module)      \
	F(kmod_module_get_name)        \
	F(kmod_module_new_from_lookup) \
	F(kmod_module_unref)           \
	F(kmod_module_unref_list)      \
	F(kmod_new)                    \
	F(kmod_set_log_fn)             \
	F(kmod_unref)

static struct {
	LIBKMOD_FUNCTIONS(LATE_MEMBER)
} lk;

#define SYMBOL(fn) LATE_SYMBOL(lk, fn)
static const struct late_symbol symbols[] = { LIBKMOD_FUNCTIONS(SYMBOL) };
static struct late_library library = LATE_LIBRARY(
	"libkmod.so.2", "libkmod (Debian: libkmod2)", "modules are looked up");

static void quiet(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args)
{
}

bool autoload_possible(const struct env *env)
{
	char modprobe[256];

	ssize_t n =
		env_file(env, "/proc/sys/kernel/modprobe", modprobe, sizeof(modprobe));
	return n > 0 && env_number(env, "/proc/sys/kernel/modules_disabled") != 1;
}

/* One that modprobe(8) would be sent for: blacklisted aliases are not. */
static struct kmod_module *resolve(struct kmod_ctx *ctx, const char *alias)
{
	struct kmod_list *list = NULL, *left = NULL;
	struct kmod_module *found = NULL;

	if (lk.kmod_module_new_from_lookup(ctx, alias, &list) < 0 || !list)
		return NULL;
	lk.kmod_module_apply_filter(ctx, KMOD_FILTER_BLACKLIST, list, &left);
	if (left)
		found = lk.kmod_module_get_module(left);
	lk.kmod_module_unref_list(list);
	lk.kmod_module_unref_list(left);
	return found;
}

static enum module_state state_of(struct kmod_module *module)
{
	int state = lk.kmod_module_get_initstate(module);

	if (state == KMOD_MODULE_BUILTIN)
		return MODULE_BUILTIN;
	return state == KMOD_MODULE_LIVE ? MODULE_LOADED : MODULE_LOADABLE;
}

/* The index files stay open from one question to the next. */
static struct kmod_ctx *modules(void)
{
	static struct kmod_ctx *ctx;
	static bool tried;
	char why[200];

	if (tried)
		return ctx;
	tried = true;
	if (late_load(&library, why, sizeof(why)) == 0)
		ctx = lk.kmod_new(NULL, NULL);
	if (ctx)
		lk.kmod_set_log_fn(ctx, quiet, NULL);
	return ctx;
}

/* The modules behind aliases that do not end in their names. */
static const struct {
	const char *alias, *module;
} aliases[] = {
	{ "char-major-10-200", "tun" },
	{ "char-major-10-229", "fuse" },
	{ "char-major-10-232", "kvm" },
	{ "ip_set_hash:ip", "ip_set_hash_ip" },
	{ "net-cls-bpf", "cls_bpf" },
	{ "net-pf-10", "ipv6" },
	{ "net-pf-16-proto-12", "nfnetlink" },
	{ "net-pf-16-proto-16-family-IPVS", "ip_vs" },
	{ "net-sch-clsact", "sch_ingress" },
	{ "net-sch-tbf", "sch_tbf" },
	{ "nfnetlink-subsys-10", "nf_tables" },
	{ "nfnetlink-subsys-6", "ip_set" },
	{ "nft-chain-2-nat", "nft_chain_nat" },
	{ "nft-expr-match", "nft_compat" },
	{ "nft-expr-target", "nft_compat" },
	{ "rtnl-link-gre", "ip_gre" },
	{ "rtnl-link-ip6tnl", "ip6_tunnel" },
	{ "rtnl-link-vlan", "8021q" },
	{ "sch_clsact", "sch_ingress" },
};

/* Aliases that are a word before the module's name, or before another word. */
static const struct {
	const char *alias, *module;
} prefixes[] = { { "nft-expr-", "nft_" }, { "ipt_", "xt_" }, { "rtnl-link-", "" },
	{ "fs-", "" } };

static void module_of(const char *alias, char *ret_name, size_t size)
{
	snprintf(ret_name, size, "%s", alias);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcmp(aliases[i].alias, alias))
			continue;
		snprintf(ret_name, size, "%s", aliases[i].module);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i].alias);
		if (strncmp(prefixes[i].alias, alias, len))
			continue;
		snprintf(ret_name, size, "%s%s", prefixes[i].module, alias + len);
		return;
	}
}

/*
 * What is there already needs no index of modules, which a container has not: a file system
 * that is registered, a module in /sys.
 */
static bool is_there(const struct env *env, const char *alias)
{
	char name[64], path[96];

	if (!strncmp(alias, "fs-", 3) && mnt_type_known(env, alias + 3) == 1)
		return true;
	module_of(alias, name, sizeof(name));
	snprintf(path, sizeof(path), "/sys/module/%s", name);
	_cleanup_close_ int fd = env_open(env, path, O_PATH);
	return fd >= 0;
}

enum module_state module_state(
	const struct env *env, const char *alias, char *ret_name, size_t size)
{
	struct kmod_ctx *ctx = modules();

	snprintf(ret_name, size, "%s", alias);
	if (is_there(env, alias))
		return MODULE_LOADED;
	if (!ctx)
		return MODULE_UNSEEN;
	_cleanup_close_ int dir = open(lk.kmod_get_dirname(ctx), O_PATH | O_CLOEXEC);
	struct kmod_module *module = resolve(ctx, alias);
	if (!module)
		return dir < 0 ? MODULE_UNSEEN : MODULE_NONE;
	enum module_state state = state_of(module);
	snprintf(ret_name, size, "%s", lk.kmod_module_get_name(module));
	lk.kmod_module_unref(module);
	return state;
}

/* A kernel that has loaded modules has some elsewhere, if not here: this is a container. */
static bool has_loaded_any(const struct env *env)
{
	char text[64];

	return env_file(env, "/proc/modules", text, sizeof(text)) > 0;
}

static bool is_harmless(const struct env *env, enum module_state state)
{
	return state == MODULE_BUILTIN || state == MODULE_LOADED ||
		state == MODULE_NONE || (state == MODULE_UNSEEN && !has_loaded_any(env));
}

/* Modules of other releases, and none of this one's: the package was upgraded. */
static bool is_upgraded(void)
{
	static const char *const dirs[] = { "/lib/modules", "/usr/lib/modules" };
	const struct dirent *e;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && !count; i++) {
		_cleanup_closedir_ DIR *dir = opendir(dirs[i]);
		while (dir && (e = readdir(dir)))
			count += *e->d_name != '.';
	}
	return count > 0;
}

/* One cause for all: which module it is stands in the detail. */
static void put_off(
	enum module_state state, const char *name, struct verdict *ret_refused)
{
	const char *cause, *remedy;

	if (state == MODULE_LOADABLE) {
		cause = "its module is there and not loaded: the first use loads it, and so would "
			"asking";
		remedy =
			"none, if it may be loaded when it is needed; to be sure, modprobe it, or "
			"ask with --allow-autoload";
	} else if (is_upgraded()) {
		cause = "the modules of the running kernel are not here, those of another release "
			"are: its package was upgraded or removed, and what is not loaded yet is "
			"missing until a reboot";
		remedy = "reboot into the new kernel";
	} else {
		cause = "whether asking would load a module cannot be seen here: the kernel's "
			"modules are elsewhere";
		remedy = "modprobe it on the host, or ask with --allow-autoload";
	}
	*ret_refused = answer_denied("module", cause, remedy,
		"not asked: that would autoload the module %s", name);
	if (state == MODULE_LOADABLE)
		VERDICT_TEXT(ret_refused->stage, "%s", AUTOLOAD_STAGE);
}

bool autoload_harmless(const char *modules, struct verdict *ret_refused)
{
	struct env env = { 0 };
	char alias[64], name[64];

	if (!autoload_possible(&env))
		return true;
	for (const char *at = modules; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		snprintf(alias, sizeof(alias), "%.*s", (int)len, at);
		enum module_state state = module_state(&env, alias, name, sizeof(name));
		if (!is_harmless(&env, state)) {
			put_off(state, name, ret_refused);
			return false;
		}
		at += len;
	}
	return true;
}
