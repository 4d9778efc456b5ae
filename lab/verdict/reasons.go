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

	whyNoAddress     = "its host is a name that does not resolve: give the command {connect}, or have it dial TLSLAB_CONNECT"
	whyNoPassphrase  = "the client's key is under a passphrase: give the command {password}, or have it read TLSLAB_KEY_PASSWORD"
	whyNoCAFile      = "it is about a PEM file of what to trust, and the command is given that in another form: give it {ca} to have this asked"
	whyNoCertificate = "it is to present a client certificate: give the command {cert} and {key}, or {combined}, or have it read TLSLAB_CERT_FILE and TLSLAB_KEY_FILE"

	whySentAlert  = "it says that it accepted, and it sent the server the alert %s"
	whyTurnedAway = "it says that it accepted, and the server had ended the connection before any request"
	whyNoRequest  = "it says that it accepted, and it sent no request"

	whyHandshakeOnly = "it only shakes hands, and what is wrong here comes after the handshake: have it send a request and read the answer"
	whyPrecluded     = "no client can send a request here, so the server's record cannot show whether this one noticed, and its output gives no reason that tlslab knows"
	whyCutOff        = "the answer is cut after the request, so the server's record cannot show whether this client noticed, and its output does not say so"
	whyRelayed       = "the server ends TLS by itself, and what was sent inside cannot be seen: use another contract than served"

	differNoConnection = "the client says that it got an answer, and the server saw no connection"
	differEnd          = "the client says that it got an answer, and the server's record ends with %s"
	differAnswered     = "the client says that it refused, and the server answered a request of its"
	differAlert        = "the client says %s, and told the server %s"
)

// Reasons returns the formats of all reasons that a judgement, or a disagreement, may give besides those
// that the catalogue knows: for who tells them in another language.
func Reasons() []string {
	return []string{
		whySkips, whyFeature, whyMustReject, whyMustAccept, whyExpected, whyNoRule, whyControl, whyVoid, whyUnable,
		whyNoAddress, whyNoPassphrase, whyNoCAFile, whyNoCertificate, NeverConnected,
		whySentAlert, whyTurnedAway, whyNoRequest, whyHandshakeOnly, whyPrecluded, whyCutOff, whyRelayed,
		differNoConnection, differEnd, differAnswered, differAlert,
	}
}
