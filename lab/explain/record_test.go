package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/report"
)

func TestRecord(t *testing.T) {
	messages, err := report.Messages(clients.Recorded())
	require.NoError(t, err)
	done := map[string]bool{}
	told, untold, bad := 0, 0, 0
	for _, m := range messages {
		key := m.Stack + string(m.Class) + m.Message
		if done[key] {
			continue
		}
		done[key] = true
		r := explain.Read(m.Message)
		if len(r.Findings) != 1 {
			bad++
			t.Errorf("%s %s: %d findings: %.300q", m.Stack, m.Class, len(r.Findings), m.Message)
			for _, f := range r.Findings {
				t.Logf("   %s %v %q", f.Class, f.Stacks, f.Words)
			}
			continue
		}
		f := r.Findings[0]
		switch {
		case f.Class == m.Class && !m.FromAlert:
			told++
		case f.Class == "" && strings.Contains(strings.Join(strs(f.Possible), " "), string(m.Class)) && m.FromAlert:
			untold++
		default:
			bad++
			t.Errorf("%s %s %v: %q %v %v: %.300q", m.Stack, m.Class, m.FromAlert, f.Class, f.Possible, f.Stacks, m.Message)
		}
	}
	t.Logf("%d told, %d untold, %d bad", told, untold, bad)
}

func strs[T ~string](list []T) (out []string) {
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}
