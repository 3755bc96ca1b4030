#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fleet.h"
#include "harvest.h"
#include "parallel.h"
#include "payload.h"
#include "pool.h"
#include "verb.h"
#include "watch.h"

#define BERTHS_MAX 64
#define MEMORY_LEAST \
	512 /* MiB of a guest, and as much again as it brings along, and more */
#define MEMORY_QEMU   256 /* MiB beside it: translated code */
#define HOST_DEADLINE 86400000

/* A place for one guest at a time. */
struct berth {
	struct boot *b; /* NULL: free */
	struct cargo cargo;
	struct machine machine;
	struct machine_run run;
	struct watch watch;
};

/* A kernel as it is entered under emulation. */
struct unpacked {
	const struct kernel *kernel;
	int image; /* -1: as the bzImage unpacks itself */
};

struct fleet {
	const struct boot_options *opt;
	struct boot *boots;
	size_t count, next, told, done;
	struct berth berths[BERTHS_MAX];
	size_t berth_count;
	struct unpacked *unpacked;
	size_t unpacked_count;
	enum accel accel; /* AUTO: not yet decided, the first guest tries KVM */
	struct sink *sink;
	char *why;
	size_t why_size;
};

static unsigned memory_of(const struct boot_options *opt, const struct cargo *cargo)
{
	return opt->memory ? opt->memory
			   : MEMORY_LEAST + 4 * (unsigned)(cargo->size >> 20);
}

/* MemAvailable of /proc/meminfo, in MiB. */
static unsigned long memory_available(void)
{
	char line[128];
	unsigned long kib = 0;
	_cleanup_fclose_ FILE *in = fopen("/proc/meminfo", "re");

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "MemAvailable: %lu", &kib) == 1)
			return kib / 1024;
	return ~0UL;
}

static size_t berths_of(const struct boot_options *opt)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = opt->jobs ? opt->jobs : processors < 1 ? 1 : (size_t)processors;

	return n < BERTHS_MAX ? n : BERTHS_MAX;
}

static bool is_trial(const struct fleet *f)
{
	return f->accel == ACCEL_AUTO;
}

static void unpack_one(void *ctx, size_t i)
{
	struct unpacked *u = &((struct unpacked *)ctx)[i];

	u->image = payload_open(u->kernel);
}

/* Several guests share it. */
static struct unpacked *find_unpacked(struct fleet *f, const struct kernel *kernel)
{
	for (size_t i = 0; i < f->unpacked_count; i++)
		if (f->unpacked[i].kernel == kernel)
			return &f->unpacked[i];
	return NULL;
}

static struct unpacked *unpack(struct fleet *f, const struct kernel *kernel)
{
	struct unpacked *u = find_unpacked(f, kernel);

	if (!u) {
		u = &f->unpacked[f->unpacked_count++];
		*u = (struct unpacked) { kernel, payload_open(kernel) };
	}
	return u;
}

/* The kernels that are booted first, so that their guests start together. */
static void unpack_first(struct fleet *f)
{
	for (size_t i = 0; i < f->count && f->unpacked_count < f->berth_count; i++) {
		const struct kernel *kernel = f->boots[i].kernel;
		if (!kernel->host && !find_unpacked(f, kernel))
			f->unpacked[f->unpacked_count++].kernel = kernel;
	}
	parallel_for(f->unpacked_count, unpack_one, f->unpacked);
}

static void choose_image(struct fleet *f, struct berth *berth)
{
	const struct kernel *kernel = berth->b->kernel;
	int image = berth->machine.kvm ? -1 : unpack(f, kernel)->image;

	berth->machine.unpacked = image >= 0;
	berth->machine.image = image >= 0 ? image : kernel->image;
}

