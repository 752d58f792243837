# portions.pl SOCKET DATABASE SIZE QUERY: runs a query and fetches its result in portions of SIZE rows (0: at once), as
# drivers do that have a fetch size.
use strict;
use warnings;
use FindBin;
require "$FindBin::Bin/protocol.pl";

my ($socket, $database, $size, $query) = @ARGV;

connect_to($socket, $database);
query('BEGIN');
my $more = talk(message('P', "\0$query\0" . pack('n', 0)), message('B', "p\0\0" . pack('nnn', 0, 0, 0)),
	message('E', "p\0" . pack('N', $size)), message('S', ''));
$more = talk(message('E', "p\0" . pack('N', $size)), message('S', '')) while $more;
query('COMMIT');
