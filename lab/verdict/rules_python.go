package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// sslModule are the texts of Python's ssl and socket modules, which libraries that stand on them
// pass on.
var sslModule = []Rule{
	{"Hostname mismatch", failure.HostnameMismatch},
	{"IP address mismatch", failure.HostnameMismatch},
	{"EOF occurred in violation of protocol", failure.UnexpectedEOF},
	{"connection has been closed (EOF)", failure.UnexpectedEOF}, // 3.8 and 3.9
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}

// urllib3Rules are the texts of urllib3, and of requests, which passes them on.
var urllib3Rules = slices.Concat([]Rule{
	{"IncompleteRead", failure.UnexpectedEOF},
	{"Could not find a suitable TLS CA certificate bundle", failure.MissingFile},
}, sslModule, openSSLOwn, openSSLTexts)

// httpxRules are the texts of httpx, and of h11 and httpcore below it.
var httpxRules = slices.Concat([]Rule{
	{"peer closed connection without sending complete message body", failure.UnexpectedEOF},
}, sslModule, openSSLOwn, openSSLTexts)

// aiohttpRules are the texts of aiohttp, and of asyncio below it.
var aiohttpRules = slices.Concat([]Rule{
	{"Response payload is not completed", failure.UnexpectedEOF},
	{"Connect call failed", failure.ConnectionRefused},
	{" [None]", failure.UnexpectedEOF}, // asyncio raises a ConnectionResetError without a word
	{"TimeoutError", failure.Timeout},
}, sslModule, openSSLOwn, openSSLTexts)
