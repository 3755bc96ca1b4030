#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
/* libarchive's own: this directory must not be in the path of <...>. */
#include <archive.h>
#include <archive_entry.h>

#include "archive.h"
#include "cleanup.h"
#include "late.h"

#define BLOCK    (256 << 10)
#define FILE_MAX (1u << 30) /* bytes of one entry: a bomb ends before our memory does */

#define FOREIGN EILSEQ /* libarchive's errno for a format that it does not know */

/* What is used of libarchive; nowhere else is any of it called. */
#define LIBARCHIVE_FUNCTIONS(F)                  \
	F(archive_entry_free)                    \
	F(archive_entry_hardlink)                \
	F(archive_entry_mode)                    \
	F(archive_entry_new)                     \
	F(archive_entry_pathname)                \
	F(archive_entry_pathname_utf8)           \
	F(archive_entry_set_mode)                \
	F(archive_entry_set_nlink)               \
	F(archive_entry_set_pathname)            \
	F(archive_entry_set_size)                \
	F(archive_entry_set_symlink)             \
	F(archive_entry_symlink)                 \
	F(archive_errno)                         \
	F(archive_error_string)                  \
	F(archive_format)                        \
	F(archive_read_data_block)               \
	F(archive_read_free)                     \
	F(archive_read_new)                      \
	F(archive_read_next_header)              \
	F(archive_read_open)                     \
	F(archive_read_open_fd)                  \
	F(archive_read_set_format_option)        \
	F(archive_read_support_filter_bzip2)     \
	F(archive_read_support_filter_gzip)      \
	F(archive_read_support_filter_lz4)       \
	F(archive_read_support_filter_lzma)      \
	F(archive_read_support_filter_rpm)       \
	F(archive_read_support_filter_xz)        \
	F(archive_read_support_filter_zstd)      \
	F(archive_read_support_format_ar)        \
	F(archive_read_support_format_cpio)      \
	F(archive_read_support_format_empty)     \
	F(archive_read_support_format_raw)       \
	F(archive_read_support_format_tar)       \
	F(archive_set_error)                     \
	F(archive_write_close)                   \
	F(archive_write_data)                    \
	F(archive_write_free)                    \
	F(archive_write_header)                  \
	F(archive_write_new)                     \
	F(archive_write_open_fd)                 \
	F(archive_write_set_bytes_in_last_block) \
	F(archive_write_set_format_cpio_newc)

static struct {
	LIBARCHIVE_FUNCTIONS(LATE_MEMBER)
} la;

#define SYMBOL(fn) LATE_SYMBOL(la, fn)
static const struct late_symbol symbols[] = { LIBARCHIVE_FUNCTIONS(SYMBOL) };
static struct late_library library =
	LATE_LIBRARY("libarchive.so.13", "libarchive (Debian: libarchive13)",
		"kernels and initramfs are read and written");

/* --- reading --- */

struct archive_reading {
	const char *name;  /* for sentences */
	struct archive *a; /* NULL: a directory */
	int err;           /* the archive cannot be read any further: -errno */
	char *why;
	size_t why_size;
};

static void cleanup_read(struct archive **a)
{
	if (*a)
		la.archive_read_free(*a);
}
#define _cleanup_read_ _cleanup_(cleanup_read)

/* What libarchive says has failed, kept in `rd`; it has errnos of its own for bad contents. */
static int failed(struct archive_reading *rd, struct archive *a)
{
	int e = la.archive_errno(a);
	const char *text = la.archive_error_string(a);

	if (rd->err)
		return rd->err;
	rd->err = e == EIO || e == ENOMEM || e == EISDIR ? -e : -EBADMSG;
	snprintf(rd->why, rd->why_size, "%s: %s: %s", rd->name,
		rd->err == -EBADMSG ? "broken or cut short" : "cannot be read",
		text ? text : strerror(-rd->err));
	return rd->err;
}

/*
 * No filters that run other programs or take text for an archive, and of the formats those
 * that packages are made of: mtree and raw are found in any text.
 */
