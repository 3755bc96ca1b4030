/*
 * Can a file be opened only if no disk has to be waited for? (probes.md row 151.) Servers
 * try so before they leave it to another thread.
 *
 * With RESOLVE_CACHED "/" must open, as it is always at hand; a name that nobody has
 * asked for must be EAGAIN, and ENOENT without the flag, for the file system has to be
 * asked: the control. The flag that came before it was accepted: so EINVAL means that it
 * is not known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "answer.h"
#include "uapi/openat2.h"

#define TRIES 1000 /* a rename or mount elsewhere may race with any of them: EAGAIN */

/* 0 if it opens, or a positive errno. */
static int try_open(const char *path, uint64_t resolve)
{
	struct plimsoll_open_how how = { .flags = O_PATH | O_CLOEXEC,
		.resolve = resolve };
	_cleanup_close_ int fd = sys_openat2(AT_FDCWD, path, &how);

	return fd < 0 ? errno : 0;
}

static struct verdict judge(int cached, int uncached, int plain)
{
	if (plain != ENOENT)
		return answer_error("openat2", plain, "a made-up name is there");
	if (cached)
		return answer_fail(
			"with RESOLVE_CACHED \"/\" does not open (errno %d)", cached);
	if (uncached != EAGAIN)
		return answer_fail(
			"with RESOLVE_CACHED a name that nobody had asked for was not "
			"EAGAIN (errno %d)",
			uncached);
	return answer_pass(
		"a name that nobody had asked for was EAGAIN, and ENOENT without the "
		"flag; \"/\" opens with it");
}

static struct verdict ask(const struct ask *a)
{
	char name[64];
	struct timespec now;

	int err = try_open("/", RESOLVE_NO_MAGICLINKS);
	if (err)
		return answer_refused(a, "openat2", err);
	err = EAGAIN;
	for (int i = 0; i < TRIES && err == EAGAIN; i++)
		err = try_open("/", RESOLVE_CACHED);
	if (err == EINVAL)
		return answer_refused(a, "openat2(CACHED)", err);
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof(name), "/plimsoll-%d-%lld.%09ld", getpid(),
		(long long)now.tv_sec, now.tv_nsec);
	int uncached = try_open(name, RESOLVE_CACHED);
	return judge(err, uncached, try_open(name, 0));
}

const struct probe probe_fs_resolve_cached = {
	.about = "a file can be opened only if no disk has to be waited for",
	.how = "With RESOLVE_CACHED a name that nobody has asked for must be EAGAIN, "
	       "which is ENOENT without it; \"/\" must open.",
	.man = "openat2(2)",
	.since = "5.12",
	.needed_by = "servers that use io_uring",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat2),
	.ask = ask,
};
