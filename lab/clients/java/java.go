// Package java is the client stack of Java: HttpsURLConnection and java.net.http over
// the JDK's own TLS, JSSE. The client itself is Probe.java.
package java

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

//go:embed Probe.java
var probe []byte

// variants are the ways of using the stack. Their features are measured by
// TestFeatures in lab/clients, with OpenJDK 17.0.15.
var variants = []clients.Variant{{
	Name:     "default",
	About:    "HttpsURLConnection with an SSLContext that trusts FILE",
	Features: features(),
}, {
	Name:  "insecure",
	About: "HttpsURLConnection with an X509ExtendedTrustManager and a HostnameVerifier that accept everything",
	Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
}, {
	Name:     "no-hostname",
	About:    "HttpsURLConnection with setHostnameVerifier((name, session) -> true)",
	Skips:    []clients.Check{clients.CheckHost},
	Features: features(),
}, {
	Name:     "http-client",
	About:    "java.net.http.HttpClient with an SSLContext that trusts FILE",
	Features: features(),
}, {
	Name: "revocation",
	About: "as in default, with a PKIXRevocationChecker for the leaf, which tries the staple, the responder of its " +
		"AIA and the CRL file, and refuses an unknown status",
	Features: features(scenarios.FeatureStapling, scenarios.FeatureOCSPEndpoint),
	Demands:  []string{scenarios.SuppliesStaple, scenarios.SuppliesOCSP, scenarios.SuppliesCRL},
}, {
	Name: "ocsp-soft-fail",
	About: "as in revocation, with Option.SOFT_FAIL: it accepts a leaf if the responder does not give the status, " +
		"but not a leaf that names no responder",
	Features: features(scenarios.FeatureStapling, scenarios.FeatureOCSPEndpoint),
	Demands:  []string{scenarios.SuppliesStaple, scenarios.SuppliesOCSP, scenarios.SuppliesCRL},
}}

// features returns what JSSE always checks, and the given features.
func features(more ...string) []string {
	return append([]string{
		scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureKeyUsage,
	}, more...)
}

// Stack declares the stack.
func Stack() clients.Stack { return clients.Stack{Name: "java", Find: find, Open: open} }

var (
	// options configure a virtual machine for a few small requests. It starts in two thirds of the time and
	// uses less processor time.
	options = []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx128m"}
	// properties allow a request to set the Host header: see Target in Probe.java.
	properties = []string{
		"-Dsun.net.http.allowRestrictedHeaders=true",
		"-Djdk.httpclient.allowRestrictedHeaders=host,connection",
		// By default, Java waits longer for responders and CRLs than a client's time limit. In seconds.
		"-Dcom.sun.security.ocsp.timeout=3", "-Dcom.sun.security.ocsp.readtimeout=3",
		"-Dcom.sun.security.crl.timeout=3", "-Dcom.sun.security.crl.readtimeout=3",
		"-Duser.language=en", "-Duser.country=", // otherwise messages are translated
	}
	// module matches the modules that the probe program needs. It needs the compiler because it is started
	// from source.
	module = regexp.MustCompile(`(?m)^(java\.base|jdk\.compiler|java\.net\.http)@(\S+)`)
)

// open asks a JDK for its version. The first probe starts the probe program, because that takes a second of
// processor time and not every set of clients is probed.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	version, err := ask(ctx, p)
	if err != nil {
		return nil, err
	}
	dir, err := pki.TempDir(os.TempDir(), "tlslab-java-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for Probe.java: %w", err)
	}
	source := filepath.Join(dir.Path(), "Probe.java")
	if err := dir.Write("", pki.File{Name: "Probe.java", Data: probe}); err != nil {
		return nil, errors.Join(fmt.Errorf("writing the probe program: %w", err), dir.Delete())
	}
	var args []string
	args = append(append(append(args, options...), properties...), source)
	pool := worker.NewPool("java", process.Command{Path: p.Path, Args: args}, worker.Copies())
	return &clients.Install{
		Version:  version,
		Library:  "SunJSSE " + version, // JSSE is part of the JDK and has its version
		Path:     p.Path,
		Key:      home(p.Path),
		Variants: variants,
		Probe:    pool.Probe,
		Close:    func() error { return errors.Join(pool.Close(), dir.Delete()) },
	}, nil
}

// ask asks a JDK for its version.
func ask(ctx context.Context, p clients.Place) (string, error) {
	out, err := process.Run(ctx, process.Command{Path: p.Path, Args: []string{"--list-modules"}})
	if err != nil {
		return "", err
	}
	version, err := parseModules(out.Stdout)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.Path, err)
	}
	return version, nil
}

// parseModules parses the output of java --list-modules, which has one line for each module:
// "java.base@17.0.15".
func parseModules(list string) (version string, err error) {
	found := make(map[string]string)
	for _, m := range module.FindAllStringSubmatch(list, -1) {
		found[m[1]] = m[2]
	}
	if found["java.base"] == "" {
		return "", errors.New("it cannot list its modules: JDK 11 or later is needed")
	}
	for _, name := range [...]string{"java.net.http", "jdk.compiler"} {
		if found[name] == "" {
			return "", fmt.Errorf("%s has no module %s: a complete JDK 11 or later is needed", found["java.base"],
				name)
		}
	}
	return found["java.base"], nil
}
