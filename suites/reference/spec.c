#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>

#include "command.h"
#include "config_shape.h"

/* What both kinds have in common. */
static const char common[] =
	"{'ociVersion': '" CONFIG_OCI_VERSION "',"
	" 'process': {"
	"  'terminal': true,"
	"  'user': {'uid': 0, 'gid': 0},"
	"  'args': ['sh'],"
	"  'env': ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',"
	"   'TERM=xterm'],"
	"  'cwd': '/',"
	"  'capabilities': {"
	"   'bounding': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],"
	"   'effective': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],"
	"   'permitted': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']},"
	"  'rlimits': [{'type': 'RLIMIT_NOFILE', 'soft': 1024, 'hard': 1024}],"
	"  'noNewPrivileges': true},"
	" 'root': {'path': 'rootfs', 'readonly': true},"
	" 'hostname': 'plimsoll',"
	" 'mounts': ["
	"  {'destination': '/proc', 'type': 'proc', 'source': 'proc',"
	"   'options': ['nosuid', 'noexec', 'nodev']},"
	"  {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',"
	"   'options': ['nosuid', 'strictatime', 'mode=755', 'size=65536k']},"
	"  {'destination': '/dev/shm', 'type': 'tmpfs', 'source': 'shm',"
	"   'options': ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']},"
	"  {'destination': '/dev/mqueue', 'type': 'mqueue', 'source': 'mqueue',"
	"   'options': ['nosuid', 'noexec', 'nodev']}],"
	" 'linux': {"
	"  'namespaces': [{'type': 'pid'}, {'type': 'ipc'}, {'type': 'uts'},"
	"   {'type': 'mount'}, {'type': 'cgroup'}],"
	"  'maskedPaths': ['/proc/acpi', '/proc/asound', '/proc/interrupts',"
	"   '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug',"
	"   '/proc/scsi', '/proc/timer_list', '/proc/timer_stats',"
	"   '/sys/devices/virtual/powercap', '/sys/firmware'],"
	"  'readonlyPaths': ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys',"
	"   '/proc/sysrq-trigger']}}";

/* For root: all that can be had new, and no devices but the default ones. */
static const char as_root[] =
	"{'mounts': ["
	"  {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',"
	"   'options': ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620',"
	"    'gid=5']},"
	"  {'destination': '/sys', 'type': 'sysfs', 'source': 'sysfs',"
	"   'options': ['nosuid', 'noexec', 'nodev', 'ro']},"
	"  {'destination': '/sys/fs/cgroup', 'type': 'cgroup', 'source': 'cgroup',"
	"   'options': ['nosuid', 'noexec', 'nodev', 'relatime', 'ro']}],"
	" 'namespaces': [{'type': 'network'}],"
	" 'linux': {'resources': {'devices': [{'allow': false, 'access': 'rwm'}]}}}";

/*
 * For a user: root is the user, there is no other id, no network but the host's, whose
 * sysfs only the host can mount, and no limits.
 */
static const char as_user[] =
	"{'mounts': ["
	"  {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',"
	"   'options': ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620']},"
	"  {'destination': '/sys', 'type': 'none', 'source': '/sys',"
	"   'options': ['rbind', 'nosuid', 'noexec', 'nodev', 'ro']}],"
	" 'namespaces': [{'type': 'user'}],"
	" 'linux': {}}";

/* Texts of ours: they are right. */
static json_t *from_text(const char *quoted)
{
	_cleanup_free_ char *text = strdup(quoted);

	for (char *c = text; c && *c; c++)
		if (*c == '\'')
			*c = '"';
	return text ? json_loads(text, 0, NULL) : NULL;
}

static json_t *own_id(unsigned id)
{
	return json_pack("[{s:i, s:I, s:i}]", "containerID", 0, "hostID", (json_int_t)id,
		"size", 1);
}

static json_t *make(bool rootless)
{
	json_auto_t *config = from_text(common);
	json_auto_t *more = from_text(rootless ? as_user : as_root);
	json_t *os = json_object_get(config, "linux");

	if (json_array_extend(json_object_get(config, "mounts"),
		    json_object_get(more, "mounts")) < 0 ||
		json_array_extend(json_object_get(os, "namespaces"),
			json_object_get(more, "namespaces")) < 0 ||
		json_object_update(os, json_object_get(more, "linux")) < 0)
		return NULL;
	if (rootless &&
		(json_object_set_new(os, "uidMappings", own_id(geteuid())) < 0 ||
			json_object_set_new(os, "gidMappings", own_id(getegid())) < 0))
		return NULL;
	return json_incref(config);
}

/* Never over one that is there. */
static int write_config(const char *bundle, const json_t *config, struct failure *f)
{
	_cleanup_close_ int dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return fail(f, errno, "%s", bundle);
	_cleanup_close_ int fd =
		openat(dir, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(f, errno, "%s/config.json", bundle);
	if (json_dumpfd(config, fd, JSON_INDENT(4)) == 0 && write(fd, "\n", 1) == 1)
		return 0;
	int r = fail(f, errno ? errno : EIO, "%s/config.json: write", bundle);
	unlinkat(dir, "config.json", 0);
	return r;
}

static int spec(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { { "bundle", required_argument, NULL,
							 'b' },
		{ "rootless", no_argument, NULL, 'r' }, { 0 } };
	const char *bundle = ".";
	bool rootless = false;
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":b:", options, NULL)) != -1) {
		if (c == 'b')
			bundle = optarg;
		else if (c == 'r')
			rootless = true;
		else
			return command_usage(
				&command_spec, f, "%s: not understood", argv[optind - 1]);
	}
	if (optind < argc)
		return command_usage(
			&command_spec, f, "too many arguments: %s", argv[optind]);
	json_auto_t *config = make(rootless);
	if (!config)
		return fail(f, ENOMEM, "config.json") ? 1 : 0;
	return write_config(bundle, config, f) < 0;
}

const struct command command_spec = {
	.name = "spec",
	.about = "write a config.json to begin with",
	.usage = "[OPTION]...\n"
		 "  -b, --bundle DIR  in this directory (default: the current one)\n"
		 "  --rootless        for a container that no root makes",
	.run = spec,
};
