"""AWS Signature Version 4, for requests to an API Gateway API of ours that asks for IAM.

Nothing of the SDK is loaded, and no credentials are read, until a request has to be signed.
"""

import re
from collections.abc import Callable, Generator
from typing import Any

import httpx

from labverse.adapters import aws
from labverse.adapters.time_left import in_time

_HOST = re.compile(r"[a-z0-9]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_SIGNED = ("host", "content-type")


class Unsigned(httpx.RequestError):
    """There are no credentials, so the request was not sent."""


def for_url(url: str) -> httpx.Auth | None:
    """What signs requests to `url`; None where it is not an API Gateway host and needs nothing."""
    host = _HOST.fullmatch(httpx.URL(url).host)
    return SigV4(host["region"], aws.credentials) if host else None


class SigV4(httpx.Auth):
    """Signs method, path, query, body, host and content type for the service `execute-api`."""

    requires_request_body = True

    def __init__(self, region: str, credentials: Callable[[], Any]) -> None:
        """`credentials` gives botocore's; they are asked for each request, as they expire."""
        self._region, self._credentials = region, credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The one request, signed. Raises Unsigned where there is nothing to sign with."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        headers = {name: request.headers[name] for name in _SIGNED if name in request.headers}
        signed = AWSRequest(request.method, str(request.url), headers, request.content)
        SigV4Auth(self._frozen(), "execute-api", self._region).add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        yield request

    def _frozen(self) -> Any:
        """One consistent set: expiring ones may be renewed by another thread meanwhile."""
        from botocore.exceptions import BotoCoreError

        try:
            # Renewing may take longer than the request has.
            held = in_time(self._credentials)
            frozen = None if held is None else in_time(held.get_frozen_credentials)
        except (BotoCoreError, TimeoutError) as error:
            raise Unsigned(f"no credentials: {type(error).__name__}") from error
        if frozen is None:
            raise Unsigned("there are no credentials to sign with")
        return frozen
