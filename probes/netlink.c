#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "autoload.h"
#include "netlink.h"

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

/*
 * Every kernel with a network has netlink: only a filter can say that this family is not
 * there (systemd's RestrictAddressFamilies= answers so).
 */
static struct verdict refused_socket(const struct ask *a, int protocol, int err)
{
	const char *stage = protocol == NETLINK_ROUTE ? "socket(NETLINK_ROUTE)"
		: protocol == NETLINK_GENERIC         ? "socket(NETLINK_GENERIC)"
						      : "socket(NETLINK_NETFILTER)";

	if (err != EAFNOSUPPORT || a->env->seccomp != 2)
		return answer_refused(a, stage, err);
	struct verdict v = answer_denied("seccomp",
		"a seccomp filter answers EAFNOSUPPORT to netlink sockets, which every "
		"kernel has",
		"allow AF_NETLINK in the filter (systemd: RestrictAddressFamilies=)",
		"%s: %s (EAFNOSUPPORT)", stage, strerror(err));
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

int nl_open(const struct ask *a, struct nl *nl, int protocol, struct verdict *ret_refused)
{
	int on = 1;

	nl->sock = mnl_socket_open2(protocol, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nl->sock) {
		*ret_refused = refused_socket(a, protocol, errno);
		return -1;
	}
	/* Only the words are lost if these are refused. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

struct nlmsghdr *nl_request(
	struct nl *nl, uint16_t type, uint16_t flags, size_t extra, void *ret_extra)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(nl->out);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	m->nlmsg_seq = ++nl->seq;
	*(void **)ret_extra = mnl_nlmsg_put_extra_header(m, extra);
	return m;
}

static int take_words(const struct nlattr *attr, void *arg)
{
	struct nl *nl = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		snprintf(nl->said, sizeof(nl->said), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

/* An acknowledgement: 0 or -errno. With NETLINK_CAP_ACK only the header is repeated. */
static int take_ack(struct nl *nl, const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*e))
		return -EBADMSG;
	if (!e->error)
		return 0;
	if (!nl->err_seq)
		nl->err_seq = e->msg.nlmsg_seq;
	if (m->nlmsg_flags & NLM_F_ACK_TLVS) {
		size_t body = m->nlmsg_flags & NLM_F_CAPPED
			? 0
			: mnl_nlmsg_get_payload_len(&e->msg);
		mnl_attr_parse(m, sizeof(*e) + MNL_ALIGN(body), take_words, nl);
	}
	return e->error;
}

static int hear(struct nl *nl, char *data, int len, nl_fn fn, void *arg)
{
	int first = 0;

	for (struct nlmsghdr *m = (void *)data; mnl_nlmsg_ok(m, len);
		m = mnl_nlmsg_next(m, &len)) {
		int err = 0;
		if (m->nlmsg_type == NLMSG_ERROR)
			err = take_ack(nl, m);
		else if (m->nlmsg_type >= NLMSG_MIN_TYPE && fn)
			fn(m, arg);
		if (err && !first)
			first = err;
	}
	return first;
}

int nl_send(struct nl *nl, const void *data, size_t len, nl_fn fn, void *arg)
{
	char in[16384] __attribute__((aligned(8)));
	int first = 0, heard = 0;
	ssize_t n;

	nl->call = "sendto(netlink)";
	nl->err_seq = 0;
	*nl->said = '\0';
	if (mnl_socket_sendto(nl->sock, data, len) < 0)
		return -errno;
	nl->call = "recvmsg(netlink)";
	while ((n = mnl_socket_recvfrom(nl->sock, in, sizeof(in))) > 0) {
		int err = hear(nl, in, n, fn, arg);
		first = first ? first : err;
		heard++;
	}
	if (errno != EAGAIN)
		return -errno;
	if (!heard)
		return -EIO;
	nl->call = NULL;
	return first;
}

int nl_talk(struct nl *nl, nl_fn fn, void *arg)
{
	const struct nlmsghdr *m = (const void *)nl->out;

	return nl_send(nl, m, m->nlmsg_len, fn, arg);
}

