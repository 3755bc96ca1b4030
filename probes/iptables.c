#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "iptables.h"

#define GET_INFO 64 /* IPT_SO_GET_INFO and IP6T_SO_GET_INFO */

/* struct ipt_getinfo and struct ip6t_getinfo. */
struct table_info {
	char name[32];
	uint32_t hooks; /* a bit for each NF_INET_* where the table is asked */
	uint32_t entry[5], underflow[5], entries, size;
};

static const struct {
	const char *name;
	uint32_t hooks;
} tables[] = {
	{ "filter", 1 << 1 | 1 << 2 | 1 << 3 }, /* in, forward, out */
	{ "nat",
		1 << 0 | 1 << 1 | 1 << 3 |
			1 << 4 }, /* prerouting, in, out, postrouting */
};

static struct verdict refused(
	const struct ask *a, const char *tool, const char *table, int err)
{
	char stage[32];

	snprintf(stage, sizeof(stage), "getsockopt(%s)", table);
	struct verdict v = answer_refused(a, stage, err);
	if (v.outcome != OUTCOME_ABSENT)
		return v;
	if (err == ENOENT)
		VERDICT_TEXT(v.detail,
			"%s: the kernel has %s-legacy, but not its table \"%s\" (ENOENT: "
			"\"Table does not exist\")",
			stage, tool, table);
	if (err == ENOPROTOOPT)
		VERDICT_TEXT(v.detail, "%s: the kernel has no %s-legacy (ENOPROTOOPT)",
			stage, tool);
	return v;
}

struct verdict iptables_ask(const struct ask *a, int family)
{
	const char *tool = family == AF_INET ? "iptables" : "ip6tables";
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;

	_cleanup_close_ int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return answer_refused(a, "socket(raw)", errno);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct table_info info = { 0 };
		socklen_t len = sizeof(info);
		strcpy(info.name, tables[i].name);
		if (getsockopt(fd, level, GET_INFO, &info, &len) < 0)
			return refused(a, tool, tables[i].name, errno);
		if (info.hooks != tables[i].hooks || !info.entries || !info.size)
			return answer_fail(
				"the table \"%s\" is there with hooks 0x%x instead "
				"of 0x%x and %u entries",
				tables[i].name, info.hooks, tables[i].hooks,
				info.entries);
	}
	return answer_pass(
		"the tables filter and nat are there, each with its own hooks and rules");
}
