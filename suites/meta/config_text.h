/* A good config.json for the tests to spoil, and how it is read. */
#ifndef PLIMSOLL_REFERENCE_CONFIG_TEXT_H
#define PLIMSOLL_REFERENCE_CONFIG_TEXT_H

#include "config_shape.h"

#include <check.h> /* behind it: it has a macro named fail */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

/* Written with ' for ", in all tests of configs. */
static const char base[] =
	"{'ociVersion': '1.0.2',\n"
	" 'process': {'terminal': false, 'user': {'uid': 0, 'gid': 0},\n"
	"  'args': ['/witness'], 'env': ['PATH=/bin'], 'cwd': '/',\n"
	"  'capabilities': {'bounding': ['CAP_CHOWN'], 'effective': ['CAP_CHOWN']},\n"
	"  'rlimits': [{'type': 'RLIMIT_NOFILE', 'hard': 1024, 'soft': 1024}],\n"
	"  'noNewPrivileges': true},\n"
	" 'root': {'path': 'rootfs', 'readonly': false},\n"
	" 'hostname': 'plimsoll',\n"
	" 'mounts': [\n"
	"  {'destination': '/proc', 'type': 'proc', 'source': 'proc'},\n"
	"  {'destination': '/dev', 'type': 'tmpfs', 'options': ['nosuid', 'mode=755']}],\n"
	" 'hooks': {'prestart': [{'path': '/bin/true', 'args': ['true'], 'timeout': 3}]},\n"
	" 'linux': {'namespaces': [{'type': 'pid'}, {'type': 'mount'}, {'type': 'time'},\n"
	"   {'type': 'network', 'path': '/run/netns/a'}, {'type': 'user'}],\n"
	"  'uidMappings': [{'containerID': 0, 'hostID': 1000, 'size': 10}],\n"
	"  'gidMappings': [{'containerID': 0, 'hostID': 1000, 'size': 10}],\n"
	"  'resources': {'memory': {'limit': -1}, 'devices': [{'allow': false}]},\n"
	"  'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [\n"
	"    {'names': ['chmod'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}]},\n"
	"  'maskedPaths': ['/proc/kcore']}}\n";

static struct failure f;
static struct config config;

static char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

/* A memfd is a regular file that leaves nothing. */
static int load_bytes(const char *text, size_t length)
{
	_cleanup_close_ int fd = memfd_create("config.json", MFD_CLOEXEC);
	char name[32];

	ck_assert_int_eq(write(fd, text, length), length);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	config_release(&config);
	f = (struct failure) { 0 };
	return config_load(AT_FDCWD, name, &config, &f);
}

static inline int load(const char *text)
{
	_cleanup_free_ char *bytes = quoted(text);

	return load_bytes(bytes, strlen(bytes));
}

/* RFC 7396, but null is kept: it is what is to be tried. */
static inline void merge(json_t *into, json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach(patch, key, value) {
		json_t *old = json_object_get(into, key);
		if (json_is_object(old) && json_object_size(value) > 0)
			merge(old, value);
		else
			json_object_set(into, key, value);
	}
}

static inline int load_patched(const char *patch)
{
	_cleanup_free_ char *text = quoted(base), *change = quoted(patch);
	json_error_t e;
	json_auto_t *json = json_loads(text, 0, &e), *more = json_loads(change, 0, &e);

	ck_assert_msg(more, "%s: %s", patch, e.text);
	merge(json, more);
	_cleanup_free_ char *all = json_dumps(json, 0);
	return load_bytes(all, strlen(all));
}

#endif
