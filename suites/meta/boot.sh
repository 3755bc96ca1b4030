#!/bin/sh
# `plimsoll boot` at its edges: what is no kernel, guests that panic, cannot be heard, cannot be
# started or are killed, and what is told of each. Nothing may be left.
#   boot.sh PLIMSOLL [VERSION]      speaks TAP; a kernel of ci/kernels (6.12), QEMU, jq
set -u
export LC_ALL=C
unset NO_COLOR COLUMNS || true
umask 022
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: boot.sh PLIMSOLL [VERSION]}")
version=${2:-6.12}
cd "$(dirname "$0")/../.." || exit 1
for tool in qemu-system-x86_64 jq busybox; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done
vmlinuz=$(ci/kernels "$version" 2>/dev/null) || skip_all "ci/kernels has no $version here"
deb=$(find "$(dirname "$vmlinuz")" -name 'linux-image*.deb' | head -n 1)
qemu=$(command -v qemu-system-x86_64)
busybox=$(command -v busybox)

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/tmp" "$tmp/bin" "$tmp/rt"
export TMPDIR="$tmp/tmp"

# What a boot that is killed started bears a mark.
marked() { grep -lzx "BOOTTEST=$tmp" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }

# boot ARG...: its exit status in $code, its records and what it said in $tmp
boot() {
	"$plimsoll" boot --accel tcg --report "$tmp/records" "$@" >"$tmp/out" 2>"$tmp/err" &&
		code=0 || code=$?
	cat "$tmp/out" >>"$tmp/err"
	jq -r 'select(.type == "boot") | .detail // ""' "$tmp/records" >>"$tmp/err" 2>/dev/null
}

# says CODE WORDS DESCRIPTION: it ended so, and said so in one line
says() {
	status=1
	[ "$code" -eq "$1" ] && grep -q -- "$2" "$tmp/err" && status=0
	echo "exit $code, wanted $1 and: $2" >>"$tmp/err"
	point $status "$3" "$tmp/err"
}

# holds FILTER: of the records, as one array
holds() { jq -es "$1" "$tmp/records" >/dev/null 2>&1; }

# --- what is no kernel: nothing is booted

echo "not a kernel" >"$tmp/text"
boot "$tmp/text"
says 2 "$tmp/text" "a text file is no kernel"
: >"$tmp/empty"
boot "$tmp/empty"
says 2 "$tmp/empty" "an empty file is no kernel"
boot "$tmp/nowhere"
says 2 "$tmp/nowhere: No such file" "a file that is not there"
mkdir "$tmp/dir"
boot "$tmp/dir"
says 2 "$tmp/dir" "a directory without a kernel"
if [ "$deb" ]; then
	head -c 3000000 "$deb" >"$tmp/short.deb"
	boot "$tmp/short.deb"
	says 3 "$tmp/short.deb: .*cut short" "a truncated .deb"
else
	skip "a truncated .deb" "no .deb beside the kernel"
fi
boot --module no_such_module "$vmlinuz"
says 2 "no_such_module" "a module that the kernel does not have"
boot --runtime "$tmp/nowhere" "$vmlinuz"
says 2 "there is no runtime" "a runtime that is not there"
boot --runtime "$busybox" "$vmlinuz" -- probe
says 2 "needs no --runtime" "probe with a runtime"
boot "$vmlinuz" -- list
says 2 "can probe, preflight or run" "a verb that measures nothing"
boot "$vmlinuz" -- probe --report x
says 2 "belongs before the --" "a report out of the guest"
boot --user no_such_user "$vmlinuz"
says 2 "no user" "a user that is not there"
PATH=$tmp/bin "$plimsoll" boot "$vmlinuz" >"$tmp/out" 2>"$tmp/err" && code=0 || code=$?
says 77 "qemu-system-x86_64 is not on PATH. Install it" "no QEMU"

# --- guests that do not do well

boot --append rdinit=/nowhere "$vmlinuz"
says 3 "Kernel panic - not syncing" "a kernel that panics while booting"
holds '.[-2] | .type == "boot" and .fault == "kernel" and (.console | length > 3)'
point $? "its record has the last lines of its console" "$tmp/err"
boot --append 8250.nr_uarts=0 "$vmlinuz"
says 3 "before plimsoll in it said a word" "a kernel without serial ports"
holds '.[-2].cause | test("CONFIG_SERIAL_8250")'
point $? "and what that may come of" "$tmp/err"

# runtime NAME: a fake whose body is stdin
runtime() {
	{ echo "#!$busybox sh"; cat; } >"$tmp/rt/$1"
	chmod +x "$tmp/rt/$1"
}
runtime panics <<'END'
[ "${1-}" != --version ] || { echo "panics 1.0"; exit 0; }
echo c >/proc/sysrq-trigger
END
boot --runtime "$tmp/rt/panics" "$vmlinuz" -- run mount/rro
says 3 "Kernel panic - not syncing: sysrq" "a kernel that panics under a runtime"
runtime warns <<END
[ "\${1-}" != --version ] || { echo "warns 1.0"; exit 0; }
$busybox mount -t tmpfs -o no_such_option none /mnt 2>/dev/null
exit 1
END
boot --runtime "$tmp/rt/warns" "$vmlinuz" -- run mount/rro
holds 'any(.[]; .type == "case" and any(.kernel_log[]?; test("no_such_option")))'
point $? "what the kernel says meanwhile is in the record" "$tmp/records"
boot "$vmlinuz" -- probe no/such_probe
says 3 "there is no probe" "a command that is wrong is told from the guest"

