#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "capture.h"
#include "guest.h"
#include "pool.h"
#include "printable.h"
#include "watch.h"

#define TAIL_MAX  32768 /* bytes of a console that are kept */
#define SAYS_MAX  100   /* lines of stderr that are kept */
#define LATE_BOOT "boot"
#define LATE_SAID "silence"
#define LATE_TIME "time"
#define FLOODED   "flood"
#define SAID_MAX  (256u << 20) /* bytes on the port: a suite says a few hundred thousand */

int watch_start(struct watch *w, int timeout_ms, int up_ms, const char *capture)
{
	*w = (struct watch) { .started = now_ms(),
		.last = now_ms(),
		.timeout_ms = timeout_ms,
		.up_ms = up_ms,
		.beats = true,
		.records = json_array(),
		.says = json_array(),
		.log = json_array(),
		.bad_modules = json_array(),
		.capture = capture };
	return w->records && w->says && w->log && w->bad_modules ? 0 : -ENOMEM;
}

void watch_free(struct watch *w)
{
	free(w->console.text);
	free(w->qemu.text);
	free(w->line.text);
	json_decref(w->records);
	json_decref(w->says);
	json_decref(w->log);
	json_decref(w->bad_modules);
	json_decref(w->trouble);
}

static bool hear(struct heard *h, const char *data, size_t len)
{
	if (h->len + len + 1 > h->room) {
		size_t room = 2 * (h->len + len + 1);
		char *text = realloc(h->text, room);
		if (!text)
			return false;
		h->text = text;
		h->room = room;
	}
	memcpy(h->text + h->len, data, len);
	h->len += len;
	h->text[h->len] = '\0';
	return true;
}

/* Of a stream that may be without end, and hold anything; a NUL would hide what follows. */
static void hear_tail(struct heard *h, const char *data, size_t len)
{
	if (!hear(h, data, len))
		return;
	for (size_t i = h->len - len; i < h->len; i++)
		if (!h->text[i])
			h->text[i] = ' ';
	if (h->len <= 2 * TAIL_MAX)
		return;
	memmove(h->text, h->text + h->len - TAIL_MAX, TAIL_MAX + 1);
	h->len = TAIL_MAX;
}

void watch_console(struct watch *w, const char *data, size_t len)
{
	hear_tail(&w->console, data, len);
}

void watch_qemu(struct watch *w, const char *data, size_t len)
{
	hear_tail(&w->qemu, data, len);
}

static void keep_text(json_t *list, const json_t *text, size_t most)
{
	if (json_is_string(text) && json_array_size(list) < most)
		json_array_append(list, (json_t *)text);
}

static void take_file(const struct watch *w, const json_t *line)
{
	const char *path = json_string_value(json_object_get(line, "path"));
	const char *text = json_string_value(json_object_get(line, "text"));

	if (w->capture && path && text)
		capture_write(w->capture, path, text);
}

static void take_word(struct watch *w, const char *word, json_t *line)
{
	const json_t *text = json_object_get(line, "text");

	if (!strcmp(word, "up")) {
		w->up = true;
	} else if (!strcmp(word, "says")) {
		keep_text(w->says, text, SAYS_MAX);
	} else if (!strcmp(word, "log")) {
		keep_text(w->log, text, SAYS_MAX);
	} else if (!strcmp(word, "module")) {
		keep_text(w->bad_modules, text, SAYS_MAX);
	} else if (!strcmp(word, "file")) {
		take_file(w, line);
	} else if (!strcmp(word, "trouble") && !w->trouble) {
		w->trouble = json_incref(line);
	} else if (!strcmp(word, "end")) {
		w->ended = true;
		w->exit = json_integer_value(json_object_get(line, "exit"));
		w->tainted = json_integer_value(json_object_get(line, "tainted"));
	}
}

static void take_garbage(struct watch *w, const char *text, size_t len)
{
	_cleanup_free_ char *clean = printable(text, len < 150 ? len : 150);

	if (!*w->garbage && clean)
		snprintf(w->garbage, sizeof(w->garbage), "%s", clean);
}

static void take_line(struct watch *w, const char *text, size_t len)
{
	json_auto_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *word = json_string_value(json_object_get(line, "guest"));

	if (word)
		take_word(w, word, line);
	else if (json_object_get(line, "type"))
		json_array_append(w->records, line);
	else
		take_garbage(w, text, len);
}

/* Of a line that is too long one byte too many is kept: what follows is no line of its own. */
static bool hear_line(struct watch *w, const char *data, size_t len)
{
	size_t room = GUEST_LINE_MAX + 1 - w->line.len;

	if (!hear(&w->line, data, len < room ? len : room))
		return false;
	if (w->line.len <= GUEST_LINE_MAX)
		return true;
	take_garbage(w, w->line.text, w->line.len);
	return false;
}