struct verdict nl_refused(
	const struct ask *a, const struct nl *nl, const char *stage, int err)
{
	struct verdict v = answer_refused(a, nl->call ? nl->call : stage, err);
	size_t len = strlen(v.detail);

	if (!nl->call && *nl->said)
		verdict_text(
			v.detail + len, sizeof(v.detail) - len, ": \"%s\"", nl->said);
	return v;
}

static int take_family(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
		*(int *)arg = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void hear_family(const struct nlmsghdr *m, void *arg)
{
	mnl_attr_parse(m, sizeof(struct genlmsghdr), take_family, arg);
}

int nl_family(
	const struct ask *a, struct nl *nl, const char *name, struct verdict *ret_refused)
{
	struct genlmsghdr *g;
	char stage[32];
	int family = -1;

	struct nlmsghdr *m = nl_request(nl, GENL_ID_CTRL, 0, sizeof(*g), &g);
	g->cmd = CTRL_CMD_GETFAMILY;
	g->version = 1;
	mnl_attr_put_strz(m, CTRL_ATTR_FAMILY_NAME, name);
	int r = nl_talk(nl, hear_family, &family);
	if (r == 0 && family > 0)
		return family;
	snprintf(stage, sizeof(stage), "CTRL_CMD_GETFAMILY(%s)", name);
	*ret_refused = nl_refused(a, nl, stage, r ? -r : EIO);
	return -1;
}

/*
 * An unknown kind is EOPNOTSUPP, in these words since 4.20. The same errno in other words,
 * and any other, is about what we asked of it, and says nothing about the kind.
 */
static struct verdict link_refused(
	const struct ask *a, const struct nl *nl, const char *kind, int err)
{
	char stage[32];

	snprintf(stage, sizeof(stage), "RTM_NEWLINK(%s)", kind);
	bool unknown = err == EOPNOTSUPP &&
		(!*nl->said || !strcmp(nl->said, "Unknown device type"));
	bool policy = err == EPERM || err == EACCES || err == ENOSPC || err == EDQUOT;
	if (nl->call || unknown || policy)
		return nl_refused(a, nl, stage, err);
	return answer_error(stage, err, "%s: %s%s%s", stage, strerror(err),
		*nl->said ? ": " : "", nl->said);
}

static struct nlmsghdr *link_request(
	struct nl *nl, uint16_t type, uint16_t flags, struct ifinfomsg **ret_info)
{
	return nl_request(nl, type, flags, sizeof(**ret_info), ret_info);
}

static int link_add(const struct ask *a, struct nl *nl, const struct link_spec *spec,
	struct verdict *ret_refused)
{
	struct ifinfomsg *info;
	struct nlmsghdr *m =
		link_request(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info);

	mnl_attr_put_strz(m, IFLA_IFNAME, spec->name);
	if (spec->over)
		mnl_attr_put_u32(m, IFLA_LINK, spec->over);
	struct nlattr *outer = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, spec->kind);
	if (spec->data) {
		struct nlattr *inner = mnl_attr_nest_start(m, IFLA_INFO_DATA);
		spec->data(m, spec->arg);
		mnl_attr_nest_end(m, inner);
	}
	mnl_attr_nest_end(m, outer);
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused = link_refused(a, nl, spec->kind, -r);
	return -1;
}

static int take_info(const struct nlattr *attr, void *arg)
{
	struct link *link = arg;
	size_t len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND) {
		snprintf(link->kind, sizeof(link->kind), "%.*s", (int)len,
			mnl_attr_get_str(attr));
	} else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA &&
		len <= sizeof(link->data)) {
		memcpy(link->data, mnl_attr_get_payload(attr), len);
		link->len = len;
	}
	return MNL_CB_OK;
}

static int take_link(const struct nlattr *attr, void *arg)
{
	struct link *link = arg;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_LINK:
		link->over = mnl_attr_get_u32(attr);
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_CARRIER:
		link->carrier = mnl_attr_get_u8(attr);
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attr, take_info, link);
		break;
	}
	return MNL_CB_OK;
}

