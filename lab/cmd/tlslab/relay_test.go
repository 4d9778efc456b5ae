package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRelay passes on what labs in containers write.
func TestRelay(t *testing.T) {
	var out bytes.Buffer
	said := map[string]bool{}
	lab := func(image string) *relay {
		return &relay{progress: newProgress(&console{stderr: &out}), image: image, said: said}
	}
	a, b := lab("a"), lab("b")
	fmt.Fprint(a, "tlslab: one\ntlslab-progress 1 of 3\ntlsl")
	fmt.Fprint(a, "ab: two\n")
	assert.Equal(t, "tlslab: in image a: one\n", out.String(), "the last line is held back")
	a.flush()
	fmt.Fprint(b, "tlslab: one\ntlslab: three\n")
	b.flush()
	assert.Equal(t, "tlslab: in image a: one\ntlslab: in image a: two\ntlslab: in image b: three\n", out.String())

	// The last line is the error of a lab that wrote no results.
	c := lab("c")
	fmt.Fprint(c, "tlslab: a warning\ntlslab: no \x1bsuch client\n")
	var usage usageError
	err := c.failure(exitUsage)
	assert.EqualError(t, err, `image c: no \x1bsuch client`)
	assert.True(t, errors.As(err, &usage))
	assert.EqualError(t, lab("d").failure(137),
		"image d: tlslab ended with status 137: it was killed, perhaps because memory is short")
	fmt.Fprint(c, string(bytes.Repeat([]byte("x"), 3*maxLine)))
	assert.LessOrEqual(t, len(c.rest), maxLine, "lines without an end are cut")
}
