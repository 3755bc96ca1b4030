/* A container's directory, its ids, and what `exec` makes of its options. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "container.h"
#include "exec_process.h"
#include "sync.h"
#include "userns_map.h"

#include <check.h> /* last: it makes a macro of fail() */

static char root[] = "/tmp/plimsoll-test-XXXXXX";
static struct globals globals = { .root = root };

static void make_root(void)
{
	strcpy(root + strlen(root) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void)
{
	rmdir(root);
}

static struct container reserve(const char *id)
{
	struct container c;
	struct failure f = { 0 };

	ck_assert_msg(container_reserve(&globals, id, &c, &f) == 0, "%s", f.text);
	c.cgroups.disabled = true;
	return c;
}

static void release(struct container *c)
{
	struct failure f;

	ck_assert_int_eq(container_remove(c, &f), 0);
	container_release(c);
}

START_TEST(ids)
{
	static const char *const bad[] = { "", ".", "..", "../x", "a/b", "a b", "a\n",
		"\xc3\xa4" };
	char longest[NAME_MAX + 2] = "";
	struct container c;
	struct failure f;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(container_reserve(&globals, bad[i], &c, &f), -EINVAL);
	memset(longest, 'a', NAME_MAX + 1);
	ck_assert_int_eq(container_reserve(&globals, longest, &c, &f), -EINVAL);
	c = reserve("a.B-c_1+2");
	release(&c);
}
END_TEST

START_TEST(taken_once)
{
	struct container c = reserve("x"), other;
	struct failure f = { 0 };

	ck_assert_int_eq(container_reserve(&globals, "x", &other, &f), -EEXIST);
	ck_assert_ptr_nonnull(strstr(f.text, "exists"));
	release(&c);
	ck_assert_int_eq(container_open(&globals, "x", false, &other, &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(f.text, "does not exist"));
}
END_TEST

START_TEST(state_comes_back)
{
	struct container c = reserve("x"), again;
	struct failure f = { 0 };

	strcpy(c.bundle, "/some/bundle");
	strcpy(c.oci_version, "1.0.2");
	c.annotations = json_pack("{s:s}", "a", "b");
	ck_assert_int_eq(container_adopt(&c, getpid(), &f), 0);
	ck_assert_msg(container_save(&c, &f) == 0, "%s", f.text);
	ck_assert_int_eq(container_open(&globals, "x", false, &again, &f), 0);
	ck_assert_int_eq(again.pid, getpid());
	ck_assert_int_eq(container_status(&again), CONTAINER_RUNNING);
	json_t *state = container_state(&again, CONTAINER_RUNNING);
	ck_assert_str_eq(
		json_string_value(json_object_get(state, "bundle")), "/some/bundle");
	ck_assert_int_eq(json_object_size(json_object_get(state, "annotations")), 1);
	json_decref(state);
	/* The same number with another start time is another process. */
	again.start_time++;
	ck_assert_int_eq(container_status(&again), CONTAINER_STOPPED);
	ck_assert_int_eq(container_pidfd(&again), -ESRCH);
	container_release(&again);
	release(&c);
}
END_TEST

/* Held by whoever has the descriptor, however many copies there are; gone with the last. */
START_TEST(created_until_exec)
{
	struct container c = reserve("x");
	struct failure f = { 0 };
	int go[2];

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	int lock = container_hold(&c, &f);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(container_status(&c), CONTAINER_CREATING);
	pid_t pid = fork();
	if (pid == 0) {
		char byte;
		close(go[1]);
		_exit(read(go[0], &byte, 1) != 0);
	}
	close(lock);
	ck_assert_int_eq(container_adopt(&c, pid, &f), 0);
	ck_assert_int_eq(container_status(&c), CONTAINER_CREATED);
	close(go[1]);
	close(go[0]);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(container_status(&c), CONTAINER_STOPPED);
	release(&c);
}
END_TEST

START_TEST(half_made)
{
	struct container c = reserve("x"), again;
	struct failure f = { 0 };

	/* Its maker was killed before it wrote anything, or while it wrote. */
	ck_assert_int_eq(container_open(&globals, "x", false, &again, &f), 0);
	ck_assert_int_eq(container_status(&again), CONTAINER_STOPPED);
	container_release(&again);
	int fd = openat(c.dir, "state.json", O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, "{\"id", 4), 4);
	close(fd);
	ck_assert_int_eq(container_open(&globals, "x", false, &again, &f), 0);
	container_release(&again);
	release(&c);
}
END_TEST

START_TEST(messages)
{
	struct sync_message m = { .what = SYNC_SOURCE, .index = 7 }, got;
	int pair[2], fd;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(sync_send(pair[0], &m, 1), 0);
	ck_assert_int_eq(sync_receive(pair[1], &got, &fd), 0);
	ck_assert_int_eq(got.index, 7);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	ck_assert_int_eq(write(pair[0], "short", 5), 5);
	ck_assert_int_eq(sync_receive(pair[1], &got, NULL), -EBADMSG);
	close(pair[0]);
	ck_assert_int_eq(sync_receive(pair[1], &got, NULL), -EPIPE);
	close(pair[1]);
}
END_TEST

static json_t *process_of(struct exec_options *o, struct failure *f)
{
	static char program[] = "true", *args[] = { program, NULL };
	json_auto_t *process =
		json_loads("{\"args\": [\"sh\"], \"cwd\": \"/\", \"user\": {\"gid\": 3},"
			   "\"terminal\": true, \"env\": [\"A=1\"]}",
			0, NULL);
	struct config c = { .process = process };

	o->args = args;
	return exec_process(&c, o, f);
}

START_TEST(exec_user)
{
	static const struct {
		const char *user;
		int uid, gid; /* -1: refused */
	} rows[] = { { "5", 5, 3 }, { "5:6", 5, 6 }, { "0:0", 0, 0 }, { "root", -1, 0 },
		{ "", -1, 0 }, { "-1", -1, 0 }, { " 1", -1, 0 }, { "1 ", -1, 0 },
		{ "4294967295", -1, 0 }, { "4294967296", -1, 0 }, { "1:", -1, 0 },
		{ ":1", -1, 0 }, { "1:2:3", -1, 0 }, { "99999999999999999999", -1, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct exec_options o = { .user = rows[i].user };
		struct failure f = { 0 };
		json_t *p = process_of(&o, &f);
		if (rows[i].uid < 0) {
			ck_assert_ptr_null(p);
			ck_assert_ptr_nonnull(strstr(f.text, "--user"));
			continue;
		}
		ck_assert_int_eq(config_integer(p, "user.uid", -1), rows[i].uid);
		ck_assert_int_eq(config_integer(p, "user.gid", -1), rows[i].gid);
		json_decref(p);
	}
}
END_TEST

START_TEST(exec_adds)
{
	struct exec_options o = { 0 };
	struct failure f = { 0 };

	optarg = (char *)"B=2";
	ck_assert_int_eq(exec_option(&o, 'e', &f), 0);
	optarg = (char *)"B";
	ck_assert_int_eq(exec_option(&o, 'e', &f), -EINVAL);
	optarg = (char *)"CAP_KILL";
	ck_assert_int_eq(exec_option(&o, 'c', &f), 0);
	json_t *p = process_of(&o, &f);
	ck_assert_int_eq(json_array_size(json_object_get(p, "env")), 2);
	ck_assert(!config_true(p, "terminal"));
	ck_assert_ptr_nonnull(config_get(p, "capabilities.bounding"));
	ck_assert_ptr_null(config_get(p, "capabilities.inheritable"));
	json_decref(p);
	exec_options_release(&o);
}
END_TEST

START_TEST(mapped)
{
	json_auto_t *maps =
		json_loads("[{\"containerID\": 0, \"hostID\": 1000, \"size\": 1},"
			   "{\"containerID\": 10, \"hostID\": 5000, \"size\": 5}]",
			0, NULL);

	ck_assert_int_eq(userns_map_outside(maps, 0), 1000);
	ck_assert_int_eq(userns_map_outside(maps, 1), -1);
	ck_assert_int_eq(userns_map_outside(maps, 14), 5004);
	ck_assert_int_eq(userns_map_outside(maps, 15), -1);
	ck_assert_int_eq(userns_map_outside(NULL, 0), -1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reference container");
	TCase *t = tcase_create("container");

	tcase_add_unchecked_fixture(t, make_root, remove_root);
	tcase_add_test(t, ids);
	tcase_add_test(t, taken_once);
	tcase_add_test(t, state_comes_back);
	tcase_add_test(t, created_until_exec);
	tcase_add_test(t, half_made);
	tcase_add_test(t, messages);
	tcase_add_test(t, exec_user);
	tcase_add_test(t, exec_adds);
	tcase_add_test(t, mapped);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
