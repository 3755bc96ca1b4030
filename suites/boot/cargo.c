/* What a guest brings along: plimsoll as its init, the job, modules, runtimes, fixtures. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot.h"
#include "cleanup.h"
#include "guest.h"
#include "initramfs.h"
#include "runtime.h"

/* What container software loads by itself where it has modprobe; a guest has none. */
static const char *const wanted_modules[] = { "overlay", "fuse" };

/*
 * What the probes ask about that kernels have as modules; the struct probe's .modules name the
 * aliases by which the kernel itself would ask for them. Those that a kernel has not are none
 * of its faults.
 */
static const char *const probed_modules[] = { "8021q", "binfmt_misc", "br_netfilter",
	"bridge", "btrfs", "cls_bpf", "dummy", "erofs", "ext4", "f2fs", "geneve", "ifb",
	"ip6_tables", "ip6_tunnel", "ip6table_filter", "ip6table_nat", "ip_gre", "ip_set",
	"ip_set_hash_ip", "ip_tables", "ip_vs", "ip_vs_rr", "iptable_filter",
	"iptable_nat", "ipvlan", "loop", "macvlan", "netkit", "nf_conntrack", "nf_nat",
	"nf_tables", "nft_chain_nat", "nft_compat", "nft_counter", "nft_ct", "nft_masq",
	"nft_nat", "nls_ascii", "nls_cp437", "nls_iso8859_1", "nls_utf8", "ntfs3",
	"sch_ingress", "sch_tbf", "sit", "squashfs", "tun", "veth", "vfat", "vrf",
	"vxlan", "wireguard", "xfs", "xt_MASQUERADE", "xt_addrtype", "xt_comment",
	"xt_conntrack", "xt_mark", "xt_multiport", "xt_recent", "xt_statistic" };

/* Under emulation a command takes ten times as long as on the machine that it emulates. */
#define TCG_SECONDS "60"

struct packing {
	const struct boot *b;
	struct initramfs *fs;
	struct modules modules;
	struct cargo *cargo;
	char *why;
	size_t why_size;
};

static int add_modules(struct packing *p)
{
	const struct boot_options *opt = p->b->opt;
	char why[256];
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted_modules); i++)
		if (modules_add(&p->modules, p->b->kernel, wanted_modules[i], why,
			    sizeof(why)) < 0)
			json_array_append_new(
				p->cargo->missing, json_string(wanted_modules[i]));
	/* A suite of cases asks few probes, and no runtime of its needs these. */
	for (size_t i = 0; i < ARRAY_SIZE(probed_modules) && strcmp(opt->verb, "run");
		i++)
		modules_add(
			&p->modules, p->b->kernel, probed_modules[i], why, sizeof(why));
	for (size_t i = 0; i < opt->module_count && r == 0; i++)
		r = modules_add(
			&p->modules, p->b->kernel, opt->modules[i], p->why, p->why_size);
	return r;
}

static int put_modules(struct packing *p)
{
	int r = add_modules(p);

	for (size_t i = 0; i < p->modules.count && r == 0; i++) {
		const struct module *m = &p->modules.list[i];
		char path[256];
		snprintf(path, sizeof(path), GUEST_MODULES "/%s", m->name);
		json_array_append_new(p->cargo->modules, json_string(m->name));
		r = initramfs_fd(p->fs, path, 0644, m->fd, p->why, p->why_size);
	}
	return r;
}

/* The usual links: /bin is usr/bin. */
static int put_links(struct packing *p, const char *top)
{
	static const char *const names[] = { "bin", "sbin", "lib", "lib32", "lib64",
		"libx32" };
	char path[64], target[64];
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", top, names[i]);
		snprintf(target, sizeof(target), "usr/%s", names[i]);
		r = initramfs_link(p->fs, path, target, p->why, p->why_size);
	}
	return r;
}

static int put_text(struct packing *p, const char *path, const char *text)
{
	return initramfs_data(p->fs, path, 0644, text, strlen(text), p->why, p->why_size);
}

