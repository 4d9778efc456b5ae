package messages

import (
	"cmp"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

// fallbackOrder is the order in which stacks are tried on a message without a mark: those with long and distinctive
// texts first, and Go with its short ones ("EOF") last. All other stacks follow; they have the texts of these and more.
var fallbackOrder = []string{"curl", "python", "pyopenssl", "openssl", "node", "java", "gnutls-cli", "wget", "go"}

// Recognise tells in which stack's words a message is written, and its failure class by that stack's rules. Clients
// wrap libraries and pass on their messages, so that several stacks may fit: the one with the most telling rule wins,
// or the first of them. Words that name a fault outrank words that do not. If no stack's words name one, the codes and
// phrases of any program count. Both results are empty if nothing fits.
func Recognise(message string) (stack string, class failure.Class) {
	message = withoutSource(message)
	stack, class = byRules(message)
	if class != "" && TellsOf([]failure.Class{class}, "") >= TellsClass {
		return stack, class
	}
	r, ok := Strongest(Readings(message, false, true))
	if !ok || r.Tells < TellsClass {
		return stack, class
	}
	return cmp.Or(stack, r.Source), r.Classes[0]
}

// byRules is Recognise by the rules of the stacks alone.
func byRules(message string) (stack string, class failure.Class) {
	var order []string
	for _, program := range []bool{true, false} { // programs before the stacks whose libraries they use
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
		case stack != "" && i >= len(order) && !aboutPeer(r.Class): // another program may say so about anything
			continue
		}
		if stack, best = name, r; best.rank() == named {
			break
		}
		message = strings.ReplaceAll(message, r.Contains, "") // to another stack these words would mean something else
	}
	return stack, best.Class
}

// aboutPeer reports whether a class is about what the other side sent, not about the client's own files and settings.
func aboutPeer(class failure.Class) bool {
	i, ok := failure.Lookup(class)
	return ok && i.Group != "client"
}

// Marked reports whether a message has a mark of a stack or a program, so that it is certainly that stack's, and not
// only in words that the stack uses too.
func Marked(message, stack string) bool {
	return Of(stack).marked(message)
}

// marked reports whether a message has a mark of the source.
func (s *Source) marked(message string) bool {
	return slices.ContainsFunc(s.Marks, func(m string) bool { return strings.Contains(message, m) })
}

// Identified reports whether only this source can have written a message, and nothing else that uses the same library.
func Identified(message, name string) bool {
	return slices.ContainsFunc(Of(name).Identities, func(i string) bool { return strings.Contains(message, i) })
}

// withoutSource returns a message without the source lines that Python's tracebacks quote. Those are the program's own
// text: timeout=3 in them does not mean that something timed out.
func withoutSource(message string) string {
	if !strings.Contains(message, "Traceback (most recent call last)") && !strings.Contains(message, "\n  File \"") {
		return message
	}
	lines := strings.Split(message, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  ") }), "\n")
}

// Telling returns the line of a message that tells the reason, since programs write a lot before and after it: the line
// that the stack's most telling rule matches. If no rule fits, it is the last line about a failure of TLS, or else the
// last line.
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

// These match lines that tell why TLS failed, in words that no rule knows.
var (
	aboutTLS     = lazyregexp.New(`(?i)\b(ssl|tls|x509|certificates?|cert|handshake|verify|verification)\b`)
	aboutFailing = lazyregexp.New(`(?i)\b(error|fail(ed|s|ure|ing)?|invalid|mismatch|unable|cannot|could not|` +
		`not|refused|rejected|bad|alert|expired|unknown|problem)\b`)
)
