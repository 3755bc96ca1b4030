/*
 * What the files of the cgroups share: directories and files of a cgroup, by
 * descriptor; and the settings that linux.resources comes down to.
 */
#ifndef PLIMSOLL_REFERENCE_CGROUPS_FILE_H
#define PLIMSOLL_REFERENCE_CGROUPS_FILE_H

#include <stdint.h>

#include "cgroup.h"
#include "cgroups.h"

#define CGFS_DEADLINE_MS 10000 /* for processes to die, to freeze, to thaw */

/* The top of a hierarchy, checked to be of a cgroup file system. A descriptor or
 * -errno. */
int cgfs_top(const struct hierarchy *h);

/* The container's cgroup, or one `below` it (NULL: itself). A descriptor or -errno. */
int cgfs_open(const struct hierarchy *h, const char *below);

/* A small file as a string without its last newline; what does not fit is cut. The
 * length or -errno. */
ssize_t cgfs_read(int dir, const char *file, char *buf, size_t size);

/* Writes each line of `text` by itself, as the kernel wants them. 0 or -errno. */
int cgfs_write(int dir, const char *file, const char *text);

/* The value of "key N" in cgroup.events, or -errno. */
int cgfs_event(int dir, const char *key);

/* Waits until it is `value`. 0, -ETIMEDOUT or -errno. */
int cgfs_await(int dir, const char *key, int value, int64_t deadline);

/* What is left until then, of now_ms() (pool.h), for poll(2). */
int cgfs_left(int64_t deadline);

/* May this be the path of a cgroup: no "..", no newline, not the top? */
bool cgfs_path_ok(const char *path);

/* Calls fn for each directory in `dir`, by name, until it returns other than 0. */
int cgfs_each_child(int dir, int (*fn)(int dir, const char *name, void *ctx), void *ctx);

static inline bool is_v2(const struct hierarchy *h)
{
	return !*h->controllers;
}

/* The cgroup2 one or the v1 one of a controller; NULL if there is none. */
const struct hierarchy *cgroups_v2(const struct cgroups *cg);
const struct hierarchy *cgroups_v1(const struct cgroups *cg, const char *controller);

/*
 * One value for one file. linux.resources is translated to a list of them before
 * anything is touched: what is out of range is refused then, and what it needs is
 * known.
 */
struct setting {
	char field[96]; /* of linux.resources: "memory.limit" */
	char controller[32];
	char file[160];
	char *value;  /* owned */
	char *before; /* what was there, to be put back on failure; owned */
	bool v2;
	bool optional;    /* without the file it is so anyway */
	bool keeps_quota; /* the first word of what is there goes before the value */
	int group;        /* of those with the same number one file has to be there */
	enum { SETTING_OPEN, SETTING_DONE, SETTING_MISSING } state;
};

struct settings {
	struct setting *list; /* owned */
	size_t count;
	int groups;
	bool check_memory; /* memory.checkBeforeUpdate */
};

void settings_release(struct settings *s);
#define _cleanup_settings_ _cleanup_(settings_release)

/* What a translation works on. */
struct translation {
	const struct cgroups *cg;
	const json_t *resources; /* checked by config.h */
	bool update;             /* the cgroups are there: they may be asked */
	struct settings *settings;
	struct failure *f;
};

/* One section of linux.resources; 0 or -errno with the failure set. */
typedef int (*translate_fn)(struct translation *t);

/* Adds one and returns it, for what is unusual to be set; NULL with the failure set. */
struct setting *settings_add(struct translation *t, bool v2, const char *controller,
	const char *file, const char *field, const char *fmt, ...) _printf_(6, 7);

/* cgroups_v1.c and cgroups_v2.c */
int translate_memory_v1(struct translation *t);
int translate_cpu_v1(struct translation *t);
int translate_block_io_v1(struct translation *t);
int translate_network_v1(struct translation *t);
int translate_memory_v2(struct translation *t);
int translate_cpu_v2(struct translation *t);
int translate_block_io_v2(struct translation *t);
int translate_network_v2(struct translation *t);
int translate_unified(struct translation *t);

