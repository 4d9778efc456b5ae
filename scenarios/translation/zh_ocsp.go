package translation

const zhResponderFix = "恢复响应服务器；让服务器装订响应，这样客户端就不必自己询问；并决定客户端得不到回答时怎么办。"

var zhOCSP = map[string]Text{
	"revoked-ocsp": {
		Title: "OCSP 响应服务器说已吊销，没有装订",
		What:  "叶证书指明了实验室的 OCSP 响应服务器，它说该证书已吊销；服务器没有装订任何响应。",
		Where: "没有装订的服务器用着已吊销的证书：只有会询问响应服务器的客户端才能发现。",
		See:   `会询问的客户端（Java、PyMongo、Firefox）拒绝它：Java 报 "Certificate has been revoked"。curl、openssl、Python、Node 和 Go 从不询问，会接受它。`,
		Fix:   zhRevokedFix,
	},
	"revoked-intermediate-ocsp": {
		Title: "OCSP 响应服务器说中间证书已吊销",
		What:  "响应服务器说叶证书有效，而中间证书已吊销。",
		Where: "被攻破的 CA；只针对叶证书的装订看不出来（RFC 6961 本想解决这个问题，TLS 1.3 解决了）。",
		See:   "会询问整条链的客户端拒绝它：Java 默认如此。只询问叶证书的客户端接受它。",
		Fix:   "更换该中间证书签发的每一张证书；让客户端检查整条链。",
	},
	"ocsp-unreachable": {
		Title: "OCSP 响应服务器拒绝连接，没有装订",
		What:  "叶证书所写的响应服务器地址上没有任何程序在监听。",
		Where: "不能访问外网的主机，以及停机的响应服务器：按 D2 的说法，得不到回答就放行。",
		See:   `多数客户端若无其事地继续（软失败）。Java 只有在被要求时才这样，否则报 "Unable to determine revocation status due to network error"。`,
		Fix:   zhResponderFix,
	},
	"ocsp-timeout": {
		Title: "OCSP 响应服务器一直不回答，没有装订",
		What:  "响应服务器接下请求，却一直不回答。",
		Where: "响应服务器卡住了：凡是询问它的客户端连接都很慢，却没人知道原因。",
		See:   `会询问的客户端要等到自己的时限用完，然后继续（软失败）或者拒绝（硬失败）。Java："Unable to determine revocation status due to network error"，默认在 15 秒之后。`,
		Fix:   zhResponderFix,
	},
	"ocsp-try-later": {
		Title: "OCSP 响应服务器让稍后再试，没有装订",
		What:  "响应服务器返回错误 tryLater（RFC 6960 第 2.3 节），它没有说明证书的状态，也没有任何人签名。",
		Where: "过载的响应服务器，以及攻击者：凡是能代替响应服务器回答的人，都能这样说。",
		See:   `Java："OCSP response error: TRY_LATER"。多数客户端会继续（软失败）：面对它们，手握已吊销密钥的攻击者毫无顾忌。`,
		Fix:   zhResponderFix,
	},
	"ocsp-malformed": {
		Title: "OCSP 响应服务器返回的不是 OCSP 响应",
		What:  "响应服务器返回状态码 200，内容却不是 OCSP 响应。",
		Where: "强制门户、代理和指错的名称：代替响应服务器回答的是别的东西。",
		See:   "多数客户端会继续（软失败），MongoDB 的驱动也在其中。Java 会拒绝，除非让它软失败。",
		Fix:   zhResponderFix,
	},
	"ocsp-unknown": {
		Title: "OCSP 响应服务器不认识该证书",
		What:  "响应服务器的回答在有效期内、签名正确，内容是 unknown：据它所知，它的 CA 从未签发过这张证书。",
		Where: "比响应服务器的数据库更新的证书；伪造的证书，DigiNotar 的就是。",
		See:   `Java："revocation status is unknown"；让它软失败时它会继续，MongoDB 的驱动也是如此。`,
		Fix:   "让 CA 在交付每张证书之前先告知它的响应服务器；如果 CA 查不到这张证书的记录，它就是伪造的。",
	},
	"good-ocsp-intermediate": {
		Title: "OCSP 响应服务器说叶证书和中间证书都有效",
		What:  "一切正常：叶证书和中间证书都指明了实验室的 OCSP 响应服务器，它说两者都有效。",
		Where: "检查中间证书状态的那些行以它为对照。",
		See:   zhGetsAnswer,
		Fix:   zhGoodFix,
	},
}
