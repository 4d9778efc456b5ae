package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUpResident holds the resident memory of an idle lab with the whole catalogue below 45 MiB. Without unmapProgram
// it is above 50.
func TestUpResident(t *testing.T) {
	_, _, resident := up(t, made(t), 0)
	require.NotZero(t, resident)
	require.Less(t, resident, 45.0)
}
