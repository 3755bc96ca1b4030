#!/bin/sh
# Runtimes that hang, flood, lie, fork and litter, hostile fixtures and hostile surroundings:
# each has to be told for what it is, in time, and nothing may be left of it.
#   hostile.sh PLIMSOLL      speaks TAP; needs root, jq, and runc for the ones that are mostly right
# shellcheck disable=SC2016 # what stands in quotes is for the fake runtimes' shells
# shellcheck source=suites/meta/fakes.sh
. "$(dirname "$0")/fakes.sh"

# --- runtimes that need no other ---

runtime hang-create <<-'END'
	[ "$verb" != create ] || exec sleep 1000
END
run hang-create
told "hangs at create" canary 'fail wrong runtime: create hung' 1 8

runtime hang-all <<-'END'
	trap '' TERM INT HUP QUIT
	while :; do sleep 1000; done
END
run hang-all
told "hangs always and ignores signals" canary 'fail wrong runtime: create hung' 1 12

runtime flood-stderr <<-'END'
	while [ "$verb" = create ]; do yes flood 1>&2; done
END
run flood-stderr
told "floods stderr" canary 'fail wrong runtime: create hung' 1 12

runtime flood-stdout <<-'END'
	[ "$verb" != create ] || exec yes flood
END
run flood-stdout
told "floods stdout" canary 'fail wrong runtime: create: signal PIPE' 1 8

runtime liar <<-'END'
	exit 0
END
run liar
told "does nothing" canary 'fail wrong runtime: state:state: wanted .*"not JSON"' 1 8

runtime good-liar <<-'END'
	case $verb in
	create) echo "$$" >"$root/$id" ;;
	state) echo "{\"ociVersion\": \"1.0.2\", \"id\": \"$id\", \"status\": \"created\", \"pid\": $$}" ;;
	delete) rm -f "$root/$id" ;;
	esac
END
run good-liar plain
told "does nothing, and says otherwise" plain 'error - harness: no evidence for .*never began' 3 8

runtime fails <<-'END'
	printf 'first line\nlevel=error msg="no \033[31mluck\377"\n\n' >&2
	exit 3
END
run fails
told "fails" canary 'fail refused runtime: create: exit 3: level=error msg="no .*luck' 1 8
tr -d '\n\t\040-\176\200-\377' <"$tmp/out" >"$tmp/log/control"
[ ! -s "$tmp/log/control" ]
point $? "fails: no control character of its reaches the report"

runtime crashes <<-'END'
	kill -SEGV $$
END
run crashes
told "crashes" canary 'fail wrong runtime: create: signal SEGV' 1 8

runtime kills <<-'END'
	kill -KILL -1 1 "$PPID"
	exit 1
END
run kills
told "kills all it can see" canary 'fail refused runtime: create: exit 1' 1 8

runtime bomb <<-'END'
	[ "$verb" = create ] || exit 1
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		setsid sh -c 'trap "" TERM HUP; while :; do sleep 1000; done' &
		setsid sleep 1000 </dev/null >/dev/null 2>&1 &
	done
	exit 1
END
run bomb
told "forks daemons that keep pipes open" canary 'fail refused runtime: create: exit 1' 1 12

runtime eats-state <<-'END'
	[ "$verb" != state ] || { head -c 100000 /dev/zero | tr '\0' '['; exit 0; }
END
run eats-state
told "state is 100,000 brackets" canary 'fail wrong runtime: state:state: .*"not JSON"' 1 8

runtime odd-pid <<-'END'
	[ "$verb" != state ] || echo '{"status": "created", "pid": -1, "id": 1e400}'
END
run odd-pid
told "state is no JSON at its end" canary 'fail wrong runtime: state:state: .*"not JSON"' 1 8

runtime pid-1 <<-'END'
	[ "$verb" != state ] || echo '{"status": "created", "pid": 1}'
END
run pid-1 plain
told "says that the dock itself is the container" canary 'pass - -' 3 20

