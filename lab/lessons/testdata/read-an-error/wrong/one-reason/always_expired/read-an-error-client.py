"""Fetches a page: read-an-error-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
try:
    context = ssl.create_default_context(cafile=ca)
    with urllib.request.urlopen(url, context=context, timeout=3) as answer:
        answer.read()
except ssl.SSLError:
    sys.exit("certificate has expired")
except OSError:
    sys.exit("certificate has expired")
print("connected")
