package explain

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// switches are what is popular for making an error of TLS go away in a stack, and mends nothing.
type switches struct {
	// all leave out the verification of the server's certificate.
	all []string
	// host leave out its name alone.
	host []string
	// weak allow old versions, suites, keys and digests again.
	weak []string
}

var (
	pythonSwitches = switches{
		[]string{"verify_mode = ssl.CERT_NONE", "ssl._create_unverified_context()", "PYTHONHTTPSVERIFY=0"},
		[]string{"check_hostname = False"},
		[]string{`set_ciphers("DEFAULT:@SECLEVEL=0")`, "minimum_version = TLSv1"},
	}
	nodeSwitches = switches{
		[]string{"NODE_TLS_REJECT_UNAUTHORIZED=0", "rejectUnauthorized: false", "npm config set strict-ssl false"},
		[]string{"checkServerIdentity: () => undefined"},
		[]string{`ciphers: "DEFAULT:@SECLEVEL=0"`, `minVersion: "TLSv1"`, "--tls-min-v1.0"},
	}
	mongoSwitches = switches{
		[]string{"tlsInsecure=true", "tlsAllowInvalidCertificates=true"},
		[]string{"tlsAllowInvalidHostnames=true"},
		[]string{"CipherString = DEFAULT:@SECLEVEL=0"},
	}
	javaSwitches = switches{
		[]string{"a trust-all X509TrustManager"},
		[]string{"a HostnameVerifier that returns true"},
		[]string{"jdk.tls.disabledAlgorithms="},
	}
	goSwitches = switches{
		[]string{"InsecureSkipVerify: true"},
		[]string{"InsecureSkipVerify: true"},
		[]string{"MinVersion: tls.VersionTLS10", "GODEBUG=tlsrsakex=1"},
	}
	rustSwitches = switches{
		[]string{"danger_accept_invalid_certs(true)"},
		[]string{"danger_accept_invalid_hostnames(true)"},
		[]string{"min_tls_version(Version::TLS_1_0)"},
	}
	opensslWeak = []string{"DEFAULT:@SECLEVEL=0", "Options = UnsafeLegacyServerConnect"}
)

