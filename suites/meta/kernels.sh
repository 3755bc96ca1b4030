#!/bin/sh
# The probes' truth on real kernels, each booted in QEMU: what is known to be so, asked of
# Debian's builds. No error anywhere, no pass where the kernel cannot. And the reference there: it
# keeps every obligation, by a refusal that names the kernel where that cannot.
#   kernels.sh PLIMSOLL [NAME...]      the names of ci/kernels
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# known VERSION PROBE: its outcome for root, if it is not "pass"
known() {
	case $1:$2 in
	5.10:mnt/mount_setattr | 5.10:mnt/rro | 5.10:mnt/rro_clear | 5.10:mnt/propagation) ;;
	5.10:idmap/* | 5.10:cgroup/kill | 5.10:proc/close_range) ;;
	5.10:mnt/statmount | 5.10:mnt/listmount | 5.10:mnt/open_tree_attr) ;;
	6.1:idmap/tmpfs | 6.1:idmap/path) ;; # the guest's root is a tmpfs
	6.1:mnt/statmount | 6.1:mnt/listmount | 6.1:mnt/open_tree_attr) ;;
	6.12:mnt/open_tree_attr) ;;
	*)
		echo pass
		return
		;;
	esac
	echo absent
}

# packages_of NAME: what boot calls its packages
packages_of() {
	dir=$(dirname "$(ci/kernels "$1" 2>"$tmp/$1.unavailable")") && rm "$tmp/$1.unavailable" &&
		find "$dir" -maxdepth 1 -name 'linux-*.deb' | sort | tr '\n' '+' | sed 's/+$//'
}

judge() {
	if [ -e "$tmp/$1.unavailable" ]; then
		skip "Linux $1" "$(tail -n 1 "$tmp/$1.unavailable" | tr '#' ' ')"
		return
	fi
	jq -c "select(.boot == \"$1\").record" "$tmp/runs" >"$tmp/records"
	jq -es 'any(.[]; .type == "boot" and .outcome == "pass")' "$tmp/records" >/dev/null
	point $? "Linux $1 boots out of its package and goes off" "$tmp/why"
	jq -r 'select(.type == "probe" and .asker == "root") | [.name, .outcome, .detail] | @tsv' \
		"$tmp/records" >"$tmp/root"
	count=0
	while IFS='	' read -r name outcome detail; do
		count=$((count + 1))
		want=$(known "${1%%-*}" "$name")
		[ "$outcome" = "$want" ] && continue
		point 1 "Linux $1: $name is $outcome, known to be $want"
		echo "# $detail"
	done <"$tmp/root"
	point $((count < 30)) "Linux $1: $count probes answered as is known"
	errors=$(jq -c 'select(.outcome == "error")' "$tmp/records")
	point $((${#errors} > 0)) "Linux $1: no error, whoever asks"
	[ -z "$errors" ] || printf '%s\n' "$errors" | sed 's/^/# /'
	unproved=$(jq -c 'select(.type == "proof" and .outcome != "pass")' "$tmp/records")
	point $((${#unproved} > 0)) "Linux $1: every probe says no when sabotaged"
	[ -z "$unproved" ] || printf '%s\n' "$unproved" | sed 's/^/# /'
}

# refuses VERSION: the number of cases that a kernel cannot, and that are kept by refusing them
refuses() {
	case $1 in
	5.10) echo 8 ;; # recursive attributes and id maps
	6.1) echo 5 ;;  # id maps of a tmpfs
	*) echo 0 ;;
	esac
}

judge_reference() {
	[ ! -e "$tmp/$1.unavailable" ] || return
	jq -c "select(.boot == \"$1\").record" "$tmp/runs" >"$tmp/records"
	bad=$(jq -c 'select((.type == "case" or .type == "proof") and .outcome != "pass")' "$tmp/records")
	count=$(jq -s 'map(select(.type == "case")) | length' "$tmp/records")
	point $((${#bad} > 0 || count < 87)) "Linux $1: the reference keeps all of $count, and each is proved"
	[ -z "$bad" ] || printf '%s\n' "$bad" | sed 's/^/# /'
	count=$(jq -s 'map(select(.type == "case" and (.detail | test("^refused.* absent: .*this kernel")))) |
		length' "$tmp/records")
	point $((count != $(refuses "${1%%-*}"))) "Linux $1: $count of them by naming what the kernel cannot"
}

# run_all: a matrix, so that each run bears the name of its kernel; the rest of it on stdin
run_all() {
	jq --slurpfile kernels "$tmp/kernels" '{kernels: $kernels | add} + .' >"$tmp/matrix.json"
	# The exit code is the report's: what it says is looked at in the records.
	"$plimsoll" boot --accel tcg --matrix "$tmp/matrix.json" --report "$tmp/report" \
		>"$tmp/why" 2>&1 || :
	jq -cn 'foreach inputs as $r ({}; if $r.type == "env" then {boot: $r.boot.label} else . end;
		{boot, record: $r})' "$tmp/report" >"$tmp/runs"
}

for name; do
	packages=$(packages_of "$name") && printf '{"%s": "%s"}\n' "$name" "$packages"
done >"$tmp/kernels"
echo '{"command": ["probe", "--prove"]}' | run_all
for name; do
	judge "$name"
done
echo '{"command": ["run", "--prove"], "runtimes": {"reference": "reference"}}' | run_all
for name; do
	judge_reference "$name"
done
finish
