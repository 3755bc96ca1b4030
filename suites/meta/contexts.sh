#!/bin/sh
# Asks the same questions from places where something is taken away, and looks at what the
# answer says: outcome, cause and remedy. The cause is what this is about: "denied" is easy.
#   contexts.sh PLIMSOLL UNDER_FILTER UNDER_LIMIT      speaks TAP
# What a place needs and the machine does not give is skipped with its reason. Nothing outside
# of the namespaces made here is changed.
# shellcheck disable=SC2016 # what is quoted so is for the shell inside the place
# shellcheck disable=SC2317 # the places are functions that ask() is given by name
set -eu
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
unset NO_COLOR COLUMNS || true

tmp=$(mktemp -d)
trap 'rm -rf --one-file-system "$tmp"' EXIT
chmod 755 "$tmp"
# A user who is not root has to be able to run them, wherever they were built.
install -m 755 "${1:?usage: contexts.sh PLIMSOLL UNDER_FILTER UNDER_LIMIT}" "$tmp/plimsoll"
install -m 755 "${2:?usage: contexts.sh PLIMSOLL UNDER_FILTER UNDER_LIMIT}" "$tmp/under_filter"
install -m 755 "${3:?usage: contexts.sh PLIMSOLL UNDER_FILTER UNDER_LIMIT}" "$tmp/under_limit"
plimsoll=$tmp/plimsoll
under_filter=$tmp/under_filter
under_limit=$tmp/under_limit

# ask NAME[,NAME...] [COMMAND...]: the records of these probes, asked from inside COMMAND
ask() {
	names=$(echo "$1" | tr , ' ')
	shift
	# shellcheck disable=SC2086 # several
	"$@" "$plimsoll" probe --report - $names >"$tmp/records" 2>"$tmp/stderr" || :
}

# expect DESCRIPTION ASKER NAME JQ-EXPRESSION: of the one record by that asker
expect() {
	r=0
	jq -es --arg asker "$2" --arg name "$3" \
		"map(select(.type == \"probe\" and .asker == \$asker and .name == \$name))
		| length == 1 and (.[0] | $4)" "$tmp/records" >"$tmp/jq" 2>&1 || r=$?
	point "$r" "$1" "$tmp/records" "$tmp/stderr"
}

# passes ASKER: the control: the first record by that asker is a pass
passes() {
	jq -es --arg asker "$1" \
		'map(select(.type == "probe" and .asker == $asker)) | .[0].outcome == "pass"' \
		"$tmp/records" >"$tmp/jq"
}

denied() { # CAUSE REMEDY: both as regular expressions
	printf '.outcome == "denied" and (.cause // "" | test("%s")) and (.remedy // "" | test("%s"))' \
		"$1" "$2"
}
pass='.outcome == "pass"'

have_userns() { unshare -Ur true 2>/dev/null; }
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
# limited TYPE N COMMAND...: in a user namespace whose own limit is N
limited() {
	unshare -Ur sh -c 'echo "$2" >"/proc/sys/user/max_$1_namespaces" && shift 2 && exec "$@"' \
		sh "$@"
}

root=
[ "$(id -u)" -ne 0 ] || root=1
me=user
[ -z "$root" ] || me=root
if ! have_userns; then
	echo "1..0 # SKIP no user namespace can be made here"
	exit 0
fi

# --- an unprivileged user

if [ -n "$root" ]; then
	ask ns/user,ns/user_map,mnt/mount_setattr,cgroup/kill as_nobody
	expect "user: may make a user namespace" user ns/user "$pass"
	expect "user: and use it" user ns/user_map "$pass"
	expect "user: what needs privilege is asked in a user namespace" user mnt/mount_setattr \
		'.outcome != "denied" and .outcome != "error"'
	expect "user: its cgroup is not its own" user cgroup/kill \
		"$(denied 'is not delegated to this user|no cgroup2 is mounted|below the cgroup2' \
			'Delegate=yes|cgroup2|cgroup namespace')"
else
	skip "user" "root asks as nobody; this is not root"
fi

# --- unshare -nr