static void hear_link(const struct nlmsghdr *m, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(m);
	struct link *link = arg;

	*link = (struct link) { .index = info->ifi_index, .flags = info->ifi_flags };
	mnl_attr_parse(m, sizeof(*info), take_link, link);
}

/* By index, or by name where that is 0. */
static int get(const struct ask *a, struct nl *nl, int index, const char *name,
	struct link *ret_link, struct verdict *ret_refused)
{
	struct link link = { 0 };
	struct ifinfomsg *info;
	struct nlmsghdr *m = link_request(nl, RTM_GETLINK, 0, &info);

	info->ifi_index = index;
	if (name)
		mnl_attr_put_strz(m, IFLA_IFNAME, name);
	int r = nl_talk(nl, hear_link, &link);
	if (r == 0 && link.index > 0) {
		*ret_link = link;
		return 0;
	}
	*ret_refused = r == -ENODEV || r == 0
		? answer_fail("an interface that was made without an error is not there")
		: nl_refused(a, nl, "RTM_GETLINK", -r);
	return -1;
}

int link_get(const struct ask *a, struct nl *nl, int index, struct link *ret_link,
	struct verdict *ret_refused)
{
	return get(a, nl, index, NULL, ret_link, ret_refused);
}

bool link_is_there(struct nl *nl, const char *name)
{
	struct ifinfomsg *info;
	struct nlmsghdr *m = link_request(nl, RTM_GETLINK, 0, &info);

	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	return nl_talk(nl, NULL, NULL) == 0;
}

int link_make(const struct ask *a, struct nl *nl, const struct link_spec *spec,
	struct link *ret_link, struct verdict *ret_refused)
{
	struct link link;

	if (link_add(a, nl, spec, ret_refused) < 0 ||
		get(a, nl, 0, spec->name, &link, ret_refused) < 0)
		return -1;
	if (strcmp(link.kind, spec->kind) || (spec->over && link.over != spec->over)) {
		*ret_refused = answer_fail(
			"a %s was asked for over interface %d; what is there is of kind "
			"\"%s\" over %d",
			spec->kind, spec->over, link.kind, link.over);
		return -1;
	}
	*ret_link = link;
	return 0;
}

/* It is a message of its own inside the data: its header, then its attributes. */
void link_put_peer(struct nlmsghdr *m, const void *arg)
{
	const struct link_peer *peer = arg;

	struct nlattr *nest = mnl_attr_nest_start(m, peer->type);
	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(m, IFLA_IFNAME, peer->name);
	if (peer->netns >= 0)
		mnl_attr_put_u32(m, IFLA_NET_NS_FD, peer->netns);
	mnl_attr_nest_end(m, nest);
}

int link_pair(const struct ask *a, struct nl *nl, const char *kind, const char *name,
	uint16_t type, struct link *ret_one, struct link *ret_other,
	struct verdict *ret_refused)
{
	char end[IFNAMSIZ];
	struct link_peer peer = { end, type, -1 };
	struct link_spec spec = { kind, name, .data = link_put_peer, .arg = &peer };
	struct link one, other;

	snprintf(end, sizeof(end), "%sx", name);
	if (link_make(a, nl, &spec, &one, ret_refused) < 0 ||
		get(a, nl, one.over, NULL, &other, ret_refused) < 0)
		return -1;
	if (strcmp(other.kind, kind) || other.over != one.index) {
		*ret_refused =
			answer_fail("the two ends of a %s do not name each other", kind);
		return -1;
	}
	*ret_one = one;
	*ret_other = other;
	return 0;
}

static bool is_loaded(const struct env *env, const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	_cleanup_close_ int dir = env_open(env, path, O_PATH);
	return dir >= 0;
}