cat >"$tmp/rt/version" <<-'END'
	#!/bin/sh
	[ "${1-}" = --version ] || exit 1
	setsid sleep 1000 &
	exec sleep 1000
END
chmod +x "$tmp/rt/version"
run version
told "hangs at --version and leaves a daemon" canary 'fail refused runtime: create: exit 1' 1 12
cat >"$tmp/rt/version" <<-'END'
	#!/bin/sh
	[ "${1-}" = --version ] || exit 1
	exec yes
END
run version
told "floods --version" canary 'fail refused runtime: create: exit 1' 1 8

# --- what is no runtime ---

no_runtime() {
	run "$1"
	[ "$code" -eq 2 ] && grep -q "^plimsoll run: there is no runtime \"$tmp/rt/$1\"" "$tmp/err"
	point $? "$2 is no runtime: usage error" "$tmp/err"
	clean "$2"
}
no_runtime missing "what is missing"
mkdir "$tmp/rt/directory"
no_runtime directory "a directory"
echo text >"$tmp/rt/text"
no_runtime text "a text file"
chmod +x "$tmp/rt/text"
no_runtime text "a text file that is executable"
echo '#!/no/such/interpreter' >"$tmp/rt/shebang"
chmod +x "$tmp/rt/shebang"
no_runtime shebang "a script without its interpreter"
mkfifo -m 755 "$tmp/rt/fifo"
no_runtime fifo "a pipe"

standing >"$tmp/before"
unshare -m sh -c '
	mount --make-rprivate /
	for name in runc crun youki; do
		for dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin; do
			[ ! -e "$dir/$name" ] || mount --bind /dev/null "$dir/$name"
		done
	done
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	exec "$@"' - "$plimsoll" run --fixtures "$tmp/fx" --report "$tmp/report" plain \
	>"$tmp/out" 2>"$tmp/err"
[ "$(jq -r 'select(.type == "case").runtime' "$tmp/report" | sort -u)" = reference ]
point $? "no runtime on this host: the reference" "$tmp/err"

# --- fixtures ---

# broken WHAT PATTERN: "$tmp/text" as a case gives an error record that says where and what
broken() {
	mv "$tmp/text" "$tmp/fx/cases/broken.json"
	run good-liar broken
	told "a case that $1" broken "error - fixture: fixtures/cases/broken.json:$2" 3 8
	rm "$tmp/fx/cases/broken.json"
}
printf '{"must": "m",\n"musst": 1}' >"$tmp/text"
broken "has an unknown key" '2: /musst: unknown key'
printf '{"must": "m",\n"must": "n"}' >"$tmp/text"
broken "says a thing twice" '2: duplicate object key'
printf '{"must": "m",\n"id": "X' >"$tmp/text"
broken "is cut off" '2: '
printf '{"must": "m",\n"id": "\377"}' >"$tmp/text"
broken "is not UTF-8" '2: unable to decode byte 0xff'
head -c 2000000 /dev/zero >"$tmp/text"
broken "is too big" ' File too large'
head -c 200000 /dev/zero | tr '\0' '[' >"$tmp/text"
broken "is too deep" '1: maximum parsing depth'
ln -s nowhere "$tmp/text"
broken "is a link to nowhere" ' No such file'
mkfifo "$tmp/text"
broken "is a pipe" ' '
odd=$(printf 'b\377\nd')
echo '{' >"$tmp/fx/cases/$odd.json"
run good-liar 'b*d'
[ "$(jq -s 'map(select(.type == "case" and .outcome == "error")) | length' "$tmp/report")" = 1 ]
point $? "a case with an impossible name is not lost" "$tmp/err"
clean "a case with an impossible name"
rm "$tmp/fx/cases/$odd.json"

run good-liar no/such/case
[ "$code" -eq 2 ] && grep -q 'no case of that name' "$tmp/err"
point $? "a case that is not there: usage error" "$tmp/err"

