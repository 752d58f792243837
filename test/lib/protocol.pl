# protocol.pl: speaks PostgreSQL's protocol, for clients that fetch in portions, which libpq cannot. To be copied next to
# the scripts that require it.
use strict;
use warnings;
use IO::Socket::UNIX;

my $server;

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
	}
	return $suspended;
}

sub message { return $_[0] . pack('N', length($_[1]) + 4) . $_[1]; }
sub query { return talk(message('Q', "$_[0]\0")); }

# Connects to a socket as postgres.
sub connect_to
{
	my ($socket, $database) = @_;
	my $start = pack('N', 196608) . "user\0postgres\0database\0$database\0\0";

	$server = IO::Socket::UNIX->new(Peer => $socket) or die "$socket: $!\n";
	talk(pack('N', length($start) + 4) . $start);
}

1;
