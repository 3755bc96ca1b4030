#!/bin/sh
# The suite on other kernels: each pair of fixtures/matrix/ci.json has a complete set of records,
# and what is known of Debian 12's runtimes on these kernels comes out.
#   matrix.sh PLIMSOLL      speaks TAP; kernels and runtimes of ci/kernels, QEMU, jq
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: matrix.sh PLIMSOLL}")
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for tool in qemu-system-x86_64 jq; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done
paths=$(ci/kernels 6.1 6.12 bookworm 2>"$tmp/why") || skip_all "$(tail -n 1 "$tmp/why")"
cache=$(dirname "$(dirname "$(echo "$paths" | head -n 1)")")

"$plimsoll" boot --accel tcg --matrix fixtures/matrix/ci.json --base "$cache" \
	--report "$tmp/report" >"$tmp/out" 2>"$tmp/why"
code=$?
cat "$tmp/why" >>"$tmp/out"
[ $code -eq 4 ]
point $? "something was silently ignored, and the exit code says so" "$tmp/out"
# Each record with its kernel and runtime.
jq -cn 'foreach inputs as $r ({}; if $r.type == "env" then $r.boot else . end;
	$r + {kernel: .label, by: .runtime})' "$tmp/report" >"$tmp/records"

# known FILTER DESCRIPTION: holds of all records, as one array
known() {
	jq -es "$1" "$tmp/records" >/dev/null 2>"$tmp/why"
	point $? "$2" "$tmp/why" "$tmp/out"
}
cases=$(($(find fixtures/cases -name '*.json' | wc -l) + 1))
known 'map(select(.type == "boot")) | length == 4 and all(.[]; .outcome == "pass")' \
	"two kernels with two runtimes each: four guests, none failed"
known "map(select(.type == \"case\")) | group_by([.kernel, .by]) |
	length == 4 and all(.[]; length == $cases)" "each pair has all $cases cases"
known 'all(.[]; .outcome != "error")' "no error"
known 'map(select(.name == "idmap/owner" and .by == "runc-bookworm")) |
	length == 2 and all(.[]; .kind == "silently-ignored" and .fault == "runtime")' \
	"runc 1.1.5 silently ignores an id-mapped tmpfs, on both"
known 'any(.[]; .name == "idmap/owner" and .by == "crun-bookworm" and .kernel == "6.12" and
	.outcome == "pass")' "crun 1.8.1 gets it right on 6.12"
known 'any(.[]; .name == "idmap/owner" and .by == "crun-bookworm" and .kernel == "6.1" and
	.kind == "residue" and (.detail | test("did refuse.*mount_setattr.*Invalid argument")))' \
	"crun 1.8.1 refuses it on 6.1 (mount_setattr: EINVAL), though it leaves a cgroup"
known 'all(.[]; .name != "mount/rro" or .outcome == "pass")' "all keep a recursive read-only bind"
finish
