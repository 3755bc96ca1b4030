/*
 * Can a file in memory be made unchangeable? (probes.md row 156.) runc and crun run
 * themselves from a sealed copy, so that a container cannot overwrite the host's program
 * (CVE-2019-5736).
 *
 * A memfd is written, then sealed: the same write must be EPERM then, and so must another
 * change of its size, and what it holds must be as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/memfd.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static struct verdict ask(const struct ask *a)
{
	char text[8] = "";

	_cleanup_close_ int fd = memfd_quiet("plimsoll-seals");
	if (fd < 0)
		return answer_refused(a, "memfd_create", errno);
	if (pwrite(fd, "before", 6, 0) != 6)
		return answer_error("pwrite", errno, "a fresh memfd cannot be written");
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return answer_refused(a, "fcntl(F_ADD_SEALS)", errno);
	if ((fcntl(fd, F_GET_SEALS) & SEALS) != SEALS)
		return answer_fail("F_ADD_SEALS succeeded, but the seals are not there");
	if (pwrite(fd, "after!", 6, 0) >= 0 || errno != EPERM || ftruncate(fd, 0) == 0 ||
		pread(fd, text, 6, 0) != 6 || strcmp(text, "before"))
		return answer_fail("a memfd was sealed, but could still be changed");
	return answer_pass(
		"a memfd could be written, and no more once it was sealed (EPERM)");
}

const struct probe probe_mm_memfd_seals = {
	.about = "a file in memory can be sealed against any change",
	.how = "A memfd is written, then sealed: the same write must be EPERM and the "
	       "content stay.",
	.man = "memfd_create(2)",
	.since = "3.17",
	.kconfig = "CONFIG_MEMFD_CREATE",
	.needed_by = "runc, crun (CVE-2019-5736), systemd",
	.blocked_by =
		"seccomp; vm.memfd_noexec=2 for who does not ask for MFD_NOEXEC_SEAL",
	.needs = PROBE_SHARES,
	.calls = CALLS(memfd_create, fcntl),
	.ask = ask,
};
