#!/bin/sh
# What changed between two files of records, and what a baseline forgives: real records, some of
# them edited.
#   diff.sh PLIMSOLL      speaks TAP; jq
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: diff.sh PLIMSOLL}")
golden=$(realpath "$(dirname "$0")/../../fixtures/golden")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
command -v jq >/dev/null || skip_all "jq is not installed"

# says CODE DESCRIPTION ARGUMENT...: its output is in ./out, what it complains of in ./why
says() {
	want=$1 description=$2
	shift 2
	got=0
	"$plimsoll" "$@" >out 2>why </dev/null || got=$?
	status=0
	[ $got -eq "$want" ] || status=1
	[ $status -eq 0 ] || echo "exit $got" >>why
	head -c 2000 out >shown
	point $status "$description" shown why
}

# shows FILE PATTERN DESCRIPTION
shows() {
	grep -qE "$2" "$1"
	point $? "$3" "$1"
}

# edit FILTER FILE: its records with the filter applied to each, and the end's count put right
edit() {
	jq -c "$1" "$2" | jq -cs --argjson none null 'foreach .[] as $r ({n: 0};
		.n = (if $r.type == "env" then 1 else .n + 1 end) |
		.r = (if $r.type == "end" then $r + {records: (.n - 1)} else $r end); .r)'
}

# --- the same machine twice ---

"$plimsoll" probe --report one.jsonl >/dev/null 2>&1 </dev/null
"$plimsoll" probe --report two.jsonl >/dev/null 2>&1 </dev/null
says 0 "the same machine twice: nothing changed" diff one.jsonl two.jsonl
shows out '^[0-9]+ answers: [0-9]+ the same$' "and that is said"
says 0 "its records are whole" diff --format jsonl one.jsonl two.jsonl
cp out nothing.jsonl
[ "$(jq -r 'select(.type == "env" or .type == "end" | not) | .name' out | wc -l)" -eq 0 ]
point $? "and hold no check" out
says 0 "which is no reason to say that nothing was asked" report nothing.jsonl
if [ "$(id -u)" -eq 0 ] && command -v runc >/dev/null; then
	for i in 1 2; do
		"$plimsoll" run --no-arbiter --runtime runc --report run$i.jsonl 'mount/*' \
			'security/*' >/dev/null 2>&1 </dev/null
	done
	says 0 "a runtime twice: nothing changed" diff run1.jsonl run2.jsonl
	shows out '^[0-9]+ answers: [0-9]+ the same$' "and that is said, too"
else
	skip "a runtime twice" "not root, or no runc"
fi

# --- edited records ---

pick=$(jq -r 'select(.type == "probe" and .outcome == "pass" and .asker == "root") | .name' \
	one.jsonl | head -n 1)
# Who is not root asks as user only.
[ -n "$pick" ] || pick=$(jq -r 'select(.outcome == "pass") | .name' one.jsonl | head -n 1)
export pick
edit 'if .name == env.pick then .outcome = "fail" | .fault = "kernel" | .detail = "EDITED" |
	.remedy = "REPAIR IT" else . end' one.jsonl >worse.jsonl
says 1 "one that fails now is a regression" diff one.jsonl worse.jsonl
shows out '^REGRESSED ' "there is a section of it"
shows out "$pick" "it is named"
shows out 'REPAIR IT' "and its remedy is"
says 0 "the other way round it is fixed" diff worse.jsonl one.jsonl
shows out '^FIXED ' "there is a section of it, too"
edit 'if .name == env.pick then .outcome = "error" | .fault = "harness" else . end' \
	one.jsonl >unknown.jsonl
says 3 "an error is no longer known" diff one.jsonl unknown.jsonl
shows out '^NO LONGER KNOWN ' "and in its section"
edit 'select(.name != env.pick)' one.jsonl >less.jsonl
says 0 "one that is not there any more" diff one.jsonl less.jsonl
shows out '^GONE ' "is gone"
says 0 "one that was not there before" diff less.jsonl one.jsonl
shows out '^NEW ' "is new"
says 1 "all of them, with a regression" diff --all --format jsonl=all.jsonl one.jsonl worse.jsonl
[ "$(wc -l <all.jsonl)" -eq "$(wc -l <worse.jsonl)" ]
point $? "--all gives what is the same, too" why

# --- matching ---

edit 'if .kernel then .kernel.release = "9.9.9" else . end' worse.jsonl >other.jsonl
says 1 "another kernel is compared all the same" diff one.jsonl other.jsonl
shows out '→ 9\.9\.9' "and the header says with what"
cat one.jsonl other.jsonl >both.jsonl
says 0 "of several kernels each with its own" diff both.jsonl both.jsonl
says 0 "what one side has alone is gone" diff both.jsonl one.jsonl
shows out '^GONE ' "and told as a run of its own"
sed 's/"runtime":"runc"/"runtime":"runc-1"/' "$golden/arbiter/records.jsonl" >runc1.jsonl
sed 's/"runtime":"runc"/"runtime":"runc-2"/' "$golden/arbiter/records.jsonl" >runc2.jsonl
says 0 "runtimes that are called otherwise" diff runc1.jsonl runc2.jsonl
shows out 'runc-1.*→.*runc-2|[0-9]+ the same' "are the same if each side has one"

