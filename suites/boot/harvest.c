#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "exit.h"
#include "harvest.h"

#define CONSOLE_LINES 25

static bool is_type(const json_t *record, const char *type)
{
	const char *said = json_string_value(json_object_get(record, "type"));

	return said && !strcmp(said, type);
}

/* A guest may send anything; what is a record is counted, as `report` would. */
static bool is_record(json_t *json, struct exit_count *count)
{
	struct record rec;
	char why[160];

	if (record_decode(json_incref(json), &rec, why, sizeof(why)) < 0)
		return false;
	exit_count_record(count, &rec);
	record_release(&rec);
	return true;
}

/* Ours to make, of a guest's run: what it says of these itself is not passed on. */
static bool is_frame(const json_t *record)
{
	return is_type(record, "env") || is_type(record, "boot") ||
		is_type(record, "end");
}

/* The guest never came to say who asks: what is known of it here has to do. */
static json_t *made_up_env(const struct boot *b)
{
	json_t *env = record_new(RECORD_ENV);
	struct utsname u;

	uname(&u);
	record_set(env, "plimsoll", PLIMSOLL_VERSION);
	record_set(env, "verb", b->opt->verb);
	record_set_time(env);
	record_set(env, "asker", b->variation->user ? "user" : "root");
	json_object_set_new(env, "kernel",
		json_pack("{s:s, s:s}", "release",
			b->kernel->host ? u.release : b->kernel->release, "machine",
			u.machine));
	return env;
}

static void add_origin(json_t *env, const struct boot *b)
{
	json_t *kernel = json_object_get(env, "kernel");
	/* On this machine there is no guest, and there may be no emulator for one. */
	_cleanup_free_ char *cmdline = b->kernel->host ? NULL : boot_cmdline(b);

	record_set(kernel, "package", b->kernel->package);
	record_set(kernel, "package_version", b->kernel->package_version);
	record_set(kernel, "config_sha256", b->kernel->config_sha256);
	record_set(kernel, "cmdline", cmdline);
}

/* What was wanted and is not there, and what the guest could not load. */
static json_t *missing_modules(const struct seen *seen)
{
	json_t *list = json_copy(seen->cargo->missing);

	if (seen->watch)
		json_array_extend(list, seen->watch->bad_modules);
	return list;
}

static json_t *boot_facts(const struct boot *b, const struct seen *seen)
{
	const struct plan_variation *v = b->variation;
	const struct machine *m = seen->machine;
	json_t *facts = json_pack("{s:s}", "accel", !m ? "none" : m->kvm ? "kvm" : "tcg");

	record_set(facts, "label", b->named->name);
	record_set(facts, "variation", v->name);
	record_set(facts, "runtime", b->runtime ? b->runtime->name : NULL);
	if (m) {
		json_object_set_new(facts, "memory", json_integer(m->memory));
		json_object_set_new(facts, "cpus", json_integer(m->cpus));
		json_object_set_new(facts, "unpacked", json_boolean(m->unpacked));
		record_set(facts, "cgroup", v->cgroup);
		record_set(facts, "lsm", v->lsm);
		record_set(facts, "user", v->user);
		if (v->sysctl)
			json_object_set(facts, "sysctl", v->sysctl);
	}
	if (seen->cargo) {
		json_object_set(facts, "modules", seen->cargo->modules);
		json_object_set_new(facts, "modules_missing", missing_modules(seen));
	}
	return facts;
}

static json_t *boot_record(const struct boot *b, const struct seen *seen)
{
	json_t *record = record_new(RECORD_BOOT);

	record_set(record, "name", b->kernel->host ? "host" : b->kernel->release);
	record_set_verdict(record, &seen->verdict);
	if (seen->verdict.outcome != OUTCOME_PASS && seen->watch) {
		json_t *lines = watch_last_lines(seen->watch, CONSOLE_LINES);
		json_object_set_new(record, "console", lines);
	}
	if (seen->watch && json_array_size(seen->watch->log))
		json_object_set(record, "kernel_log", seen->watch->log);
	record_set_ms(record, seen->ms);
	return record;
}

static json_t *end_record(const json_t *run, const struct exit_count *count)
{
	json_t *end = record_new(RECORD_END);

	json_object_set_new(end, "records", json_integer(json_array_size(run)));
	json_object_set_new(end, "exit", json_integer(exit_code_of(count)));
	return end;
}

json_t *harvest(const struct boot *b, const struct seen *seen)
{
	const json_t *said = seen->watch ? seen->watch->records : NULL;
	json_t *run = json_array(), *env = json_array_get(said, 0), *boot;
	struct exit_count count = { 0 };
	size_t i;
	json_t *json;

	if (is_type(env, "env") && is_record(env, &count)) {
		json_incref(env);
	} else {
		env = made_up_env(b);
		is_record(env, &count);
	}
	add_origin(env, b);
	json_object_set_new(env, "boot", boot_facts(b, seen));
	json_array_append_new(run, env);
	json_array_foreach(said, i, json)
		if (!is_frame(json) && is_record(json, &count))
			json_array_append(run, json);
	boot = boot_record(b, seen);
	is_record(boot, &count);
	json_array_append_new(run, boot);
	json_array_append_new(run, end_record(run, &count));
	return run;
}
