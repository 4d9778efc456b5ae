package verdict

// The reasons that judgements give, as formats. What a stack is known for stands in the catalogue.
const (
	whySkips      = "the variant %s does not check the %s"
	whyFeature    = "it does not have the feature %s"
	whyMustReject = "it must reject this as %s"
	whyMustAccept = "it must accept this"
	whyExpected   = "expected %s"
	whyNoRule     = "%s; no rule of the lab's knows this message"
	whyControl    = "on the control %s: %s"
	whyVoid       = "it rejected the control %s too: %s"
	whyUnable     = "the variant %s refuses every server without %s, and %s has none"
	whyNoCAFile   = "it is about a PEM file of what to trust, and the command is given that in another form: give it {ca} to have this asked"

	whyNoAddress     = "its host is a name that does not resolve: give the command {connect}, or have it dial TLSLAB_CONNECT"
	whyNoPassphrase  = "the client's key is under a passphrase: give the command {password}, or have it read TLSLAB_KEY_PASSWORD"
	whyNoCertificate = "it is to present a client certificate: give the command {cert} and {key}, or {combined}, or have it read TLSLAB_CERT_FILE and TLSLAB_KEY_FILE"

	differNoConnection = "the client says that it got an answer, and the server saw no connection"
	differEnd          = "the client says that it got an answer, and the server's record ends with %s"
	differAnswered     = "the client says that it refused, and the server answered a request of its"
	differAlert        = "the client says %s, and told the server %s"
)

// Reasons returns the formats of all reasons that a judgement, or a disagreement, may give besides those
// that the catalogue knows: for who tells them in another language.
func Reasons() []string {
	return []string{
		whySkips, whyFeature, whyMustReject, whyMustAccept, whyExpected, whyNoRule, whyControl, whyVoid, whyUnable, whyNoCAFile,
		whyNoAddress, whyNoPassphrase, whyNoCertificate, NeverConnected,
		differNoConnection, differEnd, differAnswered, differAlert,
	}
}