static int start_guest(struct fleet *f, struct berth *berth)
{
	struct machine *m = &berth->machine;
	_cleanup_free_ char *cmdline = boot_cmdline(berth->b);

	if (!cmdline)
		return -ENOMEM;
	*m = f->opt->machine;
	m->kvm = f->accel != ACCEL_TCG;
	m->memory = memory_of(f->opt, &berth->cargo);
	m->cpus = f->opt->cpus ? f->opt->cpus : m->kvm ? 2 : 1;
	choose_image(f, berth);
	m->initramfs = berth->cargo.initramfs;
	m->cmdline = cmdline;
	int r = watch_start(&berth->watch, f->opt->timeout_ms,
		is_trial(f)      ? WATCH_TRIAL_MS
			: m->kvm ? WATCH_KVM_MS
				 : WATCH_UP_MS,
		f->opt->capture);
	if (r == 0)
		r = machine_start(m, &berth->run);
	m->cmdline = NULL;
	return r;
}

/* This machine's own kernel: no guest, but its verb runs in a child and is heard likewise. */
static int start_here(struct berth *berth)
{
	int out[2], err[2];

	if (watch_start(&berth->watch, HOST_DEADLINE, HOST_DEADLINE, NULL) < 0)
		return -ENOMEM;
	berth->watch.beats = false;
	berth->watch.up = true;
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return -errno;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		verb_become(boot_command(berth->b, false), out[1], err[1]);
	}
	close(out[1]);
	close(err[1]);
	berth->run = (struct machine_run) { pid, { -1, out[0], err[0] } };
	return pid < 0 ? -errno : 0;
}

static int start(struct fleet *f, struct berth *berth, struct boot *b)
{
	int r = 0;

	*berth = (struct berth) { .b = b, .cargo = { .initramfs = -1 } };
	if (b->kernel->host) {
		r = start_here(berth);
	} else {
		r = cargo_make(b, &berth->cargo, f->why, f->why_size);
		if (r < 0)
			return r;
		r = start_guest(f, berth);
	}
	if (r < 0)
		snprintf(f->why, f->why_size, "%s: cannot be started: %s", boot_title(b),
			strerror(-r));
	return r;
}

static void vacate(struct berth *berth)
{
	watch_free(&berth->watch);
	cargo_free(&berth->cargo);
	berth->b = NULL;
}

/*
 * A guest that never came up: was it our shortcut? KVM was tried and does not work here, or
 * the image was unpacked for it; then the same guest again without. True if there is such a
 * way left.
 */
static bool fall_back(struct fleet *f, const struct berth *berth, const struct verdict *v)
{
	char text[900];

	if (is_trial(f)) {
		snprintf(text, sizeof(text),
			"KVM does not bring a guest up here (%s): emulating instead; "
			"--accel tcg saves the trial",
			v->detail);
		f->opt->note(text);
		f->accel = ACCEL_TCG;
		return true;
	}
	if (!berth->machine.unpacked)
		return false;
	int *image = &unpack(f, berth->b->kernel)->image;
	if (*image >= 0)
		close(TAKE_FD(*image));
	return true;
}

static void tell(struct fleet *f)
{
	size_t i;
	json_t *record;

	for (; f->told < f->count && f->boots[f->told].records; f->told++) {
		json_t *run = TAKE_PTR(f->boots[f->told].records);
		json_array_foreach(run, i, record)
			sink_record(f->sink, json_incref(record));
		json_decref(run);
	}
}

static int finish(struct fleet *f, struct berth *berth)
{
	bool here = berth->b->kernel->host;
	struct seen seen = { .watch = &berth->watch,
		.cargo = here ? NULL : &berth->cargo,
		.machine = here ? NULL : &berth->machine,
		.ms = now_ms() - berth->watch.started };
	int status = machine_stop(&berth->run);

	if (here) {
		berth->watch.ended = true;
		berth->watch.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	}
	seen.verdict = watch_verdict(&berth->watch, status);
	if (!berth->watch.up && fall_back(f, berth, &seen.verdict)) {
		struct boot *b = berth->b;
		vacate(berth);
		return start(f, berth, b);
	}
	if (!here && is_trial(f))
		f->accel = ACCEL_KVM;
	berth->b->records = harvest(berth->b, &seen);
	f->done++;
	vacate(berth);
	tell(f);
	return 0;
}

