"""Requests HOST at CONNECT (address:port) with python-mbedtls, which is mbedTLS 2.28, and trusts CAFILE."""
import socket
import sys

from mbedtls import tls
from mbedtls.exceptions import TLSError

host, connect, ca = sys.argv[1:]
address, port = connect.rsplit(":", 1)


def until_done(step, *args):
    while True:
        try:
            return step(*args)
        except (tls.WantReadError, tls.WantWriteError):
            pass


client = None
try:
    configuration = tls.TLSConfiguration(trust_store=tls.TrustStore.from_pem_file(ca), validate_certificates=True)
    connection = socket.create_connection((address, int(port)), timeout=20)
    client = tls.ClientContext(configuration).wrap_socket(connection, server_hostname=host)
    until_done(client.do_handshake)
    until_done(client.send, b"GET / HTTP/1.0\r\nHost: " + host.encode() + b"\r\n\r\n")
    if not until_done(client.recv, 8):
        sys.exit("there was no response")
except TLSError as e:
    if client is not None:  # the wrapper sends no alert: what mbedTLS has written is still in its buffer
        connection.sendall(client._buffer.peek_outgoing(4096))
    sys.exit(str(e))