// popular lists them by stack. Those that are not here have none that is well known.
var popular = map[string]switches{
	"python":             pythonSwitches,
	"requests":           {[]string{"verify=False", `CURL_CA_BUNDLE=""`}, []string{"assert_hostname=False"}, pythonSwitches.weak},
	"urllib3":            {[]string{`cert_reqs="CERT_NONE"`, "urllib3.disable_warnings()"}, []string{"assert_hostname=False"}, pythonSwitches.weak},
	"httpx":              {[]string{"verify=False"}, pythonSwitches.host, pythonSwitches.weak},
	"aiohttp":            {[]string{"ssl=False", "verify_ssl=False"}, pythonSwitches.host, pythonSwitches.weak},
	"cryptography":       {[]string{"verify_mode = ssl.CERT_NONE"}, pythonSwitches.host, pythonSwitches.weak},
	"pyopenssl":          {[]string{"set_verify(SSL.VERIFY_NONE)", "a callback that returns True"}, nil, pythonSwitches.weak},
	"pymongo":            mongoSwitches,
	"pymongo-ocsp":       mongoSwitches,
	"mongo-node":         mongoSwitches,
	"mongo-go":           mongoSwitches,
	"node":               nodeSwitches,
	"axios":              nodeSwitches,
	"fetch":              nodeSwitches,
	"go":                 goSwitches,
	"java":               javaSwitches,
	"okhttp":             javaSwitches,
	"mongo-java":         {append([]string{"invalidHostNameAllowed(true)"}, javaSwitches.all...), javaSwitches.host, javaSwitches.weak},
	"curl":               {[]string{"curl -k", "git config http.sslVerify false", "CURLOPT_SSL_VERIFYPEER 0"}, []string{"CURLOPT_SSL_VERIFYHOST 0"}, []string{"--ciphers DEFAULT:@SECLEVEL=0", "--tlsv1.0"}},
	"wget":               {[]string{"--no-check-certificate"}, nil, []string{"--secure-protocol=TLSv1"}},
	"gnutls-cli":         {[]string{"--insecure"}, []string{"--no-ca-verification"}, []string{"--priority LEGACY"}},
	"mbedtls":            {[]string{"MBEDTLS_SSL_VERIFY_NONE", "validate_certificates=False"}, []string{"mbedtls_ssl_set_hostname(&ssl, NULL)"}, nil},
	"openssl":            {[]string{"-verify 0"}, nil, append([]string{"-legacy_server_connect"}, opensslWeak...)},
	"ruby":               {[]string{"verify_mode = OpenSSL::SSL::VERIFY_NONE"}, []string{"verify_hostname = false"}, opensslWeak},
	"perl":               {[]string{"SSL_verify_mode => SSL_VERIFY_NONE", "verify_SSL => 0", "PERL_LWP_SSL_VERIFY_HOSTNAME=0"}, []string{`SSL_verifycn_scheme => "none"`}, opensslWeak},
	"php":                {[]string{`"verify_peer" => false`, "CURLOPT_SSL_VERIFYPEER => false"}, []string{`"verify_peer_name" => false`, "CURLOPT_SSL_VERIFYHOST => 0"}, []string{`"security_level" => 0`}},
	"reqwest-rustls":     rustSwitches,
	"reqwest-native-tls": rustSwitches,
	"dotnet":             {[]string{"ServerCertificateCustomValidationCallback = (...) => true"}, nil, []string{"SslProtocols.Tls"}},
	"chromium":           {[]string{"--ignore-certificate-errors", "thisisunsafe"}, nil, nil},
	"firefox":            {[]string{"a security exception"}, nil, []string{"security.tls.version.min = 1"}},
	"erlang":             {[]string{"{verify, verify_none}"}, []string{"{server_name_indication, disable}"}, nil},
	"schannel":           {[]string{"curl -k", "--ssl-no-revoke"}, nil, nil},
	"pip":                {[]string{"--trusted-host"}, nil, nil},
	"docker":             {[]string{"insecure-registries"}, nil, nil},
	"kubectl":            {[]string{"--insecure-skip-tls-verify"}, nil, nil},
	"npm":                {[]string{"npm config set strict-ssl false", "NODE_TLS_REJECT_UNAUTHORIZED=0"}, nil, nodeSwitches.weak},
	"git":                {[]string{"git config http.sslVerify false", "GIT_SSL_NO_VERIFY=1"}, nil, nil},
	"postfix":            {[]string{"smtp_tls_security_level = may"}, nil, nil},
	"kafka":              {[]string{"a trust-all X509TrustManager", "enable.ssl.certificate.verification=false"}, []string{"ssl.endpoint.identification.algorithm="}, nil},
	"envoy":              {[]string{"trust_chain_verification: ACCEPT_UNTRUSTED"}, nil, nil},
	"grpc":               {nil, []string{"grpc.ssl_target_name_override"}, nil},
	"openldap":           {[]string{"TLS_REQCERT never", "LDAPTLS_REQCERT=never"}, nil, nil},
	"apple":              {[]string{"a delegate that accepts every challenge"}, nil, []string{"NSAllowsArbitraryLoads"}},
	"psql":               {[]string{"sslmode=require", "sslmode=prefer"}, []string{"sslmode=verify-ca"}, nil},
	"mysql":              {[]string{"--ssl-mode=REQUIRED", "--ssl-mode=DISABLED"}, []string{"--ssl-mode=VERIFY_CA"}, nil},
	"nginx":              {[]string{"ssl_verify_client optional_no_ca"}, nil, []string{"ssl_protocols TLSv1", "ssl_ciphers ALL:@SECLEVEL=0"}},
	"nginx-upstream":     {[]string{"proxy_ssl_verify off"}, nil, []string{"proxy_ssl_protocols TLSv1"}},
	"apache":             {[]string{"SSLVerifyClient optional_no_ca"}, nil, []string{"SSLProtocol all"}},
	"mongod":             {[]string{"allowInvalidCertificates: true"}, []string{"allowInvalidHostnames: true"}, []string{"disabledProtocols: none"}},
	"go-server":          {[]string{"tls.RequireAnyClientCert"}, nil, []string{"MinVersion: tls.VersionTLS10"}},
}

// weakened are the classes for which people lower what a library takes for safe.
var weakened = []failure.Class{
	failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.WeakDH, failure.WeakKey, failure.WeakSignature, failure.LegacyRenegotiation,
}

// switchedInServers are the classes for which people switch something in a server, about its clients.
var switchedInServers = slices.Concat(weakened, []failure.Class{failure.ClientCertificateRequired, failure.ClientCertificateRejected})

// forClass returns what of it people reach for when a class of failure meets them.
func (s switches) forClass(c failure.Class) []string {
	info, _ := failure.Lookup(c)
	list := slices.Clone(s.all)
	switch {
	case slices.Contains(weakened, c):
		list = slices.Concat(s.weak, s.all)
	case c == failure.HostnameMismatch:
		list = slices.Concat(s.host, s.all)
	case info.Group == "wire" && c != failure.NotTLS:
		list = nil // nobody's switch changes it
	}
	var out []string
	for _, name := range list {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
