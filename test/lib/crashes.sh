# crashes.sh: what a server's log says of processes that died, for the scripts that try to make them.

# pa_want_cores lets processes that die leave their memory in the data directory, where the system allows it.
pa_want_cores() {
	ulimit -c unlimited 2>/dev/null
}

# pa_crashes NAME prints what the log of a server says of failed assertions, of signals, and of what sanitizers
# found; and where the process was, if it left its memory and there is a debugger.
pa_crashes() {
	local core

	grep -E 'TRAP:|terminated by signal|PANIC|AddressSanitizer|runtime error:' "$PA_WORK/$1/server.log" | head -n 5
	for core in "$PA_WORK/$1/data"/core*; do
		[ -f "$core" ] && command -v gdb >/dev/null || continue
		gdb -q -batch -ex bt "$PA_BINDIR/postgres" "$core" 2>/dev/null | grep -E '^#' | head -n 20
		return
	done
}
