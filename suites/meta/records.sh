#!/bin/sh
# What the program really writes is what its schemas say: records of a probe and of a run, both
# with --prove, every case and every matrix.
#   records.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: records.sh PLIMSOLL}")
cd "$(dirname "$0")/../../fixtures" || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python=
for p in /usr/bin/python3 python3; do
	[ -n "$python" ] || ! $p -c 'import jsonschema' 2>/dev/null || python=$p
done
[ -n "$python" ] || skip_all "python3 has no jsonschema"

# valid SCHEMA FILE DESCRIPTION: each line of the file is one JSON value of the schema
valid() {
	status=0
	"$python" - "$1" "$2" >"$tmp/why" 2>&1 <<-'END' || status=1
	import json, sys
	from jsonschema import Draft202012Validator
	validator = Draft202012Validator(json.load(open(sys.argv[1])))
	lines = open(sys.argv[2]).readlines()
	bad = [(n, e.message) for n, line in enumerate(lines, 1)
	       for e in validator.iter_errors(json.loads(line))]
	for n, message in bad[:10]:
	    print(f"line {n}: {message[:300]}")
	sys.exit(1 if bad or not lines else 0)
	END
	point $status "$3" "$tmp/why"
}

# reads FILE: the program reads back what it wrote, and prove takes it
reads() {
	status=0
	"$plimsoll" report --format "tap13=$tmp/tap" "$1" 2>"$tmp/why"
	[ $? -ne 3 ] || status=1
	point $status "report reads the records of $2" "$tmp/why"
	! prove -e cat "$tmp/tap" 2>&1 | grep 'Parse errors' >"$tmp/why"
	point $? "prove can parse the TAP of $2" "$tmp/why"
}

"$plimsoll" probe --prove --report "$tmp/probe" >/dev/null 2>&1
valid schema/record.json "$tmp/probe" "the records of probe --prove"
reads "$tmp/probe" "a probe"
"$plimsoll" run --runtime reference --no-arbiter --report "$tmp/reference" >/dev/null 2>&1
if [ "$(id -u)" -eq 0 ]; then
	valid schema/record.json "$tmp/reference" "the records of the reference"
	reads "$tmp/reference" "the reference"
	jq -r 'select(.type == "case" and .outcome != "pass") | "\(.name): \(.outcome): \(.detail)"' \
		"$tmp/reference" >"$tmp/why"
	! grep -qvE ': (absent|denied): ' "$tmp/why"
	point $? "the reference keeps every obligation that this host lets be asked" "$tmp/why"
else
	skip "the records of the reference" "not root"
fi
"$plimsoll" run --prove --report "$tmp/run" >/dev/null 2>&1
if [ -s "$tmp/run" ]; then
	valid schema/record.json "$tmp/run" "the records of run --prove"
	reads "$tmp/run" "a run"
	unproved=$(jq -r 'select(.type == "proof" and .outcome != "pass") | .name' "$tmp/run")
	echo "$unproved" >"$tmp/why"
	point ${#unproved} "every case that passed fails when it is sabotaged" "$tmp/why"
else
	skip "the records of run --prove" "no runtime, or not root"
fi
find cases base/canary.json -name '*.json' -exec jq -c . {} + >"$tmp/cases"
valid schema/case.json "$tmp/cases" "every case"
find matrix -name '*.json' -exec jq -c . {} + >"$tmp/matrices"
valid schema/matrix.json "$tmp/matrices" "every matrix"
finish
