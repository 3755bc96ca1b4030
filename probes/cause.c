#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cause.h"
#include "record.h"

bool cause_is_call(const struct verdict *v, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(v->stage, name, len) && (!v->stage[len] || v->stage[len] == '(');
}

bool cause_is_unshare_user(const struct verdict *v)
{
	return cause_is_call(v, "unshare") && strstr(v->stage, "user");
}

bool cause_found(struct verdict *v, const char *cause, const char *remedy)
{
	VERDICT_TEXT(v->cause, "%s", cause);
	VERDICT_TEXT(v->remedy, "%s", remedy);
	return true;
}

/* Engines leave a file; what a pod is given names its cluster; others set $container. */
const char *cause_container(const struct env *env)
{
	static const struct {
		const char *file, *container;
	} files[] = { { "/.dockerenv", "docker" }, { "/run/.containerenv", "podman" } };
	const char *name = getenv("container");

	if (getenv("KUBERNETES_SERVICE_HOST"))
		return "kubernetes";
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!*env->prefix && access(files[i].file, F_OK) == 0)
			return files[i].container;
	if (!name || !*name)
		return "";
	return !strcmp(name, "lxc")               ? "lxc"
		: !strcmp(name, "podman")         ? "podman"
		: !strcmp(name, "systemd-nspawn") ? "systemd-nspawn"
						  : "container";
}

void cause_remedy(
	const struct env *env, const struct cause_remedies *remedies, struct verdict *v)
{
	const struct {
		const char *container, *label, *remedy;
	} parts[] = { { "docker", "docker: ", remedies->docker },
		{ "podman", "podman: ", remedies->podman },
		{ "kubernetes", "Kubernetes: ", remedies->kubernetes },
		{ "", "", remedies->host } };
	const char *container = cause_container(env);
	char all[sizeof(v->remedy)] = "";

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!parts[i].remedy)
			continue;
		if (*container && !strcmp(container, parts[i].container)) {
			VERDICT_TEXT(v->remedy, "%s%s", parts[i].label, parts[i].remedy);
			return;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s%s",
			*all ? "; " : "", parts[i].label, parts[i].remedy);
	}
	VERDICT_TEXT(v->remedy, "%s", all);
}

bool cause_by_seccomp(const struct ask *a, struct verdict *v)
{
	char name[32], remedy[160];

	if (a->env->seccomp != 2)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(v->stage, "("), v->stage);
	if (call_filtered(name, v->err) != 1)
		return false;
	VERDICT_TEXT(v->cause,
		"a seccomp filter answers %s to every %s, whatever its arguments",
		errno_name(v->err), name);
	const struct cause_remedies remedies = { .docker =
							 "--security-opt seccomp=PROFILE",
		.podman = "--security-opt seccomp=PROFILE",
		.kubernetes = "securityContext.seccompProfile",
		.host = "systemd: SystemCallFilter=" };
	cause_remedy(a->env, &remedies, v);
	snprintf(remedy, sizeof(remedy), "%s", v->remedy);
	VERDICT_TEXT(v->remedy,
		"allow %s in the seccomp profile of the container or service this runs in (%s)",
		name, remedy);
	return true;
}

/* The label under which a security module confines this process; "" if none is seen. */
static const char *label_of(const struct env *env, char *label, size_t size)
{
	static const char *const files[] = { "/proc/self/attr/apparmor/current",
		"/proc/self/attr/current" };

	*label = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(files) && !*label; i++)
		if (env_file(env, files[i], label, size) < 0)
			*label = '\0';
	if (!strncmp(label, "unconfined", strlen("unconfined")) ||
		!strncmp(label, "kernel", strlen("kernel")))
		*label = '\0';
	return label;
}

/* What could be, where nothing is proven. */
static void unproven(const struct ask *a, struct verdict *v)
{
	const char *filter =
		a->env->seccomp == 2 ? ", a seccomp filter that looks at arguments" : "";
	char label[96], lsm[160] = "an LSM";

	if (*label_of(a->env, label, sizeof(label)))
		snprintf(lsm, sizeof(lsm), "an LSM (this process is confined: %.80s)",
			label);
	if (cause_is_unshare_user(v))
		VERDICT_TEXT(v->cause,
			"unproven: %s%s, a chroot, or a patch of the distribution's kernel",
			lsm, filter);
	else
		VERDICT_TEXT(v->cause,
			"unproven: %s%s, a missing capability or a rule of the kernel",
			lsm, filter);
	VERDICT_TEXT(v->remedy,
		"%slook for a denial in the kernel log (dmesg, ausearch -m avc)",
		cause_is_unshare_user(v) && a->env->uid != 0
			? "ask again as root, who can tell a chroot; else "
			: "");
}

void cause_find(const struct ask *a, struct verdict *v)
{
	static const struct {
		const char *layer;
		bool (*proves)(const struct ask *a, struct verdict *v);
	} causes[] = {
		/* Where the sysctl says so, a harmless call cannot tell it from a filter. */
		{ "sysctl", cause_by_io_uring_sysctl },
		{ "seccomp", cause_by_seccomp },
		{ "limit", cause_by_limit },
		{ "limit", cause_by_key_quota },
		{ "limit", cause_by_files },
		{ "limit", cause_by_inotify },
		{ "limit", cause_by_mount_max },
		{ "limit", cause_by_processes },
		{ "unmapped", cause_by_unmapped_id },
		{ "chroot", cause_by_chroot },
		{ "capability", cause_by_setfcap },
		{ "sysctl", cause_by_debian_sysctl },
		{ "lsm", cause_by_apparmor_sysctl },
		{ "mask", cause_by_readonly_proc },
		{ "cgroup", cause_by_cgroup },
		{ "capability", cause_by_capability },
		{ "lsm", cause_by_landlock },
		{ "ownership", cause_by_ownership },
	};

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].proves(a, v)) {
			if (!*v->layer)
				VERDICT_TEXT(v->layer, "%s", causes[i].layer);
			return;
		}
	}
	VERDICT_TEXT(v->layer, "unproven");
	unproven(a, v);
}