static void take(struct berth *berth, enum machine_stream which)
{
	static void (*const takers[])(struct watch * w, const char *data, size_t len) = {
		[MACHINE_CONSOLE] = watch_console,
		[MACHINE_PORT] = watch_port,
		[MACHINE_SAID] = watch_qemu,
	};
	char data[65536];
	int *fd = &berth->run.streams[which];

	ssize_t n = read(*fd, data, sizeof(data));
	if (n > 0)
		takers[which](&berth->watch, data, n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close(TAKE_FD(*fd));
}

static bool is_over(struct berth *berth)
{
	const int *fds = berth->run.streams;

	return berth->watch.ended || watch_left(&berth->watch, now_ms()) == 0 ||
		(fds[0] < 0 && fds[1] < 0 && fds[2] < 0);
}

static int time_left(struct fleet *f)
{
	int left = 60000;

	for (size_t i = 0; i < f->berth_count; i++) {
		int own =
			f->berths[i].b ? watch_left(&f->berths[i].watch, now_ms()) : left;
		left = own < left ? own : left;
	}
	return left;
}

/* Waits until one of them says something, ends, or is late. */
static int serve(struct fleet *f)
{
	struct pollfd fds[BERTHS_MAX * MACHINE_STREAMS];
	size_t n = f->berth_count * MACHINE_STREAMS;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct berth *berth = &f->berths[i / MACHINE_STREAMS];
		fds[i] = (struct pollfd) {
			berth->b ? berth->run.streams[i % MACHINE_STREAMS] : -1, POLLIN, 0
		};
	}
	if (poll(fds, n, time_left(f)) < 0)
		return errno == EINTR ? 0 : -errno;
	for (size_t i = 0; i < n; i++)
		if (fds[i].revents)
			take(&f->berths[i / MACHINE_STREAMS], i % MACHINE_STREAMS);
	for (size_t i = 0; i < f->berth_count && r == 0; i++)
		if (f->berths[i].b && is_over(&f->berths[i]))
			r = finish(f, &f->berths[i]);
	return r;
}

static size_t running(const struct fleet *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->berth_count; i++)
		n += f->berths[i].b != NULL;
	return n;
}

static bool has_room(const struct fleet *f)
{
	size_t n = running(f);
	unsigned need = (f->opt->memory ? f->opt->memory : MEMORY_LEAST) + MEMORY_QEMU;

	if (f->next == f->count || n == f->berth_count)
		return false;
	return n == 0 || (!is_trial(f) && memory_available() > need);
}

static int fill(struct fleet *f)
{
	int r = 0;

	while (r == 0 && has_room(f)) {
		struct berth *berth = f->berths;
		while (berth->b)
			berth++;
		struct boot *b = &f->boots[f->next++];
		sink_progress(f->sink, f->done, f->count, boot_title(b));
		r = start(f, berth, b);
	}
	return r;
}

static void abandon(struct fleet *f)
{
	for (size_t i = 0; i < f->berth_count; i++) {
		if (!f->berths[i].b)
			continue;
		if (f->berths[i].run.pid > 0)
			machine_stop(&f->berths[i].run);
		vacate(&f->berths[i]);
	}
	for (size_t i = 0; i < f->count; i++)
		json_decref(TAKE_PTR(f->boots[i].records));
	for (size_t i = 0; i < f->unpacked_count; i++)
		if (f->unpacked[i].image >= 0)
			close(f->unpacked[i].image);
	free(f->unpacked);
}

int fleet_run(struct boot *boots, size_t count, const struct boot_options *opt,
	struct sink *sink, char *why, size_t why_size)
{
	struct fleet f = { .opt = opt,
		.boots = boots,
		.count = count,
		.berth_count = berths_of(opt),
		.accel = opt->accel,
		.unpacked = calloc(count, sizeof(struct unpacked)),
		.sink = sink,
		.why = why,
		.why_size = why_size };
	int r = f.unpacked ? 0 : -ENOMEM;

	if (f.accel == ACCEL_AUTO && access("/dev/kvm", R_OK | W_OK) < 0)
		f.accel = ACCEL_TCG;
	if (r == 0 && f.accel == ACCEL_TCG)
		unpack_first(&f);
	while (r == 0 && f.done < count) {
		r = fill(&f);
		if (r == 0)
			r = serve(&f);
	}
	if (r < 0 && !*why)
		snprintf(why, why_size, "%s", strerror(-r));
	abandon(&f);
	return r;
}
