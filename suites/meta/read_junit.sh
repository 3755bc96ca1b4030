#!/bin/sh
# Readers of XML and of JUnit that are not ours read every situation of fixtures/golden: it is what
# fixtures/schema/junit.xsd says, and they count what we count in the records.
#   read_junit.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=suites/meta/tap.sh
. "$here/tap.sh"
# shellcheck source=suites/meta/situations.sh
. "$here/situations.sh"
plimsoll=$(realpath "${1:?usage: read_junit.sh PLIMSOLL}")
command -v jq >/dev/null || skip_all "jq is not installed"
command -v xmllint >/dev/null || skip_all "xmllint is not installed"
schema=$(realpath "$here/../../fixtures/schema/junit.xsd")
cd "$here/../../fixtures/golden" || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
modules=
if command -v node >/dev/null; then
	modules=$("$here/../../ci/readers" npm </dev/null 2>/dev/null) || modules=
fi

cat >"$tmp/count.cjs" <<'END'
// What junit2json makes of a file: the elements it found, what the suites said, and how many
// checks it cannot tell apart.
const { parse } = require('junit2json')
const { readFileSync } = require('fs')
parse(readFileSync(process.argv[2], 'utf8')).then((document) => {
  const suites = document.testsuite ?? []
  const cases = suites.flatMap((s) => s.testcase ?? [])
  const having = (key) => cases.filter((c) => c[key]).length
  const said = (key) => suites.reduce((sum, s) => sum + s[key], 0)
  const names = new Set(cases.map((c) => JSON.stringify([c.classname, c.name])))
  const empty = cases.flatMap((c) => [...c.failure ?? [], ...c.error ?? []])
    .filter((f) => !f.message || !f.type || !f.inner).length
  console.log(`elements: ${cases.length} ${having('failure')} ${having('error')} ${having('skipped')}`)
  console.log(`said: ${said('tests')} ${said('failures')} ${said('errors')} ${said('skipped')}`)
  console.log(`alike: ${cases.length - names.size}`)
  console.log(`without a reason: ${empty}`)
  // Text that some readers take for a request to show a file of the job's.
  const texts = cases.flatMap((c) => [...c['system-out'] ?? [],
    ...[...c.failure ?? [], ...c.error ?? []].map((f) => f.inner)])
  console.log(`attachments: ${texts.filter((t) => t.includes('[[')).length}`)
})
END
read_it() {
	NODE_PATH=$modules/node_modules node "$tmp/count.cjs" "$tmp/junit" </dev/null 2>&1
}

wanted() {
	count "$1"
	all_broken=$((all_broken + cut)) all_skipped=$((all_skipped + all_known))
	numbers="$all_failed $all_broken $all_skipped"
	numbers="$((all_passed + all_failed + all_broken + all_skipped)) $numbers"
	printf 'elements: %s\nsaid: %s\nalike: 0\nwithout a reason: 0\nattachments: 0\n' "$numbers" "$numbers"
}

for situation in */; do
	situation=${situation%/}
	(cd "$situation" && "$plimsoll" report --format junit records.jsonl) >"$tmp/junit" 2>/dev/null
	xmllint --noout --schema "$schema" "$tmp/junit" >"$tmp/said" 2>&1
	point $? "it is what the schema says: $situation" "$tmp/said"
	[ -n "$modules" ] || continue
	wanted "$situation" >"$tmp/wanted"
	read_it >"$tmp/got"
	status=0
	diff -u "$tmp/wanted" "$tmp/got" >"$tmp/diff" || status=1
	point $status "junit2json counts what we count: $situation" "$tmp/diff"
done
[ -n "$modules" ] || skip "junit2json counts what we count" "ci/readers cannot fetch it"

# The readers notice what is off: else nothing was shown above.
(cd silently-ignored && "$plimsoll" report --format junit records.jsonl) >"$tmp/whole" 2>/dev/null
# refuses WHAT EDIT: xmllint does not take the report once sed has edited it
refuses() {
	sed "$2" "$tmp/whole" >"$tmp/junit"
	status=0
	! cmp -s "$tmp/junit" "$tmp/whole" || status=1
	! xmllint --noout --schema "$schema" "$tmp/junit" >/dev/null 2>&1 || status=1
	point $status "xmllint refuses $1"
}
refuses "a suite without its count" '0,/ tests="[0-9]*"/s///'
refuses "an unknown element" '0,/<failure /s//<defect /; 0,/<\/failure>/s//<\/defect>/'
refuses "two checks of one name" 's/ name="mount\/rro"/ name="mount\/ro"/'
refuses "a dot in a classname" 's/classname="6_12_9/classname="6.12.9/'
refuses "markup that is not escaped" '0,/&quot;/s//</'
refuses "a character that is none" "$(printf '0,/must: /s//must: \357\277\276/')"
if [ -n "$modules" ]; then
	wanted silently-ignored >"$tmp/wanted"
	sed '/<skipped /,/<\/skipped>/d' "$tmp/whole" >"$tmp/junit"
	read_it >"$tmp/got"
	! cmp -s "$tmp/wanted" "$tmp/got"
	point $? "junit2json notices that nothing is skipped any more" "$tmp/got"
fi

# Without the library it is said before anything is measured.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount --make-rprivate /
		for library in $(ldconfig -p | sed -n "s|.*libxml2\.so.* => ||p"); do
			mount --bind /dev/null "$library"
		done
		exec "$@"' - "$plimsoll" report --format "junit=$tmp/none" all-pass/records.jsonl \
		>"$tmp/out" 2>"$tmp/said"
	[ $? -eq 3 ] && [ ! -e "$tmp/none" ] && grep -q ': install libxml2' "$tmp/said"
	point $? "without libxml2: what to install, and exit status 3" "$tmp/said"
else
	skip "without libxml2: what to install, and exit status 3" "not root"
fi
finish