static struct archive *new_reading(void)
{
	struct archive *a = la.archive_read_new();

	if (!a)
		return NULL;
	la.archive_read_support_filter_gzip(a);
	la.archive_read_support_filter_bzip2(a);
	la.archive_read_support_filter_lz4(a);
	la.archive_read_support_filter_lzma(a);
	la.archive_read_support_filter_xz(a);
	la.archive_read_support_filter_zstd(a);
	return a;
}

static struct archive *new_package(bool nested)
{
	struct archive *a = new_reading();

	if (!a)
		return NULL;
	la.archive_read_support_format_tar(a);
	/* Reads to the end of what is compressed, where its checksum stands. */
	la.archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
	if (nested)
		return a;
	la.archive_read_support_filter_rpm(a);
	la.archive_read_support_format_cpio(a);
	la.archive_read_support_format_ar(a);
	return a;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno != EINTR)
			return -errno;
		data += n > 0 ? n : 0;
		size -= n > 0 ? n : 0;
	}
	return 0;
}

/* The holes of a sparse file are skipped over; the file is then made as long as it is. */
static int append_entry(struct archive_reading *rd, int fd, size_t *ret_size)
{
	off_t start = lseek(fd, 0, SEEK_END), end = 0;
	const void *data;
	la_int64_t at;
	size_t size;
	int r;

	if (start < 0)
		return -errno;
	while ((r = la.archive_read_data_block(rd->a, &data, &size, &at)) == ARCHIVE_OK) {
		if (at < 0 || at > FILE_MAX || size > (size_t)(FILE_MAX - at))
			return -EFBIG;
		if (lseek(fd, start + at, SEEK_SET) < 0)
			return -errno;
		if ((r = write_all(fd, data, size)) < 0)
			return r;
		end = at + size;
	}
	if (r != ARCHIVE_EOF)
		return failed(rd, rd->a);
	if (ftruncate(fd, start + end) < 0)
		return -errno;
	*ret_size = end;
	return 0;
}

static int append_file(const char *path, int to, size_t *ret_size)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t size = 0;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (lseek(to, 0, SEEK_END) < 0)
		return -errno;
	while ((n = sendfile(to, fd, NULL, BLOCK)) > 0 && size <= FILE_MAX)
		size += n;
	if (n != 0)
		return n < 0 ? -errno : -EFBIG;
	*ret_size = size;
	return 0;
}

int archive_append(const struct archive_file *file, int fd, size_t *ret_size)
{
	if (!S_ISREG(file->mode))
		return -EINVAL;
	return file->disk ? append_file(file->disk, fd, ret_size)
			  : append_entry(file->reading, fd, ret_size);
}

int archive_contents(const struct archive_file *file, size_t *ret_size)
{
	_cleanup_close_ int fd = memfd_create("contents", MFD_CLOEXEC);
	size_t size;

	if (fd < 0)
		return -errno;
	int r = archive_append(file, fd, &size);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0)
		return r;
	*ret_size = size;
	return TAKE_FD(fd);
}

struct walk {
	struct archive_reading reading;
	archive_fn fn;
	void *ctx;
	bool has_data; /* a data.tar was walked */
};

static const char *plain_path(const char *path)
{
	while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	return strcmp(path, ".") ? path : "";
}

/* Of "usr/lib/" without the slash. */
static int plain_length(const char *path)
{
	size_t len = strlen(path);

	return len > 0 && path[len - 1] == '/' ? len - 1 : len;
}

/* NULL if the archive's name for it cannot be said at all. */
static const char *entry_path(struct archive_entry *entry)
{
	const char *path = la.archive_entry_pathname(entry);

	return path ? path : la.archive_entry_pathname_utf8(entry);
}

/* A walk that failed at the archive says so, whatever `fn` makes of it. */
static int show(struct walk *w, const struct archive_file *file)
{
	if (!S_ISREG(file->mode) && !S_ISDIR(file->mode) && !S_ISLNK(file->mode))
		return 0;
	int r = w->fn(w->ctx, file);
	return w->reading.err ? w->reading.err : r;
}

