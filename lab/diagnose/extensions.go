package diagnose

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// extensions are a certificate's extensions (RFC 5280, section 4.2), as far as they matter here.
type extensions struct {
	has      map[string]bool // by object identifier
	critical map[string]bool // those that are marked critical
	unknown  []string        // critical ones that clients do not know
	broken   []string        // those that cannot be read, or that are there twice

	ca                           bool // basicConstraints cA
	pathLen                      int  // pathLenConstraint, or -1
	usage                        x509.KeyUsage
	extended                     []string // extended key usages
	dns                          []string // subject alternative names
	ips                          []netip.Addr
	otherNames                   int // subject alternative names of other types
	constraints                  nameConstraints
	subjectKey, authorityKey     []byte // key identifiers
	responders, issuerURLs, crls []string
	mustStaple                   bool
}

// The extensions' object identifiers.
const (
	oidSubjectKey       = "2.5.29.14"
	oidKeyUsage         = "2.5.29.15"
	oidAlternativeName  = "2.5.29.17"
	oidBasicConstraints = "2.5.29.19"
	oidNameConstraints  = "2.5.29.30"
	oidCRLs             = "2.5.29.31"
	oidPolicies         = "2.5.29.32"
	oidPolicyMappings   = "2.5.29.33"
	oidAuthorityKey     = "2.5.29.35"
	oidPolicyConstraint = "2.5.29.36"
	oidExtendedUsage    = "2.5.29.37"
	oidInhibitAnyPolicy = "2.5.29.54"
	oidAuthorityInfo    = "1.3.6.1.5.5.7.1.1"
	oidTLSFeature       = "1.3.6.1.5.5.7.1.24"
)

// The extended key usages (RFC 5280, section 4.2.1.12).
const (
	usageAny    = "2.5.29.37.0"
	usageServer = "1.3.6.1.5.5.7.3.1"
	usageClient = "1.3.6.1.5.5.7.3.2"
	usageOCSP   = "1.3.6.1.5.5.7.3.9"
)

// readers reads the extensions that matter. A reader returns false if it cannot read the value.
var readers = map[string]func(*extensions, cryptobyte.String) bool{
	oidBasicConstraints: (*extensions).readBasicConstraints,
	oidKeyUsage:         (*extensions).readKeyUsage,
	oidExtendedUsage:    (*extensions).readExtendedUsage,
	oidAlternativeName:  (*extensions).readAlternativeNames,
	oidNameConstraints:  (*extensions).readNameConstraints,
	oidSubjectKey:       (*extensions).readSubjectKey,
	oidAuthorityKey:     (*extensions).readAuthorityKey,
	oidAuthorityInfo:    (*extensions).readAuthorityInfo,
	oidCRLs:             (*extensions).readCRLs,
	oidTLSFeature:       (*extensions).readTLSFeature,
}

// processed are other extensions that clients know, so that they can be critical.
var processed = []string{oidPolicies, oidPolicyMappings, oidPolicyConstraint, oidInhibitAnyPolicy}

// mostExtensions bounds the extensions that are read.
const mostExtensions = 64

func readExtensions(list []pkix.Extension) extensions {
	e := extensions{has: map[string]bool{}, critical: map[string]bool{}, pathLen: -1}
	for _, x := range list[:min(len(list), mostExtensions)] {
		id := x.Id.String()
		read := readers[id]
		if e.has[id] || read != nil && !read(&e, cryptobyte.String(x.Value)) {
			e.broken = append(e.broken, id)
		}
		e.has[id] = true
		if !x.Critical {
			continue
		}
		e.critical[id] = true
		if read == nil && !slices.Contains(processed, id) {
			e.unknown = append(e.unknown, id)
		}
	}
	return e
}

func (e *extensions) readBasicConstraints(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	if s.PeekASN1Tag(cbasn1.BOOLEAN) && !s.ReadASN1Boolean(&e.ca) {
		return false
	}
	return !s.PeekASN1Tag(cbasn1.INTEGER) || s.ReadASN1Integer(&e.pathLen) && e.pathLen >= 0
}

func (e *extensions) readKeyUsage(value cryptobyte.String) bool {
	var bits asn1.BitString
	if !value.ReadASN1BitString(&bits) {
		return false
	}
	for i := range 9 {
		if bits.At(i) != 0 {
			e.usage |= 1 << i
		}
	}
	return true
}

