# tlslab's client for Perl: HTTP::Tiny over IO::Socket::SSL, used as documented. Runs on Perl 5.14
# and later.
#
# It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
# and answers each with one line, until its input ends. To try it by hand, write {"id": 1, "variant":
# "default", "url": "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443",
# "ca_file": "root.pem", "timeout_ms": 5000}.

use strict;
use warnings;
use Cwd ();
use JSON::PP ();
use HTTP::Tiny ();

my $json = JSON::PP->new->utf8->canonical;

sub say_line {
    print STDOUT $json->encode( $_[0] ), "\n";
}

# Description.

sub hello {
    my %line = (
        contract => 1, stack => 'perl', version => sprintf( '%vd', $^V ), install => Cwd::realpath($^X),
    );
    if ( !eval { require IO::Socket::SSL; 1 } ) {
        my ($why) = split / \(you may need/, $@;
        $line{error} = 'has no IO::Socket::SSL (on Debian: apt-get install libio-socket-ssl-perl): ' . $why;
    }
    elsif ( !HTTP::Tiny->can('can_ssl') || $HTTP::Tiny::VERSION < 0.058 ) {
        $line{error} = "has HTTP::Tiny $HTTP::Tiny::VERSION: 0.058 or later is needed";
    }
    else {
        $line{library}  = join ' ', ( split ' ', Net::SSLeay::SSLeay_version(0) )[ 0, 1 ];
        $line{features} = features();
    }
    return \%line;
}

# The library's defaults, as far as they can be queried.
sub features {
    return [] if Net::SSLeay::SSLeay_version(0) !~ /^OpenSSL /;
    my @found;
    my $number = Net::SSLeay::SSLeay();
    push @found, 'ed25519', 'tls-1.3' if $number >= 0x10101000;
    push @found, 'renegotiation-info' if $number >= 0x30000000; # SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
    my $context = Net::SSLeay::CTX_new();
    my $level = defined &Net::SSLeay::CTX_get_security_level ? Net::SSLeay::CTX_get_security_level($context) : 0;
    push @found, 'key-policy', 'dh-policy' if $level >= 2;
    Net::SSLeay::CTX_free($context);
    return \@found;
}

# Variants, as options of HTTP::Tiny.

my %variants = (
    'default'     => { verify_SSL => 1 },
    'insecure'    => { verify_SSL => 0 },
    'no-hostname' => { verify_SSL => 1, SSL_options => { SSL_verifycn_scheme => 'none' } },
);

# Probes.

sub probe {
    my ($request) = @_;
    my $variant = $variants{ $request->{variant} } or die "no variant $request->{variant}\n";
    my %options = ( SSL_ca_file => $request->{ca_file}, %{ $variant->{SSL_options} || {} } );
    if ( $request->{cert_file} || $request->{key_file} ) {
        $options{SSL_cert_file} = $request->{cert_file};
        $options{SSL_key_file}  = $request->{key_file} || $request->{cert_file};
        # The passphrase is always given, because OpenSSL would otherwise ask for it.
        $options{SSL_passwd_cb} = sub { $request->{key_password} };
    }
    if ( $request->{crl_file} ) {
        $options{SSL_crl_file}   = $request->{crl_file};
        $options{SSL_check_crl}  = 1;
    }
    my $http = HTTP::Tiny->new(
        agent => 'tlslab', keep_alive => 0, max_redirect => 0, timeout => $request->{timeout_ms} / 1000,
        proxy => undef, http_proxy => undef, https_proxy => undef,
        verify_SSL => $variant->{verify_SSL}, SSL_options => \%options,
    );
    my %more;
    if ( $request->{connect} ) {
        my ($peer) = $request->{connect} =~ /^\[?(.*?)\]?:\d+$/;
        $more{peer} = $peer;
    }
    $! = 0;
    my $response = $http->get( $request->{url}, \%more );
    my $error = "$!";
    return { outcome => 'accepted' } if $response->{status} == 200;
    # HTTP::Tiny reports failures without a response as status 599.
    my $message = $response->{status} == 599 ? $response->{content} : "HTTP status $response->{status}";
    $message =~ s/ at \S+ line \d+\.?\s*$//;
    # If OpenSSL gives IO::Socket::SSL no reason, it is a system error.
    $message .= ": $error" if $message =~ /SSL connect attempt failed\s*$/;
    return { outcome => 'rejected', message => $message };
}

$| = 1;
say_line( hello() );
while ( my $line = <STDIN> ) {
    my $request = $json->decode($line);
    my $answer = probe($request);
    $answer->{id} = $request->{id};
    say_line($answer);
}