# base WHAT PATTERN: "$tmp/text" as the base configuration
base() {
	mv "$tmp/fx/base/config.json" "$tmp/config.json"
	mv "$tmp/text" "$tmp/fx/base/config.json"
	run good-liar
	[ "$code" -eq 2 ] && [ "$seconds" -le 5 ] && grep -q "^plimsoll run: $2" "$tmp/err"
	point $? "a base configuration that $1: exit status 2, got $code" "$tmp/err"
	mv "$tmp/config.json" "$tmp/fx/base/config.json"
}
echo '[]' >"$tmp/text"
base "is no object" 'fixtures/base/config.json:1: must be an object'
printf '{\n"linux": {},,' >"$tmp/text"
base "is no JSON" 'fixtures/base/config.json:2: '
: >"$tmp/text"
base "is empty" 'fixtures/base/config.json:1: '
mkfifo "$tmp/text"
base "is a pipe" 'fixtures/base/config.json: '

# Where fixtures come from: given, installed, the source tree, embedded.
found() {
	"$@" 2>&1 >/dev/null | grep -o 'no case of that name in .*'
}
mkdir -p "$tmp/usr/bin" "$tmp/usr/share/plimsoll" "$tmp/elsewhere"
cp "$plimsoll" "$tmp/usr/bin/plimsoll"
cp "$plimsoll" "$tmp/elsewhere/plimsoll"
cp -r "$tmp/fx" "$tmp/usr/share/plimsoll/fixtures"
none="run --runtime $tmp/rt/liar no/such/case"
# shellcheck disable=SC2086 # three words
{
	[ "$(found "$tmp/usr/bin/plimsoll" $none --fixtures "$tmp/fx")" = \
		"no case of that name in $tmp/fx" ]
	point $? "--fixtures comes first"
	[ "$(found "$tmp/usr/bin/plimsoll" $none)" = \
		"no case of that name in $tmp/usr/share/plimsoll/fixtures" ]
	point $? "then what is installed beside the program"
	[ "$(found "$tmp/elsewhere/plimsoll" $none)" = "no case of that name in $source/fixtures" ]
	point $? "then the source tree"
	[ "$(found unshare -m sh -c 'mount -t tmpfs none "$0" && exec "$@"' "$source/fixtures" \
		"$tmp/elsewhere/plimsoll" $none)" = "no case of that name in the embedded fixtures" ]
	point $? "and where there is none, what is embedded"
}

# --- where the report goes ---

standing >"$tmp/before"
cd "$tmp" || exit 1
"$plimsoll" run --runtime "$tmp/rt/fails" >/dev/full 2>"$tmp/err"
[ $? -eq 3 ] && grep -q '^plimsoll run: the report to stdout is not whole' "$tmp/err"
point $? "stdout is full: exit status 3, and said" "$tmp/err"
"$plimsoll" run --runtime "$tmp/rt/fails" --report /dev/full >"$tmp/out" 2>"$tmp/err"
[ $? -eq 3 ] && grep -q '^plimsoll run: the report to /dev/full is not whole' "$tmp/err"
point $? "the report's disk is full: exit status 3, and said" "$tmp/err"
! "$plimsoll" run --runtime "$tmp/rt/fails" >&- 2>"$tmp/err" &&
	grep -q '^plimsoll run: stdout is closed' "$tmp/err"
point $? "stdout is closed: said" "$tmp/err"
{
	"$plimsoll" run --runtime "$tmp/rt/fails" 2>"$tmp/err"
	echo $? >"$tmp/code"
} | true
[ "$(cat "$tmp/code")" -eq 3 ] && grep -q '^plimsoll run: the report to stdout' "$tmp/err"
point $? "nobody reads stdout: exit status 3, and said" "$tmp/err"
left_of none >"$tmp/left"
clean "reports that cannot be written"

# --- runtimes that are mostly right ---

