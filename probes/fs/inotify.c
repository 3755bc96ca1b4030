/*
 * Can files be watched? (probes.md row 221.) kubelet, kind and every `tail -f` need instances
 * of inotify(7), of which a user has 128 by default, all containers of the user together. Used
 * up, that reads as "too many open files".
 *
 * A watch on a scratch directory, and a file made in it: the event with its name must come.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"

static struct verdict ask(const struct ask *a)
{
	char event[sizeof(struct inotify_event) + 256] = "";

	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return answer_refused(a, "inotify_init1", errno);
	if (mkdir("watched", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (inotify_add_watch(fd, "watched", IN_CREATE) < 0)
		return answer_refused(a, "inotify_add_watch", errno);
	if (read(fd, event, sizeof(event)) >= 0 || errno != EAGAIN)
		return answer_error("read(inotify)", errno,
			"the control failed: an event came before anything had been made");
	_cleanup_close_ int file =
		open("watched/here", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	if (read(fd, event, sizeof(event)) < (ssize_t)sizeof(struct inotify_event))
		return answer_fail(
			"a file was made in a watched directory, and no event came");
	const struct inotify_event *e = (const struct inotify_event *)event;
	if (!(e->mask & IN_CREATE) || strcmp(e->name, "here"))
		return answer_fail("the event of a watched directory names another file");
	return answer_pass(
		"no event before a file was made in the directory, and then one with its name");
}

const struct probe probe_fs_inotify = {
	.about =
		"files can be watched (inotify), and instances of it are left for this user",
	.how = "Watches a directory of a scratch tmpfs: there must be no event before a file is "
	       "made in it, and one with the file's name after.",
	.man = "inotify(7)",
	.kconfig = "CONFIG_INOTIFY_USER",
	.needed_by = "kubelet, kind, systemd, tail -f",
	.blocked_by =
		"fs.inotify.max_user_instances used up (EMFILE, reads as too many open "
		"files); fs.inotify.max_user_watches (ENOSPC, reads as a full disk)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(inotify_init1, inotify_add_watch),
	.ask = ask,
};