static int put_system_files(struct packing *p)
{
	static const char *const files[][2] = {
		{ GUEST_ROOT "/etc/passwd",
			"root:x:0:0:root:/root:/bin/sh\n"
			"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n" },
		{ GUEST_ROOT "/etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n" },
		{ GUEST_ROOT "/etc/hosts", "127.0.0.1 localhost guest\n::1 localhost\n" },
		{ GUEST_ROOT "/etc/nsswitch.conf", "passwd: files\ngroup: files\n" },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
		r = put_text(p, files[i][0], files[i][1]);
	return r;
}

/* Where it stands in its own system, as it was named: links may be called by their names. */
static void place_of(const char *file, const char *sysroot, char *ret_path, size_t size)
{
	size_t len = strlen(sysroot);
	char cwd[PATH_MAX] = "";

	if (len && !strncmp(file, sysroot, len) && file[len] == '/')
		snprintf(ret_path, size, "%s", file + len);
	else if (*file == '/')
		snprintf(ret_path, size, "%s", file);
	else
		snprintf(ret_path, size, "%s/%s", getcwd(cwd, sizeof(cwd)) ? cwd : "",
			file);
}

static int put_program(struct packing *p, const char *file, const char *sysroot)
{
	char place[PATH_MAX];

	place_of(file, sysroot, place, sizeof(place));
	return initramfs_program(
		p->fs, GUEST_ROOT, place, file, sysroot, p->why, p->why_size);
}

/* PRETTY_NAME and the like: the guest says whose programs it runs. */
static int put_os_release(struct packing *p, const char *sysroot)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/etc/os-release", sysroot);
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	if (!in)
		return 0;
	char text[4096];
	size_t len = fread(text, 1, sizeof(text) - 1, in);
	text[len] = '\0';
	return put_text(p, GUEST_ROOT "/etc/os-release", text);
}

static int put_taken(struct packing *p, const char *file, const char *sysroot)
{
	struct stat st;
	char place[PATH_MAX], path[PATH_MAX + sizeof(GUEST_ROOT)];

	if (stat(file, &st) < 0 || !S_ISDIR(st.st_mode))
		return put_program(p, file, sysroot);
	place_of(file, sysroot, place, sizeof(place));
	snprintf(path, sizeof(path), "%s%s", GUEST_ROOT, place);
	return initramfs_tree(
		p->fs, GUEST_ROOT, path, file, sysroot, p->why, p->why_size);
}

/*
 * With what probes make file systems to ask about, as far as this machine has it. In the tools'
 * absence, or where their libraries would stand in a runtime's way, the probes say so.
 */
static void put_tools(struct packing *p)
{
	static const char *const tools[] = { "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs",
		"mkfs.vfat", "mkfs.ntfs", "mkfs.f2fs", "mkfs.erofs", "mksquashfs" };
	char file[PATH_MAX], path[64], why[256];

	/* Some are links, and do as they are called. */
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		snprintf(path, sizeof(path), "/usr/sbin/%s", tools[i]);
		if (runtime_search(tools[i], file, sizeof(file)) == 0)
			initramfs_program(
				p->fs, GUEST_ROOT, path, file, "", why, sizeof(why));
	}
}

static int put_root(struct packing *p)
{
	const struct boot *b = p->b;
	const char *sysroot = b->runtime ? b->runtime->sysroot : "";
	int r = put_links(p, GUEST_ROOT);

	if (r == 0)
		r = put_system_files(p);
	if (r == 0)
		r = put_os_release(p, sysroot);
	/* The reference is in /init. */
	if (r == 0 && b->runtime && *b->runtime->path)
		r = put_program(p, b->runtime->path, sysroot);
	for (size_t i = 0; i < b->opt->take_count && r == 0; i++)
		r = put_taken(p, b->opt->take[i], "");
	if (r == 0 && !*sysroot && strcmp(b->opt->verb, "run") != 0)
		put_tools(p);
	if (r == 0 && b->opt->fixtures)
		r = initramfs_tree(p->fs, GUEST_ROOT, GUEST_ROOT GUEST_FIXTURES,
			b->opt->fixtures, "", p->why, p->why_size);
	return r;
}

