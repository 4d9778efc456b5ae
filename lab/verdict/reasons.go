package verdict

// The codes of the reasons that judgements give. Their English is in lab/lang/text/en/reasons.txt. The reasons for
// known deviations of a stack are in the catalogue.
const (
	whySkips      = "skips-check"
	whyFeature    = "no-feature"
	whyMustReject = "must-reject"
	whyMustAccept = "must-accept"
	whyExpected   = "expected"
	whyNoRule     = "no-rule"
	whyVoid       = "void"
	whyUnable     = "cannot-be-judged"

	whyNoAddress     = "no-address"
	whyNoPassphrase  = "no-passphrase"
	whyNoCAFile      = "no-ca-file"
	whyNoCertificate = "no-certificate"

	whySentAlert  = "sent-alert"
	whyTurnedAway = "turned-away"
	whyNoRequest  = "no-request"

	whyHandshakeOnly = "handshake-only"
	whyPrecluded     = "precluded"
	whyCutOff        = "cut-off"
	whyRelayed       = "relayed"

	differNoConnection = "differ-no-connection"
	differEnd          = "differ-end"
	differAnswered     = "differ-answered"
	differAlert        = "differ-alert"

	// OnControl introduces a reason that is about the control.
	OnControl = "control"
	// NeverConnected is the reason for a client that says that it accepted but made no connection.
	NeverConnected = "never-connected"
)
