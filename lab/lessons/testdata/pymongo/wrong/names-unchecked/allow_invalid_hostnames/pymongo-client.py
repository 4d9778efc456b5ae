"""Asks a MongoDB server for its name: pymongo-client.py [--combined FILE] [--password WORD] URI CAFILE."""
import argparse

import pymongo

parser = argparse.ArgumentParser()
parser.add_argument("--combined")
parser.add_argument("--password")
parser.add_argument("uri")
parser.add_argument("ca")
o = parser.parse_args()
options = {"tls": True, "tlsCAFile": o.ca, "tlsAllowInvalidHostnames": True}
if o.combined:
    options["tlsCertificateKeyFile"] = o.combined
if o.password:
    options["tlsCertificateKeyFilePassword"] = o.password
client = pymongo.MongoClient(o.uri, directConnection=True, serverSelectionTimeoutMS=1500, **options)
client.admin.command("hello")
print("connected")
