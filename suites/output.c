#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "output.h"

struct output {
	const struct reporter *reporter;
	struct report_to to;
	void *state;
	char *path;    /* NULL: stdout */
	char *partial; /* NULL: written in place */
	bool begun;    /* the reporter's begin() was called */
	bool breaks;   /* its reader may go away while we write: a pipe, a socket */
	bool lost;     /* records are missing, and the reporter does not know */
	int err;       /* the first failure, -errno */
};

/*
 * SIGPIPE would end us without a word. It is ignored only while we write: an ignored
 * signal is inherited by the programs that are run under test.
 */
static struct sigaction pipe_ignore(const struct output *o)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction old = { 0 };

	if (o->breaks)
		sigaction(SIGPIPE, &ignore, &old);
	return old;
}

static void pipe_restore(const struct output *o, const struct sigaction *old)
{
	if (o->breaks)
		sigaction(SIGPIPE, old, NULL);
}

static void keep_error(struct output *o, int r)
{
	if (r < 0 && !o->err)
		o->err = r;
}

static bool wants_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no_color && *no_color) && term &&
		strcmp(term, "dumb") != 0;
}

static int terminal_columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct report_to output_stdout(void)
{
	return (struct report_to) {
		.out = stdout,
		.colour = wants_colour(STDOUT_FILENO),
		.columns = terminal_columns(STDOUT_FILENO),
	};
}

static int open_stdout(struct output *o, char *why, size_t why_size)
{
	/* If it came to us closed, the next file that is opened takes its number. */
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		snprintf(why, why_size, "stdout is closed: the report has nowhere to go");
		return -EBADF;
	}
	o->to = output_stdout();
	return 0;
}

/* Where the file really stands: a symbolic link stays one. */
static int resolve(struct output *o, const char *path)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	o->path = exists ? realpath(path, NULL) : strdup(path);
	if (!o->path)
		return -errno;
	if (exists && !S_ISREG(st.st_mode))
		return 0;
	return asprintf(&o->partial, "%s.partial", o->path) < 0 ? -ENOMEM : 0;
}

static int open_resolved(struct output *o)
{
	/* A left-over is ours to replace; what else might stand there is not followed. */
	if (o->partial && unlink(o->partial) < 0 && errno != ENOENT)
		return -errno;
	const char *path = o->partial ? o->partial : o->path;
	int flags = o->partial ? O_CREAT | O_EXCL : O_NOCTTY;
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
	if (fd < 0 || !(o->to.out = fdopen(fd, "w")))
		return -errno;
	TAKE_FD(fd);
	return 0;
}

static int open_file(struct output *o, const char *path, char *why, size_t why_size)
{
	int r = resolve(o, path);

	if (r == 0)
		r = open_resolved(o);
	if (r < 0)
		snprintf(why, why_size, "cannot write %s: %s", path, strerror(-r));
	return r;
}

static bool may_break(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISCHR(st.st_mode));
}

static void output_free(struct output *o)
{
	free(o->state);
	free(o->path);
	free(o->partial);
	free(o);
}

struct output *output_open(
	const char *format, const char *path, char *why, size_t why_size)
{
	struct output *o = calloc(1, sizeof(*o));

	if (!o) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	o->reporter = reporter_find(format);
	if (!o->reporter) {
		snprintf(why, why_size, "there is no format \"%s\"", format);
		goto fail;
	}
	if (o->reporter->ready && o->reporter->ready(why, why_size) < 0)
		goto fail;
	if (!(o->state = calloc(1, o->reporter->state_size + 1))) {
		snprintf(why, why_size, "out of memory");
		goto fail;
	}
	if (path && strcmp(path, "-") != 0) {
		if (open_file(o, path, why, why_size) < 0)
			goto fail;
	} else if (open_stdout(o, why, why_size) < 0) {
		goto fail;
	}
	o->breaks = may_break(fileno(o->to.out));
	return o;
fail:
	output_free(o);
	return NULL;
}

void output_live(struct output *o)
{
	o->to.live = true;
}

void output_fleet(struct output *o)
{
	o->to.fleet = true;
}

void output_source(struct output *o, const char *source)
{
	o->to.source = source;
}

enum exit_code output_status(const struct output *o, enum exit_code code)
{
	if (!o || o->path || !o->reporter->status)
		return code;
	return (enum exit_code)o->reporter->status(code);
}

static void begin_once(struct output *o)
{
	if (!o->begun)
		keep_error(o, o->reporter->begin(o->state, &o->to));
	o->begun = true;
}

void output_record(struct output *o, const struct record *rec)
{
	if (o->err)
		return;
	struct sigaction old = pipe_ignore(o);
	begin_once(o);
	keep_error(o, o->reporter->record(o->state, &o->to, rec));
	pipe_restore(o, &old);
}

void output_lost(struct output *o, const char *why)
{
	if (o->err)
		return;
	if (!o->reporter->lost) {
		o->lost = true;
		return;
	}
	struct sigaction old = pipe_ignore(o);
	begin_once(o);
	keep_error(o, o->reporter->lost(o->state, &o->to, why));
	pipe_restore(o, &old);
}

/* Nothing buffered may be lost, and a file must be whole before it has its name. */
static void finish_file(struct output *o, bool cut_short)
{
	if (fflush(o->to.out) == EOF)
		keep_error(o, -errno);
	if (o->partial && !o->err && fsync(fileno(o->to.out)) < 0)
		keep_error(o, -errno);
	if (fclose(o->to.out) == EOF)
		keep_error(o, -errno);
	if (o->partial && !o->err && !cut_short && rename(o->partial, o->path) < 0)
		keep_error(o, -errno);
}

int output_close(struct output *o, bool cut_short, char *why, size_t why_size)
{
	if (!o)
		return 0;
	struct sigaction old = pipe_ignore(o);
	cut_short = cut_short || o->lost;
	o->to.cut_short = cut_short;
	begin_once(o);
	keep_error(o, o->reporter->end(o->state, &o->to));
	if (o->path)
		finish_file(o, cut_short);
	else if (fflush(stdout) == EOF)
		keep_error(o, -errno);
	pipe_restore(o, &old);

	int r = o->err;
	/* stdio may have met the failure long before we ask: then it does not know its
	 * name. */
	if (r < 0)
		snprintf(why, why_size, "the report to %s is not whole: %s",
			o->path ? o->path : "stdout",
			r == -EIO
				? "a write failed (its reader is gone, or the disk full?)"
				: strerror(-r));
	output_free(o);
	return r;
}

void output_discard(struct output *o)
{
	if (!o)
		return;
	if (o->path)
		fclose(o->to.out);
	if (o->partial)
		unlink(o->partial);
	output_free(o);
}

void output_list_formats(FILE *out)
{
	for (size_t i = 0; i < reporter_count; i++)
		fprintf(out, "  %-10s %s\n", reporter_table[i].name,
			reporter_table[i].reporter->about);
}