func (e *extensions) readExtendedUsage(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for !s.Empty() {
		var id asn1.ObjectIdentifier
		if !s.ReadASN1ObjectIdentifier(&id) {
			return false
		}
		e.extended = append(e.extended, id.String())
	}
	return true
}

// mostNames bounds the subject alternative names that are read.
const mostNames = 10_000

// The tags of GeneralName (RFC 5280, section 4.2.1.6).
var (
	tagDNS = cbasn1.Tag(2).ContextSpecific()
	tagURI = cbasn1.Tag(6).ContextSpecific()
	tagIP  = cbasn1.Tag(7).ContextSpecific()
)

func (e *extensions) readAlternativeNames(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for n := 0; !s.Empty() && n < mostNames; n++ {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !s.ReadAnyASN1(&name, &tag) {
			return false
		}
		switch tag {
		case tagDNS:
			e.dns = append(e.dns, string(name))
		case tagIP:
			ip, ok := netip.AddrFromSlice(name)
			if !ok {
				return false
			}
			e.ips = append(e.ips, ip)
		default:
			e.otherNames++
		}
	}
	return true
}

func (e *extensions) readSubjectKey(value cryptobyte.String) bool {
	return value.ReadASN1Bytes(&e.subjectKey, cbasn1.OCTET_STRING)
}

func (e *extensions) readAuthorityKey(value cryptobyte.String) bool {
	var s, id cryptobyte.String
	var has bool
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadOptionalASN1(&id, &has, cbasn1.Tag(0).ContextSpecific()) {
		return false
	}
	e.authorityKey = id
	return true
}

// mostURLs bounds the URLs of each kind.
const mostURLs = 8

// The access methods of authorityInfoAccess (RFC 5280, section 4.2.2.1).
const (
	accessOCSP    = "1.3.6.1.5.5.7.48.1"
	accessIssuers = "1.3.6.1.5.5.7.48.2"
)

func (e *extensions) readAuthorityInfo(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for !s.Empty() {
		var access, location cryptobyte.String
		var method asn1.ObjectIdentifier
		var tag cbasn1.Tag
		if !s.ReadASN1(&access, cbasn1.SEQUENCE) || !access.ReadASN1ObjectIdentifier(&method) ||
			!access.ReadAnyASN1(&location, &tag) {
			return false
		}
		into := map[string]*[]string{accessOCSP: &e.responders, accessIssuers: &e.issuerURLs}[method.String()]
		if tag == tagURI && into != nil && len(*into) < mostURLs {
			*into = append(*into, clip(string(location), 4*longestName))
		}
	}
	return true
}

func (e *extensions) readCRLs(value cryptobyte.String) bool {
	var points, point cryptobyte.String
	if !value.ReadASN1(&points, cbasn1.SEQUENCE) {
		return false
	}
	first := cbasn1.Tag(0).Constructed().ContextSpecific() // distributionPoint, and fullName in it
	for !points.Empty() {
		if !points.ReadASN1(&point, cbasn1.SEQUENCE) {
			return false
		}
		var name, full cryptobyte.String
		if !point.PeekASN1Tag(first) || !point.ReadASN1(&name, first) || !name.PeekASN1Tag(first) ||
			!name.ReadASN1(&full, first) {
			continue
		}
		for !full.Empty() {
			var location cryptobyte.String
			var tag cbasn1.Tag
			if !full.ReadAnyASN1(&location, &tag) {
				return false
			}
			if tag == tagURI && len(e.crls) < mostURLs {
				e.crls = append(e.crls, clip(string(location), 4*longestName))
			}
		}
	}
	return true
}

// featureStatusRequest is the number of the extension status_request (RFC 6066, section 8).
const featureStatusRequest = 5

func (e *extensions) readTLSFeature(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for !s.Empty() {
		var feature int
		if !s.ReadASN1Integer(&feature) {
			return false
		}
		e.mustStaple = e.mustStaple || feature == featureStatusRequest
	}
	return true
}

// allows reports whether the extended key usages allow one. No extension allows all.
func (e *extensions) allows(usage string) bool {
	return !e.has[oidExtendedUsage] || slices.Contains(e.extended, usage) || slices.Contains(e.extended, usageAny)
}