ours() {
	if [ -z "$runc" ]; then
		skip "runtimes that are mostly right" "runc is not installed"
		return
	fi

	# A busy machine may keep a runtime that does something from its end for a while.
	seconds_each=10

	runtime right <<-'END'
		right "$@"
	END
	run right plain started
	told "mostly right" plain 'pass - -' 0 60

	runtime hang-state <<-'END'
		[ "$verb" != state ] || exec sleep 1000
		right "$@"
	END
	seconds_each=3
	run hang-state
	told "hangs at state" canary 'fail wrong runtime: state hung' 1 60
	seconds_each=10

	runtime hang-delete <<-'END'
		[ "$verb" != delete ] || exec sleep 1000
		right "$@"
	END
	seconds_each=3
	run hang-delete
	told "hangs at delete" canary 'fail wrong runtime: delete:exit: wanted "ok", got "timeout"' 1 60
	seconds_each=10

	runtime garbage-state <<-'END'
		[ "$verb" != state ] || { head -c 3000 /dev/urandom; exit 0; }
		right "$@"
	END
	run garbage-state
	told "state is garbage" canary 'fail wrong runtime: state:state: .*"not JSON"' 1 60

	runtime chatty <<-'END'
		head -c 3000000 /dev/zero | tr '\0' x 1>&2
		right "$@"
	END
	run chatty plain
	told "says 3 MB on stderr, and does right" plain 'pass - -' 0 60

	runtime noisy-container <<-'END'
		! asked || [ "$verb" != create ] || { yes noise & }
		right "$@"
	END
	run noisy-container plain
	told "floods the container's stdout" plain 'error - harness: .*flood' 3 60

	runtime eager <<-'END'
		case $verb in
		create) "$runc" --root "$root" create "$@" && exec "$runc" --root "$root" start "$id" ;;
		state) "$runc" --root "$root" state "$@" | sed 's/"\(running\|stopped\)"/"created"/' ;;
		start) exit 0 ;;
		delete) right --force "$@" ;;
		*) right "$@" ;;
		esac
	END
	run eager started
	told "runs the process in create" started \
		'fail wrong runtime: started: .*"before start was called"' 1 60

	# A container that only SIGKILL reaches once it is thawed.
	runtime freezes <<-'END'
		! asked || [ "$verb" != start ] || exec "$runc" --root "$root" pause "$@"
		right "$@"
	END
	run freezes plain
	told "leaves the container frozen" plain '(error - harness|fail)' "$code" 60

	runtime leaves-process <<-'END'
		! asked || [ "$verb" != create ] || setsid sleep 1000 </dev/null >/dev/null 2>&1 &
		right "$@"
	END
	run leaves-process plain
	told "leaves a process" plain 'fail residue runtime: .*process sleep' 1 60

	runtime leaves-daemon <<-'END'
		! asked || [ "$verb" != create ] || setsid sh -c 'while :; do sleep 9; done' &
		right "$@"
	END
	run leaves-daemon plain
	told "leaves a daemon that keeps all pipes open" plain 'fail residue runtime: .*process' 1 60

	runtime leaves-mount <<-'END'
		! asked || [ "$verb" != delete ] || mount -t tmpfs left "$root/../elsewhere"
		right "$@"
	END
	run leaves-mount plain
	told "leaves a mount" plain 'fail residue runtime: .*mount /[^ ]*elsewhere' 1 60

	runtime leaves-state <<-'END'
		! asked || [ "$verb" != delete ] || touch "$root/$(printf 'litter\377\n')"
		right "$@"
	END
	run leaves-state plain
	told "leaves a state file" plain 'fail residue runtime: .*state of container litter' 1 60

	runtime leaves-cgroup <<-'END'
		! asked || [ "$verb" != delete ] ||
			awk '$0 ~ / - cgroup/ { print $5 }' /proc/self/mountinfo |
			while read -r dir; do mkdir "$dir/$id.left"; done
		right "$@"
	END
	run leaves-cgroup plain
	told "leaves a cgroup" plain 'fail residue runtime: .*cgroup of the container' 1 60

	runtime leaves-busy-cgroup <<-'END'
		if asked && [ "$verb" = delete ]; then
			awk '$0 ~ / - cgroup/ { print $5 }' /proc/self/mountinfo |
				while read -r dir; do
					mkdir -p "$dir/$id.left/below"
					sleep 1000 </dev/null >/dev/null 2>&1 &
					echo $! >"$dir/$id.left/below/cgroup.procs"
				done
		fi
		right "$@"
	END
	run leaves-busy-cgroup plain
	told "leaves cgroups with processes in them" plain 'fail residue runtime: ' 1 60

	runtime renames <<-'END'
		! asked || [ "$verb" != delete ] || echo "hostile" >/proc/sys/kernel/hostname
		right "$@"
	END
	run renames plain
	told "changes the host's name" plain 'fail residue runtime: .*sysctl kernel/hostname' 1 60

	runtime silly-features <<-'END'
		[ "$verb" != features ] || { echo '{"ociVersionMin": 1'; exit 0; }
		right "$@"
	END
	run silly-features features
	told "features is half a JSON" features 'fail wrong runtime: features:features: .*"not JSON"' 1 60

	runtime hang-features <<-'END'
		[ "$verb" != features ] || exec sleep 1000
		right "$@"
	END
	seconds_each=3
	run hang-features features
	told "features hangs" features 'fail wrong runtime: features hung' 1 60
	seconds_each=10

	runtime weak <<-'END'
		[ "$verb" != create ] || sed -i 's/"rro"/"ro"/; s/"\([ug]idMappings\)"/"no-\1"/' config.json
		right "$@"
	END
	run weak rro
	if verdict rro | grep -q 'not asked'; then
		skip "makes rro weaker" "this kernel has none"
	else
		told "makes rro weaker" rro 'fail silently-ignored runtime: write/vol/sub' 4 60
	fi
	run weak idmap
	if verdict idmap | grep -q 'not asked'; then
		skip "ignores uidMappings" "this kernel has no id-mapped tmpfs"
	else
		told "ignores uidMappings" idmap 'fail silently-ignored runtime: owner/vol/f' 4 60
	fi
}
ours
seconds_each=1

