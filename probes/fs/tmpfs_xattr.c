/*
 * Has tmpfs user.* extended attributes? (probes.md row 177.) overlayfs with userxattr keeps
 * its marks there, so that a rootless layer store on a tmpfs stands on it.
 *
 * An attribute of one file must come back as it was set, and not be another file's (ENODATA).
 * EOPNOTSUPP: older than 6.6, or built without; then a trusted.* or security.* one may still
 * be had.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "answer.h"

static struct verdict ask(const struct ask *a)
{
	char value[16] = "";

	_cleanup_close_ int one = open("one", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	_cleanup_close_ int two = open("two", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (one < 0 || two < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	if (fsetxattr(one, "user.plimsoll", "mark", 4, 0) < 0)
		return answer_refused(a, "fsetxattr(user)", errno);
	ssize_t n = fgetxattr(one, "user.plimsoll", value, sizeof(value));
	if (n < 0)
		return answer_refused(a, "fgetxattr", errno);
	if (n != 4 || memcmp(value, "mark", 4))
		return answer_fail("an attribute of a file on tmpfs did not come back");
	if (fgetxattr(two, "user.plimsoll", value, sizeof(value)) >= 0 ||
		errno != ENODATA)
		return answer_fail("an attribute of one file is another's, too");
	return answer_pass(
		"a user.* attribute of a file on tmpfs came back as it was set");
}

const struct probe probe_fs_tmpfs_xattr = {
	.about = "tmpfs has user.* extended attributes, as rootless overlay on it needs",
	.how = "An attribute is set on a file of a tmpfs and read back; another file must not "
	       "have it (ENODATA).",
	.man = "tmpfs(5)",
	.since = "6.6",
	.kconfig = "CONFIG_TMPFS_XATTR",
	.needed_by = "overlayfs with userxattr on tmpfs",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsetxattr, fgetxattr),
	.ask = ask,
};
