package result

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// TestAnswersTo reads what the versions of a stack's default variant did.
func TestAnswersTo(t *testing.T) {
	const text = "# head\n" +
		"client\t1.9\tinsecure\thttps\tX 1\n" +
		"client\t1.9\tdefault\thttps\tX 1\n" +
		"client\t1.10\tdefault\thttps\tX 1\n" +
		"client\t2.0\tdefault\thttps\tX 1\n" +
		"expired\trejected\tok\texpired\tdefault=1.10,2.0\tno\n" +
		"expired\taccepted\tinsecure*\t\tinsecure default=1.9\t\n" +
		"expired-root\tunsupported\tunsupported\t\t*\tcannot\n"
	record := fstest.MapFS{"x.txt": {Data: []byte(text)}}
	got, err := AnswersTo(record, "expired")
	require.NoError(t, err)
	assert.Equal(t, []Answers{{"x", "default", []Answer{
		{"1.9", clients.Accepted, ""}, {"1.10", clients.Rejected, failure.Expired},
		{"2.0", clients.Rejected, failure.Expired},
	}}}, got)
	for _, none := range []string{"expired-root", "exp", "client"} {
		got, err = AnswersTo(record, none)
		require.NoError(t, err)
		assert.Empty(t, got, none)
	}
	_, err = AnswersTo(fstest.MapFS{"x.txt": {Data: []byte("expired\trejected\n")}}, "expired")
	assert.ErrorContains(t, err, "x.txt: scenario expired")
}

// TestAnswersInRecord reads the answers to every scenario from the lab's own record.
func TestAnswersInRecord(t *testing.T) {
	some := 0
	for _, s := range scenarios.All() {
		list, err := AnswersTo(Recorded(), s.ID)
		require.NoError(t, err)
		some += len(list)
	}
	assert.Greater(t, some, 1000)
}