/* Where there is no veth: another that can be made without loading a module. */
static int other_ether(
	const struct ask *a, struct nl *nl, const char *name, struct verdict *ret_refused)
{
	static const char *const kinds[][2] = { { "dummy", "rtnl-link-dummy" },
		{ "bridge", "rtnl-link-bridge" } };
	struct verdict v;
	struct link link;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct link_spec spec = { .kind = kinds[i][0], .name = name };
		if ((is_loaded(a->env, kinds[i][0]) ||
			    autoload_harmless(kinds[i][1], &v)) &&
			link_make(a, nl, &spec, &link, &v) == 0)
			return link.index;
	}
	*ret_refused = answer_denied("unproven",
		"this kernel has neither veth nor dummy nor bridge to ask with", NULL,
		"not asked: there is no Ethernet interface to put it on");
	return -1;
}

int link_ether(
	const struct ask *a, struct nl *nl, const char *name, struct verdict *ret_refused)
{
	struct link one, other;
	struct verdict v;

	if (link_pair(a, nl, "veth", name, VETH_INFO_PEER, &one, &other, &v) == 0)
		return one.index;
	if (v.outcome == OUTCOME_ABSENT && v.err == EOPNOTSUPP)
		return other_ether(a, nl, name, ret_refused);
	*ret_refused = v;
	return -1;
}

int link_make_over(const struct ask *a, struct nl *nl, const struct link_spec *spec,
	struct link *ret_link, struct verdict *ret_refused)
{
	struct link_spec over = *spec;
	char name[IFNAMSIZ];
	struct verdict v;

	snprintf(name, sizeof(name), "%s.e", spec->name);
	over.over = link_ether(a, nl, name, ret_refused);
	if (over.over > 0)
		return link_make(a, nl, &over, ret_link, ret_refused);
	/* Whether the kind is known can be told without one below it. */
	over.over = 0;
	if (link_add(a, nl, &over, &v) < 0 && v.outcome == OUTCOME_ABSENT)
		*ret_refused = v;
	return -1;
}

static int set_flags(const struct ask *a, struct nl *nl, int index, unsigned flags,
	struct verdict *ret_refused)
{
	struct ifinfomsg *info;

	link_request(nl, RTM_SETLINK, 0, &info);
	info->ifi_index = index;
	info->ifi_flags = flags;
	info->ifi_change = IFF_UP;
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused =
		nl_refused(a, nl, flags ? "RTM_SETLINK(up)" : "RTM_SETLINK(down)", -r);
	return -1;
}

int link_up(const struct ask *a, struct nl *nl, int index, struct verdict *ret_refused)
{
	return set_flags(a, nl, index, IFF_UP, ret_refused);
}

int link_down(const struct ask *a, struct nl *nl, int index, struct verdict *ret_refused)
{
	return set_flags(a, nl, index, 0, ret_refused);
}

int link_enslave(const struct ask *a, struct nl *nl, int index, int master,
	struct verdict *ret_refused)
{
	struct ifinfomsg *info;
	struct nlmsghdr *m = link_request(nl, RTM_SETLINK, 0, &info);

	info->ifi_index = index;
	mnl_attr_put_u32(m, IFLA_MASTER, master);
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused = nl_refused(a, nl, "RTM_SETLINK(master)", -r);
	return -1;
}

bool link_data(const struct link *link, uint16_t type, void *ret_value, size_t size)
{
	const void *data = link->data;
	const struct nlattr *attr;

	mnl_attr_for_each_payload(data, link->len)
	{
		if (mnl_attr_get_type(attr) != type ||
			mnl_attr_get_payload_len(attr) != size)
			continue;
		memcpy(ret_value, mnl_attr_get_payload(attr), size);
		return true;
	}
	return false;
}

int addr_add(const struct ask *a, struct nl *nl, int index, uint32_t addr, int prefix,
	struct verdict *ret_refused)
{
	struct ifaddrmsg *info;
	struct nlmsghdr *m = nl_request(
		nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*info), &info);

	info->ifa_family = AF_INET;
	info->ifa_prefixlen = prefix;
	info->ifa_index = index;
	mnl_attr_put_u32(m, IFA_LOCAL, htonl(addr));
	mnl_attr_put_u32(m, IFA_ADDRESS, htonl(addr));
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused = nl_refused(a, nl, "RTM_NEWADDR", -r);
	return -1;
}