ask ns/user,ns/user_nested,ns/sysfs_own_net,ns/parent,cgroup/kill unshare -nr
expect "unshare -nr: the asker is root of a user namespace" userns ns/user "$pass"
expect "unshare -nr: and may nest another" userns ns/user_nested "$pass"
expect "unshare -nr: NS_GET_PARENT" userns ns/parent "$pass"
expect "unshare -nr: the cgroup is not this root's, or can be divided by the user itself" \
	userns cgroup/kill \
	".outcome == \"pass\" or .outcome == \"absent\" or ($(denied \
		'not delegated|no cgroup2 is mounted|may not be written|below the cgroup2' \
		'Delegate=yes|cgroup2|cgroup namespace'))"

ask ns/user unshare -U
expect "unshare -U: an id that is not mapped may make no user namespace" user ns/user \
	"$(denied 'not mapped' 'map the id')"

# --- chroot

# Both are made in a mount namespace of their own, so that nothing has to be taken down.
mkdir "$tmp/tree"
plain_directory='
	mount -t tmpfs tree "$tree"
	mkdir "$tree/root"
	for dir in /*; do
		if [ -L "$dir" ]; then
			cp -P "$dir" "$tree/root$dir"
		elif [ -d "$dir" ]; then
			mkdir -p "$tree/root$dir"
			mount --rbind "$dir" "$tree/root$dir" 2>/dev/null || :
		fi
	done
	exec chroot "$tree/root" "$@"'
mount_point='
	mount --rbind / "$tree"
	exec chroot "$tree" "$@"'
in_chroot() { # SCRIPT COMMAND...
	script=$1
	shift
	tree=$tmp/tree unshare -m --propagation private sh -ec "$script" sh "$@"
}

if [ -n "$root" ]; then
	ask ns/user,mnt/mount_setattr in_chroot "$plain_directory"
	expect "chroot: root may make no user namespace, and why" root ns/user \
		"$(denied 'in a chroot' 'pivot_root') and .errno == \"EPERM\""
	expect "chroot: nor may a user" user ns/user "$(denied 'in a chroot' 'pivot_root')"
	expect "chroot: what a user is asked in a user namespace of its own names the same cause" \
		user mnt/mount_setattr "$(denied 'in a chroot' 'pivot_root')"
	expect "chroot: root needs no user namespace" root mnt/mount_setattr \
		'.outcome == "pass" or .outcome == "absent"'

	ask ns/user in_chroot "$mount_point"
	expect "chroot into a mount point: root sees through it" root ns/user \
		"$(denied 'in a chroot' 'pivot_root')"
	expect "chroot into a mount point: a user cannot, and the report says so" user ns/user \
		"$(denied '^unproven: .*chroot' 'dmesg|pivot_root')"
else
	skip "chroot" "needs root"
fi

# --- seccomp filters

ask mnt/mount_setattr
if passes "$me"; then
	for err in EPERM ENOSYS EINVAL; do
		ask mnt/mount_setattr,mnt/rro "$under_filter" mount_setattr $err
		expect "filter, $err: not allowed is not absent" "$me" mnt/mount_setattr \
			"$(denied "seccomp filter answers $err to every mount_setattr" \
				'allow mount_setattr in the seccomp profile')"
		expect "filter, $err: the same for what is built on the call" "$me" mnt/rro \
			"$(denied "seccomp filter answers $err" 'seccomp profile')"
	done
else
	skip "filter" "mount_setattr does not work here without one"
fi
ask ns/user "$under_filter" unshare EPERM
expect "filter: unshare" "$me" ns/user \
	"$(denied 'seccomp filter answers EPERM to every unshare' 'seccomp profile')"
ask ns/user "$under_filter" keyctl EPERM
expect "filter: one that does not concern the question changes nothing" "$me" ns/user "$pass"

# --- limits that read as a full disk

ask ns/user,ns/user_map,mnt/mount_setattr limited user 0
expect "limit 0: said to be that sysctl, not a full disk" userns ns/user \
	"$(denied '^sysctl user.max_user_namespaces is 0$' 'sysctl -w user.max_user_namespaces=') \
	and .errno == \"ENOSPC\""
expect "limit 0: also for what needs the namespace" userns ns/user_map \
	"$(denied 'user.max_user_namespaces is 0' 'sysctl -w')"
expect "limit 0: the root of the namespace can still mount" userns mnt/mount_setattr \
	'.outcome == "pass" or .outcome == "absent"'

ask net/lo_up limited user 0
expect "limit 0: nor does root need one for a network of its own" userns net/lo_up "$pass"

ask ns/user limited user 1 unshare -Ur
expect "limit used up outside: this namespace's own reads high and is not blamed" userns ns/user \
	"$(denied 'used up in a user namespace around this one' 'outer user namespace|on the host')"

ask mnt/mount_setattr limited mnt 0
expect "mount namespaces at 0" userns mnt/mount_setattr \
	"$(denied '^sysctl user.max_mnt_namespaces is 0$' 'sysctl -w user.max_mnt_namespaces=')"
if [ -n "$root" ]; then
	ask mnt/mount_setattr limited mnt 0 setpriv --bounding-set=-all --inh-caps=-all
	expect "mount namespaces at 0, no capability: which of two namespaces it was" userns \
		mnt/mount_setattr "$(denied '^sysctl user.max_mnt_namespaces is 0$' 'sysctl -w')"
else
	skip "mount namespaces at 0, no capability" "needs root"
fi

# --- what is used up, and reads as something else

held() { # LIMIT: can it be used up here?
	r=0
	"$under_limit" "$1" true 2>"$tmp/stderr" || r=$?
	[ $r -eq 0 ]
}
if held inotify; then
	ask fs/inotify "$under_limit" inotify
	expect "inotify instances used up: not too many open files" "$me" fs/inotify \
		"$(denied 'used up its inotify instances .*max_user_instances is' \
			'sysctl -w fs.inotify.max_user_instances=') and .layer == \"limit\""
else
	skip "inotify instances used up" "$(cat "$tmp/stderr")"
fi
# As a user, who has few.
if [ -n "$root" ] && as_nobody "$under_limit" keys true 2>"$tmp/stderr"; then
	ask keys/session as_nobody "$under_limit" keys
	expect "keys used up: not a full disk" user keys/session \
		"$(denied 'has [0-9]+ keys of the [0-9]+' 'kernel.keys.maxkeys') and .layer == \"limit\""
else
	skip "keys used up" "$(cat "$tmp/stderr")"
fi

# --- a sandbox of Landlock

if held landlock; then
	ask mnt/rro,proc/close_range "$under_limit" landlock
	expect "a Landlock domain: no mount is attached, and why" "$me" mnt/rro \
		"$(denied 'a Landlock domain' 'outside of the sandbox') and .layer == \"lsm\""
	expect "a Landlock domain: what is not a mount is not concerned" "$me" proc/close_range "$pass"
else
	skip "a Landlock domain" "$(cat "$tmp/stderr")"
fi

# --- a root that is none

if [ -n "$root" ]; then
	ask idmap/path,bpf/token,ns/user setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin
	expect "no CAP_SYS_ADMIN: what takes it says so, though the rest is asked in a user namespace" \
		root idmap/path "$(denied 'lacks CAP_SYS_ADMIN' 'root') and .layer == \"capability\""
	expect "no CAP_SYS_ADMIN: the same of another" root bpf/token \
		".outcome == \"absent\" or ($(denied 'CAP_SYS_ADMIN' '.') and .layer == \"capability\")"
	expect "no CAP_SYS_ADMIN: user namespaces take none" root ns/user "$pass"
else
	skip "no CAP_SYS_ADMIN" "needs root"
fi

# --- no_new_privs takes away what setuid programs give

ranges() { # COMMAND...: where nobody has ranges of ids
	echo 'nobody:100000:65536' >"$tmp/subid"
	# shellcheck disable=SC2016 # for the shell in there
	tmp=$tmp unshare -m --propagation private sh -ec '
		for file in /etc/subuid /etc/subgid; do
			[ -e $file ] && mount --bind "$tmp/subid" $file
		done
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' sh "$@"
}
if [ -n "$root" ] && command -v newuidmap >/dev/null && [ -e /etc/subuid ]; then
	ask ns/newuidmap,ns/newgidmap ranges
	expect "newuidmap: with a range of ids it maps them" user ns/newuidmap "$pass"
	expect "newgidmap: likewise" user ns/newgidmap "$pass"
	ask ns/newuidmap ranges setpriv --no-new-privs
	expect "newuidmap under no_new_privs" user ns/newuidmap \
		"$(denied 'no_new_privs' 'allowPrivilegeEscalation|no-new-privileges|NoNewPrivileges') \
		and .layer == \"helper\""
	ask ns/newuidmap as_nobody
	expect "newuidmap without a range of ids" user ns/newuidmap "$(denied '/etc/subuid' 'usermod')"
else
	skip "newuidmap" "not root, or no newuidmap (uidmap) or no /etc/subuid here"
fi

# --- no_new_privs takes nothing else away

ask ns/user,mnt/mount_setattr setpriv --no-new-privs
expect "no_new_privs: user namespaces" "$me" ns/user "$pass"
expect "no_new_privs: mounts" "$me" mnt/mount_setattr '.outcome == "pass" or .outcome == "absent"'

# --- what container engines cover

readonly_sys() {
	unshare -Urm sh -c \
		'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"' \
		sh "$@"
}
ask ns/user_limit readonly_sys
expect "/proc/sys read-only" userns ns/user_limit \
	"$(denied '/proc/sys is mounted read-only' 'systempaths=unconfined')"

# A /proc of which something is hidden, as containers have it.
masked_proc() {
	unshare -Urpfm --mount-proc sh -c 'mount -t tmpfs mask /proc/sys/fs && exec "$@"' sh "$@"
}
ask ns/proc_own_pid unshare -Urpfm --mount-proc
if passes userns; then
	ask ns/proc_own_pid masked_proc
	expect "/proc masked" userns ns/proc_own_pid \
		"$(denied 'masked by other mounts' 'systempaths=unconfined') and .layer == \"mask\""
else
	skip "/proc masked" "it is masked already, or proc cannot be mounted here"
fi

readonly_cgroup() {
	unshare -m --propagation private sh -c '
		for m in $(findmnt -rno TARGET -t cgroup2); do
			mount -o remount,bind,ro "$m" 2>/dev/null ||
				{ mount --bind "$m" "$m" && mount -o remount,bind,ro "$m"; }
		done
		exec "$@"' sh "$@"
}
ask cgroup/kill
if [ -n "$root" ] && passes root; then
	ask cgroup/kill readonly_cgroup
	expect "cgroup mounted read-only" root cgroup/kill \
		"$(denied 'cgroup file system is mounted read-only' 'writable') and .errno == \"EROFS\""
else
	skip "cgroup mounted read-only" "no cgroup can be made here"
fi

masked_sys() {
	unshare -Urnm sh -c 'mount -t tmpfs mask /sys/kernel && exec "$@"' sh "$@"
}
ask ns/sysfs_own_net unshare -Urn
if passes userns; then
	ask ns/sysfs_own_net masked_sys
	expect "/sys masked" userns ns/sysfs_own_net \
		"$(denied 'masked by other mounts' 'systempaths=unconfined') \
		and .stage == \"fsmount(sysfs)\""
else
	skip "/sys masked" "it is masked already, or sysfs cannot be mounted here"
fi

# --- inside a container that a runtime makes

inside() { # RUNTIME
	"$plimsoll" probe --from "root,container:$1" --report - mnt/rro proc/clone3 \
		>"$tmp/records" 2>"$tmp/stderr" </dev/null || :
}
if [ -n "$root" ]; then
	inside reference
	expect "a container: its engine's seccomp profile takes mounts away" container:reference mnt/rro \
		"$(denied 'seccomp filter answers EPERM to every unshare' 'seccomp profile') and .layer == \"seccomp\""
	expect "a container: and clone3, in its own way" container:reference proc/clone3 \
		"$(denied 'seccomp filter answers ENOSYS to every clone3' 'seccomp profile')"
	expect "a container: the host has both" root mnt/rro "$pass"
	printf '#!/bin/sh\nexit 0\n' >"$tmp/liar"
	printf '#!/bin/sh\ncase "$*" in *create*) yes | head -c 40000000; exit 1 ;; *features*) yes ;; esac\n' \
		>"$tmp/flood"
	chmod 755 "$tmp/liar" "$tmp/flood"
	for runtime in /bin/false "$tmp/liar" "$tmp/flood"; do
		inside "$runtime"
		expect "no container from $(basename "$runtime"): one record says so" "container:$runtime" \
			container '.outcome == "error" and .fault == "runtime"'
	done
else
	skip "a container" "needs root"
fi

finish
