package undertest

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/scenarios/near"
)

// UnknownPlaceholder is a word in braces that looks like a placeholder but is not one. It is passed on
// unchanged.
type UnknownPlaceholder struct {
	Word  string // including its braces
	Meant string // the placeholder that was probably meant, including its braces; empty if none is similar
}

// looksMeant matches words that look like placeholders.
var looksMeant = regexp.MustCompile(`\{[A-Za-z][A-Za-z0-9_-]{1,15}\}`)

// UnknownPlaceholders returns the words in a command's arguments that look like placeholders but are not.
func UnknownPlaceholders(command []string) []UnknownPlaceholder {
	var list []UnknownPlaceholder
	for _, argument := range command {
		for _, word := range looksMeant.FindAllString(argument, -1) {
			if !slices.Contains(Placeholders(), word) {
				list = append(list, UnknownPlaceholder{word, meant(word)})
			}
		}
	}
	return list
}

// aliases maps other programs' names to placeholders, in lower case and without separators.
var aliases = map[string]string{
	"cacert": "ca", "cafile": "ca", "capath": "ca", "cabundle": "ca", "cas": "ca", "root": "ca", "roots": "ca",
	"truststore": "ca", "tlslabcafile": "ca",
	"crt": "cert", "certificate": "cert", "certfile": "cert", "clientcert": "cert",
	"privatekey": "key", "keyfile": "key", "clientkey": "key", "pem": "combined",
	"pass": "password", "passphrase": "password", "passwd": "password",
	"uri": "url", "address": "connect", "addr": "connect", "hostname": "host", "server": "host", "servername": "host",
	"domain":  "host",
	"crlfile": "crl", "crls": "crl",
}

// meant returns the placeholder most similar to a word; empty if none is similar.
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
