package diagnose

// RowIDs returns the IDs of the rows that are known by a finding.
func RowIDs() []string {
	var ids []string
	for _, r := range rowsKnown() {
		ids = append(ids, r.id)
	}
	return ids
}
