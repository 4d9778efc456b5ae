package messages

import "example.com/tlslab/lab/internal/lazyregexp"

// shellSource has no messages: scripts pass on those of the programs that they run.
var shellSource = Source{
	Name:     "shell",
	Commands: lazyregexp.New(`^(sh|bash|dash|zsh)$|\.sh$`),
	Causes:   shellCauses,
}

// shellCauses are the causes of findings in scripts.
var shellCauses = map[string][]string{
	"verification-off": {
		"curl -k", "openssl s_client without -verify_return_error", "wget --no-check-certificate",
	},
	"names-unchecked":        {"openssl s_client without -verify_hostname or -verify_ip"},
	"chain-unchecked":        {"the output of openssl s_client -showcerts in the trust file"},
	"retries-unverified":     {"curl ... || curl -k ..."},
	"security-level-lowered": {"DEFAULT@SECLEVEL=0"},
	"trusts-something-else":  {"no --cacert or -CAfile", "a file left over from an earlier run"},
	"checks-another-name":    {"-verify_hostname with an address, which needs -verify_ip"},
	"no-timeout":             {"no --max-time"},
	"reports-success":        {"|| true", "the exit status of a pipeline's last command"},
	"reason-hidden":          {"2>/dev/null"},
}
