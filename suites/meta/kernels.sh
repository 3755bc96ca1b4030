#!/bin/sh
# The probes' truth on real kernels, each booted in QEMU: what is known to be so, asked of
# Debian's builds. No error anywhere, no pass where the kernel cannot.
#   kernels.sh PLIMSOLL [VERSION...]      the versions of ci/kernels
set -u
export LC_ALL=C
plimsoll=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
points=0
failed=0

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

point() {
	points=$((points + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $points - $2"
	else
		failed=1
		echo "not ok $points - $2"
	fi
}

for version; do
	if ! vmlinuz=$(ci/kernels "$version" 2>"$tmp/why"); then
		points=$((points + 1))
		echo "ok $points - Linux $version # SKIP $(tail -n 1 "$tmp/why" | tr '#' ' ')"
		continue
	fi
	# The report's exit code is not what is looked at here: its records are.
	ci/guest "$vmlinuz" "$plimsoll" probe --prove --report - >"$tmp/records" 2>"$tmp/why"
	if ! "$plimsoll" report --format tap "$tmp/records" >/dev/null 2>>"$tmp/why" &&
		[ $? -eq 3 ]; then
		point 1 "Linux $version boots and answers"
		sed 's/^/# /' "$tmp/why"
		continue
	fi
	jq -r 'select(.type == "probe" and .asker == "root") | [.name, .outcome, .detail] | @tsv' \
		"$tmp/records" >"$tmp/root"
	count=0
	while IFS='	' read -r name outcome detail; do
		count=$((count + 1))
		want=$(known "$version" "$name")
		[ "$outcome" = "$want" ] && continue
		point 1 "Linux $version: $name is $outcome, known to be $want"
		echo "# $detail"
	done <"$tmp/root"
	point $((count < 30)) "Linux $version: $count probes answered as is known"
	errors=$(jq -c 'select(.outcome == "error")' "$tmp/records")
	point $((${#errors} > 0)) "Linux $version: no error, whoever asks"
	[ -z "$errors" ] || printf '%s\n' "$errors" | sed 's/^/# /'
	unproved=$(jq -c 'select(.type == "proof" and .outcome != "pass")' "$tmp/records")
	point $((${#unproved} > 0)) "Linux $version: every probe says no when sabotaged"
	[ -z "$unproved" ] || printf '%s\n' "$unproved" | sed 's/^/# /'
done
echo "1..$points"
exit $failed
