package translation

const (
	zhRevokedFix      = "更换证书和密钥，并查明旧密钥是怎样泄露的。"
	zhDistributionFix = "把 CRL 发布在客户端能够访问的地方，而且不止一处，并决定客户端拿不到 CRL 时怎么办。"
)

var zhRevocation = map[string]Text{
	"revoked-crl": {
		Title: "客户端的 CRL 列出了叶证书",
		What:  "叶证书只有一个问题：交给客户端的 CRL 由它的签发者签发、在有效期内，列出了叶证书的序列号。",
		Where: "密钥丢失或被盗：PyMongo 的 tlsCRLFile，curl --crlfile，以及配置了本 CA 的 CRL 的服务。",
		See:   `OpenSSL、Python、curl、Node："certificate revoked"。没有拿到 CRL 的客户端，或者不会检查 CRL 的客户端（Go），会接受它。`,
		Fix:   zhRevokedFix,
	},
	"revoked-intermediate-crl": {
		Title: "客户端的 CRL 列出了中间证书",
		What:  "根证书的 CRL 列出了中间证书；中间证书自己的 CRL 什么也没有列出。",
		Where: "被攻破的 CA：2011 年的 DigiNotar。只检查叶证书的客户端看不出来。",
		See:   `curl、Node："certificate revoked"。使用 VERIFY_CRL_CHECK_LEAF 的 Python 和使用 -crl_check 的 openssl 只查叶证书的 CRL，会接受它。`,
		Fix:   "更换该中间证书签发的每一张证书；让客户端检查整条链（OpenSSL：X509_V_FLAG_CRL_CHECK_ALL）。",
	},
	"crl-expired": {
		Title: "客户端的 CRL 已过 nextUpdate",
		What:  "可能列出叶证书的那份 CRL 昨天过期。它什么也没有列出，但之后吊销的证书也不会出现在其中。",
		Where: "D3 的支付网关：CRL 服务器停机，客户端手里的列表过了期，于是每笔支付都被拒绝，尽管没有一张证书有问题。",
		See:   `OpenSSL、Python、curl、Node："CRL has expired"。`,
		Fix:   "让 CA 远在 nextUpdate 之前发布新的 CRL，监控这个日期，并让客户端及时获取。",
	},
	"crl-not-yet-valid": {
		Title: "客户端的 CRL 的 thisUpdate 还没到",
		What:  "可能列出叶证书的那份 CRL 明天才生效。",
		Where: "CA 或客户端的时钟不对。",
		See:   `OpenSSL、Python、curl、Node："CRL is not yet valid"。`,
		Fix:   "校准时钟：先校客户端的，再校 CA 的。",
	},
	"crl-wrong-issuer": {
		Title: "客户端的 CRL 属于另一个 CA",
		What:  "交给客户端的不是签发者的 CRL，而是与这条链毫无关系的另一个 CA 的。",
		Where: "更换 CA 时没有一起更换的 CRL 文件，或者下载错了的 CRL。",
		See:   `OpenSSL、Python、curl、Node："unable to get certificate CRL"：手里的 CRL 没有一份是对的。`,
		Fix:   "把路径上每个 CA 的 CRL 都交给客户端，并在获取时检查签发者。",
	},
	"crl-bad-signature": {
		Title: "客户端的 CRL 签名有误",
		What:  "CRL 的签名翻转了一位。",
		Where: "CRL 在传输途中损坏或被篡改：CRL 是通过明文 HTTP 获取的。",
		See:   `OpenSSL、Python、Node："CRL signature failure"。使用 OpenSSL 3 的 curl："asn1 encoding routines::EVP lib"。`,
		Fix:   "重新获取 CRL，并在替换旧文件之前先校验它。",
	},
	"crl-unreachable": {
		Title: "CRL 的分发点拒绝连接",
		What:  "客户端没有拿到 CRL，而叶证书所写的地址上没有任何程序在监听。",
		Where: "D3 的支付网关，在它的 CRL 服务器停止的那一刻；什么都不放出去的防火墙。",
		See:   `多数客户端从不获取 CRL，什么也察觉不到。openssl 3.0 的 s_client -crl_check -crl_download 会无休止地重试；设置了 com.sun.security.enableCRLDP 的 Java 会转而使用 OCSP，并说 "Certificate does not specify OCSP responder"。`,
		Fix:   zhDistributionFix,
	},
	"crl-unavailable": {
		Title: "CRL 的分发点返回 503",
		What:  "客户端没有拿到 CRL，而持有它的服务器对每个请求都返回 HTTP 状态码 503。",
		Where: "CRL 服务器过载，或者前面的负载均衡器找不到它了。",
		See:   `openssl s_client -crl_check -crl_download："unable to get certificate CRL"。Java 与 crl-unreachable 相同。多数客户端什么也察觉不到。`,
		Fix:   zhDistributionFix,
	},
	"crl-timeout": {
		Title: "CRL 的分发点一直不回答",
		What:  "客户端没有拿到 CRL；持有它的服务器接下请求，却一直不回答。",
		Where: "CRL 服务器卡住了：等待它的客户端，握手也跟着卡住。",
		See:   "会获取 CRL 的客户端要等到获取的时限用完，然后失败或者继续；openssl s_client -crl_download 没有时限。",
		Fix:   "给客户端设置较短的 CRL 获取时限，在需要之前提前获取，并修好服务器。",
	},
	"good-crl-fetched": {
		Title: "分发点的 CRL 中没有这条链上的证书",
		What:  "一切正常：叶证书指明了实验室的 CRL 分发点，它会回答；没有另外交给客户端 CRL。",
		Where: "自己获取 CRL 的客户端：Windows，设置了 com.sun.security.enableCRLDP 的 Java。分发点出故障的那些行以它为对照。",
		See:   zhGetsAnswer,
		Fix:   zhGoodFix,
	},
}
