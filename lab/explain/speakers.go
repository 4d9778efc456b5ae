package explain

import (
	"slices"

	"example.com/tlslab/lab/messages"
)

// speaker is who writes messages that bear a mark.
type speaker struct {
	// marks are what only this speaker says.
	marks []string
	// stacks are the names of the sources that it can be, the likelier first.
	stacks []string
	// server says that it is a server that writes about its clients.
	server bool
	// own says that it writes about its own files and settings, before any connection.
	own bool
	// speaks are the sources whose words it passes on.
	speaks []string
}

// speakers are those of all sources, in the order in which they are tried.
var speakers = func() (list []speaker) {
	for _, s := range messages.Sources() {
		voices := s.Voices
		if voices == nil && s.Marks != nil {
			voices = []messages.Voice{{Marks: s.Marks}}
		}
		for _, v := range voices {
			stacks := v.Sources
			if stacks == nil {
				stacks = []string{s.Name}
			}
			list = append(list, speaker{marks: v.Marks, stacks: stacks, server: v.Server, own: v.Own, speaks: s.Passes})
		}
	}
	return list
}()

// preferred is the order in which stacks are named where a message could be any's: the commoner first.
var preferred = []string{
	"curl", "python", "requests", "node", "go", "java", "openssl", "urllib3", "httpx", "aiohttp", "axios", "fetch",
	"pymongo",
}

// rank is a stack's place in that order.
func rank(stack string) int {
	if i := slices.Index(preferred, stack); i >= 0 {
		return i
	}
	return len(preferred)
}

// words returns the stacks whose words a speaker's messages are in.
func (s speaker) words() []string { return append(slices.Clone(s.stacks), s.speaks...) }

// spoken returns the lab's stack whose words a name's messages are in: the name itself, if it is one.
func spoken(name string) string {
	if slices.Contains(messages.Stacks(), name) {
		return name
	}
	for _, s := range speakers {
		if slices.Contains(s.stacks, name) && len(s.speaks) > 0 {
			return s.speaks[0]
		}
	}
	return name
}

// marks are those of all speakers, and markedBy the place among the speakers of whom each is.
var (
	marks    = newLexicon(allMarks())
	markedBy = func() (by []int) {
		for i, s := range speakers {
			by = append(by, slices.Repeat([]int{i}, len(s.marks))...)
		}
		return by
	}()
)

func allMarks() (list []string) {
	for _, s := range speakers {
		list = append(list, s.marks...)
	}
	return list
}

// says returns the first speaker whose mark a message bears.
func says(message string) (speaker, bool) {
	first := len(speakers)
	marks.each(message, func(mark, _ int) bool {
		first = min(first, markedBy[mark])
		return first > 0
	})
	if first == len(speakers) {
		return speaker{}, false
	}
	return speakers[first], true
}

// Clients returns the names that a stack of a message can have: the lab's stacks, and programs that the lab
// does not run.
func Clients() []string {
	names := messages.Stacks()
	for _, s := range speakers {
		names = append(names, s.stacks...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isServer reports whether a name is a server's.
func isServer(name string) bool {
	return slices.ContainsFunc(speakers, func(s speaker) bool {
		return (s.server || s.own) && slices.Contains(s.stacks, name)
	})
}
