#!/bin/sh
# `plimsoll preflight`: what profiles come to, who is asked and about which directories, what is
# wrong in a profile, and that a host on which little is allowed is asked all the same.
#   preflight.sh PLIMSOLL      speaks TAP
# What a place needs and the machine does not give is skipped with its reason.
# shellcheck disable=SC2016 # what is quoted so is for the shell inside the place
set -u
export LC_ALL=C
unset NO_COLOR COLUMNS || true
umask 022
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
fixtures=$(realpath "$(dirname "$0")/../../fixtures")
tmp=$(mktemp -d)
trap 'rm -rf --one-file-system "$tmp"' EXIT
chmod 755 "$tmp"
# A user who is not root has to be able to run it, wherever it was built.
install -m 755 "${1:?usage: preflight.sh PLIMSOLL}" "$tmp/plimsoll"
plimsoll=$tmp/plimsoll
cd "$tmp" || exit 1
mkdir -p fx/base fx/profiles here
cp "$fixtures/base/config.json" fx/base/

# preflight ARG...: its exit status in $code, what it said in $tmp
preflight() {
	code=0
	"$plimsoll" preflight "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
}

# says CODE WORDS DESCRIPTION: it ended so, and said so
says() {
	status=1
	tr '\n' ' ' <"$tmp/out" | tr -s ' ' >"$tmp/folded"
	[ "$code" -eq "$1" ] && cat "$tmp/folded" "$tmp/err" | grep -q -- "$2" && status=0
	echo "exit $code, wanted $1 and: $2" >>"$tmp/err"
	point $status "$3" "$tmp/out" "$tmp/err"
}

# comes_to CODE JQ-EXPRESSION DESCRIPTION: of the profile record in out
comes_to() {
	status=1
	[ "$code" -eq "$1" ] && jq -es "map(select(.type == \"profile\")) | .[0] | $2" \
		"$tmp/out" >"$tmp/jq" 2>&1 && status=0
	echo "exit $code, wanted $1 and: $2" >>"$tmp/err"
	point $status "$3" "$tmp/out" "$tmp/err"
}

# need PROBE [MORE]: an entry of a profile
need() { printf '{"probe": "%s", "reason": "why", "source": "where"%s}' "$1" "${2:-}"; }
# profile FILE WHO REQUIRED [RECOMMENDED]: writes one
profile() {
	printf '{"about": "a test", "who": "%s", "source": "us",\n"required": [%s],\n"recommended": [%s]}\n' \
		"$2" "$3" "${4:-}" >"$1"
}
have_userns() { unshare -Ur true 2>/dev/null; }

