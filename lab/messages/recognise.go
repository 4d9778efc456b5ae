package messages

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/scenarios/failure"
)

// fallbackOrder is the order in which stacks' rules are tried on a message that bears no mark: those
// whose texts are long and their own first, Go's short ones ("EOF") last, and then all others, which
// have the texts of these and more.
var fallbackOrder = []string{"curl", "python", "pyopenssl", "openssl", "node", "java", "gnutls-cli", "wget", "go"}

// Recognise tells in which stack's words a message is written, and its failure class by that
// stack's rules: clients wrap libraries, and pass on what those say. Of several it is the one whose rule tells most, or
// else the first of them; of words that name no fault none outranks those that do. Both are empty if no rule
// of any stack fits.
func Recognise(message string) (stack string, class failure.Class) {
	message = withoutSource(message)
	var order []string
	for _, program := range []bool{true, false} { // a program before the stacks whose libraries it stands on
		for _, s := range sources {
			if s.Program == program && s.marked(message) {
				order = append(order, s.Name)
			}
		}
	}
	var best Rule
	for i, name := range slices.Concat(order, fallbackOrder, Stacks()) {
		r, ok := telling(withLookups(name), message, nil)
		switch {
		case !ok, stack != "" && r.rank() <= best.rank():
			continue
		case stack != "" && i >= len(order) && !aboutPeer(r.Class): // another program may have said so of anything
			continue
		}
		if stack, best = name, r; best.rank() == named {
			break
		}
		message = strings.ReplaceAll(message, r.Contains, "") // to another stack its words would mean something else
	}
	return stack, best.Class
}

// aboutPeer reports whether a class is of what the other side sent, and not of the client's own files and settings.
func aboutPeer(class failure.Class) bool {
	i, ok := failure.Lookup(class)
	return ok && i.Group != "client"
}

// Marked reports whether a message bears a mark of a stack or a program, so that it is that stack's for sure and
// not only in words that it has too.
func Marked(message, stack string) bool {
	return Of(stack).marked(message)
}

// marked reports whether a message bears a mark of the source's.
func (s *Source) marked(message string) bool {
	return slices.ContainsFunc(s.Marks, func(m string) bool { return strings.Contains(message, m) })
}

// Identified reports whether a message can be of a source alone, and of nothing else that stands on the same library.
func Identified(message, name string) bool {
	return slices.ContainsFunc(Of(name).Identities, func(i string) bool { return strings.Contains(message, i) })
}

// withoutSource returns a message without the lines of source that Python's tracebacks quote: they are
// the program's own text, and timeout=3 in it is no timeout.
func withoutSource(message string) string {
	if !strings.Contains(message, "Traceback (most recent call last)") && !strings.Contains(message, "\n  File \"") {
		return message
	}
	lines := strings.Split(message, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  ") }), "\n")
}

// Telling returns the line of a message that tells the reason: the one that the rule of the stack's is about that
// tells most. Where no rule fits it is the last that speaks of TLS and of failing, or else the last. Programs write a
// lot before they say why, and after.
func Telling(stack, message string) string {
	message = withoutSource(message)
	lines := strings.Split(strings.TrimSpace(message), "\n")
	if r, ok := telling(withLookups(stack), message, nil); ok {
		if i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, r.Contains) }); i >= 0 {
			return strings.TrimSpace(lines[i])
		}
	}
	for _, line := range slices.Backward(lines) {
		if aboutTLS.MatchString(line) && aboutFailing.MatchString(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// What lines say that tell why TLS failed, in words that no rule knows.
var (
	aboutTLS     = regexp.MustCompile(`(?i)\b(ssl|tls|x509|certificates?|cert|handshake|verify|verification)\b`)
	aboutFailing = regexp.MustCompile(`(?i)\b(error|fail(ed|s|ure|ing)?|invalid|mismatch|unable|cannot|could not|` +
		`not|refused|rejected|bad|alert|expired|unknown|problem)\b`)
)
