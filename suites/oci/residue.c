#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "guard.h"
#include "pool.h"
#include "printable.h"
#include "residue.h"

#define SENTENCES_MAX 64

/* Names of files and processes may hold anything. */
static void note(json_t *list, const char *key, const char *value)
{
	_cleanup_free_ char *clean_key = printable(key, strlen(key));
	_cleanup_free_ char *clean_value = printable(value, strlen(value));

	if (clean_key && clean_value)
		json_object_set_new(list, clean_key, json_string(clean_value));
}

/* "target type root", and behind it the options of mount and superblock. */
static json_t *mounts(void)
{
	json_t *list = json_object();
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	char key[2 * PATH_MAX + 128], value[2048];

	while (table && iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		snprintf(key, sizeof(key), "mount %s (%s, mount id %d)",
			mnt_fs_get_target(fs), mnt_fs_get_fstype(fs), mnt_fs_get_id(fs));
		snprintf(value, sizeof(value), "%s %s", mnt_fs_get_vfs_options(fs) ?: "",
			mnt_fs_get_fs_options(fs) ?: "");
		note(list, key, value);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return list;
}

/* A process that is on its way out gets the time to go, all of them together a second. */
static bool stays(int pid, double until)
{
	_cleanup_close_ int pidfd = pidfd_of(pid);
	struct pollfd p = { pidfd, POLLIN, 0 };
	double left = until - now_ms();

	if (pidfd < 0)
		return pidfd != -ESRCH;
	return poll(&p, 1, left > 0 ? (int)left + 1 : 0) == 0;
}

/* Everything in the dock's pid namespace but ourselves. */
static void add_processes(json_t *list)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	const struct dirent *e;
	struct env env = { 0 };
	double until = now_ms() + 1000;
	char path[300], comm[64], key[128];

	while (proc && (e = readdir(proc))) {
		int pid = atoi(e->d_name);
		if (pid <= 1 || !stays(pid, until))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (env_file(&env, path, comm, sizeof(comm)) < 0)
			continue;
		snprintf(key, sizeof(key), "process %s", comm);
		note(list, key, "running");
	}
}

/* A hidden name is the runtime's own, not a container's: crun keeps an empty directory there. */
static void add_names(json_t *list, const char *dir, const char *what)
{
	_cleanup_closedir_ DIR *d = opendir(dir);
	const struct dirent *e;
	char key[512];

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(key, sizeof(key), "%s %s", what, e->d_name);
		note(list, key, "there");
	}
}

static void add_sysctls(json_t *list)
{
	static const char *const names[] = { "kernel/core_pattern", "kernel/hostname",
		"kernel/modprobe", "kernel/shm_rmid_forced", "net/ipv4/ip_forward",
		"user/max_user_namespaces" };
	struct env env = { 0 };
	char path[96], key[96], value[256];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/proc/sys/%s", names[i]);
		if (env_file(&env, path, value, sizeof(value)) < 0)
			continue;
		snprintf(key, sizeof(key), "sysctl %s", names[i]);
		note(list, key, value);
	}
}

json_t *residue_snapshot(const struct trial *t)
{
	json_t *list = mounts();
	char state[96];
	int cgroups = guard_count(t->id);

	snprintf(state, sizeof(state), "%s/state", t->workspace);
	add_processes(list);
	add_names(list, state, "state of container");
	add_sysctls(list);
	if (cgroups > 0)
		json_object_set_new(
			list, "cgroup of the container", json_string("there"));
	return list;
}

static void add(json_t *list, const char *fmt, ...) _printf_(2, 3);

/* Who leaves thousands of files need not have them all told. */
static void add(json_t *list, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	if (json_array_size(list) == SENTENCES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	_cleanup_free_ char *clean = printable(text, strlen(text));
	json_array_append_new(list, json_string(clean ? clean : "something"));
}

json_t *residue_since(const struct trial *t, const json_t *before)
{
	json_auto_t *now = residue_snapshot(t);
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach(now, key, value) {
		const json_t *old = json_object_get(before, key);
		if (!old)
			add(list, "%s: was not there before", key);
		else if (!json_equal(old, value))
			add(list, "%s: was \"%s\", is \"%s\"", key,
				json_string_value(old), json_string_value(value));
	}
	json_object_foreach((json_t *)before, key, value)
		if (!json_object_get(now, key))
			add(list, "%s: is gone", key);
	return list;
}
