package scenarios

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// Words returns the families.
func (Family) Words() []string { return texts(Families()...) }

// Words returns the services.
func (Service) Words() []string { return texts(Services()...) }

// Words returns the verdicts.
func (Verdict) Words() []string { return texts(Accept, Reject, Either) }

// Words returns the levels.
func (Level) Words() []string { return texts(Must, Should) }

// Words returns the faults.
func (Fault) Words() []string {
	return texts(FaultUnresolved, FaultRefused, FaultSYNDropped,
		FaultResetOnAccept, FaultResetAfterHello, FaultResetAfterCertificate, FaultCloseAfterHello, FaultSilent,
		FaultStalledCertificate, FaultSlow, FaultTruncatedResponse,
		FaultPlainHTTP, FaultBannerSSH, FaultBannerMySQL, FaultGarbage, FaultOversizedRecord, FaultShortRecord,
		FaultSTARTTLSNotOffered, FaultTLSRequired, FaultTLSAtOnce, FaultNoDirectTLS, FaultPlainService,
		FaultSSL3, FaultInternalError, FaultVersionIntolerant, FaultOneSegment, FaultSmallDH,
		FaultLegacyRenegotiation)
}

// Words returns the wrong files.
func (File) Words() []string {
	return texts(FileMissing, FileEmpty, FileNotPEM, FileLeaf, FileEncrypted, FileOther, FileCombined)
}

// Words returns the passphrases.
func (Passphrase) Words() []string { return texts(PassphraseRight, PassphraseWrong) }

// FeatureWords returns the features that [Expectation.Feature] can name: those that scenarios of the catalogue name.
func FeatureWords() []string {
	var words []string
	for _, s := range Declared() {
		if s.Expect.Feature != "" {
			words = append(words, s.Expect.Feature)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// ClassWords returns the failure classes.
func ClassWords() []string {
	var words []string
	for _, i := range failure.All() {
		words = append(words, string(i.Class))
	}
	return words
}

func texts[T ~string](list ...T) []string {
	var words []string
	for _, w := range list {
		words = append(words, string(w))
	}
	return words
}
