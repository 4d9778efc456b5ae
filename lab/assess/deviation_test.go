package assess_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/verdict"
)

func TestParseDeviations(t *testing.T) {
	list, err := assess.ParseDeviations("known.txt", strings.NewReader(`# ours

expired insecure   no clock on this device, # see issue 17
	mongo-wrong-host	wrong-reason	the driver says less
`), nil)
	require.NoError(t, err)
	assert.Equal(t, []assess.Deviation{
		{Scenario: "expired", Kind: verdict.Insecure, Reason: "no clock on this device, # see issue 17", Line: 3},
		{Scenario: "mongo-wrong-host", Kind: verdict.WrongReason, Reason: "the driver says less", Line: 4},
	}, list.List)

	d, ok := list.Find("expired")
	require.True(t, ok)
	for kind, stale := range map[verdict.Kind]bool{verdict.Insecure: false, verdict.Unsupported: false,
		verdict.OK: true, verdict.WrongReason: true, verdict.Void: true} {
		assert.Equal(t, stale, d.Stale(kind), kind)
	}
	_, ok = list.Find("good")
	assert.False(t, ok)
	_, ok = (*assess.Deviations)(nil).Find("good")
	assert.False(t, ok)
}

func TestParseDeviationsRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"expired":                    "known.txt:2: \"expired\" is not a deviation: want a scenario, a judgement and",
		"expird insecure why":        `known.txt:2: there is no scenario "expird" (did you mean expired?)`,
		"xyzzy insecure why":         `known.txt:2: there is no scenario "xyzzy": tlslab list`,
		"expired unsecure why":       `known.txt:2: there is no judgement "unsecure" (did you mean insecure?)`,
		"expired ok why":             `known.txt:2: there is no judgement "ok": want one of`,
		"expired insecure":           "known.txt:2: expired insecure has no reason",
		"good broken a\ngood void b": "known.txt:3: good is already in line 2",
		"expired insecure " + strings.Repeat("x", 1<<20): "known.txt",
	} {
		_, err := assess.ParseDeviations("known.txt", strings.NewReader("# ours\n"+line+"\n"), nil)
		assert.ErrorContains(t, err, want)
	}
	_, err := assess.ReadDeviations(filepath.Join(t.TempDir(), "none"), nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// TestWrite checks that written deviations can be read again.
func TestWriteDeviations(t *testing.T) {
	want := []assess.Deviation{{Scenario: "expired", Kind: verdict.Insecure, Reason: "one\nline  of it"},
		{Scenario: "good", Kind: verdict.Unrecognised, Reason: "x"}}
	var b bytes.Buffer
	require.NoError(t, assess.WriteDeviations(&b, want))
	list, err := assess.ParseDeviations("x", &b, nil)
	require.NoError(t, err)
	require.Len(t, list.List, 2)
	assert.Equal(t, "one line of it", list.List[0].Reason)
	assert.Equal(t, verdict.Unrecognised, list.List[1].Kind)
}

func FuzzDeviations(f *testing.F) {
	f.Add("# x\nexpired insecure why\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := assess.ParseDeviations("x", strings.NewReader(text), nil)
		if err != nil {
			return
		}
		var b bytes.Buffer
		require.NoError(t, assess.WriteDeviations(&b, list.List))
		again, err := assess.ParseDeviations("x", &b, nil)
		require.NoError(t, err)
		require.Len(t, again.List, len(list.List))
	})
}
