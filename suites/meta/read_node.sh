#!/bin/sh
# The formats that agents on a Kubernetes node read, held against what these take: "nfd", a
# feature file of node-feature-discovery, and "npd", a plugin of node-problem-detector.
#   read_node.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: read_node.sh PLIMSOLL}")
cd "$(dirname "$0")/../../fixtures/golden" || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# made FORMAT FILE...: in $tmp/made, its exit status in $code
made() {
	code=0
	format=$1
	shift
	"$plimsoll" report --format "$format" "$@" >"$tmp/made" 2>/dev/null </dev/null || code=$?
}

# has TEXT DESCRIPTION: a line of $tmp/made
has() {
	grep -qxF -- "$1" "$tmp/made"
	point $? "$2" "$tmp/made"
}

# env MORE, probe NAME OUTCOME MORE: records
env() {
	printf '%s\n' "{\"type\":\"env\",\"format\":1,\"verb\":\"probe\"${1:-}}"
}
probe() {
	printf '%s\n' "{\"type\":\"probe\",\"name\":\"$1\",\"asker\":\"root\",\"about\":\"a\",\"outcome\":\"$2\"${3:-}}"
}
end() {
	printf '%s\n' "{\"type\":\"end\",\"records\":$1,\"exit\":0}"
}

# --- nfd ---
# is_feature_file FILE: comments that are no directives, and labels, each once, in 64 KiB
name='[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'
is_feature_file() {
	[ "$(wc -c <"$1")" -le 65536 ] || return 1
	if grep -E '^# \+' "$1" >"$tmp/why"; then return 1; fi
	grep -v '^#' "$1" >"$tmp/labels"
	if grep -vxE "feature\.node\.kubernetes\.io/$name=$name" "$tmp/labels" >"$tmp/why"; then
		return 1
	fi
	sed 's/=.*//' "$tmp/labels" | sort | uniq -d >"$tmp/why"
	[ ! -s "$tmp/why" ]
}

tells_nothing() {
	grep -q '^# Nothing is told: ' "$tmp/made" && ! grep -qv '^#' "$tmp/made"
	point $? "$1" "$tmp/made"
}

for situation in *; do
	made nfd "$situation/records.jsonl"
	is_feature_file "$tmp/made"
	point $? "nfd: $situation is a feature file" "$tmp/why"
done
for situation in two-runs boot-probes truncated no-end empty; do
	made nfd "$situation/records.jsonl"
	tells_nothing "nfd: nothing is told of $situation"
done
prefix=feature.node.kubernetes.io/plimsoll
made nfd profiles/records.jsonl
has "$prefix.profile.kubernetes-userns=not-ready" "nfd: a profile says how ready it is"
has "$prefix.mnt.rro=true" "nfd: what passes is a label"
! grep -qE 'idmap|delegation' "$tmp/made"
point $? "nfd: what does not pass, or for a user, is none" "$tmp/made"
{
	env
	probe a/b pass
	probe a/b absent
	probe a/g absent
	probe a/g pass
	probe a/c pass ',"subject":"/var/lib/kubelet"'
	probe 'a/d\nforged=true' pass
	probe "a/$(printf '%060d' 1)" pass
	probe a/e pass ',"subject":"/with.dot"'
	probe profile/forged pass
	probe a/f fail
	end 11
	env
	probe a/f pass
	probe a/c absent ',"subject":"/srv"'
	end 3
} >"$tmp/records"
made nfd "$tmp/records"
is_feature_file "$tmp/made"
point $? "nfd: names that cannot be labels are none" "$tmp/why"
! grep -q 'a\.[bg]=' "$tmp/made"
point $? "nfd: of two answers in one run the worse counts" "$tmp/made"
has "$prefix.a.f=true" "nfd: a later run's answer replaces an earlier one's"
has "$prefix.a.c.on.var.lib.kubelet=true" "nfd: a directory stands in the name"
has "# Left out, as their names cannot be labels: 4." "nfd: what is left out is counted"
{
	env
	i=0
	while [ $i -lt 3000 ]; do
		probe "area/capability-$i" pass
		i=$((i + 1))
	done
	end 3001
} >"$tmp/records"
made nfd "$tmp/records"
tells_nothing "nfd: a file that would be too large is not made"
{
	env ',"kernel":{"release":"6.1","machine":"m"},"boot":{"accel":"tcg"}'
	probe a/b pass
	end 2
} >"$tmp/records"
made nfd "$tmp/records"
tells_nothing "nfd: a guest is not this node"
printf '%s\n' "$prefix.a b=true" >"$tmp/made"
! is_feature_file "$tmp/made"
point $? "nfd: a label that is none is noticed"

# --- npd ---
# says_one_line: one line of at most 80 bytes, whole characters
says_one_line() {
	[ "$(wc -l <"$tmp/made")" -eq 1 ] && [ "$(wc -c <"$tmp/made")" -le 81 ] &&
		[ "$(wc -c <"$tmp/made")" -gt 1 ] && iconv -f UTF-8 -t UTF-8 "$tmp/made" >/dev/null 2>&1
}

# npd CODE TEXT SITUATION
npd() {
	made npd "$3/records.jsonl"
	[ "$code" -eq "$1" ] && grep -q -- "$2" "$tmp/made"
	point $? "npd: $3 is $1: $2" "$tmp/made"
}

for situation in *; do
	made npd "$situation/records.jsonl"
	says_one_line
	point $? "npd: $situation is one short line" "$tmp/made"
done
npd 0 '^OK: 26 pass$' all-pass
npd 0 '^OK: 1 pass, 1 absent$' two-runs
npd 1 '^NOT READY kubernetes-userns: ns/user denied' profiles
npd 1 '^mount/rro of runc: fail (silently-ignored)' silently-ignored
npd 1 '^mnt/rro: fail: mount_setattr said 0' mixed-askers
npd 1 ' (and 7 more)$' boot-runs
npd 2 '^canary of runc: error: ' canary-refused
npd 2 '^NOTHING ASKED' nothing-asked
npd 2 '^NOTHING ASKED' not-asked
code=0
"$plimsoll" report --format npd truncated/records.jsonl >"$tmp/made" 2>/dev/null || code=$?
[ "$code" -gt 1 ] && grep -q '^INCOMPLETE' "$tmp/made"
point $? "npd: records that are cut short are unknown" "$tmp/made"
i=0
while [ $i -lt 90 ]; do
	{
		env
		probe "$(printf "%0${i}d" 0)é漢字🚢éééééééééééééééééééééééééééééééé漢字漢字漢字漢字漢字" fail
		probe a/b fail
		end 3
	} >"$tmp/records"
	made npd "$tmp/records"
	if ! says_one_line; then break; fi
	i=$((i + 1))
done
[ $i -eq 90 ]
point $? "npd: a line is cut between characters, wherever they end" "$tmp/made"
{
	env
	probe a/b fail ',"change":{"is":"same","was":{"outcome":"fail"}}'
	end 2
} >"$tmp/records"
made npd "$tmp/records"
[ $code -eq 0 ]
point $? "npd: what is known to fail is no problem" "$tmp/made"
code=0
"$plimsoll" preflight --format npd >"$tmp/made" 2>/dev/null </dev/null || code=$?
says_one_line && [ "$code" -le 2 ] && grep -qE '^(NOT READY|READY|READY EXCEPT|UNKNOWN) ' "$tmp/made"
point $? "npd: preflight speaks it" "$tmp/made"
finish
