"""tlslab's client for pyOpenSSL: OpenSSL.SSL with names checked by service_identity,
as its documentation recommends. Runs on Python 3.7 and later with pyOpenSSL 20
and later.

It is a worker: it writes one line of JSON that describes it, then reads requests,
one per line, and answers each with one line, until its input ends. To try it by
hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
"host": "localhost", "connect": "127.0.0.1:8443", "ca_file": "root.pem",
"timeout_ms": 5000}.
"""
import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # with python -c, the current directory comes first, and may contain anything

import datetime
import errno
import hashlib
import io
import ipaddress
import json
import os
import re
import select
import socket
import time

try:
    import OpenSSL
    from OpenSSL import SSL, crypto
    from cryptography import exceptions, x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.x509 import ocsp
    NONE = None
except Exception as e:  # an incompatible extension may raise anything
    NONE = "%s: %s" % (type(e).__name__, e)


# Description.

def hello():
    line = {"contract": 1, "stack": "pyopenssl", "version": sys.version.split()[0]}
    if NONE is not None:
        line["error"] = "has no pyOpenSSL that can be used: " + NONE
        return line
    line["version"] = OpenSSL.__version__
    line["install"] = os.path.dirname(os.path.realpath(OpenSSL.__file__))
    line["library"] = " ".join(SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode("ascii").split()[:2])
    return line


# Probes.

class Timeout(Exception):
    """The client's own time limit: pyOpenSSL has none."""


