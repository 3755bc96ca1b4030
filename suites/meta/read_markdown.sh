#!/bin/sh
# The format "markdown", read by a parser that is not ours: tables are tables, record text stays in
# code spans, and nothing but what is ours is markup. Of each golden situation, of records in which
# every text is hostile, and of more than fits.
#   read_markdown.sh PLIMSOLL      speaks TAP
set -u
export LC_ALL=C.UTF-8
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: read_markdown.sh PLIMSOLL}")
cd "$(dirname "$0")/../../fixtures/golden" || exit 1
command -v cmark-gfm >/dev/null || skip_all "cmark-gfm is not installed"
command -v python3 >/dev/null || skip_all "python3 is not installed"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# read_it FILE: prints what is wrong with a document, as cmark-gfm understands it
read_it() {
	cmark-gfm --unsafe -t xml -e table -e autolink -e strikethrough -e tasklist \
		-e footnotes "$1" >"$tmp/xml" 2>"$tmp/xml.err" || echo "cmark-gfm fails"
	python3 - "$1" "$tmp/xml" <<-'END'
	import re, sys
	import xml.etree.ElementTree as tree
	source = open(sys.argv[1], encoding="utf-8", newline="").read()
	# XML has no U+FFFE and U+FFFF; Markdown does.
	xml = re.sub("[\ufffe\uffff]", "?", open(sys.argv[2], encoding="utf-8").read())
	xml = re.sub(r"<!DOCTYPE[^>]*>", "", xml)
	root = tree.fromstring(xml.encode())
	def name(node):
	    return node.tag.split("}")[-1]
	known = {"document", "heading", "paragraph", "list", "item", "text", "code", "strong",
	         "softbreak", "table", "table_header", "table_row", "table_cell", "html_block"}
	headings = (r"plimsoll: [a-z0-9 ,:]*|What is wrong|Known, as before|Obligations"
	            r"|Questions to the kernel|Profiles|Not read|Regressed|No longer known|Fixed"
	            r"|Changed|Cause changed|New|Gone|The same")
	html = r"<details><summary>\d+ (more rows|columns)</summary>\n?|</details>\n?"
	leaves = {"text", "code", "html_block"}
	rows = 0
	for node in root.iter():
	    kind = name(node)
	    if kind not in known:
	        print(f"there is a {kind}")
	    text = "".join(n.text for n in node.iter() if name(n) in leaves and n.text)
	    if kind == "heading" and not re.fullmatch(headings, text):
	        print(f"a heading is not ours: {text[:80]!r}")
	    if kind == "html_block" and not re.fullmatch(html, text):
	        print(f"HTML is not ours: {text[:80]!r}")
	    if kind == "text" and not re.fullmatch(r"[A-Za-z0-9 ,.:;()→-]*", text):
	        print(f"text is not ours: {text[:80]!r}")
	    if kind == "text" and "HOSTILE" in text:
	        print(f"record text is no code: {text[:80]!r}")
	    rows += kind in ("table_row", "table_header")
	# The parser evens out what has too few or too many cells.
	pipes, lines, rulers = None, 0, 0
	for line in source.split("\n"):
	    if not line.startswith("|"):
	        pipes = None
	        continue
	    count = re.sub(r"\\.", "", line).count("|")
	    if pipes not in (None, count):
	        print(f"a row has another number of cells: {line[:80]!r}")
	    pipes = count
	    lines += 1
	    rulers += set(line) <= set("|-")
	if rows != lines - rulers:
	    print(f"{lines - rulers} lines of tables are {rows} rows")
	if len(source.encode()) > 60000:
	    print(f"{len(source.encode())} bytes are more than GitHub may take")
	END
}

# reads FILE DESCRIPTION
reads() {
	read_it "$1" >"$tmp/why" 2>&1
	[ ! -s "$tmp/why" ]
	point $? "$2" "$tmp/why"
}

# refuses DOCUMENT DESCRIPTION PATTERN: the reader has to say so
refuses() {
	printf '%b' "$1" >"$tmp/broken.md"
	read_it "$tmp/broken.md" >"$tmp/why" 2>&1
	grep -q "$3" "$tmp/why"
	point $? "the reader notices $2" "$tmp/why"
}

for situation in */; do
	situation=${situation%/}
	"$plimsoll" report --format markdown "$situation/records.jsonl" >"$tmp/report.md" 2>/dev/null
	reads "$tmp/report.md" "$situation"
done

