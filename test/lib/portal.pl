# portal.pl SOCKET: runs, as a client that fetches in portions does, one statement in two parts, the second in a savepoint
# where it fails, and then another statement. Speaks the protocol itself, since libpq fetches no portions.
use strict;
use warnings;
use IO::Socket::UNIX;

my $server = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\n";

# Sends messages and reads until the server is ready for the next.
sub talk
{
	my ($kind, $bytes) = ('', '');

	print $server $_ for @_;
	$server->flush;
	while ($kind ne 'Z')
	{
		read($server, my $head, 5) == 5 or die "the server went away\n";
		($kind, my $length) = unpack('aN', $head);
		read($server, $bytes, $length - 4) if $length > 4;
	}
}

sub message { return $_[0] . pack('N', length($_[1]) + 4) . $_[1]; }
sub query { talk(message('Q', "$_[0]\0")); }

my $start = pack('N', 196608) . "user\0postgres\0database\0postgres\0\0";
talk(pack('N', length($start) + 4) . $start);
query('BEGIN');
talk(message('P', "s\0SELECT /* in portions */ 7 / (n - 5) + n FROM numbers\0" . pack('n', 0)),
	message('B', "p\0s\0" . pack('nnn', 0, 0, 0)), message('E', "p\0" . pack('N', 2)), message('S', ''));
query('SAVEPOINT s');
talk(message('E', "p\0" . pack('N', 0)), message('S', ''));
query('ROLLBACK TO s');
query('SELECT /* after portions */ n - 1 FROM numbers');
query('COMMIT');
