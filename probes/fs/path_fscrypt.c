/*
 * Can directories here be encrypted with fscrypt? (probes.md row 176.)
 *
 * The directory is asked for its policy, which changes nothing: ENODATA (there is none), or a
 * policy, is said by a file system that could have one. EOPNOTSUPP: it has the code and not
 * the feature (ext4: encrypt), or the kernel is built without; ENOTTY: neither. The control:
 * an ioctl that there is not must be ENOTTY.
 */
#include <errno.h>

#include "path.h"
#include "uapi/fscrypt.h"

#define NO_SUCH_THING _IOC(_IOC_READ | _IOC_WRITE, 'f', 254, 9)

static struct verdict refused(const struct ask *a, int dir, int err)
{
	if (err != ENOTTY && err != EOPNOTSUPP)
		return answer_refused(a, "ioctl(get_policy)", err);
	return path_absent(a, dir, "ioctl(get_policy)", err,
		err == ENOTTY ? "has no fscrypt"
			      : "has fscrypt switched off, or the kernel is "
				"built without it",
		err == ENOTTY ? "use ext4, f2fs or ceph"
			      : "for ext4: tune2fs -O encrypt DEVICE");
}

static struct verdict ask(const struct ask *a)
{
	struct plimsoll_crypt_policy policy = { .size = sizeof(policy.policy) };
	struct place place;
	struct verdict v;

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	int r = ioctl(dir, PLIMSOLL_FS_IOC_GET_ENCRYPTION_POLICY_EX, &policy);
	int err = errno, none = ioctl(dir, NO_SUCH_THING, &policy) < 0 ? errno : 0;
	if (r < 0 && err != ENODATA)
		return refused(a, dir, err);
	if (none != ENOTTY)
		return answer_refused(a, "ioctl", none);
	path_place(dir, &place);
	return answer_pass("%s: %s", place.type,
		r == 0 ? "this directory is encrypted"
		       : "this directory is not encrypted (ENODATA), where a file system without "
			 "fscrypt says ENOTTY");
}

const struct probe probe_fs_path_fscrypt = {
	.about = "directories here can be encrypted by the file system (fscrypt)",
	.how = "The directory is asked for its policy: ENODATA or one, against ENOTTY or "
	       "EOPNOTSUPP; nothing is encrypted.",
	.man = "Documentation/filesystems/fscrypt.rst",
	.since = "4.1",
	.kconfig = "CONFIG_FS_ENCRYPTION",
	.needed_by = "encrypted homes and volumes",
	.blocked_by = "permissions of the directory; the file system's own feature",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(ioctl, openat),
	.ask = ask,
};
