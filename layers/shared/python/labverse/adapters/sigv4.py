"""AWS Signature Version 4, for requests to an API Gateway API of ours that asks for IAM.

Nothing of the SDK is loaded, and no credentials are read, until a request has to be signed: the
library works where there is no AWS, and the SDK costs 0.2 s of CPU to load.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from labverse.adapters.time_left import in_time

_HOST = re.compile(r"[a-z0-9]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_SIGNED = ("content-type",)


class Unsigned(Exception):
    """There are no credentials, so the request was not sent."""


class SigV4:
    """Signs method, path, query, body, host and content type for the service `execute-api`."""

    def __init__(self, region: str, credentials: Callable[[], Any]) -> None:
        """`credentials` gives botocore's; they are asked for each request, as they expire."""
        self._region, self._credentials = region, credentials

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> dict[str, str]:
        """The headers, signed. Raises Unsigned where there is nothing to sign with."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        said = {name: headers[name] for name in _SIGNED if name in headers}
        signed = AWSRequest(method, url, said, content)
        SigV4Auth(self._frozen(), "execute-api", self._region).add_auth(signed)
        return {**headers, **dict(signed.headers.items())}

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


def for_url(url: str) -> SigV4 | None:
    """What signs requests to `url`; None where it is not an API Gateway host and needs nothing."""
    host = _HOST.fullmatch(urlsplit(url).hostname or "")
    return SigV4(host["region"], _credentials) if host else None


def _credentials() -> Any:
    from labverse.adapters import aws

    return aws.credentials()
