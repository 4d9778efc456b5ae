package diagnose

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/tlslab/scenarios"
)

// rowList says by which findings a row of the catalogue is known: CODE, CODE@CERTIFICATE, and ~DEGREE if rows differ
// in a degree only. A row that is known in several ways is there several times.
//
// A row is named if its worst finding is there. Of several, that one is named of which the least is missing, then the
// one of which the most is there, then the one with the nearest degree.
var rowList = []string{
	"good: answers-tls",
	"good-rsa2048: key-rsa@leaf~2048",
	"good-rsa4096: key-rsa@leaf~4096",
	"good-p384: key-ecdsa@leaf~384",
	"good-ed25519: key-ed25519@leaf",
	"good-ip: asked-by-address",
	"good-ip-unconstrained: asked-by-address unconstrained-root",
	"good-unconstrained: answers-tls unconstrained-root",
	"good-no-common-name: no-common-name@leaf",
	"good-no-subject: empty-subject@leaf",
	"good-upper-case-san: upper-case-name",
	"good-many-sans: many-names",
	"good-long-chain: long-chain",
	"good-cross-signed: other-path-fails",
	"good-extra-certificate: unrelated-certificate",
	"good-root-sent: root-sent",
	"reversed-chain: chain-order long-chain",
	"good-tls12: tls12-only",
	"good-tls12-rsa: tls12-only key-rsa@leaf~2048",
	"good-tls13: tls13-only",
	"good-hello-retry: hello-retry tls13-only",
	"good-stapled: staple-good names-responder@leaf",
	"good-must-staple: must-staple staple-good",
	"good-ocsp: names-responder@leaf",
	"good-crl: crl-good@leaf crl-given points-to-crl@leaf",
	"good-client-certificate: client-certificate-required",
	"good-client-certificate-tls12: client-certificate-required tls12-only",
	"good-wildcard: wildcard",

	"expired: expired@leaf~172800",
	"just-expired: expired@leaf~43200",
	"expires-while-serving: expired@leaf~5",
	"not-yet-valid: not-yet-valid@leaf",
	"expired-intermediate: expired@intermediate",
	"not-yet-valid-intermediate: not-yet-valid@intermediate",
	"expired-root: expired@root",
	"inverted-validity: inverted-validity@leaf",
	"too-long-validity: too-long-validity@leaf",

	"wrong-host: name-mismatch",
	"common-name-only: common-name-only",
	"wrong-ip: address-mismatch",
	"ip-as-dns-name: address-as-name",
	"ip-in-common-name: address-in-common-name",
	"wildcard-too-deep: wildcard-too-deep",
	"wildcard-partial: wildcard-partial",
	"wildcard-bare: wildcard-bare",
	"wildcard-top-level: wildcard-alone",
	"null-byte-name: name-with-nul",
	"name-constraint-violation: name-constraint@intermediate",
	"name-constraint-violation: name-constraint@root",
	"trailing-dot-name: name-trailing-dot",
	"constraints-critical-root: critical-constraints",
	"constraints-on-addresses: constraints-on-addresses",

	"missing-intermediate: missing-intermediate",
	"wrong-intermediate: wrong-intermediate",
	"impostor-intermediate: issuer-other-key@leaf",
	"impostor-intermediate: issuer-same-name@leaf",
	"self-signed: self-signed",
	"untrusted-root: root-unknown",
	"impostor-root: root-same-name",
	"rotated-root: root-sent-unknown",
	"tampered-leaf: damaged@leaf",
	"intermediate-not-ca: not-a-ca@intermediate",
	"intermediate-no-basic-constraints: no-basic-constraints@intermediate",
	"intermediate-no-cert-sign: no-cert-sign@intermediate",
	"leaf-as-ca: leaf-as-ca",
	"path-too-long: path-length",
	"wrong-usage: no-server-auth@leaf",
	"key-usage-no-digital-signature: no-digital-signature@leaf",
	"intermediate-wrong-usage: no-server-auth@intermediate",
	"unknown-critical-extension: unknown-critical-extension",
	"version-1-ca: version-1-ca",
	"missing-authority-key-id: no-authority-key-id",
	"ca-basic-constraints-not-critical: basic-constraints-not-critical",
	"ca-no-key-usage: ca-no-key-usage",
	"no-subject-key-id-root: no-subject-key-id",

	"key-mismatch: key-not-proven",
	"rsa1024: weak-key@leaf",
	"rsa1024-intermediate: weak-key@intermediate",
	"rsa1024-intermediate: weak-key@root",
	"sha1-leaf: weak-digest@leaf",
	"sha1-intermediate: weak-digest@intermediate",
	"md5-leaf: broken-digest",
	"p224: key-unusual",

	"revoked-crl: crl-revoked@leaf",
	"revoked-intermediate-crl: crl-revoked@intermediate",
	"crl-expired: crl-expired",
	"crl-not-yet-valid: crl-not-yet-valid",
	"crl-wrong-issuer: crl-wrong-issuer",
	"crl-bad-signature: crl-bad-signature",
	"crl-unreachable: crl-unreachable",
	"crl-unavailable: crl-unavailable",
	"crl-timeout: crl-timeout",
	"good-crl-fetched: crl-good@leaf crl-fetched points-to-crl@leaf",
	"good-crl-fetched: points-to-crl@leaf",
	"revoked-ocsp: ocsp-revoked@leaf",
	"revoked-intermediate-ocsp: ocsp-revoked@intermediate",
	"ocsp-unreachable: ocsp-unreachable",
	"ocsp-timeout: ocsp-timeout",
	"ocsp-try-later: ocsp-try-later",
	"ocsp-malformed: ocsp-malformed",
	"ocsp-unknown: ocsp-unknown",
	"ocsp-unknown: ocsp-invalid",
	"good-ocsp-intermediate: names-responder@intermediate names-responder@leaf",
	"revoked-stapled: staple-revoked ocsp-revoked@leaf names-responder@leaf",
	"staple-malformed: staple-malformed",
	"staple-expired: staple-expired",
	"staple-wrong-signer: staple-wrong-signer",
	"staple-other-certificate: staple-other-certificate",
	"staple-unauthorized-delegate: staple-unauthorized",
	"staple-delegate: staple-good delegated names-responder@leaf",
	"must-staple-missing: must-staple-missing",
	"must-staple-missing-responder-down: must-staple-missing ocsp-unreachable names-responder@leaf",
	"good-must-staple-ocsp: must-staple staple-good names-responder@leaf",

	"client-certificate-missing: client-certificate-missing",
	"client-certificate-expired: client-expired",
	"client-certificate-not-yet-valid: client-not-yet-valid",
	"client-certificate-untrusted: client-untrusted",
	"client-certificate-wrong-usage: client-wrong-usage",
	"client-certificate-revoked: client-revoked",
	"client-certificate-revoked: client-refused",
	"client-certificate-missing-tls12: client-certificate-missing tls12-only",
	"client-certificate-expired-tls12: client-expired tls12-only",
	"client-certificate-not-yet-valid-tls12: client-not-yet-valid tls12-only",
	"client-certificate-untrusted-tls12: client-untrusted tls12-only",
	"client-certificate-wrong-usage-tls12: client-wrong-usage tls12-only",
	"client-certificate-revoked-tls12: client-revoked tls12-only",
	"client-certificate-revoked-tls12: client-refused tls12-only",
	"client-certificate-optional: client-certificate-requested",
	"client-certificate-too-weak: client-weak-key",
	"client-certificate-sha1: client-weak-digest",

	"tls10-only: old-versions~769",
	"tls11-only: old-versions~770",
	"ssl3-only: ssl3",
	"rsa-key-exchange-only: no-forward-secrecy",
	"rc4-only: only-rc4",
	"triple-des-only: only-3des",
	"cbc-only: only-cbc",
	"post-quantum-only: only-post-quantum",
	"small-dh: small-dh",
	"legacy-renegotiation: legacy-renegotiation",
	"no-common-alpn: alpn-refused",
	"sni-required: sni-required",
	"sni-required-by-address: address-without-sni",
	"sni-required-by-address: name-refused",
	"sni-wrong-default: other-without-sni",
	"sni-wrong-default-by-address: address-not-named",
	"version-intolerant: intolerant-version",
	"hello-too-big: intolerant-size",
	"version-intolerant: intolerant-hello",
	"hello-too-big: intolerant-hello",
	"internal-error: internal-error",

	"plain-http: speaks-http",
	"plain-http: speaks-proxy",
	"banner: speaks-ssh",
	"banner-mysql: speaks-mysql",
	"banner-mysql: speaks-plaintext",
	"garbage: garbage",
	"garbage-oversized-record: oversized-record",
	"garbage-short-record: short-record",
	"connection-refused: refused",
	"reset-on-accept: reset",
	"reset-after-hello: reset",
	"reset-after-certificate: reset-after-certificate",
	"close-after-hello: closed",
	"silent: silent",
	"stalled-certificate: stalled",
	"slow: slow",
	"syn-dropped: connect-timeout",
	"syn-dropped: unreachable",
	"unknown-host: unresolved",
	"truncated-response: truncated-response",
}