class Client:
    """A connection with a time limit for all of it."""

    def __init__(self, context, request):
        self.deadline = time.monotonic() + request["timeout_ms"] / 1000.0
        self.said = []  # messages of the callbacks
        self.sock = self.connection = None
        self.host = request["host"]
        self.context = context
        self.to = address(request)

    def handshake(self, ask_ocsp):
        self.sock = socket.create_connection(self.to, timeout=self.left())
        self.connection = SSL.Connection(self.context, self.sock)
        self.connection.set_app_data(self)
        self.sock.setblocking(False)
        if ip(self.host) is None:
            self.connection.set_tlsext_host_name(self.host.encode("ascii"))
        if ask_ocsp:
            self.connection.request_ocsp()
        self.connection.set_connect_state()
        self.wait(self.connection.do_handshake)

    def left(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Timeout("timed out")
        return left

    def wait(self, call, *args):
        while True:
            try:
                return call(*args)
            except SSL.WantReadError:
                ready = select.select([self.sock], [], [], self.left())
            except SSL.WantWriteError:
                ready = select.select([], [self.sock], [], self.left())
            if not any(ready):
                raise Timeout("timed out")

    def get(self, path):
        """Sends a request and returns the whole response."""
        text = "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (path, self.host)
        self.wait(self.connection.sendall, text.encode("ascii"))
        parts = []
        while True:
            try:
                parts.append(self.wait(self.connection.recv, 65536))
            except SSL.ZeroReturnError:
                return b"".join(parts)

    def close(self):
        if self.connection is not None and not self.said:
            try:
                self.connection.shutdown()
            except SSL.Error:
                pass  # the peer has closed the connection
        if self.sock is not None:
            self.sock.close()


def probe(request):
    import http.client as http
    variant = request["variant"]
    client = None
    try:
        client = Client(set_up(variant, request), request)
        client.handshake(variant == "ocsp")
        if variant in ("default", "ocsp"):
            verify_name(client)
        response = http.HTTPResponse(Answer(client.get("/")))
        response.begin()
        response.read()
        if response.status != 200:
            return {"outcome": "rejected", "message": "HTTP status %d" % response.status}
        return {"outcome": "accepted"}
    except ImportError as e:
        return {"outcome": "unsupported",
                "message": "pyOpenSSL checks no names by itself: pip install service-identity: %s" % e}
    # Any other exception is this program's fault and ends it, which the lab reports.
    except (SSL.Error, crypto.Error, EnvironmentError, ValueError, Timeout, http.HTTPException) as e:
        return rejected(e, client)
    except Exception as e:
        if type(e).__module__.partition(".")[0] not in ("service_identity", "cryptography"):
            raise
        return rejected(e, client)
    finally:
        if client is not None:
            client.close()


def rejected(e, client):
    t = type(e)
    name = t.__name__ if t.__module__ == "builtins" else t.__module__ + "." + t.__name__
    words = [name.replace("__main__.", "") + ": " + str(e)]
    if client is not None:
        words += client.said
    code = errno.errorcode.get(getattr(e, "errno", None), "")
    return {"outcome": "rejected", "message": " <- ".join(words), "code": code}


class Answer:
    """The server's response, in the form that http.client needs."""

    def __init__(self, data):
        self.data = data

    def makefile(self, *_):
        return io.BytesIO(self.data)


def address(request):
    """The address to connect to: the request's, or else the URL's host."""
    if request.get("connect"):
        host, _, port = request["connect"].rpartition(":")
        return host.strip("[]"), int(port)
    return request["host"], request["port"]


def ip(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


# Setup.

def set_up(variant, request):
    context = SSL.Context(SSL.SSLv23_METHOD)  # the highest version that both support
    context.load_verify_locations(request["ca_file"])
    context.set_verify(SSL.VERIFY_NONE if variant == "insecure" else SSL.VERIFY_PEER, verified)
    if variant == "ocsp":
        context.set_ocsp_client_callback(stapled)
    if request.get("crl_file"):
        store = context.get_cert_store()
        lists = contents(request["crl_file"])
        for pem in re.findall(b"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", lists, re.S):
            add_crl(store, pem)
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    if request.get("cert_file") or request.get("key_file"):
        context.use_certificate_chain_file(request["cert_file"])
        # The passphrase is always given, because OpenSSL would otherwise ask for it.
        key = crypto.load_privatekey(crypto.FILETYPE_PEM, contents(request.get("key_file") or request["cert_file"]),
                                     request.get("key_password", "").encode("utf-8"))
        context.use_privatekey(key)
        context.check_privatekey()
    return context


def add_crl(store, pem):
    if hasattr(crypto, "load_crl"):  # until 24
        store.add_crl(crypto.load_crl(crypto.FILETYPE_PEM, pem))
    else:
        store.add_crl(x509.load_pem_x509_crl(pem))


def contents(file):
    with open(file, "rb") as f:
        return f.read()


def verified(connection, _certificate, error, depth, ok):
    """Lets OpenSSL decide, but keeps the reason, which pyOpenSSL's exception lacks."""
    if not ok:
        client = connection.get_app_data()
        if client is not None:
            client.said.append("verify error %d at depth %d: %s" % (error, depth, verify_error(error)))
    return bool(ok)


def verify_error(number):
    """OpenSSL's text for a verification error."""
    try:
        text = SSL._lib.X509_verify_cert_error_string(number)
        return SSL._ffi.string(text).decode("ascii")
    except AttributeError:
        return "X509_V_ERR number %d" % number


def verify_name(client):
    import warnings
    from service_identity import pyopenssl
    warnings.simplefilter("ignore")  # it warns about what it then refuses
    if ip(client.host) is None:
        pyopenssl.verify_hostname(client.connection, client.host)
    else:
        pyopenssl.verify_ip_address(client.connection, client.host)


def stapled(connection, response, _data):
    """Checks a stapled OCSP response, which pyOpenSSL itself does not check."""
    why = refuse(connection, response)
    if why:
        connection.get_app_data().said.append("ocsp callback: " + why)
    return not why


# Checks of a stapled OCSP response (RFC 6960, section 3.2).

def refuse(connection, response):
    """Returns why the connection must be refused, or an empty string."""
    chain = [c.to_cryptography() for c in connection.get_verified_chain() or connection.get_peer_cert_chain()]
    leaf, issuer = chain[0], chain[min(1, len(chain) - 1)]
    if not response:
        return "no OCSP response, and the certificate demands one" if demands(leaf) else ""
    try:
        answer = ocsp.load_der_ocsp_response(response)
        if answer.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            return "the OCSP responder answered %s" % answer.response_status.name
        return signer(answer, issuer) or status(answer, leaf, issuer)
    except ValueError as e:
        return "the OCSP response is malformed: %s" % e


def demands(leaf):
    """Whether the certificate has the TLS feature status_request (RFC 7633)."""
    try:
        return x509.TLSFeatureType.status_request in leaf.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False


def signer(answer, issuer):
    """Returns why the response's signature is invalid, or an empty string. It must be made by the
    issuer, or by a delegate with a certificate from the issuer (RFC 6960, section 4.2.2.2)."""
    for candidate in [issuer] + list(answer.certificates):
        if not is_responder(answer, candidate):
            continue
        if candidate != issuer:
            digest = candidate.signature_hash_algorithm
            if not signed(candidate.signature, candidate.tbs_certificate_bytes, digest, issuer):
                return "the OCSP response's delegate was not issued by the certificate's issuer"
            if not may_sign(candidate):
                return "the OCSP response's delegate may not sign OCSP responses"
            if not moment(candidate, "not_valid_before") <= now() <= moment(candidate, "not_valid_after"):
                return "the OCSP response's delegate has expired or is not yet valid"
        if signed(answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm, candidate):
            return ""
        return "the OCSP response's signature does not verify"
    return "the OCSP response is signed by somebody else"


def is_responder(answer, certificate):
    if answer.responder_name is not None:
        return answer.responder_name == certificate.subject
    return answer.responder_key_hash == hashlib.sha1(bits(certificate.public_key())).digest()


def bits(key):
    """The key as encoded in a certificate's BIT STRING."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def may_sign(delegate):
    try:
        usages = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING in usages


def signed(signature, data, digest, by):
    key = by.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        else:
            key.verify(signature, data)
        return True
    except exceptions.InvalidSignature:
        return False


def status(answer, leaf, issuer):
    """Returns why the response does not vouch for the leaf, or an empty string."""
    for single in answer.responses:
        asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, single.hash_algorithm).build()
        fields = ("serial_number", "issuer_name_hash", "issuer_key_hash")
        if any(getattr(single, f) != getattr(asked, f) for f in fields):
            continue
        if moment(single, "this_update") > now():
            return "the OCSP response is not yet valid"
        until = moment(single, "next_update")
        if until is not None and until < now():
            return "the OCSP response has expired"
        if single.certificate_status == ocsp.OCSPCertStatus.REVOKED:
            return "the certificate is revoked"
        if single.certificate_status == ocsp.OCSPCertStatus.UNKNOWN:
            return "the OCSP responder does not know the certificate"
        return ""
    return "the OCSP response is for another certificate"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def moment(thing, name):
    """A time in a certificate or response, in UTC with every version of cryptography."""
    if hasattr(thing, name + "_utc"):  # from 42 on
        return getattr(thing, name + "_utc")
    at = getattr(thing, name)
    return at and at.replace(tzinfo=datetime.timezone.utc)


def main():
    # Input and output are bytes, independent of the locale.
    def say(line):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    say(hello())
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line.decode("utf-8"))
        answer = probe(request)
        answer["id"] = request["id"]
        say(answer)


main()
