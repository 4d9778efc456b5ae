package scenarios

// Setup says how the files that a client is given differ from the right ones: its trust anchors
// and, where it has a certificate, that and its key. The zero Setup gives it the right ones.
type Setup struct {
	CA         File       `json:"ca,omitempty"`
	Cert       File       `json:"cert,omitempty"`
	Key        File       `json:"key,omitempty"`
	Passphrase Passphrase `json:"passphrase,omitempty"`
}

// File is a file in place of the right one.
type File string

// The files. Which of them make sense depends on what they stand for.
const (
	FileMissing   File = "missing"   // a path where there is nothing
	FileEmpty     File = "empty"     // a file without a byte in it
	FileNotPEM    File = "not-pem"   // text that is not PEM
	FileLeaf      File = "leaf"      // for CA: the server's leaf in place of the root
	FileEncrypted File = "encrypted" // for Key: the right key under pki.Passphrase
	FileOther     File = "other"     // for Key: another certificate's key
	FileCombined  File = "combined"  // for Cert: a file for both certificate and key, from which the key is missing; no key file is given
)

// Passphrase is what the client is given to open its key with.
type Passphrase string

// The passphrases.
const (
	PassphraseRight Passphrase = "right"
	PassphraseWrong Passphrase = "wrong"
)
