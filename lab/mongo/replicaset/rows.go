package replicaset

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Scenario is a replica set of three members. Each starts with a good certificate and the lab's CA; then one member's
// files are replaced while it runs, and all connections between members are made again. The first member is the
// primary, and no other can become it.
type Scenario struct {
	ID    string          `json:"id"`
	Title string          `json:"title"`
	Story scenarios.Story `json:"-"`
	Fix   string          `json:"fix"`
	// Changes are made one after the other. None means that only the connections are made again.
	Changes []Change `json:"changes,omitempty"`
	// Cluster makes members authenticate to each other by certificate, and clients with theirs.
	Cluster bool `json:"cluster,omitempty"`
	// Expect is what was measured on 6.0.5 and 6.0.27.
	Expect Expectation `json:"expect"`
}

// Change gives a member other files.
type Change struct {
	Member int `json:"member"` // from 1
	// Certificate names the new certificate in the recipe. "garbage" is a file that is no PEM, and "other-key" has
	// another certificate's key.
	Certificate string   `json:"certificate"`
	Trust       []string `json:"trust"` // names of the CAs in the new CA file
	// Refused is part of mongod's message if it refuses the files and goes on with the old ones.
	Refused string `json:"refused,omitempty"`
}

// Expectation is what members and drivers do in a scenario.
type Expectation struct {
	// Views has a string for each member: how it sees the three members, with + for one that answers its heartbeats
	// and - for one that does not.
	Views [3]string `json:"views"`
	// Says is part of the message that the first member has about one that does not answer, or else the second's about
	// the first.
	Says string `json:"says,omitempty"`
	// Logged is the ID of a line that a member must log, or zero.
	Logged int `json:"logged,omitempty"`
	// Set has the classes of a rejection by a driver that is given the whole set. Empty means that it reads and writes.
	Set []failure.Class `json:"set,omitempty"`
	// Members has the same for drivers that connect to one member only.
	Members [3][]failure.Class `json:"members"`
}

// The members' certificates, by name in the recipe.
const (
	good1, good2, good3 = "leaf", "member-2", "member-3"
	newRoot             = "new-root"
)

// labCA is what members trust at first. bothCAs is what they must trust while the CA is replaced.
var (
	labCA   = []string{"root"}
	bothCAs = []string{"root", newRoot}
)

var usages = []string{"digital signature", "server auth", "client auth"}

// memberOf returns a member's certificate, with what differs from a good one.
func memberOf(name string, c pki.Certificate) pki.Certificate {
	c.Name, c.Usages, c.Profile, c.CommonName = name, usages, pki.ProfileServer, "localhost"
	if c.Issuer == "" {
		c.Issuer = "intermediate"
	}
	if c.SAN == nil {
		c.SAN = []string{"DNS:localhost"}
	}
	if c.Organization == "" {
		c.Organization = organization
	}
	return c
}

// organization is in the subjects of all members. With clusterAuthMode x509, a certificate whose organization differs is
// not a member's (MongoDB's manual, "Use x.509 Certificate for Membership Authentication").
const organization = "tlslab members"

// recipe has the certificates of all scenarios.
func recipe() pki.Recipe {
	leaf := memberOf("", pki.Certificate{})
	leaf.Issuer = ""
	return pki.Recipe{
		Leaf: leaf, Client: &pki.Certificate{},
		Others: []pki.Certificate{
			memberOf(good2, pki.Certificate{}),
			memberOf(good3, pki.Certificate{}),
			memberOf("renewed", pki.Certificate{}),
			memberOf("expires-soon", pki.Certificate{NotAfter: "soon"}),
			memberOf("expired", pki.Certificate{NotAfter: "-1h"}),
			memberOf("other-name", pki.Certificate{SAN: []string{"DNS:other.tlslab.test"}}),
			memberOf("foreign", pki.Certificate{Organization: "somebody else"}),
			{Name: newRoot, Profile: pki.ProfileRoot, CommonName: "tlslab new root"},
			memberOf("from-new-root", pki.Certificate{Issuer: newRoot}),
		},
	}
}

// Scenarios returns all scenarios, the good one first.
func Scenarios() []*Scenario {
	var list []*Scenario
	for i := range rows {
		list = append(list, &rows[i])
	}
	return list
}

var well = [3]string{"+++", "+++", "+++"}

