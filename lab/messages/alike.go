package messages

import "example.com/tlslab/lab/internal/lazyregexp"

// placed is what differs in a message from one server to the next, and the word that replaces it.
var placed = []struct {
	*lazyregexp.Regexp
	word string
}{
	{
		lazyregexp.New(`\blocalhost\b|\b[a-z0-9.-]+\.(test|invalid)\b|\b\d{1,3}(\.\d{1,3}){3}\b|\[::1\]|::1\b`),
		"HOST",
	},
	{lazyregexp.New(`\b0x[0-9a-fA-F]+\b`), "0xADDRESS"},
	{lazyregexp.New(`\b\d{4,}\b`), "N"},
	{lazyregexp.New(`\bPORT\b`), "N"},
}

// Alike returns a message without what differs between two servers to which the same happened: hosts, ports and memory
// addresses, besides what [Steady] replaces.
func Alike(message string) string {
	message = Steady(message)
	for _, p := range placed {
		message = p.ReplaceAllString(message, p.word)
	}
	return message
}
