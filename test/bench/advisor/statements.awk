# statements.awk: queries.sql as INSERTs into bench.statement. A statement follows its "-- name:"; one whose name ends with @
# is repeated for each channel, which is put in the place of @.
function write_one(name, text) {
	printf "INSERT INTO bench.statement VALUES ($n$%s$n$, $q$%s$q$);\n", name, text
}
function write_all(  i, n, channels, name, text) {
	if (name_now == "")
		return
	sub(/;[ \t\n]*$/, "", text_now)
	if (name_now !~ /@$/) {
		write_one(name_now, text_now)
		return
	}
	n = split("shop web post", channels, " ")
	for (i = 1; i <= n; i++) {
		name = name_now; text = text_now
		gsub(/@/, channels[i], name); gsub(/@/, channels[i], text)
		write_one(name, text)
	}
}
/^-- name:/ { write_all(); name_now = $3; text_now = ""; next }
/^--/ { next }
{ text_now = text_now $0 "\n" }
END { write_all() }
