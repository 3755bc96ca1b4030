#!/bin/sh
# Are the formats "json", "kcidb" and "csv" what others take them for? ajv (ci/readers), a JSON
# Schema validator of its own, reads records and submissions to KCIDB; jq and Python's csv
# module read the rest.
#   read_json.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: read_json.sh PLIMSOLL}")
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
modules=$(ci/readers npm 2>"$tmp/why" </dev/null) ||
	skip_all "no ajv: $(tail -n 1 "$tmp/why")"
cat >"$tmp/valid.cjs" <<-'END'
	// node valid.cjs SCHEMA FILE...: each line is valid, or each whole .json file
	const fs = require("fs");
	const Ajv = require("ajv/dist/2020");
	const ajv = new Ajv({strict: true, strictTypes: false, strictRequired: false,
		allErrors: true});
	require("ajv-formats")(ajv);
	const [schema, ...files] = process.argv.slice(2);
	const valid = ajv.compile(JSON.parse(fs.readFileSync(schema)));
	let count = 0;
	for (const file of files) {
		const text = fs.readFileSync(file, "utf8");
		const values = file.endsWith(".json") ? [text] : text.trim().split("\n");
		for (const value of values) {
			count++;
			if (valid(JSON.parse(value)))
				continue;
			console.log(file, value.slice(0, 200), ajv.errorsText(valid.errors));
			process.exitCode = 1;
		}
	}
	if (!count)
		process.exitCode = 1;
END

# valid SCHEMA FILE...: 0 if ajv says so, else why in $tmp/why
valid() {
	schema=fixtures/schema/$1.json
	shift
	NODE_PATH=$modules/node_modules node "$tmp/valid.cjs" "$schema" "$@" >"$tmp/why" 2>&1
}
takes() {
	valid "$1" "$2"
	point $? "$3" "$tmp/why"
}
refuses() {
	! valid "$1" "$2"
	point $? "$3"
}

# made FORMAT RECORDS FILE
made() {
	"$plimsoll" report --format "$1" "$2" >"$3" 2>/dev/null </dev/null
}

# Situations whose records are meant to be what no plimsoll writes.
malformed() {
	case $1 in
	binary|empty|foreign|hostile-change|hostile-console|hostile-text|newer|nul|truncated) return 0 ;;
	*) return 1 ;;
	esac
}

# Those that are cut short, or not records to their end.
partial() {
	case $1 in
	binary|edited|empty|foreign|newer|no-end|nul|truncated) return 0 ;;
	*) return 1 ;;
	esac
}

# rows FILE: how many lines below the header Python reads, each with as many cells as that
rows() {
	python3 - "$1" <<-'END'
	import csv, sys
	text = open(sys.argv[1], newline="", encoding="utf-8").read()
	if text.count("\r\n") != text.count("\n") or not text.endswith("\r\n"):
	    sys.exit("a line does not end in CR LF")
	head, *lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
	if any(len(line) != len(head) for line in lines):
	    sys.exit("a line has another number of cells")
	if any(cell[:1] and cell[0] in "=+-@\t\r" for line in lines for cell in line):
	    sys.exit("a cell begins like a formula")
	print(len(lines))
	END
}

counts_like() {
	want=$(jq -c 'select(.outcome)' "$1" 2>/dev/null | wc -l)
	got=$(rows "$2" 2>"$tmp/why")
	[ "$got" = "$want" ] || echo "rows: $got, records: $want" >>"$tmp/why"
	[ "$got" = "$want" ]
}

same_json() {
	jq -c -S . "$1" >"$tmp/want" 2>"$tmp/why"
	jq -c -S '.runs[] | .env, .records[], .end' "$2" >"$tmp/got" 2>>"$tmp/why"
	[ "$(jq .complete "$2")" = true ] && cmp "$tmp/want" "$tmp/got" >>"$tmp/why" 2>&1
}

