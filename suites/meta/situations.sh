# shellcheck shell=sh
# Sourced by the tests that hold a reader's counts of a report against our own: what the records
# of a situation in fixtures/golden count for, found without the program.

# readable SITUATION: the lines of its records up to where reading stops; what it says on stderr
# names the line.
readable() {
	line=$(sed -n 's/^plimsoll report: records.jsonl:\([0-9]*\): .*/\1/p' "$1/stderr" 2>/dev/null)
	if [ ! -e "$1/stderr" ]; then
		cat "$1/records.jsonl"
	elif [ -n "$line" ]; then
		grep -q 'the file ends here' "$1/stderr" || line=$((line - 1))
		head -n "$line" "$1/records.jsonl"
	fi
}

# count SITUATION: sets all_passed, all_failed, all_broken (error), all_skipped, all_known, cut (1:
# records are missing), open (1: a run has no end), nothing (runs in which nothing was asked)
count() {
	cut=0
	[ ! -e "$1/stderr" ] || cut=1
	# shellcheck disable=SC2046 # numbers
	set -- $(readable "$1" | jq -Rrn '
		def plain: {pass: "passed", fail: "failed", absent: "skipped", denied: "skipped",
			error: "broken"}[.outcome];
		def gate: (.change.is // "new") as $is |
			if $is == "regressed" then "failed"
			elif $is == "unknown" then "broken"
			elif $is == "gone" then "skipped"
			elif $is != "new" and (plain | IN("failed", "broken")) then "known"
			else plain end;
		[inputs | fromjson] as $all |
		[$all[] | select(.outcome) | gate] as $gates |
		([$all[] | select(.type == "env")] | length) as $begun |
		([$all[] | select(.type == "end")] | length) as $ended |
		([range(1; $all | length) | select($all[.].type == "end" and $all[. - 1].type == "env")]
			| length) as $nothing |
		[("passed", "failed", "broken", "skipped", "known") as $g |
			[$gates[] | select(. == $g)] | length] + [$begun - $ended, $nothing] | .[]')
	all_passed=$1 all_failed=$2 all_broken=$3 all_skipped=$4 all_known=$5 open=$6 nothing=$7
}
