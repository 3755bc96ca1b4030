#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "viewpoint.h"

struct choosing {
	const char *as;
	const struct env *env;
	struct passwd user;
	bool can_become; /* that user */
	struct viewpoints *points;
	char *why;
	size_t why_size;
};

static int wrong(const struct choosing *c, const char *viewpoint, const char *text)
{
	snprintf(c->why, c->why_size, "--from %s: %s", viewpoint, text);
	return -EINVAL;
}

/* In a user namespace the user may not be mapped; a child finds out by trying. */
static bool can_become(const struct passwd *pw)
{
	int status;

	if (geteuid() != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		_exit(setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
			setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int find_user(struct choosing *c)
{
	const struct passwd *pw = getpwnam(c->as ? c->as : "nobody");

	if (!pw && c->as) {
		snprintf(c->why, c->why_size, "there is no user \"%s\"", c->as);
		return -EINVAL;
	}
	c->user = pw ? *pw : (struct passwd) { .pw_uid = 65534, .pw_gid = 65534 };
	c->can_become = can_become(&c->user);
	if (c->can_become || !c->as)
		return 0;
	snprintf(c->why, c->why_size, "cannot become \"%s\": that takes root", c->as);
	return -EINVAL;
}

static struct asker *add(struct choosing *c, const char *name)
{
	struct asker *asker = &c->points->askers[c->points->asker_count++];

	*asker = (struct asker) { .name = name };
	return asker;
}

static void add_user(struct choosing *c, const char *name, bool userns)
{
	struct asker *asker = add(c, name);

	asker->become = c->can_become;
	asker->uid = c->user.pw_uid;
	asker->gid = c->user.pw_gid;
	asker->userns = userns;
}

static int add_container(struct choosing *c, const char *viewpoint)
{
	const char *runtime = strchr(viewpoint, ':') + 1;
	struct viewpoints *points = c->points;

	if (!*runtime || strlen(runtime) >= sizeof(points->runtimes[0]))
		return wrong(c, viewpoint, "which runtime? (container:runc)");
	if (geteuid() != 0)
		return wrong(c, viewpoint, "making a container takes root");
	strcpy(points->runtimes[points->runtime_count++], runtime);
	return 0;
}

static int add_viewpoint(struct choosing *c, const char *viewpoint)
{
	const char *self = env_asker(c->env);

	if (c->points->asker_count + c->points->runtime_count == VIEWPOINTS_MAX)
		return wrong(c, viewpoint, "that are too many viewpoints");
	if (!strncmp(viewpoint, "container:", strlen("container:")))
		return add_container(c, viewpoint);
	if (!strcmp(viewpoint, self))
		add(c, self);
	else if (!strcmp(viewpoint, "root"))
		return wrong(c, viewpoint, "this is not root");
	else if (!strcmp(viewpoint, "user") && !c->can_become)
		return wrong(c, viewpoint, "cannot become one: that takes root");
	else if (!strcmp(viewpoint, "user"))
		add_user(c, "user", false);
	else if (!strcmp(viewpoint, "userns"))
		add_user(c, "userns", true);
	else
		return wrong(c, viewpoint,
			"there are root, user, userns and container:RUNTIME");
	return 0;
}

/* Twice the same would be one column with two answers. */
static bool is_repeated(const char *from, const char *word, size_t len)
{
	for (; from < word; from += strcspn(from, ",") + 1)
		if (strcspn(from, ",") == len && !strncmp(from, word, len))
			return true;
	return false;
}

static int read_list(struct choosing *c, const char *from)
{
	char word[300];

	for (const char *at = from;;) {
		size_t len = strcspn(at, ",");
		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		int r = is_repeated(from, at, len) ? 0 : add_viewpoint(c, word);
		if (r < 0 || !at[len])
			return r;
		at += len + 1;
	}
}

int viewpoints_choose(const char *from, const char *as, const struct env *env,
	struct viewpoints *ret_viewpoints, char *why, size_t why_size)
{
	struct viewpoints points = { .asker_count = 0 };
	struct choosing c = {
		.as = as, .env = env, .points = &points, .why = why, .why_size = why_size
	};

	int r = find_user(&c);
	if (r == 0 && from) {
		r = read_list(&c, from);
	} else if (r == 0) {
		add(&c, env_asker(env));
		if (c.can_become)
			add_user(&c, "user", false);
	}
	if (r == 0)
		*ret_viewpoints = points;
	return r;
}
