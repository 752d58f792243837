# portal.pl SOCKET: runs, as a client that fetches in portions does, one statement in two parts, the second in a savepoint
# where it fails, and then another statement.
use strict;
use warnings;
use FindBin;
require "$FindBin::Bin/protocol.pl";

connect_to($ARGV[0], 'postgres');
query('BEGIN');
talk(message('P', "s\0SELECT /* in portions */ 7 / (n - 5) + n FROM numbers\0" . pack('n', 0)),
	message('B', "p\0s\0" . pack('nnn', 0, 0, 0)), message('E', "p\0" . pack('N', 2)), message('S', ''));
query('SAVEPOINT s');
talk(message('E', "p\0" . pack('N', 0)), message('S', ''));
query('ROLLBACK TO s');
query('SELECT /* after portions */ n - 1 FROM numbers');
query('COMMIT');
