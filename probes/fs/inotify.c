/*
 * Can files be watched? (probes.md row 221.) kubelet, kind and every `tail -f` need instances
 * of inotify(7), of which a user has 128 by default, all containers of the user together. Used
 * up, that reads as "too many open files".
 *
 * A watch on a file of /proc that is this process's own, so that nothing has to be made and
 * nobody else comes by: no event before it is opened, and one after.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "answer.h"

#define WATCHED "/proc/self/comm"

static struct verdict ask(const struct ask *a)
{
	struct inotify_event event = { 0 };

	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return answer_refused(a, "inotify_init1", errno);
	int watch = inotify_add_watch(fd, WATCHED, IN_OPEN);
	if (watch < 0)
		return answer_refused(a, "inotify_add_watch", errno);
	if (read(fd, &event, sizeof(event)) >= 0 || errno != EAGAIN)
		return answer_error("read(inotify)", errno,
			"the control failed: an event came before the file was opened");
	_cleanup_close_ int file = open(WATCHED, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return answer_error("open", errno, WATCHED " cannot be opened");
	if (read(fd, &event, sizeof(event)) != sizeof(event))
		return answer_fail("a watched file was opened, and no event came");
	if (!(event.mask & IN_OPEN) || event.wd != watch)
		return answer_fail("the event of a watched file is about something else");
	return answer_pass("no event before the watched file was opened, and one after");
}

const struct probe probe_fs_inotify = {
	.about =
		"files can be watched (inotify), and instances of it are left for this user",
	.how = "Watches a file of its own in /proc: there must be no event before it is opened, and "
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
