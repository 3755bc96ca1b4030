#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "capabilities.h"
#include "process_parts.h"
#include "seccomp_filter.h"

/* execve(2) keeps what is ignored or blocked, and the runtime's caller may have left
 * anything. */
static int reset_signals(struct failure *f)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* Some cannot be set: SIGKILL, and those of the C library. */
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &plain, NULL);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return fail(f, errno, "process: sigprocmask");
	if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		return fail(f, errno, "process: prctl(PR_SET_PDEATHSIG)");
	return 0;
}

/* Until execve(2) nobody in the container may look into us (CVE-2016-9962). Changes of
 * the user set it anew, to what a sysctl says. */
static int hide(struct failure *f)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(f, errno, "process: prctl(PR_SET_DUMPABLE)");
	return 0;
}

static int set_personality(const json_t *json, struct failure *f)
{
	const char *domain = json_string_value(json_object_get(json, "domain"));
	bool is_32 = domain && strcmp(domain, "LINUX32") == 0;

	if (!json)
		return 0;
	if (json_array_size(json_object_get(json, "flags")) > 0)
		return fail(f, 0, "linux.personality.flags: there are none");
	if (!domain || (!is_32 && strcmp(domain, "LINUX") != 0))
		return fail(f, 0, "linux.personality.domain: must be LINUX or LINUX32");
	if (personality(is_32 ? PER_LINUX32 : PER_LINUX) < 0)
		return fail(
			f, errno, "linux.personality.domain: personality(%s)", domain);
	return 0;
}

static void set_umask(const json_t *process)
{
	const json_t *mask = json_object_get(json_object_get(process, "user"), "umask");

	if (mask)
		umask(json_integer_value(mask) & 0777);
}

/* What is done with all privileges. */
static int before_user(const struct process_inside *p, bool *ret_again, struct failure *f)
{
	unsigned uid;

	if (user_id(json_object_get(json_object_get(p->process, "user"), "uid"),
		    "process.user.uid", &uid, f) < 0 ||
		hide(f) < 0 || reset_signals(f) < 0 || keyring_join(p, f) < 0 ||
		set_personality(p->personality, f) < 0 || labels_apply(p, f) < 0 ||
		directory_enter(p->process, ret_again, f) < 0)
		return -f->err;
	return descriptors_give(uid, f);
}

/* Afterwards all of the user is as it will be, but for the capabilities, still there. */
static int change_user(const struct process_inside *p, const struct capabilities *c,
	bool enter_again, struct failure *f)
{
	if (capabilities_bound(c, f) < 0 || user_become(p, f) < 0 || hide(f) < 0)
		return -f->err;
	/* As the user: with its own rights and no others. */
	if (enter_again && directory_enter_again(p->process, f) < 0)
		return -f->err;
	if (directory_check(f) < 0)
		return -f->err;
	set_umask(p->process);
	return capabilities_raise(c, f);
}

/* Nothing is closed, freed or asked any more after the filter is there: it may kill. */
static int load_filter(const struct process_inside *p, struct failure *f)
{
	int listener = -1;
	int r = seccomp_filter_load(p->seccomp, p->program, &listener, f);

	if (r < 0 || listener < 0)
		return r;
	return p->listener(p->ctx, listener, f);
}

/*
 * The filter comes last, so that it need not allow what we do ourselves. But without
 * no_new_privs it takes CAP_SYS_ADMIN to load one: if the program will not have that,
 * only the capabilities can come later.
 */
static int finish(
	const struct process_inside *p, const struct capabilities *c, struct failure *f)
{
	bool nnp = json_is_true(json_object_get(p->process, "noNewPrivileges"));
	bool late = nnp || c->effective >> CAPABILITY_SYS_ADMIN & 1;

	if (descriptors_seal(3 + p->keep_fds, p->proc, f) < 0)
		return -f->err;
	if (nnp && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(
			f, errno, "process.noNewPrivileges: prctl(PR_SET_NO_NEW_PRIVS)");
	if (p->seccomp && !late && load_filter(p, f) < 0)
		return -f->err;
	if (capabilities_drop(c, f) < 0)
		return -f->err;
	return p->seccomp && late ? load_filter(p, f) : 0;
}

int process_inside(
	const struct process_inside *p, char *const **ret_env, struct failure *f)
{
	struct capabilities wanted;
	bool again = false;
	char **env = NULL;

	if (p->seccomp && seccomp_filter_notifies(p->seccomp) && !p->listener)
		return fail(f, 0, "linux.seccomp: there is nobody to take the listener");
	if (environment_make(p->process, &env, f) < 0 || before_user(p, &again, f) < 0 ||
		capabilities_wanted(p->process, &wanted, f) < 0 ||
		change_user(p, &wanted, again, f) < 0 || finish(p, &wanted, f) < 0) {
		environment_free(env);
		return -f->err;
	}
	*ret_env = env;
	return 0;
}
