#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "newidmap.h"
#include "ns.h"
#include "pool.h"

#define NOT_RUN 100 /* an exit status above it: an errno, and not the program's */

struct subids {
	unsigned long start, count;
};

static bool in_dir(const char *dir, size_t len, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%.*s/%s", (int)len, dir, name);
	return *path == '/' && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* In $PATH, or where it is on any distribution: services have an odd $PATH, or none. */
static bool find_program(const char *name, char *path, size_t size)
{
	static const char *const usual[] = { "/usr/bin", "/bin", "/usr/sbin" };
	const char *at = getenv("PATH");

	for (; at && *at; at += strspn(at, ":")) {
		size_t len = strcspn(at, ":");
		if (in_dir(at, len, name, path, size))
			return true;
		at += len;
	}
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (in_dir(usual[i], strlen(usual[i]), name, path, size))
			return true;
	return false;
}

/* The name behind a uid, from /etc/passwd; "" if it is not there. */
static void name_of(uid_t uid, char *name, size_t size)
{
	_cleanup_fclose_ FILE *f = fopen("/etc/passwd", "re");
	char line[1024], found[256];
	unsigned id;

	*name = '\0';
	while (f && !*name && fgets(line, sizeof(line), f))
		if (sscanf(line, "%255[^:]:%*[^:]:%u:", found, &id) == 2 && id == uid)
			snprintf(name, size, "%s", found);
}

/* The largest range of the asker's, who may be there by name or by number. */
static bool find_range(
	const char *file, const char *name, uid_t uid, struct subids *ret_range)
{
	_cleanup_fclose_ FILE *f = fopen(file, "re");
	struct subids best = { 0 }, range;
	char line[1024], who[256], number[16];

	snprintf(number, sizeof(number), "%u", uid);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%255[^:]:%lu:%lu", who, &range.start, &range.count) !=
				3 ||
			(strcmp(who, name) && strcmp(who, number)))
			continue;
		if (range.count > best.count)
			best = range;
	}
	if (!best.count)
		return false;
	*ret_range = best;
	return true;
}

/* /etc/nsswitch.conf may say that subordinate ids come from a directory (SSSD). */
static bool ranges_elsewhere(void)
{
	_cleanup_fclose_ FILE *f = fopen("/etc/nsswitch.conf", "re");
	char line[512], source[64];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " subid: %63s", source) == 1 && strcmp(source, "files"))
			return true;
	return false;
}

static struct verdict denied(const char *cause, const char *remedy, const char *program)
{
	return answer_denied("helper", cause, remedy, "%s: %s", program, cause);
}

/* Does the program get the privilege that it needs when it is run? 0, or -1. */
static int check_program(const struct ask *a, const struct newidmap *kind,
	const char *path, struct verdict *ret_refused)
{
	char cause[200], remedy[250], caps[64];
	struct statvfs fs;
	struct stat st;

	if (env_has_cap(a->env, kind->cap))
		return 0; /* it is handed down to it */
	if (a->env->no_new_privs) {
		*ret_refused = denied(
			"no_new_privs is set, so that no program gets more privilege",
			"run without it (Kubernetes: allowPrivilegeEscalation: true, "
			"systemd: NoNewPrivileges=no, docker: no no-new-privileges)",
			kind->program);
		return -1;
	}
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID)) {
		snprintf(cause, sizeof(cause),
			"%.120s is on a file system mounted nosuid", path);
		*ret_refused = denied(cause, "mount it without nosuid", kind->program);
		return -1;
	}
	bool setuid = stat(path, &st) == 0 && (st.st_mode & S_ISUID) && st.st_uid == 0;
	if (setuid || getxattr(path, "security.capability", caps, sizeof(caps)) > 0)
		return 0;
	snprintf(cause, sizeof(cause),
		"%.120s is neither setuid root nor has file capabilities", path);
	snprintf(remedy, sizeof(remedy), "setcap cap_set%s+ep %.120s, or chmod u+s",
		kind->cap == CAP_SETUID ? "uid" : "gid", path);
	*ret_refused = denied(cause, remedy, kind->program);
	return -1;
}

static int check_range(const struct newidmap *kind, struct subids *ret_range,
	struct verdict *ret_refused)
{
	char name[256], cause[350], remedy[350];
	uid_t uid = geteuid();

