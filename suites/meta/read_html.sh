#!/bin/sh
# Reads the HTML of every situation of fixtures/golden, and of one where each text is an attack:
# html-validate accepts it; what it refers to is in it and nowhere else; its policy knows its style
# sheet and its script, and nothing else could run.
#   read_html.sh PLIMSOLL             speaks TAP
set -eu
export LC_ALL=C
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "${1:?usage: read_html.sh PLIMSOLL}")
here=$(realpath "$(dirname "$0")")
command -v node >/dev/null || skip_all "there is no node"
modules=$("$here/../../ci/readers" npm 2>/dev/null) || skip_all "ci/readers has no modules"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# "recommended" holds what the standard demands, "a11y" what readers need; how long a title is
# and what a log line ends with is not ours to say.
cat >"$tmp/.htmlvalidate.json" <<-'END'
	{ "root": true, "extends": ["html-validate:recommended", "html-validate:a11y"],
	  "rules": { "long-title": "off", "no-trailing-whitespace": "off" } }
END

# page NAME RECORDS: writes $tmp/NAME.html
page() {
	"$plimsoll" report --format html="$tmp/$1.html" "$2" >/dev/null 2>&1 || :
	[ ! -e "$tmp/$1.html.partial" ] || mv "$tmp/$1.html.partial" "$tmp/$1.html"
}

# validate NAME...: what html-validate says of these pages in $tmp/NAME.said; it takes long to start
validate() {
	NODE_PATH=$modules/node_modules node - "$tmp" "$@" >"$tmp/said" 2>&1 <<-'END'
	const fs = require("fs");
	const { FileSystemConfigLoader, HtmlValidate, cjsResolver } = require("html-validate");
	const [dir, ...names] = process.argv.slice(2);
	const reader = new HtmlValidate(new FileSystemConfigLoader([cjsResolver()]));
	for (const name of names) {
		const report = reader.validateFileSync(`${dir}/${name}.html`);
		const said = report.results.flatMap((result) => result.messages)
			.map((m) => `${m.line}:${m.column}: ${m.ruleId}: ${m.message}\n`);
		fs.writeFileSync(`${dir}/${name}.said`, said.join("") + (report.valid ? "valid\n" : ""));
	}
	END
}

# valid NAME: 0 if html-validate has read the page and accepts it
valid() { [ "$(cat "$tmp/$1.said" 2>&1)" = valid ]; }

# suspects NAME: attributes that refer to anything but the page itself, or are code or style.
# Text of records has no quotes and no angle brackets that could end or begin one.
suspects() {
	perl -0777 -ne 's{<(style|script)>.*?</\1>}{}gs;
		while (/<[a-z][a-z0-9]*((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g) {
			my $all = $1;
			while ($all =~ /\s([\w:-]+)(?:="([^"]*)")?/g) {
				my ($name, $value) = ($1, $2 // "");
				next if $name eq "href" && $value =~ /^#[a-z0-9-]+$/;
				print "$name=$value\n" if $name =~ /^(on.*|style|xmlns.*|.*src.*|.*href|
					action|formaction|data|poster|ping|background|manifest)$/x;
			}
		}' "$tmp/$1.html"
}

# dangling NAME: what it refers to as if it were in it
dangling() {
	grep -Eo ' href="#[a-z0-9-]+"' "$tmp/$1.html" | sed 's/.*#//; s/"//' | sort -u >"$tmp/refs"
	grep -Eo ' id="[a-z0-9-]+"' "$tmp/$1.html" | sed 's/.*="//; s/"//' | sort -u >"$tmp/ids"
	comm -23 "$tmp/refs" "$tmp/ids"
}

# hashed NAME ELEMENT: what a policy knows its contents by
hashed() {
	perl -0777 -MDigest::SHA=sha256_base64 \
		-ne "print sha256_base64(\$1), '=' if m{<$2>(.*?)</$2>}s" "$tmp/$1.html"
}

# policy NAME: 0 if the page allows its own style sheet and script, and nothing else
policy() {
	grep -qF "content=\"default-src 'none'; style-src 'sha256-$(hashed "$1" style)';\
 script-src 'sha256-$(hashed "$1" script)'; base-uri 'none'; form-action 'none'\"" "$tmp/$1.html"
}

# one NAME ELEMENT: 0 if there is just one
one() { [ "$(grep -oi "<$2[ >]" "$tmp/$1.html" | wc -l)" -eq 1 ]; }

check() {
	status=0
	valid "$1" || status=1
	point "$status" "$1: html-validate accepts it" "$tmp/$1.said"
	{ suspects "$1"; dangling "$1"; } >"$tmp/said"
	status=0
	[ ! -s "$tmp/said" ] || status=1
	point "$status" "$1: it refers to nothing but itself" "$tmp/said"
	status=0
	policy "$1" && one "$1" style && one "$1" script || status=1
	point "$status" "$1: its policy allows its own style sheet and script alone"
}

attacked="boot-runs profiles proofs-missed boot-panic viewpoints"
cd "$here/../../fixtures/golden"
for situation in */; do
	page "${situation%/}" "$situation/records.jsonl"
done
# Every text of every record, and every name of a member that is shown, tries to be markup.
for situation in $attacked; do
	"$here/attack.sh" <"$situation/records.jsonl" >"$tmp/records"
	page "attack-$situation" "$tmp/records"
done
pages=$(cd "$tmp" && echo *.html | sed 's/\.html//g')
# shellcheck disable=SC2086 # words
validate $pages || sed 's/^/# /' "$tmp/said"

for situation in */; do
	check "${situation%/}"
done
for situation in $attacked; do
	check "attack-$situation"
	status=0
	grep -q '&lt;img src=x onerror=' "$tmp/attack-$situation.html" || status=1
	point "$status" "attack-$situation: the attack is shown as text"
done

# --- can these fail? ---

page good silently-ignored/records.jsonl
spoil() { sed "$1" "$tmp/good.html" >"$tmp/bad.html"; }
refuses() { "$@" && return 1 || return 0; }

status=0
for change in 's|</h1>|</h2>|' 's|id="matrix"|id="wrong"|'; do
	spoil "$change"
	validate bad
	refuses valid bad || status=1
done
refuses valid nowhere || status=1
point "$status" "html-validate refuses what is no HTML, and an id that is there twice"
status=0
for change in 's|<h1>|<h1><img src="https://example.org/x">|' 's|href="#a0"|href="//a"|' \
	's|href="#a0"|href="#nowhere"|' 's|<h1>|<h1 onclick="x">|' 's|<h1>|<h1 class="x" style="y">|'; do
	spoil "$change"
	[ -n "$(suspects bad; dangling bad)" ] || { status=1; echo "# missed: $change"; }
done
point "$status" "an address outside, one that leads nowhere and code in an attribute are noticed"
status=0
for change in 's|</style>| </style>|' 's|"use strict"|"use  strict"|' "s|default-src 'none'||"; do
	spoil "$change"
	refuses policy bad || { status=1; echo "# missed: $change"; }
done
point "$status" "another style sheet, script or policy is noticed"
finish
