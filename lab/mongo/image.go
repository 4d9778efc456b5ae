package mongo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	tcexec "github.com/testcontainers/testcontainers-go/exec"

	"example.com/tlslab/lab/internal/ports"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// This file contains what is specific to MongoDB's official image: its name, the owner of its files, and how
// it is started. log.go contains mongod's log messages.

// DefaultImage is the default image of [Containers]: the current MongoDB series with long-term support.
const DefaultImage = "mongo:8.0"

const (
	defaultOwner = 999 // user mongodb
	// folder is where the lab's files are in a container.
	folder   = "/tlslab"
	fileKey  = folder + "/server.pem"
	fileCA   = folder + "/ca.pem"
	fileCRL  = folder + "/crl.pem"
	fileUser = folder + "/client.pem"
)

// Labels of the lab's containers and images.
const (
	label      = "org.example.tlslab"       // on every container: the scenario
	labelOwner = "org.example.tlslab.owner" // on every container: which service made it
	labelLock  = "org.example.tlslab.lock"  // on every container: a directory that its lab keeps locked
	// labelBionic is on images of mongods that are built for Ubuntu 18.04.
	labelBionic  = "org.example.tlslab.ubuntu1804"
	labelStandIn = "org.example.tlslab.stand-in" // on the image of the lab's stand-in: what it is
)

// versionVariable is the environment variable in which the official images store mongod's version.
const versionVariable = "MONGO_VERSION"

// image describes an image.
type image struct {
	name    string
	version string // mongod's version; empty if unknown
	standIn bool
	bionic  bool // it is built for Ubuntu 18.04, and therefore does not staple (SERVER-51364)
}

// need is a feature that not every image has.
type need struct {
	what    string
	of      func(s *scenarios.Scenario) bool // which scenarios need it
	since   string                           // MongoDB's first version that has it
	standIn string                           // why the lab's stand-in lacks it; empty if it does not
}

// needs lists the scenarios that some images cannot show. Everything else works with every mongod since 4.2,
// which introduced the options' names, and with the stand-in.
var needs = []need{
	{what: "the tls* options, such as tlsMode", of: func(*scenarios.Scenario) bool { return true }, since: "4.2"},
	// 4.4 staples as well, except in its builds for Ubuntu 18.04, which its images use (SERVER-51364).
	{what: "OCSP stapling", of: func(s *scenarios.Scenario) bool { return s.Recipe.Leaf.OCSP }, since: "5.0"},
	{what: "the suites of OpenSSL", of: func(s *scenarios.Scenario) bool { return s.Mongod.CipherConfig != "" },
		standIn: "its suites are crypto/tls's"},
	{what: "a user by certificate, made with mongosh",
		of: func(s *scenarios.Scenario) bool { return s.Mongod.X509User }, since: "6.0",
		standIn: "FerretDB, its database, cannot authenticate by certificate"},
}

// check returns an error if a scenario cannot be shown with the image.
func (i *image) check(s *scenarios.Scenario) error {
	if i.bionic && s.Recipe.Leaf.OCSP {
		return unsupported("%s needs OCSP stapling: the mongod in image %s is built for Ubuntu 18.04, where it does not "+
			"staple (SERVER-51364); name another image with --mongo-image or %s, for example %s", s.ID, i.name,
			ImageVariable, DefaultImage)
	}
	for _, n := range needs {
		switch {
		case !n.of(s):
		case i.standIn && n.standIn != "":
			return unsupported("%s needs %s: image %s is the lab's stand-in for mongod, and %s; "+
				"name MongoDB's own image with --mongo-image or %s, for example %s",
				s.ID, n.what, i.name, n.standIn, ImageVariable, DefaultImage)
		case n.since != "" && !i.standIn && i.version != "" && version.Older(i.version, n.since):
			return unsupported("%s needs %s, which MongoDB has since version %s: image %s has %s; "+
				"name a newer one with --mongo-image or %s, for example %s",
				s.ID, n.what, n.since, i.name, i.version, ImageVariable, DefaultImage)
		}
	}
	return nil
}

// usesHost reports whether a scenario's mongod has to reach the lab's responder, which listens on the
// host's loopback, under the URL in its certificate.
func usesHost(s *scenarios.Scenario) bool { return s.Recipe.Leaf.OCSP }

