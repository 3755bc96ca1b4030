/*
 * The program of a filter is made by the runtime, before the container's first process needs it: so
 * a profile that is wrong is an error of `create`. libseccomp takes longer for a usual profile than
 * all the rest of a create does, so the program is kept below --root, together with the profile:
 * what is taken from there is for the very same one, byte by byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "seccomp_parts.h"

#define CACHE_DIR ".@seccomp" /* no id of a container */
#define CACHE_MAX 32          /* profiles */

/* What a kept file begins with; the profile and the program follow. */
struct head {
	char made_by[32];
	uint32_t library, arch;
	uint64_t profile_size, count;
};

static struct head head_of(const char *profile)
{
	const struct scmp_version *v = seccomp_version();
	struct head h = { .library = v->major << 16 | v->minor << 8 | v->micro,
		.arch = seccomp_arch_native(),
		.profile_size = strlen(profile) };

	snprintf(h.made_by, sizeof(h.made_by), "plimsoll-runtime " PLIMSOLL_VERSION);
	return h;
}

/* FNV-1a: a name for the file, no more. */
static void name_of(const char *profile, char *ret_name, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *profile; profile++)
		hash = (hash ^ (unsigned char)*profile) * 0x100000001b3;
	snprintf(ret_name, size, "%016" PRIx64, hash);
}

/* Ours alone, or it is not looked at: somebody's --root may be anywhere. */
static bool ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 022);
}

static int open_cache(int root)
{
	_cleanup_close_ int dir = -1;

	if (mkdirat(root, CACHE_DIR, 0700) < 0 && errno != EEXIST)
		return -errno;
	dir = openat(root, CACHE_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	return ours(dir) ? TAKE_FD(dir) : -EPERM;
}

static bool read_all(int fd, void *data, size_t size)
{
	return read(fd, data, size) == (ssize_t)size;
}

static bool take_kept(
	int dir, const char *name, const char *profile, struct seccomp_program *program)
{
	struct head want = head_of(profile), got;
	_cleanup_free_ char *text = calloc(1, want.profile_size + 1);
	_cleanup_close_ int fd =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || !text || !ours(fd) || !read_all(fd, &got, sizeof(got)))
		return false;
	want.count = got.count;
	if (memcmp(&got, &want, sizeof(got)) || got.count > BPF_MAXINSNS ||
		!read_all(fd, text, want.profile_size) || strcmp(text, profile) ||
		!read_all(fd, program->insns, got.count * sizeof(program->insns[0])))
		return false;
	program->count = got.count;
	return true;
}

static void make_room(int dir)
{
	_cleanup_closedir_ DIR *d = fdopendir(dup(dir));
	struct dirent *e;
	int count = 0;

	while (d && (e = readdir(d)))
		if (*e->d_name != '.' && ++count >= CACHE_MAX)
			unlinkat(dir, e->d_name, 0);
}

/* Whole or not at all; that it cannot be kept is no failure. */
static void keep(int dir, const char *name, const char *profile,
	const struct seccomp_program *program)
{
	struct head h = head_of(profile);
	size_t size = program->count * sizeof(program->insns[0]);
	char temporary[64];

	h.count = program->count;
	make_room(dir);
	snprintf(temporary, sizeof(temporary), ".%s.%d", name, (int)getpid());
	_cleanup_close_ int fd = openat(dir, temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, &h, sizeof(h)) != sizeof(h) ||
		write(fd, profile, h.profile_size) != (ssize_t)h.profile_size ||
		write(fd, program->insns, size) != (ssize_t)size ||
		renameat(dir, temporary, dir, name) < 0)
		unlinkat(dir, temporary, 0);
}

static int make_program(const json_t *seccomp, int root, struct seccomp_program *program,
	struct failure *f)
{
	_cleanup_free_ char *profile = json_dumps(seccomp, JSON_COMPACT | JSON_SORT_KEYS);
	_cleanup_close_ int dir = root >= 0 && profile ? open_cache(root) : -1;
	char name[32] = "";

	if (profile)
		name_of(profile, name, sizeof(name));
	if (dir >= 0 && take_kept(dir, name, profile, program))
		return 0;
	program->count = 0;
	seccomp_unknown(seccomp, program);
	int r = seccomp_compile(seccomp, program, f);
	if (r == 0 && dir >= 0)
		keep(dir, name, profile, program);
	return r;
}

int seccomp_filter_make(const json_t *seccomp, int root, struct failure *f)
{
	struct seccomp_program program = { .count = 0 };

	int r = make_program(seccomp, root, &program, f);
	if (r < 0)
		return r;
	ssize_t size = program.count * sizeof(program.insns[0]);
	_cleanup_close_ int fd = memfd_create("seccomp", MFD_CLOEXEC);
	if (fd < 0 || write(fd, program.insns, size) != size)
		return fail(f, errno, "linux.seccomp: memfd_create");
	return TAKE_FD(fd);
}

int seccomp_filter_take(int fd, struct seccomp_program *program, struct failure *f)
{
	ssize_t n = pread(fd, program->insns, sizeof(program->insns), 0);

	if (n <= 0 || n % sizeof(program->insns[0]))
		return fail(f, n < 0 ? errno : EIO,
			"linux.seccomp: its program is not there");
	program->count = n / sizeof(program->insns[0]);
	return 0;
}
