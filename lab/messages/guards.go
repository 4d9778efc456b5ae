package messages

import "example.com/tlslab/lab/internal/lazyregexp"

// The conditions (Rule.Only) that several rules share, for words that have many other uses.
var (
	// file matches the names of key and certificate files, in messages that are not from a tool for files.
	file = lazyregexp.New(`(?i)(Error: ENOENT: |FileNotFoundError: |IOError: |NoSuchFileException: |open |` +
		`cannot load|load_verify|SSL_CTX|BIO_|reqwest|could not load|\(os error 2\)|CA certificate|cert file|key ` +
		`file|SSL_ca_file|CAfile|tlsCAFile).*\.(pem|crt|cer|key|p12|pfx|der|jks)\b|\.(pem|crt|cer|key|p12|pfx|` +
		`der)\b.*(BIO_|SSL_|\(os error 2\)|not found or not readable)|Could not open file.*\.(pem|crt)|SSL_ca_file|` +
		`SSL_CTX_load_verify_locations`)
	reset = lazyregexp.New(`https://|HTTPSConnectionPool|SSL|TLS|ssl|curl: \((35|56)\)|urlopen error|\[Errno ` +
		`104\]|ConnectionResetError|aiohttp|httpx|error sending request|Errno::ECONNRESET`)
	refused = lazyregexp.New(`https://|HTTPSConnectionPool|java\.net\.ConnectException|\[Errno 111\]|urlopen ` +
		`error|ConnectionRefusedError|Errno::ECONNREFUSED|error sending request|^Connecting to |SSL connect|SSL ` +
		`connection failed|httpx|SSL: |BIO_connect|Could not connect to Redis| socat\[| LOG3\[|Layer4 |Could not ` +
		`transfer `)
	rust = lazyregexp.New(`error sending request|invalid peer certificate|certificate revocation list`)
	// verifying matches the text around the reason for which verification failed.
	verifying = lazyregexp.New(`Error: (certificate|CRL) [a-z ]+$|Verify return code: |verify|verif|` +
		`SSL|ssl|TLS|tls|x509|OpenSSL|fetch failed|AxiosError|Mongo|OCSP|staple|EPROTO|CERT_`)
	goRequest = lazyregexp.New(`(Get|Post|Put|Head|Patch|Delete) "https://[^"]*": (unexpected )?EOF|` +
		`tls: .*EOF|handshake.*EOF|Last error: .*EOF`)
	outOfTime       = lazyregexp.New(`curl: \(28\)|cURL error 28|secureConnect`)
	connectTimedOut = lazyregexp.New(`handshake operation timed out|` +
		`java\.net\.(\w+\.)*\w*Timeout\w*Exception|java\.net\.ConnectException|urlopen error (_ssl|timed|\[Errno|` +
		`\('_ssl)|httpx\.\w*Timeout|ConnectTimeoutError|HTTPSConnectionPool.*(timed out|Timeout)|pymongo.*: timed ` +
		`out|NetworkTimeout: .*timed out|ServerSelectionTimeoutError: .*timed out|\[Errno 110\]|socket\.timeout: ` +
		`timed out|ssl\..*timed out`)
	connectingTimedOut = lazyregexp.New(`^Connecting to |SSL connect attempt|Could not connect to .*: ` +
		`Connection timed out`)
	nodeReset = lazyregexp.New(`TLS|tls|EPROTO|https|secure|socket disconnected|OpenSSL|Mongo|fetch failed|` +
		`AxiosError|read ECONNRESET`)
	cutAnswer = lazyregexp.New(`https://|HTTPSConnectionPool|http\.client|urllib3`)
	pyOpenSSL = lazyregexp.New(`OpenSSL|SysCallError`)
)

// NamesKeyFile reports whether a message names a file of keys or certificates, and is not from a tool for files.
func NamesKeyFile(message string) bool { return file.MatchString(message) }

// AboutVerifying reports whether a message is about a failed verification, by the text around the reason.
func AboutVerifying(message string) bool { return verifying.MatchString(message) }