set --
for situation in fixtures/golden/*/; do
	name=$(basename "$situation")
	records=${situation}records.jsonl
	malformed "$name" || set -- "$@" "$records"
	made kcidb "$records" "$tmp/kcidb.json"
	cp "$tmp/kcidb.json" "$tmp/kcidb-of-$name.json"
	jq -e '[.tests, .builds, .checkouts | map(.id) | length == (unique | length)] | all' \
		"$tmp/kcidb.json" >/dev/null
	point $? "$name: no id is there twice"
	made json "$records" "$tmp/json"
	made csv "$records" "$tmp/csv"
	if partial "$name"; then
		[ "$(jq .complete "$tmp/json")" = false ]
		point $? "$name: json says that it is not complete"
		rows "$tmp/csv" >"$tmp/why" 2>&1 &&
			tail -n 1 "$tmp/csv" | grep -q ',incomplete,'
		point $? "$name: the last line of csv says so" "$tmp/why"
		continue
	fi
	same_json "$records" "$tmp/json"
	point $? "$name: json has the records, grouped" "$tmp/why"
	counts_like "$records" "$tmp/csv"
	point $? "$name: csv has a row for each verdict" "$tmp/why"
done
valid record "$@"
point $? "the records of $# situations are of the schema" "$tmp/why"
set -- "$tmp"/kcidb-of-*.json
valid kcidb "$@"
point $? "kcidb of $# situations is of the schema" "$tmp/why"
golden=fixtures/golden
"$plimsoll" probe --report "$tmp/probe" >/dev/null 2>&1 </dev/null
takes record "$tmp/probe" "the records of probe are of the schema"
made kcidb "$tmp/probe" "$tmp/kcidb.json"
takes kcidb "$tmp/kcidb.json" "and so is their kcidb"
jq -e '(.tests | length) > 100 and ([.tests[].build_id] | unique) == [.builds[].id]' \
	"$tmp/kcidb.json" >/dev/null
point $? "and all its tests are of its one build"
made kcidb $golden/truncated/records.jsonl "$tmp/cut.json"
[ "$(jq -r '.tests[-1] | .path + " " + .status' "$tmp/cut.json")" = "plimsoll.complete MISS" ]
point $? "kcidb of records that are cut short has a test that says so" "$tmp/cut.json"
made kcidb $golden/boot-panic/records.jsonl "$tmp/panic.json"
jq -r '.tests[] | select(.misc.stage) | .status' "$tmp/panic.json" | sort -u >"$tmp/why"
printf 'ERROR\nFAIL\nMISS\n' | comm -13 "$tmp/why" - | grep -qvx ERROR
[ "$(grep -c -e FAIL -e MISS "$tmp/why")" -eq 2 ]
point $? "a kernel that panics fails, a harness that cannot boot it misses" "$tmp/why"

# What begins like a formula.
{
	echo '{"type":"env","format":1,"verb":"probe"}'
	for detail in '=1+1' '+1' '-1' '@SUM(A1)' '\t=1' '\r=1' '-1, \"x\"' 'a,\"b\"\nc' '\"=1' "'=1" '\u007f=1'; do
		printf '%s"outcome":"pass","detail":"%s"}\n' \
			'{"type":"probe","name":"a/b","asker":"root","about":"a",' "$detail"
	done
	echo '{"type":"end","records":12,"exit":0}'
} >"$tmp/formulas"
made csv "$tmp/formulas" "$tmp/csv"
counts_like "$tmp/formulas" "$tmp/csv"
point $? "no cell of csv begins like a formula" "$tmp/why" "$tmp/csv"
made json "$tmp/formulas" "$tmp/json"
same_json "$tmp/formulas" "$tmp/json" && ! grep -q "$(printf '\177')" "$tmp/json"
point $? "json has what cannot be printed, and no such byte" "$tmp/why"

# What we call good is not just anything.
for name in hostile-text hostile-console hostile-change foreign newer; do
	refuses record $golden/$name/records.jsonl "records: $name is refused"
done
# spoiled JQ DESCRIPTION
spoiled() {
	jq "$1" "$tmp/kcidb.json" >"$tmp/spoiled.json" 2>"$tmp/why"
	refuses kcidb "$tmp/spoiled.json" "kcidb: $2 is refused"
}
spoiled '.tests[0].path = "a..b"' "a path with an empty node"
spoiled '.tests[0].status = "pass"' "a status that is none"
spoiled '.tests[0].id = "no origin"' "an id without its origin"
spoiled '.tests[0].start_time = "yesterday"' "a time that is none"
spoiled '.tests[0].log_excerpt = ("x" * 16385)' "an excerpt that is too long"
spoiled '.builds[0].architecture = "X 86"' "an architecture that is none"
spoiled '.tests[0].detail = "x"' "a member that nobody knows"
spoiled '.version.major = 4' "another version"
tr -d '"' <"$tmp/csv" >"$tmp/spoiled"
! counts_like "$tmp/formulas" "$tmp/spoiled"
point $? "csv: cells without their quotes are noticed"
sed "s/'=/=/" "$tmp/csv" >"$tmp/spoiled"
! rows "$tmp/spoiled" >/dev/null 2>&1
point $? "csv: a formula is noticed"
jq -c 'del(.runs[0].records[0].detail)' "$tmp/json" >"$tmp/spoiled"
! same_json "$tmp/formulas" "$tmp/spoiled"
point $? "json: a lost member is noticed"
finish
