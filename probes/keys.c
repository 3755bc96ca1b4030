#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"

/* The line of one's own in /proc/key-users: "1000: 5 5/5 5/200 105/20000". */
static void describe_quota(const struct env *env, char *text, size_t size)
{
	char all[8192];
	unsigned uid, used, most;

	snprintf(text, size, "the quota of keys of this user is used up");
	if (env_file(env, "/proc/key-users", all, sizeof(all)) < 0)
		return;
	for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%u: %*u %*u/%*u %u/%u", &uid, &used, &most) == 3 &&
			uid == env->uid)
			snprintf(text, size,
				"this user has %u keys of the %u that it may have", used,
				most);
}

struct verdict keys_refused(const struct ask *a, const char *stage, int err)
{
	char cause[200];

	if (err != EDQUOT)
		return answer_refused(a, stage, err);
	describe_quota(a->env, cause, sizeof(cause));
	struct verdict v = answer_denied("limit", cause,
		"this is no full disk: sysctl -w kernel.keys.maxkeys=N kernel.keys.maxbytes=N "
		"(for root: root_maxkeys, root_maxbytes), or end what holds the keys "
		"(/proc/key-users)",
		"%s: %s", stage, strerror(err));
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

int keys_capabilities(
	const struct ask *a, unsigned char ret_caps[2], struct verdict *ret_refused)
{
	unsigned char caps[2] = { 0 };

	if (sys_keyctl(KEYCTL_CAPABILITIES, (uintptr_t)caps, sizeof(caps), 0) < 0) {
		*ret_refused = keys_refused(a, "keyctl(capabilities)", errno);
		return -1;
	}
	memcpy(ret_caps, caps, sizeof(caps));
	return 0;
}
