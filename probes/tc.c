#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"
#include "tc.h"

static struct nlmsghdr *request(
	struct nl *nl, uint16_t type, uint16_t flags, const struct qdisc *q)
{
	struct tcmsg *tc;
	struct nlmsghdr *m = nl_request(nl, type, flags, sizeof(*tc), &tc);

	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = q->index;
	tc->tcm_handle = q->handle;
	tc->tcm_parent = q->parent;
	return m;
}

struct verdict tc_refused(
	const struct ask *a, struct nl *nl, const char *what, const char *kind, int err)
{
	char stage[32];

	snprintf(stage, sizeof(stage), "%s(%s)", what, kind);
	if (nl->call || err == ENOENT || err == EPERM || err == EACCES)
		return nl_refused(a, nl, stage, err);
	return answer_error(stage, err, "%s: %s%s%s", stage, strerror(err),
		*nl->said ? ": " : "", nl->said);
}

int qdisc_add(const struct ask *a, struct nl *nl, const struct qdisc *q,
	struct verdict *ret_refused)
{
	struct nlmsghdr *m = request(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, q);

	mnl_attr_put_strz(m, TCA_KIND, q->kind);
	if (q->put) {
		struct nlattr *nest = mnl_attr_nest_start(m, TCA_OPTIONS);
		q->put(m);
		mnl_attr_nest_end(m, nest);
	}
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused = tc_refused(a, nl, "RTM_NEWQDISC", q->kind, -r);
	return -1;
}

int qdisc_interface(
	const struct ask *a, struct nl *nl, const char *name, struct verdict *ret_refused)
{
	struct verdict v;

	int index = link_ether(a, nl, name, &v);
	if (index > 0)
		return index;
	if (v.outcome == OUTCOME_DENIED && !v.err)
		return LO_INDEX;
	*ret_refused = v;
	return -1;
}

void qdisc_remove(struct nl *nl, const struct qdisc *q)
{
	if (q->index != LO_INDEX)
		return;
	request(nl, RTM_DELQDISC, 0, q);
	nl_talk(nl, NULL, NULL);
}

struct seen {
	const char *kind;
	bool found;
	int (*fn)(const struct nlattr *option, void *arg);
	void *arg;
};

static int take(const struct nlattr *attr, void *arg)
{
	struct seen *seen = arg;

	if (mnl_attr_get_type(attr) == TCA_KIND)
		seen->found = !strcmp(mnl_attr_get_str(attr), seen->kind);
	else if (mnl_attr_get_type(attr) == TCA_OPTIONS && seen->fn)
		mnl_attr_parse_nested(attr, seen->fn, seen->arg);
	return MNL_CB_OK;
}

static void hear(const struct nlmsghdr *m, void *arg)
{
	mnl_attr_parse(m, sizeof(struct tcmsg), take, arg);
}

bool qdisc_is_there(struct nl *nl, const struct qdisc *q,
	int (*fn)(const struct nlattr *option, void *arg), void *arg)
{
	struct seen seen = { q->kind, .fn = fn, .arg = arg };

	request(nl, RTM_GETQDISC, NLM_F_ECHO, q); /* else it is told to listeners alone */
	return nl_talk(nl, hear, &seen) == 0 && seen.found;
}
