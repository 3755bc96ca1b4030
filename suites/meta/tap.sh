# shellcheck shell=sh
# Sourced by the tests here that speak TAP: they count their points and end with finish.
points=0
failed=0

# point STATUS DESCRIPTION [FILE...]: the files tell more where the status is not 0
point() {
	points=$((points + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $points - $2"
		return
	fi
	failed=1
	echo "not ok $points - $2"
	shift 2
	[ $# -eq 0 ] || sed 's/^/# /' "$@"
}

# skip DESCRIPTION REASON
skip() {
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# skip_all REASON: instead of everything
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$points"
	exit $failed
}