# --- what we are started with, and how we are ended ---

# with WHAT CASE COMMAND...: the command runs plimsoll in odd surroundings, and it does not mind
with() {
	what=$1
	case=$2
	shift 2
	if [ -z "$runc" ]; then
		skip "$what" "runc is not installed"
		return
	fi
	standing >"$tmp/before"
	rm -f "$tmp/report"
	env PLIMSOLL_RUN="$tmp" PLIMSOLL="$plimsoll" RT="$tmp/rt/right" FX="$tmp/fx" \
		REPORT="$tmp/report" CASE="$case" PID="$tmp/pid" timeout --foreground -k 5 60 \
		"$@" >"$tmp/out" 2>"$tmp/err"
	code=$?
	seconds=0
	left_of "$(cat "$tmp/pid")" >"$tmp/left"
	told "$what" "$case" 'pass - -' 0 0
}
go='echo $$ >"$PID"; exec "$PLIMSOLL" run --fixtures "$FX" --runtime "$RT" --timeout 10 --report "$REPORT" "$CASE"'
with "umask 077" plain sh -c "umask 077; $go"
with "stdin is closed" plain sh -c "exec <&-; $go"
with "stdin and stderr are closed" plain sh -c "exec <&- 2>&-; $go"
with "SIGCHLD is ignored" plain sh -c "trap '' CHLD; $go"
with "SIGPIPE, SIGTERM and SIGHUP are ignored" plain sh -c "trap '' PIPE TERM HUP; $go"
with "our caller's descriptors are not the container's" fds \
	sh -c "exec 3</ 7</dev/null 9>/dev/null; $go"
with "nor are those of our socket unit" fds \
	sh -c "exec 3</dev/null; export LISTEN_FDS=1 LISTEN_PID=\$\$ NOTIFY_SOCKET=/none; $go"
with "no environment" plain env -i PLIMSOLL="$plimsoll" RT="$tmp/rt/right" FX="$tmp/fx" \
	REPORT="$tmp/report" CASE=plain PID="$tmp/pid" /bin/sh -c "$go"
