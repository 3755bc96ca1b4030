/* Which devices a container may use: what the filter says, and what the kernel does
 * then. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cgroups_of_tests.h"

static void read_rules(const char *text, struct device_rules *ret)
{
	char all[4096];

	snprintf(all, sizeof(all), "{\"devices\": [%s]}", text);
	json_auto_t *json = json_loads(all, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_msg(device_rules_read(json, ret, &f) == 0, "%s", f.text);
}

/* The few instructions that the programs are made of. -1: it is none. */
static int interpret(const struct bpf_insn *p, size_t count, uint32_t ctx[3])
{
	uint32_t reg[11] = { 0 };

	for (size_t at = 0; at < count; at++) { /* it only goes forward */
		const struct bpf_insn *i = &p[at];
		uint32_t *dst = &reg[i->dst_reg], imm = i->imm;
		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			*dst = ctx[i->off / 4];
			break;
		case BPF_ALU | BPF_MOV | BPF_X:
			*dst = reg[i->src_reg];
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			*dst &= imm;
			break;
		case BPF_ALU | BPF_RSH | BPF_K:
			*dst >>= imm;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*dst = imm;
			break;
		case BPF_JMP32 | BPF_JNE | BPF_K:
			at += *dst != imm ? i->off : 0;
			break;
		case BPF_JMP32 | BPF_JSET | BPF_K:
			at += *dst & imm ? i->off : 0;
			break;
		case BPF_JMP | BPF_JA:
			at += i->off;
			break;
		case BPF_JMP | BPF_EXIT:
			return reg[0];
		default:
			return -1;
		}
	}
	return -1;
}

/* The last rule about the device and this kind of access, bit by bit. */
static bool expected(const struct device_rules *d, char type, int64_t major,
	int64_t minor, unsigned access)
{
	for (unsigned bit = 1; bit <= DEVICE_WRITE; bit <<= 1) {
		bool allow = false;
		for (size_t i = 0; i < d->count && access & bit; i++) {
			const struct device_rule *r = &d->list[i];
			if ((r->type == 'a' || r->type == type) && r->access & bit &&
				(r->major < 0 || r->major == major) &&
				(r->minor < 0 || r->minor == minor))
				allow = r->allow;
		}
		if (access & bit && !allow)
			return false;
	}
	return true;
}

START_TEST(program_is_the_list)
{
	unsigned seed = 1;

	for (int round = 0; round < 3000; round++) {
		struct device_rule list[6];
		struct device_rules d = { .list = list, .count = rand_r(&seed) % 7 };
		for (size_t i = 0; i < d.count; i++)
			list[i] = (struct device_rule) {
				.allow = rand_r(&seed) % 2,
				.type = "abc"[rand_r(&seed) % 3],
				.major = rand_r(&seed) % 3 - 1,
				.minor = rand_r(&seed) % 3 - 1,
				.access = 1 + rand_r(&seed) % 7,
			};
		struct bpf_insn *p = NULL;
		ssize_t n = device_program(&d, &p);
		ck_assert_int_gt(n, 0);
		for (unsigned what = 0; what < 2 * 2 * 2 * 7; what++) {
			unsigned access = 1 + what / 8, major = what & 1,
				 minor = what >> 1 & 1;
			bool block = what & 4;
			uint32_t ctx[3] = { access << 16 |
					(block ? BPF_DEVCG_DEV_BLOCK
					       : BPF_DEVCG_DEV_CHAR),
				major, minor };
			ck_assert_msg(interpret(p, n, ctx) ==
					expected(&d, block ? 'b' : 'c', major, minor,
						access),
				"round %d: %d %u:%u %u", round, block, major, minor,
				access);
		}
		free(p);
	}
}
END_TEST

