package translation

const (
	zhStapleFix     = "让服务器获取新的响应，像客户端那样校验它，然后才装订。"
	zhMustStapleFix = "开启装订，让服务器能够访问响应服务器，并在接受连接之前先获取一份响应。"
)

var zhStaple = map[string]Text{
	"revoked-stapled": {
		Title: "装订的 OCSP 响应说已吊销",
		What:  "服务器装订的响应在有效期内，由叶证书的签发者签名，内容是叶证书已吊销；响应服务器也这样回答。",
		Where: "没人告诉服务器它的证书已被吊销；MongoDB 4.4 及以后版本得到什么就装订什么。",
		See:   `curl --cert-status："SSL certificate revocation reason"。使用 PyOpenSSL 的 PyMongo："invalid status response"。不要求装订的客户端，或者不看装订内容的客户端（Go），会接受它。`,
		Fix:   zhRevokedFix,
	},
	"staple-malformed": {
		Title: "装订的内容不是 OCSP 响应",
		What:  "服务器装订的字节不是 OCSP 响应。",
		Where: `D2 中的 "invalid status response"；服务器的装订文件里是 PEM、错误页面，或者只有半份响应。`,
		See:   `openssl s_client -status："invalid status response"。curl --cert-status："Invalid OCSP response"。GnuTLS："The received OCSP status response is invalid"。Go 不看它。`,
		Fix:   zhStapleFix,
	},
	"staple-expired": {
		Title: "装订的 OCSP 响应已过 nextUpdate",
		What:  "装订的响应状态为 good，但昨天过期了。",
		Where: "服务器获取过一次响应，之后没能更新；攻击者重放了吊销之前的响应。",
		See:   `curl --cert-status："OCSP response has expired"。Java："Response is unreliable: its validity interval is out-of-date"。`,
		Fix:   zhStapleFix,
	},
	"staple-wrong-signer": {
		Title: "装订的 OCSP 响应由另一个 CA 签名",
		What:  "装订的响应说叶证书状态为 good，签名的却是一个与它毫无关系的 CA。",
		Where: "换了 CA 之后，服务器询问的仍是错误的响应服务器；攻击者制作的响应。",
		See:   `curl --cert-status："OCSP response verification failed"。Java："Responder's certificate is not authorized to sign OCSP responses"。`,
		Fix:   zhStapleFix,
	},
	"staple-other-certificate": {
		Title: "装订的 OCSP 响应说的是另一张证书",
		What:  "装订的响应各方面都正常，但说的是同一个 CA 的另一张证书。",
		Where: "服务器用着续期后的证书，装订的却是旧证书的响应。",
		See:   `curl --cert-status："Could not find certificate ID in OCSP response"。GnuTLS："Got OCSP response with an unrelated certificate"。`,
		Fix:   zhStapleFix,
	},
	"staple-unauthorized-delegate": {
		Title: "装订的 OCSP 响应由无权签名的证书签名",
		What:  "响应状态为 good，签名用的证书出自叶证书的签发者，但没有扩展密钥用法 OCSPSigning。",
		Where: "用服务器证书搭建的响应服务器；否则任何持有该 CA 证书的人都能签这样的响应。",
		See:   `curl --cert-status："OCSP response verification failed"。Java："Responder's certificate not valid for signing OCSP responses"。`,
		Fix:   "签发响应服务器的证书时，要带上扩展密钥用法 OCSPSigning（RFC 6960 第 4.2.2.2 节）。",
	},
	"staple-delegate": {
		Title: "装订的 OCSP 响应由受委派的响应者签名",
		What:  "一切正常：响应状态为 good，由叶证书的签发者委派的响应者签名；它的 OCSPSigning 证书附在响应中。",
		Where: "多数公共 CA：CA 自己的密钥要尽量少签名。",
		See:   zhGetsAnswer,
		Fix:   zhGoodFix,
	},
	"must-staple-missing": {
		Title: "证书要求装订，服务器却没有",
		What:  "叶证书带有 TLS feature 扩展 status_request（RFC 7633），服务器却没有装订任何响应。",
		Where: "服务器的装订被关掉了，或者它还没有获取到第一份响应；攻击者有密钥，故意不装订。",
		See:   `GnuTLS："The certificate requires the server to include an OCSP status in its response"。使用 PyOpenSSL 的 PyMongo："invalid status response"。其他客户端大多不认识这个扩展，会接受它；curl --cert-status 要求所有服务器都装订："No OCSP response received"。`,
		Fix:   zhMustStapleFix,
	},
	"must-staple-missing-responder-down": {
		Title: "证书要求装订，服务器没有，响应服务器也不回答",
		What:  "与 must-staple-missing 相同，而且叶证书所写的响应服务器拒绝连接：客户端想自己询问来弥补也做不到。",
		Where: "攻击者处在客户端与服务器之间，去掉装订，又不让客户端访问响应服务器：must-staple 正是为防范这种情况而设。",
		See:   "软失败并且不认识这个扩展的客户端接受它，Java 也在其中；认识它的客户端拒绝，与 must-staple-missing 相同。",
		Fix:   zhMustStapleFix,
	},
	"good-must-staple-ocsp": {
		Title: "证书要求装订并指明了响应服务器，服务器也装订了",
		What:  "一切正常：叶证书要求装订，服务器也装订了，它指明的响应服务器同样说状态为 good。",
		Where: "两者都缺失的那些行以它为对照。",
		See:   zhGetsAnswer,
		Fix:   zhGoodFix,
	},
}