# --- what is no good ---

head -n 5 one.jsonl >short.jsonl
says 3 "OLD that is cut short" diff short.jsonl one.jsonl
shows why '^plimsoll diff: short\.jsonl:5: ' "is told with its line"
[ ! -s out ]
point $? "and nothing is compared" out
says 3 "NEW that is cut short" diff one.jsonl short.jsonl
shows why '^plimsoll diff: short\.jsonl:5: ' "is told with its line, too"
shows out '^CUT SHORT ' "and what there is says so"
says 77 "nothing in common" diff "$golden/all-pass/records.jsonl" "$golden/arbiter/records.jsonl"
shows why 'no check is in both: .*kernel .* has kernel' "and what each side has is said"
jq -c 'if .kernel then .kernel.release = "\u001b[2J" else . end' "$golden/arbiter/records.jsonl" >evil.jsonl
says 77 "nothing in common, and a hostile name" diff "$golden/all-pass/records.jsonl" evil.jsonl
! tr -d '\n\040-\176\200-\377' <why | grep -q .
point $? "which does not get at the terminal" why
says 2 "one file is not enough" diff one.jsonl
says 2 "nor is stdin twice" diff - -
says 2 "a format that is not there" diff --format no one.jsonl two.jsonl
says 3 "a file that is not there" diff no.jsonl one.jsonl

# --- stdin and pipes ---

got=0
"$plimsoll" diff - worse.jsonl <one.jsonl >out 2>why || got=$?
[ $got -eq 1 ]
point $? "OLD from stdin" out why
got=0
# shellcheck disable=SC2002 # a pipe cannot be read twice
cat worse.jsonl | "$plimsoll" diff one.jsonl - >out 2>why || got=$?
[ $got -eq 1 ]
point $? "NEW from a pipe" out why

# --- many runs ---

"$plimsoll" diff "$golden/boot-runs/records.jsonl" "$golden/boot-runs/records.jsonl" >out 2>why
[ "$(wc -l <out)" -le 3 ] && grep -q '^nothing changed in 4 runs of 28 answers: 5.10 with runc' out
point $? "runs in which nothing changed are one line" out
jq -c 'if .type == "case" and .name == "mount/rro" and .runtime == "crun-1.28" then
		.outcome = "fail" | .kind = "wrong" | .fault = "runtime" else . end' \
	"$golden/boot-runs/records.jsonl" >many.jsonl
"$plimsoll" diff "$golden/boot-runs/records.jsonl" many.jsonl >out 2>why
[ $? -eq 1 ] && [ "$(grep -c '^REGRESSED' out)" -eq 2 ] && grep -q '^nothing changed in 2 runs' out &&
	! grep -q 'crun.*→\|→.*crun' out
point $? "and stand behind those in which something did" out

# --- every format ---

# Under the name that NEW has: some formats tell it.
mkdir changes
"$plimsoll" diff --format jsonl one.jsonl worse.jsonl >changes/worse.jsonl 2>/dev/null
for format in $("$plimsoll" report --formats | awk '{ print $1 }'); do
	got=0
	"$plimsoll" diff --format "$format" one.jsonl worse.jsonl >"diff.$format" 2>why || got=$?
	[ $got -eq 1 ] && [ -s "diff.$format" ]
	point $? "$format can tell a diff" why
	(cd changes && "$plimsoll" report --format "$format" worse.jsonl >"../report.$format" 2>../why)
	cmp -s "diff.$format" "report.$format" || [ "$format" = jsonl ]
	point $? "$format says the same of its records" why
done
"$plimsoll" report --format jsonl changes/worse.jsonl | cmp -s - changes/worse.jsonl
point $? "the records of a diff can be read again"
grep -q '^not ok' diff.tap
point $? "a regression is not ok in TAP" diff.tap

# --- a baseline, of records that were made before ---

says 2 "a baseline that is missing" report --baseline base.jsonl worse.jsonl
shows why 'update-baseline' "and how to make it"
says 2 "an update of nothing" report --update-baseline worse.jsonl
says 0 "a baseline is made of what fails" \
	report --baseline base.jsonl --update-baseline worse.jsonl
