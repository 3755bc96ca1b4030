#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "landlock.h"
#include "lsm.h"

static struct verdict refused(const struct ask *a, const char *stage, int err)
{
	if (err == EOPNOTSUPP)
		return lsm_switched_off("landlock", stage, err);
	return answer_refused(a, stage, err);
}

int landlock_abi(const struct ask *a, struct verdict *ret_refused)
{
	int abi = sys_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 0)
		*ret_refused = refused(a, "landlock_create_ruleset", errno);
	return abi;
}

struct verdict landlock_ask(
	const struct ask *a, struct verdict (*fn)(const struct ask *a, void *arg))
{
	struct verdict v;

	int abi = landlock_abi(a, &v);
	return abi < 0 ? v : ask_in_child(a, fn, &abi);
}

int landlock_ruleset(const struct ask *a, const char *what,
	const struct plimsoll_landlock_handled *handled, struct verdict *ret_refused)
{
	struct plimsoll_landlock_handled plain = { .fs = LANDLOCK_ACCESS_FS_EXECUTE };
	char stage[32];

	int ruleset = sys_landlock_create_ruleset(handled, sizeof(*handled), 0);
	int err = errno;
	if (ruleset >= 0)
		return ruleset;
	snprintf(stage, sizeof(stage), "landlock_create_ruleset(%s)", what);
	/* The control: what every kernel with Landlock handles. */
	_cleanup_close_ int control =
		sys_landlock_create_ruleset(&plain, sizeof(plain), 0);
	if (control < 0)
		*ret_refused = refused(a, "landlock_create_ruleset", errno);
	else
		*ret_refused = answer_refused(a, stage, err);
	return -1;
}

int landlock_allow(const struct ask *a, int ruleset, const char *path, uint64_t access,
	struct verdict *ret_refused)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct plimsoll_landlock_path rule = { access, fd };

	if (fd < 0) {
		*ret_refused =
			answer_error("open", errno, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (sys_landlock_add_rule(ruleset, PLIMSOLL_LANDLOCK_RULE_PATH_BENEATH, &rule) ==
		0)
		return 0;
	*ret_refused = answer_refused(a, "landlock_add_rule", errno);
	return -1;
}

int landlock_enter(const struct ask *a, int ruleset, struct verdict *ret_refused)
{
	unsigned quiet = LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		*ret_refused = answer_refused(a, "prctl(no_new_privs)", errno);
		return -1;
	}
	if (sys_landlock_restrict_self(ruleset, quiet) == 0 ||
		(errno == EINVAL && sys_landlock_restrict_self(ruleset, 0) == 0))
		return 0;
	int err = errno;
	*ret_refused = answer_refused(a, "landlock_restrict_self", err);
	if (err == E2BIG)
		*ret_refused = answer_denied("limit",
			"this process is in as many Landlock domains already as can be",
			"ask from outside of the sandbox", "landlock_restrict_self: %s",
			strerror(err));
	return -1;
}

int landlock_try_open(const char *path, int flags)
{
	_cleanup_close_ int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}
