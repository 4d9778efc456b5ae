"""Fetches a page: which-ca-client.py URL CAFILE."""
import http.client
import ssl
import sys
import urllib.parse

url, ca = sys.argv[1:]
place = urllib.parse.urlsplit(url)
with open("leaf.pem") as kept:  # the server's certificate, as it was when this was written
    pinned = ssl.PEM_cert_to_DER_cert(kept.read())
connection = http.client.HTTPSConnection(place.hostname, place.port, timeout=3, context=ssl._create_unverified_context())
connection.connect()
if connection.sock.getpeercert(binary_form=True) != pinned:
    sys.exit("this is not the certificate that is known")
connection.request("GET", "/")
connection.getresponse().read()
print("connected")
