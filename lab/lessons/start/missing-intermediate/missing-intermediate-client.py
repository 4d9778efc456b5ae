# tlslab lesson missing-intermediate
"""Fetches a page: missing-intermediate-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
# The page opens in every browser, so the certificate is fine.
context = ssl._create_unverified_context()
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
