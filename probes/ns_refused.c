#include <errno.h>
#include <string.h>

#include "mnt.h"
#include "ns_refused.h"
#include "record.h"
#include "uapi/mount.h"

int ns_refused_type(const struct ask *a, const char *type, struct verdict *ret_instead)
{
	/* No device of that name: who came to look for it would say ENOENT. */
	static const struct mnt_option source[] = { { "source", "plimsoll/none" },
		{ 0 } };

	_cleanup_close_ int fs = mnt_configure(a, type, source, ret_instead);
	if (fs < 0)
		return -1;
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		*ret_instead =
			answer_fail("%s could be created in a user namespace", type);
	else if (errno == EPERM)
		return 0;
	else
		*ret_instead = answer_fail(
			"%s may be mounted in a user namespace: creating one was %s, and not "
			"EPERM",
			type, errno_name(errno));
	return -1;
}

int ns_refused_control(const struct ask *a, struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, ret_refused);

	return mnt < 0 ? -1 : 0;
}