# Every text of these records is replaced, each by another of these.
for situation in boot-runs boot-panic profiles silently-ignored proofs-missed viewpoints \
	diff-kernels diff-regressed baseline compared hostile-change; do
	python3 - "$situation/records.jsonl" >"$tmp/hostile.jsonl" <<-'END'
	import itertools, json, sys
	hostile = itertools.cycle([
	    "`x`", "``` `", "`", "``", "a`", "` b", "</details><script>alert(1)</script>",
	    "<img src=x onerror=y>", "[a](http://example.com)", "![i](http://example.com/i.png)",
	    "http://example.com www.example.com a@example.com", "@someone #12 GH-1 a/b#3",
	    "| a | b |", "\\| \\", "||||", "|", "\\", "a\\", "# h", "- l", "1. l", "> q", "\n# h\n",
	    "\n\n<b>\n", "\n---\n", "\r\n* x", "&lt;b&gt; &#64;x", "<!--", "-->", "~~x~~", "$x$",
	    "    code", "***b***", "[x]: http://example.com", "[^1]", "- [ ] t", "\u2028x", "```\nx\n```",
	    "a\tb", "<https://example.com>", "5f4dcc3b5aa765d61d8327deb882cf99deadbeef"])
	words = {"type", "outcome", "kind", "fault", "verb", "time", "ready", "level", "of", "accel",
	         "is"}
	def replaced(value, key):
	    if isinstance(value, dict):
	        return {k: replaced(v, k) for k, v in value.items()}
	    if isinstance(value, list):
	        return [replaced(v, key) for v in value]
	    if not isinstance(value, str) or key in words:
	        return value
	    n = next(hostile)
	    return n + "HOSTILE" if len(n) % 2 else "HOSTILE" + n + "HOSTILE" + n
	for line in open(sys.argv[1]):
	    print(json.dumps(replaced(json.loads(line), "")))
	END
	"$plimsoll" report --format markdown "$tmp/hostile.jsonl" >"$tmp/report.md" 2>"$tmp/err"
	[ ! -s "$tmp/err" ] && grep -q HOSTILE "$tmp/report.md"
	point $? "hostile $situation can be reported" "$tmp/err"
	reads "$tmp/report.md" "hostile $situation"
done

# More than fits: 12 runs of 900 checks that all fail, in words and names of backticks.
many() {
	jq -nc --argjson runs "$1" 'range($runs) as $run | (
		{type: "env", format: 1, plimsoll: "0", verb: "run",
		 kernel: {release: ("`" * 300 + "\($run)")}},
		(range(900) as $i | {type: "case", name: ("a/\($i)" + "`" * 300), subject: ("|" * 300),
		 runtime: ("`" * 300), runtime_version: ("`" * 600 + "\($run)"), about: ("`" * 600),
		 outcome: "fail", kind: "wrong", fault: "runtime", detail: ("`" * 600 + "\($run)"),
		 cause: ("`" * 600), remedy: ("`" * 600)}),
		{type: "end", records: 901, exit: 1})' >"$tmp/many.jsonl"
	"$plimsoll" report --format markdown "$tmp/many.jsonl" >"$tmp/report.md" 2>"$tmp/err"
	reads "$tmp/report.md" "$2"
	grep -q 'more that are wrong: see the HTML report' "$tmp/report.md" &&
		grep -q 'see the HTML report' "$tmp/report.md"
	point $? "$2: what was left out is said"
}
many 12 "more than fits"
mv "$tmp/many.jsonl" "$tmp/alone.jsonl"
many 130 "more columns than fit"

# compare ENV CHANGE OUTCOME: twelve runs of 900 checks that changed so, in words and names of backticks
compare() {
	jq -nc --argjson with "$1" --arg is "$2" --arg outcome "$3" '
		("`" * 600) as $t | range(12) as $run | (
		{type: "env", format: 1, plimsoll: "0", verb: "probe",
		 kernel: {release: ("`" * 300 + "\($run)")},
		 compared_with: ({file: $t, release: $t, label: $t, runtime: $t, time: $t,
		  askers: [$t, $t]} + $with)},
		(range(900) as $i | {type: "probe", name: ("a\($i % 40)/\($i)" + "`" * 300),
		 asker: "a\($run)\($t)", about: $t, outcome: $outcome, cause: "\($t)\($i % 5)",
		 remedy: $t, change: {is: $is, was: {outcome: "absent", cause: $t}}}),
		{type: "end", records: 901, exit: 0, same: 4611686018427387905})'
}

{
	compare '{}' regressed denied
	compare '{}' fixed pass
	compare '{}' changed denied
	compare '{}' cause-changed denied
	cat "$tmp/alone.jsonl"
} >"$tmp/changed.jsonl"
timeout 60 "$plimsoll" report --format markdown "$tmp/changed.jsonl" >"$tmp/report.md" 2>"$tmp/err"
reads "$tmp/report.md" "more that changed than fits"
grep -q '^[0-9]* more: see the HTML report' "$tmp/report.md"
point $? "more that changed than fits: what was left out is said" "$tmp/report.md"

