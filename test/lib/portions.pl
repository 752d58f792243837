# portions.pl SOCKET DATABASE SIZE QUERY: runs a query and fetches its result in portions of SIZE rows, as drivers do that have
# a fetch size. Speaks the protocol itself, since libpq fetches no portions.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($socket, $database, $size, $query) = @ARGV;
my $server = IO::Socket::UNIX->new(Peer => $socket) or die "$socket: $!\n";

# Sends messages and reads until the server is ready for the next; tells whether a portion was not the last.
sub talk
{
	my ($kind, $bytes, $suspended) = ('', '', 0);

	print $server $_ for @_;
	$server->flush;
	while ($kind ne 'Z')
	{
		read($server, my $head, 5) == 5 or die "the server went away\n";
		($kind, my $length) = unpack('aN', $head);
		read($server, $bytes, $length - 4) if $length > 4;
		$suspended = 1 if $kind eq 's';
		die "$bytes\n" if $kind eq 'E';
	}
	return $suspended;
}

sub message { return $_[0] . pack('N', length($_[1]) + 4) . $_[1]; }

my $start = pack('N', 196608) . "user\0postgres\0database\0$database\0\0";
talk(pack('N', length($start) + 4) . $start);
talk(message('Q', "BEGIN\0"));
my $more = talk(message('P', "\0$query\0" . pack('n', 0)), message('B', "p\0\0" . pack('nnn', 0, 0, 0)),
	message('E', "p\0" . pack('N', $size)), message('S', ''));
$more = talk(message('E', "p\0" . pack('N', $size)), message('S', '')) while $more;
talk(message('Q', "COMMIT\0"));