// matrixRows are those of MongoDB's OCSP matrix, which repeat what its columns have for two kinds of keys and signers.
var matrixRows = func() []string {
	var list []string
	for _, column := range []struct{ id, marks, delegate string }{
		{"valid-stapled", "must-staple staple-good names-responder@leaf", " delegated"},
		{"revoked-stapled", "staple-revoked ocsp-revoked@leaf must-staple names-responder@leaf", " delegated"},
		{"valid-not-stapled", "names-responder@leaf", " responder-delegated"},
		{"revoked-not-stapled", "ocsp-revoked@leaf names-responder@leaf", " responder-delegated"},
		{"soft-fail", "ocsp-unreachable names-responder@leaf", ""},
		{"malicious-server-1", "must-staple-missing ocsp-revoked@leaf names-responder@leaf", " responder-delegated"},
		{"malicious-server-2", "must-staple-missing ocsp-unreachable names-responder@leaf", ""},
	} {
		for key, mark := range map[string]string{"rsa": " key-rsa@leaf~2048", "ecdsa": ""} {
			id := "mongodb-ocsp-" + column.id + "-" + key
			list = append(list, id+"-ca: "+column.marks+mark, id+"-delegate: "+column.marks+mark+column.delegate)
		}
	}
	slices.Sort(list)
	return list
}()

