package check

import "slices"

// switches are what most often causes a finding, by the language or program: the names that their
// documentation has for them.
var switches = map[string]map[string][]string{
	VerificationOff: {
		"python":  {"verify_mode = ssl.CERT_NONE", "verify=False", "ssl._create_unverified_context()", "ssl.SSLContext() without verify_mode"},
		"pymongo": {"tlsInsecure", "tlsAllowInvalidCertificates"},
		"curl":    {"-k", "--insecure", "insecure in ~/.curlrc", "CURLOPT_SSL_VERIFYPEER 0"},
		"openssl": {"s_client without -verify_return_error", "grep for CONNECTED"},
		"shell":   {"curl -k", "openssl s_client without -verify_return_error", "wget --no-check-certificate"},
		"node":    {"rejectUnauthorized: false", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		"go":      {"InsecureSkipVerify: true"},
		"java":    {"a TrustManager whose checkServerTrusted does nothing"},
		"ruby":    {"OpenSSL::SSL::VERIFY_NONE"},
		"php":     {"verify_peer => false"},
		"perl":    {"verify_SSL => 0", "SSL_VERIFY_NONE"},
	},
	NamesUnchecked: {
		"python":  {"check_hostname = False", "assert_hostname=False"},
		"pymongo": {"tlsAllowInvalidHostnames"},
		"curl":    {"CURLOPT_SSL_VERIFYHOST 0"},
		"openssl": {"no -verify_hostname and no -verify_ip"},
		"shell":   {"openssl s_client without -verify_hostname or -verify_ip"},
		"node":    {"checkServerIdentity: () => undefined"},
		"go":      {"InsecureSkipVerify with a VerifyPeerCertificate of one's own"},
		"java":    {"a HostnameVerifier that returns true", "no endpointIdentificationAlgorithm"},
		"php":     {"verify_peer_name => false"},
	},
	NamesHalfChecked: {
		"python": {"fnmatch", "endswith", "a comparison of one's own in place of check_hostname"},
		"node":   {"a checkServerIdentity of one's own"},
		"go":     {"a VerifyPeerCertificate of one's own"},
		"java":   {"a HostnameVerifier of one's own"},
	},
	ChainUnchecked: {
		"python": {"ssl.get_server_certificate", "trusting what the server sends"},
		"curl":   {"--cacert with what openssl s_client -showcerts wrote"},
		"shell":  {"openssl s_client -showcerts into the trust file"},
		"node":   {"ca taken from getPeerCertificate()"},
		"go":     {"PeerCertificates put into RootCAs"},
	},
	RetriesUnverified: {
		"python": {"except ssl.SSLError and a second context"},
		"shell":  {"curl ... || curl -k ..."},
		"curl":   {"curl ... || curl -k ..."},
	},
	DatesUnchecked: {
		"python": {"a verify callback that lets X509_V_ERR_CERT_HAS_EXPIRED pass"},
		"go":     {"VerifyOptions.CurrentTime"},
	},
	SecurityLevelLow: {
		"python":  {`set_ciphers("...@SECLEVEL=0")`},
		"curl":    {"--ciphers DEFAULT@SECLEVEL=0"},
		"openssl": {"-cipher DEFAULT@SECLEVEL=0"},
		"shell":   {"DEFAULT@SECLEVEL=0"},
	},
	OldTLSAllowed: {
		"python":  {"minimum_version = ssl.TLSVersion.TLSv1", "ssl.PROTOCOL_TLSv1"},
		"curl":    {"--tlsv1.0"},
		"openssl": {"-tls1", "-min_protocol"},
		"node":    {"minVersion: 'TLSv1'"},
		"go":      {"MinVersion: tls.VersionTLS10"},
	},
	LimitsVersions: {
		"python": {"maximum_version", "ssl.PROTOCOL_TLSv1_2"},
		"curl":   {"--tls-max"},
		"node":   {"maxVersion"},
		"go":     {"MaxVersion"},
	},
	RevocationUnchecked: {
		"python":  {"no VERIFY_CRL_CHECK_LEAF in verify_flags"},
		"pymongo": {"no tlsCRLFile"},
		"curl":    {"no --crlfile", "no --cert-status"},
		"openssl": {"no -crl_check"},
	},
	TrustsSomethingElse: {
		"python": {"no cafile", "load_default_certs()", "a file kept from an earlier run"},
		"curl":   {"no --cacert"},
		"shell":  {"no --cacert or -CAfile", "a file kept from an earlier run"},
	},
	PinsOneCertificate: {
		"python": {"assert_fingerprint", "a fingerprint or a leaf kept in a file"},
		"curl":   {"--pinnedpubkey"},
	},
	ChecksAnotherName: {
		"python":  {"server_hostname that is not the host asked for"},
		"openssl": {"-verify_hostname with an address: that is -verify_ip"},
		"shell":   {"-verify_hostname with an address: that is -verify_ip"},
	},
	NoTimeout: {
		"python": {"no timeout in create_connection or urlopen"},
		"curl":   {"no --max-time"},
		"shell":  {"no --max-time"},
	},
	AnswerNotRead: {
		"python": {"success said after do_handshake or connect, before the first read"},
	},
	GoesOnWithout: {
		"python": {"except around load_cert_chain"},
	},
	ReportsSuccess: {
		"python": {"except that ends without a status", "a bare except: pass"},
		"shell":  {"|| true", "the status of a pipe's last command"},
	},
	TruncationUnnoticed: {
		"python": {"recv() until it returns nothing: suppress_ragged_eofs, which is on by default, makes a cut look like the end", "one recv() taken for the whole answer", "except http.client.IncompleteRead"},
		"node":   {"an aborted response taken for its end"},
		"go":     {"io.ErrUnexpectedEOF passed over"},
	},
	ReasonHidden: {
		"python": {"except Exception with a text of one's own"},
		"curl":   {"-s without -S"},
		"shell":  {"2>/dev/null"},
	},
}

// switchesOf returns what may cause a finding in the client's language.
func switchesOf(name string, s sheet) []string {
	var list []string
	for _, language := range languagesOf(s) {
		for _, word := range switches[name][language] {
			if !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
	}
	return list
}
