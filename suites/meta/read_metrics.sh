#!/bin/sh
# Does Prometheus read the format "prometheus"? promtool (ci/readers) reads every situation of
# fixtures/golden; it says nothing of series that are there twice, so we do.
#   read_metrics.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: read_metrics.sh PLIMSOLL}")
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
promtool=$(ci/readers promtool 2>"$tmp/why" </dev/null) ||
	skip_all "no promtool: $(tail -n 1 "$tmp/why")"

# metrics FILE...: what is made of these records, in $tmp/metrics
metrics() {
	"$plimsoll" report --format prometheus "$@" >"$tmp/metrics" 2>/dev/null </dev/null
}

# good: promtool has nothing to say of $tmp/metrics, and every series and family is there once
good() {
	"$promtool" check metrics <"$tmp/metrics" >"$tmp/why" 2>&1 || return 1
	[ ! -s "$tmp/why" ] || return 1
	grep -v '^#' "$tmp/metrics" | sed 's/ [^ ]*$//' | sort | uniq -d >"$tmp/why"
	[ ! -s "$tmp/why" ] || return 1
	sed -n 's/^\([a-z_]*\)[{ ].*/\1/p' "$tmp/metrics" | uniq | sort | uniq -d >"$tmp/why"
	[ ! -s "$tmp/why" ] && [ -s "$tmp/metrics" ]
}

# taken DESCRIPTION, and refused DESCRIPTION: what good says of $tmp/metrics
taken() {
	good
	point $? "$1" "$tmp/why"
}
refused() {
	! good
	point $? "$1"
}

# has LINE DESCRIPTION: a line of $tmp/metrics
has() {
	grep -qxF -- "$1" "$tmp/metrics"
	point $? "$2" "$tmp/metrics"
}

for situation in fixtures/golden/*/; do
	metrics "$situation/records.jsonl"
	taken "promtool reads ${situation#fixtures/golden/}"
done
golden=fixtures/golden
metrics $golden/two-runs/records.jsonl $golden/two-runs/records.jsonl $golden/proofs/records.jsonl
taken "runs on one kernel are told apart"
has "plimsoll_complete 1" "a report of whole runs is complete"
metrics $golden/truncated/records.jsonl
has "plimsoll_complete 0" "one that is cut short is not"

# record NAME MORE: a probe's record
record() {
	printf '%s\n' "{\"type\":\"probe\",\"name\":\"$1\",\"asker\":\"root\",\"about\":\"a\",$2}"
}
{
	printf '%s"kernel":{"release":"6 \\" } # \\\\ ","machine":"m"},"asker":"root"}\n' \
		'{"type":"env","format":1,"plimsoll":"0.1.0","verb":"probe","time":"yesterday",'
	for name in x x 'x #2' x 'a\"b} 1\nplimsoll_check{' "back\\\\\\\\slash\\\\"; do
		record "$name" '"outcome":"fail","fault":"kernel"'
	done
	record known '"outcome":"fail","fault":"kernel","change":{"is":"same","was":{"outcome":"fail"}}'
	record worse '"outcome":"absent","fault":"kernel","change":{"is":"regressed","was":{"outcome":"pass"}}'
	echo '{"type":"end","records":9,"exit":1}'
} >"$tmp/records"
metrics "$tmp/records"
taken "names that would be markup, or another's number, are only names"
metrics "$tmp/records"
grep -q 'check="known".*gate="known".*change="same"' "$tmp/metrics"
point $? "what is known to fail says so" "$tmp/metrics"
grep -q 'check="worse".*outcome="absent",gate="fail".*change="regressed"' "$tmp/metrics"
point $? "what regressed counts as a fail" "$tmp/metrics"

# What we call good is not just anything.
cp "$tmp/metrics" "$tmp/whole"
sed 's/who="root"/who="ro"ot"/' "$tmp/whole" >"$tmp/metrics"
refused "a quote that is not escaped is refused"
sed '/^# HELP/d' "$tmp/whole" >"$tmp/metrics"
refused "a family without help is refused"
cat "$tmp/whole" - >"$tmp/metrics" <<-END
	$(grep -m 1 '^plimsoll_check{' "$tmp/whole")
END
refused "a series that is there twice is refused"
finish
