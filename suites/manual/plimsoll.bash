# Above: what plimsoll-manual knows. Nothing of the package bash-completion is needed.

# The words so far, as they were typed: bash takes them apart at = and :.
_plimsoll_join()
{
	local i word glued=
	_plimsoll_words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ ${#_plimsoll_words[@]} -gt 0 && ($word == [=:] || $glued) ]]; then
			_plimsoll_words[${#_plimsoll_words[@]} - 1]+=$word
		else
			_plimsoll_words+=("$word")
		fi
		glued=
		[[ $word == [=:] ]] && glued=1
	done
}

# _plimsoll_offer LEAD CURRENT WORD...: those that begin with CURRENT, behind LEAD
_plimsoll_offer()
{
	local lead=$1 current=$2 word
	shift 2
	for word; do
		[[ $word == "$current"* ]] && COMPREPLY+=("$lead$word")
	done
}

# _plimsoll_paths LEAD CURRENT -f|-d: files or directories
_plimsoll_paths()
{
	local path
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do
		COMPREPLY+=("$1$path")
	done < <(compgen "$3" -- "$2")
}

# _plimsoll_value KIND LEAD CURRENT [WORDS]: what a value or an operand may be
_plimsoll_value()
{
	local kind=$1 lead=$2 current=$3 list
	local -n known=_plimsoll_${kind:-nothing}
	case $kind in
	file) _plimsoll_paths "$lead" "$current" -f ;;
	directory) _plimsoll_paths "$lead" "$current" -d ;;
	user) mapfile -t COMPREPLY < <(compgen -P "$lead" -u -- "$current") ;;
	words | commas)
		if [[ $kind == commas ]]; then
			compopt -o nospace 2>/dev/null
			[[ $current == *,* ]] && lead+=${current%,*}, current=${current##*,}
		fi
		read -ra list <<<"$4"
		_plimsoll_offer "$lead" "$current" "${list[@]}" ;;
	runtime | formats)
		if [[ $current == *=* ]]; then
			_plimsoll_paths "$lead${current%%=*}=" "${current#*=}" -f
			return
		fi
		[[ $kind == runtime ]] && _plimsoll_paths "$lead" "$current" -f
		_plimsoll_offer "$lead" "$current" "${known[@]}" ;;
	profiles)
		_plimsoll_offer "$lead" "$current" "${known[@]}"
		[[ $current == */* ]] && _plimsoll_paths "$lead" "$current" -f ;;
	?*)
		list=("${known[@]}")
		# Where the asterisk of an area is not quoted, it has to stay one.
		[[ $_plimsoll_quote ]] || list=("${list[@]/%\*/\\*}")
		_plimsoll_offer "$lead" "$current" "${list[@]}" ;;
	esac
}

# _plimsoll_behind WORD...: behind the -- of boot stands what is run in the guest
_plimsoll_behind()
{
	if [[ $# -eq 1 ]]; then
		_plimsoll_offer '' "$1" preflight probe run
	else
		_plimsoll_verb "$@"
	fi
}

# _plimsoll_verb VERB WORD...: the last word is the one to complete
_plimsoll_verb()
{
	local verb=$1 current=${*: -1} before=${*: -2:1} i names
	local flags='' values='' operand='' kind='' words=''
	for ((i = 2; i < $#; i++)); do
		if [[ $verb == boot && ${!i} == -- ]]; then
			shift "$i"
			_plimsoll_behind "$@"
			return
		fi
	done
	_plimsoll_declared "$verb" || return 0
	if [[ $# -gt 2 && $before == --* && " $values " == *" $before "* ]]; then
		_plimsoll_kind "$verb $before"
		_plimsoll_value "$kind" '' "$current" "$words"
	elif [[ $current == --*=* ]]; then
		_plimsoll_kind "$verb ${current%%=*}"
		_plimsoll_value "$kind" "${current%%=*}=" "${current#*=}" "$words"
	elif [[ $current == -* ]]; then
		read -ra names <<<"$flags $values --help"
		_plimsoll_offer '' "$current" "${names[@]}"
	else
		_plimsoll_value "$operand" '' "$current"
	fi
}

_plimsoll()
{
	local _plimsoll_words _plimsoll_quote='' raw=${COMP_WORDS[COMP_CWORD]} last whole i
	COMPREPLY=()
	_plimsoll_join
	last=$((${#_plimsoll_words[@]} - 1))
	[[ ${_plimsoll_words[last]} == [\'\"]* ]] && _plimsoll_quote=1
	_plimsoll_words[last]=${_plimsoll_words[last]#[\'\"]}
	whole=${_plimsoll_words[last]}
	if [[ $last -eq 0 ]]; then
		_plimsoll_offer '' "$whole" "${_plimsoll_verbs[@]}" help --help --version
	elif [[ ${_plimsoll_words[0]} != help ]]; then
		_plimsoll_verb "${_plimsoll_words[@]}"
	elif [[ $last -eq 1 ]]; then
		_plimsoll_offer '' "$whole" "${_plimsoll_verbs[@]}"
	fi
	# Of what bash has taken apart it wants the last part only.
	[[ $raw == [=:] ]] && raw=
	raw=${raw#[\'\"]}
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"${whole%"$raw"}"}
	done
}

complete -F _plimsoll plimsoll
