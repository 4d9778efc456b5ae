"""tlslab's client for PyMongo: MongoClient, with the options of its TLS page. Runs on
Python 3.9 and later with PyMongo 4.9 and later.

It is a worker: it writes one line of JSON that describes it, then reads requests,
one per line, and answers each with one line, until its input ends. Its argument is
the kind of PyMongo to be: pymongo, or pymongo-ocsp, over PyOpenSSL. To try it by
hand, write {"id": 1, "variant": "default", "url": "mongodb://localhost:27017/?tls=true",
"host": "localhost", "port": 27017, "connect": "127.0.0.1:27017", "ca_file": "root.pem",
"timeout_ms": 5000}.
"""
import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # with python -c, the current directory comes first, and may contain anything

import json
import os
import re
import socket
import threading
import time

NAME = sys.argv[1]
FAILURES = (OSError,)  # includes ssl.SSLError

try:
    import pymongo
    from pymongo import common, errors, ssl_support
    NONE = None
    FAILURES += (errors.PyMongoError,)
except Exception as e:  # an incompatible extension may raise anything
    NONE = "has no PyMongo that can be used: %s: %s" % (type(e).__name__, e)
else:
    OCSP = getattr(ssl_support, "HAVE_PYSSL", False)
    if OCSP:
        from OpenSSL import SSL
        FAILURES += (SSL.Error,)


# Description.

def hello():
    python = "python%d.%d" % sys.version_info[:2]
    line = {"contract": 1, "stack": NAME, "version": python}
    if NONE is not None:
        line["error"] = NONE
        return line
    line["version"] = pymongo.version + "+" + python
    line["install"] = os.path.dirname(os.path.realpath(pymongo.__file__))
    if not ssl_support.HAVE_SSL:
        line["error"] = "has no ssl module"
    elif NAME == "pymongo-ocsp":
        if OCSP:
            line["library"] = " ".join(SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode("ascii").split()[:2])
            line["features"] = features_pyopenssl()
        else:
            line["error"] = "cannot use PyOpenSSL: pip install pymongo[ocsp]"
    elif OCSP:
        line["error"] = "uses PyOpenSSL: this is pymongo-ocsp"
    else:
        import ssl
        line["library"] = " ".join(ssl.OPENSSL_VERSION.split()[:2])
        line["features"] = features(ssl)
    return line


def features(ssl):
    """What PyMongo checks by default, as far as its context can be queried."""
    client = pymongo.MongoClient("mongodb://localhost/?tls=true&tlsInsecure=true", connect=False)
    context = client.options.pool_options._ssl_context
    client.close()
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


def features_pyopenssl():
    """The same for PyOpenSSL's context, which cannot be queried: the features of OpenSSL's version
    in the wheels of cryptography."""
    found = ["tls-1.3"]
    if SSL.OPENSSL_VERSION_NUMBER >= 0x30000000:
        found.append("renegotiation-info")
    if SSL.OPENSSL_VERSION_NUMBER >= 0x30200000:
        found += ["key-policy", "dh-policy"]  # security level 2 is the default
    if SSL.OPENSSL_VERSION_NUMBER >= 0x30500000:
        found.append("post-quantum")
    return found


# Variants: each returns its additional options, as named in the documentation.

class Unsupported(Exception):
    """The scenario lacks what the variant needs."""


def two_files(request):
    if not request["cert_file"]:
        raise Unsupported("there is no client certificate")
    return {"tlsCertificateKeyFile": request["cert_file"]}


def crl_file(request):
    if not request["crl_file"]:
        raise Unsupported("there is no CRL file: it is left to the client to fetch one, which PyMongo does not")
    return {"tlsCRLFile": request["crl_file"]}


VARIANTS = {
    "default": lambda _: {},
    "tlsInsecure": lambda _: {"tlsInsecure": True},
    "tlsAllowInvalidCertificates": lambda _: {"tlsAllowInvalidCertificates": True},
    "tlsAllowInvalidHostnames": lambda _: {"tlsAllowInvalidHostnames": True},
    "tlsDisableOCSPEndpointCheck": lambda _: {"tlsDisableOCSPEndpointCheck": True},
    "tlsCRLFile": crl_file,
    "crl-and-ocsp": crl_file,
    "two-files": two_files,
}


