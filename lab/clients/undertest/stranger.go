package undertest

import (
	"regexp"
	"slices"
	"strings"
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
	names := Placeholders()
	near := func(so func(name string) bool) string {
		for _, placeholder := range names {
			if so(strings.ReplaceAll(strings.Trim(placeholder, "{}"), "_", "")) {
				return placeholder
			}
		}
		return ""
	}
	if is := near(func(name string) bool { return name == plain }); is != "" {
		return is
	}
	if name, known := aliases[plain]; known {
		return "{" + name + "}"
	}
	return near(func(name string) bool { return len(name) > 2 && typo(name, plain) })
}

// typo reports whether one letter makes the difference between two words: one more, one less, another,
// or two that have changed places.
func typo(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	same := 0 // how far they begin alike
	for same < len(b) && a[same] == b[same] {
		same++
	}
	switch rest := b[same:]; len(a) - len(b) {
	case 1:
		return a[same+1:] == rest
	case 0:
		if rest == "" || a[same+1:] == rest[1:] {
			return true
		}
		return len(rest) > 1 && a[same] == rest[1] && a[same+1] == rest[0] && a[same+2:] == rest[2:]
	}
	return false
}
