package file_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// midnight is a time for chains of tests.
var midnight = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// FuzzParse checks that the reader never panics, says where each error is, and can write and read what it has read.
func FuzzParse(f *testing.F) {
	for _, c := range bad {
		f.Add(c.file)
	}
	for _, s := range scenarios.All()[:40] {
		data, err := file.Marshal(s)
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("it takes too long to read %q", text)) }).Stop()
		list, err := file.Parse("f.yaml", []byte(text))
		if err != nil {
			var at *file.Error
			require.True(t, errors.As(err, &at), "%v", err)
			return
		}
		data, err := file.Marshal(list...)
		require.NoError(t, err)
		again, err := file.Parse("f.yaml", data)
		require.NoError(t, err, "%s", data)
		assert.Equal(t, list, again, "%s", data)
		if _, err := scenarios.Own(list); err != nil {
			var at *scenarios.OwnError
			require.True(t, errors.As(err, &at), "%v", err)
			require.Less(t, at.Index, len(list))
		}
	})
}

// FuzzText checks that every text can be written and read.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"a", "", " ", "a: b", "#", "yes", "1.2", "-", "- a", "\x00", "a\nb", "é", "\u2028", "\U0001F600", "*a", "&a", "a ",
		"'", "\"", "\\", "~", "null", "2026-11-22", "0x1F", "[a", "{a", "a #b", ">-", "%a", "@", "`", "...", "---",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := &scenarios.Scenario{ID: "a", Title: "a" + text, Fix: text,
			Story:  scenarios.Story{What: text + " " + text + " " + text},
			Expect: scenarios.Expectation{Verdict: scenarios.Accept}, Sources: []string{text}}
		data, err := file.Marshal(s)
		if err != nil {
			return // not UTF-8
		}
		list, err := file.Parse("f.yaml", data)
		require.NoError(t, err, "%s", data)
		require.Equal(t, []*scenarios.Scenario{s}, list, "%s", data)
	})
}
