package report_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// hello is as long as a real one.
func hello(name string) *wire.ClientHello {
	h := &wire.ClientHello{ServerName: name, Versions: []string{"TLS 1.3", "TLS 1.2"}, Size: 512}
	for n := range 60 {
		h.CipherSuites = append(h.CipherSuites, fmt.Sprintf("TLS_ECDHE_ECDSA_WITH_NUMBER_%02d_SHA256", n))
	}
	return h
}

// whole returns a run of every scenario over https, with average cells of a matrix of that many clients: half are
// rejections, one in five is explained, and each has its own times and byte counts.
func whole(clientsWanted int) *result.Run {
	var infos []clients.Info
	hellos := map[string]*wire.ClientHello{}
	for n := range clientsWanted {
		infos = append(infos, python(fmt.Sprintf("variant-%d", n%6), fmt.Sprintf("3.%d.%d", 6+n/6, n/6))...)
		hellos[infos[n].Version] = hello("localhost" + infos[n].Version)
	}
	var ids []string
	for _, s := range scenarios.Behind(scenarios.HTTPS) {
		ids = append(ids, s.ID)
	}
	count := 0
	r := run(infos, ids, func(id string, c clients.Info) result.Cell {
		count++
		cell := accepted(verdict.OK, true)
		if count%2 == 0 {
			cell = rejected(failure.Expired,
				"CERTIFICATE_VERIFY_FAILED: "+id+", and some words that every message of a library has, "+c.Version)
			cell.Code = "CERTIFICATE_VERIFY_FAILED"
		}
		if count%5 == 0 {
			cell.Why = lang.Plain("the variant " + c.Variant + " leaves out this check")
		}
		cell.Control, cell.Duration = clients.Accepted, time.Duration(34000000+count)
		o := &cell.Observed[0]
		o.Start, o.Duration = started.Add(time.Duration(count)*5*time.Millisecond), time.Duration(24000000+count)
		o.Hello, o.BytesReceived, o.BytesSent = hellos[c.Version], int64(500+count%50), int64(4000+count%50)
		o.CipherSuite, o.Group = "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"
		return cell
	})
	r.Started = started
	return r
}

// started is when a run began, to the nanosecond.
var started = time.Date(2026, 11, 22, 6, 0, 0, 123456789, time.UTC)

// A hello, a text, and what the server saw are written once, however many clients share them.
func TestTablesOnce(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, whole(12).WriteTables(&out, false))
	assert.Equal(t, 2, strings.Count(out.String(), "NUMBER_59"), "2 versions, a hello each")
	assert.Equal(t, 6, strings.Count(out.String(), "leaves out this check"), "6 variants")
	assert.Equal(t, 1, strings.Count(out.String(), "\n"), "it is not indented")
}

// A matrix of every scenario that https has and 132 clients stays small enough to be passed around.
func TestTablesSize(t *testing.T) {
	const clients, most = 132, 8_000_000
	var out bytes.Buffer
	require.NoError(t, whole(clients).WriteTables(&out, false))
	assert.Less(t, out.Len(), most)
	t.Logf("%d clients: %.1f MB", clients, float64(out.Len())/1e6)
}

// What is read is what was written, to the last field.
func TestTablesRoundTrip(t *testing.T) {
	r := whole(7)
	cell := &r.Scenarios[0].Cells[0]
	fill(reflect.ValueOf(&cell.Observed[0]).Elem(), new(int))
	cell.ServerLog, cell.Disagreement, cell.Message = []string{"one", "two", "one"}, lang.Plain("they differ"), ""
	r.Scenarios[1].Cells[0].Observed = append(r.Scenarios[1].Cells[0].Observed, serve.Observation{End: serve.EndEOF})
	var out bytes.Buffer
	require.NoError(t, r.WriteTables(&out, false))
	again, err := result.Read(&out)
	require.NoError(t, err)
	same(t, r, again)
}

// same compares cell by cell: a difference of whole runs takes minutes to print.
func same(t *testing.T, want, got *result.Run) {
	t.Helper()
	require.Equal(t, want.Clients, got.Clients)
	require.Len(t, got.Scenarios, len(want.Scenarios))
	for i, s := range want.Scenarios {
		require.Len(t, got.Scenarios[i].Cells, len(s.Cells), s.ID)
		for j, c := range s.Cells {
			require.Equal(t, c, got.Scenarios[i].Cells[j], s.ID)
		}
		other := got.Scenarios[i]
		s.Cells, other.Cells = nil, nil
		require.Equal(t, s, other)
	}
}

// fill sets every field to something that is not zero, and not what another has.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, *n, *n, time.UTC)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(int64(*n))
	case v.CanUint():
		v.SetUint(uint64(*n))
	default:
		panic(v.Type().String())
	}
}

// Files of earlier versions of tlslab, which had no tables, are read like today's.
func TestReadWithoutTables(t *testing.T) {
	r, err := result.Open("../result/testdata/schema-1.json")
	require.NoError(t, err)
	require.Len(t, r.Scenarios, 2)
	expired := r.Scenarios[1]
	require.Equal(t, "expired", expired.ID)
	cell := expired.Cells[0]
	assert.Contains(t, expired.Fix, "Renew the certificate") // called remedy there
	assert.Contains(t, cell.Message, "certificate has expired")
	require.NotEmpty(t, cell.Observed)
	require.NotNil(t, cell.Observed[0].Hello)
	assert.NotEmpty(t, cell.Observed[0].Hello.CipherSuites)
	assert.Empty(t, result.Since(r, r).Changes)

	var out bytes.Buffer
	require.NoError(t, r.WriteTables(&out, true))
	assert.Contains(t, out.String(), "\n  \"schema\": 4,\n")
	again, err := result.Read(&out)
	require.NoError(t, err)
	same(t, r, again)
}

// An edited file refers to entries that do not exist.
func TestTablesBadPlace(t *testing.T) {
	for _, cells := range []string{
		`{"client": "a", "message": 3, "observed": []}`,
		`{"client": "a", "message": -1, "observed": []}`,
		`{"client": "a", "server_log": [0, 1], "observed": []}`,
		`{"client": "a", "observed": [{"seen": 1}]}`,
		`{"client": "a", "observed": [{"seen": 0}]}`,
	} {
		text := `{"schema": 2, "texts": ["x"], "seen": [{"hello": 7}], "hellos": [], "scenarios": [{"id": "good", ` +
			`"cells": [` + cells + `]}]}`
		_, err := result.Read(strings.NewReader(text))
		assert.ErrorContains(t, err, "good, a: it refers to entries that", cells)
	}
}
