"""tlslab's client for Python: urllib over the ssl module, used as documented.
Runs unchanged on 2.7.9 and later and on 3.4 and later.

It is a worker: it writes one line of JSON that describes it, then reads requests,
one per line, and answers each with one line, until its input ends. To try it by
hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
"connect": "127.0.0.1:8443", "ca_file": "root.pem", "timeout_ms": 5000}.
"""
import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # with python -c, the current directory comes first, and may contain anything

import errno
import json
import os

try:
    import ssl
    NO_SSL = None
except ImportError as e:
    NO_SSL = str(e)


# Description.

def hello():
    line = {
        "contract": 1,
        "stack": "python",
        "version": version(),
        "install": os.path.realpath(getattr(sys, "base_prefix", sys.prefix)),
    }
    if NO_SSL is not None:
        line["error"] = "has no ssl module: " + NO_SSL
    elif not hasattr(ssl, "create_default_context"):
        line["error"] = "has no ssl.create_default_context: 2.7.9 or 3.4 and later is needed"
    else:
        line["library"] = " ".join(ssl.OPENSSL_VERSION.split()[:2])
        line["features"] = features()
    return line


def version():
    text = sys.version.split()[0]
    pypy = getattr(sys, "pypy_version_info", None)
    if pypy:
        text += "+pypy%d.%d.%d" % tuple(pypy[:3])
    return text


def features():
    """What the default context checks, as far as it can be queried."""
    # A directory of trust anchors is not read until it is needed. The system's anchors are
    # often one file, and reading it would take longer than everything else.
    context = ssl.create_default_context(capath=os.sep)
    found = []
    if context.verify_flags & ssl.VERIFY_X509_STRICT:  # 3.13
        found.append("strict")
    if getattr(context, "security_level", 0) >= 2:  # available from 3.10 on
        found.append("key-policy")
        found.append("dh-policy")
    if ssl.OPENSSL_VERSION.startswith("OpenSSL ") and ssl.OPENSSL_VERSION_INFO >= (1, 1, 1):
        found.append("ed25519")
    if ssl.OPENSSL_VERSION.startswith("OpenSSL ") and ssl.OPENSSL_VERSION_INFO >= (3,):
        found.append("renegotiation-info")  # SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
    if getattr(ssl, "HAS_TLSv1_3", False):
        found.append("tls-1.3")
    if hasattr(context, "get_ciphers") and not any(c.get("kea") == "kx-rsa" for c in context.get_ciphers()):  # 3.6
        found.append("forward-secrecy")
    return found


# Variants: each makes a context that trusts the file.

def default(ca_file):
    return ssl.create_default_context(cafile=ca_file)


def insecure(ca_file):
    context = default(ca_file)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def no_hostname(ca_file):
    context = default(ca_file)
    context.check_hostname = False
    return context


def server_purpose(ca_file):
    return ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca_file)


def strict(ca_file):
    context = default(ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.verify_flags |= getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0)  # 3.10
    return context


VARIANTS = {
    "default": default,
    "insecure": insecure,
    "no-hostname": no_hostname,
    "server-purpose": server_purpose,
    "strict": strict,
}


# Probes.

def set_up(variant, request):
    context = variant(path(request["ca_file"]))
    if request.get("crl_file"):
        context.load_verify_locations(path(request["crl_file"]))
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if request.get("cert_file") or request.get("key_file"):
        # The password is always given, because OpenSSL would otherwise ask for it.
        context.load_cert_chain(
            path(request["cert_file"]),
            path(request["key_file"]) if request.get("key_file") else None,
            request.get("key_password", "").encode("utf-8"))
    return context


def path(text):
    """A file name that does not depend on the locale."""
    return text.encode("utf-8")


def probe(request):
    # Imported here so that hello is written at once.
    try:
        import http.client as http
        import urllib.request as urllib
        from urllib.error import HTTPError
    except ImportError:
        import httplib as http
        import urllib2 as urllib
        from urllib2 import HTTPError

    connections = []

    class Connection(http.HTTPSConnection):
        """Connects to the request's address, if it has one, instead of the URL's."""

        def __init__(self, *args, **kwargs):
            http.HTTPSConnection.__init__(self, *args, **kwargs)
            if request["connect"]:
                create = self._create_connection
                self._create_connection = lambda _, *rest, **more: create(address(request["connect"]), *rest, **more)
            connections.append(self)

    class Handler(urllib.HTTPSHandler):
        def https_open(self, req):
            return self.do_open(Connection, req, context=context)

    class NoRedirect(urllib.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    # Any other exception is this program's fault and ends it, which the lab reports.
    failures = (EnvironmentError, ValueError, ssl.CertificateError, http.HTTPException)

    variant = VARIANTS[request["variant"]]
    response = None
    try:
        context = set_up(variant, request)
        opener = urllib.build_opener(urllib.ProxyHandler({}), NoRedirect, Handler(context=context))
        response = opener.open(str(request["url"]), timeout=request["timeout_ms"] / 1000.0)
        read(response, http.IncompleteRead)
        if response.getcode() != 200:
            return {"outcome": "rejected", "message": "HTTP status %d" % response.getcode()}
        return {"outcome": "accepted"}
    except failures as e:
        if isinstance(e, HTTPError):
            response = e  # an HTTPError is also a response
        message = name(e) + ": " + text(e)
        # From 3.10 on, a context for servers is of another kind.
        cannot = variant is server_purpose and "PROTOCOL_TLS_SERVER" in message
        return {"outcome": "unsupported" if cannot else "rejected", "message": message, "code": code(e)}
    finally:
        for closable in [response] + connections:
            if closable is not None:
                closable.close()


def address(connect):
    host, _, port = connect.rpartition(":")
    return host.strip("[]"), int(port)


def read(response, incomplete):
    """Reads and discards the body."""
    length = response.info().get("Content-Length")
    missing = int(length) if length else 0
    while True:
        part = response.read(65536)
        if not part:
            break
        missing -= len(part)
    if missing > 0:
        raise incomplete(b"", missing)


# Messages about exceptions.

def name(e):
    """The exception's name as in a traceback."""
    t = type(e)
    return t.__name__ if t.__module__ in ("builtins", "exceptions") else t.__module__ + "." + t.__name__


def text(e):
    s = str(e)
    return s if isinstance(s, type(u"")) else s.decode("utf-8", "replace")


def code(e):
    """OpenSSL's reason, or the name of the system error."""
    inner = getattr(e, "reason", None)
    if isinstance(inner, Exception):
        e = inner  # urllib wraps http.client's exceptions
    if isinstance(e, ssl.SSLError):
        return getattr(e, "reason", None) or ""  # in 2.7, a timeout has none
    return errno.errorcode.get(getattr(e, "errno", None), "")


def main():
    # Input and output are bytes, independent of the locale.
    source = getattr(sys.stdin, "buffer", sys.stdin)

    def say(line):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    say(hello())
    for line in iter(source.readline, b""):
        request = json.loads(line.decode("utf-8"))
        answer = probe(request)
        answer["id"] = request["id"]
        say(answer)


main()
