"""Where our HTTP API is, told from a request to it: a function cannot know the API it serves."""

from typing import Any

# The local cloud keeps every API of an account below this, on its one port.
_LOCAL = "/_aws/execute-api"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def of(event: dict[str, Any]) -> str:
    """The base URL of an HTTP API event (payload 2.0), without a slash at its end.

    API Gateway routes by domain, so a caller cannot make one up. On the local cloud callers use a
    loopback address instead.
    """
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    host = str(headers.get("host", ""))
    if host.rpartition(":")[0] in _LOOPBACK:
        return f"http://{host}{_LOCAL}/{context['apiId']}"
    return f"https://{context['domainName']}"
