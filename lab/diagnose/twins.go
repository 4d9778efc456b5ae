package diagnose

// Twins are rows that are the same from outside: the same chain and the same manners. A diagnosis may name any of them.
type Twins struct {
	Rows []string
	Why  string
}

// AllTwins returns the catalogue's twins.
func AllTwins() []Twins { return twins }

var twins = []Twins{
	{[]string{"just-expired", "expires-while-serving"},
		"they differ only in how long ago the leaf expired, which depends on the time of day"},
	{[]string{"reset-on-accept", "reset-after-hello"},
		"the ClientHello arrives in one piece, so its first byte and its last cannot be told apart"},
	{[]string{"good-crl", "good-crl-fetched"},
		"they differ only in whether the client has the CRL already"},
	{[]string{"good-ocsp", "mongodb-ocsp-valid-not-stapled-ecdsa-ca", "mongodb-ocsp-valid-not-stapled-ecdsa-delegate"},
		"only the responder's answer has its signer, and it is seen only if it is fetched"},
	{[]string{"mongodb-ocsp-valid-not-stapled-rsa-ca", "mongodb-ocsp-valid-not-stapled-rsa-delegate"},
		"only the responder's answer has its signer, and it is seen only if it is fetched"},
	{[]string{"good-must-staple-ocsp", "mongodb-ocsp-valid-stapled-ecdsa-ca"}, "both have the same chain and staple"},
	{[]string{"revoked-ocsp", "mongodb-ocsp-revoked-not-stapled-ecdsa-ca"},
		"both have the same chain, and the responder's answer is the same"},
	{[]string{"ocsp-unreachable", "mongodb-ocsp-soft-fail-ecdsa-ca", "mongodb-ocsp-soft-fail-ecdsa-delegate"},
		"a responder that cannot be reached has no signer"},
	{[]string{"mongodb-ocsp-soft-fail-rsa-ca", "mongodb-ocsp-soft-fail-rsa-delegate"},
		"a responder that cannot be reached has no signer"},
	{[]string{"must-staple-missing-responder-down", "mongodb-ocsp-malicious-server-2-ecdsa-ca",
		"mongodb-ocsp-malicious-server-2-ecdsa-delegate"}, "a responder that cannot be reached has no signer"},
	{[]string{"mongodb-ocsp-malicious-server-2-rsa-ca", "mongodb-ocsp-malicious-server-2-rsa-delegate"},
		"a responder that cannot be reached has no signer"},
}

// Unseen is a row whose defect cannot be seen from outside. A diagnosis names another one, which is the same server.
type Unseen struct {
	Row, As string
	Why     string
}

// AllUnseen returns the catalogue's rows that cannot be seen from outside.
func AllUnseen() []Unseen { return unseen }

const (
	ownFiles  = "what is wrong is in the client's own files"
	serverCRL = "the server's own CRL is seen only when it refuses a client certificate"
)

var unseen = []Unseen{
	{"good-client-certificate-crl", "good-client-certificate", serverCRL},
	{"good-client-certificate-crl-tls12", "good-client-certificate-tls12", serverCRL},
	{"client-key-encrypted", "good-client-certificate", ownFiles},
	{"client-key-wrong-passphrase", "good-client-certificate", ownFiles},
	{"client-key-mismatch", "good-client-certificate", ownFiles},
	{"client-certificate-not-pem", "good-client-certificate", ownFiles},
	{"client-key-missing", "good-client-certificate", ownFiles},
	{"ca-file-missing", "good", ownFiles},
	{"ca-file-empty", "good", ownFiles},
	{"ca-file-not-pem", "good", ownFiles},
	{"ca-file-is-leaf", "good", ownFiles},
}
