package translation

var zhKeys = map[string]Text{
	"key-mismatch": {
		Title: "服务器没有证书对应的密钥",
		What:  "证书链正常，但服务器为握手签名时用的不是叶证书的密钥。",
		Where: "续期后的新证书配上了旧密钥；多数服务器会拒绝启动，而有些在别处终结 TLS，就不会。",
		See:   `OpenSSL、Python："bad signature"。Go："invalid signature by the server certificate"。`,
		Fix:   "安装同一次签发得到的密钥和证书，并事先比较两者的公钥。",
	},
	"rsa1024": {
		Title: "叶证书的 RSA 密钥只有 1024 位",
		What:  "叶证书的 RSA 密钥为 1024 位，它的签发者为 2048 位。",
		Where: "2013 年以前的证书，所在的设备从此没人动过。",
		See:   `安全级别为 2 的 OpenSSL（Debian、Ubuntu）："EE certificate key too weak"。根证书为私有时，Go、Node 和 Java 接受它。`,
		Fix:   "换新密钥：ECDSA P-256，或者至少 2048 位的 RSA。",
	},
	"rsa1024-intermediate": {
		Title: "中间证书的 RSA 密钥只有 1024 位",
		What:  "签发叶证书的中间证书用的是 1024 位的 RSA 密钥。",
		Where: "比自己签发的叶证书老得多的私有 CA。",
		See:   `安全级别为 2 的 OpenSSL："CA certificate key too weak"。`,
		Fix:   "为 CA 换新密钥，并用它重新签发。",
	},
	"sha1-leaf": {
		Title: "叶证书用 SHA-1 签名",
		What:  "叶证书的签名用的是 SHA-1，其余与 good-rsa2048 相同。",
		Where: "2016 年以前建立的私有 CA。",
		See:   `OpenSSL 3、Python："CA signature digest algorithm too weak"。Go："insecure algorithm SHA1-RSA"，归为未知的签发机构。`,
		Fix:   "用 SHA-256 重新签发叶证书。",
	},
	"sha1-intermediate": {
		Title: "中间证书用 SHA-1 签名",
		What:  "中间证书的签名用的是 SHA-1，叶证书的签名正常。",
		Where: "私有 CA 的中间证书在 2016 年以前签发，还有好几年才到期。",
		See:   `OpenSSL 3、Python："CA signature digest algorithm too weak"，只是高了一级。`,
		Fix:   "密钥不变，用 SHA-256 重新签发中间证书。",
	},
	"md5-leaf": {
		Title: "叶证书用 MD5 签名",
		What:  "叶证书的签名用的是 MD5，它的碰撞几秒钟就能造出来。",
		Where: "2008 年的伪造 CA 和 2012 年的恶意软件 Flame 都利用了 MD5 碰撞。",
		See:   `OpenSSL 3、Python："CA signature digest algorithm too weak"。Go 连这种算法的名字都叫不出来。`,
		Fix:   "用 SHA-256 重新签发叶证书。",
	},
	"p224": {
		Title: "叶证书的密钥所在的曲线 TLS 1.3 不认识",
		What:  "叶证书用 P-224 上的 ECDSA 密钥：TLS 1.3 没有使用它的签名方案，在 TLS 1.2 中提供它的客户端也很少。",
		Where: "智能卡和过去的政府规范。",
		See:   "通常客户端还没见到证书，握手就失败了。",
		Fix:   "换用 P-256 的新密钥。",
	},
}
