"""tlslab's client for libraries of Python that stand on its ssl module. Runs on Python 3.8 and
later.

It is a worker: it writes one line of JSON that says what it is, then reads a request a line and
answers each with a line, until its input ends. Its arguments are the name of a library and the
text of the file beside this one that uses it, which has these names:

    MODULE      the library
    VERSION     its version
    FAILURES    the exceptions that it says why in, beside OSError
    VARIANTS    by name, a function that connects once as a request says, closes the
                connection, and returns the HTTP status of the answer
    asked()     returns the context of the variant default, to be asked what it checks

To ask it by hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
"host": "localhost", "port": 8443, "connect": "127.0.0.1:8443", "ca_file": "root.pem",
"timeout_ms": 5000}.
"""
import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # python -c looks for modules where it was started: anything may lie there

import errno
import json
import os
import socket
import warnings

NAME, SOURCE = sys.argv[1:3]
NONE = None  # why the library cannot be used


class Unsupported(Exception):
    """The library cannot do what the scenario asks."""


# What it is.

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
    """What a context checks, as far as it can be asked."""
    found = []
    if context.verify_flags & ssl.VERIFY_X509_STRICT:
        found.append("strict")
    if getattr(context, "security_level", 0) >= 2:  # can be asked from 3.10 on
        found += ["key-policy", "dh-policy"]
    openssl = ssl.OPENSSL_VERSION_INFO if ssl.OPENSSL_VERSION.startswith("OpenSSL ") else ()
    if openssl >= (1, 1, 1):
        found.append("ed25519")
    if openssl >= (3,):
        found.append("renegotiation-info")  # SSL_OP_LEGACY_SERVER_CONNECT is no default any more
    if ssl.HAS_TLSv1_3:
        found.append("tls-1.3")
    if not any(c.get("kea") == "kx-rsa" for c in context.get_ciphers()):  # from 3.10 on
        found.append("forward-secrecy")
    return found


# What the libraries share.

def default_context(request):
    """The context that the ssl module's documentation tells people to make."""
    context = ssl.create_default_context(cafile=request["ca_file"])
    if request["crl_file"]:
        context.load_verify_locations(request["crl_file"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return present(context, request)


def unverified_context(request):
    """The context that the report of an upgrade to Python 3.11 ends with (D0)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return present(context, request)


def present(context, request):
    """Gives the context the client's certificate, if it has one."""
    if request["cert_file"]:
        # The password is given always, as OpenSSL would ask for it.
        context.load_cert_chain(request["cert_file"], request["key_file"] or None, request["key_password"])
    return context


def limit(request):
    """The client's own time limit, in seconds."""
    return request["timeout_ms"] / 1000.0


def address(connect):
    host, _, port = connect.rpartition(":")
    return host.strip("[]"), int(port)


def divert(request):
    """Has the host that is asked for lead to the address that the request tells, as its names
    do not resolve, and changes nothing else. Returns a function that undoes it."""
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


# What it does.

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
    # Whatever else goes wrong is this program's fault: it ends, and the lab says so.
    except (OSError,) + FAILURES as e:
        return {"outcome": "rejected", "message": ": ".join(filter(None, [name(e), str(e)])), "code": code(e)}
    finally:
        restore()


# What it says of an exception.

def name(e):
    """The exception's name as a traceback has it."""
    t = type(e)
    return t.__name__ if t.__module__ == "builtins" else t.__module__ + "." + t.__name__


def code(e):
    """OpenSSL's reason, or the name of the system's error, of the exception that it began with."""
    found = ""
    while e is not None:
        if isinstance(e, ssl.SSLError):
            found = getattr(e, "reason", None) or found
        else:
            found = errno.errorcode.get(getattr(e, "errno", None), found)
        e = e.__cause__ or e.__context__
    return found


def main():
    # Bytes in and out: the locale has no part in it.
    def say(line):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    say(hello())
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line.decode("utf-8"))
        answer = probe(request)
        answer["id"] = request["id"]
        say(answer)


warnings.simplefilter("ignore")  # a line for each connection that is not verified
# urllib3 loads the machine's own trust anchors where it is given none, even if it is not to
# verify: they have no part in this, and take ten times as long to read as the connection does.
os.environ.update(SSL_CERT_FILE=os.devnull, SSL_CERT_DIR=os.devnull)
try:
    import ssl
    exec(compile(SOURCE, NAME + ".py", "exec"))
except Exception as e:  # an extension that does not fit raises whatever it likes
    NONE = "cannot be used: %s: %s" % (type(e).__name__, e)
main()
