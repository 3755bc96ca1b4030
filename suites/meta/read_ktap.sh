#!/bin/sh
# The kernel's own reader of KTAP reads every situation of fixtures/golden, and counts what we
# count in the records.
#   read_ktap.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=suites/meta/tap.sh
. "$here/tap.sh"
# shellcheck source=suites/meta/situations.sh
. "$here/situations.sh"
plimsoll=$(realpath "${1:?usage: read_ktap.sh PLIMSOLL}")
command -v jq >/dev/null || skip_all "jq is not installed"
kunit=$("$here/../../ci/readers" kunit </dev/null 2>/dev/null) || skip_all "ci/readers cannot fetch kunit"
cd "$here/../../fixtures/golden" || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# read_it: what kunit.py makes of $tmp/ktap, as one line
read_it() {
	python3 -B "$kunit" parse "$tmp/ktap" </dev/null >"$tmp/said" 2>&1
	code=$?
	sed -n 's/^.*Testing complete\. Ran //p' "$tmp/said" | tr -d '\033' >"$tmp/counts"
	echo "$(sed 's/\[0m$//' "$tmp/counts"), $(grep -c '\[ERROR\]' "$tmp/said") complaints, exit $code"
}

# part NUMBER WORD: as kunit.py lists its counts, those that are not 0
part() {
	[ "$1" -eq 0 ] || parts="$parts${parts:+, }$2: $1"
}

# wanted SITUATION: the same line by our own counts. It exits with 0 only if something passed.
wanted() {
	count "$1"
	parts=
	good=$((all_passed + all_known)) bad=$((all_failed + all_broken + cut - open))
	none=$((all_skipped + nothing))
	code=0
	[ $((bad + open)) -eq 0 ] && [ "$good" -gt 0 ] || code=1
	part "$good" passed
	part "$bad" failed
	part "$open" crashed
	part "$none" skipped
	part "$open" errors
	echo "$((good + bad + open + none)) tests: $parts, $open complaints, exit $code"
}

for situation in */; do
	situation=${situation%/}
	(cd "$situation" && "$plimsoll" report --format ktap records.jsonl) >"$tmp/ktap" 2>/dev/null
	wanted "$situation" >"$tmp/wanted"
	read_it >"$tmp/got"
	status=0
	diff -u "$tmp/wanted" "$tmp/got" >"$tmp/diff" || status=1
	point $status "kunit.py counts what we count: $situation" "$tmp/diff" "$tmp/said"
done

# The reader notices what is off: else nothing was shown above.
report() {
	(cd "$1" && "$plimsoll" report --format ktap records.jsonl) >"$tmp/whole" 2>/dev/null
}
# notices WHAT: it says something else of $tmp/ktap than of $tmp/whole
notices() {
	mv "$tmp/ktap" "$tmp/broken"
	cp "$tmp/whole" "$tmp/ktap"
	read_it >"$tmp/wanted"
	mv "$tmp/broken" "$tmp/ktap"
	read_it >"$tmp/got"
	status=0
	! cmp -s "$tmp/wanted" "$tmp/got" || status=1
	point $status "kunit.py notices $1" "$tmp/got"
}
report all-pass
sed '0,/^  ok 2 /s//  ok 3 /' "$tmp/whole" >"$tmp/ktap"
notices "a number that is out of order"
sed '0,/^  ok 2 /{/^  ok 2 /d}' "$tmp/whole" >"$tmp/ktap"
notices "a test that is missing"
sed '0,/^  ok 2 /s//  not ok 2 /' "$tmp/whole" >"$tmp/ktap"
notices "a test that fails"
sed '0,/^  ok 2 /s//  # reboot: System halted\n  ok 2 /' "$tmp/whole" >"$tmp/ktap"
notices "the kernel's last words"
finish
