#!/bin/sh
# plimsoll-runtime by its command line: what the fixtures do not ask of a runtime, because not
# every one has it, and what it must say when it is asked wrongly.
#   reference.sh RUNTIME      speaks TAP
# shellcheck disable=SC2016,SC2317
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
runtime=$(realpath "${1:?usage: reference.sh RUNTIME}")
[ "$(id -u)" -eq 0 ] || skip_all "containers take root here"
busybox=$(command -v busybox) || skip_all "no busybox"
if ldd "$busybox" >/dev/null 2>&1; then skip_all "busybox is not static"; fi
base=$(realpath "$(dirname "$0")/../../fixtures/base/config.json")
tmp=$(mktemp -d)
id=plimsoll.reference.$$
trap 'rt delete --force $id 2>/dev/null; rt delete --force $id.2 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

rt() { timeout 30 "$runtime" --root "$tmp/state" "$@"; }

# bundle [JQ]: a bundle whose program is sleep, its configuration changed
bundle() {
	[ -d rootfs ] || mkdir -p rootfs/bin rootfs/etc
	[ -e rootfs/bin/busybox ] || {
		cp "$busybox" rootfs/bin
		for name in sh sleep cat echo id env stty tty ls grep true false; do
			ln -s busybox "rootfs/bin/$name"
		done
		echo 'user:x:1000:1000::/home/user:/bin/sh' >rootfs/etc/passwd
	}
	jq ".linux.cgroupsPath = \"/$id\" | .process.args = [\"/bin/sleep\", \"1000\"]
		| .process.env = [\"PATH=/bin\", \"A=1\"]
		| ${1:-.}" "$base" >config.json
}

# ok DESCRIPTION COMMAND...     says PATTERN DESCRIPTION COMMAND... (it must fail)
ok() {
	description=$1; shift
	"$@" >out 2>err </dev/null; status=$?
	cat err >>out
	point $status "$description" out
}
says() {
	pattern=$1 description=$2; shift 2
	"$@" >out 2>err </dev/null; status=$?
	[ $status -ne 0 ] && [ $status -ne 124 ] && [ "$(wc -l <err)" -eq 1 ] &&
		grep -q -- "$pattern" err
	point $? "$description" err
}
# is WANTED DESCRIPTION COMMAND...: what it prints
is() {
	wanted=$1 description=$2; shift 2
	got=$("$@" 2>err </dev/null)
	[ "$got" = "$wanted" ]; status=$?
	printf 'wanted: %s\ngot: %s\n' "$wanted" "$got" >>err
	point $status "$description" err
}
status_of() { rt state "${1:-$id}" | jq -r .status; }
cgroups_of() { find /sys/fs/cgroup -maxdepth 3 -type d -name "$1*" 2>/dev/null; }
processes_of() { pgrep -fx "/bin/sleep 1000" | wc -l; }

# The life of a container, and what is left of it.
bundle
before=$(processes_of)
ok "create" rt create --bundle "$tmp" --pid-file "$tmp/pid" $id
is created "it is created" status_of
is "$(cat pid)" "the pid file has its pid" sh -c "'$runtime' --root '$tmp/state' state $id | jq .pid"
says "exists" "an id that is taken is refused" rt create --bundle "$tmp" $id
says "read-only\|created" "pause of a created container is refused" rt pause $id
ok "start" rt start $id
is running "it is running" status_of
says "only a created" "start of a running one is refused" rt start $id
says "must be stopped" "delete of a running one is refused" rt delete $id
is "$id" "list -q" rt list -q
is running "list --format json" sh -c "'$runtime' --root '$tmp/state' list --format json | jq -r '.[0].status'"
is 1 "ps --format json" sh -c "'$runtime' --root '$tmp/state' ps --format json $id | jq length"

# A masked file is the host's /dev/null: that its mode cannot be changed shows without changing it.
mask=$(jq -r '.linux.maskedPaths[]' "$base" | while read -r p; do [ -f "$p" ] && echo "$p" && break; done)
says "Read-only" "a masked file cannot be changed by the container's root" \
	rt exec --cap CAP_FOWNER $id /bin/busybox chmod 666 "$mask"
is "" "and is empty" rt exec $id cat "$mask"

# exec
is "hello world" "exec" rt exec $id echo hello world
rt exec $id sh -c 'exit 42' >/dev/null 2>&1; [ $? -eq 42 ]
point $? "exec: the exit status comes through"
rt exec $id sh -c 'kill -9 $$' >/dev/null 2>&1; [ $? -eq 137 ]
point $? "exec: a signal is 128 and its number"
is "1 2" "exec: --env adds to the container's" rt exec --env B=2 $id sh -c 'echo $A $B'
is "uid=1000(user) gid=1000" "exec --user" rt exec --user 1000:1000 $id id
is "/home/user" "exec: HOME is the user's" rt exec --user 1000:1000 $id sh -c 'echo $HOME'
for user in root -1 4294967295 4294967296 0x0 '' ' 0' 1: :1 1:x; do
	says "--user" "exec --user '$user' is refused" rt exec --user "$user" $id id
done
says "nosuch" "exec: a program that is not there is named" rt exec $id /bin/nosuch
says "absolute" "exec --cwd has to be absolute" rt exec --cwd tmp $id id
is 0000000000000000 "exec: nothing is inheritable" \
	rt exec --cap CAP_SYS_ADMIN $id sh -c 'grep CapInh /proc/self/status | { read a b; echo $b; }'
is "0 1 2" "exec: no descriptor but its own" sh -c \
	"exec 7</ 8<$tmp; '$runtime' --root '$tmp/state' exec $id sh -c 'cd /proc/self/fd; echo [012]' 2>&1 |
	tr '\n' ' ' | sed 's/ \$//'"
says "cwd" "exec: a working directory that is a descriptor of the host's is refused" sh -c \
	"exec 7<'$tmp'; timeout 30 '$runtime' --root '$tmp/state' exec --preserve-fds 5 --cwd /proc/self/fd/7 $id true"
ok "exec --detach" rt exec --detach --pid-file "$tmp/exec.pid" $id sleep 1000
[ "$(readlink /proc/"$(cat exec.pid)"/ns/pid)" = "$(readlink /proc/"$(cat pid)"/ns/pid)" ]
point $? "exec: it is in the container's pid namespace"
[ "$(rt ps --format json $id | jq length)" -eq 2 ]
point $? "ps shows both"
echo '{"args": ["/bin/sh", "-c", "id; pwd"], "cwd": "/etc", "user": {"uid": 5, "gid": 6}}' >process.json
is "uid=5 gid=6 /etc" "exec --process" sh -c \
	"'$runtime' --root '$tmp/state' exec --process process.json $id | tr '\n' ' ' | sed 's/ \$//'"
says "args" "exec --process: a bad file names the field" sh -c \
	"echo '{\"args\": 1, \"cwd\": \"/\"}' >p; timeout 30 '$runtime' --root '$tmp/state' exec --process p $id"

# pause, update
ok "pause" rt pause $id
is paused "it is paused" status_of
says "paused" "exec in a paused one is refused" rt exec $id true
says "paused" "pause of a paused one is refused" rt pause $id
ok "resume" rt resume $id
is running "it runs again" status_of
says "running" "resume of a running one is refused" rt resume $id
if [ -e "/sys/fs/cgroup/pids/$id" ] || [ -e "/sys/fs/cgroup/$id/pids.max" ]; then
	ok "update" sh -c "echo '{\"pids\": {\"limit\": 77}}' |
		timeout 30 '$runtime' --root '$tmp/state' update --resources - $id"
	is 77 "the limit is there" sh -c \
		"cat /sys/fs/cgroup/pids/$id/pids.max /sys/fs/cgroup/$id/pids.max 2>/dev/null"
	says "pids.limit" "update: a bad value names the field" sh -c "echo '{\"pids\": {\"limit\": \"x\"}}' |
		timeout 30 '$runtime' --root '$tmp/state' update --resources - $id"
else
	skip "update" "no pids controller here"
fi

# the end
says "no signal" "kill: what is no signal is refused" rt kill $id SIGNONSENSE
ok "kill" rt kill $id KILL
timeout 10 tail --pid="$(cat pid)" -f /dev/null
is stopped "it is stopped" status_of
says "not running" "kill of a stopped one is refused" rt kill $id KILL
says "not running" "exec in a stopped one is refused" rt exec $id true
ok "delete" rt delete $id
says "does not exist" "it is gone" rt state $id
says "does not exist" "a second delete is refused" rt delete $id
ok "delete --force of what is not there is fine" rt delete --force $id
is "" "no cgroup is left" cgroups_of "$id"
is "$before" "no process is left" processes_of
is "" "no state is left" ls "$tmp/state"

# run
bundle '.process.args = ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]'
rt run --bundle "$tmp" $id >out 2>err; [ $? -eq 3 ] && [ "$(cat out err | tr '\n' ' ')" = "out err " ]
point $? "run: exit status, stdout and stderr" out err
bundle '.process.args = ["/bin/sh", "-c", "trap \"exit 9\" TERM; echo ready; while :; do sleep 1; done"]'
mkfifo fifo
timeout 30 "$runtime" --root "$tmp/state" run --bundle "$tmp" $id >fifo 2>err &
head -n 1 fifo >/dev/null
kill -TERM $!
wait $!; [ $? -eq 9 ]
point $? "run: a signal is handed on" err
bundle '.process.args = ["/bin/sh", "-c", "echo $LISTEN_FDS $LISTEN_PID; read a <&4; echo $a"]'
echo passed >passed
is "2 1 passed " "descriptors of an init system are handed on" sh -c "exec 3<'$tmp/passed' 4<'$tmp/passed'
	LISTEN_FDS=2 timeout 30 '$runtime' --root '$tmp/state' run --bundle '$tmp' $id | tr '\n' ' '"
bundle
ok "run --detach" rt run --detach --bundle "$tmp" $id
is running "and it runs" status_of
ok "delete --force" rt delete --force $id
is "" "with nothing left" cgroups_of "$id"

# terminals
bundle '.process.terminal = true | .process.consoleSize = {height: 33, width: 77}
	| .process.args = ["/bin/sh", "-c", "tty; stty size; echo $((6*7)); ls -l /dev/console"]'
says "console-socket" "create: a terminal needs --console-socket" rt create --bundle "$tmp" $id
if command -v script >/dev/null; then
	script -qec "'$runtime' --root '$tmp/state' run --bundle '$tmp' $id" /dev/null >out 2>&1 </dev/null
	grep -q '/dev/pts/0' out && grep -q '33 77' out && grep -q 42 out && grep -q '^c.*136,' out
	point $? "run with a terminal: its own, of the size asked for, and as /dev/console" out
else
	skip "run with a terminal" "no script(1)"
fi

# what does not work leaves nothing and says one line
while IFS='|' read -r pattern change description; do
	bundle "$change"
	says "$pattern" "create: $description" rt create --bundle "$tmp" $id
done <<'END'
process.args|.process.args = []|no program
nosuch|.process.args = ["nosuch"]|a program that is not there
ociVersion|.ociVersion = "7"|a version that is none
root|.root.path = "nosuch"|a root that is not there
mounts.0.|.mounts[0].type = "nosuchfs"|a file system that is none
intelRdt|.linux.intelRdt = {}|linux.intelRdt
netDevices|.linux.netDevices = {"eth0": {}}|linux.netDevices
namespaces|.linux.namespaces += [{"type": "pid"}]|a namespace twice
namespaces|.linux.namespaces[0].path = "/dev/null"|a namespace that is none
uidMappings|.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 1}]|mappings without a user namespace
sysctl|.linux.sysctl = {"kernel.panic": "1"}|a sysctl that is the host's
rlimits|.process.rlimits += [{"type": "RLIMIT_NOFILE", "hard": 5, "soft": 5}]|a limit twice
hooks|.hooks = {"prestart": [{"path": "bin/true"}]}|a hook whose path is relative
prestart|.hooks = {"prestart": [{"path": "/nosuch"}]}|a hook that is not there
createContainer|.hooks = {"createContainer": [{"path": "/bin/false"}]}|a hook that fails
END
is "" "no state is left by any" ls "$tmp/state"
is "" "no cgroup is left by any" cgroups_of "$id"
is "$before" "no process is left by any" processes_of

