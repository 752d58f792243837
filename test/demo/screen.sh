# screen.sh: how the demo looks: titles, prompts, progress. Sourced by demo.sh.

steps_done=0
screen_tty=no
[ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && screen_tty=yes
if [ $screen_tty = yes ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m'
else
	bold= dim= green= cyan= plain=
fi
progress_label= progress_total= progress_started=

# title prints the first line.
title() {
	printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

# say prints a sentence.
say() {
	printf '  %s\n' "$1"
}

# step begins a numbered chapter.
step() {
	steps_done=$((steps_done + 1))
	printf '\n%s%s%d. %s%s\n' "$bold" "$cyan" "$steps_done" "$1" "$plain"
}

# prompt shows what a person would type into psql.
prompt() {
	printf '  %sshop=#%s %s\n' "$dim" "$plain" "$1"
}

# rounded prints a number without decimals, with blanks between thousands.
rounded() {
	printf '%.0f' "$1" | sed -E ':a; s/([0-9])([0-9]{3})($| )/\1 \2\3/; ta'
}

# narrow drops psql's empty last line and keeps lines within 100 columns.
narrow() {
	sed -E -e '/^ *$/d' -e 's/^/  /' -e 's/ *$//' -e 's/^(.{99}).+/\1…/'
}

# ask QUESTION FILE [FILTER] shows what a person would type, the file's lines that begin with "--? ", and the
# answer of its query, through the filter.
ask() {
	printf '\n  %s%s%s\n' "$bold" "$1" "$plain"
	sed -nE "s/^--\? (.*)/  $dim\1$plain/p" "$demo/$2.sql"
	pa_psql -d shop -f "$demo/$2.sql" | "${3:-narrow}"
}

# typeset_advice prints rows of rank, ddl, saving, size and reason as a numbered list.
typeset_advice() {
	local rank ddl saved size reason

	while IFS=$'\x1f' read -r rank ddl saved size reason; do
		printf '\n'
		paragraph "$(printf '  %2s. ' "$rank")" "$bold$green" "$ddl"
		paragraph "      " "" "$reason"
		# A step that only prepares an index saves nothing itself.
		[ -z "$saved" ] || paragraph "      " "$dim" "saves $saved s per hour of such work; about $size on disk"
	done
}

# paragraph LEAD COLOUR TEXT prints a text broken at blanks, its first line after LEAD.
paragraph() {
	local lead=$1 line

	fold -s -w 90 <<<"$3" | while IFS= read -r line; do
		printf '%s%s%s%s\n' "$lead" "$2" "${line% }" "$plain"
		lead=$(printf '%*s' ${#1} '')
	done
}

# progress_begin LABEL [SECONDS] starts a line that progress_end completes.
progress_begin() {
	progress_label=$1
	progress_total=${2:-}
	progress_started=${EPOCHREALTIME/[.,]/}
	if [ $screen_tty = yes ]; then
		printf '  %s ...' "$progress_label"
	fi
}

# progress_pgbench turns pgbench's progress lines into a bar on a terminal; elsewhere nothing moves.
progress_pgbench() {
	local word1 second rest tps width done_width bar

	trap '' INT TERM HUP
	while read -r word1 second rest; do
		[ "$word1" = progress: ] || continue
		[ $screen_tty = yes ] || continue
		second=${second%%.*}
		tps=${rest#s, }
		tps=${tps%%.*}
		width=24
		done_width=$((width * second / progress_total))
		[ $done_width -le $width ] || done_width=$width
		printf -v bar '%*s' "$done_width" ''
		printf '\r\e[K  %s  %s%s%s%*s %s/s' "$progress_label" "$green" "${bar// /━}" "$plain" $((width - done_width)) '' "$tps"
	done >&"$screen_out"
}

# progress_end [RESULT] completes the line with the time it took.
progress_end() {
	local now=${EPOCHREALTIME/[.,]/} took

	printf -v took '%d.%d s' $(((now - progress_started) / 1000000)) $(((now - progress_started) / 100000 % 10))
	[ $screen_tty = no ] || printf '\r\e[K'
	if [ -n "${1:-}" ]; then
		printf '  %s✓%s %-86s %s%7s%s\n' "$green" "$plain" "$progress_label: $1" "$dim" "$took" "$plain"
	else
		printf '  %s✓%s %-86s %s%7s%s\n' "$green" "$plain" "$progress_label" "$dim" "$took" "$plain"
	fi
}

# progress_fail completes the line of something that went wrong.
progress_fail() {
	[ $screen_tty = no ] || printf '\r\e[K'
	printf '  ✗ %s\n' "$progress_label"
}

# show_throughput PREPARED_BEFORE PREPARED_AFTER SIMPLE_BEFORE SIMPLE_AFTER prints transactions per second.
show_throughput() {
	printf '\n  %sTransactions per second%s\n' "$bold" "$plain"
	throughput_line "prepared statements" "$1" "$2"
	throughput_line "simple protocol" "$3" "$4"
}

# throughput_line LABEL BEFORE AFTER prints one of its lines.
throughput_line() {
	printf '    %-20s %9s  →  %s%9s%s   %s times\n' "$1" "$(rounded "$2")" "$green" "$(rounded "$3")" "$plain" \
		"$(awk -v b="$2" -v a="$3" 'BEGIN { printf "%.1f", (b > 0 ? a / b : 0) }')"
}

exec {screen_out}>&1