with "in a directory that is gone" plain \
	sh -c "mkdir \"$tmp/gone\"; cd \"$tmp/gone\"; rmdir \"$tmp/gone\"; $go"

# A root file system as bare as an early userspace's: no /tmp, no /mnt, no /home, no /var.
bare='mount --make-rprivate / && mount -t tmpfs bare /mnt && cd /mnt && mkdir x && mount --bind "$0" x &&
for dir in bin sbin lib lib64 lib32 etc usr proc sys dev run; do
	if [ -L "/$dir" ]; then cp -P "/$dir" "$dir"
	elif [ -d "/$dir" ]; then mkdir "$dir" && mount --rbind "/$dir" "$dir" || exit 1
	fi
done
exec chroot . "$@"'
standing >"$tmp/before"
rm -f "$tmp/report"
PLIMSOLL_RUN="$tmp" unshare -m sh -c "$bare" "$tmp" /x/elsewhere/plimsoll run --fixtures /x/fx \
	--runtime /x/rt/good-liar --report /x/report plain >"$tmp/out" 2>"$tmp/err"
verdict canary | grep -q '^pass'
point $? "a bare root file system" "$tmp/err"
left_of none >"$tmp/left"
clean "a bare root file system"

# Short of descriptors we are slower, or say what is missing; but we do not hang or lie.
if command -v prlimit >/dev/null; then
	arbiter=
	for limit in 4 5 6 7 8 9 10 12 14 16 20; do
		prefix="prlimit --nofile=$limit --"
		run good-liar plain
		grep -q '^plimsoll run: ' "$tmp/err" || verdict canary | grep -qE '^(pass|error)'
		point $? "$limit descriptors: an error that is said" "$tmp/err"
		[ "$code" -ne 0 ] && [ "$seconds" -le 20 ]
		point $? "$limit descriptors: exit status $code, in time"
		clean "$limit descriptors"
	done
	prefix=
else
	skip "few descriptors" "prlimit is not installed"
fi

# ended SIGNAL: in the middle of a case; what it leaves goes by itself, once the guardian went
ended() {
	standing >"$tmp/before"
	rm -f "$tmp/pid"
	env --default-signal PLIMSOLL_RUN="$tmp" sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/pid" "$plimsoll" run \
		--fixtures "$tmp/fx" --runtime "$tmp/rt/hang-all" --timeout 30 >"$tmp/out" 2>"$tmp/err" &
	job=$!
	timeout 10 sh -c 'until [ -s "$0" ] && pgrep -P "$(cat "$0")" -x plimsoll-guard &&
		pgrep -f "hang-all --root"; do :; done' "$tmp/pid" >/dev/null
	guard=$(pgrep -P "$(cat "$tmp/pid")" -x plimsoll-guard)
	kill -s "$1" "$(cat "$tmp/pid")"
	wait "$job"
	code=$?
	timeout 10 tail -f --pid="$guard" /dev/null
	left_of "$(cat "$tmp/pid")" >"$tmp/left"
	[ "$code" -gt 128 ]
	point $? "ended by SIG$1: it says so by its status"
	clean "ended by SIG$1"
}
for signal in INT TERM HUP KILL; do
	ended "$signal"
done

# The last thing on a terminal's line is that it is erased.
if command -v script >/dev/null && [ -n "$runc" ]; then
	runtime hang-asked <<-'END'
		! asked || exec sleep 1000
		right "$@"
	END
	TERM=xterm script -qec "timeout --foreground -s INT 3 $plimsoll run --fixtures $tmp/fx \
		--runtime $tmp/rt/hang-asked --timeout 30 plain" /dev/null >"$tmp/out" </dev/null
	tail -c 4 "$tmp/out" | od -An -c | grep -q '\\r 033   \[   K'
	point $? "ended by SIGINT: the terminal's line is clean" "$tmp/out"
else
	skip "ended by SIGINT: the terminal's line is clean" "script or runc is not installed"
fi

finish
