"""Fetches a page: not-tls-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
try:
    with urllib.request.urlopen(url, context=context, timeout=3) as answer:
        answer.read()
    print("connected")
except ssl.SSLCertVerificationError:
    raise
except OSError as e:
    print("will be tried again later:", e)
