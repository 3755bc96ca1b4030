# shellcheck shell=sh
# Sourced, with the program as $1, by tests of `run` on fakes: runtimes of a few
# lines of sh; those that are mostly right hand on to runc.
# shellcheck disable=SC2016 # what stands in quotes is for other shells
set -u
export LC_ALL=C
unset NO_COLOR COLUMNS || true
umask 022

# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: $0 PLIMSOLL}")
source=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" = 0 ] || skip_all "docks take root"
command -v jq >/dev/null || skip_all "jq is not installed"
unshare -m true 2>/dev/null || skip_all "no mount namespace to be had"
runc=$(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v runc || true)

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export TMPDIR="$tmp"

# --- runtimes, cases, and what is left ---

mkdir "$tmp/rt" "$tmp/log"
# runtime NAME: a fake whose body is stdin; $verb, $root and $@ are at hand, and right().
runtime() {
	{
		echo '#!/bin/sh'
		echo "runc='$runc'"
		cat <<-'END'
			[ "${1-}" != --version ] || { echo "fake 1.0"; exit 0; }
			root=$2 verb=$3
			shift 3
			right() { exec "$runc" --root "$root" "$verb" "$@"; }
			asked() { grep -q org.hostile config.json; }
			for id; do :; done
		END
		cat
	} >"$tmp/rt/$1"
	chmod +x "$tmp/rt/$1"
}

# fixture NAME: a case, from stdin, of the fixtures that this test uses
fixture() {
	mkdir -p "$(dirname "$tmp/fx/cases/$1.json")"
	cat >"$tmp/fx/cases/$1.json"
}
mkdir -p "$tmp/fx/cases"
cp -r "$source/fixtures/base" "$tmp/fx/base"
head='"id": "X-1", "spec": "s"'
fixture plain <<END
{"must": "run", $head, "config": {"annotations": {"org.hostile": "yes"}, "root": {"readonly": true}},
 "observe": {"write/etc": "EROFS"},
 "without": [{"op": "replace", "path": "/root/readonly", "value": false}]}
END
fixture started <<END
{"must": "wait for start", $head, "observe": {"started": "after start was called"},
 "steps": ["create", "watch", "start", "collect", "delete"],
 "without": [{"op": "remove", "path": "/steps/2"}]}
END
fixture fds <<END
{"must": "hand on no descriptor", $head, "observe": {"fds": [0, 1, 2]},
 "without": [{"op": "replace", "path": "/process/args", "value": ["/witness"]}]}
END
fixture features <<END
{"must": "say what it can do", $head, "steps": ["features"],
 "observe": {"features:features": {"subset": {}}},
 "without": [{"op": "remove", "path": "/steps/0"}]}
END
fixture rro <<END
{"must": "rro", $head, "requires": ["mnt/rro"],
 "host": {"mounts": [{"at": "vol", "type": "tmpfs"}, {"at": "vol/sub", "type": "tmpfs"}]},
 "mounts": [{"destination": "/vol", "type": "bind", "source": "@vol", "options": ["rbind", "rro"]}],
 "observe": {"write/vol/sub": "EROFS"},
 "without": [{"op": "replace", "path": "/mounts/-1/options/1", "value": "ro"}]}
END
fixture idmap <<END
{"must": "idmap", $head, "requires": ["idmap/tmpfs"],
 "host": {"mounts": [{"at": "vol", "type": "tmpfs"}], "files": [{"at": "vol/f", "owner": "1:1"}]},
 "mounts": [{"destination": "/vol", "type": "bind", "source": "@vol", "options": ["rbind"],
   "uidMappings": [{"containerID": 1, "hostID": 3, "size": 1}],
   "gidMappings": [{"containerID": 1, "hostID": 3, "size": 1}]}],
 "observe": {"owner/vol/f": "3:3"},
 "without": [{"op": "remove", "path": "/mounts/-1/uidMappings"},
   {"op": "remove", "path": "/mounts/-1/gidMappings"}]}
END

cgroups() {
	awk '{ for (i = 7; i < NF; i++) if ($i == "-" && $(i + 1) ~ /^cgroup/) print $5 }' \
		/proc/self/mountinfo | while read -r hierarchy; do
		find "$hierarchy" -maxdepth 4 -type d -name "plimsoll.$1*" 2>/dev/null
	done
}
# What stands on this host, and may be there after a run only if it was there before.
standing() {
	cut -d' ' -f4- /proc/self/mountinfo
	ls -dA /tmp/plimsoll* /tmp/runc* /tmp/crun* /run/* /run/runc/* /run/crun/* /mnt/* /media/* /srv/* \
		/var/tmp/* /dev/shm/* /dev/mqueue/* 2>/dev/null
	cat /proc/sys/kernel/hostname /proc/sys/kernel/core_pattern
}
# Of the run with this pid: processes, cgroups, and what differs from "$tmp/before".
left_of() {
	grep -lzx "PLIMSOLL_RUN=$tmp" /proc/[0-9]*/environ 2>/dev/null | while read -r file; do
		echo "process: $(tr '\0' ' ' <"${file%environ}cmdline")"
	done
	cgroups "$1"
	standing | diff "$tmp/before" - | grep -v '^< /tmp/' | grep '^[<>]'
}

prefix=
arbiter=--no-arbiter
seconds_each=1
# run NAME ARG...: runs it on this runtime with these, for each command, within two minutes.
# Sets $code and $seconds; leaves report, out, err and left.
run() {
	rm -f "$tmp/report" "$tmp/pid"
	name=$1
	shift
	standing >"$tmp/before"
	start=$(date +%s)
	code=0
	# shellcheck disable=SC2086 # the prefix is words, the arbiter one or none
	timeout --foreground -k 5 120 env PLIMSOLL_RUN="$tmp" sh -c 'echo $$ >"$0"; exec "$@"' \
		"$tmp/pid" $prefix "$plimsoll" run --fixtures "$tmp/fx" --runtime "$tmp/rt/$name" \
		--timeout "$seconds_each" --report "$tmp/report" $arbiter "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	seconds=$(($(date +%s) - start))
	left_of "$(cat "$tmp/pid")" >"$tmp/left"
}
# verdict CASE: its outcome, kind, fault and detail, as the report has them
verdict() {
	jq -r --arg n "$1" 'select(.type == "case" and .name == $n) |
		"\(.outcome) \(.kind // "-") \(.fault // "-"): \(.detail)"' "$tmp/report" 2>/dev/null
}
clean() {
	[ ! -s "$tmp/left" ]
	point $? "$1: nothing is left" "$tmp/left"
}
# told WHAT CASE PATTERN CODE SECONDS: what is said of the case matches, and so on
told() {
	verdict "$2" >"$tmp/log/verdict"
	cat "$tmp/err" >>"$tmp/log/verdict"
	grep -qE "^$3" "$tmp/log/verdict"
	point $? "$1: $2 is $3" "$tmp/log/verdict"
	[ "$code" -eq "$4" ]
	point $? "$1: exit status $4, got $code" "$tmp/log/verdict"
	[ "$seconds" -le "$5" ]
	point $? "$1: within $5 s"
	echo "# $seconds s"
	clean "$1"
}

