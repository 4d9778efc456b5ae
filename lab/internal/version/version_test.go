package version

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCompare(t *testing.T) {
	sorted := []string{
		"", "1.0.2", "1.0.2w", "1.0.2zh", "1.1.1-dev", "1.1.1", "1.1.1a", "1.1.1k-fips", "1.1.1w", "2.7.18",
		"3.0.0-alpha9", "3.0.0-alpha10", "3.0.0-beta1", "3.0", "3.0.0", "3.0.2-dev", "3.0.2", "3.9.18",
		"3.10.11+python3.8", "3.10.11+python3.13", "3.10.13", "3.13.0.dev3", "3.13.0rc1", "3.13.0rc10", "3.13.0",
		"3.13.1", "17.0.2+8", "17.0.2+10", "156.0.8078.79", "99999999999999999999",
	}
	for range 20 {
		shuffled := slices.Clone(sorted)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		slices.SortFunc(shuffled, Compare)
		assert.Equal(t, sorted, shuffled)
	}
	for _, v := range sorted {
		assert.Zero(t, Compare(v, v), v)
	}
	assert.NotZero(t, Compare("01.2", "1.02"), "only identical versions are equal")
	assert.Equal(t, math.MaxInt, cutFront("99999999999999999999").numbers[0])
}

func TestOlder(t *testing.T) {
	for _, test := range []struct {
		version, than string
		want          bool
	}{
		{"3.9.18", "3.10", true},
		{"3.10", "3.10.0", false},
		{"3.13.0rc1", "3.13", false},
		{"4.2.24", "5.0", true},
		{"8.0.0-rc1", "8.0", false},
		{"139.0.7258.1", "140", true},
		{"140.0.1", "140", false},
		{"1.21.1+node20.20.2", "1.22", true},
		{"3.9", "", false},
		{"", "3.9", true},
	} {
		assert.Equal(t, test.want, Older(test.version, test.than), "%q, %q", test.version, test.than)
	}
}

func TestSatisfies(t *testing.T) {
	for constraint, want := range map[string]bool{
		">=3.10": true, ">3.10.13": false, "<3.10": false, "<=3.10.13": true, "3.10.13": true, "=3.10": false,
		"=3.10.13": true, "<3.9": false, ">=3.9": true, "~3.10": false, "!=3.9": false,
	} {
		assert.Equal(t, want, Satisfies("3.10.13", constraint), constraint)
	}
	assert.True(t, Satisfies("1.1.1w", "1.1.1"))
	assert.True(t, Satisfies("3.0.2-dev", ">=3.0.2"))
}

func TestHasPrefix(t *testing.T) {
	for _, test := range []struct {
		version, prefix string
		want            bool
	}{
		{"3.1.4", "3.1", true}, {"3.11", "3.1", false}, {"3.1", "3.1", true}, {"3.1", "", true},
		{"3.1", "3.1.4", false}, {"1.1.1w", "1.1.1", true},
	} {
		assert.Equal(t, test.want, HasPrefix(test.version, test.prefix), "%q, %q", test.version, test.prefix)
	}
}
