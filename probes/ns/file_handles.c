/*
 * Can a namespace be kept as a file handle and opened again? (probes.md row 64.)
 *
 * A handle holds no namespace alive and needs no bind mount. Two kinds of one's own are
 * made into handles, opened again from them, and must be the same by device and inode, and
 * not each other; a handle that was falsified must be ESTALE or ENOENT. EOPNOTSUPP means that
 * the kernel has no handles for namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "ns.h"
#include "uapi/nsfs.h"

union handle {
	struct file_handle head;
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static int make_handle(int fd, union handle *ret_handle)
{
	int mount;

	memset(ret_handle, 0, sizeof(*ret_handle));
	ret_handle->head.handle_bytes = MAX_HANDLE_SZ;
	return name_to_handle_at(fd, "", &ret_handle->head, &mount, AT_EMPTY_PATH);
}

static int open_handle(union handle *handle)
{
	return open_by_handle_at(FD_NSFS_ROOT, &handle->head, O_RDONLY | O_CLOEXEC);
}

static struct verdict ask(const struct ask *a)
{
	union handle user_handle, uts_handle;
	struct verdict v;

	_cleanup_close_ int user = ns_own(a, "user", &v);
	if (user < 0)
		return v;
	_cleanup_close_ int uts = ns_own(a, "uts", &v);
	if (uts < 0)
		return v;
	if (make_handle(user, &user_handle) < 0 || make_handle(uts, &uts_handle) < 0)
		return answer_refused(a, "name_to_handle_at", errno);
	_cleanup_close_ int user_again = open_handle(&user_handle);
	_cleanup_close_ int uts_again = open_handle(&uts_handle);
	/* A kernel without looks for an open descriptor of this number. */
	if (user_again < 0 || uts_again < 0)
		return errno == EBADF
			? answer_absent(
				  "a namespace can be made a handle, but there is no "
				  "FD_NSFS_ROOT to open it from (EBADF)")
			: answer_refused(a, "open_by_handle_at", errno);
	if (!ns_same(user, user_again) || !ns_same(uts, uts_again) ||
		ns_same(user_again, uts_again))
		return answer_fail("a namespace opened by its handle is another one");
	memset(user_handle.head.f_handle, 0x7f, sizeof(uint64_t)); /* its id */
	_cleanup_close_ int none = open_handle(&user_handle);
	if (none >= 0 || (errno != ESTALE && errno != ENOENT))
		return answer_fail("a falsified handle of a namespace is not ESTALE");
	return answer_pass(
		"two namespaces were opened again by their handles; a falsified "
		"one is ESTALE");
}

const struct probe probe_ns_file_handles = {
	.about = "a namespace can be found again by a file handle",
	.how = "Makes handles of two namespaces and opens them again: they must be the "
	       "same, and a falsified handle ESTALE.",
	.man = "open_by_handle_at(2)",
	.since = "6.18",
	.kconfig = "CONFIG_FHANDLE",
	.needed_by = "systemd, container managers that keep track of namespaces",
	.blocked_by = "seccomp (open_by_handle_at is refused by docker's and podman's "
		      "profile)",
	.needs = PROBE_SHARES,
	.calls = CALLS(name_to_handle_at, open_by_handle_at),
	.ask = ask,
};
