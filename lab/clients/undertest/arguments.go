package undertest

import (
	"slices"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
)

// placeholder is a word that stands for a part of the endpoint: in braces in a command's arguments, and as a
// variable in its environment.
type placeholder struct {
	name     string // {name}; empty if it exists only in the environment
	variable string
	value    func(serve.Endpoint) string
}

var placeholders = []placeholder{
	{"url", "TLSLAB_URL", func(e serve.Endpoint) string { return e.URL }},
	{"host", "TLSLAB_HOST", func(e serve.Endpoint) string { return e.Host }},
	{"port", "TLSLAB_PORT", func(e serve.Endpoint) string { return strconv.Itoa(e.Port) }},
	{"connect", "TLSLAB_CONNECT", func(e serve.Endpoint) string { return e.Connect }},
	{"ca", "TLSLAB_CA_FILE", func(e serve.Endpoint) string { return e.CAFile }},
	{"ca_p12", "TLSLAB_CA_P12", func(e serve.Endpoint) string { return e.CAPKCS12 }},
	{"ca_jks", "TLSLAB_CA_JKS", func(e serve.Endpoint) string { return e.CAJKS }},
	{"ca_dir", "TLSLAB_CA_DIR", func(e serve.Endpoint) string { return e.CADir }},
	{"ca_password", "TLSLAB_CA_PASSWORD", func(e serve.Endpoint) string { return e.CAPassword }},
	{"cert", "TLSLAB_CERT_FILE", func(e serve.Endpoint) string { return e.CertFile }},
	{"key", "TLSLAB_KEY_FILE", func(e serve.Endpoint) string { return e.KeyFile }},
	{"combined", "TLSLAB_COMBINED_FILE", func(e serve.Endpoint) string { return e.CombinedFile }},
	{"password", "TLSLAB_KEY_PASSWORD", func(e serve.Endpoint) string { return e.KeyPassword }},
	{"crl", "TLSLAB_CRL_FILE", func(e serve.Endpoint) string { return e.CRLFile }},
	{"", "TLSLAB_SCENARIO", func(e serve.Endpoint) string { return e.ID }},
}

// Placeholders returns the words in braces that are replaced in a command's arguments.
func Placeholders() []string {
	var words []string
	for _, p := range placeholders {
		if p.name != "" {
			words = append(words, "{"+p.name+"}")
		}
	}
	return words
}

// fill replaces the placeholders. An argument whose placeholder has no value in this scenario is left out,
// together with the option before it if that is a separate argument. So if there is no client certificate,
// both --cert {cert} and --cert={cert} disappear.
func fill(arguments []string, e serve.Endpoint) []string {
	var filled []string
	option := false // the last argument filled is an option before its value
	for _, argument := range arguments {
		value, has := replace(argument, e)
		if !has {
			if option && argument[0] != '-' {
				filled = filled[:len(filled)-1]
			}
			option = false
			continue
		}
		filled = append(filled, value)
		option = len(argument) > 1 && argument[0] == '-' && argument == value
	}
	return filled
}

// replace replaces the placeholders in one argument, and reports whether all have values.
func replace(argument string, e serve.Endpoint) (filled string, has bool) {
	has = true
	for _, p := range placeholders {
		word := "{" + p.name + "}"
		if p.name == "" || !strings.Contains(argument, word) {
			continue
		}
		value := p.value(e)
		has = has && value != ""
		argument = strings.ReplaceAll(argument, word, value)
	}
	return argument, has
}

// variables returns the endpoint as environment variables for the client.
func variables(e serve.Endpoint) []string {
	var env []string
	for _, p := range placeholders {
		env = append(env, p.variable+"="+p.value(e))
	}
	return env
}

// notTold lists what a command is told only through its environment.
func notTold(command []string) []clients.Part {
	all := strings.Join(command, "\x00")
	names := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(all, word) })
	}
	var parts []clients.Part
	for _, p := range []struct {
		part  clients.Part
		words []string
	}{
		{clients.PartConnect, []string{"{connect}"}},
		{clients.PartCertificate, []string{"{cert}", "{key}", "{combined}"}},
		{clients.PartPassword, []string{"{password}"}},
	} {
		if !names(p.words...) {
			parts = append(parts, p.part)
		}
	}
	if !names("{ca}") && names("{ca_p12}", "{ca_jks}", "{ca_dir}") {
		parts = append(parts, clients.PartCAFile)
	}
	return parts
}