! grep -q 'against the baseline' out
point $? "with nothing to compare there is no word of changes" out
[ -s base.jsonl ] && ! grep -qE '"(ms|time|kernel_log|change|host)":' base.jsonl
point $? "it has nothing that varies"
cp base.jsonl first.jsonl
edit 'if .time then .time = "2001-01-01T00:00:00Z" elif .ms then .ms = 77 else . end' \
	worse.jsonl >later.jsonl
says 0 "and is made again of another run" \
	report --baseline base.jsonl --update-baseline later.jsonl
cmp -s base.jsonl first.jsonl
point $? "which does not change it"
says 0 "what fails as before does not count" report --baseline base.jsonl worse.jsonl
shows out '^KNOWN ' "but is told"
shows out '^against the baseline base\.jsonl: [0-9]+ as before$' "and counted"
"$plimsoll" report --baseline base.jsonl --format tap13 worse.jsonl >out
grep -q '^not ok .* # TODO known: fail' out
point $? "in TAP it is to be done" out
if command -v prove >/dev/null; then
	edit 'select(.type != "probe" or .outcome != "error")' worse.jsonl >sure.jsonl
	"$plimsoll" report --baseline base.jsonl --format tap13 sure.jsonl >sure.tap
	prove -e cat sure.tap >out 2>&1
	point $? "and prove takes it" out
else
	skip "prove" "prove is not installed"
fi
says 0 "what is better than the baseline" report --baseline base.jsonl one.jsonl
shows out 'fixed \(take it up: --update-baseline\)' "is to be taken up"
"$plimsoll" report --format jsonl=made.jsonl --baseline base.jsonl one.jsonl
says 0 "the records that were compared" report made.jsonl
shows out '^against the baseline' "say so themselves"
says 0 "an update from it" report --baseline base.jsonl --update-baseline one.jsonl
says 1 "then the failure counts" report --baseline base.jsonl worse.jsonl
shows out '^REGRESSED ' "and is told first of what changed"
says 3 "a baseline that is cut short" report --baseline short.jsonl one.jsonl
shows why 'short\.jsonl:5: ' "is told with its line"
echo '{}' >foreign.jsonl
says 3 "one that is none" report --baseline foreign.jsonl one.jsonl
shows why 'foreign\.jsonl:1: ' "is, too"
says 3 "an update with less than there is" report --baseline base.jsonl --update-baseline \
	"$golden/one-asker/records.jsonl"
[ ! -e base.jsonl.partial ] && [ "$(wc -l <base.jsonl)" -eq "$(wc -l <one.jsonl)" ]
point $? "leaves it as it is" why

# --- a baseline of a run that is being made ---

rm -f base.jsonl
says 2 "a missing one is a usage error" probe --baseline base.jsonl 'caps/*'
says 0 "it is made" probe --baseline base.jsonl --update-baseline 'caps/*' 'fs/*'
says 0 "and nothing is worse the next time" probe --baseline base.jsonl 'caps/*' 'fs/*'
shows out '^against the baseline base\.jsonl: [0-9]+ as before$' "and that is said"
says 0 "what is not asked is not gone" probe --baseline base.jsonl 'caps/*'
shows out '^against the baseline base\.jsonl: [0-9]+ as before$' "but left out"
says 3 "it is not lost by an update" probe --baseline base.jsonl --update-baseline 'caps/*'
! grep -q 'CUT SHORT' out
point $? "and the report is whole all the same" out
edit 'if .outcome and .outcome != "pass" then .outcome = "pass" | del(.fault, .kind) else . end' \
	base.jsonl >better.jsonl
if grep -qE '"outcome":"(absent|denied|fail)"' base.jsonl; then
	says 1 "what is worse than the baseline counts" \
		probe --baseline better.jsonl --format tap --report now.jsonl 'caps/*' 'fs/*'
	shows out '^not ok' "and is not ok, even where it is absent"
	jq -es 'any(.[]; .change.is == "regressed") and (last | .type == "end")' now.jsonl \
		>/dev/null
	point $? "the report says what changed" now.jsonl
else
	skip "what is worse than the baseline counts" "all passes here"
fi
says 0 "a preflight has one, too" preflight --baseline ready.jsonl --update-baseline --timeout 60
says 0 "which holds" preflight --baseline ready.jsonl --timeout 60

# --- the schema knows all of it ---

if python3 -c 'import jsonschema' 2>/dev/null; then
	"$plimsoll" diff --format jsonl both.jsonl one.jsonl >gone.jsonl 2>/dev/null
	for file in changes/worse gone base made ready; do
		python3 - "$golden/../schema/record.json" "$file.jsonl" >out 2>&1 <<-'END'
		import json, sys
		from jsonschema import Draft202012Validator
		validator = Draft202012Validator(json.load(open(sys.argv[1])))
		for line in open(sys.argv[2]):
		    validator.validate(json.loads(line))
		END
		point $? "schema accepts $file" out
	done
else
	skip schema "python3 has no jsonschema"
fi
finish
