/*
 * May this asker open /dev/kvm? (probes.md row 175.) Containers in virtual machines (Kata,
 * Firecracker) need it.
 *
 * KVM's device must tell its API version, which has been 12 since Linux 2.6.22, and be ENOTTY
 * for an ioctl that there is not. A node that is missing, or shut by its mode, is told apart
 * from a driver that is missing (/proc/misc).
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "device.h"

#define GET_API_VERSION _IO(0xAE, 0x00)
#define NO_SUCH_THING   _IO(0xAE, 0xff)

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int dev = device_open(a, "/dev/kvm", "kvm", &v);
	if (dev < 0)
		return v;
	int version = ioctl(dev, GET_API_VERSION, 0);
	if (version < 0)
		return answer_refused(a, "ioctl(kvm_get_api_version)", errno);
	if (version != 12 || ioctl(dev, NO_SUCH_THING, 0) >= 0)
		return answer_fail(
			"/dev/kvm opened and tells the API version %d", version);
	return answer_pass("/dev/kvm opened and told its API version: 12");
}

const struct probe probe_fs_dev_kvm = {
	.about = "/dev/kvm can be opened, as containers in virtual machines need",
	.how = "It is opened for reading and writing and asked for its API version; an ioctl that "
	       "does not exist must be refused.",
	.man = "Documentation/virt/kvm/api.rst",
	.kconfig = "CONFIG_KVM",
	.needed_by = "Kata Containers, Firecracker, crun-krun",
	.blocked_by = "mode of the node; no virtualisation; not in the container's /dev",
	.modules = "char-major-10-232",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat, ioctl),
	.ask = ask,
};