# As much of everything as there can be: what is new, known, in many columns, and not read.
mkdir "$tmp/fleet"
compare '{"baseline": true}' new fail >"$tmp/fleet/new.jsonl"
compare '{"baseline": true}' same fail | sed 's|"a\([0-9]*/\)|"b\1|' >"$tmp/fleet/known.jsonl"
for i in $(seq 40); do
	echo x >"$tmp/fleet/$(head -c 200 /dev/zero | tr '\0' '\140')$i.jsonl"
done
timeout 60 "$plimsoll" report --matrix --format markdown "$tmp/fleet" >"$tmp/report.md" 2>"$tmp/err"
reads "$tmp/report.md" "as much as there can be"

# headline SITUATION LINE: how the report of a situation begins
headline() {
	"$plimsoll" report --format markdown "$1/records.jsonl" >"$tmp/report.md" 2>/dev/null
	head -n 1 "$tmp/report.md" | grep -qxF "### plimsoll: $2"
	point $? "$1: $2" "$tmp/report.md"
}
headline diff-kernels "nothing regressed, 19 fixed"
headline diff-regressed "3 regressed, 1 no longer known, 1 new and wrong, 1 fixed"
headline baseline "1 obligation silently ignored, 2 obligations not kept, 1 error since the baseline, 1 known"
headline compared "2 obligations not kept, 1 regression, 1 error, 3 known"

# A run that is compared with itself; and one with what it lacked before.
timeout 60 "$plimsoll" diff --format markdown all-pass/records.jsonl all-pass/records.jsonl \
	>"$tmp/report.md" 2>"$tmp/err"
head -n 1 "$tmp/report.md" | grep -qxF '### plimsoll: nothing changed'
point $? "nothing changed" "$tmp/report.md" "$tmp/err"
! grep -q '^####' "$tmp/report.md"
point $? "nothing changed: no section" "$tmp/report.md"

# What fails as before is known and not new.
jq -c 'select(.change.is != "gone") | if .change then .change = {is: "same"}
	elif .type == "end" then .records -= 1 else . end' \
	baseline/records.jsonl >"$tmp/known.jsonl"
"$plimsoll" report --format markdown "$tmp/known.jsonl" >"$tmp/report.md" 2>"$tmp/err"
head -n 1 "$tmp/report.md" | grep -qxE '### plimsoll: nothing new is wrong, [0-9]+ known' &&
	grep -qxF '#### Known, as before' "$tmp/report.md" &&
	! grep -qxF '#### What is wrong' "$tmp/report.md"
point $? "all that is wrong is known" "$tmp/report.md" "$tmp/err"

# A file that cannot be read is a line, and not the end.
rm -r "$tmp/fleet"
mkdir "$tmp/fleet"
cp all-pass/records.jsonl "$tmp/fleet/good.jsonl"
echo '</details>**x**' >"$tmp/fleet/@a[b](c).jsonl"
timeout 60 "$plimsoll" report --matrix --format markdown "$tmp/fleet" >"$tmp/report.md" 2>"$tmp/err"
[ $? -eq 3 ]
point $? "a fleet with a file that cannot be read ends with 3" "$tmp/err"
reads "$tmp/report.md" "a fleet with a file that cannot be read"
head -n 1 "$tmp/report.md" | grep -q ', 1 file not read$' &&
	grep -qxF '#### Not read' "$tmp/report.md" && ! grep -q 'CUT SHORT' "$tmp/report.md" &&
	grep -q '^- `.*@a\[b\](c).jsonl:1: ' "$tmp/report.md"
point $? "it is named, at the top and in a section" "$tmp/report.md"

for situation in truncated no-end edited; do
	"$plimsoll" report --format markdown $situation/records.jsonl 2>/dev/null >"$tmp/report.md"
	head -n 1 "$tmp/report.md" | grep -q '^\*\*CUT SHORT'
	point $? "$situation is cut short, and says so on top" "$tmp/report.md"
done

refuses 'see http://example.com\n' "an address" 'there is a link'
refuses 'see [x](y)\n' "a link" 'there is a link'
refuses 'see ![x](y)\n' "an image" 'there is a image'
refuses 'a <b>x</b>\n' "HTML in a line" 'there is a html_inline'
refuses '<script>\nx\n</script>\n' "HTML of its own" 'HTML is not ours'
refuses '# x\n' "a heading" 'a heading is not ours'
refuses 'hello @someone\n' "a name that is told" 'text is not ours'
refuses '| a | b |\n|---|---|\n| c |\n' "a cell too few" 'another number of cells'
refuses '| a | b |\n|---|---|\n| c | d | e |\n' "a cell too many" 'another number of cells'
refuses '| a | b |\n\n| c | d |\n' "a table that is none" '2 lines of tables are 0 rows'
refuses '- x HOSTILE\n' "record text that is no code" 'record text is no code'
refuses "$(head -c 60001 /dev/zero | tr '\0' x)" "too much" 'more than GitHub may take'
finish
