package file

import (
	"crypto/tls"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// number is a word that stands for a number.
type number struct {
	word   string
	number uint64
	also   string // another common name, or ""
}

// vocabulary is the words that a field can have.
type vocabulary struct {
	// what is one of the words: "failure class"
	what string
	// words returns the words, in the order in which an error lists them. It is nil if the words are numbers.
	words func() []string
	// numbers are the words and their numbers.
	numbers []number
	hex     bool // the numbers are written in hex elsewhere, so that files have them in a comment
}

// list returns the words.
func (v vocabulary) list() []string {
	if v.words != nil {
		return v.words()
	}
	var words []string
	for _, n := range v.numbers {
		words = append(words, n.word)
	}
	return words
}

// number returns the number that a word stands for, whatever its case.
func (v vocabulary) number(word string) (uint64, bool) {
	i := slices.IndexFunc(v.numbers, func(n number) bool {
		return strings.EqualFold(n.word, word) || n.also != "" && strings.EqualFold(n.also, word)
	})
	if i < 0 {
		return 0, false
	}
	return v.numbers[i].number, true
}

// word returns the word for a number.
func (v vocabulary) word(n uint64) (string, bool) {
	i := slices.IndexFunc(v.numbers, func(o number) bool { return o.number == n })
	if i < 0 {
		return "", false
	}
	return v.numbers[i].word, true
}

var (
	versions = vocabulary{what: "TLS version", numbers: []number{
		{"1.0", tls.VersionTLS10, "TLS 1.0"},
		{"1.1", tls.VersionTLS11, "TLS 1.1"},
		{"1.2", tls.VersionTLS12, "TLS 1.2"},
		{"1.3", tls.VersionTLS13, "TLS 1.3"},
	}}
	suites = vocabulary{what: "cipher suite", numbers: cipherSuites(), hex: true}
	groups = vocabulary{what: "group", hex: true, numbers: []number{ // IANA, TLS Supported Groups
		{"x25519", uint64(tls.X25519), ""},
		{"secp256r1", uint64(tls.CurveP256), "P-256"},
		{"secp384r1", uint64(tls.CurveP384), "P-384"},
		{"secp521r1", uint64(tls.CurveP521), "P-521"},
		{"X25519MLKEM768", uint64(tls.X25519MLKEM768), ""},
		{"SecP256r1MLKEM768", uint64(tls.SecP256r1MLKEM768), ""},
		{"SecP384r1MLKEM1024", uint64(tls.SecP384r1MLKEM1024), ""},
	}}
	clientAuths = vocabulary{what: "way to ask for client certificates", numbers: []number{
		{"none", uint64(tls.NoClientCert), ""},
		{"request", uint64(tls.RequestClientCert), ""},
		{"require-any", uint64(tls.RequireAnyClientCert), ""},
		{"verify-if-given", uint64(tls.VerifyClientCertIfGiven), ""},
		{"require-and-verify", uint64(tls.RequireAndVerifyClientCert), ""},
	}}
)

// cipherSuites returns the suites of TLS 1.2 and below that crypto/tls has. Those of TLS 1.3 cannot be chosen.
func cipherSuites() []number {
	var list []number
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if slices.Contains(s.SupportedVersions, tls.VersionTLS12) {
			list = append(list, number{s.Name, uint64(s.ID), ""})
		}
	}
	return list
}

// field is a field of a struct.
type field struct {
	of   reflect.Type
	name string
}

// vocabularies are the words of fields whose types do not tell them.
var vocabularies = map[field]vocabulary{
	{reflect.TypeFor[scenarios.Server](), "MinVersion"}:               versions,
	{reflect.TypeFor[scenarios.Server](), "MaxVersion"}:               versions,
	{reflect.TypeFor[scenarios.Server](), "CipherSuites"}:             suites,
	{reflect.TypeFor[scenarios.Server](), "Groups"}:                   groups,
	{reflect.TypeFor[scenarios.Server](), "ClientAuth"}:               clientAuths,
	{reflect.TypeFor[scenarios.Expectation](), "Feature"}:             {what: "feature", words: scenarios.FeatureWords},
	{reflect.TypeFor[pki.Certificate](), "Usages"}:                    {what: "usage", words: pki.UsageWords},
	{reflect.TypeFor[pki.Certificate](), "NonCritical"}:               {what: "extension", words: pki.ExtensionWords},
	{reflect.TypeFor[pki.Certificate](), "Omit"}:                      {what: "extension", words: pki.OmitWords},
	{reflect.TypeFor[scenarios.MongodOptions](), "DisabledProtocols"}: {what: "protocol", words: mongodProtocols},
}

// mongodProtocols are the values of mongod's tlsDisabledProtocols.
func mongodProtocols() []string { return []string{"TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"} }

// certificateNames are the fields that name certificates of the recipe. SignedBy and ServeKey can name keys that belong
// to no certificate.
var certificateNames = map[field]bool{
	{reflect.TypeFor[pki.Recipe](), "Send"}:                     true,
	{reflect.TypeFor[pki.Recipe](), "Trust"}:                    true,
	{reflect.TypeFor[pki.Certificate](), "Of"}:                  true,
	{reflect.TypeFor[pki.Certificate](), "Issuer"}:              true,
	{reflect.TypeFor[pki.OCSP](), "For"}:                        true,
	{reflect.TypeFor[pki.OCSP](), "SignedBy"}:                   true,
	{reflect.TypeFor[pki.CRL](), "Revoke"}:                      true,
	{reflect.TypeFor[pki.CRL](), "Issuer"}:                      true,
	{reflect.TypeFor[scenarios.Server](), "DefaultCertificate"}: true,
	{reflect.TypeFor[scenarios.CAName](), "Of"}:                 true,
}

// typeNames say what the words of a type are.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[pki.KeyType]():          "key type",
	reflect.TypeFor[scenarios.File]():       "wrong file",
	reflect.TypeFor[scenarios.Passphrase](): "passphrase",
}

// worded is a type that has only certain values.
type worded interface{ Words() []string }

// checked is a type that knows whether a value is written right.
type checked interface{ Check() error }

// wordsOf returns the words of a field's values, and whether it has only certain ones.
func wordsOf(f field, t reflect.Type) (vocabulary, bool) {
	if v, ok := vocabularies[f]; ok {
		return v, true
	}
	if t == reflect.TypeFor[failure.Class]() {
		return vocabulary{what: "failure class", words: scenarios.ClassWords}, true
	}
	w, ok := reflect.Zero(t).Interface().(worded)
	if !ok {
		return vocabulary{}, false
	}
	what, named := typeNames[t]
	if !named {
		what = strings.ToLower(t.Name())
	}
	return vocabulary{what: what, words: w.Words}, true
}

// tagOf returns the name of a field in files, or "" if files do not have it.
func tagOf(f reflect.StructField) string {
	tag, ok := f.Tag.Lookup("yaml")
	if !ok {
		tag = f.Tag.Get("json")
	}
	name, _, _ := strings.Cut(tag, ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

// fieldsOf returns the names of a struct's fields in files, in order, and their indices.
func fieldsOf(t reflect.Type) (names []string, index map[string]int) {
	index = map[string]int{}
	for i := range t.NumField() {
		if name := tagOf(t.Field(i)); name != "" {
			names = append(names, name)
			index[name] = i
		}
	}
	return names, index
}

var durationType = reflect.TypeFor[time.Duration]()
