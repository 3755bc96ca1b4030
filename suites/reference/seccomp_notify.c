#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "seccomp_filter.h"

static int connect_to(const char *path, struct failure *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return fail(f, path ? ENAMETOOLONG : ENOENT,
			"linux.seccomp.listenerPath: %.200s", path ? path : "");
	strcpy(address.sun_path, path);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(f, errno, "linux.seccomp.listenerPath: socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(f, errno, "linux.seccomp.listenerPath: connect(%s)", path);
	return TAKE_FD(fd);
}

/* The descriptor goes with the first byte; a long text may take more than one call. */
static int send_with(int socket, const char *text, size_t length, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (char *)text, .iov_len = length };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	while (iov.iov_len > 0) {
		ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		message.msg_control = NULL;
		message.msg_controllen = 0;
	}
	return 0;
}

/* config-linux.md, "The Container Process State" */
static char *process_state(const json_t *seccomp, const json_t *state, pid_t pid)
{
	const json_t *metadata = json_object_get(seccomp, "listenerMetadata");
	json_auto_t *json = json_pack("{s:O, s:[s], s:i, s:O}", "ociVersion",
		json_object_get(state, "ociVersion"), "fds", "seccompFd", "pid", pid,
		"state", state);

	if (!json ||
		(metadata && json_object_set(json, "metadata", (json_t *)metadata) < 0))
		return NULL;
	return json_dumps(json, JSON_COMPACT);
}

int seccomp_filter_notify(const json_t *seccomp, const json_t *state, int listener,
	pid_t pid, struct failure *f)
{
	const char *path = json_string_value(json_object_get(seccomp, "listenerPath"));
	_cleanup_free_ char *text = process_state(seccomp, state, pid);

	if (!text)
		return fail(f, ENOMEM, "linux.seccomp.listenerPath: the state");
	_cleanup_close_ int fd = connect_to(path, f);
	if (fd < 0)
		return fd;
	int r = send_with(fd, text, strlen(text), listener);
	if (r < 0)
		return fail(f, -r, "linux.seccomp.listenerPath: sendmsg(%s)", path);
	return 0;
}