START_TEST(list_is_read)
{
	struct device_rules d;

	ck_assert_int_eq(device_rules_read(NULL, &d, &f), 0);
	ck_assert(!d.given && d.allow_all);
	read_rules("", &d);
	ck_assert(!d.given && d.allow_all);
	read_rules("{\"allow\": true}", &d);
	ck_assert(d.given && d.allow_all);
	device_rules_release(&d);
	read_rules("{\"allow\": true, \"access\": \"rwm\"},"
		   "{\"allow\": false, \"type\": \"c\", \"major\": 1}",
		&d);
	ck_assert(d.given && !d.allow_all);
	device_rules_release(&d);
	read_rules("{\"allow\": false, \"access\": \"rwm\"},"
		   "{\"allow\": false, \"type\": \"c\", \"major\": 1, \"minor\": 5}",
		&d);
	/* What every container gets stands between them. */
	ck_assert(!d.list[0].ours && d.list[1].ours && !d.list[d.count - 1].ours);
	ck_assert(expected(&d, 'c', 1, 3, DEVICE_ALL));
	ck_assert(!expected(&d, 'c', 1, 5, DEVICE_READ));
	ck_assert(!expected(&d, 'c', 10, 200, DEVICE_READ));
	ck_assert(expected(&d, 'c', 10, 200, DEVICE_MKNOD));
	device_rules_release(&d);
}
END_TEST

/* What happens to a process in there: errno of opening a device, and of making one. */
static int try_open(int dir, const char *device, int flags)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char self[16];
		snprintf(self, sizeof(self), "%d", getpid());
		if (cgfs_write(dir, "cgroup.procs", self) < 0)
			_exit(255);
		_exit(open(device, flags | O_CLOEXEC | O_NONBLOCK) < 0 ? errno : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 255);
	return WEXITSTATUS(status);
}

static int make_plain(void)
{
	ck_assert_msg(cgroups_create(&cg, NULL, &f) == 0, "%s", f.text);
	int dir = cgroups_open(&cg);
	ck_assert_int_ge(dir, 0);
	return dir;
}

static void apply(int dir, const char *text)
{
	_cleanup_device_rules_ struct device_rules d;

	read_rules(text, &d);
	ck_assert_msg(device_rules_apply_v2(dir, &d, &f) == 0, "%s", f.text);
}

#define DENY "{\"allow\": false, \"access\": \"rwm\"}"

START_TEST(kernel_does_so_on_cgroup2)
{
	/* In a unified hierarchy, or beside v1 ones: the program is the same. */
	if (!able() || !cgroups_v2(&cg))
		return;
	_cleanup_close_ int dir = make_plain();
	ck_assert_int_eq(try_open(dir, "/dev/kmsg", O_RDONLY), 0);
	apply(dir, DENY);
	ck_assert_int_eq(try_open(dir, "/dev/null", O_RDWR), 0);
	ck_assert_int_eq(try_open(dir, "/dev/kmsg", O_RDONLY), EPERM);
	/* Each replaces what was there. */
	apply(dir,
		DENY ", {\"allow\": true, \"type\": \"c\", \"major\": 1, \"minor\": 11,"
		     " \"access\": \"r\"}");
	ck_assert_int_eq(try_open(dir, "/dev/kmsg", O_RDONLY), 0);
	ck_assert_int_eq(try_open(dir, "/dev/kmsg", O_RDWR), EPERM);
	apply(dir,
		DENY
		", {\"allow\": true, \"type\": \"c\", \"major\": 1, \"access\": \"r\"},"
		" {\"allow\": true, \"access\": \"w\"},"
		" {\"allow\": false, \"type\": \"c\", \"major\": 1, \"minor\": 3}");
	ck_assert_int_eq(try_open(dir, "/dev/kmsg", O_RDWR), 0);
	ck_assert_int_eq(try_open(dir, "/dev/null", O_RDONLY), EPERM);
	ck_assert_int_eq(try_open(dir, "/dev/null", O_RDWR), EPERM);
	apply(dir, "{\"allow\": true}");
	ck_assert_int_eq(try_open(dir, "/dev/null", O_RDWR), 0);
}
END_TEST