	name_of(uid, name, sizeof(name));
	if (find_range(kind->file, name, uid, ret_range))
		return 0;
	if (ranges_elsewhere()) {
		snprintf(cause, sizeof(cause),
			"%s has no range for uid %u, and /etc/nsswitch.conf says that ranges are "
			"elsewhere: not asked",
			kind->file, uid);
		snprintf(remedy, sizeof(remedy), "add a line for this user to %s",
			kind->file);
	} else {
		snprintf(cause, sizeof(cause), "%s has no range for %s (uid %u)",
			kind->file, *name ? name : "this user", uid);
		snprintf(remedy, sizeof(remedy), "usermod %s 100000-165535 %s",
			kind->option, *name ? name : "USER");
	}
	*ret_refused = denied(cause, remedy, kind->program);
	return -1;
}

/* In the child that becomes the helper: maps 0 to the asker, and 1 on to the range. */
static void exec_program(
	const char *path, int of, unsigned long own, const struct subids *range, int out)
{
	char texts[7][24];
	char *argv[9] = { (char *)path };
	const unsigned long numbers[7] = { of, 0, own, 1, 1, range->start, range->count };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		snprintf(texts[i], sizeof(texts[i]), "%lu", numbers[i]);
		argv[i + 1] = texts[i];
	}
	if (dup2(out, STDERR_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execv(path, argv);
	_exit(NOT_RUN + errno);
}

/* Its exit status, and what it said in `text`; -1 if it could not be run. */
static int run_program(const char *path, int of, unsigned long own,
	const struct subids *range, char *text, size_t size)
{
	int out[2], status, parent = getpid();

	*text = '\0';
	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		exec_program(path, of, own, range, out[1]);
	}
	close(out[1]);
	if (pid > 0)
		read_string(out[0], text, size);
	close(out[0]);
	text[strcspn(text, "\n")] = '\0';
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Is the range in the child's map, beginning with 1 inside? */
static bool is_mapped(
	const struct ask *a, int pid, const char *map, const struct subids *range)
{
	unsigned long inside, outside, count;
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, map);
	if (env_file(a->env, path, text, sizeof(text)) < 0)
		return false;
	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += strspn(at, "\n");
		if (sscanf(at, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
			inside == 1 && outside == range->start && count == range->count)
			return true;
	}
	return false;
}

static struct verdict judge(const struct ask *a, const struct newidmap *kind,
	const char *path, const struct subids *range, int pid)
{
	unsigned long own = kind->cap == CAP_SETUID ? geteuid() : getegid();
	char file[64], line[64], said[200], cause[300];

	snprintf(file, sizeof(file), "/proc/%d/%s", pid, kind->map);
	snprintf(line, sizeof(line), "1 %lu %lu", range->start, range->count);
	bool alone = env_has_cap(a->env, kind->cap);
	if (!alone && write_file(AT_FDCWD, file, line) == 0)
		return answer_fail("without privilege, a range of others' ids could be "
				   "mapped without the helper");
	int r = run_program(path, pid, own, range, said, sizeof(said));
	if (r > NOT_RUN)
		return answer_refused(a, "execve", r - NOT_RUN);
	if (r != 0) {
		snprintf(cause, sizeof(cause), "%s failed (exit status %d): %s",
			kind->program, r, *said ? said : "it said nothing");
		return denied(cause,
			"what it says tells more: the range in /etc/subuid or /etc/subgid, an LSM, "
			"ids that are not mapped in this container",
			kind->program);
	}
	if (!is_mapped(a, pid, kind->map, range))
		return answer_denied("helper",
			"the program reports success, but has not mapped the range",
			"install the distribution's", "%s: exit status 0", path);
	return answer_pass("%s mapped %lu ids from %lu on%s", path, range->count,
		range->start, alone ? "" : ", which the asker by itself may not");
}

struct verdict newidmap_ask(const struct ask *a, const struct newidmap *kind)
{
	_cleanup_ns_child_ struct ns_child child = { 0 };
	struct subids range;
	struct verdict v;
	char path[512];

	int err = ns_hold(ns_hold_user, NULL, &child, &v);
	if (err)
		return err < 0 ? v : answer_refused(a, "unshare(user)", err);
	if (!find_program(kind->program, path, sizeof(path)))
		return denied("the program is not installed",
			"install it: package uidmap (Debian, Ubuntu), shadow-utils (Fedora, RHEL), "
			"shadow (openSUSE, Arch), shadow-uidmap (Alpine)",
			kind->program);
	if (check_program(a, kind, path, &v) < 0 || check_range(kind, &range, &v) < 0)
		return v;
	return judge(a, kind, path, &range, child.pid);
}
