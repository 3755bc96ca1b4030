#!/bin/sh
# Many nodes in one report: which are alike, how the others differ, and that a file which cannot
# be read is one line of it and not its end.
#   fleet.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
unset NO_COLOR COLUMNS || true
plimsoll=$(realpath "${1:?usage: fleet.sh PLIMSOLL}")
command -v jq >/dev/null || skip_all "jq is not installed"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

# node NAME RELEASE OUTCOME...: a run of four questions, of which the first have these outcomes
node() {
	file=$1 release=$2
	shift 2
	jq -nc --arg release "$release" '$ARGS.positional as $told |
		["idmap/tmpfs", "mnt/rro", "ns/user", "seccomp/user_notif"] as $names | (
		{type: "env", format: 1, plimsoll: "0", verb: "probe", time: "2026-03-01T12:00:00Z",
		 kernel: {release: $release, machine: "x86_64"}},
		(range(4) as $i | {type: "probe", name: $names[$i], asker: "root", about: "a",
		 outcome: ($told[$i] // "pass"), detail: "seen by \($release)"}
		 + if $told[$i] == "denied" then {cause: "a filter of \($names[$i])"} else {} end),
		{type: "end", records: 5, exit: 0})' --args "$@" >>"$file"
}

# report ARGUMENT...: fills out, err, code
report() {
	timeout 60 "$plimsoll" report "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	code=$?
}

# says DESCRIPTION LINE...: each line stands in the report, blanks folded
says() {
	what=$1
	shift
	tr -s ' \n' ' ' <"$tmp/out" >"$tmp/folded"
	for line; do
		grep -qF -- "$line" "$tmp/folded" && continue
		point 1 "$what: $line" "$tmp/out" "$tmp/err"
		return
	done
	point 0 "$what"
}

# says_not DESCRIPTION TEXT
says_not() {
	! grep -qF -- "$2" "$tmp/out"
	point $? "$1" "$tmp/out"
}

ends() {
	[ "$code" -eq "$1" ]
	point $? "$2: exit status $1, got $code" "$tmp/err"
}

mkdir nodes
i=1
while [ $i -le 30 ]; do
	name=nodes/$(printf 'node-%03d' $i).jsonl
	case $i in
	7) node "$name" 6.12.9 fail ;;
	2[1-5]) node "$name" 5.10.0-30 absent ;;
	26) node "$name" 6.1.0-40 absent ;;
	2[7-9] | 30) node "$name" 6.12.9 pass pass pass denied ;;
	*) node "$name" 6.12.9 ;;
	esac
	i=$((i + 1))
done

report --matrix nodes
ends 1 "a fleet in which one fails"
says "the groups, the largest first" "30 nodes in 4 groups" \
	"GROUP 1 19 of 30 nodes nodes: node-001..node-006, node-008..node-020 kernel: 6.12.9" \
	"GROUP 2 6 of 30 nodes" "GROUP 3 4 of 30 nodes" "GROUP 4 1 of 30 nodes"
says "names and kernels of a group" \
	"nodes: node-021..node-026 kernels: 5.10.0-30 (5), 6.1.0-40 (1) probes: 4 answers: 1 absent, 3 pass"
says "what a group answers otherwise" "absent; in group 1: pass idmap/tmpfs" \
	"denied; in group 1: pass seccomp/user_notif why: a filter of seccomp/user_notif" \
	"nodes: node-007 kernel: 6.12.9 probes: 4 answers: 1 fail, 3 pass fail; in group 1: pass idmap/tmpfs why: seen by 6.12.9"
says "nothing is lacking everywhere" "ALL NODES what passes on none of them nothing"
mv out all

# Files that are no nodes.
head -n 3 nodes/node-001.jsonl >nodes/node-031.jsonl
echo '{"type":"other"}' >nodes/node-032.jsonl
: >nodes/node-033.jsonl
mkfifo nodes/pipe.jsonl
echo hello >nodes/README
report --matrix nodes missing.jsonl
ends 3 "files that cannot be read"
says "each is one line" "4 NOT READ" "nodes/node-031.jsonl:3: the file ends here" \
	"nodes/node-032.jsonl:1: " "nodes/node-033.jsonl: empty" "missing.jsonl: No such file"