// pattern is one of the findings by which a row is known.
type pattern struct {
	code, at string
	degree   float64 // zero means any
}

// row is a row with its patterns.
type row struct {
	id       string
	patterns []pattern
	severity Severity // the worst of its patterns
}

// rowsKnown are the rows, read from the lists. A test checks that they can be read.
var rowsKnown = sync.OnceValue(func() []row {
	var list []row
	for _, line := range slices.Concat(rowList, plaintextRows, matrixRows) {
		r, err := readRow(line)
		if err != nil {
			panic(err)
		}
		list = append(list, r)
	}
	return list
})

func readRow(line string) (row, error) {
	id, rest, ok := strings.Cut(line, ": ")
	if !ok {
		return row{}, fmt.Errorf("row %q: want ID: CODE", line)
	}
	r := row{id: id}
	for word := range strings.FieldsSeq(rest) {
		var p pattern
		name, degree, has := strings.Cut(word, "~")
		if has {
			var err error
			if p.degree, err = strconv.ParseFloat(degree, 64); err != nil {
				return row{}, fmt.Errorf("row %q: %w", line, err)
			}
		}
		p.code, p.at, _ = strings.Cut(name, "@")
		c, known := codes[p.code]
		if !known {
			return row{}, fmt.Errorf("row %q: there is no finding %q", line, p.code)
		}
		if len(r.patterns) == 0 || weigh(c.severity) < weigh(r.severity) {
			r.severity = c.severity
		}
		r.patterns = append(r.patterns, p)
	}
	return r, nil
}

// weigh orders severities, the worst first.
func weigh(s Severity) int { return slices.Index([]Severity{Failure, Warning, Note, hidden}, s) }

// matches reports whether a mark is the pattern's, whatever its degree.
func (p pattern) matches(m mark) bool { return p.code == m.code && (p.at == "" || p.at == m.at) }

// distance says how far a mark's degree is from the pattern's.
func (p pattern) distance(m mark) float64 {
	if p.degree == 0 || m.degree == 0 {
		return 0
	}
	return math.Abs(math.Log(m.degree / p.degree))
}

// fit says how well a row fits what was noticed.
type fit struct {
	row              row
	missing, matched int
	distance         float64
}

// compare orders fits, the best first.
func (f fit) compare(o fit) int {
	return cmp.Or(f.missing-o.missing, o.matched-f.matched, cmp.Compare(f.distance, o.distance))
}

// fitOf returns how well a row fits.
func (t *teller) fitOf(r row) fit {
	f := fit{row: r}
	for _, p := range r.patterns {
		found, nearest := false, math.Inf(1)
		for _, m := range t.marks {
			if p.matches(m) {
				found, nearest = true, min(nearest, p.distance(m))
			}
		}
		if found {
			f.matched++
			f.distance += nearest
		} else {
			f.missing++
		}
	}
	return f
}

// mostRows is the number of rows that a finding names.
const mostRows = 3

// fits returns the rows that a mark names, the best first: those from which as little is missing as from the best.
func (t *teller) fits(m mark) []fit {
	var list []fit
	for _, r := range rowsKnown() {
		names := func(p pattern) bool { return codes[p.code].severity == r.severity && p.matches(m) }
		if slices.ContainsFunc(r.patterns, names) {
			list = append(list, t.fitOf(r))
		}
	}
	slices.SortStableFunc(list, fit.compare)
	return slices.DeleteFunc(list, func(f fit) bool { return f.missing > list[0].missing })
}

// rowsOf returns the IDs of the rows that a mark names, the best first.
func (t *teller) rowsOf(m mark) []string {
	var ids []string
	for _, f := range t.fits(m) {
		if id := t.rowID(f.row); id != "" && !slices.Contains(ids, id) && len(ids) < mostRows {
			ids = append(ids, id)
		}
	}
	return ids
}

// rows returns the rows that are the same as the server: those of its failures, or those that describe a good server.
func (t *teller) rows(findings []Finding) []string {
	ids := []string{}
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	failed := false
	for _, f := range findings {
		if f.Severity != Failure {
			continue
		}
		failed = true
		if len(f.Rows) > 0 {
			add(f.Rows[0])
		}
	}
	if failed {
		return ids
	}
	var list []fit
	for _, m := range t.marks {
		if all := t.fits(m); len(all) > 0 && all[0].missing == 0 {
			list = append(list, all[0])
		}
	}
	slices.SortStableFunc(list, func(a, b fit) int {
		return cmp.Or(weigh(a.row.severity)-weigh(b.row.severity), b.matched-a.matched)
	})
	for _, f := range list {
		add(f.row.id)
	}
	return ids
}

// fixOf returns the fix of a row.
func (t *teller) fixOf(id string) string {
	s, ok := scenarios.Lookup(id)
	if !ok {
		return ""
	}
	return t.language.Of(s).Fix
}