static int show_entry(struct walk *w, struct archive_entry *entry, const char *top)
{
	const char *path = entry_path(entry), *hard = la.archive_entry_hardlink(entry);
	_cleanup_free_ char *full = NULL, *target = NULL;
	struct archive_file file = {
		.mode = la.archive_entry_mode(entry),
		.link = la.archive_entry_symlink(entry),
		.reading = &w->reading,
	};

	if (!path)
		return 0;
	path = plain_path(path);
	if (!*path)
		return 0;
	if (asprintf(&full, "%s%.*s", top, plain_length(path), path) < 0)
		return -ENOMEM;
	file.path = full;
	if (hard && asprintf(&target, "/%s", plain_path(hard)) < 0)
		return -ENOMEM;
	if (hard) {
		file.link = target;
		file.mode = (file.mode & ~S_IFMT) | S_IFLNK;
	}
	return show(w, &file);
}

/* 1: `*ret_entry` is the next, 0: there are no more. */
static int next(
	struct archive_reading *rd, struct archive *a, struct archive_entry **ret_entry)
{
	int r = la.archive_read_next_header(a, ret_entry);

	if (r == ARCHIVE_EOF)
		return 0;
	return r < ARCHIVE_WARN ? failed(rd, a) : 1;
}

static int walk_rest(struct walk *w, struct archive *a, const char *top)
{
	struct archive_entry *entry;
	int r;

	while ((r = next(&w->reading, a, &entry)) > 0) {
		r = show_entry(w, entry, top);
		if (r != 0)
			return r;
	}
	return r;
}

struct feed {
	struct archive *outer;
	struct archive_reading *rd;
};

static la_ssize_t feed_nested(struct archive *nested, void *ctx, const void **ret_data)
{
	struct feed *feed = ctx;
	la_int64_t at;
	size_t size;

	int r = la.archive_read_data_block(feed->outer, ret_data, &size, &at);
	if (r == ARCHIVE_EOF)
		return 0;
	if (r == ARCHIVE_OK)
		return size;
	int err = failed(feed->rd, feed->outer);
	la.archive_set_error(nested, -err, "%s", strerror(-err));
	return -1;
}

static int walk_member(struct walk *w, struct archive *outer, const char *top)
{
	_cleanup_read_ struct archive *a = new_package(true);
	struct feed feed = { outer, &w->reading };

	if (!a)
		return -ENOMEM;
	w->reading.a = a;
	if (la.archive_read_open(a, &feed, NULL, feed_nested, NULL) != ARCHIVE_OK)
		return failed(&w->reading, a);
	int r = walk_rest(w, a, top);
	w->reading.a = outer;
	return r;
}

static int walk_deb_member(struct walk *w, struct archive *a, const char *name)
{
	if (!strncmp(name, "control.tar", 11))
		return walk_member(w, a, "DEBIAN/");
	if (strncmp(name, "data.tar", 8))
		return 0;
	w->has_data = true;
	return walk_member(w, a, "");
}

/* `entry` is the first member; NULL: there is none. */
static int walk_deb(struct walk *w, struct archive *a, struct archive_entry *entry)
{
	int r = entry ? 1 : 0;

	for (; r > 0; r = next(&w->reading, a, &entry)) {
		const char *name = entry_path(entry);
		if ((r = walk_deb_member(w, a, name ? name : "")) != 0)
			return r;
	}
	/* Cut between two members it looks like a whole archive. */
	if (r == 0 && !w->has_data) {
		snprintf(w->reading.why, w->reading.why_size,
			"%s: broken or cut short: it has no data.tar, as a .deb must",
			w->reading.name);
		r = -EBADMSG;
	}
	return r;
}

