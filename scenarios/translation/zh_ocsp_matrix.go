package translation

import (
	"fmt"
	"strings"

	"example.com/tlslab/scenarios"
)

// zhOCSPColumns is what is told of each column of MongoDB's matrix, by what the specification calls it.
var zhOCSPColumns = map[string]struct{ where, title, what, fix string }{
	"Test 1":                  {"Test 1", "有效的证书，已装订", "一切正常：叶证书要求装订，也指明了响应服务器；服务器装订了响应，两者都说状态为 good", zhGoodFix},
	"Test 2":                  {"Test 2", "已吊销的证书，已装订", "装订的响应说叶证书已吊销，响应服务器也这样说", zhRevokedFix},
	"Test 3":                  {"Test 3", "有效的证书，没有装订", "一切正常：服务器没有装订，叶证书指明的响应服务器说状态为 good", zhGoodFix},
	"Test 4":                  {"Test 4", "已吊销的证书，没有装订", "服务器没有装订，响应服务器说叶证书已吊销", zhRevokedFix},
	"the soft fail test":      {"软失败测试（soft fail test）", "没有装订，也没有响应服务器", "服务器没有装订，响应服务器的地址上没有任何程序在监听", zhResponderFix},
	"malicious server test 1": {"恶意服务器测试（malicious server test 1）", "已吊销的 must-staple 证书，没有装订", "叶证书要求装订，服务器没有装订，响应服务器说叶证书已吊销", zhRevokedFix},
	"malicious server test 2": {"恶意服务器测试（malicious server test 2）", "must-staple 证书，没有装订，也没有响应服务器", "叶证书要求装订，服务器没有装订，响应服务器的地址上没有任何程序在监听", zhMustStapleFix},
}

var (
	zhOCSPSigners  = map[string]string{"ca": "CA", "delegate": "受委派者"}
	zhOCSPSucceeds = map[bool]string{true: "成功", false: "失败"}
)

// zhOCSPMatrix is each column by key and signer, as scenarios composes them.
func zhOCSPMatrix() map[string]Text {
	all := map[string]Text{}
	for _, column := range scenarios.OCSPColumns() {
		c, ok := zhOCSPColumns[column.Where]
		if !ok {
			continue // it is told in English
		}
		for _, row := range scenarios.OCSPRows() {
			key, signer := strings.ToUpper(row.Key), zhOCSPSigners[row.Signer]
			all[strings.TrimPrefix(column.ID(row), "mongo-")] = Text{
				Title: fmt.Sprintf("MongoDB 的 OCSP 矩阵，%s：%s；%s，由%s签名", c.where, c.title, key, spaced(signer)),
				What:  fmt.Sprintf("%s。密钥为 %s，OCSP 响应由%s签名。", c.what, key, spaced(signer)),
				Where: fmt.Sprintf("MongoDB 的 OCSP 规范要求每个驱动运行一个矩阵，这是其中的一列：%s。", c.where),
				See:   fmt.Sprintf("按规范，会检查的驱动在 tls=true 时应当%s，否则要在文档中说明为什么做不到；使用 tlsInsecure 或 tlsAllowInvalidCertificates 时，每一列都成功。", zhOCSPSucceeds[column.Succeeds]),
				Fix:   c.fix,
			}
		}
	}
	return all
}

// spaced puts a blank at the ends of a word that are Latin: Chinese is written around it.
func spaced(word string) string {
	if word[0] < 0x80 {
		word = " " + word
	}
	if word[len(word)-1] < 0x80 {
		word += " "
	}
	return word
}
