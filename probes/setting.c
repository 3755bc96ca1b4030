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
#include "guard.h"
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

/* Of this process, and the same for all that it forks to ask: looked at once, beforehand. */
static struct {
	char mounts[65536]; /* mountinfo, or what fits of it */
	int r;              /* what env_cgroup() said */
	struct env_cgroup cgroup;
	bool at_top; /* the top hands controllers down, and one's own cgroup does not */
} host;

static bool hands_down(const struct env *env, const char *dir)
{
	char path[PATH_MAX + 32], words[256];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	return env_file(env, path, words, sizeof(words)) > 0;
}

void setting_prepare(const struct env *env)
{
	env_file(env, "/proc/self/mountinfo", host.mounts, sizeof(host.mounts));
	host.r = env_cgroup(env, &host.cgroup);
	if (host.r == 0 && *host.cgroup.own)
		host.at_top = hands_down(env, host.cgroup.mount) &&
			!hands_down(env, host.cgroup.own);
}

/*
 * Nothing is mounted at it or below: what is to be asked about may be a mount that is there,
 * and must not be covered. What cannot be read covers nothing.
 */
static bool is_bare(const char *dir)
{
	char at[32];

	for (const char *end = " /"; *end; end++) {
		snprintf(at, sizeof(at), " %s%c", dir, *end);
		if (strstr(host.mounts, at))
			return false;
	}
	return true;
}

/*
 * The scratch tmpfs covers a directory that is there on any machine, if there is one a bare
 * one; it is seen only in the question's own mount namespace, so that nothing has to be made
 * or removed on the host.
 */
int setting_scratch(const struct ask *a, struct verdict *ret_refused)
{
	static const char *const dirs[] = { "/tmp", "/mnt", "/media", "/srv", "/opt",
		"/home", "/run", "/var", "/dev", "/" };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(dirs); i++) {
		const char *dir = dirs[i % ARRAY_SIZE(dirs)];
		if (i < ARRAY_SIZE(dirs) && !is_bare(dir))
			continue;
		if (mount("plimsoll", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") ==
				0 &&
			chdir(dir) == 0)
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
static const char *place_of_cgroup(const struct env *env)
{
	bool root = env->uid == 0 && !env->own_userns;

	return root && host.at_top ? host.cgroup.mount : host.cgroup.own;
}

static struct verdict no_cgroup(void)
{
	const struct env_cgroup *cg = &host.cgroup;

	if (host.r < 0)
		return answer_error("open(mountinfo)", -host.r,
			"/proc/self/mountinfo: %s", strerror(-host.r));
	return answer_denied(cg->layout == CGROUP_V1 ? "cgroup-v1" : "cgroup",
		*cg->mount ? "this process's cgroup is not below the cgroup2 mount"
			   : "no cgroup2 is mounted here",
		"boot with systemd.unified_cgroup_hierarchy=1 (systemd), or mount cgroup2 "
		"on /sys/fs/cgroup; in a container, run it with its own cgroup namespace",
		"cgroups: %s", cgroup_layout_name(cg->layout));
}

int setting_cgroup(struct ask *a, const char *name, struct verdict *ret_refused)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	if (host.r < 0 || !*host.cgroup.own) {
		*ret_refused = no_cgroup();
		return -1;
	}
	_cleanup_close_ int place = open(place_of_cgroup(a->env), flags);
	if (place < 0) {
		*ret_refused = answer_refused(a, "open(cgroup)", errno);
		return -1;
	}
	if (mkdirat(place, name, 0755) < 0) {
		*ret_refused = answer_refused(a, "mkdir(cgroup)", errno);
		return -1;
	}
	a->cgroup = openat(place, name, flags);
	if (a->cgroup >= 0)
		return 0;
	*ret_refused = answer_refused(a, "open(cgroup)", errno);
	return -1;
}

int setting_remove_cgroup(const char *name)
{
	const struct env_cgroup *cg = &host.cgroup;
	int r = host.r == 0 && *cg->own ? guard_remove_below(cg->own, name) : 0;

	if (r >= 0 && host.at_top)
		r = guard_remove_below(cg->mount, name);
	return r;
}
