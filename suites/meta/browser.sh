#!/bin/sh
# Opens the HTML page in Chromium, without a screen: what a person does with mouse, keyboard and
# screen reader has to work, and no text of a record may do anything.
#   browser.sh PLIMSOLL             speaks TAP
set -eu
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: browser.sh PLIMSOLL}")
here=$(realpath "$(dirname "$0")")
command -v node >/dev/null || skip_all "there is no node"
chromium=$(command -v chromium || command -v chromium-browser) || skip_all "there is no Chromium"
modules=$("$here/../../ci/readers" npm 2>/dev/null) || skip_all "ci/readers has no modules"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/home" "$tmp/pages"

golden=$here/../../fixtures/golden
page() {
	"$plimsoll" report --format html="$tmp/pages/$1.html" "$2" >/dev/null 2>&1 || :
	[ ! -e "$tmp/pages/$1.html.partial" ] ||
		mv "$tmp/pages/$1.html.partial" "$tmp/pages/$1.html"
}
for situation in boot-runs boot-panic profiles viewpoints catalogue hostile-text proofs-missed \
	truncated empty all-pass diff-kernels diff-regressed baseline compared hostile-change; do
	page "$situation" "$golden/$situation/records.jsonl"
done
for situation in boot-runs profiles viewpoints proofs-missed boot-panic diff-regressed baseline; do
	"$here/attack.sh" <"$golden/$situation/records.jsonl" >"$tmp/records"
	page "attack-$situation" "$tmp/records"
done
# A fleet: two files of one kernel, and two that are not whole; one is called as an attack.
mkdir "$tmp/fleet"
cp "$golden/boot-probes/records.jsonl" "$tmp/fleet/node-1.jsonl"
cp "$golden/boot-probes/records.jsonl" "$tmp/fleet/node-2.jsonl"
head -c 400 "$golden/boot-probes/records.jsonl" >"$tmp/fleet/cut.jsonl"
echo nothing >"$tmp/fleet/<img src=x onerror=alert(1)>\"'&lt;.jsonl"
"$plimsoll" report --matrix --format html="$tmp/pages/attack-fleet.html" "$tmp/fleet" \
	>/dev/null 2>&1 || :
# A baseline with nothing but what is known.
jq -cs 'length as $all | map(select(.type != "case" or .change.is == "same"))
	| .[-1].records -= $all - length | .[]' "$golden/baseline/records.jsonl" >"$tmp/records"
page known "$tmp/records"
# One table that is wide: 20 kernels x 4 runtimes.
for i in 01 02 03 04 05 06 07 08 09 10; do
	sed "s/\"label\":\"/&$i /" "$golden/boot-runs/records.jsonl"
done >"$tmp/records"
page wide "$tmp/records"

HOME=$tmp/home NODE_PATH=$modules/node_modules CHROMIUM=$chromium \
	node "$here/browser.cjs" "$tmp/pages"