static bool is_ar(struct archive *a)
{
	return (la.archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR;
}

/* libarchive takes an .rpm that ends within its headers for nothing it knows. */
static bool is_rpm(int fd)
{
	char magic[4];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
		!memcmp(magic, "\xed\xab\xee\xdb", sizeof(magic));
}

/* Before there is an entry: is it broken, or nothing that is known, as text is? */
static int not_opened(struct walk *w, struct archive *a, int fd)
{
	struct archive_reading *rd = &w->reading;
	bool rpm = is_rpm(fd);

	if (!rpm && (la.archive_errno(a) != FOREIGN || la.archive_format(a)))
		return failed(rd, a);
	snprintf(rd->why, rd->why_size, "%s: %s", rd->name,
		rpm ? "broken or cut short: no files follow the headers of this .rpm"
		    : "neither a directory nor an archive of a kind that is known (deb, "
		      "rpm, tar, cpio)");
	return rpm ? -EBADMSG : -EINVAL;
}

static int walk_archive(struct walk *w, int fd)
{
	_cleanup_read_ struct archive *a = new_package(false);
	struct archive_entry *entry;

	if (!a)
		return -ENOMEM;
	w->reading.a = a;
	if (la.archive_read_open_fd(a, fd, BLOCK) != ARCHIVE_OK)
		return not_opened(w, a, fd);
	int r = next(&w->reading, a, &entry);
	if (r < 0)
		return r;
	if (is_ar(a))
		return walk_deb(w, a, r > 0 ? entry : NULL);
	if (r > 0 && (r = show_entry(w, entry, "")) == 0)
		r = walk_rest(w, a, "");
	return r;
}

static void cleanup_fts(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int show_link(struct walk *w, struct archive_file *file, const char *path)
{
	char target[PATH_MAX];

	ssize_t n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	target[n] = '\0';
	file->link = target;
	return show(w, file);
}

static int show_found(struct walk *w, const FTSENT *ent, const char *top)
{
	struct archive_file file = {
		.path = plain_path(ent->fts_path + strlen(top)),
		.disk = ent->fts_path,
		.reading = &w->reading,
	};

	if (ent->fts_info == FTS_DNR || ent->fts_info == FTS_ERR) {
		snprintf(w->reading.why, w->reading.why_size, "%s: %s", ent->fts_path,
			strerror(ent->fts_errno));
		return -ent->fts_errno;
	}
	if (ent->fts_level == 0 || ent->fts_info == FTS_DP || ent->fts_info == FTS_NS)
		return 0;
	file.mode = ent->fts_statp->st_mode;
	return S_ISLNK(file.mode) ? show_link(w, &file, ent->fts_path) : show(w, &file);
}

static int walk_directory(struct walk *w, const char *path)
{
	char *const roots[] = { (char *)path, NULL };
	_cleanup_(cleanup_fts) FTS *fts =
		fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	FTSENT *ent;

	if (!fts)
		return -errno;
	while ((errno = 0, ent = fts_read(fts))) {
		int r = show_found(w, ent, path);
		if (r != 0)
			return r;
	}
	return -errno;
}

int archive_walk(const char *path, archive_fn fn, void *ctx, char *why, size_t why_size)
{
	struct walk w = {
		.reading = { .name = path, .why = why, .why_size = why_size },
		.fn = fn,
		.ctx = ctx,
	};
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = -errno;
		snprintf(why, why_size, "%s: %s", path, strerror(-r));
		return r;
	}
	if (S_ISDIR(st.st_mode))
		return walk_directory(&w, path);
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, why_size, "%s: neither a file nor a directory", path);
		return -EINVAL;
	}
	int r = late_load(&library, why, why_size);
	return r < 0 ? r : walk_archive(&w, fd);
}

/* `raw` takes everything but nothing at all, which is what `empty` is for. */
static int append_decompressed(
	struct archive_reading *rd, int fd, int to, size_t *ret_size)
{
	struct archive_entry *entry;

	la.archive_read_support_format_raw(rd->a);
	la.archive_read_support_format_empty(rd->a);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if (la.archive_read_open_fd(rd->a, fd, BLOCK) != ARCHIVE_OK)
		return failed(rd, rd->a);
	int r = next(rd, rd->a, &entry);
	if (r > 0)
		r = append_entry(rd, to, ret_size);
	else if (r == 0)
		*ret_size = 0;
	return r == 0 && lseek(to, 0, SEEK_SET) < 0 ? -errno : r;
}

