/*
 * Can the clocks of a time namespace be set? (probes.md row 77.)
 *
 * CRIU restores a container with it, and the runtime specification's `timeOffsets` is it. A
 * day is added to the boot time clock and a thousand seconds to the monotonic one: a child
 * must see both, each by its own, while its parent's clocks stay. The real time cannot be
 * set (EINVAL), which is asked first. It takes CAP_SYS_TIME in the user namespace at hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/capability.h>
#include <time.h>

#include "ns.h"
#include "uapi/sched.h"

#define OFFSETS "/proc/self/timens_offsets"
#define BOOT    86400
#define MONO    1000
#define SLACK   60 /* seconds that the question may take on a busy machine */

struct clocks {
	long boot, mono;
};

static struct clocks read_clocks(void)
{
	struct timespec boot, mono;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (struct clocks) { boot.tv_sec, mono.tv_sec };
}

static bool went_by(long from, long to, long expected)
{
	return to - from >= expected && to - from < expected + SLACK;
}

static struct verdict ask_child(const struct ask *a, void *arg)
{
	const struct clocks *before = arg;
	struct clocks now = read_clocks();

	if (!went_by(before->boot, now.boot, BOOT) ||
		!went_by(before->mono, now.mono, MONO))
		return answer_fail("the offsets were accepted, but a child's clocks are "
				   "%ld and %ld seconds away, not %d and %d",
			now.boot - before->boot, now.mono - before->mono, BOOT, MONO);
	return answer_pass("set");
}

static struct verdict refused(const struct ask *a, int err)
{
	if ((err == EPERM || err == EACCES) && !a->own_userns &&
		!env_has_cap(a->env, CAP_SYS_TIME))
		return answer_denied("capability", "the asker lacks CAP_SYS_TIME",
			"ask with it (docker, podman: --cap-add SYS_TIME), or inside a user "
			"namespace of one's own",
			"write(timens_offsets): EPERM");
	return answer_refused(a, "write(timens_offsets)", err);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int own = ns_own(a, "time", &v);
	if (own < 0 || ns_unshare(a, "time", CLONE_NEWTIME, &v) < 0)
		return v;
	struct clocks before = read_clocks();
	int real = write_file(AT_FDCWD, OFFSETS, "realtime 1 0");
	int r = write_file(AT_FDCWD, OFFSETS, "boottime 86400 0\nmonotonic 1000 0");
	if (r < 0)
		return refused(a, -r);
	if (real != -EINVAL)
		return answer_fail("the real time of a time namespace could be set");
	v = ask_in_child(a, ask_child, &before);
	if (v.outcome != OUTCOME_PASS)
		return v;
	struct clocks after = read_clocks();
	if (!went_by(before.boot, after.boot, 0) || !went_by(before.mono, after.mono, 0))
		return answer_fail("the clocks of the process outside changed, too");
	return answer_pass(
		"a child's boot time was %d and its monotonic time %d seconds ahead, while "
		"its parent's were not; the real time is EINVAL",
		BOOT, MONO);
}

const struct probe probe_ns_time_offsets = {
	.about = "a container can have boot and monotonic clocks of its own",
	.how = "Writes two offsets: a child's clocks must be ahead by them and the "
	       "parent's not; an offset of the real time must be EINVAL.",
	.man = "time_namespaces(7)",
	.since = "5.6",
	.kconfig = "CONFIG_TIME_NS",
	.needed_by = "CRIU, the runtime specification's timeOffsets",
	.blocked_by = NS_BLOCKED("time") "; no CAP_SYS_TIME (EPERM)",
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare, write),
	.ask = ask,
};
