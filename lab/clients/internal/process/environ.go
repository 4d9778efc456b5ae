package process

import "os"

// passed lists what a client program gets of this process's environment: what it
// needs to be found, to load its libraries and to keep temporary files. Everything
// else stays out, above all what would change its verdict: trust stores
// (SSL_CERT_FILE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS), proxies (https_proxy),
// settings (OPENSSL_CONF, NODE_OPTIONS, PYTHONPATH), and the locale, in which
// messages are written.
var passed = [...]string{
	"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	// Windows: without the first its sockets and random numbers don't work.
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
