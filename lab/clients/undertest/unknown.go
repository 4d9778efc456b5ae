package undertest

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/near"
)

// Stranger is a word in braces that is no placeholder: it is passed on as it is.
type Stranger struct {
	Word  string // with its braces
	Meant string // the placeholder that was probably meant, with its braces; empty if none is near
}

// looksMeant matches what looks like a placeholder.
var looksMeant = regexp.MustCompile(`\{[A-Za-z][A-Za-z0-9_-]{1,15}\}`)

// Strangers returns what in a command's arguments looks like a placeholder but is not one.
func Strangers(command []string) []Stranger {
	var list []Stranger
	for _, argument := range command {
		for _, word := range looksMeant.FindAllString(argument, -1) {
			if !slices.Contains(Placeholders(), word) {
				list = append(list, Stranger{word, meant(word)})
			}
		}
	}
	return list
}

// aliases are what other programs call what a placeholder stands for, in lower case and without
// separators.
var aliases = map[string]string{
	"cacert": "ca", "cafile": "ca", "capath": "ca", "cabundle": "ca", "cas": "ca", "root": "ca", "roots": "ca", "truststore": "ca", "tlslabcafile": "ca",
	"crt": "cert", "certificate": "cert", "certfile": "cert", "clientcert": "cert",
	"privatekey": "key", "keyfile": "key", "clientkey": "key", "pem": "combined",
	"pass": "password", "passphrase": "password", "passwd": "password",
	"uri": "url", "address": "connect", "addr": "connect", "hostname": "host", "server": "host", "servername": "host", "domain": "host",
	"crlfile": "crl", "crls": "crl",
}

// meant returns the placeholder that is nearest to a word; empty if none is near.
func meant(word string) string {
	plain := strings.ToLower(strings.NewReplacer("{", "", "}", "", "_", "", "-", "").Replace(word))
	var names []string
	for _, placeholder := range Placeholders() {
		name := strings.ReplaceAll(strings.Trim(placeholder, "{}"), "_", "")
		if name == plain {
			return placeholder
		}
		names = append(names, strings.Trim(placeholder, "{}"))
	}
	name, known := aliases[plain]
	if !known {
		// Of two letters, one that is wrong leaves too little.
		list := near.Names(plain, slices.DeleteFunc(names, func(name string) bool { return len(name) < 3 }))
		if len(list) == 0 {
			return ""
		}
		name = list[0]
	}
	return "{" + name + "}"
}
