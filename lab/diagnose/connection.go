package diagnose

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/wire"
)

// judgeConnection judges what lies below TLS: the name, the addresses, and what is spoken there.
func (t *teller) judgeConnection() {
	host := t.seen.Target.Host
	if e := t.seen.Resolved.Error; e != "" {
		t.note("unresolved", "", 0, quote(host), clip(e, 2*longestName))
		return
	}
	if t.judgeAddresses() {
		return
	}
	port := strconv.Itoa(t.seen.Target.Port)
	first, attempted := t.first()
	switch code, known := spoken[t.seen.Speaks]; {
	case attempted && first.End == ask.EndNoSTARTTLS:
		t.note("starttls-refused", "", 0, port, strings.ToUpper(t.seen.Speaks), quote(t.firstBytes()))
	case attempted && first.End == ask.EndProxy:
		t.note("proxy-fails", "", 0, clip(first.Error, 2*longestName))
	case known && code != "":
		t.note(code, "", 0, port, strings.ToUpper(t.seen.Speaks), quote(t.firstBytes()))
	case !known:
		t.note("speaks-plaintext", "", 0, port, strings.ToUpper(t.seen.Speaks), quote(t.firstBytes()))
	}
	if t.seen.Speaks == speaksTLS {
		t.note("answers-tls", "", 0)
	}
}

// speaksTLS is the value of ask.Seen's Speaks for TLS.
const speaksTLS = "tls"

// spoken are the findings about what a server speaks, by ask.Seen's Speaks: none for what is explained by the first
// handshake. All other protocols are spoken in plaintext.
var spoken = map[string]string{
	"": "", speaksTLS: "", "silent": "", "closes": "", "resets": "", "garbage": "garbage", "http": "speaks-http",
	"http-proxy": "speaks-proxy", "ssh": "speaks-ssh", "mysql": "speaks-mysql",
}

// firstBytes returns the first line, or the like, that the server sent in place of TLS.
func (t *teller) firstBytes() string {
	first := t.seen.Greeting
	for _, a := range t.seen.Attempts {
		if len(first) == 0 {
			first = a.First
		}
	}
	line, _, _ := strings.Cut(string(first), "\n")
	return clip(strings.TrimRight(line, "\r"), longestName)
}

// addressCodes are the findings about addresses at which no connection can be made.
var addressCodes = map[ask.End]string{
	ask.EndRefused: "refused", ask.EndTimeout: "connect-timeout", ask.EndUnreachable: "unreachable",
	ask.EndReset: "refused",
}

// judgeAddresses judges the addresses. It reports whether no connection could be made.
func (t *teller) judgeAddresses() bool {
	var bad, good []ask.Address
	for _, a := range t.seen.Addresses {
		if addressCodes[a.End] != "" {
			bad = append(bad, a)
		} else {
			good = append(good, a)
		}
	}
	switch {
	case len(bad) == 0:
		return false
	case len(good) > 0:
		for _, a := range bad {
			t.note("some-addresses-fail", "", 0, a.Address, t.say("end."+string(a.End)), good[0].Address)
		}
		return false
	}
	t.note(addressCodes[bad[0].End], "", 0, bad[0].Address, bad[0].Duration.Round(time.Millisecond).String())
	return true
}

// judgeFirst explains why the handshake of an ordinary client did not succeed, if nothing else explains it.
func (t *teller) judgeFirst() {
	a, ok := t.first()
	if !ok {
		return
	}
	if a.Complete {
		t.judgeResponseOf(a)
		return
	}
	if t.explained() {
		return
	}
	took := a.Duration.Round(time.Millisecond).String()
	switch {
	case a.Alert != nil && a.Alert.Code.IsRefusal():
		t.judgeAlert(a)
	case a.End == ask.EndNotTLS:
		t.note("garbage", "", 0, strconv.Itoa(t.seen.Target.Port), "", quote(t.firstBytes()))
	case a.End == ask.EndInvalid:
		t.judgeInvalid(a)
	case a.Version == 0 && t.answersOther():
		t.note("intolerant-hello", "", 0, t.say("end."+string(a.End)))
	case t.begins(a) && a.End == ask.EndTimeout:
		t.note("stalled", "", 0, took)
	case a.End == ask.EndTimeout:
		t.note("silent", "", 0, took)
	case a.End == ask.EndReset && len(a.Certificates) > 0:
		t.note("reset-after-certificate", "", 0)
	case a.End == ask.EndReset:
		t.note("reset", "", 0)
	case t.begins(a) && len(a.Certificates) == 0 && a.End == ask.EndClosed:
		t.note("short-record", "", 0)
	case a.End == ask.EndClosed || a.End == ask.EndCloseNotify:
		t.note("closed", "", 0)
	}
}