says "the others are reported" "30 nodes in 4 groups" "GROUP 1 19 of 30 nodes"
says_not "what is cut short is no node" "too early"
grep -q '^plimsoll report: nodes/node-031.jsonl:3: ' "$tmp/err"
point $? "the first is told on stderr" "$tmp/err"
report --matrix --format fleet=fleet nodes
[ -e fleet ] && [ ! -e fleet.partial ]
point $? "it says what it lacks, and is whole"

report nodes
ends 3 "without --matrix the first is the end"
says "and the report is cut short" "CUT SHORT"

# Other formats have the records of whole runs.
report --matrix --format jsonl nodes
ends 3 "records of a fleet"
jq -s -e 'map(.type) | (map(select(. == "env")) | length) == 30 and
	(map(select(. == "probe")) | length) == 120' out >/dev/null
point $? "all whole runs, and no other record" out
report --matrix --format jsonl=all.jsonl nodes
[ -e all.jsonl.partial ] && [ ! -e all.jsonl ]
point $? "a format that cannot say what it lacks stays .partial"
rm nodes/node-03[123].jsonl

# The same files, named otherwise.
ls nodes/node-*.jsonl >names
report --matrix --files-from names
cmp out all
point $? "--files-from names the same files" out
timeout 60 "$plimsoll" report --matrix --files-from - <names >out
cmp out all
point $? "as does --files-from -" out
report --matrix nodes/node-*.jsonl
cmp out all
point $? "and so do arguments" out
report --matrix --files-from nowhere
ends 3 "a list that is not there"
says "that is told" "nowhere: No such file"
mkdir none
report --matrix none
says "a directory without records is told" "none: there is no *.jsonl in this directory"

# Several runs in one file, and files of one name.
node two.jsonl 6.1.0
node two.jsonl 6.12.9
node two.jsonl 6.12.9 absent
cp nodes/node-001.jsonl one.jsonl
report --matrix two.jsonl one.jsonl
says "runs of one file" "4 nodes in 2 groups" "nodes: one, two: 6.1.0, two: 6.12.9" \
	"nodes: two: 6.12.9 #2"
mkdir -p rack-1/a rack-1/b rack-2/a
cp nodes/node-001.jsonl rack-1/a/plimsoll.jsonl
cp nodes/node-001.jsonl rack-1/b/plimsoll.jsonl
cp nodes/node-001.jsonl rack-2/a/plimsoll.jsonl
report --matrix rack-1/a rack-1/b rack-2/a
says "what all names have in common is left out" "nodes: rack-1/a, rack-1/b, rack-2/a"
{ head -n 6 two.jsonl; tail -n 6 two.jsonl | head -n 3; } >half.jsonl
report --matrix half.jsonl one.jsonl
says "of a file that is cut short its whole runs count" "2 nodes in 1 group" "1 NOT READ"

# Names that are no numbers in a row, and numbers that are none.
mkdir odd
for name in n8 n9 n10 n11 x-08 x-9 x-10 99999999999999999999 100000000000000000000 \
	100000000000000000001; do
	cp one.jsonl "odd/$name.jsonl"
done
report --matrix odd
says "ranges" "n8..n11" "x-08" "x-9, x-10" "99999999999999999999, 100000000000000000000"
mkdir hostile
cp one.jsonl "hostile/$(printf 'a\033[31mb\nGROUP 7').jsonl"
report --matrix hostile
says "a hostile name is printable" "nodes: a"
! LC_ALL=C tr -d '\n\040-\176\200-\377' <out | grep -q .
point $? "and holds no control character"

# A fleet in which nobody is like another stays readable.
mkdir many
i=0
while [ $i -lt 200 ]; do
	o=
	n=$i
	for _ in 1 2 3 4; do
		case $((n % 4)) in
		0) o="$o pass" ;;
		1) o="$o absent" ;;
		2) o="$o denied" ;;
		3) o="$o error" ;;
		esac
		n=$((n / 4))
	done
	# shellcheck disable=SC2086 # words
	node "many/n$i.jsonl" "6.$i" $o
	i=$((i + 1))
done
report --matrix many
says "many groups" "200 nodes in 200 groups" "160 MORE GROUPS"
[ "$(wc -l <out)" -lt 800 ]
point $? "take a few screens" out
finish