void watch_port(struct watch *w, const char *data, size_t len)
{
	const char *newline;

	w->last = now_ms();
	w->said += len;
	if (w->said > SAID_MAX)
		w->late = FLOODED;
	while (len && (newline = memchr(data, '\n', len))) {
		size_t n = newline - data;
		if (hear_line(w, data, n))
			take_line(w, w->line.text, w->line.len);
		w->line.len = 0;
		data += n + 1;
		len -= n + 1;
	}
	hear_line(w, data, len);
}

/* How long it may take to its first word. */
static int up_within(const struct watch *w)
{
	return w->up_ms < w->timeout_ms ? w->up_ms : w->timeout_ms;
}

int watch_left(struct watch *w, double now)
{
	const struct {
		const char *name;
		double at;
	} deadlines[] = {
		{ LATE_BOOT, w->up ? INFINITY : w->started + up_within(w) },
		{ LATE_SAID, w->up && w->beats ? w->last + WATCH_SILENT_MS : INFINITY },
		{ LATE_TIME, w->started + w->timeout_ms },
	};
	double left = w->timeout_ms;

	for (size_t i = 0; i < ARRAY_SIZE(deadlines); i++) {
		if (deadlines[i].at <= now && !w->late)
			w->late = deadlines[i].name;
		if (deadlines[i].at - now < left)
			left = deadlines[i].at - now;
	}
	return w->late ? 0 : (int)left + 1;
}

/* The rest of the line behind the last of these words; an empty buffer if there is none. */
static bool find_line(const struct heard *h, const char *words, char *ret, size_t size)
{
	const char *at = NULL;

	for (const char *next = h->len ? h->text : NULL;
		next && (next = strstr(next, words)); next++)
		at = next;
	if (!at)
		return false;
	_cleanup_free_ char *clean = printable(at, strcspn(at, "\r\n"));
	snprintf(ret, size, "%s", clean ? clean : "");
	return true;
}

/* Told by the kernel: how it died. */
static bool find_panic(const struct watch *w, struct verdict *v)
{
	char said[300], oops[300] = "";

	if (!find_line(&w->console, "Kernel panic - not syncing", said, sizeof(said)))
		return false;
	find_line(&w->console, "BUG: ", oops, sizeof(oops));
	v->fault = FAULT_KERNEL;
	VERDICT_TEXT(v->detail, "the kernel panicked after %zu records: %s%s%s",
		json_array_size(w->records), said, *oops ? "; before that: " : "", oops);
	if (!w->up && (strstr(said, "VFS") || strstr(said, "init")))
		VERDICT_TEXT(v->cause,
			"unproven: the initramfs was not used, or its init could not run "
			"(CONFIG_BLK_DEV_INITRD, CONFIG_BINFMT_ELF, rdinit=)");
	return true;
}

/* It never came to say anything: `how` it went instead. */
static void say_mute(const struct watch *w, const char *how, struct verdict *v)
{
	v->fault = FAULT_KERNEL;
	VERDICT_TEXT(v->detail, "%s before plimsoll in it said a word%s", how,
		w->console.len ? "" : "; its console stayed empty, too");
	VERDICT_TEXT(v->cause,
		"unproven: it hangs or fails while booting, or it has no driver for its "
		"serial ports (CONFIG_SERIAL_8250, CONFIG_SERIAL_8250_CONSOLE)");
	VERDICT_TEXT(v->remedy, "look at its boot: --append loglevel=7");
}

static void say_late(const struct watch *w, struct verdict *v)
{
	char how[64];

	v->fault = FAULT_KERNEL;
	if (!strcmp(w->late, LATE_BOOT)) {
		snprintf(how, sizeof(how), "%d seconds went by", up_within(w) / 1000);
		say_mute(w, how, v);
	} else if (!strcmp(w->late, FLOODED)) {
		VERDICT_TEXT(v->detail, "the guest said more than %u MiB: it floods",
			SAID_MAX >> 20);
	} else if (!strcmp(w->late, LATE_SAID)) {
		VERDICT_TEXT(v->detail,
			"the guest fell silent for %d seconds after %zu records: it hangs",
			WATCH_SILENT_MS / 1000, json_array_size(w->records));
	} else {
		v->fault = FAULT_HARNESS;
		VERDICT_TEXT(v->detail, "the guest was not done within %d seconds",
			w->timeout_ms / 1000);
		VERDICT_TEXT(v->remedy, "give it more time: --timeout SECONDS");
	}
}

static void say_trouble(const struct watch *w, struct verdict *v)
{
	const char *stage = json_string_value(json_object_get(w->trouble, "stage"));
	const char *detail = json_string_value(json_object_get(w->trouble, "detail"));

	v->fault = FAULT_HARNESS;
	VERDICT_TEXT(v->stage, "setup");
	VERDICT_TEXT(v->detail, "%s: %s: %s",
		json_array_size(w->records) ? "the guest gave up"
					    : "the guest could not be set up",
		stage ? stage : "", detail ? detail : "");
}

