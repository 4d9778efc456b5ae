package process

import "os"

// passed lists the variables of this process's environment that a client program gets: what it needs to be
// found, to load its libraries and to store temporary files. Everything else is left out, especially what
// would change its verdict: trust stores (SSL_CERT_FILE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS), proxies
// (https_proxy), settings (OPENSSL_CONF, NODE_OPTIONS, PYTHONPATH), and the locale, which changes the
// language of messages.
var passed = [...]string{
	"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	// Windows needs SystemRoot for sockets and random numbers.
	"SystemRoot", "SystemDrive", "TEMP", "TMP", "USERPROFILE", "PATHEXT",
}

// Environ returns the environment of a client program.
func Environ() []string {
	var env []string
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
