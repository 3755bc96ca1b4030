#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "caps.h"
#include "uapi/unistd.h"

int caps_get(struct caps *ret_caps)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &head, d) < 0)
		return -1;
	ret_caps->effective = d[0].effective | (uint64_t)d[1].effective << 32;
	ret_caps->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	ret_caps->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
	return 0;
}

int caps_set(const struct caps *caps)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	for (int i = 0; i < 2; i++)
		d[i] = (struct __user_cap_data_struct) { caps->effective >> (32 * i),
			caps->permitted >> (32 * i), caps->inheritable >> (32 * i) };
	return syscall(SYS_capset, &head, d);
}

int caps_drop(uint64_t dropped)
{
	struct caps caps;

	if (caps_get(&caps) < 0)
		return -1;
	caps.effective &= ~dropped;
	caps.permitted &= ~dropped;
	return caps_set(&caps);
}

int caps_need(const struct ask *a, uint64_t needed, struct verdict *ret_refused)
{
	struct caps caps;

	if (caps_get(&caps) < 0) {
		*ret_refused = answer_refused(a, "capget", errno);
		return -1;
	}
	if ((caps.effective & needed) == needed)
		return 0;
	if (unshare(CLONE_NEWUSER) < 0) {
		*ret_refused = answer_refused(a, "unshare(user)", errno);
		return -1;
	}
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return 0;
}