static void append_arg(json_t *command, const char *arg)
{
	json_array_append_new(command, json_string(arg));
}

static void append_runtime(json_t *command, const struct boot *b, bool guest)
{
	const char *path = b->runtime->path;
	char place[PATH_MAX];

	if (*path)
		place_of(path, b->runtime->sysroot, place, sizeof(place));
	else
		path = strcpy(place, RUNTIME_REFERENCE);
	append_arg(command, "--runtime");
	json_array_append_new(
		command, json_sprintf("%s=%s", b->runtime->name, guest ? place : path));
}

json_t *boot_command(const struct boot *b, bool guest)
{
	const struct boot_options *opt = b->opt;
	json_t *command = json_array();

	append_arg(command, opt->verb);
	append_arg(command, "--report");
	append_arg(command, "-");
	if (guest) {
		append_arg(command, "--timeout");
		append_arg(command, TCG_SECONDS);
		/* There is no modprobe, so that nothing is loaded by asking. */
		if (strcmp(opt->verb, "run") != 0)
			append_arg(command, "--allow-autoload");
	}
	if (b->runtime)
		append_runtime(command, b, guest);
	if (opt->fixtures) {
		append_arg(command, "--fixtures");
		append_arg(command, guest ? GUEST_FIXTURES : opt->fixtures);
	}
	for (size_t i = 0; i < opt->arg_count; i++)
		append_arg(command, opt->args[i]);
	return command;
}

static json_t *job_of(const struct packing *p)
{
	const struct boot *b = p->b;
	json_t *job = json_pack("{s:s, s:O, s:s, s:o, s:b}", "port",
		b->opt->machine.emulator->port, "modules", p->cargo->modules, "cgroup",
		b->variation->cgroup, "command", boot_command(b, true), "capture",
		b->opt->capture != NULL);

	if (job && b->variation->sysctl)
		json_object_set(job, "sysctl", b->variation->sysctl);
	if (job && b->variation->user) {
		json_object_set_new(job, "uid", json_integer(b->uid));
		json_object_set_new(job, "gid", json_integer(b->gid));
	}
	return job;
}

static int put_init(struct packing *p)
{
	json_auto_t *job = job_of(p);
	_cleanup_free_ char *text = job ? json_dumps(job, JSON_COMPACT) : NULL;

	if (!text) {
		snprintf(p->why, p->why_size, "out of memory");
		return -ENOMEM;
	}
	int r = put_links(p, "");
	if (r == 0)
		r = put_text(p, GUEST_JOB, text);
	if (r == 0)
		r = initramfs_program(
			p->fs, "", "/init", "/proc/self/exe", "", p->why, p->why_size);
	return r;
}

int cargo_make(const struct boot *b, struct cargo *ret_cargo, char *why, size_t why_size)
{
	struct cargo cargo = {
		.initramfs = -1, .modules = json_array(), .missing = json_array()
	};
	struct packing p = { .b = b, .cargo = &cargo, .why = why, .why_size = why_size };
	struct stat st = { 0 };

	p.fs = initramfs_new(why, why_size);
	int r = p.fs ? put_modules(&p) : -ENOMEM;
	if (r == 0)
		r = put_init(&p);
	if (r == 0)
		r = put_root(&p);
	modules_free(&p.modules);
	if (r == 0) {
		r = cargo.initramfs = initramfs_finish(TAKE_PTR(p.fs), why, why_size);
		fstat(cargo.initramfs, &st);
		cargo.size = st.st_size;
	}
	initramfs_free(p.fs);
	if (r < 0)
		cargo_free(&cargo);
	else
		*ret_cargo = cargo;
	return r < 0 ? r : 0;
}

void cargo_free(struct cargo *c)
{
	if (c->initramfs >= 0)
		close(c->initramfs);
	json_decref(c->modules);
	json_decref(c->missing);
	*c = (struct cargo) { .initramfs = -1 };
}