# --- what is shipped ---
for file in "$fixtures"/profiles/*.json; do
	name=$(basename "$file" .json)
	preflight --fixtures "$fixtures" --report - --timeout 20 "$name"
	status=1
	case $code in 0 | 1 | 3) status=0 ;; esac
	point $status "$name names probes that there are" "$tmp/err"
	if [ "$status" -eq 0 ]; then
		comes_to "$code" '.ready != "unknown"' "$name: nothing of it is unknown here"
	fi
done
preflight --timeout 20
status=1
[ "$(grep -cE ' of [0-9]+ required' "$tmp/out")" -eq "$(find "$fixtures/profiles" -name '*.json' | wc -l)" ] &&
	status=0
point $status "without a name: all profiles, a line each" "$tmp/out" "$tmp/err"
preflight no-such-profile
says 2 'no profile "no-such-profile"' "a profile that there is not"

# --- what is wrong in a profile ---
# wrong JSON WORDS DESCRIPTION
wrong() {
	printf '%s\n' "$1" >bad.json
	preflight ./bad.json
	says 2 "$2" "$3"
}
good=$(need mnt/rro)
body='"about": "a", "who": "root", "source": "s"'
wrong '{' 'bad.json:2: ' "not JSON"
wrong '[]' 'bad.json:1: : must be an object' "not an object"
wrong "{$body}" 'the key "required" is missing' "no required"
wrong "{$body, \"required\": []}" '/required: is empty' "an empty required"
wrong "{$body,
\"colour\": \"red\", \"required\": [$good]}" 'bad.json:2: /colour: unknown key' "an unknown key"
wrong "{$body, \"about\": \"b\", \"required\": [$good]}" 'bad.json:1: duplicate' "a key twice"
wrong "{\"about\": \"a\", \"who\": \"me\", \"source\": \"s\", \"required\": [$good]}" \
	'/who: must be root or user' "somebody else"
wrong "{$body, \"required\": [
$(need mnt/no_such)]}" 'bad.json:2: /required/0/probe: there is no probe "mnt/no_such"' \
	"a probe that there is not"
wrong "{$body, \"required\": [{\"probe\": \"mnt/rro\", \"source\": \"s\"}]}" \
	'"reason" is missing' "no reason"
wrong "{$body, \"required\": [{\"reason\": \"r\", \"source\": \"s\"}]}" \
	'one of the keys "probe" and "any"' "neither probe nor any"
wrong "{$body, \"required\": [{\"any\": [\"mnt/rro\"], \"reason\": \"r\", \"source\": \"s\"}]}" \
	'/required/0/any: must name 2 to' "one choice"
wrong "{$body, \"required\": [$(need idmap/path)]}" 'the key "paths" is missing' \
	"a probe of a directory without one"
wrong "{$body, \"required\": [$(need mnt/rro ', "paths": ["/"]')]}" 'asks about no directory' \
	"a directory for a probe of none"
wrong "{$body, \"required\": [$(need idmap/path ', "paths": ["etc"]')]}" \
	'must be an absolute path' "a relative directory"
wrong "{$body, \"required\": [$(need mnt/rro ', "if": 1')]}" '/required/0/if: must be a string' \
	"a condition that is no name"
preflight ./none.json
says 2 'none.json: No such file' "a file that is not there"
preflight ./here/
says 2 'Is a directory' "a directory"
mkfifo fifo.json
preflight ./fifo.json
says 2 'fifo.json: ' "a fifo"
truncate -s 2M huge.json
preflight huge.json
says 2 'File too large' "a huge file"

# --- what it comes to ---
profile good.json root "$good"
preflight --report - ./good.json
comes_to 0 '.ready == "ready" and .outcome == "pass" and .misses == [] and .required == {met: 1, all: 1}' \
	"all there: ready"
preflight ./good.json
says 0 'READY good: a test (us)' "the text says so"
# Not on every host is there anything that is missing: a user namespace that may make none is.
if have_userns; then
	no_userns() {
		unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh "$@"
	}
	# inside ARG...: preflight where no user namespaces may be made
	inside() {
		code=0
		no_userns "$plimsoll" preflight "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	}
	profile lacks.json user "$(need ns/user)" "$(need ns/user_nested)"
	profile except.json user "$good" "$(need ns/user)"
	printf '{%s, "required": [{"any": ["ns/user", "mnt/rro"], "reason": "r", "source": "s"}]}' \
		"$body" >any.json
	printf '{%s, "required": [%s, %s]}' "$body" "$good" \
		"$(need ns/user_map ', "if": "ns/user"')" >if.json
	inside --report - ./lacks.json
	comes_to 1 '.ready == "not-ready" and .outcome == "fail" and (.misses | length) == 2
		and .misses[0] == {probe: "ns/user", level: "required", outcome: "denied", reason: "why", source: "where"}' \
		"something required is denied: not ready"
	inside ./lacks.json
	says 1 'NOT READY lacks.*ns/user denied, required.*needed: why (where).*remedy: .*max_user_namespaces' \
		"the text says what, why, cause and remedy"
	inside --report - ./except.json
	comes_to 0 '.ready == "ready-except" and .outcome == "pass" and .recommended == {met: 0, all: 1}' \
		"something recommended is denied: ready except"
	inside --report - ./any.json
	comes_to 0 '.ready == "ready"' "one of several is enough"
	inside --report - ./if.json
	comes_to 0 '.ready == "ready" and .required.all == 1' "what does not apply is not counted"
	inside ./lacks.json ./lacks.json
	says 1 'as said above of ns/user' "the same cause is said once"
	inside ./lacks.json ./except.json ./good.json ./any.json
	says 1 'lacks NOT READY 0 of 1 required, 0 of 1 recommended except READY EXCEPT' \
		"of many profiles: a line each"
	profile root.json root "$good"
	inside --report - ./root.json
	comes_to 0 '.notes[0] | test("root of a user namespace")' "root elsewhere is no root"
else
	skip "what is missing" "no user namespaces here"
fi

# --- how long, whom, where ---
list=$("$plimsoll" list 2>/dev/null | awk '$1 == "probe" && $2 !~ /path/ { print $2 }')
profile many.json root "$(for name in $list; do
	[ "$name" = "${list##*[[:space:]]}" ] && need "$name" || printf '%s,\n' "$(need "$name")"
done)"
preflight --timeout 0.001 --jobs 1 --report - ./many.json
comes_to 3 '.ready == "unknown" and .outcome == "error" and (.notes | tostring | test("--timeout"))' \
	"no time: not known"
preflight --timeout 0 ./good.json
says 2 'timeout wants seconds' "no timeout at all"
preflight --as no-such-user ./good.json
says 2 'no user "no-such-user"' "a user that there is not"
preflight --format sonnet ./good.json
says 2 'no format "sonnet"' "a format that there is not"
preflight --all ./good.json
says 2 'not both' "all, and one of them"
printf '{%s, "paths": ["%s/none", "%s/here"], "required": [%s]}' "$body" "$tmp" "$tmp" \
	"$(need idmap/path)" >some.json
printf '{%s, "paths": ["%s/here/no/where"], "required": [%s]}' "$body" "$tmp" \
	"$(need idmap/path)" >none-there.json
preflight --report - ./some.json
status=1
jq -es --arg tmp "$tmp" '[.[] | select(.type == "probe").subject] == [$tmp + "/here"]' \
	"$tmp/out" >/dev/null 2>&1 && status=0
point $status "a directory that is not there is left out" "$tmp/out" "$tmp/err"
comes_to "$code" '.notes[0] | test("none was not asked about")' "and that is said"
preflight --report - ./none-there.json
comes_to "$code" '.notes[0] | test("/here was asked about instead")' \
	"if none is there, the nearest is asked about"
preflight --report - --path / ./none-there.json
status=1
jq -es '[.[] | select(.type == "probe").subject] == ["/"]' "$tmp/out" >/dev/null 2>&1 && status=0
point $status "--path replaces them" "$tmp/out" "$tmp/err"
preflight --path "$tmp/none" ./good.json
says 2 'none: No such file' "a --path that is not there"
preflight --path "$tmp/good.json" ./good.json
says 2 'Not a directory' "a --path that is a file"
cp good.json fx/profiles/mine.json
preflight --fixtures fx
says 0 'READY mine' "--fixtures: the profiles of another directory"
preflight --fixtures here
says 2 'not a directory of fixtures' "--fixtures that are none"
preflight --report - --format tap ./good.json
comes_to 0 '.ready == "ready"' "--report - is all there is on stdout"

# --- a host on which little is allowed ---
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	code=0
	unshare -m sh -c 'mkdir -p "$2/bin" && mount -t tmpfs -o size=64m none "$2/bin" &&
		cp "$1" "$2/bin/plimsoll" && cp "$3" "$2/bin/good.json" &&
		mount -o remount,bind,ro "$2/bin" && cd "$2/bin" && mount --make-rprivate / &&
		mount -o remount,bind,ro / && unset TMPDIR HOME && ! touch /x 2>/dev/null &&
		exec ./plimsoll preflight --report - ./good.json' \
		sh "$plimsoll" "$tmp" "$tmp/good.json" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	comes_to 0 '.ready == "ready"' "the root is read-only"
	cp good.json user.json
	sed -i 's/"root"/"user"/' user.json
	code=0
	setpriv --reuid 65534 --regid 65534 --clear-groups "$plimsoll" preflight --report - \
		./user.json >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	comes_to "$code" '.asker == "user" and .notes == null and .ready != "unknown"' \
		"nobody asks for themselves"
	code=0
	setpriv --reuid 65534 --regid 65534 --clear-groups "$plimsoll" preflight --report - \
		./good.json >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	comes_to "$code" '.asker == "user" and (.notes[0] | test("asked as a user"))' \
		"nobody asks about root"
	code=0
	setpriv --reuid 65534 --regid 65534 --clear-groups "$plimsoll" preflight --as root \
		./user.json >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	says 2 'that takes root' "nobody asks as root"
	preflight --report - ./user.json
	comes_to "$code" '.asker == "user" and (.notes[0] | test("for the user nobody: --as"))' \
		"root asks for nobody"
	preflight --report - --as daemon ./user.json
	comes_to "$code" '.notes[0] | test("for the user daemon\\.")' "root asks for daemon"
	code=0
	unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs -o ro none /proc &&
		exec "$1" preflight "$2"' sh "$plimsoll" "$tmp/good.json" >"$tmp/out" \
		2>"$tmp/err" </dev/null || code=$?
	says 3 'is /proc mounted' "no /proc"
else
	skip "a host on which little is allowed" "not root"
fi

# --- nothing is left ---
state() {
	cat /proc/self/mountinfo /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward
	find . /dev/shm /dev/mqueue ! -name before ! -name after 2>/dev/null | sort
}
touch out err
state >before
preflight --report - ./good.json ./some.json
state >after
status=0
cmp -s before after || status=1
diff before after >"$tmp/err"
point $status "nothing is left" "$tmp/err"

# --- what it writes ---
if python3 -c 'import jsonschema' 2>/dev/null; then
	# follows SCHEMA FILE DESCRIPTION: each line of the file is one JSON value of the schema
	follows() {
		status=0
		python3 - "$fixtures/schema/$1.json" "$2" >"$tmp/why" 2>&1 <<-'END' || status=1
		import json, sys
		from jsonschema import Draft202012Validator
		validator = Draft202012Validator(json.load(open(sys.argv[1])))
		for line in open(sys.argv[2]):
		    validator.validate(json.loads(line))
		END
		point $status "$3" "$tmp/why"
	}
	preflight --timeout 0.001 --report records ./good.json ./some.json
	follows record records "the records of what is not known"
	preflight --report records ./good.json ./some.json ./none-there.json
	follows record records "the records"
	jq -c . "$fixtures"/profiles/*.json >profiles.jsonl
	follows profile profiles.jsonl "every profile"
else
	skip "what it writes" "python3 has no jsonschema"
fi
finish