int archive_decompress(
	int fd, const char *name, size_t *ret_size, char *why, size_t why_size)
{
	struct archive_reading rd = { .name = name, .why = why, .why_size = why_size };

	int r = late_load(&library, why, why_size);
	if (r < 0)
		return r;
	_cleanup_close_ int to = memfd_create("decompressed", MFD_CLOEXEC);
	_cleanup_read_ struct archive *a = rd.a = new_reading();
	r = to < 0 ? -errno : a ? append_decompressed(&rd, fd, to, ret_size) : -ENOMEM;
	if (r < 0 && !rd.err)
		snprintf(why, why_size, "%s: %s", name, strerror(-r));
	return r < 0 ? r : TAKE_FD(to);
}

/* --- writing --- */

struct archive_writing {
	struct archive *a;
};

static int write_failed(struct archive_writing *w)
{
	int e = la.archive_errno(w->a);

	return e > 0 ? -e : -EIO;
}

struct archive_writing *archive_create(int fd, char *why, size_t why_size)
{
	if (late_load(&library, why, why_size) < 0)
		return NULL;
	struct archive_writing *w = calloc(1, sizeof(*w));
	if (!w || !(w->a = la.archive_write_new())) {
		snprintf(why, why_size, "out of memory");
		free(w);
		return NULL;
	}
	if (la.archive_write_set_format_cpio_newc(w->a) != ARCHIVE_OK ||
		la.archive_write_set_bytes_in_last_block(w->a, 1) != ARCHIVE_OK ||
		la.archive_write_open_fd(w->a, fd) != ARCHIVE_OK) {
		const char *text = la.archive_error_string(w->a);
		snprintf(why, why_size, "cannot write an initramfs: %s",
			text ? text : "no reason given");
		la.archive_write_free(w->a);
		free(w);
		return NULL;
	}
	return w;
}

static void cleanup_entry(struct archive_entry **entry)
{
	if (*entry)
		la.archive_entry_free(*entry);
}

static int put_header(struct archive_writing *w, const char *path, mode_t mode,
	const char *target, size_t size)
{
	_cleanup_(cleanup_entry) struct archive_entry *entry = la.archive_entry_new();

	if (!entry)
		return -ENOMEM;
	la.archive_entry_set_pathname(entry, path);
	la.archive_entry_set_mode(entry, mode);
	la.archive_entry_set_nlink(entry, 1);
	la.archive_entry_set_size(entry, size);
	if (target)
		la.archive_entry_set_symlink(entry, target);
	return la.archive_write_header(w->a, entry) < ARCHIVE_WARN ? write_failed(w) : 0;
}

static int put_bytes(struct archive_writing *w, const void *data, size_t size)
{
	la_ssize_t n = la.archive_write_data(w->a, data, size);

	if (n < 0)
		return write_failed(w);
	return (size_t)n == size ? 0 : -EIO;
}

int archive_put_dir(struct archive_writing *w, const char *path, mode_t mode)
{
	return put_header(w, path, S_IFDIR | (mode & 07777), NULL, 0);
}

int archive_put_link(struct archive_writing *w, const char *path, const char *target)
{
	return put_header(w, path, S_IFLNK | 0777, target, 0);
}

int archive_put_data(struct archive_writing *w, const char *path, mode_t mode,
	const void *data, size_t size)
{
	int r = put_header(w, path, S_IFREG | (mode & 07777), NULL, size);

	return r == 0 && size > 0 ? put_bytes(w, data, size) : r;
}

int archive_put_fd(struct archive_writing *w, const char *path, mode_t mode, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size == 0)
		return archive_put_data(w, path, mode, NULL, 0);
	void *data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	int r = archive_put_data(w, path, mode, data, st.st_size);
	munmap(data, st.st_size);
	return r;
}

int archive_finish(struct archive_writing *w)
{
	if (!w)
		return 0;
	int r = la.archive_write_close(w->a) < ARCHIVE_WARN ? write_failed(w) : 0;
	la.archive_write_free(w->a);
	free(w);
	return r;
}
