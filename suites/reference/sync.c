#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "sync.h"

int sync_send(int socket, const struct sync_message *m, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)m, sizeof(*m) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	while (sendmsg(socket, &msg, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int descriptor_of(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int sync_receive(int socket, struct sync_message *ret, int *ret_fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { ret, sizeof(*ret) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.room) };
	ssize_t n;

	while ((n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC)) < 0)
		if (errno != EINTR)
			return -errno;
	_cleanup_close_ int fd = descriptor_of(&msg);
	if (n == 0)
		return -EPIPE;
	if (n != sizeof(*ret) || (msg.msg_flags & MSG_CTRUNC))
		return -EBADMSG;
	ret->failure.text[sizeof(ret->failure.text) - 1] = '\0';
	if (ret_fd)
		*ret_fd = TAKE_FD(fd);
	return 0;
}

int sync_ask(int socket, enum sync_what what, int index, int fd, int *ret_fd,
	struct failure *f)
{
	struct sync_message m = { .what = what, .index = index };

	int r = sync_send(socket, &m, fd);
	if (r == 0)
		r = sync_receive(socket, &m, ret_fd);
	if (r < 0)
		return fail(f, -r, "the runtime is gone");
	if (m.what != SYNC_FAILED)
		return 0;
	*f = m.failure;
	return -f->err;
}

int sync_mount_source(int socket, size_t index, struct failure *f)
{
	int fd = -1;

	int r = sync_ask(socket, SYNC_SOURCE, (int)index, -1, &fd, f);
	if (r == 0 && fd < 0)
		return fail(f, EBADMSG, "mounts[%zu]: no mount came back", index);
	return r < 0 ? r : fd;
}

int sync_hand_over(void *socket, int listener, struct failure *f)
{
	return sync_ask(*(int *)socket, SYNC_LISTENER, 0, listener, NULL, f);
}

void sync_report(int socket, const struct failure *f)
{
	struct sync_message m = { .what = SYNC_FAILED, .failure = *f };

	sync_send(socket, &m, -1);
	_exit(1);
}