/* A number that is the value as it stands: where it is in linux.resources, its file,
 * its least and greatest value. */
struct plain {
	const char *field, *controller, *file;
	json_int_t min, max;
};

/* Adds those that are there. 0 or -errno. */
int translate_plain(
	struct translation *t, bool v2, const struct plain *list, size_t count);

/* "max" or "-1" for what has no limit. */
const char *limit_text(json_int_t value, bool v2, char buf[32]);

/* A field is there and is not null. */
bool has_field(const json_t *resources, const char *field);

/* One list of throttles and what it is in either version. */
struct throttle {
	const char *field, *v1_file, *v2_key;
};
extern const struct throttle throttles[4];

/* All of linux.resources but the devices. 0 or -errno. */
int settings_translate(const struct cgroups *cg, const json_t *resources, bool update,
	struct settings *ret, struct failure *f);

/* The first that is written in this hierarchy; NULL: none. */
const struct setting *settings_need(const struct settings *s, const struct hierarchy *h);

/* Writes them; those that the kernel refuses once more after the others, for some
 * values may only follow others. What was written is put back on failure. */
int settings_apply(const struct cgroups *cg, struct settings *s, struct failure *f);
void settings_put_back(const struct cgroups *cg, const struct settings *s);

/*
 * linux.resources.devices as a list whose last match counts, what no rule matches being
 * denied.
 */
struct device_rule {
	bool allow;
	bool ours;            /* one of the devices that every container gets */
	char type;            /* 'b', 'c', or 'a' for both */
	int64_t major, minor; /* -1: any */
	unsigned access;      /* DEVICE_* */
};

#define DEVICE_MKNOD 1u /* BPF_DEVCG_ACC_*, the same in the kernel */
#define DEVICE_READ  2u
#define DEVICE_WRITE 4u
#define DEVICE_ALL   7u

struct device_rules {
	struct device_rule *list; /* owned */
	size_t count;
	bool given;     /* there is a list */
	bool allow_all; /* nothing is denied */
};

void device_rules_release(struct device_rules *d);
#define _cleanup_device_rules_ _cleanup_(device_rules_release)

int device_rules_read(
	const json_t *resources, struct device_rules *ret, struct failure *f);

/* Does a rule decide about everything? */
bool device_rule_total(const struct device_rule *r);

/* By devices.allow and devices.deny of a v1 hierarchy, or by a program on a cgroup2.
 * Replaces what is there without a moment in which more, or less than both, is allowed.
 */
int device_rules_apply(
	const struct cgroups *cg, const struct device_rules *d, struct failure *f);
int device_rules_apply_v1(int dir, const struct device_rules *d, struct failure *f);
int device_rules_apply_v2(int dir, const struct device_rules *d, struct failure *f);

/* The program: instructions in *ret (free() it) and their number, or -errno. */
struct bpf_insn;
ssize_t device_program(const struct device_rules *d, struct bpf_insn **ret);

/* cpu.weight of cpu.shares, as runc and crun map them since 2025. */
unsigned long cpu_weight_of_shares(unsigned long long shares);

/*
 * Makes one, with what is above it, and hands the controllers down; h->kept says what
 * was there. 0, or -errno with what was made gone again.
 */
int hierarchy_make(const struct cgroups *cg, struct hierarchy *h,
	const struct settings *s, struct failure *f);
/* Hands down to the one that is there what new settings need. */
int hierarchy_enable(const struct cgroups *cg, const struct hierarchy *h,
	const struct settings *s, struct failure *f);
/* Removes it, and what hierarchy_make() made above it, as far as that is empty. 0 or
 * -errno. */
int hierarchy_unmake(const struct hierarchy *h);

/* Does anything run in it, or below? */
bool cgroup_populated(const struct hierarchy *h, int dir);

/* Is the calling process in one of them? */
bool cgroups_hold_us(const struct cgroups *cg);

#endif
