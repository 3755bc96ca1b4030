#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

static void say_owner(FILE *out, int owner)
{
	struct stat self, st;
	uid_t uid;

	if (stat("/proc/self/ns/user", &self) < 0 || fstat(owner, &st) < 0 ||
		ioctl(owner, NS_GET_OWNER_UID, &uid) < 0) {
		say_errno(out, errno);
		return;
	}
	fprintf(out, "{\"userns\":\"%s\",\"uid\":%u}",
		self.st_ino == st.st_ino ? "own" : "other", uid);
}

static void look(FILE *out, const char *path)
{
	_cleanup_close_ int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int owner = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);

	if (owner < 0)
		say_errno(out, errno);
	else
		say_owner(out, owner);
}

const struct fact fact_net_owner = {
	.about =
		"who owns the network namespace: {userns: own or other, uid: of the owner as seen "
		"here}; EPERM if its user namespace is further out",
	.look = look,
};
