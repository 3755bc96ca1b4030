#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "cleanup.h"
#include "payload.h"

#define SETUP_SECTS    0x1f1 /* boot.rst: a byte; sectors of 512 bytes, 0 means 4 */
#define VERSION        0x206 /* of the boot protocol */
#define PAYLOAD_OFFSET 0x248 /* from the end of the setup code; since 2.08 */
#define PAYLOAD_LENGTH 0x24c
#define HEADER_SIZE    0x250

static uint32_t le32_at(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

/* All compressors but gzip, which has it already, get the unpacked size appended. */
static size_t appended(int image, off_t at)
{
	unsigned char magic[2] = { 0 };

	if (pread(image, magic, sizeof(magic), at) != sizeof(magic))
		return 0;
	return magic[0] == 0x1f && magic[1] == 0x8b ? 0 : 4;
}

/* The packed kernel as a file of its own. */
static int cut_out(int image)
{
	unsigned char head[HEADER_SIZE];
	struct stat st;

	if (fstat(image, &st) < 0 ||
		pread(image, head, sizeof(head), 0) != sizeof(head) ||
		head[VERSION + 1] < 2 || (head[VERSION + 1] == 2 && head[VERSION] < 8))
		return -ENOTSUP;
	unsigned sectors = head[SETUP_SECTS] ? head[SETUP_SECTS] : 4;
	off_t at = (off_t)(sectors + 1) * 512 + le32_at(head + PAYLOAD_OFFSET);
	off_t len = le32_at(head + PAYLOAD_LENGTH);
	len -= appended(image, at);
	if (len <= 0 || at + len > st.st_size)
		return -ENOTSUP;
	_cleanup_close_ int fd = memfd_create("payload", MFD_CLOEXEC);
	while (fd >= 0 && len > 0) {
		ssize_t n = sendfile(fd, image, &at, len);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		len -= n;
	}
	return fd < 0 ? -errno : TAKE_FD(fd);
}

int payload_open(const struct kernel *k)
{
	char magic[4], why[256];
	size_t size;

	if (kernel_config(k, "PVH") != 'y')
		return -ENOTSUP;
	_cleanup_close_ int packed = cut_out(k->image);
	if (packed < 0)
		return packed;
	_cleanup_close_ int fd =
		archive_decompress(packed, k->source, &size, why, sizeof(why));
	if (fd < 0)
		return fd;
	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic) ||
		memcmp(magic, "\177ELF", sizeof(magic)) != 0)
		return -ENOTSUP;
	return TAKE_FD(fd);
}
