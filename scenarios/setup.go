package scenarios

// Setup says how the client's files differ from the right ones: its trust anchors and, if it has one, its
// certificate and key. The zero Setup means the right files.
type Setup struct {
	CA         File       `json:"ca,omitempty"`         // the client's trust anchors
	Cert       File       `json:"cert,omitempty"`       // its certificate
	Key        File       `json:"key,omitempty"`        // the key of its certificate
	Passphrase Passphrase `json:"passphrase,omitempty"` // to decrypt the key with
}

// File is a wrong file to use in place of the right one.
type File string

// The files. Some make sense only for one field of [Setup].
const (
	FileMissing   File = "missing"   // a path where no file exists
	FileEmpty     File = "empty"     // an empty file
	FileNotPEM    File = "not-pem"   // text that is not PEM
	FileLeaf      File = "leaf"      // for CA: the server's leaf in place of the root
	FileEncrypted File = "encrypted" // for Key: the right key, encrypted with pki.Passphrase
	FileOther     File = "other"     // for Key: another certificate's key
	// FileCombined, for Cert: a file meant for both certificate and key that lacks the key. No key file is
	// given.
	FileCombined File = "combined"
)

// Passphrase is the passphrase that the client is given to decrypt its key.
type Passphrase string

const (
	PassphraseRight Passphrase = "right"
	PassphraseWrong Passphrase = "wrong"
)
