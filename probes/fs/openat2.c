/*
 * Does openat2(2) keep a path inside a directory? (probes.md row 150.) Runtimes resolve
 * the paths of an image below its root with it; without it each of them is a race.
 *
 * One call for each RESOLVE_* bit, beside the same call without it, which must come out
 * otherwise. No scratch file system is needed: /proc has symbolic links and magic links
 * for everyone, and a symbolic link that leads out of its directory is found on any usual
 * system. So an asker who may not make namespaces is answered too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "record.h"

/* Where a mount or rename anywhere raced with a "..", the kernel wants to be asked again. */
#define TRIES 10000

/* A descriptor, or -1 and errno. */
static int open_below(int dir, const char *path, uint64_t resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };
	int fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* 0 if it opens, or a positive errno. */
static int try_open(int dir, const char *path, uint64_t resolve)
{
	_cleanup_close_ int fd = open_below(dir, path, resolve);

	return fd < 0 ? errno : 0;
}

static const struct bit {
	const char *stage, *path; /* asked below /proc */
	uint64_t resolve;
	int without, with; /* what the bit makes of it: 0 or an errno */
} bits[] = {
	{ "openat2(BENEATH)", "self/../../proc", RESOLVE_BENEATH, 0, EXDEV },
	{ "openat2(BENEATH)", "/proc", RESOLVE_BENEATH, 0, EXDEV },
	{ "openat2(BENEATH)", "self/../self/status", RESOLVE_BENEATH, 0, 0 },
	{ "openat2(IN_ROOT)", "/self/status", RESOLVE_IN_ROOT, ENOENT, 0 },
	{ "openat2(IN_ROOT)", "../../self/status", RESOLVE_IN_ROOT, ENOENT, 0 },
	{ "openat2(NO_SYMLINKS)", "self", RESOLVE_NO_SYMLINKS, 0, ELOOP },
	{ "openat2(NO_MAGICLINKS)", "self/root", RESOLVE_NO_MAGICLINKS, 0, ELOOP },
	{ "openat2(NO_MAGICLINKS)", "self/status", RESOLVE_NO_MAGICLINKS, 0, 0 },
	{ "openat2(NO_XDEV)", "..", RESOLVE_NO_XDEV, 0, EXDEV },
};

static const char *word(int err)
{
	return err ? errno_name(err) : "a file";
}

static struct verdict ask_bit(const struct ask *a, int proc, const struct bit *b)
{
	int without = try_open(proc, b->path, 0),
	    with = try_open(proc, b->path, b->resolve);

	if (without != b->without)
		return answer_error("openat2", without,
			"the control failed: %s below /proc gave %s", b->path,
			word(without));
	if (with == EINVAL)
		return answer_refused(a, b->stage, with);
	if (with != b->with)
		return answer_fail("%s: %s below /proc gave %s, where it must give %s",
			b->stage, b->path, word(with), word(b->with));
	return answer_pass("as it must");
}

static bool leads_out(int dir, const char *link)
{
	char target[PATH_MAX] = "";

	ssize_t n = readlinkat(dir, link, target, sizeof(target) - 1);
	return n > 0 && (*target == '/' || !strncmp(target, "../", 3)) &&
		try_open(dir, link, 0) == 0;
}

static bool same_file(int one, int two)
{
	struct stat st1, st2;

	return one >= 0 && two >= 0 && fstat(one, &st1) == 0 && fstat(two, &st2) == 0 &&
		st1.st_dev == st2.st_dev && st1.st_ino == st2.st_ino;
}

/* Symbolic links that lead out of their directory, by an absolute target or by "..". */
static const struct outward {
	const char *dir, *link;
} outwards[] = {
	{ "/dev", "fd" },
	{ "/sys/class/net", "lo" },
	{ "/etc", "mtab" },
	{ "/etc", "os-release" },
	{ "/var", "run" },
};

static struct verdict ask_link(const struct outward *o, int dir)
{
	_cleanup_close_ int out = open_below(dir, o->link, 0);
	_cleanup_close_ int in_root = open_below(dir, o->link, RESOLVE_IN_ROOT);
	int beneath = try_open(dir, o->link, RESOLVE_BENEATH);

	if (beneath != EXDEV)
		return answer_fail(
			"openat2(BENEATH): the symbolic link %s/%s, which leads out of "
			"its directory, gave %s, where it must give EXDEV",
			o->dir, o->link, word(beneath));
	if (same_file(out, in_root))
		return answer_fail(
			"openat2(IN_ROOT): the symbolic link %s/%s led out of its "
			"directory",
			o->dir, o->link);
	return answer_pass(
		"BENEATH, IN_ROOT, NO_SYMLINKS, NO_MAGICLINKS and NO_XDEV each stopped "
		"what opens without them; neither of the first two followed %s/%s out",
		o->dir, o->link);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return answer_error("open", errno, "/proc: %s", strerror(errno));
	int err = try_open(proc, "self/status", 0);
	if (err)
		return answer_refused(a, "openat2", err);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		v = ask_bit(a, proc, &bits[i]);
		if (v.outcome != OUTCOME_PASS)
			return v;
	}
	for (size_t i = 0; i < ARRAY_SIZE(outwards); i++) {
		const struct outward *o = &outwards[i];
		_cleanup_close_ int dir = open(o->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && leads_out(dir, o->link))
			return ask_link(o, dir);
	}
	return answer_pass(
		"BENEATH, IN_ROOT, NO_SYMLINKS, NO_MAGICLINKS and NO_XDEV each stopped "
		"what opens without them; no symbolic link was found here that leads out "
		"of its directory");
}

const struct probe probe_fs_openat2 = {
	.about = "openat2(2) keeps a path inside a directory",
	.how = "A path is opened with each RESOLVE_* bit and without: each must stop "
	       "what opens without it, and a symbolic link must not lead out.",
	.man = "openat2(2)",
	.since = "5.6",
	.needed_by = "runc (libpathrs), crun, systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat2),
	.ask = ask,
};
