package scenarios

import (
	"fmt"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// mongoDBColumns are the columns of the test matrix of MongoDB's OCSP specification for drivers
// (source/ocsp-support/tests). Each column is run with RSA and ECDSA, and with answers signed by the CA and
// by its delegate. Columns without a responder and a staple are the same for both signers, but are included
// to make the matrix complete.
var mongoDBColumns = []struct {
	id, title  string
	mustStaple bool     // the certificate requires a staple
	staples    bool     // the server sends one
	responder  pki.OCSP // the responder's answer, and the staple's
	// control is the column that differs from this one only in the defect. Empty means the good chain with
	// the same key type.
	control     string
	defect      []string
	expect      Expectation
	known       []Known
	what, where string
	succeeds    bool // whether a driver should connect, according to the specification
	fix         string
}{
	{
		id: "valid-stapled", title: "a valid certificate, stapled", mustStaple: true, staples: true,
		defect: []string{"chain.responder", "chain.staple", "leaf.authorityInfoAccess", "leaf.tlsFeature"},
		expect: accept,
		what: "Nothing is wrong: the leaf requires a staple and names a responder, the server staples, and both " +
			"say good", where: "Test 1", succeeds: true, fix: goodFix,
	},
	{
		id: "revoked-stapled", title: "a revoked certificate, stapled", mustStaple: true, staples: true,
		responder: pki.OCSP{Status: pki.StatusRevoked},
		control:   "valid-stapled", defect: []string{"chain.responder", "chain.staple"},
		expect: shouldReject(FeatureStapling, failure.Revoked),
		what:   "The staple says that the leaf is revoked, and so does the responder", where: "Test 2",
		fix: revokedFix,
	},
	{
		id: "valid-not-stapled", title: "a valid certificate, not stapled",
		defect: []string{"chain.responder", "leaf.authorityInfoAccess"}, expect: accept,
		what:  "Nothing is wrong: the server staples nothing, and the responder that the leaf names says good",
		where: "Test 3", succeeds: true, fix: goodFix,
	},
	{
		id: "revoked-not-stapled", title: "a revoked certificate, not stapled",
		responder: pki.OCSP{Status: pki.StatusRevoked},
		control:   "valid-not-stapled", defect: []string{"chain.responder"},
		expect: shouldReject(FeatureOCSPEndpoint, failure.Revoked),
		what:   "The server staples nothing, and the responder says that the leaf is revoked", where: "Test 4",
		fix: revokedFix,
	},
	{
		id: "soft-fail", title: "not stapled, no responder", responder: pki.OCSP{Outage: pki.OutageRefused},
		control: "valid-not-stapled", defect: []string{"chain.responder"},
		expect: shouldAccept(FeatureOCSPSoftFail, failure.RevocationUnknown, failure.Timeout),
		what:   "The server staples nothing, and nothing listens where the responder should be",
		where:  "the soft fail test", succeeds: true, fix: responderFix,
	},
	{
		id: "malicious-server-1", title: "a revoked must-staple certificate, not stapled", mustStaple: true,
		responder: pki.OCSP{Status: pki.StatusRevoked},
		control:   "valid-stapled", defect: []string{"chain.responder", "chain.staple"},
		expect: shouldReject(FeatureMustStaple, failure.StapleMissing, failure.Revoked),
		what:   "The leaf requires a staple, the server sends none, and the responder says that the leaf is revoked",
		where:  "malicious server test 1", known: []Known{wgetUntold}, fix: revokedFix,
	},
	{
		id: "malicious-server-2", title: "a must-staple certificate, not stapled, no responder", mustStaple: true,
		responder: pki.OCSP{Outage: pki.OutageRefused},
		control:   "valid-stapled", defect: []string{"chain.responder", "chain.staple"},
		expect: shouldReject(FeatureMustStaple, failure.StapleMissing, failure.RevocationUnknown),
		what:   "The leaf requires a staple, the server sends none, and nothing listens where the responder should be",
		where:  "malicious server test 2", known: []Known{wgetUntold}, fix: mustStapleFix,
	},
}

// OCSPColumn is a column of the matrix.
type OCSPColumn struct {
	// Where is the specification's name for it ("Test 1"), Title what is served.
	Where, Title string
	// Succeeds says whether the specification requires a driver that checks OCSP to connect. With tlsInsecure
	// or tlsAllowInvalidCertificates, a driver connects in every column.
	Succeeds bool

	id string
}

// OCSPRow is a key type, combined with a signer of the responder's answers.
type OCSPRow struct {
	Key    string // rsa or ecdsa
	Signer string // ca or delegate
}

// OCSPColumns returns the columns of the test matrix of MongoDB's OCSP specification for drivers.
func OCSPColumns() []OCSPColumn {
	var list []OCSPColumn
	for _, c := range mongoDBColumns {
		list = append(list, OCSPColumn{Where: c.where, Title: c.title, Succeeds: c.succeeds, id: c.id})
	}
	return list
}

// OCSPRows returns the combinations of key type and signer with which each column is run.
func OCSPRows() []OCSPRow {
	return []OCSPRow{{"rsa", "ca"}, {"rsa", "delegate"}, {"ecdsa", "ca"}, {"ecdsa", "delegate"}}
}

// ID returns the ID of a cell's scenario, as it is served with MongoDB.
func (c OCSPColumn) ID(r OCSPRow) string { return MongoDB.Prefix() + mongoDBPrefix + c.id + r.suffix() }

func (r OCSPRow) suffix() string { return "-" + r.Key + "-" + r.Signer }

// mongoDBPrefix starts the IDs of the matrix.
const mongoDBPrefix = "mongodb-ocsp-"

// The parts of a row.
var (
	ocspKeys = map[string]struct {
		name, control string
		kind          pki.KeyType
	}{"rsa": {"RSA", "good-rsa2048", pki.RSA2048}, "ecdsa": {"ECDSA", "good", pki.ECDSAP256}}
	ocspSigners = map[string]struct{ name, by string }{"ca": {"the CA", ""},
		"delegate": {"a delegate", "ocsp-responder"}}
)

// mongoDBMatrix has one scenario for each column, key type and signer. Its ports begin at 40. New columns
// must be added at the end.
var mongoDBMatrix = func() []Scenario {
	var list []Scenario
	for _, c := range mongoDBColumns {
		for _, row := range OCSPRows() {
			key, signer, suffix := ocspKeys[row.Key], ocspSigners[row.Signer], row.suffix()
			responder := c.responder
			responder.SignedBy = signer.by
			s := Scenario{
				ID: mongoDBPrefix + c.id + suffix, Port: 40 + len(list),
				Title: fmt.Sprintf("MongoDB's OCSP matrix, %s: %s; %s, signed by %s", c.where, c.title, key.name,
					signer.name),
				Story: Story{
					What: fmt.Sprintf("%s. Keys are %s; answers are signed by %s.", c.what, key.name, signer.name),
					Where: fmt.Sprintf("This is %s of the test matrix in MongoDB's OCSP specification, which "+
						"every driver runs.", c.where),
					See: fmt.Sprintf("According to the specification, a driver that checks revocation %s with "+
						"tls=true, "+
						"or says in its documentation why it cannot; with tlsInsecure or "+
						"tlsAllowInvalidCertificates every column succeeds.",
						map[bool]string{true: "succeeds", false: "fails"}[c.succeeds]),
				},
				Fix: c.fix,
				Recipe: pki.Recipe{
					Key: key.kind, Leaf: pki.Certificate{OCSP: true, MustStaple: c.mustStaple}, Responder: &responder,
					Others: []pki.Certificate{delegate()},
				},
				Control: key.control, Defect: c.defect, Expect: c.expect, Known: c.known,
				Sources: []string{"MongoDB OCSP specification"},
			}
			if c.staples {
				staple := responder
				s.Recipe.Staple = &staple
			}
			if c.control != "" {
				s.Control = mongoDBPrefix + c.control + suffix
			}
			list = append(list, s)
		}
	}
	return list
}()
