#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "uapi/userfaultfd.h"
#include "uffd.h"

static int open_page(const struct ask *a, struct uffd *u, struct verdict *ret_refused)
{
	struct uffdio_api api = { .api = UFFD_API };

	if (ioctl(u->fd, UFFDIO_API, &api) < 0) {
		*ret_refused = answer_refused(a, "ioctl(UFFDIO_API)", errno);
		return -1;
	}
	u->size = sysconf(_SC_PAGESIZE);
	u->page = mmap(NULL, u->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	if (u->page == MAP_FAILED) {
		u->page = NULL;
		*ret_refused = answer_error("mmap", errno, "no memory");
		return -1;
	}
	struct uffdio_register reg = { .range = { (uintptr_t)u->page, u->size },
		.mode = UFFDIO_REGISTER_MODE_MISSING };
	if (ioctl(u->fd, UFFDIO_REGISTER, &reg) < 0) {
		*ret_refused = answer_refused(a, "ioctl(UFFDIO_REGISTER)", errno);
		return -1;
	}
	return 0;
}

/* EINVAL is the flag's only if the answer is another without it. */
static struct verdict refused(const struct ask *a, unsigned flags, int err)
{
	_cleanup_close_ int plain = -1;

	if (err == EINVAL && a->env->seccomp == 2) {
		plain = sys_userfaultfd(O_CLOEXEC);
		if (plain < 0 && errno == EINVAL)
			return answer_denied("seccomp",
				"a seccomp filter answers EINVAL to every userfaultfd",
				"allow userfaultfd in the seccomp profile of the "
				"container or service this runs in",
				"userfaultfd: EINVAL, whatever the flags");
	}
	return answer_refused(
		a, flags ? "userfaultfd(USER_MODE_ONLY)" : "userfaultfd", err);
}

int uffd_start(const struct ask *a, unsigned flags, struct uffd *ret_uffd,
	struct verdict *ret_refused)
{
	*ret_uffd =
		(struct uffd) { .fd = sys_userfaultfd(O_CLOEXEC | O_NONBLOCK | flags) };
	if (ret_uffd->fd >= 0)
		return open_page(a, ret_uffd, ret_refused);
	*ret_refused = refused(a, flags, errno);
	return -1;
}

int uffd_fill(const struct ask *a, const struct uffd *u, const char *text,
	struct verdict *ret_refused)
{
	_cleanup_free_ char *source = aligned_alloc(u->size, u->size);

	if (!source) {
		*ret_refused = answer_error("malloc", ENOMEM, "no memory");
		return -1;
	}
	memset(source, 0, u->size);
	memcpy(source, text, strlen(text));
	struct uffdio_copy copy = {
		.dst = (uintptr_t)u->page, .src = (uintptr_t)source, .len = u->size
	};
	if (ioctl(u->fd, UFFDIO_COPY, &copy) == 0)
		return 0;
	*ret_refused = answer_refused(a, "ioctl(UFFDIO_COPY)", errno);
	return -1;
}

void uffd_end(struct uffd *u)
{
	if (u->fd >= 0)
		close(TAKE_FD(u->fd));
	if (u->page)
		munmap(TAKE_PTR(u->page), u->size);
}
