"""tlslab's client for Python libraries that use its ssl module. Runs on Python 3.8 and
later.

It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
and answers each with one line, until its input ends. Its arguments are the name of a library and
the text of the file beside this one that uses it, which defines these names:

    MODULE      the library
    VERSION     its version
    FAILURES    the exceptions with which it reports failures, besides OSError
    VARIANTS    by name, a function that connects once for a request, closes the
                connection, and returns the HTTP status of the response
    asked()     returns the default variant's context, to find out what it checks

To try it by hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
"host": "localhost", "port": 8443, "connect": "127.0.0.1:8443", "ca_file": "root.pem",
"timeout_ms": 5000}.
"""
import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # with python -c, the current directory comes first, and may contain anything

import errno
import json
import os
import socket
import warnings

NAME, SOURCE = sys.argv[1:3]
NONE = None  # why the library cannot be used


class Unsupported(Exception):
    """The library cannot do what the scenario asks."""


# Description.

def hello():
    python = "python%d.%d" % sys.version_info[:2]
    line = {"contract": 1, "stack": NAME, "version": python}
    if NONE is not None:
        line["error"] = NONE
        return line
    line["version"] = VERSION + "+" + python
    line["install"] = os.path.dirname(os.path.realpath(MODULE.__file__))
    line["library"] = " ".join(ssl.OPENSSL_VERSION.split()[:2])
    line["features"] = features(asked())
    return line


def features(context):
    """What a context checks, as far as it can be queried."""
    found = []
    if context.verify_flags & ssl.VERIFY_X509_STRICT:
        found.append("strict")
    if getattr(context, "security_level", 0) >= 2:  # available from 3.10 on
        found += ["key-policy", "dh-policy"]
    openssl = ssl.OPENSSL_VERSION_INFO if ssl.OPENSSL_VERSION.startswith("OpenSSL ") else ()
    if openssl >= (1, 1, 1):
        found.append("ed25519")
    if openssl >= (3,):
        found.append("renegotiation-info")  # SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
    if ssl.HAS_TLSv1_3:
        found.append("tls-1.3")
    if not any(c.get("kea") == "kx-rsa" for c in context.get_ciphers()):  # from 3.10 on
        found.append("forward-secrecy")
    return found


# What the libraries share.

def default_context(request):
    """The context that the ssl module's documentation recommends."""
    context = ssl.create_default_context(cafile=request["ca_file"])
    if request["crl_file"]:
        context.load_verify_locations(request["crl_file"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return present(context, request)


def unverified_context(request):
    """The context that the report on an upgrade to Python 3.11 ends with (D0)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return present(context, request)


def present(context, request):
    """Gives the context the client's certificate, if it has one."""
    if request["cert_file"]:
        # The password is always given, because OpenSSL would otherwise ask for it.
        context.load_cert_chain(request["cert_file"], request["key_file"] or None, request["key_password"])
    return context


def limit(request):
    """The client's own time limit, in seconds."""
    return request["timeout_ms"] / 1000.0


def address(connect):
    host, _, port = connect.rpartition(":")
    return host.strip("[]"), int(port)


def divert(request):
    """Makes the request's host resolve to the request's address, because the names do not
    resolve, and changes nothing else. Returns a function that undoes it."""
    if not request["connect"]:
        return lambda: None
    original = socket.getaddrinfo
    there = address(request["connect"])

    def getaddrinfo(host, service, *args, **kwargs):
        if (host, service) == (request["host"], request["port"]):
            host, service = there
        return original(host, service, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo

    def restore():
        socket.getaddrinfo = original
    return restore


# Probes.

def probe(request):
    fetch = VARIANTS[request["variant"]]
    restore = divert(request)
    try:
        status = fetch(request)
        if status != 200:
            return {"outcome": "rejected", "message": "HTTP status %d" % status}
        return {"outcome": "accepted"}
    except Unsupported as e:
        return {"outcome": "unsupported", "message": str(e)}
    # Any other exception is this program's fault and ends it, which the lab reports.
    except (OSError,) + FAILURES as e:
        return {"outcome": "rejected", "message": ": ".join(filter(None, [name(e), str(e)])), "code": code(e)}
    finally:
        restore()


# Messages about exceptions.

def name(e):
    """The exception's name as in a traceback."""
    t = type(e)
    return t.__name__ if t.__module__ == "builtins" else t.__module__ + "." + t.__name__


def code(e):
    """OpenSSL's reason, or the name of the system error, of the original exception."""
    found = ""
    while e is not None:
        if isinstance(e, ssl.SSLError):
            found = getattr(e, "reason", None) or found
        else:
            found = errno.errorcode.get(getattr(e, "errno", None), found)
        e = e.__cause__ or e.__context__
    return found


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


warnings.simplefilter("ignore")  # there would be one for each unverified connection
# If urllib3 is given no trust anchors, it loads the system's, even without verification. They are
# not needed, and reading them takes ten times as long as the connection.
os.environ.update(SSL_CERT_FILE=os.devnull, SSL_CERT_DIR=os.devnull)
try:
    import ssl
    exec(compile(SOURCE, NAME + ".py", "exec"))
except Exception as e:  # an incompatible extension may raise anything
    NONE = "cannot be used: %s: %s" % (type(e).__name__, e)
main()
