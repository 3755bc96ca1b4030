/*
 * Can files be watched? (probes.md row 221.) kubelet, kind and every `tail -f` need instances
 * of inotify(7), of which a user has 128 by default, all containers of the user together. Used
 * up, that reads as "too many open files".
 *
 * A watch on a file in memory, so that no directory is needed: there must be no event before
 * the file is written to, and one after.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#include "answer.h"

static struct verdict ask(const struct ask *a)
{
	struct inotify_event event = { 0 };
	char path[32];

	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return answer_refused(a, "inotify_init1", errno);
	_cleanup_close_ int file = memfd_create("plimsoll", MFD_CLOEXEC);
	if (file < 0)
		return answer_refused(a, "memfd_create", errno);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	int watch = inotify_add_watch(fd, path, IN_MODIFY);
	if (watch < 0)
		return answer_refused(a, "inotify_add_watch", errno);
	if (read(fd, &event, sizeof(event)) >= 0 || errno != EAGAIN)
		return answer_error("read(inotify)", errno,
			"the control failed: an event came before anything was written");
	if (write(file, "x", 1) != 1)
		return answer_error("write", errno, "a file in memory cannot be written");
	if (read(fd, &event, sizeof(event)) != sizeof(event))
		return answer_fail("a watched file was written to, and no event came");
	if (!(event.mask & IN_MODIFY) || event.wd != watch)
		return answer_fail("the event of a watched file is about something else");
	return answer_pass(
		"no event before the watched file was written to, and one after");
}

const struct probe probe_fs_inotify = {
	.about =
		"files can be watched (inotify), and instances of it are left for this user",
	.how = "Watches a file in memory: there must be no event before it is written to, and "
	       "one after.",
	.man = "inotify(7)",
	.kconfig = "CONFIG_INOTIFY_USER",
	.needed_by = "kubelet, kind, systemd, tail -f",
	.blocked_by =
		"fs.inotify.max_user_instances used up (EMFILE, reads as too many open "
		"files); fs.inotify.max_user_watches (ENOSPC, reads as a full disk)",
	.needs = PROBE_SHARES,
	.calls = CALLS(inotify_init1, inotify_add_watch),
	.ask = ask,
};
