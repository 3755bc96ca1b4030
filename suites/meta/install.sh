#!/bin/sh
# One program works from wherever it is: installed, uninstalled, and alone on another machine.
#   install.sh BUILD_DIRECTORY SOURCE_DIRECTORY
set -u
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
build=$(realpath "$1")
source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# check DESCRIPTION WANTED COMMAND...: the last line that the command says is as wanted
check() {
	name=$1
	want=$2
	shift 2
	got=$("$@" 2>&1 | tail -n 1)
	status=0
	[ "$got" = "$want" ] || status=1
	echo "wanted $want, got $got" >"$tmp/why"
	point $status "$name" "$tmp/why"
}

cd /
check "uninstalled, from another directory" "fixtures: $source/fixtures" "$build/plimsoll" list
check "a directory that is given wins" "fixtures: $tmp/own" \
	sh -c "cp -r '$source/fixtures' '$tmp/own' && '$build/plimsoll' list --fixtures '$tmp/own'"
DESTDIR=$tmp/dest meson install -C "$build" --no-rebuild --quiet >"$tmp/log" 2>&1
bin=$(find "$tmp/dest" -path '*/bin/plimsoll' -type f)
check "installed" "fixtures: $(realpath "${bin%/bin/*}")/share/plimsoll/fixtures" "$bin" list
share=${bin%/bin/*}/share
for file in bash-completion/completions/plimsoll zsh/site-functions/_plimsoll \
	fish/vendor_completions.d/plimsoll.fish; do
	[ -s "$share/$file" ]
	point $? "installed: $file"
done
if command -v scdoc >/dev/null; then
	for page in plimsoll plimsoll-probe plimsoll-report; do
		grep -q '^\.SH NAME' "$share/man/man1/$page.1"
		point $? "installed: $page.1"
	done
else
	skip "man pages" "no scdoc"
fi
if [ "$(id -u)" -eq 0 ]; then
	mkdir "$tmp/alone"
	cp "$build/plimsoll" "$tmp/alone/"
	cp "$tmp/alone/plimsoll" /dev/shm/plimsoll-alone.$$
	check "alone, where the source tree is not" "fixtures: embedded" \
		unshare --mount sh -c "mount -t tmpfs none '$source' &&
			/dev/shm/plimsoll-alone.$$ list"
	check "the embedded cases are the source tree's" "" \
		unshare --mount sh -c "/dev/shm/plimsoll-alone.$$ list >'$tmp/source' 2>&1
			mount -t tmpfs none '$source'
			/dev/shm/plimsoll-alone.$$ list 2>&1 | diff - '$tmp/source' | grep -v fixtures: |
			grep '^[<>]'"
	rm -f /dev/shm/plimsoll-alone.$$
fi
finish
