#!/bin/sh
# Help, man pages and completions: do they fit, do they have every option, and do they work?
#   manual.sh PLIMSOLL PLIMSOLL-MANUAL SOURCE_DIRECTORY
set -u
export LC_ALL=C.UTF-8
# shellcheck source=suites/meta/tap.sh
. "$(dirname "$0")/tap.sh"
plimsoll=$(realpath "$1")
manual=$(realpath "$2")
source=$(realpath "$3")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit

"$manual" options >declarations || exit
for shell in bash zsh fish; do
	"$manual" "$shell" "$source/suites/manual/plimsoll.$shell" >"of-$shell" || exit
done
verbs=$(cut -d ' ' -f 1 declarations | uniq)

# --- help ---
for verb in $verbs; do
	"$plimsoll" "$verb" --help >"help-$verb" 2>&1
	status=$?
	awk -v name="$verb" 'length > 80 { print "wide: " $0; bad = 1 }
		/^  (sudo )?plimsoll / { examples++ }
		END { if (NR > 40) print NR " lines"; if (examples < 2) print "few examples"
			exit bad || NR > 40 || examples < 2 }' "help-$verb" >why || status=1
	point $status "help of $verb fits a screen and has examples" why
	"$plimsoll" help "$verb" 2>&1 | cmp -s - "help-$verb"
	point $? "help $verb is the same"
done
"$plimsoll" --help >help 2>&1
status=$?
for verb in $verbs; do
	grep -q "^  $verb  " help || status=1
done
point $status "help has every verb" help
"$plimsoll" help no-such-verb >out 2>&1
[ $? -eq 2 ] && grep -q 'no verb "no-such-verb"' out
point $? "no help on a verb that is not there" out
"$plimsoll" prob >out 2>&1
[ $? -eq 2 ] && grep -q 'did you mean probe?' out
point $? "a verb that is nearly there" out

# --- every option, everywhere ---
for verb in $verbs plimsoll; do
	"$manual" scdoc "$verb" >"scdoc-$verb" || exit
done
missing=0
while read -r verb option value; do
	grep -qE "^  --$option( |\$)" "help-$verb" || echo "$verb --$option: not in help"
	grep -q "^\*--$option\*" "scdoc-$verb" || echo "$verb --$option: not in the man page"
	grep -q "__plimsoll_is $verb' -l $option " of-fish || echo "$verb --$option: not in fish"
	awk -v verb="	$verb)" -v option="--${option}[=[]" '$0 == verb { here = 1 }
		here && $0 ~ option { found = 1 } / ;;$/ { here = 0 } END { exit !found }' of-zsh ||
		echo "$verb --$option: not in zsh"
	if [ -n "$value" ]; then
		want='has no value'
		"$plimsoll" "$verb" "--$option" >out 2>&1 </dev/null
	else
		want='takes no value'
		"$plimsoll" "$verb" "--$option=1" >out 2>&1 </dev/null
	fi
	[ $? -eq 2 ] && grep -q -e "--$option $want" out || echo "$verb --$option: not taken"
	echo "$verb --$option" >>declared
done <declarations >missing
[ ! -s missing ] || missing=1
point $missing "every option is in help, man pages and completions, and is taken" missing
for verb in $verbs; do
	sed -n "s/^  \(--[a-z-]*\).*/$verb \1/p" "help-$verb"