/* The last line of what QEMU itself said, behind `intro`; "" if it kept quiet. */
static void qemu_said(const struct watch *w, const char *intro, char *ret, size_t size)
{
	size_t len = w->qemu.len;

	while (len && w->qemu.text[len - 1] == '\n')
		len--;
	size_t from = len;
	while (from && w->qemu.text[from - 1] != '\n')
		from--;
	_cleanup_free_ char *clean =
		len ? printable(w->qemu.text + from, len - from) : NULL;
	snprintf(ret, size, "%s%s", clean ? intro : "", clean ? clean : "");
}

/* QEMU went, and neither the kernel nor we had said why. */
static void say_gone(const struct watch *w, int status, struct verdict *v)
{
	char said[300], how[400];

	qemu_said(w, "; QEMU said: ", said, sizeof(said));
	v->fault = FAULT_HARNESS;
	if (WIFSIGNALED(status)) {
		VERDICT_TEXT(v->detail, "QEMU was ended by signal %d (%s)%s",
			WTERMSIG(status), strsignal(WTERMSIG(status)), said);
	} else if (WEXITSTATUS(status)) {
		VERDICT_TEXT(v->detail, "QEMU failed with exit status %d%s",
			WEXITSTATUS(status), said);
	} else if (!w->up) {
		snprintf(how, sizeof(how), "the machine went off%s%s", said,
			*said ? ":" : "");
		say_mute(w, how, v);
	} else {
		VERDICT_TEXT(v->detail,
			"the machine went off after %zu records, without a word of why",
			json_array_size(w->records));
	}
}

/* Its run has its end, which counts the records before it. */
static bool is_whole(const struct watch *w)
{
	size_t n = json_array_size(w->records);
	const json_t *end = n ? json_array_get(w->records, n - 1) : NULL;
	const char *type = json_string_value(json_object_get(end, "type"));

	return type && !strcmp(type, "end") &&
		json_integer_value(json_object_get(end, "records")) == (json_int_t)n - 1;
}

/* The command gave up, or some of what it said was lost: in its own words, if it had any. */
static void say_broken(const struct watch *w, struct verdict *v)
{
	const char *first = json_string_value(json_array_get(w->says, 0));
	size_t n = json_array_size(w->records);
	char said[300] = "";

	if (first)
		snprintf(said, sizeof(said), ": %s", first);
	else if (!w->beats) /* on this machine QEMU's place is the command's */
		qemu_said(w, ": ", said, sizeof(said));
	v->fault = FAULT_HARNESS;
	if (n)
		VERDICT_TEXT(v->detail,
			"the command ended with exit status %d, but its %zu records are no "
			"whole run%s",
			w->exit, n, said);
	else
		VERDICT_TEXT(v->detail,
			"the command ended with exit status %d and without a record%s",
			w->exit, said);
}

/* The command ended by itself; was it well? */
static void say_ended(const struct watch *w, struct verdict *v)
{
	char said[300] = "";

	if (w->tainted & GUEST_OOPSED) {
		if (!find_line(&w->console, "BUG: ", said, sizeof(said)))
			find_line(&w->console, "Oops", said, sizeof(said));
		v->fault = FAULT_KERNEL;
		VERDICT_TEXT(v->detail, "the kernel oopsed meanwhile%s%s",
			*said ? ": " : "", said);
	} else if (!is_whole(w)) {
		say_broken(w, v);
	} else {
		v->outcome = OUTCOME_PASS;
	}
}

struct verdict watch_verdict(const struct watch *w, int status)
{
	struct verdict v = { .outcome = OUTCOME_ERROR };

	VERDICT_TEXT(v.stage, "%s", w->up ? "run" : "boot");
	if (w->ended)
		say_ended(w, &v);
	else if (w->trouble)
		say_trouble(w, &v);
	else if (find_panic(w, &v))
		;
	else if (w->late)
		say_late(w, &v);
	else
		say_gone(w, status, &v);
	if (v.outcome == OUTCOME_PASS)
		*v.stage = '\0';
	else if (*w->garbage)
		VERDICT_TEXT(v.cause, "it also said what is no record: %s", w->garbage);
	return v;
}

json_t *watch_last_lines(const struct watch *w, size_t most)
{
	json_t *list = json_array();
	const char *text = w->console.text;
	size_t end = w->console.len;

	while (end && json_array_size(list) < most) {
		size_t from = end;
		while (from && text[from - 1] != '\n')
			from--;
		size_t len = end - from;
		while (len && strchr("\r\n", text[from + len - 1]))
			len--;
		_cleanup_free_ char *clean = printable(text + from, len);
		if (clean && *clean)
			json_array_insert_new(list, 0, json_string(clean));
		end = from ? from - 1 : 0;
	}
	return list;
}
