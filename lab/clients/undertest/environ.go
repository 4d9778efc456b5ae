package undertest

import (
	"os"
	"slices"
	"strings"
)

// withheld lists the variables that would make a client trust something else, verify less, connect elsewhere,
// or print messages in another language than the recognised one. A name that ends in an underscore stands for
// all names that begin with it. A command can still set such a variable itself: env NAME=VALUE CMD.
var withheld = []string{
	// Trust stores, and switches that turn verification off.
	"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "PIP_CERT",
	"HTTPLIB2_CA_CERTS", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
	"NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_USE_SYSTEM_CA", "PYTHONHTTPSVERIFY",
	"PERL_LWP_SSL_CA_FILE", "PERL_LWP_SSL_CA_PATH", "PERL_LWP_SSL_VERIFY_HOSTNAME", "HTTPS_CA_FILE", "HTTPS_CA_DIR",
	"GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CARGO_HTTP_CAINFO", "DENO_CERT", "DENO_TLS_CA_STORE",
	"NIX_SSL_CERT_FILE",
	// Settings of TLS libraries.
	"OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "GNUTLS_SYSTEM_PRIORITY_FILE", "GODEBUG",
	// Proxies.
	"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
	// Languages.
	"LANGUAGE", "LC_ALL", "LC_MESSAGES",
	// Variables of another lab.
	"TLSLAB_",
}

// Environ returns the environment of a client under test: the environment of this process, because it is the
// user's own command, except for what would change its verdict (trust stores, proxies, settings of TLS
// libraries) or the language of its messages.
func Environ() []string {
	env := []string{"LC_MESSAGES=C"}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "LC_ALL": // it also decides how text is encoded
			env = append(env, "LC_CTYPE="+value)
		case name == "LC_CTYPE" && os.Getenv("LC_ALL") != "":
		case !slices.ContainsFunc(withheld, func(w string) bool { return matches(w, name) }):
			env = append(env, entry)
		}
	}
	return env
}

// matches reports whether a variable is withheld. The names of proxies are matched in upper and lower case.
func matches(withheld, name string) bool {
	return strings.EqualFold(withheld, name) || strings.HasSuffix(withheld, "_") && strings.HasPrefix(name, withheld)
}
