/*
 * One record is one JSON object on one line. This is the only place where records are made
 * and read; its JSON Schema is fixtures/schema/record.json. A report is a pure function of
 * records.
 *
 * A run's records: one `env` first, then `probe`, `case` and `proof` records and, if a guest
 * was booted for the run, one `boot`; one `end` last, which carries the number of the records
 * before it, so that a file cut short is noticed. Runs may stand one after another in a file.
 * A run of `preflight` has `profile` records behind the `probe` records they are made of.
 *
 * Members that are not decoded into the struct, beside those of the suites:
 *
 *   of an env: "kernel" may tell of what it was made: "package", "package_version",
 *   "config_sha256", "cmdline". "boot" is an object if the run was made in a guest: "accel"
 *   (tcg, kvm, or none: it never came to that) and what else is known of "label" (how tables
 *   call the kernel), "variation", "runtime", "memory" (MiB), "cpus", "cgroup", "lsm",
 *   "sysctl" (name -> text), "user", "modules" and "modules_missing" (arrays of names).
 *
 *   of a case that was not kept: "arbiter" is an object if the reference runtime was asked,
 *   too: "outcome", and "detail" as far as there is more to say.
 *
 *   of a profile: "ready" (ready, ready-except, not-ready, unknown), "source", "notes" (an array
 *   of texts: what was not asked as it was meant), "required" and "recommended" (objects: "met"
 *   of "all"), and "misses", an array of objects: "probe" and "subject" as in the `probe` record
 *   that has seen it, "any" (names: one of them would do), "level" (required, recommended),
 *   "outcome", "reason", "source".
 *
 *   of a boot: "console", an array of texts: the last lines of the guest's console.
 *
 *   of a probe, case or proof: "kernel_log", an array of texts: what the kernel warned of
 *   while it was asked.
 *
 *   of all that have a verdict: "change", an object, if they were compared (change.h). Then the
 *   env has "compared_with", an object: what is known of "file", "release", "label", "variation",
 *   "runtime" (with its version), "time", "plimsoll", "askers" (an array of names), and "baseline",
 *   true if all records are there and not only those that changed. The end has "same": how many
 *   were left out because nothing changed. The env of a run that is gone has "change" itself.
 */
#ifndef PLIMSOLL_RECORD_H
#define PLIMSOLL_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "change.h"

#define RECORD_FORMAT 1

enum record_type {
	RECORD_ENV,   /* where and by whom the run was made */
	RECORD_PROBE, /* one question to the kernel */
	RECORD_CASE,  /* one obligation of a runtime */
	RECORD_PROOF, /* one sabotage: what was taken away, and whether the check noticed */
	RECORD_PROFILE, /* what the answers come to for one workload: pass, fail, error */
	RECORD_BOOT,    /* what became of the guest itself: pass, or error; no answer */
	RECORD_END,     /* the run is complete */
	RECORD_TYPE_COUNT,
};

/*
 * A decoded record. All strings are borrowed from `json` (one reference, owned) and are ""
 * where the record says nothing.
 */
struct record {
	json_t *json;
	enum record_type type;
	enum outcome outcome;
	enum kind kind;
	enum fault fault;
	enum change change;
	const char *
		name; /* mnt/rro, mount/rro, podman-rootless; of a boot: the kernel's release */
	const char *id;    /* of a case: the row in the catalogue of behaviours, RO-02 */
	const char *asker; /* root, user, userns */
	const char *subject; /* what was asked about: a directory */
	const char *runtime; /* as given on the command line */
	const char *about;   /* the capability, or the obligation in our own words */
	const char *stage;   /* the call, or the runtime's command, that refused */
	const char *err;     /* EPERM */
	const char *detail;
	const char *cause;
	const char *remedy;
	const char *file; /* of a case: its fixture */
	double ms;        /* how long it took, milliseconds; 0 if not measured */
};

/*
 * A new JSON object with "type" (and "format" for env) set; NULL without memory. The caller
 * adds members with record_set() and hands it to record_decode().
 */
json_t *record_new(enum record_type type);

/* Sets a text member; nothing is set for NULL or "". Bytes that are not UTF-8 are replaced. */
void record_set(json_t *json, const char *key, const char *text);

/* Appends a text to the array member `key`, made if need be. Bytes as in record_set(). */
void record_append(json_t *json, const char *key, const char *text);

/* Sets "time" to now, UTC (RFC 3339). */
void record_set_time(json_t *json);

/* Sets "ms", how long it took, to the microsecond. */
void record_set_ms(json_t *json, double ms);

/* Sets the members that say a verdict. */
void record_set_verdict(json_t *json, const struct verdict *v);

/*
 * Decodes `json` (the reference is taken, on failure too). Returns 0, or -EBADMSG with a
 * sentence in `why` that names the key.
 */
int record_decode(json_t *json, struct record *ret_record, char *why, size_t why_size);

/* Writes the record as one line. 0 or -errno. */
int record_write(const struct record *rec, FILE *out);

/* A text member that is not decoded into the struct; "" if it is not there. */
const char *record_text(const struct record *rec, const char *key);

/* A text of the member `object` of an env, "kernel" or "boot"; "" if it is not there. */
const char *env_text(const struct record *env, const char *object, const char *key);

/* What its kernel is called: the label it was given, else its release. */
const char *env_label(const struct record *env);

/* A text of what the other run said, of a record that was compared (change.h); "" if it is not
 * there. */
const char *record_was(const struct record *rec, const char *key);

/* Another reference to the same data, to keep a record beyond a callback. */
struct record record_ref(const struct record *rec);
void record_release(struct record *rec);

/* The name of an errno, "EPERM"; "" for 0, "errno 4095" (static buffer) if unknown. */
const char *errno_name(int err);

#endif
