/*
 * What the tests of cgroups share: one container's worth of them, planned before each
 * test and gone after it, whatever the hierarchies of this machine are.
 */
#ifndef PLIMSOLL_CGROUPS_OF_TESTS_H
#define PLIMSOLL_CGROUPS_OF_TESTS_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups_file.h"

#include <check.h> /* behind them: it has a macro named fail */

static struct cgroups cg;
static struct failure f;
static char where[64];
static pid_t child; /* reaped after the test */

static inline bool able(void)
{
	if (geteuid() == 0 && cg.count)
		return true;
	fprintf(stderr, "skipped: not root, or no cgroups\n");
	return false;
}

static inline pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	child = pid;
	return pid;
}

static inline void end_child(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	child = 0;
}

/* What a test that failed has left. */
static void sweep(void)
{
	struct cgroups left;

	if (cgroups_plan(where, "x", false, &left, &f) < 0)
		return;
	cgroups_freeze(&left, false, &f);
	if (cgroups_destroy(&left, &f) < 0)
		fprintf(stderr, "%s\n", f.text);
	cgroups_release(&left);
}

/* The controllers that the top of the cgroup2 hands down, of this machine: as they were. */
static char handed_down[256];

static int top(char *path, size_t size)
{
	for (size_t i = 0; i < cg.count; i++)
		if (!*cg.list[i].controllers)
			return snprintf(path, size, "%s/cgroup.subtree_control",
				cg.list[i].mount);
	return 0;
}

static void read_top(char *text, size_t size)
{
	char path[256];
	FILE *file = top(path, sizeof(path)) ? fopen(path, "re") : NULL;

	*text = '\0';
	if (file && !fgets(text, size, file))
		*text = '\0';
	if (file)
		fclose(file);
}

static void restore_top(void)
{
	char now[256], path[256], *rest = now, *name;

	read_top(now, sizeof(now));
	while ((name = strsep(&rest, " \n"))) {
		if (!*name || strstr(handed_down, name) || !top(path, sizeof(path)))
			continue;
		FILE *file = fopen(path, "we");
		if (file) {
			fprintf(file, "-%s", name);
			fclose(file);
		}
	}
}

static void setup(void)
{
	child = 0;
	sweep();
	f = (struct failure) { 0 };
	ck_assert_int_eq(cgroups_plan(where, "x", false, &cg, &f), 0);
	read_top(handed_down, sizeof(handed_down));
}

static void teardown(void)
{
	cgroups_freeze(&cg, false, &f);
	end_child();
	ck_assert_msg(cgroups_destroy(&cg, &f) == 0, "%s", f.text);
	restore_top();
	cgroups_release(&cg);
}

static void add_fixtures(TCase *tc)
{
	snprintf(where, sizeof(where), "/plimsoll-test-%d", getpid());
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_unchecked_fixture(tc, NULL, sweep);
	tcase_set_timeout(tc, 30);
}

/* With linux.resources as text, or none. */
static inline int create(const char *resources)
{
	json_auto_t *json = resources ? json_loads(resources, 0, NULL) : NULL;

	ck_assert(!resources || json);
	return cgroups_create(&cg, json, &f);
}

static inline int update(const char *resources)
{
	json_auto_t *json = json_loads(resources, 0, NULL);

	ck_assert_ptr_nonnull(json);
	return cgroups_update(&cg, json, &f);
}

static inline bool exists(size_t i)
{
	_cleanup_close_ int dir = cgfs_open(&cg.list[i], NULL);

	return dir >= 0;
}

#endif
