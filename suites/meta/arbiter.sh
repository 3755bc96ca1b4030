#!/bin/sh
# Whose fault is it? The embedded reference says so of fakes, of a fixture that is wrong, and not
# at all where it cannot run.
#   arbiter.sh PLIMSOLL      speaks TAP; needs root, jq, and runc for the ones that are mostly right
# shellcheck disable=SC2016 # what stands in quotes is for other shells
# shellcheck source=suites/meta/fakes.sh
. "$(dirname "$0")/fakes.sh"
seconds_each=10

runtime fails <<-'END'
	echo "no luck" >&2
	exit 3
END
runtime good-liar <<-'END'
	case $verb in
	create) echo "$$" >"$root/$id" ;;
	state) echo "{\"ociVersion\": \"1.0.2\", \"id\": \"$id\", \"status\": \"created\", \"pid\": $$}" ;;
	delete) rm -f "$root/$id" ;;
	esac
END
runtime right <<-'END'
	right "$@"
END
runtime refuses <<-'END'
	! asked || [ "$verb" != create ] || { echo "not today" >&2; exit 1; }
	right "$@"
END
runtime leaves-process <<-'END'
	! asked || [ "$verb" != create ] || setsid sleep 1000 </dev/null >/dev/null 2>&1 &
	right "$@"
END
# Nobody can keep it, and no probe says why: the fixture asks for what is not so.
fixture nobody <<END
{"must": "be in two places", $head, "observe": {"hostname": "elsewhere"},
 "config": {"annotations": {"org.hostile": "yes"}},
 "without": [{"op": "replace", "path": "/hostname", "value": "nowhere"}]}
END
# Each look takes a fifth of a second.
fixture slow <<END
{"must": "wait", $head, "config": {"annotations": {"org.hostile": "yes"}},
 "steps": ["create", "watch", "watch", "watch", "watch", "watch", "watch", "watch", "watch",
   "watch", "watch", "start", "collect", "delete"],
 "observe": {"started": "after start was called"},
 "without": [{"op": "remove", "path": "/steps/11"}]}
END

# ruling WHAT CASE PATTERN ARBITER: what is said of the case, and what the reference made of it
ruling() {
	verdict "$2" >"$tmp/log/verdict"
	jq -r --arg n "$2" 'select(.type == "case" and .name == $n) | .arbiter // {} |
		"\(.outcome) \(.detail)"' "$tmp/report" >>"$tmp/log/verdict"
	cat "$tmp/err" >>"$tmp/log/verdict"
	sed -n 1p "$tmp/log/verdict" | grep -qE "^$3" && sed -n 2p "$tmp/log/verdict" | grep -qE "^$4"
	point $? "$1" "$tmp/log/verdict"
	clean "$1"
}
# alone COMMAND...: runs it on this host as it is, without a fake
alone() {
	standing >"$tmp/before"
	rm -f "$tmp/report"
	code=0
	PLIMSOLL_RUN="$tmp" "$@" --fixtures "$tmp/fx" --report "$tmp/report" >"$tmp/out" 2>"$tmp/err" \
		</dev/null || code=$?
	left_of none >"$tmp/left"
}

# --- the reference by itself ---

alone "$plimsoll" run --runtime reference --runtime ours=reference plain fds
[ "$(jq -r 'select(.type == "case") | "\(.runtime) \(.name) \(.outcome)"' "$tmp/report" | sort |
	tr '\n' ,)" = "ours canary pass,ours fds pass,ours plain pass,reference canary pass,\
reference fds pass,reference plain pass," ]
point $? "the reference, by two names" "$tmp/err" "$tmp/out"
clean "the reference"
cp "$tmp/rt/fails" "$tmp/reference"
(cd "$tmp" && "$plimsoll" run --runtime ./reference --no-arbiter --report "$tmp/report" \
	>"$tmp/out" 2>"$tmp/err")
verdict canary | grep -q '^fail refused runtime: create: exit 3'
point $? "a file called reference is another runtime" "$tmp/err" "$tmp/out"

# --- as arbiter ---

arbiter=
run fails
ruling "fails where the reference does not" canary 'fail refused runtime: ' 'pass '
run good-liar plain
ruling "is not heard where the reference is" plain 'error - harness: no evidence' 'pass '
arbiter=--no-arbiter
run fails
ruling "nobody asks the arbiter" canary 'fail refused runtime: ' 'null'
arbiter=

ours() {
	if [ -z "$runc" ]; then
		skip "runtimes that are mostly right" "runc is not installed"
		return
	fi
	run refuses plain nobody
	ruling "refuses what the reference does" plain \
		'fail refused runtime: create: exit 1: not today' 'pass '
	ruling "refuses what nobody can do: then it is ours" nobody \
		'error - harness: the reference fails, too, .* passes: hostname: .*; the runtime: .*not today' \
		'fail hostname: '
	run leaves-process plain
	ruling "leaves what the reference does not" plain 'fail residue runtime: ' 'pass '
	run right plain
	[ -z "$(jq -c 'select(.arbiter)' "$tmp/report")" ]
	point $? "what is kept needs no arbiter" "$tmp/report"
	# It takes two seconds, four times if not kept in mind; those who refuse take none.
	for n in 2 3 4; do
		cp "$tmp/rt/refuses" "$tmp/rt/refuses-$n"
	done
	run refuses --runtime "$tmp/rt/refuses-2" --runtime "$tmp/rt/refuses-3" \
		--runtime "$tmp/rt/refuses-4" slow
	[ "$(jq -r 'select(.name == "slow") | .fault + .arbiter.outcome' "$tmp/report" | sort |
		uniq -c | tr -d ' ')" = 4runtimepass ] && [ "$seconds" -lt 7 ]
	point $? "four runtimes, and the reference is asked once" "$tmp/err" "$tmp/report"
	run right --runtime reference nobody
	[ "$(jq -r 'select(.type == "case" and .name == "nobody") | .fault' "$tmp/report" |
		tr '\n' ,)" = harness,runtime, ] &&
		[ -z "$(jq -c 'select(.runtime == "reference" and .arbiter)' "$tmp/report")" ]
	point $? "nobody judges the arbiter" "$tmp/report"
}
ours

# --- where it cannot run ---

# The sysctl is one of the pid namespace.
noexec='echo 2 >/proc/sys/vm/memfd_noexec && exec "$@"'
if unshare -fp --mount-proc sh -c "$noexec" - true 2>/dev/null; then
	alone unshare -fp --mount-proc sh -c "$noexec" - "$plimsoll" run --runtime reference
	[ "$code" -eq 77 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		grep -q '^plimsoll run: the embedded runtime cannot .*vm.memfd_noexec is 2' "$tmp/err"
	point $? "nothing runs from memory: the reference neither, and why" "$tmp/err"
	alone unshare -fp --mount-proc sh -c "$noexec" - "$plimsoll" run --runtime "$tmp/rt/fails"
	ruling "nothing runs from memory: no arbiter, and why" canary 'fail refused runtime: ' \
		'error the embedded runtime .*vm.memfd_noexec is 2'
else
	skip "nothing runs from memory" "this kernel has no vm.memfd_noexec"
fi
finish
