#!/bin/sh
# Asking changes nothing: the whole catalogue, from every viewpoint and with --prove, leaves the
# host byte for byte as it was. What is compared: the mount table with the options of its super
# blocks, cgroup trees, modules, sysctls, key quotas, links, loop devices, temporary
# files, System V objects, processes.
#   unchanged.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: unchanged.sh PLIMSOLL}")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# What others on this machine change meanwhile is not ours: it is looked at what stands still.
mkdir "$tmp/out" "$tmp/before" "$tmp/again" "$tmp/after"

# sysctls: without those that count or are drawn by lot
sysctls() {
	find /proc/sys -type f ! -path '*/neigh/*' ! -path '*/conf/*' ! -path '*/random/*' \
		! -name '*-nr' ! -name '*-state' ! -name ns_last_pid ! -path '*/pty/nr' 2>/dev/null | sort |
		while read -r file; do
			printf '%s: ' "$file"
			timeout 5 cat "$file" 2>/dev/null | tr '\n' ' '
			echo
		done
}

cgroups() {
	find /sys/fs/cgroup -xdev -type d 2>/dev/null | sort
	awk '$0 ~ / - cgroup2? / {print $5}' /proc/self/mountinfo | while read -r mount; do
		find "$mount" -type d 2>/dev/null | sort
		find "$mount" -name cgroup.subtree_control -exec grep -H . {} + 2>/dev/null | sort
	done
}

state() { # DIRECTORY
	sort /proc/self/mountinfo >"$1/mountinfo"
	cgroups >"$1/cgroups"
	awk '{print $1}' /proc/modules 2>/dev/null | sort >"$1/modules"
	sort /proc/filesystems >"$1/filesystems"
	sysctls >"$1/sysctls"
	cat /proc/key-users >"$1/keys" 2>/dev/null
	ls /sys/class/net >"$1/links"
	grep -l . /sys/block/loop*/loop/backing_file >"$1/loops" 2>/dev/null
	cat /proc/sysvipc/* >"$1/sysvipc" 2>/dev/null
	ls -l /dev/null /dev/zero /dev/full /dev/fuse /dev/net/tun >"$1/devices" 2>/dev/null
	ls /proc/sys/fs/binfmt_misc >"$1/binfmt" 2>/dev/null
	# One that has ended and waits for PID 1 to collect it is not ours any more.
	ps -eo ppid=,stat=,comm= |
		awk '$3 ~ /^plimsoll/ && !($1 == 1 && $2 ~ /^Z/) {n++} END {print n + 0}' >"$1/processes"
}

# same WHAT: it stood still before, and is as it was
same() {
	if ! cmp -s "$tmp/before/$1" "$tmp/again/$1"; then
		# Lines that change by themselves prove nothing; the others still have to be there.
		for when in before after; do
			grep -Fxf "$tmp/again/$1" "$tmp/$when/$1" | grep -Fxf "$tmp/before/$1" >"$tmp/still"
			mv "$tmp/still" "$tmp/$when/$1"
		done
	fi
	diff "$tmp/before/$1" "$tmp/after/$1" >"$tmp/why" 2>&1
	point $? "$2: $1" "$tmp/why"
}

# The kernel collects keys that nobody holds any more, and what they count for, a moment later.
settle_keys() {
	end=$(($(date +%s) + 10))
	until cmp -s "$tmp/before/keys" "$tmp/after/keys" || [ "$(date +%s)" -gt "$end" ]; do
		cat /proc/key-users >"$tmp/after/keys" 2>/dev/null
	done
}

check() { # DESCRIPTION COMMAND...
	description=$1
	shift
	state "$tmp/before"
	state "$tmp/again"
	code=0
	"$@" >"$tmp/out/stdout" 2>"$tmp/out/stderr" </dev/null || code=$?
	state "$tmp/after"
	settle_keys
	# 77 and 2 would mean that nothing was asked, and nothing could have changed.
	point $((code == 2 || code == 77)) "$description: it asked (exit status $code)" "$tmp/out/stderr"
	for what in mountinfo cgroups modules filesystems sysctls keys links loops sysvipc \
		devices binfmt processes; do
		same $what "$description"
	done
}

check "probe" "$plimsoll" probe
check "probe --prove" "$plimsoll" probe --prove
if [ "$(id -u)" -eq 0 ]; then
	check "all viewpoints" "$plimsoll" probe --from root,user,userns,container:reference
fi
check "preflight" "$plimsoll" preflight --all

# Files: where nobody else makes any. The directories are covered in a mount namespace.
if unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016 # for the shell in there
	unshare -m --propagation private sh -c '
		cp "$1" /dev/shm/plimsoll.$$ && exec 3</dev/shm/plimsoll.$$ && rm /dev/shm/plimsoll.$$
		for dir in /tmp /var/tmp /dev/shm /run; do mount -n -t tmpfs none $dir || exit 9; done
		/proc/self/fd/3 probe >/dev/null 2>&1 </dev/null
		/proc/self/fd/3 probe --from userns,container:reference >/dev/null 2>&1 </dev/null
		find /tmp /var/tmp /run /dev/shm -mindepth 1' sh "$plimsoll" >"$tmp/why" 2>&1
	point $? "temporary directories of our own can be had" "$tmp/why"
	test ! -s "$tmp/why"
	point $? "no file is left in any of them" "$tmp/why"
else
	skip "no file is left" "no mount namespace"
fi
finish