# hooks, in their order, with the state on stdin
mkdir -p hooks
cat >hooks/say <<END
#!/bin/sh
state=\$(cat)
echo "\$1 \$(echo "\$state" | jq -r '.status + " " + .id')" >>$tmp/hooks/log
END
chmod +x hooks/say
bundle "def hook(\$k): [{path: \"$tmp/hooks/say\", args: [\"say\", \$k], env: [\"PATH=/usr/bin:/bin\"]}];
	.hooks = {prestart: hook(\"prestart\"), createRuntime: hook(\"createRuntime\"),
		createContainer: hook(\"createContainer\"), poststart: hook(\"poststart\"),
		poststop: hook(\"poststop\")} | .process.args = [\"/bin/true\"]"
ok "run with hooks" rt run --bundle "$tmp" $id
printf '%s\n' "prestart creating $id" "createRuntime creating $id" "createContainer creating $id" \
	"poststart running $id" "poststop stopped $id" | cmp -s - hooks/log
point $? "each hook was run, in order, with the state" hooks/log
bundle '.hooks = {poststart: [{path: "/bin/false"}]}'
ok "create, whose poststart hook will fail" rt create --bundle "$tmp" $id
says "poststart" "start says that it failed" rt start $id
says "does not exist" "and the container is destroyed" rt state $id

# namespaces: with an offset, of a user namespace, and of somebody else
bundle '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": 10000000}}
	| .process.args = ["/bin/sh", "-c", "read up rest </proc/uptime; [ ${up%.*} -gt 10000000 ] && echo later"]'
is later "a time namespace with an offset" rt run --bundle "$tmp" $id
mapped='.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 2000}]
	| .linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 2000}]'
chown -R 100000:200000 rootfs
chmod 711 "$tmp"
bundle "$mapped | .process.user = {\"uid\": 1000, \"gid\": 7, \"additionalGids\": [8]}
	| .process.args = [\"/bin/sh\", \"-c\", \"id -u; id -G; read a b c </proc/self/uid_map; echo \$b\"]"
is "1000 7 8 100000 " "a user namespace with two maps" sh -c \
	"timeout 30 '$runtime' --root '$tmp/state' run --bundle '$tmp' $id | tr '\\n' ' '"
bundle "$mapped"
ok "a container in a user namespace" rt run --detach --bundle "$tmp" $id
other=$(rt state $id | jq .pid)
is "0 100000" "exec: in it, too" rt exec $id sh -c 'read a b c </proc/self/uid_map; echo $a $b'
bundle ".linux.namespaces = [{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": \"user\", \"path\": \"/proc/$other/ns/user\"},
	{\"type\": \"network\", \"path\": \"/proc/$other/ns/net\"}, {\"type\": \"uts\", \"path\": \"/proc/$other/ns/uts\"},
	{\"type\": \"ipc\", \"path\": \"/proc/$other/ns/ipc\"}]
	| .linux.cgroupsPath = \"/$id.2\" | del(.hostname)
	| .process.args = [\"/bin/sh\", \"-c\", \"cd /proc/self/ns; for n in user net uts ipc; do readlink \$n; done\"]"
ln -sf busybox rootfs/bin/readlink
is "$(for n in user net uts ipc; do readlink "/proc/$other/ns/$n"; done)" \
	"namespaces of another container, by path" rt run --bundle "$tmp" $id.2
jq '.linux.uidMappings = [{"containerID": 0, "hostID": 5, "size": 1}] |
	.linux.gidMappings = [{"containerID": 0, "hostID": 5, "size": 1}]' config.json >c && mv c config.json
says "uidMappings" "mappings that a joined user namespace has not are refused" rt create --bundle "$tmp" $id.2
rt delete --force $id
chown -R 0:0 rootfs

# without privilege, where that may make user namespaces
if command -v setpriv >/dev/null && setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Ur true 2>/dev/null; then
	mkdir -p rootless/run && cp "$runtime" rootless/runtime && cp -a rootfs rootless/ && chown -R 65534:65534 rootless
	(cd rootless && setpriv --reuid 65534 --regid 65534 --clear-groups ./runtime spec --rootless &&
		jq '.process.args = ["/bin/id"] | .process.terminal = false' config.json >c && cat c >config.json)
	is "uid=0 gid=0" "a container without privilege" env XDG_RUNTIME_DIR="$tmp/rootless/run" \
		setpriv --reuid 65534 --regid 65534 --clear-groups rootless/runtime run --bundle rootless $id
	is "" "and it says nothing else" cat err
	jq '.linux.resources = {"pids": {"limit": 5}}' rootless/config.json >c && cat c >rootless/config.json
	says "cgroup\|resources" "limits that it may not set are an error" env XDG_RUNTIME_DIR="$tmp/rootless/run" \
		setpriv --reuid 65534 --regid 65534 --clear-groups rootless/runtime run --bundle rootless $id
else
	skip "a container without privilege" "no user namespaces for users here"
fi

# a seccomp agent: it is handed the listener, closes it, and the call is ENOSYS
cat >agent.py <<'END'
import array, json, os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind("agent.sock")
s.listen(1)
s.settimeout(20)
print("listens", flush=True)
c = s.accept()[0]
data, control, _, _ = c.recvmsg(1 << 16, socket.CMSG_SPACE(4))
fds = array.array("i", control[0][2])
state = json.loads(data)
print(len(fds), state["fds"][0], state["metadata"], state["state"]["status"], state["pid"] == state["state"]["pid"])
END
if command -v python3 >/dev/null; then
	ln -sf busybox rootfs/bin/mkdir
	bundle ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", listenerPath: \"$tmp/agent.sock\", listenerMetadata: \"m\",
		syscalls: [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_NOTIFY\"}]}
		| .process.args = [\"/bin/mkdir\", \"/made\"]"
	rm -f fifo && mkfifo fifo
	python3 agent.py >fifo 2>err &
	exec 9<fifo
	read -r _ <&9
	says "not implemented" "seccomp: a call that the agent does not answer" rt run --bundle "$tmp" $id
	read -r said <&9
	[ "$said" = "1 seccompFd m created True" ]
	point $? "seccomp: the agent is told of the container" err
	exec 9<&-
	rm agent.sock
	says "agent.sock" "seccomp: an agent that is not there is an error" rt run --bundle "$tmp" $id
else
	skip "seccomp: an agent" "no python3"
fi
is "" "no state is left by that" ls "$tmp/state"

# killed half-way, at moments spread over what a create takes
bundle
left=0
for ms in 1 2 3 4 5 6 8 10 15 20; do
	timeout -s KILL "0.0$(printf %02d $ms)" "$runtime" --root "$tmp/state" create --bundle "$tmp" $id 2>/dev/null
	rt delete --force $id 2>>err || left=1
done
[ $left -eq 0 ] && [ -z "$(cgroups_of "$id")" ] && [ "$(processes_of)" -eq "$before" ] && [ -z "$(ls state)" ]
point $? "create, killed: delete --force cleans up" err

# the command line itself
ok "--version" rt --version
ok "features is JSON" sh -c "'$runtime' features | jq -e '.linux.namespaces | length == 8'"
says "systemd" "--cgroup-manager systemd is refused" rt --cgroup-manager systemd list
says "nonsense" "an unknown command is named" rt nonsense
says "nonsense" "an unknown option is named" rt create --nonsense $id
says "id" "an id that would climb is refused" rt state ../x
mkdir -p spec
ok "spec writes a bundle's config.json" rt spec --bundle spec
says "exist" "and does not overwrite one" rt spec --bundle spec
rt --log "$tmp/log" --log-format json state nosuch 2>/dev/null
jq -e '.level == "error" and (.msg | test("nosuch"))' log >/dev/null
point $? "--log-format json" log
finish
