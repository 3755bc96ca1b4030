#!/bin/sh
# Renders every situation of fixtures/golden and compares it with what is kept there.
#   golden.sh PLIMSOLL             speaks TAP: one point for each situation and format
#   golden.sh --update PLIMSOLL    writes what is rendered now; read the diff before you keep it
# A situation is a directory: README.md (one line), records.jsonl, and what `report` makes of
# them: a file of each format, stderr and exit. A file that is not there is empty, an exit not
# there is 0.
set -eu
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
unset NO_COLOR COLUMNS || true

update=
if [ "${1:-}" = --update ]; then
	update=1
	shift
fi
plimsoll=$(realpath "${1:?usage: golden.sh [--update] PLIMSOLL}")
cd "$(dirname "$0")/../../fixtures/golden"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Every format that is kept of each situation.
formats="text summary matrix fleet markdown html tap junit ktap json csv prometheus nfd npd kcidb"

# kept SITUATION: those formats, without what only says the records again where these are many.
kept() {
	for format in $formats; do
		[ "$format" = json ] && [ "$(wc -c <"$1/records.jsonl")" -gt 16384 ] && continue
		echo "$format"
	done
}

# Every page has the same style sheet and script: what they are is said once, in the tree.
cut_page() {
	sed -e '/^<style>/,/<\/style>$/c<style></style>' \
		-e '/^<script>/,/^<\/script>$/c<script></script>' \
		-e '/Content-Security-Policy/s/sha256-[A-Za-z0-9+/=]*/sha256-/g' "$1" >"$1.cut"
	mv "$1.cut" "$1"
}

# render SITUATION: fills $tmp with a file of each format, stderr, exit
render() {
	rm -f "$tmp"/*
	code=0
	options=
	for format in $formats; do
		options="$options --format $format=$tmp/$format"
	done
	# shellcheck disable=SC2086 # words
	(cd "$1" && "$plimsoll" report $options records.jsonl) 2>"$tmp/stderr" || code=$?
	echo "$code" >"$tmp/exit"
	# What is not whole says so in its name, too.
	for format in $formats; do
		[ ! -e "$tmp/$format.partial" ] || mv "$tmp/$format.partial" "$tmp/$format"
	done
	cut_page "$tmp/html"
	code=0
	(cd "$1" && "$plimsoll" report <records.jsonl) >"$tmp/stdout" 2>/dev/null || code=$?
	echo "$code" | cmp -s - "$tmp/exit" || echo "from stdin: exit $code" >>"$tmp/exit"
	cmp -s "$tmp/stdout" "$tmp/text" || echo "stdout is not the file" >>"$tmp/exit"
}

# expected SITUATION FILE: what is kept, or what its absence means
expected() {
	if [ -e "$1/$2" ]; then
		cat "$1/$2"
	elif [ "$2" = exit ]; then
		echo 0
	fi
}

compare() {
	for file in $(kept "$1") stderr exit; do
		status=0
		expected "$1" "$file" >"$tmp/expected"
		diff -u "$tmp/expected" "$tmp/$file" >"$tmp/diff" || status=1
		point "$status" "$1: $file"
		[ "$status" -eq 0 ] || sed 's/^/# /' "$tmp/diff"
	done
}

keep() {
	for file in $(kept "$1") stderr exit; do
		rm -f "$1/$file"
		expected "$1" "$file" >"$tmp/expected"
		cmp -s "$tmp/expected" "$tmp/$file" || cp "$tmp/$file" "$1/$file"
	done
}

# No byte of a report may be a control character, whatever stands in the records; only the lines
# of csv end in CR LF.
printable() {
	status=0
	end=$([ "$2" != csv ] || printf '\r')
	sed "s/$end\$//" "$1/$2" | LC_ALL=C tr -d '\n\040-\176\200-\377' >"$tmp/control"
	[ ! -s "$tmp/control" ] || status=1
	point "$status" "$1: $2 holds no control character"
}

# prove_says SITUATION WANTED: 0 if prove takes the TAP for a success. Debian 12's prove
# refuses any document that says it is version 14: the format for it is tap13.
prove_says() {
	(cd "$1" && "$plimsoll" report --format tap13 <records.jsonl) >"$tmp/tap" 2>/dev/null || :
	got=0
	prove -e cat "$tmp/tap" >"$tmp/proved" 2>&1 || got=1
	status=0
	[ "$got" -eq "$2" ] || status=1
	point "$status" "prove $([ "$2" -eq 0 ] && echo accepts || echo rejects) $1"
	[ "$status" -eq 0 ] || sed 's/^/# /' "$tmp/proved"
	! grep -q 'Parse errors' "$tmp/proved" || point 1 "prove can parse $1"
}

for situation in */; do
	situation=${situation%/}
	render "$situation"
	if [ -n "$update" ]; then
		keep "$situation"
		continue
	fi
	compare "$situation"
	for format in $(kept "$situation"); do
		printable "$situation" "$format"
	done
done
[ -z "$update" ] || exit 0

if command -v prove >/dev/null; then
	for situation in all-pass one-asker proofs two-runs not-asked nothing-asked \
		boot-probes diff-kernels; do
		prove_says "$situation" 0
	done
	for situation in mixed-askers silently-ignored canary-refused hostile-text profiles \
		proofs-missed boot-runs boot-panic kernel-log hostile-console arbiter diff-regressed \
		baseline hostile-change; do
		prove_says "$situation" 1
	done
else
	skip prove "prove is not installed"
fi
# The schema knows our records, and does not take just anything.
schema_says() {
	got=0
	python3 - ../schema/record.json "$1/records.jsonl" >"$tmp/schema" 2>&1 <<-'END' || got=1
	import json, sys
	from jsonschema import Draft202012Validator
	schema = json.load(open(sys.argv[1]))
	Draft202012Validator.check_schema(schema)
	for line in open(sys.argv[2]):
	    Draft202012Validator(schema).validate(json.loads(line))
	END
	status=0
	[ "$got" -eq "$2" ] || status=1
	point "$status" "schema $([ "$2" -eq 0 ] && echo accepts || echo rejects) $1"
	[ "$status" -eq 0 ] || sed 's/^/# /' "$tmp/schema"
}

if python3 -c 'import jsonschema' 2>/dev/null; then
	for situation in all-pass mixed-askers one-asker silently-ignored canary-refused \
		not-asked nothing-asked proofs proofs-missed two-runs boot-runs boot-probes \
		boot-panic kernel-log arbiter profiles profiles-all diff-kernels diff-regressed \
		baseline; do
		schema_says "$situation" 0
	done
	for situation in hostile-text hostile-console hostile-change foreign newer; do
		schema_says "$situation" 1
	done
else
	skip schema "python3 has no jsonschema"
fi
finish
