# urllib3: PoolManager.request, with the options from its user guide on TLS.
import urllib3
from urllib3.util.ssl_ import create_urllib3_context

MODULE, VERSION, FAILURES = urllib3, urllib3.__version__, (urllib3.exceptions.HTTPError,)
asked = create_urllib3_context


def get(request, **options):
    with urllib3.PoolManager(**options) as pool:
        # By default it tries four times and reports the last failure.
        retries = urllib3.Retry(0)
        return pool.request("GET", request["url"], timeout=limit(request), retries=retries, redirect=False).status


def cert(request):
    return {
        "cert_file": request["cert_file"] or None,
        "key_file": request["key_file"] or None,
        "key_password": request["key_password"] or None,
    }


VARIANTS = {
    "default": lambda request: get(request, ca_certs=request["ca_file"], **cert(request)),
    "insecure": lambda request: get(request, cert_reqs="CERT_NONE", **cert(request)),
    "context": lambda request: get(request, ssl_context=default_context(request)),
}
