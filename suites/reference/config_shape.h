/*
 * The shape of config.json: every property of runtime-spec 1.3 (config.md,
 * config-linux.md) with its type, range and form, one line each. What depends on more
 * than one property is in config_rules.c.
 *
 * A path is written with [] for the items of a list and {} for the values of a map:
 * "linux.resources.devices[].major", "annotations{}".
 */
#ifndef PLIMSOLL_REFERENCE_CONFIG_SHAPE_H
#define PLIMSOLL_REFERENCE_CONFIG_SHAPE_H

#include "config.h"

/* The newest version whose properties are in the table. */
#define CONFIG_OCI_VERSION "1.3.0"

enum shape_type {
	SHAPE_OBJECT,
	SHAPE_MAP,
	SHAPE_LIST,
	SHAPE_STRING,
	SHAPE_BOOLEAN,
	SHAPE_INTEGER, /* from min to max */
	SHAPE_UINT64,
	SHAPE_REFUSED, /* we know what it asks for, and do not do it */
};

enum shape_flags {
	SHAPE_REQUIRED = 1 << 0, /* its object must have it */
	SHAPE_FILLED = 1 << 1,   /* a list has an item, a string a character */
	/* 0 and "" say that it is not set, as callers written in Go may write it: it is
	 * removed. */
	SHAPE_EMPTY_UNSET = 1 << 2,
	SHAPE_OF_TERMINAL = 1 << 3, /* to be ignored where process.terminal is not true */
};

struct shape {
	const char *path;
	enum shape_type type;
	unsigned flags;
	long long min, max;
	const char *const *words; /* a string is one of them; NULL: any */
	bool (*form)(const char *text);
	const char *form_name; /* "an absolute path" */
};

extern const struct shape shape_table[]; /* sorted by path */
extern const size_t shape_count;

/*
 * Checks all that is known of `json`, which stands at `path` ("" is the whole config).
 * Members that are null are removed: they are as good as absent. 0 or -errno.
 */
int shape_check(json_t *json, const char *path, struct failure *f);

/*
 * jansson has no integers above INT64_MAX, a uint64 is one: before parsing, such a number
 * becomes the string "\u0000" with its digits behind, which no other string can be. Where
 * a uint64 is due shape_check() makes it the negative integer of the same 64 bits.
 */
bool shape_is_wide(const json_t *value);

/* Rules over several properties. */
int rules_check(const struct config *c, struct failure *f);
int rules_check_process(const json_t *process, struct failure *f);
int rules_check_resources(const json_t *resources, struct failure *f);

/* NULL-terminated. */
extern const char *const shape_namespaces[];

#endif
