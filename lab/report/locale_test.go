package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// few is a run of few scenarios: one that is not as documented, one of a generated row, one that was
// not asked.
func few() *result.Run {
	ids := []string{"expired", "mongodb-ocsp-malicious-server-2-ecdsa-delegate"}
	return run(append(python("default", "3.8.18", "3.13.5"), python("server-purpose", "3.8.18")...), ids,
		func(id string, c clients.Info) result.Cell {
			var cell result.Cell
			switch {
			case c.Variant == "server-purpose":
				cell = accepted(verdict.Insecure, true)
				cell.Why = lang.Because("skips-check", "server-purpose", "chain")
			case c.Version == "3.13.5":
				cell = accepted(verdict.Unsupported, true)
				cell.Outcome, cell.Why = clients.Unsupported, lang.Because("cannot-be-judged", "default",
					"staple or ocsp or crl", "good")
			default:
				cell = rejected("expired", "urllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] "+
					"certificate verify failed: certificate has expired (_ssl.c:1131)>")
				cell.Disagreement = lang.Because("differ-alert", "expired", "certificate_unknown (46)")
			}
			cell.Control = clients.Accepted
			return cell
		})
}

// written returns a run as shown in a language.
func written(l lang.Tag, width int, color bool) string {
	var out bytes.Buffer
	report.Terminal{W: &out, Width: width, Color: color, Locale: l}.Run(few())
	return out.String()
}

func TestRunInChinese(t *testing.T) {
	assert.Contains(t, flat(written(lang.Chinese, 120, false)), flat("│ 客户端 │ good │ expired │ 判定 │ 客户端的消息 │ 服务器看到 │"))
	got := written(lang.Chinese, 100, false)
	for _, want := range []string{
		"expired：叶证书昨天过期\nvalidity；客户端必须以 expired 为由拒绝它；对照场景是 good\n",
		"问题   叶证书的 notAfter 是一天以前", "修复   为证书续期",
		"good：接受；expired：拒绝；判定：ok expired", "good：接受；expired：接受；判定：insecure*",
		"[变体 server-purpose 不检查这一项：证书链]", "[变体 default 拒绝任何没有 staple、ocsp 或 crl 的服务器",
		"certificate has expired", "[客户端说的是 expired，告诉服务器的却是 certificate_unknown (46)]",
		"服务器看到：TLS 1.3 告警 certificate_expired (45)",
		"结论：已按文档重现：1 ok，1 insecure*，1 unsupported*\n      * 表示在意料之中",
		"再现同样的结果：--seed ",
	} {
		assert.Contains(t, flat(got), flat(want))
	}
	assert.NotRegexp(t, `\b(accepted|rejected|the server|as documented|documented:)\b`, got)
	assert.Equal(t, written("", 120, false), written(lang.English, 120, false),
		"English is what is said unless told otherwise")
}

// TestFitsInEveryLanguage checks that reports fit the width of the window, and that the lines of a table have one
// width, with and without colors.
func TestFitsInEveryLanguage(t *testing.T) {
	for _, l := range lang.All() {
		for _, width := range []int{60, 61, 72, 80, 100, 107, 120} {
			t.Run(fmt.Sprint(l, width), func(t *testing.T) {
				got := written(l, width, true)
				frame := 0
				for line := range strings.Lines(got) {
					line = strings.TrimRight(line, " \n")
					if strings.Contains(line, "--seed") {
						continue // a command is not broken
					}
					columns := text.StringWidthWithoutEscSequences(line)
					if !regexp.MustCompile(`^[┌│├└].*[┐│┤┘]$`).MatchString(line) {
						assert.LessOrEqual(t, columns, width, line)
						frame = 0
						continue
					}
					if frame == 0 {
						frame = columns
					}
					assert.Equal(t, frame, columns, "the frame is not straight: %s", line)
				}
				assert.Equal(t, flat(plain(got)), flat(written(l, width, false)), "colors change nothing but colors")
			})
		}
	}
}

// flat takes blanks and the ends of lines out.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }

// plain takes escape sequences out.
func plain(s string) string { return regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(s, "") }

// TestAssessmentInChinese shows an assessment, whose findings stand in English in its JSON.
func TestAssessmentInChinese(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, yes, "", true},
		{"wrong-host", yes, yes, "", true}, {"untrusted-root", yes, yes, "", true},
		{"revoked-crl", yes, yes, "", true}, {"tls10-only", yes, clients.Unsupported, "there is no client certificate",
			false}})
	for _, width := range []int{60, 80} {
		var out, data bytes.Buffer
		report.Terminal{W: &out, Width: width, Locale: lang.Chinese}.Assessment(a)
		for _, want := range []string{"这个客户端不校验证书：它接受任何证书。", "怎么办", "没有测试，也不计入：", "没有客户端证书（1）", "因缺少功能而接受",
			"fail：1 ok，3 insecure，1 lenient，1 unsupported；6 个场景"} {
			assert.Contains(t, flat(out.String()), flat(want))
		}
		for line := range strings.Lines(out.String()) {
			assert.LessOrEqual(t, text.StringWidth(strings.TrimRight(line, " \n")), width, line)
		}
		assert.NoError(t, result.WriteJSON(&data, report.InWords(a)))
		assert.Contains(t, data.String(), "This client does not verify: it accepts every certificate.")
		assert.NotRegexp(t, `\p{Han}`, data.String())
	}
}

// TestListInEveryLanguage checks that the complete catalogue is listed.
func TestListInEveryLanguage(t *testing.T) {
	for l, want := range map[lang.Tag]string{lang.English: "the leaf expired yesterday", lang.Chinese: "叶证书昨天过期"} {
		var out bytes.Buffer
		assert.NoError(t, report.Terminal{W: &out, Locale: l}.List(scenarios.All()))
		assert.Regexp(t, `(?m)^  expired +reject +expired +`+want+`$`, out.String())
		assert.GreaterOrEqual(t, strings.Count(out.String(), "\n"), len(scenarios.All()))
	}
}