// arguments returns mongod's command line. The image's entrypoint prepends mongod and runs it as the user
// mongodb.
func arguments(s *scenarios.Scenario, onHost bool, port int) []string {
	o := s.Mongod
	args := []string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", fileKey, "--tlsCAFile", fileCA}
	if !o.RequireCertificates {
		args = append(args, "--tlsAllowConnectionsWithoutCertificates")
	}
	if o.CRLFile {
		args = append(args, "--tlsCRLFile", fileCRL)
	}
	if len(o.DisabledProtocols) > 0 {
		args = append(args, "--tlsDisabledProtocols", strings.Join(o.DisabledProtocols, ","))
	}
	if o.CipherConfig != "" {
		args = append(args, "--setParameter", "opensslCipherConfig="+o.CipherConfig)
	}
	if o.NoOCSP {
		args = append(args, "--setParameter", "ocspEnabled=false")
	}
	if o.X509User {
		args = append(args, "--auth")
	}
	if onHost {
		return append(args, "--bind_ip", "127.0.0.1", "--port", strconv.Itoa(port))
	}
	return append(args, "--bind_ip_all")
}

// publishedPort is mongod's port inside a container.
var publishedPort = strconv.Itoa(ports.MongoDB) + "/tcp"

// request returns the request for a scenario's container.
func (c *containers) request(s start, port int) testcontainers.ContainerRequest {
	r := testcontainers.ContainerRequest{
		Image:  c.options.Image,
		Cmd:    append(arguments(s.scenario, s.onHost, port), s.more...),
		Labels: map[string]string{},
	}
	maps.Copy(r.Labels, c.options.Labels)
	maps.Copy(r.Labels, map[string]string{label: s.scenario.ID, labelOwner: c.owner, labelLock: c.lock.Path()})
	if s.onHost {
		r.HostConfigModifier = func(h *container.HostConfig) { h.NetworkMode = "host" }
		return r
	}
	r.ConfigModifier = func(c *container.Config) { c.Hostname = s.scenario.ID + ".tlslab.test" }
	r.ExposedPorts = []string{publishedPort}
	r.HostConfigModifier = func(h *container.HostConfig) {
		h.PortBindings = network.PortMap{
			network.MustParsePort(publishedPort): {{HostIP: netip.AddrFrom4([4]byte{127, 0, 0, 1})}},
		}
	}
	return r
}

// file is a file in a container, readable by mongod only.
type file struct {
	path  string
	data  []byte
	owner int
}

// serverFiles returns the files that a mongod is given.
func serverFiles(s *scenarios.Scenario, chain *pki.Chain, owner int) ([]file, error) {
	all, err := chain.Files()
	if err != nil {
		return nil, err
	}
	paths := map[string]string{pki.FileCombined: fileKey, pki.FileRoot: fileCA}
	if s.Mongod.X509User {
		paths[pki.FileClient] = fileUser
	}
	if s.Mongod.CRLFile {
		paths[pki.FileCRL] = fileCRL
	}
	var list []file
	for _, f := range all {
		if path, ok := paths[f.Name]; ok {
			list = append(list, file{path, f.Data, owner})
		}
	}
	if len(list) != len(paths) {
		return nil, fmt.Errorf("the recipe of %s lacks files that its mongod needs: %s", s.ID,
			strings.Join(slices.Sorted(maps.Keys(paths)), ", "))
	}
	return list, nil
}

// script creates a user for a certificate's subject. The localhost exception allows creating a first user,
// who then creates the second. The second may do everything that a client does, including dropping its
// database.
const script = `
const admin = db.getSiblingDB("admin");
admin.createUser({user: "tlslab", pwd: %[1]q, roles: ["root"]});
admin.auth("tlslab", %[1]q);
db.getSiblingDB("$external").runCommand({createUser: %[2]q, roles: [{role: "root", db: "admin"}]});
`

// prepare does the rest of the setup before clients connect.
func (m *mongod) prepare(ctx context.Context, chain *pki.Chain) error {
	if !m.scenario.Mongod.X509User {
		return nil
	}
	// Go formats a subject as mongod compares it: RFC 2253, the last part first.
	subject := chain.Client[0].Cert.Subject.String()
	ctx, cancel := context.WithTimeout(ctx, makeTime)
	defer cancel()
	const maxSaid = 64 << 10 // bytes
	code, out, err := m.container.Exec(ctx, []string{
		"mongosh", "--quiet", "--host", "localhost", "--tls", "--tlsCAFile", fileCA, "--tlsCertificateKeyFile",
		fileUser,
		"--eval", fmt.Sprintf(script, pki.Passphrase, subject),
	}, tcexec.Multiplexed())
	if err != nil {
		return fmt.Errorf("container of %s: making the user %s: %w", m.scenario.ID, subject, err)
	}
	said, err := io.ReadAll(io.LimitReader(out, maxSaid))
	if err != nil || code != 0 {
		return errors.Join(fmt.Errorf("container of %s: making the user %s: mongosh ended with status %d: %s",
			m.scenario.ID, subject, code, said), err)
	}
	m.query = "authMechanism=MONGODB-X509"
	m.log.restart()
	return nil
}
