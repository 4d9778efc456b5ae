package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var okhttpSource = Source{
	Name:    "okhttp",
	Verbose: "-Djavax.net.debug=ssl:handshake",
	Marks:   []string{"okhttp3.", "SSLPeerUnverifiedException: Hostname", "java.io.InterruptedIOException: timeout"},
	Rules:   okhttpRules,
	Alerts:  javaAlerts,
	Voices: []Voice{{
		Marks: []string{"okhttp3.", "SSLPeerUnverifiedException: Hostname"},
	}},
	Switches:   javaSwitches,
	TrustStore: javaTrustStore,
}

// okhttpRules are the texts of OkHttp, which passes on those of JSSE and checks names itself.
var okhttpRules = slices.Concat([]Rule{
	{Contains: "SSLPeerUnverifiedException: Hostname", Class: failure.HostnameMismatch},
	{
		Contains: "unexpected end of stream", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`java\.(io|net)\..*(https://|ProtocolException: unexpected end)`),
	},
	{
		Contains: "timeout", Class: failure.Timeout,
		Only: lazyregexp.New(`java\.net\.SocketTimeoutException|java\.io\.InterruptedIOException: timeout`),
	},
}, javaRules)
