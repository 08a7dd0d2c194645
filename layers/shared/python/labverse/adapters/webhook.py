"""Posts JSON to an address that somebody else chose, within a time that we choose.

No redirect is followed, and no proxy, cookie or password of the environment is used. Who calls this
has checked whose address it is.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpcore

from labverse.adapters.deadline import Client, within
from labverse.kernel.errors import Refused, Unavailable

_MOST_BYTES = 4_000
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_HEADERS = {
    "content-type": "application/json",
    "accept": "application/json",
    "accept-encoding": "identity",
    "user-agent": "labverse",
}


class Webhook:
    """Keeps connections; for many threads. `who` is named where something goes wrong."""

    def __init__(self, who: str) -> None:
        self._who, self._client = who, Client()

    def post(self, url: str, body: Mapping[str, Any], seconds: float) -> bytes:
        """What a 2xx says, cut off after some thousand bytes.

        Raises Unavailable for what may pass, so also where nobody knows whether it arrived, and
        Refused for any other answer. Neither quotes the address: it may be all it takes to post.
        """
        try:
            with (
                within(seconds),
                self._client.post(_parsed(url), _HEADERS, json.dumps(body).encode()) as answer,
            ):
                status, said = answer.status, _some(answer.pieces)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Unavailable(f"{self._who}: {type(error).__name__}") from error
        if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable(f"{self._who} answers {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(f"{self._who} answers {status}")
        return said


def _parsed(url: str) -> httpcore.URL:
    try:
        return httpcore.URL(url)
    except (UnicodeError, ValueError, TypeError):
        # Not as its cause: that quotes the address.
        raise Refused("the address of a webhook cannot be used") from None


def _some(pieces: Any) -> bytes:
    received = bytearray()
    for piece in pieces:
        received += piece
        if len(received) > _MOST_BYTES:
            break
    return bytes(received)
