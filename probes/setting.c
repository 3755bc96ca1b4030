#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "setting.h"

int setting_become(const struct asker *who, int parent)
{
	if (!who->become)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(who->gid, who->gid, who->gid) < 0 ||
		setresuid(who->uid, who->uid, who->uid) < 0)
		return -errno;
	after_credentials(parent);
	return 0;
}

static const struct {
	unsigned needs;
	int flag;
	const char *name;
} namespaces[] = {
	{ PROBE_NEEDS_MNTNS | PROBE_NEEDS_SCRATCH, CLONE_NEWNS, "mnt" },
	{ PROBE_NEEDS_NETNS, CLONE_NEWNET, "net" },
};

/*
 * A user namespace comes with what needs one, and with any other where the asker may not make
 * that, or do nothing in it, otherwise.
 */
static bool wants_userns(const struct ask *a, unsigned needs)
{
	bool admin = env_has_cap(a->env, CAP_SYS_ADMIN);
	bool net_admin = admin && env_has_cap(a->env, CAP_NET_ADMIN);

	return (needs & PROBE_NEEDS_USERNS) ||
		((needs & (PROBE_NEEDS_MNTNS | PROBE_NEEDS_SCRATCH)) && !admin) ||
		((needs & PROBE_NEEDS_NETNS) && !net_admin);
}

/* With CLONE_NEWUSER the others belong to the new user namespace, in which we become root. */
static int make_namespaces(struct ask *a, int flags, const char *stage, int parent,
	struct verdict *ret_refused)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (flags && unshare(flags) < 0) {
		*ret_refused = answer_refused(a, stage, errno);
		return -1;
	}
	if (!(flags & CLONE_NEWUSER))
		return 0;
	after_credentials(parent);
	if (map_self(a, uid, gid, ret_refused) < 0)
		return -1;
	a->own_userns = true;
	return 0;
}

int setting_userns(struct ask *a, int parent, struct verdict *ret_refused)
{
	return make_namespaces(a, CLONE_NEWUSER, "unshare(user)", parent, ret_refused);
}

int setting_namespaces(
	struct ask *a, unsigned needs, int parent, struct verdict *ret_refused)
{
	bool mnt = needs & (PROBE_NEEDS_MNTNS | PROBE_NEEDS_SCRATCH);
	int flags = wants_userns(a, needs) ? CLONE_NEWUSER : 0;
	char stage[32];

	snprintf(stage, sizeof(stage), "unshare(%s", flags ? "user" : "");
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		if (!(needs & namespaces[i].needs))
			continue;
		snprintf(stage + strlen(stage), sizeof(stage) - strlen(stage), "%s%s",
			flags ? "," : "", namespaces[i].name);
		flags |= namespaces[i].flag;
	}
	strcat(stage, ")");
	if (make_namespaces(a, flags, stage, parent, ret_refused) < 0)
		return -1;
	/* In a chroot "/" need not be a mount; then there is nothing to cut off. */
	if (mnt && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 &&
		errno != EINVAL) {
		*ret_refused = answer_refused(a, "mount(private)", errno);
		return -1;
	}
	return 0;
}

#define BARE_DIRS 6 /* so many are tried first, if nothing is mounted there */

/*
 * Nothing is mounted at it or below: what is to be asked about may be a mount that is there,
 * and must not be covered. What cannot be read covers nothing.
 */
static bool is_bare(const char *mounts, const char *dir)
{
	char at[32];

	for (const char *end = " /"; *end; end++) {
		snprintf(at, sizeof(at), " %s%c", dir, *end);
		if (strstr(mounts, at))
			return false;
	}
	return true;
}

/*
 * The scratch tmpfs covers a directory that is there on any machine; it is seen only in the
 * question's own mount namespace, so that nothing has to be made or removed on the host.
 */
int setting_scratch(const struct ask *a, struct verdict *ret_refused)
{
	static const char *const dirs[] = { "/tmp", "/mnt", "/media", "/srv", "/opt",
		"/home", "/tmp", "/mnt", "/run", "/var", "/dev", "/" };
	static char mounts[65536];

	if (!*mounts)
		env_file(a->env, "/proc/self/mountinfo", mounts, sizeof(mounts));
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (i < BARE_DIRS && !is_bare(mounts, dirs[i]))
			continue;
		if (mount("plimsoll", dirs[i], "tmpfs", MS_NOSUID | MS_NODEV,
			    "mode=0755") == 0 &&
			chdir(dirs[i]) == 0)
			return 0;
		if (errno != ENOENT && errno != ENOTDIR) {
			*ret_refused = answer_refused(a, "mount(tmpfs)", errno);
			return -1;
		}
	}
	*ret_refused = answer_error(
		"mount(tmpfs)", ENOENT, "no directory to mount a scratch tmpfs on");
	return -1;
}

/*
 * Below one's own, which is what an asker may divide. Root's own is usually a leaf, whose
 * processes keep it from handing controllers down, while the top does that: there then.
 */
static const char *place_of_cgroup(const struct env *env, const struct env_cgroup *cg)
{
	char path[PATH_MAX + 32], own[256] = "", top[256] = "";

	if (env->uid != 0 || env->own_userns)
		return cg->own;
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", cg->own);
	env_file(env, path, own, sizeof(own));
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", cg->mount);
	env_file(env, path, top, sizeof(top));
	return !*own && *top ? cg->mount : cg->own;
}

int setting_cgroup(struct ask *a, const char *name, struct verdict *ret_refused)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	struct env_cgroup cg;
	int r = env_cgroup(a->env, &cg);

	if (r < 0) {
		*ret_refused = answer_error(
			"open(mountinfo)", -r, "/proc/self/mountinfo: %s", strerror(-r));
		return -1;
	}
	if (!*cg.own) {
		*ret_refused = answer_denied(
			cg.layout == CGROUP_V1 ? "cgroup-v1" : "cgroup",
			*cg.mount ? "this process's cgroup is not below the cgroup2 mount"
				  : "no cgroup2 is mounted here",
			"boot with systemd.unified_cgroup_hierarchy=1 (systemd), or mount cgroup2 "
			"on /sys/fs/cgroup; in a container, run it with its own cgroup namespace",
			"cgroups: %s", cgroup_layout_name(cg.layout));
		return -1;
	}
	_cleanup_close_ int own = open(place_of_cgroup(a->env, &cg), flags);
	if (own < 0) {
		*ret_refused = answer_refused(a, "open(cgroup)", errno);
		return -1;
	}
	if (mkdirat(own, name, 0755) < 0) {
		*ret_refused = answer_refused(a, "mkdir(cgroup)", errno);
		return -1;
	}
	a->cgroup = openat(own, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (a->cgroup >= 0)
		return 0;
	*ret_refused = answer_refused(a, "open(cgroup)", errno);
	return -1;
}
