# httpx: Client.get, with the options verify and cert.
import httpx

MODULE, VERSION, FAILURES = httpx, httpx.__version__, (httpx.HTTPError,)


def asked():
    return ssl.create_default_context(capath=os.sep)


def get(request, **options):
    # Without trust_env, a user's settings have no effect.
    with httpx.Client(timeout=limit(request), trust_env=False, **options) as client:
        return client.get(request["url"]).status_code


def cert(request):
    """The argument that httpx passes on to SSLContext.load_cert_chain."""
    if not request["cert_file"]:
        return None
    return request["cert_file"], request["key_file"] or None, request["key_password"]


VARIANTS = {
    "default": lambda request: get(request, verify=default_context(request)),
    "insecure": lambda request: get(request, verify=False, cert=cert(request)),
    "verify-file": lambda request: get(request, verify=request["ca_file"], cert=cert(request)),
}
