# shellcheck shell=sh
# Sourced by what fetches into a cache, from Debian above all, and installs nothing. The script
# sets $cache before open_cache, and has present NAME: does the cache have NAME, and whole?
me=ci/${0##*/}
say() { echo "$me: $*" >&2; }
die() { say "$@"; exit 1; }

tmp=''
trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

open_cache() {
	mkdir -p "$cache"
	cache=$(cd "$cache" && pwd -P)
}

# The archive and its security archive, each as this machine reaches it.
archive=''
mirrors() {
	if ! grep -q '^ID="*debian"*$' /etc/os-release || ! command -v apt-get >/dev/null; then
		die "this is fetched with Debian's apt only, and this is not Debian"
	fi
	[ "$(dpkg --print-architecture)" = amd64 ] ||
		die "this is fetched for amd64 only, and here is $(dpkg --print-architecture)"
	codename=$(sed -n 's/^VERSION_CODENAME="*\([a-z]*\)"*$/\1/p' /etc/os-release)
	# Each line: a release with a component main, and the archive that has it.
	targets=$(apt-get --print-uris update |
		sed -n "s|^'\(.*/\)dists/\(.*\)/main/binary-.*|\2 \1|p" | sort -u)
	archive=$(echo "$targets" | awk -v codename="$codename" '
		$1 == codename || $1 ~ /^(oldoldstable|oldstable|stable|testing|unstable|sid)$/ {
			print $2; exit }')
	security=$(echo "$targets" | awk '$1 ~ /-security$/ { print $2; exit }')
	[ "$archive" ] || die "apt's configuration names no Debian archive"
}

# An apt of its own: the host's sources, lists, pins and hooks stay out of it, its proxy not;
# for it nothing is installed.
configure_apt() {
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	options=arch=amd64
	[ ! -f $key ] || options="$options signed-by=$key"
	mkdir -p "$tmp/lists/partial" "$tmp/archives/partial"
	: >"$tmp/status"
	echo "deb [$options] $archive $1 main" >"$tmp/sources"
	if [ "$security" ] && [ "$1" != sid ]; then
		echo "deb [$options] $security $1-security main" >>"$tmp/sources"
	fi
	# A mirror that lags behind is good enough for what only tests use; what it says is
	# signed all the same.
	cat >"$tmp/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Dir::Etc::sourcelist "$tmp/sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$tmp";
Dir::State::lists "$tmp/lists";
Dir::State::status "$tmp/status";
Dir::Cache "$tmp";
END
}

# A new $tmp on the cache's file system, with a directory new to be filled.
make_room() {
	tmp=$(mktemp -d "$cache/.fetch.XXXXXX")
	mkdir "$tmp/new"
}

# begin NAME RELEASE: room, and an apt for that release in it
begin() {
	say "fetching $1 from Debian $2"
	[ "$archive" ] || mirrors
	make_room
	configure_apt "$2"
	apt-get -qq -c "$tmp/apt.conf" update >&2 || die "apt cannot read the package lists of $2"
}

# settle NAME: $tmp/new, which is whole, gets its name; whoever else was faster may win.
settle() {
	[ ! -d "$cache/$1" ] || present "$1" || mv -T "$cache/$1" "$tmp/old"
	mv -T "$tmp/new" "$cache/$1" 2>/dev/null || present "$1" ||
		die "$cache/$1 cannot be written"
	rm -rf "$tmp"
	tmp=''
}
