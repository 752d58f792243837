# readers.sh: a session that reads all that the extension shows, again and again, while something else goes on.

# pa_reading_sql prints statements that read every view of the extension, find advice and take a snapshot.
pa_reading_sql() {
	cat <<-'SQL'
		SET perfadvisor.advise_time_limit = '5s';
		SET statement_timeout = '60s';
		SELECT format('SELECT count(*), sum(length(v::text)) FROM perfadvisor.%I v', relname)
		FROM pg_class WHERE relnamespace = 'perfadvisor'::regnamespace AND relkind = 'v' ORDER BY relname \gexec
		SELECT length(perfadvisor.prometheus());
		SELECT count(*) FROM perfadvisor.refresh_advice();
		SELECT perfadvisor.note_findings();
		SELECT perfadvisor.snapshot();
		SELECT perfadvisor.save();
	SQL
}

# pa_read_everything DATABASE... reads in each database that has the extension until it is killed. It says what
# failed, which is of interest only where it should not have.
pa_read_everything() {
	local database

	trap 'exit 0' TERM
	while :; do
		for database in "$@"; do
			pa_reading_sql | "$PA_BINDIR/psql" -X -q -o /dev/null -d "$database" -U postgres 2>&1 |
				grep -vE 'database "[a-z_]*" does not exist|schema "perfadvisor" does not exist' &
			wait $!
			sleep 0.2 &
			wait $!
		done
	done
}
