#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

static int run(const struct globals *g, int argc, char **argv, struct failure *f);

const struct command command_ps = {
	.name = "ps",
	.about = "list the processes of a container",
	.usage = "[OPTION]... ID [PS-OPTION]...\n"
		 "  --format=table|json  as ps(1) shows them; or their pids as an array",
	.run = run,
};

static bool is_one(const pid_t *pids, ssize_t count, long pid)
{
	for (ssize_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Where the column of pids is in ps's headline: the number of words before; -1. */
static int pid_column(const char *line)
{
	int column = 0;

	for (const char *at = line; *(at += strspn(at, " \n")); column++) {
		size_t len = strcspn(at, " \n");
		if (len == 3 && !strncmp(at, "PID", 3))
			return column;
		at += len;
	}
	return -1;
}

static long pid_in(const char *line, int column)
{
	const char *at = line + strspn(line, " ");

	while (column-- > 0) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return strtol(at, NULL, 10);
}

/* Starts ps(1) with its output at the other end of *ret_out. Its pid, or -errno. */
static pid_t start_ps(char *const *options, int count, int *ret_out)
{
	static char name[] = "ps", usual[] = "-ef";
	_cleanup_free_ char **args = calloc(count + 3, sizeof(*args));
	int ends[2];

	if (!args || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	args[0] = name;
	args[1] = usual;
	for (int i = 0; i < count; i++)
		args[i + 1] = options[i];
	pid_t pid = fork();
	if (pid == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0)
			execvp(name, args);
		_exit(errno == ENOENT ? 127 : 126);
	}
	int err = errno;
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	*ret_out = pid < 0 ? -1 : ends[0];
	return pid < 0 ? -err : pid;
}

/* The headline and the lines of our processes. false: ps has said nothing. */
static bool filter(FILE *in, const pid_t *pids, ssize_t count, struct failure *f)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (getline(&line, &size, in) < 0)
		return false;
	int column = pid_column(line);
	if (column < 0)
		fail(f, 0, "ps shows no column PID");
	else
		fputs(line, stdout);
	while (getline(&line, &size, in) > 0)
		if (column >= 0 && is_one(pids, count, pid_in(line, column)))
			fputs(line, stdout);
	return true;
}

/* Where there is no ps(1). */
static void print_plainly(const pid_t *pids, ssize_t count)
{
	char path[64], text[4096];

	printf("%7s CMD\n", "PID");
	for (ssize_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/proc/%d/cmdline", pids[i]);
		_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		if (n < 0)
			continue; /* it has ended */
		for (ssize_t k = 0; k < n; k++)
			text[k] = (unsigned char)text[k] < ' ' ? ' ' : text[k];
		text[n] = '\0';
		printf("%7d %s\n", pids[i], text);
	}
}

static int print_table(const pid_t *pids, ssize_t count, char *const *options,
	int option_count, struct failure *f)
{
	int out, status = 0;

	pid_t pid = start_ps(options, option_count, &out);
	_cleanup_fclose_ FILE *in = pid < 0 ? NULL : fdopen(out, "r");
	if (!in) {
		fail(f, errno, "ps");
		return 1;
	}
	bool any = filter(in, pids, count, f);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!any && WIFEXITED(status) && WEXITSTATUS(status) == 127 && !option_count)
		print_plainly(pids, count);
	else if (!f->err && status)
		fail(f, 0, "ps has failed (%s %d)", WIFEXITED(status) ? "exit" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (fflush(stdout) == EOF && !f->err)
		fail(f, errno, "stdout");
	return f->err ? 1 : 0;
}

static int print_json(const pid_t *pids, ssize_t count, struct failure *f)
{
	json_auto_t *list = json_array();

	for (ssize_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(pids[i]));
	return command_print(list, f);
}

static int parse(int argc, char **argv, bool *ret_json, struct failure *f)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ 0 },
	};
	int c;

	/* What comes after the ID is for ps(1). */
	optind = 0;
	while ((c = getopt_long(argc, argv, "+:f:", options, NULL)) != -1) {
		if (c != 'f')
			return command_usage(
				&command_ps, f, "%s: not understood", argv[optind - 1]);
		*ret_json = !strcmp(optarg, "json");
		if (!*ret_json && strcmp(optarg, "table"))
			return command_usage(&command_ps, f, "--format: \"%s\"", optarg);
	}
	return optind == argc ? command_usage(&command_ps, f, "which container?") : 0;
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;
	_cleanup_free_ pid_t *pids = NULL;
	bool json = false;

	if (parse(argc, argv, &json, f))
		return 1;
	/* One ID alone, as far as command_id() is concerned. */
	const char *id = command_id(&command_ps, optind + 1, argv, f);
	if (!id || container_open(g, id, false, &c, f) < 0)
		return 1;
	ssize_t count = cgroups_pids(&c.cgroups, &pids);
	if (count < 0) {
		fail(f, -count, "container %s: the processes of its cgroups", id);
		return 1;
	}
	int after = optind + (argv[optind] == id);
	if (after < argc && !strcmp(argv[after], "--"))
		after++;
	return json ? print_json(pids, count, f)
		    : print_table(pids, count, argv + after, argc - after, f);
}