// begins reports whether the server answered with the beginning of a handshake: a message or a part of one, or at least
// something that shows that it speaks TLS, although no attempt got a ServerHello or an alert.
func (t *teller) begins(a ask.Attempt) bool {
	told := slices.ContainsFunc(t.seen.Attempts, func(a ask.Attempt) bool { return a.Version != 0 || a.Alert != nil })
	return a.Version != 0 || len(a.Messages) > 0 || a.Partial != "" || t.seen.Speaks == speaksTLS && !told
}

// answersOther reports whether the server answers a hello of TLS 1.2 alone, which is smaller than an ordinary one.
func (t *teller) answersOther() bool {
	return slices.ContainsFunc(t.seen.Attempts, func(a ask.Attempt) bool { return a.Name == "tls1.2" && a.Version != 0 })
}

// judgeInvalid explains TLS that breaks its rules.
func (t *teller) judgeInvalid(a ask.Attempt) {
	text := clip(a.Error, 2*longestName)
	switch {
	case strings.Contains(a.Error, "oversized") || strings.Contains(a.Error, "maximum"):
		t.note("oversized-record", "", 0, text)
	case strings.Contains(a.Error, "unexpected EOF"):
		t.note("short-record", "", 0)
	default:
		t.note("invalid-tls", "", 0, text)
	}
}

// judgeResponseOf judges what came after a good handshake.
func (t *teller) judgeResponseOf(a ask.Attempt) {
	if broken := a.End == ask.EndClosed || a.End == ask.EndReset; broken && !a.Answered {
		if len(a.Response) > 0 {
			t.note("truncated-response", "", 0, strconv.Itoa(len(a.Response)))
		} else {
			t.note("no-answer", "", 0, t.say("end."+string(a.End)))
		}
	}
	t.judgeSpeed()
}

// judgeSpeed judges how long the fastest handshake took, in comparison with the connection. An attempt in which the
// answer to the request did not come in time says nothing.
func (t *teller) judgeSpeed() {
	const slow = 300 * time.Millisecond
	fastest, connect := time.Duration(0), time.Duration(0)
	for _, a := range t.seen.Attempts {
		if a.Complete && a.End != ask.EndTimeout && (fastest == 0 || a.Duration < fastest) {
			fastest = a.Duration
		}
	}
	if len(t.seen.Addresses) > 0 {
		connect = t.seen.Addresses[0].Duration
	}
	if fastest > slow+10*connect {
		t.note("slow", "", fastest.Seconds(), fastest.Round(time.Millisecond).String(),
			connect.Round(time.Millisecond).String())
	}
}

// judgeAlert explains an alert.
func (t *teller) judgeAlert(a ask.Attempt) {
	alert := a.Alert.String()
	switch a.Alert.Code {
	case wire.AlertInternalError:
		t.note("internal-error", "", 0)
	case wire.AlertUnrecognizedName:
		t.note("name-refused", "", 0, quote(t.seen.Target.Host))
	case wire.AlertNoApplicationProtocol:
		t.note("alpn-refused", "", 0, t.offered(a), t.supported())
	case wire.AlertHandshakeFailure, wire.AlertInsufficientSecurity:
		t.note("no-shared-suite", "", 0, alert)
	default:
		if slices.Contains(certificateAlerts, a.Alert.Code) && t.seen.Target.Certificate != nil {
			return // see judgeClient
		}
		t.note("alert", "", 0, alert)
	}
}

// number returns a number as text.
func number(n int) string { return strconv.Itoa(n) }