/* The v1 table, if that is where devices are here. */
static const char *table(void)
{
	static char text[4096];
	_cleanup_close_ int dir = cgfs_open(cgroups_v1(&cg, "devices"), NULL);

	ssize_t n = cgfs_read(dir, "devices.list", text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	return strcpy(text + n, "\n") - n;
}

static int update_devices(const char *text)
{
	char all[4096];

	snprintf(all, sizeof(all), "{\"devices\": [%s]}", text);
	return update(all);
}

START_TEST(tables_of_v1)
{
	if (geteuid() != 0 || !cgroups_v1(&cg, "devices"))
		return;
	ck_assert_msg(create(NULL) == 0, "%s", f.text);
	ck_assert_ptr_nonnull(strstr(table(), "a *:* rwm"));
	ck_assert_msg(
		update_devices(DENY ", {\"allow\": true, \"type\": \"c\", \"major\": 1,"
				    " \"minor\": 11, \"access\": \"r\"}") == 0,
		"%s", f.text);
	ck_assert_ptr_nonnull(strstr(table(), "c 1:11 r\n"));
	ck_assert_ptr_nonnull(strstr(table(), "c 1:3 rwm\n"));
	ck_assert_ptr_nonnull(strstr(table(), "b *:* m"));
	/* A wider rule takes a narrower one away, even where the kernel would not look.
	 */
	ck_assert_int_eq(
		update_devices(DENY ", {\"allow\": true, \"type\": \"c\", \"major\": 10,"
				    " \"minor\": 5, \"access\": \"rw\"},"
				    " {\"allow\": false, \"type\": \"c\", \"major\": 10,"
				    " \"access\": \"w\"}"),
		0);
	ck_assert_ptr_nonnull(strstr(table(), "c 10:5 r\n"));
	/* A hole is not to be had, and the table stays. */
	ck_assert_int_lt(
		update_devices(DENY ", {\"allow\": true, \"type\": \"c\", \"major\": 10,"
				    " \"access\": \"rw\"}, {\"allow\": false, \"type\":"
				    " \"c\", \"major\": 10, \"minor\": 5}"),
		0);
	ck_assert_ptr_nonnull(strstr(f.text, "linux.resources.devices"));
	ck_assert_ptr_nonnull(strstr(table(), "c 10:5 r\n"));
	/* One of ours that is denied goes. */
	ck_assert_int_eq(
		update_devices(DENY ", {\"allow\": false, \"type\": \"c\", \"major\": 1,"
				    " \"minor\": 5}"),
		0);
	ck_assert_ptr_null(strstr(table(), "c 1:5"));
	ck_assert_ptr_nonnull(strstr(table(), "c 1:3 rwm"));
	ck_assert_int_eq(update_devices("{\"allow\": true}"), 0);
	ck_assert_ptr_nonnull(strstr(table(), "a *:* rwm"));
}
END_TEST

START_TEST(a_process_is_bound_by_it)
{
	if (!able())
		return;
	int go[2], done[2], status;
	char byte;
	ck_assert_msg(create("{\"devices\": [" DENY "]}") == 0, "%s", f.text);
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(done, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (read(go[0], &byte, 1) != 1 || open("/dev/null", O_RDWR) < 0 ||
			open("/dev/kmsg", O_RDONLY) >= 0 || errno != EPERM)
			_exit(1);
		if (write(done[1], "", 1) == 1)
			pause();
		_exit(2);
	}
	ck_assert_msg(cgroups_join(&cg, pid, NULL, &f) == 0, "%s", f.text);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	ck_assert_msg(
		update_devices(DENY
			", {\"allow\": true, \"type\": \"b\", \"access\": \"r\"}") == 0,
		"%s", f.text);
	ck_assert(!cgroups_frozen(&cg));
	ck_assert_int_eq(cgroups_kill(&cg, SIGUSR1, &f), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1, "%#x", status);
	close(go[0]);
	close(go[1]);
	close(done[0]);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("devices of cgroups");
	TCase *tc = tcase_create("devices");

	add_fixtures(tc);
	tcase_add_test(tc, program_is_the_list);
	tcase_add_test(tc, list_is_read);
	tcase_add_test(tc, kernel_does_so_on_cgroup2);
	tcase_add_test(tc, tables_of_v1);
	tcase_add_test(tc, a_process_is_bound_by_it);
	suite_add_tcase(s, tc);
	return s;
}

#include "run_tests.h"