var rows = []Scenario{
	{
		ID: "replica-set-good", Title: "three members with good certificates",
		Story: scenarios.Story{
			What:  "Nothing is wrong: three members with certificates of one CA for the name in the set's configuration.",
			Where: "Every replica set with TLS.",
			See:   "Every driver reads and writes, and members see each other.",
		},
		Fix:    "Nothing to fix.",
		Expect: Expectation{Views: well},
	},
	{
		ID: "replica-set-member-expired", Title: "a member's certificate expires while the set runs",
		Story: scenarios.Story{
			What: "The third member's certificate expires. Connections that exist go on; every new one is refused, by the " +
				"other members and by clients.",
			Where: "A certificate that nobody renewed. It goes unnoticed until a connection breaks: at the next restart of " +
				"any member, or at the next network fault.",
			See: "The primary reports the member as not reachable. Drivers that are given the whole set read and write, " +
				"because the primary is well: only their monitors fail. The set has lost its fault tolerance.",
		},
		Fix:     "Replace the member's certificate before it expires, and run rotateCertificates on it.",
		Changes: []Change{{Member: 3, Certificate: "expires-soon", Trust: labCA}},
		Expect: Expectation{Views: [3]string{"++-", "++-", "--+"}, Says: "certificate has expired", Logged: 23256,
			Members: [3][]failure.Class{2: {failure.Expired}}},
	},
	{
		ID: "replica-set-member-wrong-host", Title: "a member's certificate does not have the name in the configuration",
		Story: scenarios.Story{
			What: "The third member's certificate is for another name than the one in the set's configuration.",
			Where: "Members that are added by address or by a short name; a certificate that was copied from another " +
				"member.",
			See: "The others cannot connect to it, but it can connect to them, because names of clients are not checked: it " +
				"replicates and sees three healthy members, while the primary reports it as not reachable.",
		},
		Fix:     "Use a certificate with the name that rs.conf() shows for the member.",
		Changes: []Change{{Member: 3, Certificate: "other-name", Trust: labCA}},
		Expect: Expectation{Views: [3]string{"++-", "++-", "+++"}, Says: "does not match the host name", Logged: 23257,
			Members: [3][]failure.Class{2: {failure.HostnameMismatch}}},
	},
	{
		ID: "replica-set-primary-wrong-host", Title: "the primary's certificate does not have the name in the configuration",
		Story: scenarios.Story{
			What:  "The same as replica-set-member-wrong-host, but the member is the primary, and no other can become it.",
			Where: "The member that was renewed first, by somebody who did not look at the names.",
			See: "Drivers find two secondaries and no primary. They wait for the whole server selection time and then " +
				"report a timeout; the reason is only in the part about the first member.",
		},
		Fix:     "Use a certificate with the name that rs.conf() shows for the member.",
		Changes: []Change{{Member: 1, Certificate: "other-name", Trust: labCA}},
		Expect: Expectation{Views: [3]string{"+++", "-++", "-++"}, Says: "does not match the host name", Logged: 23257,
			Set: []failure.Class{failure.HostnameMismatch}, Members: [3][]failure.Class{0: {failure.HostnameMismatch}}},
	},
	{
		ID: "replica-set-ca-half-way", Title: "a member has a certificate of the new CA before the others trust it",
		Story: scenarios.Story{
			What: "The CA is being replaced. The third member already has a certificate of the new CA, but the others " +
				"trust the old one only.",
			Where: "A CA rotation in the wrong order, or one that was interrupted.",
			See: "The others refuse the member and it cannot connect to them either: it is on its own. Clients that trust " +
				"the old CA still read and write through the primary.",
		},
		Fix: "First give every member and every client both CAs, then replace certificates one by one, and take the old CA " +
			"away last: see replica-set-ca-both.",
		Changes: []Change{{Member: 3, Certificate: "from-new-root", Trust: bothCAs}},
		Expect: Expectation{Views: [3]string{"++-", "++-", "--+"}, Says: "certificate validation failed", Logged: 23256,
			Members: [3][]failure.Class{2: {failure.Untrusted, failure.SelfSigned}}},
	},
	{
		ID: "replica-set-ca-both", Title: "a CA is replaced in the right order",
		Story: scenarios.Story{
			What: "Nothing is wrong between the members: all trust both CAs before the third gets a certificate of the new " +
				"one. Clients that trust only the old CA refuse that member.",
			Where: "A CA rotation in the right order.",
			See:   "Members see each other. Clients still need the new CA before the old one goes.",
		},
		Fix: "Give clients both CAs, too.",
		Changes: []Change{{Member: 1, Certificate: good1, Trust: bothCAs}, {Member: 2, Certificate: good2, Trust: bothCAs},
			{Member: 3, Certificate: "from-new-root", Trust: bothCAs}},
		Expect: Expectation{Views: well, Members: [3][]failure.Class{2: {failure.Untrusted, failure.SelfSigned}}},
	},
	{
		ID: "replica-set-x509-good", Title: "members authenticate by certificate", Cluster: true,
		Story: scenarios.Story{
			What:  "Nothing is wrong: clusterAuthMode x509, with the same organization in the members' subjects.",
			Where: "Sets without a keyfile.",
			See:   "Every driver logs in with its certificate, reads and writes.",
		},
		Fix:    "Nothing to fix.",
		Expect: Expectation{Views: well},
	},
	{
		ID: "replica-set-x509-foreign-member", Title: "a member's certificate has another organization", Cluster: true,
		Story: scenarios.Story{
			What: "With clusterAuthMode x509, members are recognised by organization, unit and domain components of their " +
				"subjects. The third member's new certificate is from the same CA, but has another organization.",
			Where: "A certificate from another team's template.",
			See: "TLS works, and drivers accept the member. Between the members, authentication fails: to the others, it is " +
				"a user whom they do not know, and so are they to it.",
		},
		Fix:     "Use the same organization, organizational unit and domain components in all members' certificates.",
		Changes: []Change{{Member: 3, Certificate: "foreign", Trust: labCA}},
		Expect:  Expectation{Views: [3]string{"++-", "++-", "--+"}, Says: "Could not find user"},
	},
	{
		ID: "replica-set-rotate-good", Title: "a certificate is renewed without a restart",
		Story: scenarios.Story{
			What:  "Nothing is wrong: the third member gets a renewed certificate by rotateCertificates.",
			Where: "Renewal without downtime, since MongoDB 5.0.",
			See:   "New connections get the new certificate; existing ones go on.",
		},
		Fix:     "Nothing to fix.",
		Changes: []Change{{Member: 3, Certificate: "renewed", Trust: labCA}},
		Expect:  Expectation{Views: well},
	},
	{
		ID: "replica-set-rotate-expired", Title: "rotateCertificates is given an expired certificate",
		Story: scenarios.Story{
			What:  "The third member's new certificate file is an expired one.",
			Where: "A renewal that put the old file in place again.",
			See: "rotateCertificates fails and says why, and the member goes on with what it has in memory. It does not " +
				"start again with these files.",
		},
		Fix:     "Put a valid certificate in place before the next restart.",
		Changes: []Change{{Member: 3, Certificate: "expired", Trust: labCA, Refused: "is expired or not yet valid"}},
		Expect:  Expectation{Views: well},
	},
	{
		ID: "replica-set-rotate-other-key", Title: "rotateCertificates is given a key of another certificate",
		Story: scenarios.Story{
			What:  "The third member's new file has a certificate and a key that do not belong together.",
			Where: "A renewal that wrote only half of the file.",
			See:   "rotateCertificates fails, and the member goes on with what it has in memory.",
		},
		Fix:     "Write the new certificate with its own key before the next restart.",
		Changes: []Change{{Member: 3, Certificate: otherKey, Trust: labCA, Refused: "InvalidSSLConfiguration"}},
		Expect:  Expectation{Views: well},
	},
	{
		ID: "replica-set-rotate-garbage", Title: "rotateCertificates is given a file that is not PEM",
		Story: scenarios.Story{
			What:  "The third member's new file is empty of certificates.",
			Where: "A template that was not filled in, a full disk.",
			See:   "rotateCertificates fails, and the member goes on with what it has in memory.",
		},
		Fix:     "Write the file in PEM: the certificate, the intermediates and the key.",
		Changes: []Change{{Member: 3, Certificate: garbage, Trust: labCA, Refused: "InvalidSSLConfiguration"}},
		Expect:  Expectation{Views: well},
	},
}

// Files that are no certificate of the recipe.
const (
	otherKey = "other-key"
	garbage  = "garbage"
)
