# Above: what plimsoll-manual knows.

# Words with commas between them.
_plimsoll_commas()
{
	_values -s , viewpoint "$@"
}

# [NAME=]RUNTIME
_plimsoll_runtimes()
{
	if compset -P '*='; then
		_files
	else
		_alternative 'runtimes:runtime:(runc crun youki reference)' 'files:runtime:_files'
	fi
}

# FORMAT, or FORMAT=FILE
_plimsoll_reports()
{
	if compset -P '*='; then
		_files
	else
		_plimsoll_formats
	fi
}

# Those that are embedded, or a file of one's own.
_plimsoll_profile()
{
	_alternative 'profiles:profile:_plimsoll_profiles' 'files:file:_files -g "*.json"'
}

# Behind the -- of boot stands what is run in the guest.
_plimsoll_guest()
{
	local at=${words[(i)--]}
	(( CURRENT > at )) || return 1
	shift $at words
	(( CURRENT -= at ))
	if (( CURRENT == 1 )); then
		compadd preflight probe run
	else
		_plimsoll_arguments
	fi
}

_plimsoll()
{
	if (( CURRENT == 2 )); then
		_plimsoll_verbs
		[[ $PREFIX == -* ]] && compadd -- --help --version
		return
	fi
	shift words
	(( CURRENT-- ))
	if [[ $words[1] == help ]]; then
		(( CURRENT == 2 )) && _plimsoll_verbs
	elif [[ $words[1] != boot ]] || ! _plimsoll_guest; then
		_plimsoll_arguments
	fi
}

_plimsoll "$@"
