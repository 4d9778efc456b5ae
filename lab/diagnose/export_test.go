package diagnose

import (
	"slices"
	"strings"
)

// RowIDs returns the IDs of the rows that are known by a finding.
func RowIDs() []string {
	var ids []string
	for _, r := range rowsKnown() {
		if slices.ContainsFunc(plaintextRows, func(line string) bool { return strings.HasPrefix(line, r.id+": ") }) {
			continue // it is of several services: see TestServices
		}
		ids = append(ids, r.id)
	}
	return ids
}
