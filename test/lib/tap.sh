# tap.sh: assertions for the scripts in test/t, printed in the Test Anything Protocol.

tap_number=0
tap_failed=0

# tap_plan N says how many assertions will follow.
tap_plan() {
	echo "1..$1"
}

# tap_ok STATUS SENTENCE is good when STATUS is 0, as of a command that has just run.
tap_ok() {
	tap_number=$((tap_number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_number - $2"
	else
		echo "not ok $tap_number - $2"
		tap_failed=$((tap_failed + 1))
	fi
}

# tap_is GOT WANTED SENTENCE compares two texts and shows them when they differ.
tap_is() {
	[ "$1" = "$2" ]
	tap_ok $? "$3"
	[ "$1" = "$2" ] || printf '# got:    %s\n# wanted: %s\n' "$1" "$2"
}

# tap_done is the script's last line.
tap_done() {
	[ "$tap_failed" -eq 0 ]
	exit
}
