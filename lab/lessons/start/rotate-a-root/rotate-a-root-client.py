# tlslab lesson rotate-a-root
"""Fetches a page: rotate-a-root-client.py URL CAFILE."""
import os
import shutil
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
if not os.path.exists("root.pem"):
    shutil.copy(ca, "root.pem")  # it does not change
context = ssl.create_default_context(cafile="root.pem")
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
