package translation

var zhValidity = map[string]Text{
	"expired": {
		Title: "叶证书昨天过期",
		What:  "叶证书的 notAfter 是一天以前，其余一切正常。",
		Where: "最常见的故障：没有人续期，或者续期后的证书一直没有被加载。",
		See:   `OpenSSL、Python、curl："certificate has expired"。Go："x509: certificate has expired or is not yet valid"。`,
		Fix:   "为证书续期，让服务器加载新证书，并对 30 天内到期的证书告警。",
	},
	"just-expired": {
		Title: "叶证书在今天零点的前一秒过期",
		What:  "叶证书的 notAfter 是昨天的最后一秒：比实验室签发证书的时间早一秒。",
		Where: "UTC 午夜发生的故障就是这样：前一秒证书还有效，后一秒就失效了。",
		See:   "报错与 expired 相同；只有日期能看出它刚刚过期。",
		Fix:   "远在到期之前就续期：ACME 客户端在剩下三分之一的有效期时续期。",
	},
	"expires-while-serving": {
		Title: "服务器运行期间叶证书过期",
		What:  "服务器启动时叶证书还有效，几秒后过期；服务器继续使用它。",
		Where: "服务器即使检查日期，也只在启动时检查。mongod 拒绝用已过期的证书启动，但会继续使用运行中过期的证书。",
		See:   "最初的连接成功；从某一秒起全部被拒绝，而服务器既没有重启也没有改动。",
		Fix:   "续期，并让服务器加载新证书：重载、重启，或者在 mongod 上执行 rotateCertificates。",
	},
	"not-yet-valid": {
		Title: "叶证书尚未生效",
		What:  "叶证书的有效期从正常证书到期之时才开始。",
		Where: "客户端的时钟慢了（没有电池的开发板从 1970 年开始计时），或者证书部署得太早。",
		See:   `OpenSSL、Python、curl："certificate is not yet valid"。Go 说 "has expired or is not yet valid"，并写明日期。`,
		Fix:   "客户端连接之前先用 NTP 校准时钟；只部署已经生效的证书。",
	},
	"expired-intermediate": {
		Title: "中间证书已过期",
		What:  "叶证书正常；签发它的中间证书昨天过期。",
		Where: "证书链文件没有随叶证书一起更新。",
		See:   "报错与叶证书过期时相同：要看深度，不要看文字。",
		Fix:   "发送 CA 当前的中间证书；如果它换了密钥，就让它重新签发叶证书。",
	},
	"not-yet-valid-intermediate": {
		Title: "中间证书尚未生效",
		What:  "叶证书正常；它的中间证书要到叶证书到期时才生效。",
		Where: "过早启用的新签发 CA；时钟慢了。",
		See:   "报错与叶证书尚未生效时相同，只是高了一级。",
		Fix:   "等新 CA 生效以后再用它签发；校准时钟。",
	},
	"expired-root": {
		Title: "受信任的根证书已过期",
		What:  "叶证书和中间证书都正常；客户端信任的根证书昨天过期。",
		Where: "集群自己的 CA 当初只做了一次，有效期一年或十年，然后被遗忘：某一刻所有节点同时互相拒绝。",
		See:   `"certificate has expired"，尽管服务器上的证书全都在有效期内。`,
		Fix:   "提前把新根证书与旧的一起交给客户端，然后再用新根签发。",
	},
	"inverted-validity": {
		Title: "notAfter 早于 notBefore",
		What:  "叶证书的有效期还没开始就结束了：没有任何时刻落在其中。",
		Where: "参数写反的生成工具，或者天数为负。",
		See:   "客户端会说它已过期、尚未生效或者格式有误，取决于先检查什么。",
		Fix:   "把日期的先后改对，重新签发。",
	},
	"too-long-validity": {
		Title: "有效期十年的叶证书",
		What:  "叶证书的有效期为十年，超过了它的签发者。",
		Where: "自制证书。浏览器和 macOS 拒绝有效期超过 398 天的公共叶证书，以及超过 825 天的私有叶证书。",
		See:   "各种库都接受它；根证书为私有时浏览器也接受，只有苹果的除外；如果是公共根，Chrome 会显示 ERR_CERT_VALIDITY_TOO_LONG。",
		Fix:   "叶证书只签发 90 天，由机器自动续期。",
	},
}
