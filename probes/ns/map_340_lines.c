/*
 * How many lines may a map of ids have? (probes.md row 230.)
 *
 * Long --uidmap lists and fragmented subuids need more than the 5 lines of a kernel before
 * 4.15, which says EINVAL to more; from then on it is 340 lines, and EINVAL comes with the
 * 341st. Both are asked of maps that differ in that line only; then the map is read inside.
 * A range of ids can be mapped only with CAP_SETUID outside, or by newuidmap(1) for others.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "ns.h"

#define LINES 340

/* Each a single id, beginning with 1 outside: 0 would take CAP_SETFCAP, too. */
static void write_lines(char *text, size_t size, unsigned lines)
{
	size_t len = 0;

	for (unsigned i = 0; i < lines && len < size; i++)
		len += snprintf(text + len, size - len, "%u %u 1\n", i, i + 1);
}

/* In a child: how many there are, seen from inside. */
static struct verdict count_lines(const struct ask *a, void *arg)
{
	char text[16384];
	unsigned lines = 0;

	if (setns(*(int *)arg, CLONE_NEWUSER) < 0)
		return answer_refused(a, "setns(user)", errno);
	if (env_file(a->env, "/proc/self/uid_map", text, sizeof(text)) < 0)
		return answer_error("open(uid_map)", 0, "uid_map cannot be read");
	for (const char *at = text; at; at = strchr(at + 1, '\n'))
		lines++;
	if (lines != LINES)
		return answer_fail(
			"uid_map of %d lines was accepted, but has %u", LINES, lines);
	return answer_pass("uid_map of %d lines was accepted and has them all; one line "
			   "more is EINVAL",
		LINES);
}

static struct verdict refused(const struct ask *a, struct verdict v)
{
	struct verdict control;

	if (v.err != EINVAL)
		return v;
	_cleanup_close_ int few = ask_userns(a, "0 1 1\n1 2 1\n", NULL, &control);
	return few < 0 ? control : v;
}

static struct verdict ask(const struct ask *a)
{
	char text[4096];
	struct verdict v;

	if (!env_has_cap(a->env, CAP_SETUID))
		return answer_denied("capability",
			"a map of more ids than one's own takes CAP_SETUID",
			"ask as root; newuidmap(1) makes such maps for a user with subuids",
			"not asked: the asker may map a single id");
	if (ns_maps(a->env, "uid_map", 1) <= 0 ||
		ns_maps(a->env, "uid_map", LINES + 1) <= 0)
		return answer_denied("unmapped",
			"fewer ids are mapped in the user namespace this runs in",
			"map more ids when that namespace is made", "not asked");
	write_lines(text, sizeof(text), LINES);
	_cleanup_close_ int ns = ask_userns(a, text, NULL, &v);
	if (ns < 0)
		return refused(a, v);
	write_lines(text, sizeof(text), LINES + 1);
	_cleanup_close_ int more = ask_userns(a, text, NULL, &v);
	if (more >= 0)
		return answer_fail("a map of %d lines was accepted", LINES + 1);
	if (v.err != EINVAL)
		return v;
	return ask_in_child(a, count_lines, &ns);
}

const struct probe probe_ns_map_340_lines = {
	.about = "a map of ids may have 340 lines",
	.how = "Writes a uid_map of 340 lines and reads it inside; with one line more "
	       "it has to be EINVAL.",
	.man = "user_namespaces(7)",
	.since = "4.15",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "podman --uidmap lists, fragmented /etc/subuid ranges",
	.blocked_by = NS_USER_BLOCKED "; no CAP_SETUID (EPERM)",
	.calls = CALLS(unshare, write, setns),
	.ask = ask,
};
