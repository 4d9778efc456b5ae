// tlslab's client for PHP: its https streams, used as documented. Runs on PHP 7.1 and later. It has no
// opening tag, because it is run with php -r.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
// and answers each with one line, until its input ends. To try it by hand, write {"id": 1, "variant":
// "default", "url": "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443",
// "ca_file": "root.pem", "timeout_ms": 5000}.

// Variants, as options of the ssl context.
const VARIANTS = [
    'default' => [],
    'insecure' => ['verify_peer' => false, 'verify_peer_name' => false],
    'no-hostname' => ['verify_peer_name' => false],
];

function say(array $line): void
{
    fwrite(STDOUT, json_encode($line, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}

// Description.

function hello(): array
{
    $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION . '.' . PHP_RELEASE_VERSION;
    $line = ['contract' => 1, 'stack' => 'php', 'version' => $version, 'install' => realpath(PHP_BINARY)];
    if (!in_array('https', stream_get_wrappers(), true)) {
        $line['error'] = 'has no https: the extension openssl is needed';
        return $line;
    }
    [$name, $number] = explode(' ', OPENSSL_VERSION_TEXT);
    $line['library'] = "$name $number";
    $line['features'] = features($name, $number);
    return $line;
}

// The features of OpenSSL's version. Its build options cannot be queried.
function features(string $name, string $number): array
{
    $found = [];
    if ($name === 'OpenSSL' && version_compare($number, '1.1.1', '>=')) {
        $found[] = 'ed25519';
        if (PHP_VERSION_ID >= 70400) {
            $found[] = 'tls-1.3';
        }
        if (version_compare($number, '3', '>=')) {
            $found[] = 'renegotiation-info'; // SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
        }
    }
    return $found;
}

// Probes.

function setUp(array $request): array
{
    if (!isset(VARIANTS[$request['variant']])) {
        throw new DomainException("no variant {$request['variant']}");
    }
    $ssl = VARIANTS[$request['variant']] + ['cafile' => $request['ca_file']];
    $header = ['Connection: close'];
    $url = $request['url'];
    if ($request['connect'] !== '' && $request['host'] !== 'localhost') {
        // Streams connect to the URL, so the URL gets the address, and TLS gets the name.
        $ssl['peer_name'] = $request['host'];
        $header[] = 'Host: ' . parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
        $url = 'https://' . $request['connect'] . '/';
    }
    if ($request['cert_file'] !== '' || $request['key_file'] !== '') {
        $ssl['local_cert'] = $request['cert_file'];
        if ($request['key_file'] !== '') {
            $ssl['local_pk'] = $request['key_file'];
        }
        $ssl['passphrase'] = $request['key_password']; // always, because OpenSSL would otherwise ask for it
    }
    $http = ['timeout' => $request['timeout_ms'] / 1000, 'protocol_version' => '1.1', 'header' => $header,
        'follow_location' => 0, 'ignore_errors' => true];
    return [$url, stream_context_create(['ssl' => $ssl, 'http' => $http])];
}

function probe(array $request): array
{
    $warnings = [];
    // PHP reports problems as warnings. The warnings of a probe are its message.
    set_error_handler(function (int $level, string $text) use (&$warnings): bool {
        $warnings[] = $text;
        return true;
    });
    try {
        ini_set('default_socket_timeout', (string) ceil($request['timeout_ms'] / 1000));
        [$url, $context] = setUp($request);
        $stream = fopen($url, 'rb', false, $context);
        if ($stream === false) {
            return ['outcome' => 'rejected', 'message' => implode("\n", $warnings)];
        }
        $status = explode(' ', stream_get_meta_data($stream)['wrapper_data'][0] ?? '')[1] ?? 'none';
        stream_get_contents($stream);
        $late = stream_get_meta_data($stream)['timed_out'];
        fclose($stream);
        if ($status !== '200') {
            $lines = array_merge($warnings, ["HTTP status $status"]);
            return ['outcome' => 'rejected', 'message' => implode("\n", $lines)];
        }
        if ($late || $warnings) {
            return ['outcome' => 'rejected', 'message' => implode("\n", $warnings) ?: 'the stream timed out'];
        }
        return ['outcome' => 'accepted'];
    } finally {
        restore_error_handler();
    }
}

say(hello());
while (($text = fgets(STDIN)) !== false) {
    $request = json_decode($text, true);
    say(['id' => $request['id']] + probe($request));
}
