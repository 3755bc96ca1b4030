#!/bin/sh
# The probes' truth on real kernels, each booted in QEMU: what is known to be so, asked of
# Debian's builds (kernels.known has what no probe says of itself). No error anywhere, no pass where
# the kernel cannot; a preflight says so in its words. And the reference there: it keeps every obligation, by a refusal that names the kernel where that cannot.
#   kernels.sh PLIMSOLL [NAME...]      the names of ci/kernels
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The answers of root ($tmp/root: NAME OUTCOME SINCE DETAIL) against what is to be expected: from its
# `since` on a probe passes, before it is absent, unless kernels.known says otherwise. Prints those
# that differ; "OUTCOME?" allows that one beside the usual.
unexpected() { # NAME RELEASE
	awk -F '\t' -v kernel="$1" -v release="$2" '
		function before(a, b) {
			split(a, x, "."); split(b, y, ".")
			return x[1] != y[1] ? x[1] + 0 < y[1] + 0 : x[2] + 0 < y[2] + 0
		}
		function applies(kernels, n, i, list) {
			n = split(kernels, list, ",")
			for (i = 1; i <= n; i++)
				if (list[i] == "*" || list[i] == kernel)
					return 1
			return 0
		}
		NR == FNR {
			if ($0 ~ /^#/ || $0 !~ /[^ \t]/)
				next
			split($0, field, /[ \t]+/)
			if (applies(field[1]))
				known[field[2]] = field[3]
			next
		}
		{
			want = $3 != "" && before(release, $3) ? "absent" : "pass"
			if ($1 in known && known[$1] == $2 "?")
				next
			if ($1 in known && known[$1] !~ /\?$/)
				want = known[$1]
			if ($2 != want)
				print $1 " is " $2 ", known to be " want ": " $4
		}' suites/meta/kernels.known "$tmp/root"
}

# packages_of NAME: what boot calls its packages
packages_of() {
	dir=$(dirname "$(ci/kernels "$1" 2>"$tmp/$1.unavailable")") && rm "$tmp/$1.unavailable" &&
		find "$dir" -maxdepth 1 -name 'linux-*.deb' | sort | tr '\n' '+' | sed 's/+$//'
}

judge() {
	if [ -e "$tmp/$1.unavailable" ]; then
		skip "Linux $1" "$(tail -n 1 "$tmp/$1.unavailable" | tr '#' ' ')"
		return
	fi
	jq -c "select(.boot == \"$1\").record" "$tmp/runs" >"$tmp/records"
	jq -es 'any(.[]; .type == "boot" and .outcome == "pass")' "$tmp/records" >/dev/null
	point $? "Linux $1 boots out of its package and goes off" "$tmp/why"
	jq -r 'select(.type == "probe" and .asker == "root") |
		[.name, .outcome, .since // "", .detail] | @tsv' "$tmp/records" >"$tmp/root"
	release=$(jq -rs 'map(select(.type == "env")) | .[0].kernel.release' "$tmp/records")
	count=$(wc -l <"$tmp/root")
	unexpected "${1%%-*}" "$release" >"$tmp/unexpected"
	[ ! -s "$tmp/unexpected" ] && [ "$count" -ge 340 ]
	point $? "Linux $1: $count probes answered root as is known" "$tmp/unexpected"
	errors=$(jq -c 'select(.outcome == "error")' "$tmp/records")
	point $((${#errors} > 0)) "Linux $1: no error, whoever asks"
	[ -z "$errors" ] || printf '%s\n' "$errors" | sed 's/^/# /'
	unproved=$(jq -c 'select(.type == "proof" and .outcome != "pass")' "$tmp/records")
	count=$(grep -c '"type":"proof"' "$tmp/records" || :)
	point $((${#unproved} > 0)) "Linux $1: every probe says no when sabotaged ($count times)"
	[ -z "$unproved" ] || printf '%s\n' "$unproved" | sed 's/^/# /'
}

# What the newer of two kernels has, on one screen that can be read.
judge_diff() { # OLD NEW
	for side in "$1" "$2"; do
		jq -c "select(.boot == \"$side\").record" "$tmp/runs" >"$tmp/$side.jsonl"
		[ -s "$tmp/$side.jsonl" ] || return 0
	done
	"$plimsoll" diff "$tmp/$1.jsonl" "$tmp/$2.jsonl" >"$tmp/diff" 2>&1
	sed -n '/^FIXED /,/^$/p' "$tmp/diff" | grep -q '^  idmap/tmpfs '
	point $? "id-mapping of a tmpfs is fixed from Linux $1 to $2, by name" "$tmp/diff"
	[ "$(wc -l <"$tmp/diff")" -le 60 ]
	point $? "and what changed is one screen" "$tmp/diff"
}

# refuses VERSION: the number of cases that a kernel cannot, and that are kept by refusing them
refuses() {
	case $1 in
	5.10) echo 8 ;; # recursive attributes and id maps
	6.1) echo 5 ;;  # id maps of a tmpfs
	*) echo 0 ;;
	esac
}

judge_reference() {
	[ ! -e "$tmp/$1.unavailable" ] || return
	jq -c "select(.boot == \"$1\").record" "$tmp/runs" >"$tmp/records"
	bad=$(jq -c 'select((.type == "case" or .type == "proof") and .outcome != "pass")' "$tmp/records")
	count=$(jq -s 'map(select(.type == "case")) | length' "$tmp/records")
	point $((${#bad} > 0 || count < 87)) "Linux $1: the reference keeps all of $count, and what is sabotaged fails"
	[ -z "$bad" ] || printf '%s\n' "$bad" | sed 's/^/# /'
	count=$(jq -s 'map(select(.type == "case" and (.detail | test("^refused.* absent: .*this kernel")))) |
		length' "$tmp/records")
	point $((count != $(refuses "${1%%-*}"))) "Linux $1: $count of them by naming what the kernel cannot"
}

# ready KERNEL PROFILE: is a guest with a tmpfs for a root?
ready() {
	case $1:$2 in
	5.10:* | 6.1:kubernetes-userns) echo not-ready ;; # mount_setattr 5.12, id-mapped tmpfs 6.3
	*) echo ready ;;
	esac
}

judge_preflight() {
	[ ! -e "$tmp/$1.unavailable" ] || return
	jq -c "select(.boot == \"$1\").record" "$tmp/runs" >"$tmp/records"
	for profile in kubernetes-userns kubernetes-rro; do
		want=$(ready "${1%%-*}" $profile)
		jq -es --arg want "$want" --arg name $profile 'map(select(.type == "profile" and .name == $name)) |
			length == 1 and .[0].ready == $want' "$tmp/records" >"$tmp/jq" 2>&1
		point $? "Linux $1 is $want for $profile" "$tmp/records"
	done
}

# run_on KERNELS: a matrix, so that each run bears the name of its kernel; the rest of it on stdin
run_on() {
	jq --slurpfile kernels "$1" '{kernels: $kernels | add} + .' >"$tmp/matrix.json"
	# The exit code is the report's: what it says is looked at in the records.
	"$plimsoll" boot --accel tcg --matrix "$tmp/matrix.json" --report "$tmp/report" \
		>"$tmp/why" 2>&1 || :
	jq -cn 'foreach inputs as $r ({}; if $r.type == "env" then {boot: $r.boot.label} else . end;
		{boot, record: $r})' "$tmp/report" >"$tmp/runs"
}

for name; do
	packages=$(packages_of "$name") && printf '{"%s": "%s"}\n' "$name" "$packages"
done >"$tmp/kernels"
sed -n '1p;$p' "$tmp/kernels" | sort -u >"$tmp/ends"
grep -Fxvf "$tmp/ends" "$tmp/kernels" >"$tmp/between" || :

# Thousands of sabotages take their time where they are emulated: on the oldest and the newest.
prove_ends() { # VERB, and the rest of the matrix
	echo "{\"command\": [\"$1\", \"--prove\"] $2}" | run_on "$tmp/ends"
	mv "$tmp/runs" "$tmp/proved"
	[ ! -s "$tmp/between" ] || echo "{\"command\": [\"$1\"] $2}" | run_on "$tmp/between"
	cat "$tmp/proved" >>"$tmp/runs"
}
prove_ends probe ''
for name; do
	judge "$name"
done
judge_diff 6.1 6.12
echo '{"command": ["preflight", "kubernetes-userns", "kubernetes-rro"]}' | run_on "$tmp/kernels"
for name; do
	judge_preflight "$name"
done
prove_ends run ', "runtimes": {"reference": "reference"}'
for name; do
	judge_reference "$name"
done
finish
