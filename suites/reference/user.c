#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#include "process_parts.h"

int user_id(const json_t *number, const char *field, unsigned *ret, struct failure *f)
{
	json_int_t id = json_integer_value(number);

	if (!json_is_integer(number) || id < 0 || id >= UINT32_MAX)
		return fail(f, 0, "%s: must be a number from 0 to 4294967294", field);
	*ret = id;
	return 0;
}

/* Where the user namespace forbids setgroups(2) there is nothing to be set, but neither
 * is there a way to have another list. */
static bool setgroups_denied(int proc)
{
	_cleanup_close_ int fd = openat(proc, "self/setgroups", O_RDONLY | O_CLOEXEC);
	char buf[8] = "";

	return fd >= 0 && read(fd, buf, sizeof(buf) - 1) > 0 &&
		strncmp(buf, "deny", 4) == 0;
}

/* Also if there are none: those of the caller do not come along. */
static int set_groups(
	const struct process_inside *p, const json_t *json, struct failure *f)
{
	size_t n = json_array_size(json);
	_cleanup_free_ gid_t *list = calloc(n + 1, sizeof(*list));
	char field[64];

	if (!list)
		return fail(f, ENOMEM, "process.user.additionalGids");
	for (size_t i = 0; i < n; i++) {
		snprintf(field, sizeof(field), "process.user.additionalGids[%zu]", i);
		if (user_id(json_array_get(json, i), field, &list[i], f) < 0)
			return -f->err;
	}
	if (setgroups(n, list) < 0) {
		int err = errno;

		if (n > 0 || err != EPERM || !setgroups_denied(p->proc))
			return fail(f, err, "process.user.additionalGids: setgroups");
	}
	return 0;
}

int user_become(const struct process_inside *p, struct failure *f)
{
	const json_t *user = json_object_get(p->process, "user");
	unsigned uid, gid;

	if (user_id(json_object_get(user, "uid"), "process.user.uid", &uid, f) < 0 ||
		user_id(json_object_get(user, "gid"), "process.user.gid", &gid, f) < 0 ||
		set_groups(p, json_object_get(user, "additionalGids"), f) < 0)
		return -f->err;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "process.user: prctl(PR_SET_KEEPCAPS)");
	if (setresgid(gid, gid, gid) < 0)
		return fail(f, errno, "process.user.gid: setresgid(%u)", gid);
	if (setresuid(uid, uid, uid) < 0)
		return fail(f, errno, "process.user.uid: setresuid(%u)", uid);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return fail(f, errno, "process.user: prctl(PR_SET_KEEPCAPS)");
	return 0;
}