# --- the reference, which is in the guest already

boot "$vmlinuz" -- run mount/rro
holds 'map(select(.type == "case")) | length == 2 and
	all(.[]; .runtime == "reference" and .outcome == "pass")'
point $? "run without a runtime: the reference, which brings all it needs" "$tmp/err"
runtime fails <<'END'
[ "${1-}" != --version ] || { echo "fails 1.0"; exit 0; }
exit 3
END
boot --runtime "$tmp/rt/fails" --runtime ours=reference "$vmlinuz" -- run mount/rro
holds 'map(select(.type == "case")) | length == 3 and .[0].arbiter.outcome == "pass" and
	all(.[1:][]; .runtime == "ours" and .outcome == "pass")'
point $? "what it says as arbiter comes out of the guest" "$tmp/err"

# --- QEMUs that do not do well

# fake NAME: a QEMU of our own, whose body is stdin
fake() {
	{ echo "#!$busybox sh"; cat; } >"$tmp/bin/qemu-system-x86_64"
	chmod +x "$tmp/bin/qemu-system-x86_64"
}
fake <<'END'
echo "qemu-system-x86_64: it is full moon" >&2
exit 1
END
PATH=$tmp/bin:$PATH boot "$vmlinuz"
says 3 "QEMU failed with exit status 1; QEMU said: .*full moon" "a QEMU that gives up"
fake <<'END'
kill -SEGV $$
END
PATH=$tmp/bin:$PATH boot "$vmlinuz"
says 3 "QEMU was ended by signal 11" "a QEMU that crashes"
fake <<'END'
n=0
while [ $n -lt 300000 ]; do echo "garbage $n"; n=$((n + 1)); done
exit 0
END
PATH=$tmp/bin:$PATH boot "$vmlinuz"
says 3 "garbage 299999" "a QEMU that floods"

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	fake <<-END
	case "\$*" in *"-accel kvm"*) exec $busybox sleep 3600 ;; esac
	exec $qemu "\$@"
	END
	PATH=$tmp/bin:$PATH boot --accel auto "$vmlinuz" -- probe mnt/rro
	says 0 "KVM does not bring a guest up here" "KVM that hangs: emulated instead, and said so"
else
	skip "KVM that hangs: emulated instead, and said so" "no /dev/kvm"
fi

# --- what is asked for is what is had

boot --cgroup hybrid --sysctl user.max_user_namespaces=0 --lsm yama --append loglevel=3 \
	--module xfs --memory 600 "$vmlinuz" -- probe ns/user cgroup/v2
holds '.[0] | .cgroup == "hybrid" and .boot.memory == 600 and .boot.accel == "tcg" and
	(.boot.modules | contains(["xfs"])) and (.kernel.cmdline | test("lsm=yama loglevel=3"))'
point $? "the guest is as asked for, and its env record says so" "$tmp/records"
holds 'any(.[]; .name == "ns/user" and .asker == "root" and .outcome == "denied" and
	(.cause | test("max_user_namespaces")))'
point $? "a sysctl set in the guest is what denies" "$tmp/records"
boot --user nobody "$vmlinuz" -- probe ns/user
holds '[.[] | select(.type == "probe").asker] == ["user"]'
point $? "asked as a user alone" "$tmp/records"
boot --capture "$tmp/captured" "$vmlinuz" -- probe ns/user
[ -s "$tmp/captured/proc/self/mountinfo" ] && [ -s "$tmp/captured/proc/sys/user/max_user_namespaces" ]
point $? "a capture has its /proc" "$tmp/err"
boot host "$vmlinuz" -- probe ns/user
holds '[.[] | select(.type == "env").boot.accel] == ["none", "tcg"]'
point $? "this host beside a guest" "$tmp/records"

# --- several guests, killed: nothing is left

BOOTTEST=$tmp "$plimsoll" boot --accel tcg --jobs 2 --report "$tmp/killed" "$vmlinuz" "$vmlinuz" "$vmlinuz" \
	>/dev/null 2>&1 &
pid=$!
until [ "$(marked | wc -l)" -ge 3 ]; do :; done
kill -9 $pid
wait $pid 2>/dev/null
end=$(($(date +%s) + 20))
while [ "$(marked)" ] && [ "$(date +%s)" -lt $end ]; do :; done
[ -z "$(marked)" ]
point $? "no machine outlives a boot that is killed"
find "$tmp/tmp" -mindepth 1 >"$tmp/left"
[ ! -s "$tmp/left" ]
point $? "and no file" "$tmp/left"
finish
