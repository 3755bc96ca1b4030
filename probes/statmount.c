#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "ns.h"
#include "statmount.h"
#include "uapi/stat.h"

/* NS_GET_MNTNS_ID; in early headers _IO(0xb7, 5), which no kernel answers. */
#define GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)

const char *statmount_string(const union statmount_answer *s, uint32_t offset)
{
	size_t start = sizeof(s->mount) + (size_t)offset;

	if (start >= sizeof(s->bytes) ||
		!memchr(s->bytes + start, 0, sizeof(s->bytes) - start))
		return "";
	return s->bytes + start;
}

int statmount_fields(const struct ask *a, const char *path, uint64_t fields,
	const char *name, union statmount_answer *ret_answer, struct verdict *ret_refused)
{
	union statmount_answer s = { 0 };
	uint64_t id = 0;

	int r = mount_id_ask(path, &id);
	/* Without an id it is ENOSYS that is asked for: a kernel that has one has both. */
	if (sys_statmount(id, STATMOUNT_MNT_BASIC | fields, &s, sizeof(s)) < 0) {
		*ret_refused = r < 0 && r != -ENODATA && errno != ENOSYS
			? answer_refused(a, "statx", -r)
			: answer_refused(a, "statmount", errno);
		return -1;
	}
	if (!(s.mount.mask & STATMOUNT_MNT_BASIC) || s.mount.mnt_id != id) {
		*ret_refused = answer_fail("statmount does not tell the basic fields of "
					   "the mount that was asked about");
		return -1;
	}
	if ((s.mount.mask & fields) != fields) {
		*ret_refused = answer_absent(
			"statmount told the basic fields of a mount, but not %s of the "
			"same: this kernel has no such field",
			name);
		VERDICT_TEXT(ret_refused->stage, "statmount(%s)", name);
		return -1;
	}
	*ret_answer = s;
	return 0;
}

int statmount_mount(const struct ask *a, const char *dir, const char *source,
	const char *options, struct verdict *ret_refused)
{
	if (mkdir(dir, 0755) == 0 && mount(source, dir, "tmpfs", 0, options) == 0)
		return 0;
	*ret_refused = answer_refused(a, "mount", errno);
	return -1;
}

int statmount_own_ns(const struct ask *a, uint64_t *ret_id)
{
	_cleanup_close_ int ns = ns_open(a->env, "mnt");

	if (ns < 0)
		return ns;
	return ioctl(ns, GET_MNTNS_ID, ret_id) < 0 ? -errno : 0;
}
