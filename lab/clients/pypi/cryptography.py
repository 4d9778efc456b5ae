# cryptography: its verifier of server certificates, x509.verification. It does not connect: the
# chain comes from a connection of the ssl module that verifies nothing, and the request is sent
# over that connection after the verifier has passed the chain.
import http.client
import ipaddress

import _ssl
import cryptography
from cryptography import exceptions, x509
from cryptography.x509 import verification

MODULE, VERSION = cryptography, cryptography.__version__
# It raises a ValueError for bytes that it cannot parse.
FAILURES = (verification.VerificationError, exceptions.UnsupportedAlgorithm, x509.InvalidVersion, ValueError,
            http.client.HTTPException)


def asked():
    return ssl.create_default_context(capath=os.sep)


of_context = features


def features(context):
    """What the connection itself checks; the verifier checks certificates."""
    return [f for f in of_context(context) if f not in ("strict", "key-policy", "ed25519")]


def sent(connection):
    """The chain that the server sent, as DER, leaf first."""
    if hasattr(connection, "get_unverified_chain"):  # 3.13
        return connection.get_unverified_chain()
    return [c.public_bytes(_ssl.ENCODING_DER) for c in connection._sslobj.get_unverified_chain()]


def subject(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def get(request):
    with open(request["ca_file"], "rb") as f:
        store = verification.Store(x509.load_pem_x509_certificates(f.read()))
    verifier = verification.PolicyBuilder().store(store).build_server_verifier(subject(request["host"]))
    connection = http.client.HTTPSConnection(
        request["host"], request["port"], timeout=limit(request), context=unverified_context(request))
    try:
        connection.connect()
        leaf, *others = [x509.load_der_x509_certificate(der) for der in sent(connection.sock)]
        verifier.verify(leaf, others)
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


VARIANTS = {"default": get}