def set_up(variant, request):
    """The URI and the options of the client."""
    uri = request["url"]
    limit = request["timeout_ms"]
    direct = "replicaSet=" not in uri
    options = {
        "directConnection": direct,
        "connectTimeoutMS": limit,
        "socketTimeoutMS": limit,
        # The driver retries twice a second until this time is up, even if it fails for the
        # same reason each time. With such a short time it reports the first failure; ping
        # handles servers that take longer. A replica set is given all the time, because one
        # member may do what another does not.
        "serverSelectionTimeoutMS": 1 if direct else limit,
        "serverMonitoringMode": "poll",  # prevents a third connection, which would only measure round trips
    }
    if variant == "no-tls":
        return uri.partition("?")[0], options
    options["tlsCAFile"] = request["ca_file"]
    if request["cert_file"] or request["combined_file"]:
        options["tlsCertificateKeyFile"] = request["combined_file"] or request["cert_file"]
        if request["key_password"]:
            options["tlsCertificateKeyFilePassword"] = request["key_password"]
    options.update(VARIANTS[variant](request))
    return uri, options


# Probes.

def probe(request):
    try:
        uri, options = set_up(request["variant"], request)
    except Unsupported as e:
        return {"outcome": "unsupported", "message": str(e)}
    before = set(threading.enumerate())
    client = None
    restore = divert(request)
    try:
        client = pymongo.MongoClient(uri, **options)
        wrong = converse(client, request)
        if wrong:
            return {"outcome": "rejected", "message": wrong}
        return {"outcome": "accepted"}
    # Any other exception is this program's fault and ends it, which the lab reports.
    except FAILURES as e:
        return {"outcome": "rejected", "message": name(e) + ": " + text(e)}
    finally:
        if client is not None:
            client.close()
        for thread in set(threading.enumerate()) - before:
            thread.join()  # monitors, which may still be connecting
        restore()


def converse(client, request):
    """Pings, writes, reads and deletes. Returns a message about a wrong answer."""
    answer = ping(client, request["timeout_ms"] / 1000.0)
    if answer.get("ok") != 1:
        return "ping answered %r" % answer
    database = "tlslab-%d" % os.getpid()
    collection = client[database]["probes"]
    document = {"_id": request["id"], "text": "hello"}
    if collection.insert_one(dict(document)).inserted_id != document["_id"]:
        return "insert answered wrongly"
    found = list(collection.find({"text": "hello"}))
    if found != [document]:
        return "find returned %r" % found
    client.drop_database(database)
    return ""


def ping(client, limit):
    """Repeats the ping for as long as the driver knows nothing about the server: neither an
    answer nor a refusal."""
    end = time.monotonic() + limit + 1  # the driver's own time limit comes first
    while True:
        try:
            return client.admin.command("ping")
        except errors.ServerSelectionTimeoutError as e:
            if not str(e).startswith("No servers found yet") or time.monotonic() > end:
                raise


def divert(request):
    """Makes the request's host resolve to the request's address, because the names do not resolve
    and MongoClient has no other way to set an address. Returns a function that undoes it."""
    if not request["connect"]:
        return lambda: None
    original = socket.getaddrinfo
    address, _, port = request["connect"].rpartition(":")

    def getaddrinfo(host, service, *args, **kwargs):
        if (host, service) == (request["host"], request["port"]):
            kwargs.pop("family", None)  # the family applies to the host, not to the address
            return original(address.strip("[]"), int(port), **kwargs)
        return original(host, service, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo

    def restore():
        socket.getaddrinfo = original
    return restore


# Messages about exceptions.

def name(e):
    """The exception's name as in a traceback."""
    t = type(e)
    return t.__name__ if t.__module__ == "builtins" else t.__module__ + "." + t.__name__


def text(e):
    """The exception's text up to the cause. After it comes everything that the driver knows about
    the servers, including the cause again and a number that changes each time. If the text has
    no cause, it is only there."""
    words = str(e)
    if words.startswith(("No servers found yet", "No replica set members match")):
        return re.sub(r"TopologyDescription id: \w+, ", "TopologyDescription ", words)
    return words.partition(", Topology Description: ")[0]


def main():
    if NONE is None:
        # The interval at which monitors check whether they should end. The default is half a
        # second, which every probe would have to wait for. It does not affect how they connect.
        common.MIN_HEARTBEAT_INTERVAL = 0.05

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