done | sort | comm -3 - "$(sort declared >sorted && echo sorted)" >odd
[ ! -s odd ]
point $? "and there are no others" odd
(cd "$source" && grep -l getopt_long suites/*.c suites/boot/*.c suites/oci/*.c) >readers
[ "$(cat readers)" = suites/options.c ]
point $? "nobody else reads options" readers

# --- man pages ---
if command -v scdoc >/dev/null && command -v groff >/dev/null; then
	for verb in $verbs plimsoll; do
		scdoc <"scdoc-$verb" >page 2>why && groff -man -t -Tutf8 -ww page >text 2>>why &&
			[ ! -s why ]
		point $? "man page of $verb" why
	done
	for part in silently-ignored 'denied .*policy forbids' '77 .*asked'; do
		grep -q "$part" text
		point $? "plimsoll(1) tells of $part" text
	done
else
	skip "man pages" "no scdoc or groff"
fi

# --- bash ---
cat >driver <<'END'
# Prints what is offered for the words given, as bash would have taken them apart.
source ./of-bash
COMP_WORDS=(plimsoll "$@")
COMP_CWORD=$#
_plimsoll
printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' '
END

# offers WANTED WORD...: bash offers just that; WANTED "X ..." is to have X among others
offers() {
	want=$1
	shift
	got=$(bash --norc driver "$@" 2>&1)
	status=1
	case $want in
	*' ...') case " $got" in *" ${want% ...} "*) status=0 ;; esac ;;
	*) [ "${got% }" != "$want" ] || status=0 ;;
	esac
	echo "wanted $want, got $got" >why
	point $status "bash: plimsoll $*" why
}
mkdir -p 'dir/a b' && : >dir/file
offers 'preflight probe' p
offers '--help --version boot diff explain help list preflight probe report run' ''
offers 'report run' help r
offers '--format' probe --fo
offers '--format --formats' report --fo
offers 'tap tap13' probe --format ta
offers 'tap tap13' probe --format = ta
offers 'tap ...' probe --format =
offers 'mnt/rro ...' probe mnt/rr
offers 'net/\* ...' probe --prove net/
offers 'net/* ...' probe "'net/"
offers 'idmap/owner ...' run --runtime runc idmap/own
offers 'kubernetes-rro kubernetes-userns' preflight --all kuber
offers 'idmap/\* ...' list idmap/
offers 'container: root user userns' probe --from ''
offers 'root,user root,userns' probe --from root,us
offers 'container:' probe --from con
offers 'reference' run --runtime ref
offers 'dir/a b dir/file' run --runtime new = dir/
offers 'dir/a b' probe --path dir/
offers 'dir/a b' probe --path = dir/
offers 'dir/a b dir/file' report dir/
offers 'dir/file' report --format tap = dir/f
offers 'root ...' probe --as roo
offers 'auto kvm tcg' boot --accel ''
offers 'preflight probe run' boot x.deb -- ''
offers '--prove' boot x.deb -- run --pro
offers 'dir/a b dir/file' boot --jobs 2 dir/
offers '' probe --jobs ''
offers '' no-such-verb ''
bash -n of-bash && { ! command -v shellcheck >/dev/null || shellcheck of-bash; } >why 2>&1
point $? "bash: nothing to complain of" why

# --- zsh and fish ---
if command -v zsh >/dev/null; then
	zsh -f -n of-zsh >why 2>&1
	point $? "zsh: the script can be read" why
else
	skip zsh "zsh is not installed"
fi

# fish_offers WANTED LINE: fish offers this name, with a description or without
fish_offers() {
	HOME=$tmp fish --no-config -c "source ./of-fish; complete -C '$2'" </dev/null >got 2>&1
	grep -qE "^$1(	|\$)" got
	point $? "fish: $2" got
}
if command -v fish >/dev/null; then
	fish_offers probe 'plimsoll pro'
	fish_offers run 'plimsoll help r'
	fish_offers --prove 'plimsoll probe --pr'
	fish_offers tap13 'plimsoll report --format ta'
	fish_offers mnt/rro 'plimsoll probe --prove mnt/'
	fish_offers 'net/\*' 'plimsoll probe net/'
	fish_offers root,userns 'plimsoll probe --from root,u'
	fish_offers kubernetes-rro 'plimsoll preflight kube'
	fish_offers dir/file 'plimsoll report dir/'
	fish_offers tcg 'plimsoll boot --accel '
	fish_offers probe 'plimsoll boot x.deb -- p'
	fish_offers mnt/rro 'plimsoll boot x.deb -- probe mnt/'
else
	skip fish "fish is not installed"
fi
finish
